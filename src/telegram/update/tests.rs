//! Updates as Bot API 10.3 documents them, and updates that nobody documents.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod doors;
mod fields;
mod hostile;

use super::*;
use crate::domain::event::{Rights, Standing, Status};
use crate::domain::types::{ANONYMOUS_ADMIN, TELEGRAM};
use crate::telegram::callback::Press;
use serde_json::{Value, json};

const ME: UserId = UserId(42);
const NOW: Moment = Moment(1_795_000_000_000);
const GROUP: ChatId = ChatId(-1_001_234);
const DATE: i64 = 1_794_999_990;

fn key() -> CallbackKey {
    CallbackKey::of([5; 32])
}

fn read(update: &Value) -> Decoded {
    try_read(update.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}: {update}"))
}

fn try_read(raw: &[u8]) -> Result<Decoded, Undecodable> {
    decode(raw, &DecodeContext { key: &key(), me: ME, now: NOW })
}

fn eve() -> Value {
    json!({"id": 7, "is_bot": false, "first_name": "Eve", "last_name": "Adams", "username": "eve", "language_code": "ru"})
}

fn group() -> Value {
    json!({"id": GROUP.0, "type": "supergroup", "title": "The group", "username": "the_group"})
}

/// A plain message of Eve in the group, with these fields added or replaced; `null` takes one away.
fn message(fields: Value) -> Value {
    let mut message = json!({"message_id": 5, "from": eve(), "chat": group(), "date": DATE, "text": "hello"});
    for (name, value) in fields.as_object().unwrap() {
        if value.is_null() {
            message.as_object_mut().unwrap().remove(name);
        } else {
            message[name] = value.clone();
        }
    }
    message
}

fn update(kind: &str, object: Value) -> Value {
    json!({"update_id": 901, kind: object})
}

fn said(fields: Value) -> Said {
    match read(&update("message", message(fields))).happened.event {
        Event::Said(said) => said,
        other => panic!("{other:?}"),
    }
}

fn plain() -> Said {
    Said {
        message: MessageId(5),
        thread: None,
        from: Person {
            id: UserId(7),
            name: "Eve Adams".into(),
            username: Some("eve".into()),
            language: Language::Ru,
            is_bot: false,
        },
        sender_chat: None,
        text: Some("hello".into()),
        edited: false,
        forwarded: None,
        via_bot: false,
        automatic: false,
        service: false,
        reply_to: None,
        album: None,
        document: None,
        content: Content::Text,
    }
}

#[test]
fn a_plain_group_message_is_read_whole() {
    let decoded = read(&update("message", message(json!({}))));
    let place =
        Place { id: GROUP, kind: ChatKind::Supergroup, title: "The group".into(), username: Some("the_group".into()) };
    let at = Moment(1_794_999_990_000);
    let happened = Happened { update: Some(UpdateId(901)), at, place, event: Event::Said(plain()) };
    let expected = Decoded {
        update: UpdateId(901),
        kind: "message",
        chat: Some(GROUP),
        person: Some(UserId(7)),
        press: false,
        happened,
    };
    assert_eq!(decoded, expected);
}

