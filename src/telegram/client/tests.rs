//! The client against a server that misbehaves in every way we know, with a token that must not come back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod files;
mod joining;
mod server;
mod stacks;

use super::*;
use crate::domain::event::Status;
use crate::domain::fact::Unknown;
use crate::domain::types::{ChatId, Moment};
use crate::telegram::CallbackKey;
use crate::telegram::error::FloodScope;
use server::{Reaction, Server};

/// No text of any error may contain this.
const CANARY: &str = "CANARYcanary0123456789abcdefABCDEF";
const SOON: Duration = Duration::from_secs(10);
const CHAT: ChatId = ChatId(-100_123);

fn settings(url: &str) -> config::Telegram {
    let token = format!("123456:{CANARY}");
    config::Telegram { token: token.into(), api_url: url.to_owned(), ..config::Telegram::default() }
}

fn client_of(url: &str) -> Client {
    Client::new(&settings(url)).unwrap()
}

/// A client over the stack that TLS needs.
fn secured(url: &str) -> Client {
    let settings = settings(url);
    let transport = transport::Transport::new(&settings).unwrap().secured();
    Client { transport: Arc::new(transport) }
}

fn say() -> Request {
    Request { method: "sendMessage", body: b"{}".to_vec().into(), answer: Answer::Message }
}

async fn failure(reaction: Reaction) -> ApiError {
    failure_of(client_of, reaction).await
}

async fn failure_of(client: fn(&str) -> Client, reaction: Reaction) -> ApiError {
    let server = Server::new(reaction).await;
    let error = client(&server.url).send(say(), SOON).await.unwrap_err();
    assert_eq!(server.seen.lock().unwrap().len(), 1, "the request arrived, once");
    error
}

fn assert_keeps_the_secret(what: &str, error: &(impl std::fmt::Debug + std::fmt::Display)) {
    for text in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
        assert!(!text.contains(CANARY) && !text.contains("123456:"), "{what}: {text}");
        assert!(!text.contains("/bot1"), "{what} shows an address: {text}");
    }
}

