//! More of the requests that keeping groups for members needs.

use super::*;

#[test]
fn every_call_tells_its_chat_moves_with_it_and_survives_the_disk() {
    let (user, message) = (EVE, MessageRef::Id(MessageId(9)));
    let permissions = Permissions::default();
    let calls = [
        say(text(), vec![]),
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
        assert_eq!(call.counts_as_message(), call.keeps_order());
    }
    for method in ["deleteEphemeralMessage", "editEphemeralMessageText", "getChatAdministrators", "getFile", "download"]
    {
        assert!(crate::telemetry::names::METHODS.contains(&method), "{method} has no label");
    }
}
