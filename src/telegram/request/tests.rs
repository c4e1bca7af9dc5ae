//! Calls become the requests that the Bot API documents.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod more;

use super::*;
use crate::domain::effect::Owed;
use crate::domain::event::Verdict;
use crate::domain::fact::Permissions;
use crate::domain::text::Arg;
use crate::domain::types::{Ephemeral, ThreadId};
use serde_json::{Value, json};

const CHAT: ChatId = ChatId(-1_001_234);
const NOW: Moment = Moment(1_795_000_000_000);
const EVE: UserId = UserId(7);

fn key() -> CallbackKey {
    CallbackKey::of([3; 32])
}

fn written(call: &Call) -> (Request, Value) {
    let request = encode(&EncodeContext { key: &key(), now: NOW, ephemeral: true }, call, |_| None).unwrap();
    let body = serde_json::from_slice(&request.body.bytes).unwrap();
    (request, body)
}

fn text() -> Text {
    Text::new(Language::En, "core-press-stale")
}

fn named() -> Text {
    Text::new(Language::En, "core-failed").with("reference", Arg::Person { id: EVE, name: "Ева".into() })
}

fn say(text: Text, keyboard: Vec<Vec<Button>>) -> Call {
    Call::Say { chat: CHAT, slot: Slot(1), thread: None, reply_to: None, text, keyboard, silent: false, only: None }
}

fn press(args: &str) -> Does {
    Does::Press { action: "m.joined".into(), args: args.into(), only: Some(EVE), until: None }
}

#[test]
fn a_plain_message_carries_nothing_more_than_it_must() {
    let (request, body) = written(&say(text(), vec![]));
    let words = "This button is too old. Please ask for a new one.";
    assert_eq!(body, json!({"chat_id": CHAT.0, "text": words, "link_preview_options": {"is_disabled": true}}));
    assert_eq!((request.method, request.answer), ("sendMessage", Answer::Message));
}

#[test]
fn a_full_message_has_topic_reply_entities_buttons_and_no_sound() {
    let buttons = vec![
        vec![
            Button { label: Label::Name("News".into()), does: Does::Open("https://t.me/news".into()) },
            Button { label: Label::Text(text()), does: press("5") },
        ],
        vec![Button { label: Label::Name("x".repeat(50)), does: press("6") }],
    ];
    let call = Call::Say {
        chat: CHAT,
        slot: Slot(1),
        thread: Some(ThreadId(77)),
        reply_to: Some(MessageId(5)),
        text: named(),
        keyboard: buttons,
        silent: true,
        only: None,
    };
    let (_, body) = written(&call);
    assert_eq!(body["message_thread_id"], 77);
    assert_eq!(body["reply_parameters"], json!({"message_id": 5, "allow_sending_without_reply": true}));
    assert_eq!(body["disable_notification"], true);
    assert!(body.get("parse_mode").is_none());
    let entity = json!({"type": "text_mention", "offset": 38, "length": 3, "user": {"id": 7, "is_bot": false, "first_name": ""}});
    assert_eq!(body["entities"], json!([entity]));
    let rows = body["reply_markup"]["inline_keyboard"].as_array().unwrap();
    assert_eq!(rows[0][0], json!({"text": "News", "url": "https://t.me/news"}));
    assert_eq!(rows[1][0]["text"].as_str().unwrap().chars().count(), 40);
    let data = rows[0][1]["callback_data"].as_str().unwrap();
    let valid = Verdict::Valid { action: "m.joined".into(), args: "5".into() };
    assert_eq!(key().verify(data, CHAT, EVE, NOW), valid, "the button was signed for this chat");
}

#[test]
fn every_entity_is_spelled_as_the_api_spells_it() {
    let cases = [
        (Arg::Bold("b".into()), json!({"type": "bold"})),
        (Arg::Code("c".into()), json!({"type": "code"})),
        (
            Arg::Time(Moment(1_700_000_000_999)),
            json!({"type": "date_time", "unix_time": 1_700_000_000, "date_time_format": "dt"}),
        ),
        (Arg::Link { label: "l".into(), url: "https://h".into() }, json!({"type": "text_link", "url": "https://h"})),
    ];
    for (arg, expected) in cases {
        let (_, body) = written(&say(Text::new(Language::En, "core-failed").with("reference", arg), vec![]));
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&body["entities"][0][field], value);
        }
    }
}

#[test]
fn a_mute_forbids_every_single_permission() {
    let (request, body) = written(&Call::Mute { chat: CHAT, user: EVE, until: None });
    assert_eq!(request.method, "restrictChatMember");
    assert_eq!(body["use_independent_chat_permissions"], true);
    assert!(body.get("until_date").is_none(), "for ever");
    let permissions = body["permissions"].as_object().unwrap();
    assert_eq!(permissions.len(), 16);
    assert!(permissions.values().all(|it| it == false));
}