#[tokio::test]
async fn the_token_is_in_no_error_however_a_call_fails() {
    let echo = format!("no such thing: /bot123456:{CANARY}/sendMessage or {CANARY}");
    let json = serde_json::json!({"ok": false, "error_code": 400, "description": echo}).to_string();
    let ways = [
        ("a 502 page", Reaction::Answer("502 Bad Gateway", format!("<html>{echo}</html>"))),
        ("a 404 page", Reaction::Answer("404 Not Found", format!("<html>{echo}</html>"))),
        ("garbage", Reaction::Answer("200 OK", echo.clone())),
        ("an echo", Reaction::Answer("400 Bad Request", json)),
        ("a wrong shape", Reaction::Answer("200 OK", format!(r#"{{"ok":true,"result":"{echo}"}}"#))),
        ("a redirect", Reaction::With("302 Found", "location: http://127.0.0.1:9/", echo.clone())),
        ("a hangup", Reaction::Hangup),
        ("half a body", Reaction::HalfABody),
        ("nonsense", Reaction::Nonsense),
    ];
    for (what, reaction) in ways {
        let error = failure(reaction).await;
        assert_keeps_the_secret(what, &error);
    }
    let nobody = client_of("http://127.0.0.1:9");
    assert_keeps_the_secret("refused", &nobody.send(say(), SOON).await.unwrap_err());
    let nowhere = client_of("http://no-such-host.invalid");
    assert_keeps_the_secret("no name", &nowhere.send(say(), SOON).await.unwrap_err());
    let silent = Server::new(Reaction::Silence).await;
    let late = silent.client().send(say(), Duration::from_millis(50)).await.unwrap_err();
    assert_keeps_the_secret("a timeout", &late);
    let shown = format!("{:?} {:#?}", silent.client(), silent.client());
    assert!(!shown.contains(CANARY), "{shown}");
}

#[tokio::test]
async fn what_surely_was_not_sent_is_told_from_what_may_have_arrived() {
    let is_ambiguous = |it: &ApiError| matches!(it, ApiError::Ambiguous { .. });
    for (what, reaction) in [
        ("hangup", Reaction::Hangup),
        ("half", Reaction::HalfABody),
        ("nonsense", Reaction::Nonsense),
        ("502", Reaction::Answer("502 Bad Gateway", "<html>".into())),
        (
            "500",
            Reaction::Answer(
                "500 Oh",
                r#"{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}"#.into(),
            ),
        ),
        ("garbage", Reaction::Answer("200 OK", "<html>".into())),
        ("nothing", Reaction::Answer("200 OK", String::new())),
    ] {
        let error = failure(reaction).await;
        assert!(is_ambiguous(&error), "{what}: {error:?}");
    }
    let silent = Server::new(Reaction::Silence).await;
    let late = silent.client().send(say(), Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(late, ApiError::Ambiguous { why: "deadline over: operation timed out".into() });
    let late = secured(&silent.url).send(say(), Duration::from_millis(50)).await.unwrap_err();
    assert!(is_ambiguous(&late), "{late:?}");
    for client in [client_of("http://127.0.0.1:9"), secured("http://127.0.0.1:9")] {
        let error = client.send(say(), SOON).await.unwrap_err();
        assert!(matches!(error, ApiError::NotSent { .. }), "refused: {error:?}");
    }
}

#[tokio::test]
async fn a_flood_says_how_long_and_for_whom() {
    let json = |wait: u64| {
        let words = format!("Too Many Requests: retry after {wait}");
        format!(r#"{{"ok":false,"error_code":429,"description":"{words}","parameters":{{"retry_after":{wait}}}}}"#)
    };
    let cases = [
        (Reaction::Answer("429 Too Many", json(17)), 17),
        (Reaction::Answer("429 Too Many", json(70_000)), 70_000),
        (Reaction::Answer("429 Too Many", json(0)), 1),
        (Reaction::With("429 Too Many", "retry-after: 23", "<html>".into()), 23),
        (Reaction::Answer("429 Too Many", "<html>".into()), 5),
    ];
    for (reaction, retry_after_s) in cases {
        assert_eq!(failure(reaction).await, ApiError::Flood { retry_after_s, scope: FloodScope::Chat });
    }
    let server = Server::new(Reaction::Answer("429 Too Many", json(3))).await;
    let error = server.client().get_me(SOON).await.unwrap_err();
    assert_eq!(error, ApiError::Flood { retry_after_s: 3, scope: FloodScope::Token });
}

#[tokio::test]
async fn refusals_are_told_apart_by_code_and_words() {
    let delete = Call::Delete { chat: CHAT, message: crate::domain::effect::MessageRef::Id(MessageId(1)) };
    let answer = Call::Answer { query: "1".into(), text: None, alert: false };
    let leave = Call::Leave { chat: CHAT };
    let mute = Call::Mute { chat: CHAT, user: UserId(7), until: None };
    let cases = [
        (400, "Bad Request: message to delete not found", "gone", Some(&delete)),
        (400, "Bad Request: message can't be deleted", "rejected", None),
        (
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
            "gone",
            Some(&answer),
        ),
        (400, "Bad Request: chat not found", "gone", Some(&leave)),
        (400, "Bad Request: user not found", "gone", Some(&mute)),
        (400, "Bad Request: not enough rights to restrict/unrestrict chat member", "rejected", None),
        (403, "Forbidden: bot was kicked from the supergroup chat", "blocked", Some(&leave)),
        (403, "Forbidden: bot was blocked by the user", "blocked", Some(&leave)),
        (401, "Unauthorized", "unauthorised", None),
        (404, "Not Found", "unauthorised", None),
        (409, "Conflict: terminated by other getUpdates request", "conflict", None),
    ];
    for (code, description, name, done_for) in cases {
        let error = Server::refusing(code, description).await.client().send(say(), SOON).await.unwrap_err();
        assert_eq!(error.name(), name, "{description}");
        for call in [&delete, &answer, &leave, &mute] {
            assert_eq!(error.is_done_anyway(call), done_for == Some(call), "{description}: {}", call.method());
        }
    }
}

#[tokio::test]
async fn a_group_that_moved_says_where_to() {
    let body = r#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1009}}"#;
    let error = failure(Reaction::Answer("400 Bad Request", body.into())).await;
    assert_eq!(error, ApiError::Migrated { to: ChatId(-1009) });
}

#[tokio::test]
async fn done_in_a_shape_we_cannot_read_is_not_done_again() {
    for result in ["true", "null", r#"{"id":5}"#] {
        let error = Server::ok(result).await.client().send(say(), SOON).await.unwrap_err();
        assert!(matches!(error, ApiError::Malformed { .. }), "{result}: {error:?}");
    }
}

#[tokio::test]
async fn a_call_is_performed_with_its_outcome() {
    let key = CallbackKey::of([1; 32]);
    let context = EncodeContext { key: &key, now: Moment(1_795_000_000_000), ephemeral: true };
    let server = Server::ok(r#"{"message_id":42,"chat":{"id":-100123},"date":1}"#).await;
    let text = crate::domain::text::Text::new(Language::En, "core-press-stale");
    let call = Call::Say {
        chat: CHAT,
        slot: Slot(1),
        thread: None,
        reply_to: None,
        text,
        keyboard: vec![],
        silent: false,
        only: None,
    };
    let done = server.client().perform(&context, &call, |_| None, SOON).await.unwrap();
    assert_eq!(done, Done { message: Some(MessageId(42)), ephemeral: None, link: None });
    let (method, body) = server.last();
    assert_eq!((method.as_str(), &body["chat_id"]), ("sendMessage", &serde_json::json!(-100_123)));

    let server = Server::ok(r#"{"invite_link":"https://t.me/+abc","name":"x"}"#).await;
    let invite = Call::Invite { chat: CHAT, name: "x".into(), by_request: false };
    let done = server.client().perform(&context, &invite, |_| None, SOON).await.unwrap();
    assert_eq!(done, Done { message: None, ephemeral: None, link: Some("https://t.me/+abc".into()) });

    let edit = Call::Delete { chat: CHAT, message: crate::domain::effect::MessageRef::Slot(Slot(9)) };
    let refused = server.client().perform(&context, &edit, |_| None, SOON).await.unwrap_err();
    assert_eq!(refused, PerformError::Unwritable(Unwritable::Unresolved(Slot(9))));
}

#[tokio::test]
async fn the_bot_learns_who_it_is() {
    let server = Server::ok(
        r#"{"id":42,"is_bot":true,"first_name":"House","username":"house_bot","can_read_all_group_messages":true}"#,
    )
    .await;
    let me = server.client().get_me(SOON).await.unwrap();
    assert_eq!(me, Me { id: UserId(42), username: "house_bot".into(), name: "House".into(), reads_groups: true });
}

#[tokio::test]
async fn a_chat_is_read_with_permissions_of_any_age() {
    let chat = r#"{"id":-100123,"type":"supergroup","title":"G","invite_link":"https://t.me/+x","linked_chat_id":-1005,
        "permissions":{"can_send_messages":true,"can_do_tomorrow":false,"not_a_flag":"x"},"accent_color_id":3}"#;
    let server = Server::ok(chat).await;
    let info = server.client().get_chat(&ChatRef::Name("group".into()), SOON).await.unwrap();
    assert_eq!(server.last().1["chat_id"], "@group");
    assert_eq!((info.id, info.title.as_str(), info.linked_chat), (CHAT, "G", Some(ChatId(-1005))));
    let flags: Vec<_> = info.permissions.0.iter().map(|(name, it)| (name.as_str(), *it)).collect();
    assert_eq!(flags, [("can_do_tomorrow", false), ("can_send_messages", true)]);
}

#[tokio::test]
async fn a_standing_is_read_from_every_kind_of_member() {
    let user = r#""user":{"id":7,"is_bot":false,"first_name":"Eve"}"#;
    let cases = [
        (r#""status":"creator","is_anonymous":false"#, Status::Creator, true, false, None),
        (r#""status":"administrator","can_delete_messages":true"#, Status::Administrator, true, false, None),
        (r#""status":"member","until_date":1795000000"#, Status::Member, true, false, None),
        (
            r#""status":"restricted","is_member":true,"can_send_messages":false,"until_date":0"#,
            Status::RestrictedInside,
            true,
            true,
            None,
        ),
        (
            r#""status":"restricted","is_member":false,"can_send_messages":true,"until_date":1795000000"#,
            Status::RestrictedOutside,
            false,
            false,
            Some(Moment(1_795_000_000_000)),
        ),
        (r#""status":"left""#, Status::Left, false, false, None),
        (r#""status":"kicked","until_date":1795000000"#, Status::Kicked, false, false, Some(Moment(1_795_000_000_000))),
    ];
    for (fields, status, inside, muted, until) in cases {
        let server = Server::ok(&format!("{{{fields},{user}}}")).await;
        let it = server.client().get_chat_member(&CHAT.into(), UserId(7), SOON).await.unwrap();
        assert_eq!((it.status, it.inside(), it.muted, it.until), (status, inside, muted, until), "{fields}");
        assert_eq!(it.may(|rights| rights.can_delete_messages), it.is_admin(), "{fields}");
    }
}

#[tokio::test]
async fn what_a_failed_lookup_means_is_said() {
    let cases = [
        (400, "Bad Request: member not found", Ok(Status::Left)),
        (400, "Bad Request: chat not found", Err(Unknown::NotFound)),
        (400, "Bad Request: PARTICIPANT_ID_INVALID", Err(Unknown::NotFound)),
        (400, "Bad Request: member list is inaccessible", Err(Unknown::NoRights)),
        (400, "Bad Request: CHAT_ADMIN_REQUIRED", Err(Unknown::NoRights)),
        (403, "Forbidden: bot is not a member of the channel chat", Err(Unknown::NoRights)),
        (500, "Internal Server Error", Err(Unknown::Unavailable)),
        (429, "Too Many Requests: retry after 5", Err(Unknown::Unavailable)),
    ];
    for (code, description, expected) in cases {
        let client = Server::refusing(code, description).await.client();
        let found = client.get_chat_member(&CHAT.into(), UserId(7), SOON).await;
        assert_eq!(found.map(|it| it.status).map_err(|e| e.unknown()), expected, "{description}");
    }
    let strange = Server::ok(r#"{"status":"levitating"}"#).await.client();
    let found = strange.get_chat_member(&CHAT.into(), UserId(7), SOON).await.unwrap_err();
    assert_eq!(found.unknown(), Unknown::Unavailable, "nobody is muted over a status that is new to us");
}

#[tokio::test]
async fn polling_and_webhook_calls_carry_exactly_what_was_asked() {
    let server = Server::ok(r#"[{"update_id":5,"message":{}}, {"update_id":6}]"#).await;
    let poll = Poll { offset: Some(5), limit: 100, wait_s: 50, allowed: &["message", "chat_member"] };
    let raw = server.client().get_updates_raw(&poll, SOON).await.unwrap();
    let updates = crate::telegram::update::split_result(&raw).unwrap();
    assert_eq!(updates, [&br#"{"update_id":5,"message":{}}"#[..], &br#"{"update_id":6}"#[..]]);
    let asked =
        serde_json::json!({"offset": 5, "limit": 100, "timeout": 50, "allowed_updates": ["message", "chat_member"]});
    assert_eq!(server.last(), ("getUpdates".into(), asked));

    let server = Server::ok("true").await;
    let webhook = NewWebhook { url: "https://h/x", secret: "s", max_connections: 40, allowed: &["message"] };
    server.client().set_webhook(&webhook, SOON).await.unwrap();
    let asked = serde_json::json!({"url": "https://h/x", "secret_token": "s", "max_connections": 40, "allowed_updates": ["message"]});
    assert_eq!(server.last(), ("setWebhook".into(), asked));
    server.client().delete_webhook(SOON).await.unwrap();
    assert_eq!(server.last(), ("deleteWebhook".into(), serde_json::json!({"drop_pending_updates": false})));

    let server = Server::ok(r#"{"url":"https://h/x","has_custom_certificate":false,"pending_update_count":3,"allowed_updates":["message","brand_new"]}"#).await;
    let info = server.client().get_webhook_info(SOON).await.unwrap();
    assert_eq!((info.url.as_str(), info.pending_update_count, info.allowed_updates.len()), ("https://h/x", 3, 2));
}

#[tokio::test]
async fn a_poll_that_is_refused_is_no_answer() {
    let server = Server::refusing(409, "Conflict: can't use getUpdates method while webhook is active").await;
    let poll = Poll { offset: None, limit: 1, wait_s: 0, allowed: &["message"] };
    let error = server.client().get_updates_raw(&poll, SOON).await.unwrap_err();
    assert_eq!(error.name(), "conflict");
    assert!(server.last().1.get("offset").is_none());
}

#[tokio::test]
async fn a_trailing_slash_and_a_path_in_the_address_do_no_harm() {
    let server = Server::ok("true").await;
    let client = client_of(&format!("{}/proxy/", server.url));
    client.delete_webhook(SOON).await.unwrap();
    let path = server.seen.lock().unwrap()[0].0.clone();
    assert_eq!(path, format!("/proxy/bot123456:{CANARY}/deleteWebhook"));
}

#[test]
fn wrong_settings_are_refused_in_words_without_the_token() {
    let make = |token: &str, url: &str| {
        let settings = config::Telegram { token: token.into(), api_url: url.into(), ..config::Telegram::default() };
        Client::new(&settings).map(drop).unwrap_err()
    };
    let token = format!("123456:{CANARY}");
    for (wrong, url) in [
        ("", "https://h"),
        (CANARY, "https://h"),
        ("x:CANARYcanary", "https://h"),
        ("1:short", "https://h"),
        ("1:has spaces in it", "https://h"),
    ] {
        let error = make(wrong, url);
        assert_eq!(error, Unusable::Token, "{wrong}");
        assert_keeps_the_secret(wrong, &error);
    }
    for url in ["", "api.telegram.org", "ftp://h", "http://"] {
        let error = make(&token, url);
        assert!(matches!(error, Unusable::Address { .. }), "{url}: {error:?}");
        assert_keeps_the_secret(url, &error);
    }
}

#[test]
fn calls_and_failures_are_counted_by_method_and_kind_only() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let body =
                r#"{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":9}}"#;
            failure(Reaction::Answer("429 Too Many", body.into())).await;
            failure(Reaction::Hangup).await;
            Server::ok("true").await.client().delete_webhook(SOON).await.unwrap();
        });
    });
    let page = recorder.handle().render();
    let expected = [
        r#"bot_api_calls_total{method="sendMessage"} 2"#,
        r#"bot_api_calls_total{method="deleteWebhook"} 1"#,
        r#"bot_api_429_total{scope="chat"} 1"#,
        r#"bot_errors_total{type="flood"} 1"#,
        r#"bot_errors_total{type="ambiguous"} 1"#,
        r#"bot_api_call_duration_seconds_count{method="sendMessage",code_class="429"} 1"#,
        r#"bot_api_call_duration_seconds_count{method="sendMessage",code_class="none"} 1"#,
        r#"bot_api_call_duration_seconds_count{method="deleteWebhook",code_class="2xx"} 1"#,
    ];
    for line in expected {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
    assert!(!page.contains(CANARY));
}