#[test]
fn messages_of_every_shape_are_told_apart() {
    let channel = json!({"id": -1009, "type": "channel", "title": "News"});
    let bot = json!({"id": ANONYMOUS_ADMIN.0, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"});
    let robot = |id: UserId, name: &str, username: Option<&str>, is_bot| Person {
        id,
        name: name.into(),
        username: username.map(Into::into),
        language: Language::En,
        is_bot,
    };
    let from_channel = json!({"type": "channel", "chat": channel, "message_id": 3, "date": 1});
    let from_user = json!({"type": "user", "sender_user": eve(), "date": 1});
    let origin = |channel| Some(Origin { channel });
    let linked = json!({
        "from": {"id": TELEGRAM.0, "is_bot": false, "first_name": "Telegram"},
        "sender_chat": channel, "is_automatic_forward": true, "forward_origin": from_channel,
    });
    let reply = |to: Value| json!({"reply_to_message": to});
    let answered = |from, channel| Some(ReplyTo { message: MessageId(3), from, about: None, channel, document: None });
    let mention = json!([{"type": "bold"}, {"type": "text_mention", "user": {"id": 8}}]);
    let notice = json!({"message_id": 3, "from": bot, "entities": mention});
    let ours = ReplyTo {
        message: MessageId(3),
        from: Some(ANONYMOUS_ADMIN),
        about: Some(UserId(8)),
        channel: None,
        document: None,
    };
    let post =
        json!({"message_id": 3, "date": 1, "chat": group(), "sender_chat": channel, "is_automatic_forward": true});
    let cases = [
        (
            json!({"text": null, "photo": [{"file_id": "x"}], "caption": "look"}),
            Said { text: Some("look".into()), content: Content::Photo, ..plain() },
        ),
        (json!({"text": null, "sticker": {"file_id": "x"}}), Said { text: None, content: Content::Sticker, ..plain() }),
        (
            json!({"text": null, "a_kind_of_tomorrow": {"x": [1]}}),
            Said { text: None, content: Content::Other, ..plain() },
        ),
        (json!({"media_group_id": "77"}), Said { album: Some("77".into()), ..plain() }),
        (json!({"via_bot": bot}), Said { via_bot: true, ..plain() }),
        (
            json!({"from": bot, "sender_chat": group(), "author_signature": "boss"}),
            Said {
                from: robot(ANONYMOUS_ADMIN, "Group", Some("GroupAnonymousBot"), true),
                sender_chat: Some(GROUP),
                ..plain()
            },
        ),
        (
            linked,
            Said {
                from: robot(TELEGRAM, "Telegram", None, false),
                sender_chat: Some(ChatId(-1009)),
                automatic: true,
                forwarded: origin(Some(ChatId(-1009))),
                ..plain()
            },
        ),
        (json!({"forward_origin": from_channel}), Said { forwarded: origin(Some(ChatId(-1009))), ..plain() }),
        (json!({"forward_origin": from_user}), Said { forwarded: origin(None), ..plain() }),
        (json!({"forward_origin": {"type": "of_tomorrow"}}), Said { forwarded: origin(None), ..plain() }),
        (json!({"message_thread_id": 8, "is_topic_message": true}), Said { thread: Some(ThreadId(8)), ..plain() }),
        (json!({"message_thread_id": 8}), plain()),
        (
            json!({"message_thread_id": 3, "is_topic_message": true, "reply_to_message": {"message_id": 3, "forum_topic_created": {}}}),
            Said { thread: Some(ThreadId(3)), ..plain() },
        ),
        (reply(message(json!({"message_id": 3}))), Said { reply_to: answered(Some(UserId(7)), None), ..plain() }),
        (
            reply(message(json!({"message_id": 3, "forward_origin": from_channel}))),
            Said { reply_to: answered(Some(UserId(7)), Some(ChatId(-1009))), ..plain() },
        ),
        (
            reply(
                json!({"message_id": 3, "date": 1, "chat": group(), "document": {"file_id": "F1", "file_name": "a.json", "file_size": 9}}),
            ),
            Said {
                reply_to: Some(ReplyTo {
                    message: MessageId(3),
                    from: None,
                    about: None,
                    channel: None,
                    document: Some(Document { file: "F1".into(), name: "a.json".into(), bytes: 9 }),
                }),
                ..plain()
            },
        ),
        (
            reply(message(json!({"message_id": 3, "entities": mention}))), // a person's words name nobody to us
            Said { reply_to: answered(Some(UserId(7)), None), ..plain() },
        ),
        (reply(notice), Said { reply_to: Some(ours), ..plain() }),
        (reply(post), Said { reply_to: answered(None, Some(ChatId(-1009))), ..plain() }),
    ];
    for (fields, expected) in cases {
        assert_eq!(said(fields.clone()), expected, "{fields}");
    }
}

#[test]
fn service_messages_say_nothing() {
    let kinds = ["new_chat_members", "left_chat_member", "pinned_message", "forum_topic_created", "video_chat_started"];
    for kind in kinds {
        let said = said(json!({"text": null, kind: [{"id": 9, "text": "no"}]}));
        assert_eq!(said, Said { service: true, text: None, content: Content::Other, ..plain() }, "{kind}");
    }
}

#[test]
fn edits_and_channel_posts_are_messages_too() {
    let edited = read(&update("edited_message", message(json!({"edit_date": DATE + 5}))));
    assert_eq!(edited.happened.event, Event::Said(Said { edited: true, ..plain() }));
    assert_eq!((edited.kind, edited.happened.at), ("edited_message", moment(DATE + 5)));

    let channel = json!({"id": -1009, "type": "channel", "title": "News", "username": "news"});
    let post = message(json!({"from": null, "chat": channel, "sender_chat": channel}));
    for (kind, edited) in [("channel_post", false), ("edited_channel_post", true)] {
        let decoded = read(&update(kind, post.clone()));
        let Event::Said(said) = decoded.happened.event else { panic!("{kind}") };
        assert_eq!((said.edited, said.sender_chat, said.from.name.as_str()), (edited, Some(ChatId(-1009)), "News"));
        assert_eq!((said.from.id, decoded.happened.place.kind), (CHANNEL_BOT, ChatKind::Channel));
    }
}

#[test]
fn a_move_to_a_supergroup_is_one_event_told_twice() {
    let old = json!({"id": -55, "type": "group", "title": "The group"});
    let told_there = update("message", message(json!({"text": null, "chat": old, "migrate_to_chat_id": GROUP.0})));
    let told_here = update("message", message(json!({"text": null, "migrate_from_chat_id": -55})));
    for update in [told_there, told_here] {
        let decoded = read(&update);
        assert_eq!(decoded.happened.event, Event::Migrated { to: GROUP });
        assert_eq!((decoded.chat, decoded.happened.place.kind), (Some(ChatId(-55)), ChatKind::Group));
    }
}

fn press_of(data: Option<&str>, message: Value) -> Decoded {
    let mut press = json!({"id": "4242", "from": eve(), "chat_instance": "1", "message": message});
    if let Some(data) = data {
        press["data"] = data.into();
    }
    if press["message"].is_null() {
        press.as_object_mut().unwrap().remove("message");
    }
    read(&update("callback_query", press))
}

#[test]
fn a_press_is_judged_by_its_signature() {
    let press = |only| Press { action: "m.joined", args: "1", chat: GROUP, only: Some(only), until: None };
    let data = key().sign(&press(UserId(7))).unwrap();
    let others = key().sign(&press(UserId(8))).unwrap();
    let carrier = || {
        message(
            json!({"from": {"id": 42, "is_bot": true, "first_name": "House"}, "message_thread_id": 8, "is_topic_message": true}),
        )
    };
    let inaccessible = json!({"message_id": 5, "chat": group(), "date": 0});
    let elsewhere = message(json!({"chat": {"id": -9, "type": "group", "title": "x"}}));
    let valid = Verdict::Valid { action: "m.joined".into(), args: "1".into() };
    let cases = [
        (Some(&*data), carrier(), valid.clone(), Some(GROUP)),
        (Some(&*data), inaccessible, valid, Some(GROUP)),
        (Some(&*others), carrier(), Verdict::NotYours, Some(GROUP)),
        (Some(&*data), elsewhere, Verdict::Forged, Some(ChatId(-9))),
        (Some("join"), carrier(), Verdict::Forged, Some(GROUP)),
        (None, carrier(), Verdict::Forged, Some(GROUP)),
        (Some(&*data), Value::Null, Verdict::Forged, Some(ChatId(7))),
    ];
    for (data, message, verdict, chat) in cases {
        let decoded = press_of(data, message.clone());
        let Event::Pressed(pressed) = &decoded.happened.event else { panic!("{message}") };
        assert_eq!((&pressed.verdict, decoded.chat, decoded.press), (&verdict, chat, true), "{message}");
        assert_eq!((pressed.query.as_str(), pressed.from.id, decoded.person), ("4242", UserId(7), Some(UserId(7))));
        assert_eq!(decoded.happened.at, NOW);
    }
    let Event::Pressed(pressed) = press_of(Some(&data), carrier()).happened.event else { panic!("a press") };
    assert_eq!((pressed.message, pressed.thread), (MessageId(5), Some(ThreadId(8))));
}

#[test]
fn a_change_of_standing_is_ours_or_somebody_elses() {
    let admin = json!({"id": 9, "is_bot": false, "first_name": "Ann"});
    let house = json!({"id": 42, "is_bot": true, "first_name": "House"});
    let changed = |who: &Value, old: Value, new: Value| {
        let member = |mut it: Value| {
            it["user"] = who.clone();
            it
        };
        json!({"chat": group(), "from": admin, "date": DATE, "old_chat_member": member(old), "new_chat_member": member(new)})
    };
    let muted = json!({"status": "restricted", "is_member": true, "can_send_messages": false, "can_invite_users": true, "until_date": DATE});
    let joined = changed(&eve(), json!({"status": "left"}), muted);
    let decoded = read(&update("chat_member", joined));
    let Event::Moved(moved) = decoded.happened.event else { panic!("moved") };
    assert_eq!((moved.who.id, moved.by.name.as_str(), moved.old), (UserId(7), "Ann", Standing::default()));
    let expected = Standing {
        status: Status::RestrictedInside,
        rights: Rights::default(),
        muted: true,
        until: Some(moment(DATE)),
    };
    assert_eq!(moved.new, expected, "a permission of the same name is no right");
    assert_eq!((decoded.person, decoded.happened.at), (Some(UserId(7)), moment(DATE)));

    let rights = json!({"status": "administrator", "can_delete_messages": true, "can_restrict_members": false, "can_be_edited": false});
    for kind in ["my_chat_member", "chat_member"] {
        let decoded = read(&update(kind, changed(&house, json!({"status": "member"}), rights.clone())));
        let Event::Placed(moved) = decoded.happened.event else { panic!("{kind}") };
        assert!(moved.new.may(|it| it.can_delete_messages) && !moved.new.may(|it| it.can_restrict_members));
    }
    let strange =
        read(&update("chat_member", changed(&eve(), json!({"status": "left"}), json!({"status": "levitating"}))));
    assert_eq!(strange.happened.event, Event::Other);
}

#[test]
fn kinds_that_no_rule_looks_at_are_named_and_routed_where_they_can_be() {
    let cases = [
        ("chat_boost", json!({"chat": group(), "boost": {}}), Some(GROUP), "chat_boost"),
        ("message_reaction_count", json!({"chat": group(), "date": DATE}), Some(GROUP), "message_reaction_count"),
        ("inline_query", json!({"id": "1", "from": eve(), "query": ""}), None, "inline_query"),
        ("business_message", message(json!({})), None, "business_message"),
        ("poll", json!({"id": "1"}), None, "poll"),
        ("kind_of_tomorrow", json!({"chat": {"id": []}}), None, "other"),
        ("message", message(json!({"chat": {"id": -3, "type": "of_tomorrow"}})), None, "message"),
    ];
    for (kind, object, chat, name) in cases {
        let decoded = read(&update(kind, object));
        assert_eq!((decoded.happened.event, decoded.chat, decoded.kind), (Event::Other, chat, name), "{kind}");
        assert_eq!((decoded.person, decoded.press), (None, false));
    }
    assert_eq!(read(&json!({"update_id": 1})).kind, "other");
}
