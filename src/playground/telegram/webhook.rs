//! Webhooks: set, told about, and fed, lane by lane, so many at a time.

use super::faults::{FaultKind, Layer};
use super::post::{Address, Answer, Line};
use super::queue::{Lane, Verdict, Wake};
use super::refusal::Refusal;
use super::request::Parameters;
use super::simulated::Inner;
use super::world::World;
use crate::clock;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A webhook that is set.
pub(super) struct Hook {
    url: String,
    to: Address,
    secret: String,
    max_connections: usize,
    ready: Mutex<VecDeque<Lane>>,
    /// As many permits as there are ready lanes; closed when the hook is replaced.
    signal: Semaphore,
}

impl Hook {
    /// This lane has something to deliver.
    pub(super) fn ready(&self, lane: Lane) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).push_back(lane);
        self.signal.add_permits(1);
    }

    async fn next(&self) -> Option<Lane> {
        self.signal.acquire().await.ok()?.forget();
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl World {
    /// `setWebhook` and `deleteWebhook`; the new hook wants its workers started.
    pub(super) fn set_webhook(&mut self, given: &Parameters) -> Result<(&'static str, Option<Arc<Hook>>), Refusal> {
        if given.flag("drop_pending_updates") {
            self.updates.forget();
        }
        let url = given.text("url");
        let new = if url.is_empty() { None } else { Some(hook(&url, given)?) };
        if new.is_some() && self.flood.is_on() && !self.updates.may_set_hook(self.clock.now_ms()) {
            return Err(Refusal::flood(1));
        }
        self.updates.read_allowed(given);
        let old = self.updates.hook.take();
        let same =
            |a: &Hook, b: &Hook| (&a.url, &a.secret, a.max_connections) == (&b.url, &b.secret, b.max_connections);
        match (old, new) {
            (Some(old), Some(new)) if same(&old, &new) => {
                self.updates.hook = Some(old);
                Ok(("Webhook is already set", None))
            }
            (old, Some(new)) => {
                old.inspect(|it| it.signal.close());
                let new = Arc::new(new);
                self.updates.hook = Some(Arc::clone(&new));
                self.updates.wake_all_lanes();
                if let Some(poll) = self.updates.poll.take() {
                    let _ = poll.send(Wake::WebhookSet); // gone by itself
                }
                Ok(("Webhook was set", Some(new)))
            }
            (Some(old), None) => {
                old.signal.close();
                Ok(("Webhook was deleted", None))
            }
            (None, None) => Ok(("Webhook is already deleted", None)),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "a method of the table, others refuse")]
    pub(super) fn webhook_info(&mut self, _: &Parameters) -> Result<Value, Refusal> {
        let now_ms = self.clock.now_ms();
        self.updates.expire(now_ms);
        let mut info = json!({
            "url": "",
            "has_custom_certificate": false,
            "pending_update_count": self.updates.pending.len(),
        });
        if let Some(hook) = &self.updates.hook {
            info["url"] = hook.url.as_str().into();
            info["max_connections"] = hook.max_connections.into();
            info["ip_address"] = "127.0.0.1".into();
            if let Some((at_s, words)) = &self.updates.last_error {
                info["last_error_date"] = (*at_s).into();
                info["last_error_message"] = words.as_str().into();
            }
        }
        if let Some(kinds) = &self.updates.allowed {
            info["allowed_updates"] = json!(kinds);
        }
        Ok(info)
    }
}

fn hook(url: &str, given: &Parameters) -> Result<Hook, Refusal> {
    let secret = given.text("secret_token").into_owned();
    let plain = |it: &u8| it.is_ascii_alphanumeric() || [b'_', b'-'].contains(it);
    if secret.len() > 256 {
        return Err(Refusal::bad("secret token is too long"));
    }
    if !secret.as_bytes().iter().all(plain) {
        return Err(Refusal::bad("secret token contains unallowed characters"));
    }
    let to = Address::read(url).ok_or_else(|| no_address(url))?;
    let max_connections = match usize::try_from(given.number("max_connections")) {
        Ok(0) | Err(_) => 40,
        Ok(wanted) => wanted.min(100),
    };
    let ready = Mutex::default();
    Ok(Hook { url: url.into(), to, secret, max_connections, ready, signal: Semaphore::new(0) })
}

fn no_address(url: &str) -> Refusal {
    match url.split_once("://") {
        None => Refusal::bad("bad webhook: Failed to resolve host: Name or service not known"),
        Some(("https", _)) => Refusal::new(400, "Bad Request: [sim] webhooks are called over plain http:// only"),
        Some(_) => Refusal::bad("invalid webhook URL specified"),
    }
}

/// Starts what delivers to this hook until it is replaced.
pub(super) fn start(inner: &Arc<Inner>, hook: &Arc<Hook>) {
    for _ in 0..hook.max_connections {
        let (inner, hook) = (Arc::clone(inner), Arc::clone(hook));
        let mut stop = inner.stopping();
        tokio::spawn(async move {
            tokio::select! {
                () = deliver(&inner, &hook) => {}
                _ = stop.wait_for(|it| *it) => {}
            }
        });
    }
}

async fn deliver(inner: &Arc<Inner>, hook: &Arc<Hook>) {
    let mut line = Line::default();
    while let Some(lane) = hook.next().await {
        let front = {
            let mut world = inner.world();
            let now_ms = world.clock.now_ms();
            world.updates.front(lane, now_ms)
        };
        let Some((id, body)) = front else { continue };
        let verdict = attempt(inner, hook, &mut line, id, &body).await;
        let again_s = {
            let mut world = inner.world();
            let now_ms = world.clock.now_ms();
            world.updates.settle(hook, lane, id, verdict, now_ms)
        };
        inner.changed.notify_waiters();
        if let Some(seconds) = again_s {
            again(inner, hook, lane, seconds);
        }
    }
}

fn again(inner: &Arc<Inner>, hook: &Arc<Hook>, lane: Lane, seconds: f64) {
    if seconds <= 0.0 {
        hook.ready(lane);
        return;
    }
    let wait = Duration::from_secs_f64(seconds * inner.options.webhook_time_scale);
    let hook = Arc::clone(hook);
    tokio::spawn(async move {
        tokio::time::sleep(wait).await;
        hook.ready(lane);
    });
}

async fn attempt(inner: &Inner, hook: &Hook, line: &mut Line, id: u64, body: &[u8]) -> Verdict {
    let hit = inner.hit("webhook", None, Layer::Both);
    if hit.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(hit.latency_ms)).await;
    }
    let kind = hit.kind.map(|(kind, _)| kind);
    if inner.is_cut_off() || kind == Some(FaultKind::Reset) {
        inner.world().updates.note(id, "webhook", None);
        return Verdict::Refused { retry_after_s: 0.0, error: "Connection reset by peer".into() };
    }
    let secret = if kind == Some(FaultKind::ForgedSecret) { "wrong" } else { &hook.secret };
    let at_us = clock::tick_us();
    let mut result = post(inner, line, &hook.to, secret, body).await;
    if kind == Some(FaultKind::Duplicate) && result.is_ok() {
        result = post(inner, line, &hook.to, secret, body).await;
    }
    let status = result.as_ref().ok().map(|it| it.status);
    inner.world().updates.note_at(at_us, id, "webhook", status);
    match result {
        Ok(answer) if (200..300).contains(&answer.status) => Verdict::Taken,
        Ok(answer) => Verdict::Refused {
            retry_after_s: answer.retry_after_s,
            error: format!("Wrong response from the webhook: {}", reason(answer.status)),
        },
        Err(error) => Verdict::Refused { retry_after_s: 0.0, error: words(&error).into() },
    }
}

async fn post(inner: &Inner, line: &mut Line, to: &Address, secret: &str, body: &[u8]) -> io::Result<Answer> {
    let limit = Duration::from_millis(inner.options.webhook_timeout_ms);
    match tokio::time::timeout(limit, line.post(to, secret, body)).await {
        Ok(result) => result,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

fn reason(status: u16) -> String {
    let known = hyper::StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason());
    format!("{status} {}", known.unwrap_or("Unknown"))
}

fn words(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::TimedOut => "Read timeout expired",
        io::ErrorKind::ConnectionRefused => "Connection refused",
        _ => "Webhook connection closed",
    }
}
