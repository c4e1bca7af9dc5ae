//! Updates about who comes in, reactions, files and messages for one person.

use super::*;
use crate::domain::event::Chosen;

#[test]
fn a_request_to_join_says_who_asks_and_how_they_came() {
    let request = |more: Value| {
        let mut it = json!({"chat": group(), "from": eve(), "user_chat_id": 7007, "date": DATE, "bio": "hi"});
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        it
    };
    let link = json!({"invite_link": "https://t.me/+x", "creator": {"id": 9, "is_bot": false, "first_name": "Ann"},
        "creates_join_request": true, "is_primary": false, "is_revoked": false});
    let asked = |private, query: Option<&str>, by_link| JoinRequested {
        who: plain().from,
        private: ChatId(private),
        query: query.map(Into::into),
        by_link,
    };
    let cases = [
        (json!({}), asked(7007, None, None)),
        (json!({"user_chat_id": null}), asked(7, None, None)),
        (json!({"query_id": "j1"}), asked(7007, Some("j1"), None)),
        (json!({"invite_link": link}), asked(7007, None, Some(UserId(9)))),
        (json!({"invite_link": {"invite_link": "x"}}), asked(7007, None, None)),
    ];
    for (more, expected) in cases {
        let decoded = read(&update("chat_join_request", request(more.clone())));
        assert_eq!(decoded.happened.event, Event::JoinRequested(expected), "{more}");
        assert_eq!((decoded.chat, decoded.person, decoded.press), (Some(GROUP), Some(UserId(7)), false));
        assert_eq!((decoded.happened.at, decoded.kind), (moment(DATE), "chat_join_request"));
    }
}

#[test]
fn somebody_who_came_by_a_link_or_a_request_says_so() {
    let link = |asks: bool| json!({"invite_link": "x", "creator": {"id": 9}, "creates_join_request": asks});
    let cases = [
        (json!({}), false, None),
        (json!({"via_join_request": true}), true, None),
        (json!({"invite_link": link(false)}), false, Some(UserId(9))),
        (json!({"invite_link": link(true)}), true, Some(UserId(9))),
        (json!({"via_chat_folder_invite_link": true}), false, None),
    ];
    for (more, by_request, by_link) in cases {
        let mut it = json!({"chat": group(), "from": eve(), "date": DATE,
            "old_chat_member": {"user": eve(), "status": "left"}, "new_chat_member": {"user": eve(), "status": "member"}});
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let Event::Moved(moved) = read(&update("chat_member", it)).happened.event else { panic!("{more}") };
        assert_eq!((moved.by_request, moved.by_link), (by_request, by_link), "{more}");
    }
}

#[test]
fn a_reaction_is_added_when_one_is_there_that_was_not() {
    let emoji = |it: &str| json!({"type": "emoji", "emoji": it});
    let own = |it: &str| json!({"type": "custom_emoji", "custom_emoji_id": it});
    let (thumb, heart, paid) = (emoji("+"), emoji("<3"), json!({"type": "paid"}));
    let cases = [
        (json!([]), json!([thumb]), true),
        (json!([thumb]), json!([]), false),
        (json!([thumb]), json!([heart]), true),
        (json!([thumb, heart]), json!([heart]), false),
        (json!([heart]), json!([thumb, heart]), true),
        (json!([own("1")]), json!([own("2")]), true),
        (json!([own("1")]), json!([own("1")]), false),
        (json!([]), json!([paid]), true),
        (json!([]), json!([{"type": "of_tomorrow", "x": 1}]), true),
        (json!([]), json!([]), false),
    ];
    for (old, new, added) in cases {
        let it = json!({"chat": group(), "message_id": 5, "user": eve(), "date": DATE, "old_reaction": old, "new_reaction": new});
        let decoded = read(&update("message_reaction", it));
        let who = Some(plain().from);
        let expected = Reacted { message: MessageId(5), who, sender_chat: None, added };
        assert_eq!(decoded.happened.event, Event::Reacted(expected), "{old} -> {new}");
        assert_eq!((decoded.chat, decoded.person, decoded.happened.at), (Some(GROUP), Some(UserId(7)), moment(DATE)));
    }
    let it = json!({"chat": group(), "message_id": 5, "actor_chat": {"id": -1009, "type": "channel"}, "date": DATE,
        "old_reaction": [], "new_reaction": [thumb]});
    let decoded = read(&update("message_reaction", it));
    let Event::Reacted(reacted) = decoded.happened.event else { panic!("a reaction") };
    assert_eq!((reacted.who, reacted.sender_chat, decoded.person), (None, Some(ChatId(-1009)), None));
}