#[test]
fn a_mute_with_an_end_never_becomes_one_for_ever() {
    let day_ms = 86_400_000;
    let now_s = NOW.0 / 1000;
    let cases = [
        (NOW.plus_ms(3_600_500), now_s + 3601),
        (NOW, now_s + 35),
        (NOW.plus_ms(10_000), now_s + 35),
        (Moment(0), now_s + 35),
        (NOW.plus_ms(367 * day_ms), now_s + 365 * 86_400),
    ];
    for (until, expected) in cases {
        let (_, body) = written(&Call::Mute { chat: CHAT, user: EVE, until: Some(until) });
        assert_eq!(body["until_date"], expected, "{until:?}");
    }
}

#[test]
fn an_unmute_gives_back_exactly_the_permissions_of_the_chat() {
    let permissions =
        Permissions([("can_send_messages".to_owned(), true), ("can_pin_messages".to_owned(), false)].into());
    let (_, body) = written(&Call::Unmute { chat: CHAT, user: EVE, permissions });
    let expected = json!({
        "chat_id": CHAT.0, "user_id": 7, "use_independent_chat_permissions": true,
        "permissions": {"can_send_messages": true, "can_pin_messages": false},
    });
    assert_eq!(body, expected);
}

#[test]
fn the_short_calls_are_written_in_full() {
    let menu = Call::SetCommands {
        scope: MenuScope::GroupAdmins,
        language: Some(Language::Ru),
        commands: vec![("protect".into(), Text::new(Language::Ru, "core-language-name"))],
    };
    let here = Call::SetCommands { scope: MenuScope::Chat(CHAT), language: None, commands: vec![] };
    let answer = |text: Option<Text>, alert| Call::Answer { query: "q1".into(), text, alert };
    let delete = Call::Delete { chat: CHAT, message: MessageRef::Id(MessageId(9)) };
    let edit = Call::Edit { chat: CHAT, message: MessageRef::Id(MessageId(9)), text: text(), keyboard: vec![] };
    let words = "This button is too old. Please ask for a new one.";
    let invite = |by_request| Call::Invite { chat: CHAT, name: "n".repeat(40), by_request };
    let link = || "https://t.me/+x".to_owned();
    let rename = |by_request| Call::EditInvite { chat: CHAT, link: link(), name: "door".into(), by_request };
    let edited =
        |asks: bool| json!({"chat_id": CHAT.0, "invite_link": link(), "name": "door", "creates_join_request": asks});
    let verdict = |verdict| Call::AnswerJoin { query: "j1".into(), verdict };
    let cases = [
        (delete, json!({"chat_id": CHAT.0, "message_id": 9})),
        (
            edit,
            json!({"chat_id": CHAT.0, "message_id": 9, "text": words, "link_preview_options": {"is_disabled": true}}),
        ),
        (answer(None, false), json!({"callback_query_id": "q1"})),
        (answer(Some(text()), true), json!({"callback_query_id": "q1", "text": words, "show_alert": true})),
        (invite(false), json!({"chat_id": CHAT.0, "name": "n".repeat(32)})),
        (invite(true), json!({"chat_id": CHAT.0, "name": "n".repeat(32), "creates_join_request": true})),
        (rename(true), edited(true)),
        (rename(false), edited(false)),
        (
            Call::DeleteMany { chat: CHAT, messages: vec![MessageId(5), MessageId(7)] },
            json!({"chat_id": CHAT.0, "message_ids": [5, 7]}),
        ),
        (
            Call::Unreact { chat: CHAT, message: MessageId(5), user: EVE },
            json!({"chat_id": CHAT.0, "message_id": 5, "user_id": 7}),
        ),
        (Call::Approve { chat: CHAT, user: EVE }, json!({"chat_id": CHAT.0, "user_id": 7})),
        (Call::Decline { chat: CHAT, user: EVE }, json!({"chat_id": CHAT.0, "user_id": 7})),
        (verdict(JoinVerdict::Approve), json!({"chat_join_request_query_id": "j1", "result": "approve"})),
        (verdict(JoinVerdict::Decline), json!({"chat_join_request_query_id": "j1", "result": "decline"})),
        (verdict(JoinVerdict::Queue), json!({"chat_join_request_query_id": "j1", "result": "queue"})),
        (
            Call::Permit { chat: CHAT, permissions: Permissions([("can_send_polls".to_owned(), false)].into()) },
            json!({"chat_id": CHAT.0, "use_independent_chat_permissions": true, "permissions": {"can_send_polls": false}}),
        ),
        (Call::Leave { chat: CHAT }, json!({"chat_id": CHAT.0})),
        (
            menu,
            json!({"commands": [{"command": "protect", "description": "Русский"}], "scope": {"type": "all_chat_administrators"}, "language_code": "ru"}),
        ),
        (here, json!({"commands": [], "scope": {"type": "chat", "chat_id": CHAT.0}})),
    ];
    for (call, expected) in cases {
        let (request, body) = written(&call);
        assert_eq!((request.method, body), (call.method(), expected));
    }
}

