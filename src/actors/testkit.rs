//! For tests of single actors: a Telegram that answers as it is told, and a world around it whose store forgets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::intake::port::{IntakeParts, IntakePort};
use super::world::{Parts, Sequence, World};
use crate::config::Settings;
use crate::domain::fact::House;
use crate::domain::limits::Algorithm;
use crate::domain::limits::breaker::{Breaker, BreakerRules};
use crate::domain::limits::gate::{GateLimits, SendGate};
use crate::protocol::facts::FactsPort;
use crate::protocol::health::HealthBoard;
use crate::protocol::inhand::InHand;
use crate::protocol::limiter::LimiterPort;
use crate::protocol::outbox::OutboxPort;
use crate::protocol::timer::TimerPort;
use crate::store::Handle;
use crate::telegram::CallbackKey;
use crate::telegram::client::Client;
use crate::telemetry::names::Via;
use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// What comes back: `Ok` is a result, `Err` a code and Telegram's words.
pub(super) type Told = Result<Value, (u16, &'static str)>;

/// A Telegram of which every answer is scripted.
#[derive(Clone)]
pub(super) struct Telegram {
    url: String,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

/// A world around it.
pub(super) struct Town {
    pub world: Arc<World>,
    pub client: Client,
    pub settings: Settings,
    pub telegram: Telegram,
    _folder: TempDir,
}

impl Telegram {
    /// One that answers a method with a body so.
    pub(super) async fn new(answer: impl Fn(&str, &Value) -> Told + Clone + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&seen);
        let handler = move |uri: Uri, body: Bytes| {
            let method = uri.path().rsplit('/').next().unwrap().to_owned();
            let body = serde_json::from_slice(&body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&body)));
            let (status, answer) = match answer(&method, &body) {
                Ok(Value::String(content)) => (200, content),
                Ok(result) => (200, json!({"ok": true, "result": result}).to_string()),
                Err((code, words)) => {
                    (code, json!({"ok": false, "error_code": code, "description": words}).to_string())
                }
            };
            notes.lock().unwrap().push((method, body));
            async move { (StatusCode::from_u16(status).unwrap(), answer) }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self { url, seen }
    }

    /// Methods and bodies so far.
    pub(super) fn seen(&self) -> Vec<(String, Value)> {
        self.seen.lock().unwrap().clone()
    }

    /// The methods so far.
    pub(super) fn methods(&self) -> Vec<String> {
        self.seen().into_iter().map(|it| it.0).collect()
    }

    /// Waits until so many calls were made.
    pub(super) async fn calls(&self, n: usize) {
        until("calls to be made", || self.seen.lock().unwrap().len() >= n).await;
    }
}

impl Town {
    /// A world without limits, in which that Telegram answers.
    #[expect(clippy::unused_async, reason = "who makes it has a runtime")]
    pub(super) async fn new(telegram: Telegram, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        settings.telegram.token = "123456:abcdefghijklmnopqrstuvwxyz".to_owned().into();
        settings.telegram.api_url = telegram.url.clone();
        change(&mut settings);
        let folder = tempfile::tempdir().unwrap();
        let (in_hand, _) = InHand::open(&folder.path().join("inhand"), 4).unwrap();
        let store = Handle::memory(&settings.store).unwrap();
        let (facts, outbox) = (FactsPort::unbound(settings.limits.membership_cache.clone()), OutboxPort::unbound(100));
        let sequence = Arc::new(Sequence::of_boot(1));
        let limiter = LimiterPort::new(SendGate::new(UNLIMITED), Breaker::new(RULES));
        let intake = IntakePort::new(IntakeParts {
            limiter: limiter.clone(),
            store: store.clone(),
            facts: facts.clone(),
            outbox: outbox.clone(),
            via: Via::Polling,
            health: HealthBoard::new(&[]),
            key: Arc::new(CallbackKey::of([1; 32])),
            sequence: sequence.clone(),
            updates: Vec::new(),
            names: Vec::new(),
            limits: settings.runtime.clone(),
        });
        let world = World::new(Parts {
            features: Vec::new(),
            store,
            intake,
            facts,
            outbox,
            timer: TimerPort::default(),
            runtime: settings.runtime.clone(),
            cache: settings.limits.membership_cache.clone(),
            chat: settings.limits.chat.clone(),
            limiter,
            requests: settings.limits.requests.clone(),
            in_hand,
            sequence,
            house: House::default(),
        });
        let client = Client::new(&settings.telegram).unwrap();
        Self { world, client, settings, telegram, _folder: folder }
    }
}

const RULES: BreakerRules = BreakerRules { failures: 100, open_ms: 1_000, successes: 1 };
const UNLIMITED: GateLimits = GateLimits {
    overall_per_s: 0.0,
    chat_per_s: 0.0,
    group_per_min: 0.0,
    other_per_s: 0.0,
    algorithm: Algorithm::TokenBucket,
    queue: 100,
};

/// Waits until something is so; half a minute is for a machine that has other things to do.
pub(super) async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain for {what}");
}