#[test]
fn a_file_is_told_and_a_moving_picture_is_none() {
    let file = json!({"file_id": "F1", "file_unique_id": "u", "file_name": "list.csv", "file_size": 5_000_000_000_u64});
    let document = |name: &str, bytes| Some(Document { file: "F1".into(), name: name.into(), bytes });
    let cases = [
        (json!({"document": file}), document("list.csv", 5_000_000_000), Content::Document),
        (json!({"document": {"file_id": "F1"}}), document("", 0), Content::Document),
        (json!({"document": file, "animation": {"file_id": "F1"}}), None, Content::Animation),
        (json!({"animation": {"file_id": "F1"}, "document": file}), None, Content::Animation),
        (json!({"document": null}), None, Content::Other),
    ];
    for (fields, document, content) in cases {
        let mut fields = fields;
        fields["text"] = Value::Null;
        let said = said(fields.clone());
        assert_eq!((said.document, said.content), (document, content), "{fields}");
    }
    let old: Said = serde_json::from_value(json!({"message": 5, "from": {"id": 7, "name": "Eve"}})).unwrap();
    assert_eq!((old.document, old.content), (None, Content::Text), "a row of an older version is read");
}

#[test]
fn a_press_under_a_message_for_one_person_says_so() {
    let press = Press { action: "m.joined", args: "1", chat: GROUP, only: Some(UserId(7)), until: None };
    let data = key().sign(&press).unwrap();
    for (more, ephemeral, id) in
        [(json!({"message_id": 0, "ephemeral_message_id": 31}), true, 0), (json!({}), false, 5)]
    {
        let Event::Pressed(pressed) = press_of(Some(&data), message(more)).happened.event else { panic!("a press") };
        assert_eq!((pressed.ephemeral, pressed.message), (ephemeral, MessageId(id)));
        assert_eq!(pressed.verdict, Verdict::Valid { action: "m.joined".into(), args: "1".into() });
    }
}

#[test]
fn words_that_only_we_can_see_are_not_said_in_the_group() {
    for text in ["why me?", "/protect @news"] {
        let more = json!({"message_id": 0, "ephemeral_message_id": 31, "text": text});
        let decoded = read(&update("message", message(more)));
        assert_eq!((decoded.chat, decoded.happened.event), (Some(GROUP), Event::Other), "{text}");
    }
}

#[test]
fn a_start_link_in_a_group_comes_with_its_payload() {
    let said = said(
        json!({"text": "/start@house_bot setup", "entities": [{"type": "bot_command", "offset": 0, "length": 16}]}),
    );
    let given = crate::domain::command::parse(&said, "house_bot").unwrap();
    assert_eq!((given.name.as_str(), given.args), ("start", "setup"));
}

#[test]
fn a_chat_that_somebody_chose_is_told_with_the_number_of_our_request() {
    let chat = json!({"id": 7, "type": "private", "first_name": "Eve"});
    let shared = json!({"request_id": 2, "chat_id": GROUP.0, "title": "Readers"});
    let message = json!({"message_id": 5, "date": DATE, "chat": chat, "from": eve(), "chat_shared": shared});
    let decoded = read(&update("message", message));
    let expected = Chosen { message: MessageId(5), from: plain().from, request: 2, chat: GROUP };
    assert_eq!(decoded.happened.event, Event::Chosen(expected));
    assert_eq!((decoded.chat, decoded.person), (Some(ChatId(7)), Some(UserId(7))));
    let null = json!({"message_id": 5, "date": DATE, "chat": chat, "from": eve(), "chat_shared": null, "text": "hi"});
    assert!(matches!(read(&update("message", null)).happened.event, Event::Said(said) if !said.service));
}
