//! The webhook's registration: the table, and its doing against a fake.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

const OURS: &str = "https://bot.example/tg/abc";

fn ours() -> NewWebhook {
    NewWebhook {
        url: OURS.into(),
        secret: "s3cret".into(),
        allowed_updates: vec!["message", "chat_member"],
        max_connections: 40,
    }
}

/// Ours, as Telegram tells it, with the kinds in another order.
fn registered() -> WebhookInfo {
    WebhookInfo {
        url: OURS.into(),
        max_connections: Some(40),
        allowed_updates: Some(vec!["chat_member".into(), "message".into()]),
        ..WebhookInfo::default()
    }
}

fn known() -> Memory {
    Memory { address: Some(OURS.into()), set_at: Some(Moment(1_000_000_000)) }
}

#[test]
fn what_is_done_about_what_telegram_says() {
    let webhook = || Want::Webhook(ours());
    let at = |url: &str| WebhookInfo { url: url.into(), ..registered() };
    let fails = |date: u64, words: &str| WebhookInfo {
        last_error_date: Some(date),
        last_error_message: Some(words.into()),
        ..registered()
    };
    let thief = "https://thief.example/x";
    let unknown = Memory { address: None, ..known() };
    let first = Memory { set_at: None, ..known() };
    let moved = Memory { address: Some("https://old.example/tg".into()), set_at: None };
    let kinds = |list: Option<Vec<String>>| WebhookInfo { allowed_updates: list, ..registered() };
    let set = Action::Set;
    let table = [
        ("all is well", webhook(), registered(), known(), Action::Keep, None),
        ("first look", webhook(), registered(), first.clone(), set(Reason::Start), None),
        ("none is set", webhook(), at(""), known(), set(Reason::Missing), None),
        ("a thief's", webhook(), at(thief), known(), set(Reason::Foreign), Some(thief)),
        ("a thief's, at the start", webhook(), at(thief), first.clone(), set(Reason::Foreign), Some(thief)),
        ("we have moved", webhook(), at("https://old.example/tg"), moved, set(Reason::Foreign), None),
        (
            "one kind more",
            webhook(),
            kinds(Some(["message", "chat_member", "poll"].map(Into::into).to_vec())),
            known(),
            set(Reason::Kinds),
            None,
        ),
        ("one kind less", webhook(), kinds(Some(vec!["message".into()])), known(), set(Reason::Kinds), None),
        (
            "one kind twice",
            webhook(),
            kinds(Some(vec!["message".into(), "message".into()])),
            known(),
            set(Reason::Kinds),
            None,
        ),
        ("the default kinds", webhook(), kinds(None), known(), set(Reason::Kinds), None),
        (
            "fewer connections",
            webhook(),
            WebhookInfo { max_connections: Some(1), ..registered() },
            known(),
            set(Reason::Connections),
            None,
        ),
        (
            "another secret",
            webhook(),
            fails(1_000_061, "Wrong response from the webhook: 401 Unauthorized"),
            known(),
            set(Reason::Secret),
            None,
        ),
        (
            "401 from before",
            webhook(),
            fails(999_999, "Wrong response from the webhook: 401 Unauthorized"),
            known(),
            Action::Keep,
            None,
        ),
        ("another error", webhook(), fails(1_000_061, "Connection timed out"), known(), Action::Keep, None),
        ("polling, none set", Want::Polling, at(""), unknown.clone(), Action::Keep, None),
        ("polling, ours set", Want::Polling, registered(), known(), Action::Delete, None),
        ("polling, a thief's", Want::Polling, at(thief), unknown, Action::Delete, Some(thief)),
    ];
    for (name, want, info, memory, action, foreign) in table {
        let decision = decide(&want, &info, &memory);
        assert_eq!(decision, Decision { action, foreign: foreign.map(Into::into) }, "{name}");
    }
}

/// A Telegram that remembers one webhook, and fails as told.
#[derive(Default)]
struct Telegram {
    info: Mutex<WebhookInfo>,
    did: Mutex<Vec<String>>,
    fail: Mutex<Vec<RegisterError>>,
}

impl Webhooks for Arc<Telegram> {
    async fn get_webhook_info(&self) -> Result<WebhookInfo, RegisterError> {
        match self.fail.lock().unwrap().pop() {
            Some(error) => Err(error),
            None => Ok(self.info.lock().unwrap().clone()),
        }
    }

