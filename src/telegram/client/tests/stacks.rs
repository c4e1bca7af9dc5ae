//! Calls with and without the stack of TLS: the same failures, and connections that are used again.

use super::server::{Reaction, Server};
use super::{SOON, assert_keeps_the_secret, client_of, failure, failure_of, say, secured};
use crate::telegram::error::ApiError;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[tokio::test]
async fn with_and_without_the_stack_of_tls_failures_mean_the_same() {
    let moved = r#"{"ok":false,"error_code":400,"description":"x","parameters":{"migrate_to_chat_id":-1009}}"#;
    for (what, reaction) in [
        ("a 502 page", Reaction::Answer("502 Bad Gateway", "<html>".into())),
        ("a redirect", Reaction::With("302 Found", "location: http://127.0.0.1:9/", String::new())),
        ("a flood", Reaction::With("429 Too Many", "retry-after: 23", "<html>".into())),
        ("moved", Reaction::Answer("400 Bad Request", moved.into())),
        ("a hangup", Reaction::Hangup),
        ("half a body", Reaction::HalfABody),
        ("nonsense", Reaction::Nonsense),
        ("too much", Reaction::Answer("200 OK", "x".repeat(33 << 20))),
        ("closed behind it", Reaction::AndClose("403 Forbidden", "<html>".into())),
    ] {
        let (plain, secured) = (failure_of(client_of, reaction.clone()).await, failure_of(secured, reaction).await);
        assert_keeps_the_secret(what, &secured);
        match (&plain, &secured) {
            (ApiError::Ambiguous { .. }, ApiError::Ambiguous { .. }) => {}
            _ => assert_eq!(plain, secured, "{what}"),
        }
    }
}

#[tokio::test]
async fn a_connection_is_used_again_until_the_server_closes_it() {
    let body = r#"{"ok":true,"result":true}"#.to_owned();
    for (reaction, lines) in [(Reaction::Answer("200 OK", body.clone()), 1), (Reaction::AndClose("200 OK", body), 5)] {
        let server = Server::new(reaction).await;
        let client = server.client();
        for _ in 0..5 {
            client.delete_webhook(SOON).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(server.seen.lock().unwrap().len(), 5);
        assert_eq!(server.lines.load(Ordering::Relaxed), lines);
        let together = (0..20).map(|_| client.delete_webhook(SOON));
        for done in futures_util::future::join_all(together).await {
            done.unwrap();
        }
        assert_eq!(server.seen.lock().unwrap().len(), 25);
    }
}

#[tokio::test]
async fn a_call_is_sent_once_whatever_comes_back() {
    for reaction in [Reaction::Hangup, Reaction::Answer("502 Bad Gateway", String::new())] {
        let server = Server::new(reaction).await;
        server.client().send(say(), SOON).await.unwrap_err();
        assert_eq!(server.seen.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_endless_answer_is_given_up() {
    let body = "x".repeat(33 << 20);
    let error = failure(Reaction::Answer("200 OK", body)).await;
    assert!(matches!(error, ApiError::Ambiguous { .. }), "{error:?}");
}
