//! Webhooks: order, repetition, and what goes wrong with them.

use super::{SOON, Small, small};
use majordomo::playground::telegram::{Fault, FaultKind, Options};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// A webhook that answers as told and remembers what came.
struct Hook {
    url: String,
    got: Arc<Mutex<Vec<(String, Value)>>>,
    answers: Arc<Mutex<VecDeque<(&'static str, u64)>>>,
}

impl Hook {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let hook = Self { url, got: Arc::default(), answers: Arc::default() };
        let (got, answers) = (Arc::clone(&hook.got), Arc::clone(&hook.answers));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve_hook(BufReader::new(stream), Arc::clone(&got), Arc::clone(&answers)));
            }
        });
        hook
    }

    /// The next delivery is answered so, after so many ms.
    fn will_answer(&self, status: &'static str, after_ms: u64) {
        self.answers.lock().unwrap().push_back((status, after_ms));
    }

    fn texts(&self) -> Vec<String> {
        let got = self.got.lock().unwrap();
        got.iter().filter_map(|(_, it)| it["message"]["text"].as_str().map(ToOwned::to_owned)).collect()
    }
}

async fn serve_hook(
    mut stream: BufReader<tokio::net::TcpStream>,
    got: Arc<Mutex<Vec<(String, Value)>>>,
    answers: Arc<Mutex<VecDeque<(&'static str, u64)>>>,
) {
    loop {
        let (mut line, mut length, mut secret) = (String::new(), 0, String::new());
        while stream.read_line(&mut line).await.is_ok_and(|it| it > 2) {
            let header = line.to_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if header.starts_with("x-telegram-bot-api-secret-token:") {
                secret = line.split_once(':').unwrap().1.trim().to_owned();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        if length == 0 || stream.read_exact(&mut body).await.is_err() {
            return;
        }
        let answer = answers.lock().unwrap().pop_front();
        let (status, after_ms) = answer.unwrap_or(("200 OK", 0));
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        got.lock().unwrap().push((secret, serde_json::from_slice(&body).unwrap()));
        let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn hooked(options: Options) -> (Small, Hook) {
    let it = small(options).await;
    let hook = Hook::start().await;
    let set = json!({ "url": hook.url, "secret_token": "s3cret", "max_connections": 4, "drop_pending_updates": true });
    it.bot.ok("setWebhook", set).await;
    (it, hook)
}

#[tokio::test]
async fn a_webhook_gets_the_secret_and_each_chat_in_order() {
    let (it, hook) = hooked(Options::default()).await;
    for n in 0..50 {
        it.telegram.say(it.eve, it.group, &format!("{n}")).unwrap();
    }
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), (0..50).map(|it| it.to_string()).collect::<Vec<_>>());
    assert!(hook.got.lock().unwrap().iter().all(|(secret, _)| secret == "s3cret"));
    assert_eq!(it.telegram.taken(), 50);
}

#[tokio::test]
async fn a_slow_chat_holds_up_no_other() {
    let (it, hook) = hooked(Options::default()).await;
    hook.will_answer("200 OK", 1_500);
    it.telegram.say(it.eve, it.group, "slow").unwrap();
    while !hook.answers.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    it.telegram.say(it.eve, it.group, "behind it").unwrap();
    it.telegram.whisper(it.sam, "quick").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), ["quick", "slow", "behind it"]);
}

#[tokio::test]
async fn a_refused_delivery_comes_again_before_its_followers() {
    let (it, hook) = hooked(Options { webhook_time_scale: 0.01, ..Options::default() }).await;
    hook.will_answer("503 Service Unavailable\r\nRetry-After: 20", 0);
    hook.will_answer("500 Internal Server Error", 0);
    it.telegram.say(it.eve, it.group, "first").unwrap();
    it.telegram.say(it.eve, it.group, "second").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), ["first", "first", "first", "second"]);
    let tries: Vec<_> = it
        .telegram
        .deliveries()
        .iter()
        .filter(|it| it.via == "webhook")
        .map(|it| (it.attempt, it.status.unwrap()))
        .collect();
    assert_eq!(tries, [(1, 503), (2, 500), (3, 200), (1, 200)]);
    let between = |a: usize, b: usize| {
        let all = it.telegram.deliveries();
        let at: Vec<u64> = all.iter().filter(|it| it.via == "webhook").map(|it| it.at_us).collect();
        at[b] - at[a]
    };
    assert!(between(0, 1) >= 200_000, "Retry-After is honoured, on the scaled clock");
    let info = it.bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 500 Internal Server Error");
}

#[tokio::test]
async fn a_webhook_that_is_down_gets_everything_later() {
    let it = small(Options { webhook_time_scale: 0.01, ..Options::default() }).await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    it.bot.ok("setWebhook", json!({ "url": format!("http://{free}/"), "drop_pending_updates": true })).await;
    it.telegram.say(it.eve, it.group, "anybody?").unwrap();
    let down = || it.telegram.deliveries().iter().filter(|it| it.via == "webhook" && it.status.is_none()).count() >= 2;
    assert!(it.telegram.until(SOON, down).await);
    assert_eq!(it.bot.ok("getWebhookInfo", json!({})).await["last_error_message"], "Connection refused");
    let hook = Hook::start().await;
    it.bot.ok("setWebhook", json!({ "url": hook.url })).await;
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), ["anybody?"]);
}

#[tokio::test]
async fn webhook_faults_forge_and_repeat() {
    let (it, hook) = hooked(Options { webhook_time_scale: 0.01, ..Options::default() }).await;
    it.telegram.fault(Fault::of("webhook", FaultKind::ForgedSecret).times(1));
    it.telegram.say(it.eve, it.group, "forged").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    it.telegram.fault(Fault::of("webhook", FaultKind::Duplicate).times(1));
    it.telegram.say(it.eve, it.group, "twice").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    it.telegram.fault(Fault::of("webhook", FaultKind::Reset).times(1));
    it.telegram.say(it.eve, it.group, "late").unwrap();
    assert!(it.telegram.until(SOON, || it.telegram.undelivered() == 0).await);
    assert_eq!(hook.texts(), ["forged", "twice", "twice", "late"]);
    assert_eq!(hook.got.lock().unwrap()[0].0, "wrong");
}

#[tokio::test]
async fn setting_the_same_webhook_again_changes_nothing() {
    let (it, hook) = hooked(Options::default()).await;
    let set = json!({ "url": hook.url, "secret_token": "s3cret", "max_connections": 4 });
    let (_, again) = it.bot.call("setWebhook", set).await;
    assert_eq!(again["description"], "Webhook is already set");
    let info = it.bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["max_connections"]), (&json!(hook.url), &json!(4)));
    assert_eq!(it.bot.call("deleteWebhook", json!({})).await.1["description"], "Webhook was deleted");
    assert_eq!(it.bot.call("deleteWebhook", json!({})).await.1["description"], "Webhook is already deleted");
}
