//! `getUpdates`: the long poll.

use super::faults::{FaultKind, Layer};
use super::queue::{KINDS, Queue, Wake};
use super::refusal::Refusal;
use super::request::Parameters;
use super::simulated::Inner;
use super::world::World;
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::oneshot;

/// What a poll asked for, with the official server's brakes applied.
struct Wish {
    limit: usize,
    timeout_s: u64,
}

/// What a poll finds at first.
enum First {
    Webhook,
    Ready(Vec<Bytes>),
    Waiting(Wish, oneshot::Receiver<Wake>),
}

/// The `result` of `getUpdates` as JSON.
pub(super) async fn get_updates(inner: &Inner, given: &Parameters) -> Result<Vec<u8>, Refusal> {
    let first = inner.world().poll(given);
    inner.changed.notify_waiters(); // an offset may have confirmed something
    let (wish, waiting) = match first {
        First::Webhook => {
            let words =
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
            return Err(conflict(inner, words).await);
        }
        First::Ready(ready) => return Ok(list(inner, ready)),
        First::Waiting(wish, waiting) => (wish, waiting),
    };
    match tokio::time::timeout(Duration::from_secs(wish.timeout_s), waiting).await {
        Ok(Ok(Wake::OtherPoll)) => {
            let words = "terminated by other getUpdates request; make sure that only one bot instance is running";
            Err(conflict(inner, words).await)
        }
        Ok(Ok(Wake::WebhookSet)) => Err(conflict(inner, "terminated by setWebhook request").await),
        Ok(Ok(Wake::News) | Err(_)) | Err(_) => {
            let ready = inner.world().updates.take(wish.limit);
            Ok(list(inner, ready))
        }
    }
}

/// The first conflict is told at once, the next ones within 3 s are kept waiting.
async fn conflict(inner: &Inner, words: &str) -> Refusal {
    let first = {
        let mut world = inner.world();
        let now_ms = world.clock.now_ms();
        let first = now_ms >= world.updates.polled.next_conflict_ms;
        if first {
            world.updates.polled.next_conflict_ms = now_ms + 3_000;
        }
        first
    };
    if !first {
        tokio::time::sleep(Duration::from_millis(inner.options.conflict_delay_ms)).await;
    }
    Refusal::conflict(words)
}

fn list(inner: &Inner, mut bodies: Vec<Bytes>) -> Vec<u8> {
    match inner.hit("getUpdates", None, Layer::Content).kind.map(|(kind, _)| kind) {
        Some(FaultKind::Duplicate) => bodies.extend(bodies.last().cloned()),
        Some(FaultKind::Reorder) => bodies.reverse(),
        _ => {}
    }
    let mut all = vec![b'['];
    for (at, body) in bodies.iter().enumerate() {
        if at > 0 {
            all.push(b',');
        }
        all.extend_from_slice(body);
    }
    all.push(b']');
    all
}

impl World {
    fn poll(&mut self, given: &Parameters) -> First {
        if self.updates.hook.is_some() {
            return First::Webhook;
        }
        let wish = self.wish(given);
        let ready = self.updates.take(wish.limit);
        if !ready.is_empty() || wish.timeout_s == 0 {
            return First::Ready(ready);
        }
        First::Waiting(wish, self.updates.wait())
    }

    fn wish(&mut self, given: &Parameters) -> Wish {
        let now_ms = self.clock.now_ms();
        self.updates.read_allowed(given);
        let offset = given.number("offset");
        let mut limit = usize::try_from(given.number("limit")).unwrap_or(0).min(100);
        if limit == 0 {
            limit = 100;
        }
        let mut timeout_s = u64::try_from(given.number("timeout")).unwrap_or(0).min(50);
        let polled = &mut self.updates.polled;
        let again = polled.offset == Some(offset);
        if again && timeout_s < 3 && now_ms < polled.at_ms + 3_000 {
            timeout_s = 3;
        }
        if again && now_ms < polled.at_ms + 500 {
            limit = 1;
        }
        polled.offset = Some(offset);
        polled.at_ms = now_ms;
        self.updates.expire(now_ms);
        self.updates.confirm(offset);
        Wish { limit, timeout_s }
    }
}

impl Queue {
    /// Forgets every update below `offset`; a negative one keeps only so many from the end.
    fn confirm(&mut self, offset: i64) {
        let below = match u64::try_from(offset) {
            Ok(offset) if offset <= self.next_id() => offset,
            Ok(_) => 0,
            Err(_) => {
                let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
                self.pending.keys().rev().nth(keep.saturating_sub(1)).copied().unwrap_or(0)
            }
        };
        while let Some(id) = self.pending.keys().next().copied().filter(|it| *it < below) {
            self.note(id, "confirmed", None);
            self.remove(id);
            self.taken += 1;
        }
    }

    fn take(&mut self, limit: usize) -> Vec<Bytes> {
        let ids: Vec<u64> = self.pending.keys().take(limit).copied().collect();
        ids.iter().for_each(|id| self.note(*id, "getUpdates", None));
        ids.iter().filter_map(|id| self.pending.get(id)).map(|it| it.body.clone()).collect()
    }

    /// Makes this the only waiting poll.
    fn wait(&mut self) -> oneshot::Receiver<Wake> {
        let (wake, woken) = oneshot::channel();
        if let Some(other) = self.poll.replace(wake) {
            let _ = other.send(Wake::OtherPoll); // gone by itself
        }
        woken
    }

    /// `allowed_updates` is kept until it is given anew; an empty list means the default.
    pub(super) fn read_allowed(&mut self, given: &Parameters) {
        if !given.has("allowed_updates") {
            return;
        }
        let Ok(Value::Array(names)) = given.json("allowed_updates", "") else { return };
        let named = |kind: &&str| names.iter().any(|it| it.as_str().is_some_and(|it| it.eq_ignore_ascii_case(kind)));
        let kinds: Vec<&'static str> = KINDS.into_iter().filter(named).collect();
        self.allowed = (!kinds.is_empty()).then_some(kinds);
    }
}