#[test]
fn a_toast_is_cut_at_200() {
    let words = Arg::Word("я".repeat(250));
    let long = Text::new(Language::En, "core-failed").with("reference", words);
    let (_, body) = written(&Call::Answer { query: "q".into(), text: Some(long), alert: false });
    let toast = body["text"].as_str().unwrap();
    assert_eq!(toast.chars().count(), 200);
    assert!(toast.ends_with('…'));
}

#[test]
fn a_slot_must_be_known_before_its_message_is_touched() {
    let context_key = key();
    let context = EncodeContext { key: &context_key, now: NOW, ephemeral: true };
    let slot = MessageRef::Slot(Slot(4));
    let calls = [
        Call::Delete { chat: CHAT, message: slot },
        Call::Edit { chat: CHAT, message: slot, text: text(), keyboard: vec![] },
    ];
    for call in calls {
        assert_eq!(encode(&context, &call, |_| None), Err(Unwritable::Unresolved(Slot(4))));
        let request = encode(&context, &call, |it| (it == Slot(4)).then_some(Made::Open(MessageId(66)))).unwrap();
        let body: Value = serde_json::from_slice(&request.body.bytes).unwrap();
        assert_eq!(body["message_id"], 66);
    }
}

#[test]
fn a_button_that_cannot_be_signed_is_refused_and_not_sent_without_data() {
    let button = Button { label: Label::Name("b".into()), does: press(&"x".repeat(60)) };
    let context_key = key();
    let refused = encode(
        &EncodeContext { key: &context_key, now: NOW, ephemeral: true },
        &say(text(), vec![vec![button]]),
        |_| None,
    );
    assert!(matches!(refused, Err(Unwritable::Button(Unsignable::TooLong { .. }))), "{refused:?}");
}

#[test]
fn what_is_owed_survives_the_disk() {
    let owed = Owed::new(say(named(), vec![vec![Button { label: Label::Name("b".into()), does: press("1") }]]));
    let kept: Owed = serde_json::from_slice(&serde_json::to_vec(&owed).unwrap()).unwrap();
    assert_eq!(written(&kept.call).1, written(&owed.call).1);
}

#[test]
fn the_content_of_a_request_is_not_shown() {
    let (request, _) = written(&say(named(), vec![]));
    assert_eq!(format!("{request:?}"), format!("Request(sendMessage, {} bytes)", request.body.bytes.len()));
}

#[test]
fn what_one_person_alone_shall_see_is_asked_for_in_supergroups_only() {
    let group = ChatId(-1_000_000_001_234);
    let only = |chat, only| {
        let (slot, text) = (Slot(1), text());
        Call::Say { chat, slot, thread: None, reply_to: None, text, keyboard: vec![], silent: true, only }
    };
    let cases = [
        (only(group, Some(EVE)), true, Some(7)),
        (only(group, Some(EVE)), false, None),
        (only(group, None), true, None),
        (only(ChatId(-1234), Some(EVE)), true, None),
        (only(ChatId(7), Some(EVE)), true, None),
    ];
    for (call, ephemeral, receiver) in cases {
        let context_key = key();
        let context = EncodeContext { key: &context_key, now: NOW, ephemeral };
        let request = encode(&context, &call, |_| None).unwrap();
        let body: Value = serde_json::from_slice(&request.body.bytes).unwrap();
        let expected = receiver.map(|it| json!({"receiver_user_id": it}));
        assert_eq!(body.get("ephemeral_message_parameters"), expected.as_ref(), "{call:?} {ephemeral}");
        assert_eq!(is_ephemeral(&context, &call), receiver.is_some());
    }
}