    async fn set_webhook(&self, webhook: &NewWebhook) -> Result<(), RegisterError> {
        self.did.lock().unwrap().push(format!("set {}", webhook.url));
        let kinds = webhook.allowed_updates.iter().map(|it| (*it).to_owned()).collect();
        *self.info.lock().unwrap() = WebhookInfo {
            url: webhook.url.clone(),
            max_connections: Some(webhook.max_connections),
            allowed_updates: Some(kinds),
            pending_update_count: 3,
            ..WebhookInfo::default()
        };
        Ok(())
    }

    async fn delete_webhook(&self) -> Result<(), RegisterError> {
        self.did.lock().unwrap().push("delete".into());
        *self.info.lock().unwrap() = WebhookInfo::default();
        Ok(())
    }
}

fn options(want: Want, folder: &std::path::Path) -> Options {
    let retry = Backoff { base_ms: 500, cap_ms: 60_000 };
    Options { want, check_every_s: 3600, retry, folder: folder.into() }
}

#[tokio::test(start_paused = true)]
async fn it_is_set_at_the_start_and_put_right_within_the_hour() {
    let folder = tempfile::tempdir().unwrap();
    let telegram = Arc::new(Telegram::default());
    *telegram.fail.lock().unwrap() = vec![RegisterError::Flood(7), RegisterError::Network("refused".into())];
    let (seen, last_seen) = watch::channel(None);
    let (stop, mut stopped) = watch::channel(());
    let keeping = {
        let (telegram, options) = (telegram.clone(), options(Want::Webhook(ours()), folder.path()));
        tokio::spawn(async move { run(&telegram, options, seen, async move { drop(stopped.changed().await) }).await })
    };
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(*telegram.did.lock().unwrap(), [format!("set {OURS}")], "after two failures");
    assert_eq!(known_address(folder.path()).as_deref(), Some(OURS));

    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(telegram.did.lock().unwrap().len(), 1, "all was well");
    assert_eq!(last_seen.borrow().as_ref().map(|it| it.pending_update_count), Some(3));

    telegram.info.lock().unwrap().url = "https://thief.example/".into();
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(telegram.info.lock().unwrap().url, OURS);
    assert_eq!(telegram.did.lock().unwrap().len(), 2);

    stop.send(()).unwrap();
    assert_eq!(keeping.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let telegram = Arc::new(Telegram::default());
    telegram.fail.lock().unwrap().push(RegisterError::Unauthorised);
    let ended = run(&telegram, options(Want::Polling, folder.path()), watch::channel(None).0, std::future::pending());
    assert_eq!(ended.await, Err(Ended::Unauthorised));
}

#[tokio::test]
async fn switching_to_polling_removes_the_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let telegram = Arc::new(Telegram::default());
    once(&telegram, options(Want::Webhook(ours()), folder.path())).await.unwrap();
    let info = once(&telegram, options(Want::Polling, folder.path())).await.unwrap();
    assert_eq!(info.url, "");
    once(&telegram, options(Want::Polling, folder.path())).await.unwrap();
    assert_eq!(*telegram.did.lock().unwrap(), [format!("set {OURS}"), "delete".into()]);
}

#[test]
fn a_secret_is_made_once_and_kept_private() {
    let folder = tempfile::tempdir().unwrap();
    let made = secret("", folder.path()).unwrap();
    assert_eq!(made.len(), 43, "32 random bytes");
    assert_eq!(secret("", folder.path()).unwrap(), made);
    let mode = std::fs::metadata(folder.path().join("webhook.secret")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_ne!(secret("", tempfile::tempdir().unwrap().path()).unwrap(), made);
    assert_eq!(secret("given_by-hand", folder.path()).unwrap(), "given_by-hand");
}

#[test]
fn a_secret_that_telegram_would_refuse_is_refused_here_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    for bad in ["with space", "п", "a+b", &"x".repeat(257)] {
        let words = secret(bad, folder.path()).unwrap_err().to_string();
        assert!(words.contains("telegram.webhook.secret"), "{words}");
        assert!(!words.contains(bad), "{words}");
    }
    std::fs::write(folder.path().join("webhook.secret"), "").unwrap();
    assert!(secret("", folder.path()).unwrap_err().to_string().contains("webhook.secret"), "an empty file");
}

#[test]
fn telegrams_own_answer_is_read() {
    let json = r#"{"url":"","has_custom_certificate":false,"pending_update_count":2,"ip_address":"1.2.3.4",
        "last_error_date":1700000000,"last_error_message":"Connection timed out","max_connections":40}"#;
    let info: WebhookInfo = serde_json::from_str(json).unwrap();
    assert_eq!((info.pending_update_count, info.max_connections, info.allowed_updates), (2, Some(40), None));
    assert!(!format!("{:?}", ours()).contains("s3cret"));
}
