//! More of the requests that keeping groups for members needs.

use super::*;
use crate::domain::effect::{Choice, Wanted};

#[test]
fn every_call_tells_its_chat_moves_with_it_and_survives_the_disk() {
    let (user, message) = (EVE, MessageRef::Id(MessageId(9)));
    let permissions = Permissions::default();
    let calls = [
        say(text(), vec![]),
        offer(vec![Wanted::Channel]),
        file("a.txt", "x".into()),
        Call::Edit { chat: CHAT, message, text: text(), keyboard: vec![] },
        Call::Delete { chat: CHAT, message },
        Call::DeleteMany { chat: CHAT, messages: vec![MessageId(1)] },
        Call::Mute { chat: CHAT, user, until: None },
        Call::Unmute { chat: CHAT, user, permissions: permissions.clone() },
        Call::Permit { chat: CHAT, permissions },
        Call::Approve { chat: CHAT, user },
        Call::Decline { chat: CHAT, user },
        Call::Invite { chat: CHAT, name: "x".into(), by_request: true },
        Call::EditInvite { chat: CHAT, link: "l".into(), name: "x".into(), by_request: true },
        Call::Leave { chat: CHAT },
        Call::AnswerJoin { query: "q".into(), verdict: JoinVerdict::Queue },
        Call::Answer { query: "q".into(), text: None, alert: false },
    ];
    for call in calls {
        let chatless = matches!(call, Call::AnswerJoin { .. } | Call::Answer { .. });
        assert_eq!(call.chat(), (!chatless).then_some(CHAT), "{call:?}");
        assert_eq!(call.clone().moved_to(ChatId(-5)).chat(), (!chatless).then_some(ChatId(-5)), "{call:?}");
        let kept: Call = serde_json::from_slice(&serde_json::to_vec(&call).unwrap()).unwrap();
        assert_eq!(kept, call);
        let known = crate::telemetry::names::METHODS;
        assert!(known.contains(&call.method()), "{} has no label", call.method());
    }
    for method in ["deleteEphemeralMessage", "editEphemeralMessageText", "getChatAdministrators", "getFile", "download"]
    {
        assert!(crate::telemetry::names::METHODS.contains(&method), "{method} has no label");
    }
}

fn offer(wanted: Vec<Wanted>) -> Call {
    let choices = wanted.into_iter().map(|wanted| Choice { label: text(), wanted }).collect();
    Call::Offer { chat: CHAT, slot: Slot(1), text: text(), choices }
}

/// The names of the rights that are given, of the twelve that the type requires (Bot API 10.3).
fn given(rights: &Value) -> Vec<&str> {
    let rights = rights.as_object().unwrap();
    assert_eq!(rights.len(), 12, "all that are required, and no others: {rights:?}");
    rights.iter().filter(|(_, it)| **it == json!(true)).map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_choice_names_the_kind_of_chat_and_the_rights_there() {
    let (request, body) = written(&offer(vec![Wanted::Channel, Wanted::Group]));
    assert_eq!((request.method, request.answer), ("sendMessage", Answer::Message));
    let markup = &body["reply_markup"];
    assert_eq!((&markup["resize_keyboard"], &markup["is_persistent"]), (&json!(true), &json!(true)));
    let rows = markup["keyboard"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "a row each");
    let ours = |channel: bool| match channel {
        true => vec!["can_invite_users", "can_manage_chat"],
        false => vec!["can_delete_messages", "can_invite_users", "can_manage_chat", "can_restrict_members"],
    };
    for (row, wanted) in rows.iter().zip([Wanted::Channel, Wanted::Group]) {
        let (button, channel) = (&row[0], wanted == Wanted::Channel);
        assert_eq!(button["text"], "This button is too old. Please ask for a new one.");
        let request = &button["request_chat"];
        assert_eq!((&request["request_id"], &request["chat_is_channel"]), (&json!(wanted.number()), &json!(channel)));
        let (mut bot, mut user) =
            (given(&request["bot_administrator_rights"]), given(&request["user_administrator_rights"]));
        bot.sort_unstable();
        user.sort_unstable();
        assert_eq!(bot, ours(channel));
        assert!(bot.iter().all(|it| user.contains(it)), "a superset, as the API wants it");
        assert!(user.contains(&"can_promote_members"), "else they cannot give them");
        assert_eq!(Wanted::of(wanted.number().into()), Some(wanted));
    }
}

#[test]
fn without_choices_the_keyboard_is_taken_away() {
    let (_, body) = written(&offer(vec![]));
    assert_eq!(body["reply_markup"], json!({ "remove_keyboard": true }));
}