#[test]
fn a_message_that_one_person_sees_is_edited_and_deleted_by_its_own_methods() {
    let context_key = key();
    let context = EncodeContext { key: &context_key, now: NOW, ephemeral: false };
    let slot = MessageRef::Slot(Slot(4));
    let calls = [
        (Call::Delete { chat: CHAT, message: slot }, "deleteEphemeralMessage"),
        (Call::Edit { chat: CHAT, message: slot, text: text(), keyboard: vec![] }, "editEphemeralMessageText"),
    ];
    for (call, method) in calls {
        let made = Made::Ephemeral(Ephemeral { id: 31, receiver: EVE });
        let request = encode(&context, &call, |_| Some(made)).unwrap();
        let body: Value = serde_json::from_slice(&request.body.bytes).unwrap();
        assert_eq!((request.method, request.answer), (method, Answer::Done));
        assert_eq!((&body["ephemeral_message_id"], &body["receiver_user_id"]), (&json!(31), &json!(7)));
        assert!(body.get("message_id").is_none(), "{body}");
    }
}

fn file(name: &str, content: String) -> Call {
    Call::Document {
        chat: CHAT,
        slot: Slot(1),
        thread: Some(ThreadId(77)),
        reply_to: Some(MessageId(5)),
        name: name.into(),
        content,
        caption: named(),
        silent: true,
    }
}

/// The parts of a form: the header lines of each and its content.
fn parts(body: &Body) -> Vec<(String, String)> {
    let line = body.kind.strip_prefix("multipart/form-data; boundary=").expect("a form");
    let text = String::from_utf8(body.bytes.clone()).unwrap();
    let inside = text.strip_suffix(&format!("--{line}--\r\n")).expect("an end");
    let part = |it: &str| {
        let (head, content) = it.split_once("\r\n\r\n").expect("a head");
        (head.to_owned(), content.strip_suffix("\r\n").expect("an end of its own").to_owned())
    };
    inside.split(&format!("--{line}\r\n")).skip(1).map(part).collect()
}

#[test]
fn a_file_is_sent_as_a_form() {
    let content = "1,\"Ева\"\r\n--majordomo-form-0\r\n2\n".to_owned();
    let call = file("people.csv", content.clone());
    let request = encode(&EncodeContext { key: &key(), now: NOW, ephemeral: true }, &call, |_| None).unwrap();
    assert_eq!((request.method, request.answer), ("sendDocument", Answer::Message));
    let parts = parts(&request.body);
    let field = |name: &str| {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        parts.iter().find(|it| it.0 == head).unwrap_or_else(|| panic!("{name}: {parts:?}")).1.clone()
    };
    let value = |name: &str| serde_json::from_str::<Value>(&field(name)).unwrap();
    assert_eq!((field("chat_id"), field("message_thread_id")), (CHAT.0.to_string(), "77".into()));
    assert_eq!(value("reply_parameters"), json!({"message_id": 5, "allow_sending_without_reply": true}));
    assert_eq!(field("disable_notification"), "true");
    assert!(field("caption").contains("Ева"));
    assert_eq!(value("caption_entities")[0]["type"], "text_mention");
    let head = "Content-Disposition: form-data; name=\"document\"; filename=\"people.csv\"\r\nContent-Type: text/plain; charset=utf-8";
    assert_eq!(parts.last().unwrap(), &(head.to_owned(), content), "the content is whole, whatever is in it");
}

#[test]
fn a_files_name_cannot_leave_its_place() {
    let cases = [
        ("a\"; x=\"b.txt", "a_; x=_b.txt"),
        ("a\r\nContent-Type: x", "a  Content-Type_ x"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("список.csv", "список.csv"),
        ("\u{202e}", "file.txt"),
    ];
    for (name, shown) in cases {
        let body = document(&file(name, "x".into())).unwrap();
        let parts = parts(&body);
        let head = format!("; filename=\"{shown}\"\r\n");
        assert!(parts.last().unwrap().0.contains(&head), "{name}: {:?}", parts.last());
    }
}

#[test]
fn a_file_has_a_largest_size_and_its_caption_too() {
    assert!(document(&file("a.txt", "x".repeat(DOCUMENT_MAX_BYTES))).is_ok());
    let refused = document(&file("a.txt", "x".repeat(DOCUMENT_MAX_BYTES + 1)));
    assert_eq!(refused.err(), Some(Unwritable::TooLarge { bytes: DOCUMENT_MAX_BYTES + 1, limit: DOCUMENT_MAX_BYTES }));
    let lines = (0..200).map(|_| text()).collect();
    let mut call = file("a.txt", String::new());
    let Call::Document { caption, .. } = &mut call else { unreachable!() };
    *caption = Text::new(Language::En, "core-failed").with("reference", Arg::Lines(lines));
    let parts = parts(&document(&call).unwrap());
    let caption = &parts.iter().find(|it| it.0.ends_with("\"caption\"")).unwrap().1;
    assert_eq!(caption.encode_utf16().count(), CAPTION_UNITS);
}
