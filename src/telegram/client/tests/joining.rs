//! Calls and lookups that keeping groups for members needs.

use super::*;

#[tokio::test]
async fn a_message_for_one_person_is_told_by_its_own_id() {
    let cases = [
        (r#"{"message_id":0,"ephemeral_message_id":31,"receiver_user":{"id":7}}"#, None, Some(31)),
        (r#"{"message_id":42}"#, Some(MessageId(42)), None),
    ];
    for (answer, message, ephemeral) in cases {
        let done = Server::ok(answer).await.client().send(say(), SOON).await.unwrap();
        assert_eq!(done, Done { message, ephemeral, link: None });
    }
}

#[tokio::test]
async fn a_file_is_sent_as_a_form_on_a_method_known_or_new() {
    let key = CallbackKey::of([1; 32]);
    let context = EncodeContext { key: &key, now: Moment(1_795_000_000_000), ephemeral: true };
    let call = Call::Document {
        chat: CHAT,
        slot: Slot(1),
        thread: None,
        reply_to: None,
        name: "list.csv".into(),
        content: "a,b\n1,Ева\n".into(),
        caption: crate::domain::text::Text::new(Language::En, "core-press-stale"),
        silent: false,
    };
    for method in ["sendDocument", "sendSomethingOfTomorrow"] {
        let server = Server::ok(r#"{"message_id":42}"#).await;
        let request = request::encode(&context, &call, |_| None).unwrap();
        let done = server.client().send(Request { method, ..request }, SOON).await.unwrap();
        assert_eq!(done.message, Some(MessageId(42)));
        let (path, body) = server.seen.lock().unwrap().last().cloned().unwrap();
        assert!(path.ends_with(method), "{method}");
        assert!(body.starts_with("--majordomo-form-0\r\n") && body.ends_with("\r\n--majordomo-form-0--\r\n"), "{body}");
        assert!(body.contains("filename=\"list.csv\"") && body.contains("\r\n\r\na,b\n1,Ева\n\r\n"), "{body}");
    }
}

#[tokio::test]
async fn admins_are_listed_with_what_they_may_do() {
    let answer = r#"[
        {"status":"creator","user":{"id":1,"first_name":"Ann","language_code":"ru"},"is_anonymous":true},
        {"status":"administrator","user":{"id":2,"is_bot":true,"first_name":"Bot"},"can_promote_members":true},
        {"status":"levitating","user":{"id":3,"first_name":"X"}},
        {"status":"administrator"},
        {"status":"member","user":{"id":4,"first_name":"Y"}}]"#;
    let server = Server::ok(answer).await;
    let admins = server.client().get_admins(CHAT, SOON).await.unwrap();
    let (method, body) = server.last();
    assert_eq!(
        (method.as_str(), body),
        ("getChatAdministrators", serde_json::json!({"chat_id": CHAT.0, "return_bots": true}))
    );
    let told: Vec<_> = admins.iter().map(|it| (it.person.id.0, it.standing.status, it.bot, it.anonymous)).collect();
    assert_eq!(told, [(1, Status::Creator, false, true), (2, Status::Administrator, true, false)]);
    assert!(admins.iter().all(|it| it.standing.may(|rights| rights.can_promote_members)));
    assert!(!admins[1].standing.rights.can_delete_messages);
    let refused = Server::refusing(400, "Bad Request: member list is inaccessible").await;
    assert_eq!(refused.client().get_admins(CHAT, SOON).await.unwrap_err().unknown(), Unknown::NoRights);
}

#[tokio::test]
async fn a_request_that_is_settled_already_counts_as_done() {
    let approve = Call::Approve { chat: CHAT, user: UserId(7) };
    let decline = Call::Decline { chat: CHAT, user: UserId(7) };
    let answer = Call::AnswerJoin { query: "j".into(), verdict: crate::domain::effect::JoinVerdict::Approve };
    let permit = Call::Permit { chat: CHAT, permissions: crate::domain::fact::Permissions::default() };
    let cases = [
        ("Bad Request: HIDE_REQUESTER_MISSING", [true, true, false, false]),
        ("Bad Request: USER_ALREADY_PARTICIPANT", [true, true, false, false]),
        ("Bad Request: user not found", [true, true, false, false]),
        (
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
            [false, false, true, false],
        ),
        ("Bad Request: CHAT_NOT_MODIFIED", [false, false, false, true]),
        ("Bad Request: not enough rights", [false; 4]),
        ("Bad Request: USER_CHANNELS_TOO_MUCH", [false; 4]),
    ];
    for (description, done) in cases {
        let error = Server::refusing(400, description).await.client().send(say(), SOON).await.unwrap_err();
        let told = [&approve, &decline, &answer, &permit].map(|it| error.is_done_anyway(it));
        assert_eq!(told, done, "{description}");
    }
}
