//! The updates that wait for the bot, one lane per chat or person.

use super::ledger::{Delivery, Observer, Seen};
use super::options::{Detail, Options};
use super::webhook::Hook;
use super::world::World;
use crate::clock;
use bytes::Bytes;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Telegram keeps an update for a day.
pub(super) const DAY_MS: i64 = 86_400_000;

/// Every kind of update, in the official order.
pub(super) const KINDS: [&str; 25] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
];
/// Kinds that are sent only when asked for by name.
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// Updates of one lane are delivered in order; lanes do not wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    Chat(i64),
    Member(i64),
    Press(i64),
}

/// An update that waits.
pub(super) struct Update {
    pub(super) kind: &'static str,
    pub(super) body: Bytes,
    pub(super) attempts: u32,
    pub(super) delay_s: f64,
    lane: Lane,
    expires_ms: i64,
}

/// Why a long poll ends.
pub(super) enum Wake {
    News,
    OtherPoll,
    WebhookSet,
}

/// What a delivery attempt was answered.
pub(super) enum Verdict {
    Taken,
    Refused { retry_after_s: f64, error: String },
}

pub(super) struct Queue {
    pub(super) pending: BTreeMap<u64, Update>,
    pub(super) allowed: Option<Vec<&'static str>>,
    pub(super) hook: Option<Arc<Hook>>,
    pub(super) last_error: Option<(i64, String)>,
    pub(super) poll: Option<oneshot::Sender<Wake>>,
    pub(super) polled: Polled,
    pub(super) deliveries: Vec<Delivery>,
    /// Updates that were confirmed or answered with 2xx.
    pub(super) taken: u64,
    lanes: HashMap<Lane, VecDeque<u64>>,
    /// Lanes that are ready, being delivered, or waiting for a retry.
    busy: HashSet<Lane>,
    next_id: u64,
    next_set_ms: i64,
    detail: Detail,
    observer: Option<Observer>,
}

/// The last `getUpdates`, for the official server's brakes.
#[derive(Debug, Default)]
pub(super) struct Polled {
    pub(super) offset: Option<i64>,
    pub(super) at_ms: i64,
    pub(super) next_conflict_ms: i64,
}

impl Queue {
    pub(super) fn new(options: &Options, observer: Option<Observer>) -> Self {
        Self {
            pending: BTreeMap::new(),
            allowed: None,
            hook: None,
            last_error: None,
            poll: None,
            polled: Polled::default(),
            deliveries: Vec::new(),
            taken: 0,
            lanes: HashMap::new(),
            busy: HashSet::new(),
            next_id: 100_000_000 + options.seed.wrapping_mul(7_919) % 800_000_000,
            next_set_ms: 0,
            detail: options.detail,
            observer,
        }
    }

    pub(super) fn wants(&self, kind: &str) -> bool {
        match &self.allowed {
            Some(allowed) => allowed.contains(&kind),
            None => !NOT_BY_DEFAULT.contains(&kind),
        }
    }

    pub(super) const fn next_id(&self) -> u64 {
        self.next_id
    }

    /// A webhook may be set once a second.
    pub(super) const fn may_set_hook(&mut self, now_ms: i64) -> bool {
        let may = now_ms >= self.next_set_ms;
        if may {
            self.next_set_ms = now_ms + 1_000;
        }
        may
    }

    /// Jumps ahead, as real ids do after quiet times.
    pub(super) const fn jump(&mut self, by: u64) {
        self.next_id += by;
    }

    /// Puts a whole update at the end of its lane, under the id that it carries.
    fn add(&mut self, kind: &'static str, body: Bytes, lane: Lane, expires_ms: i64) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.pending.insert(id, Update { kind, body, attempts: 0, delay_s: 1.0, lane, expires_ms });
        self.lanes.entry(lane).or_default().push_back(id);
        if let Some(hook) = &self.hook {
            if self.busy.insert(lane) {
                hook.ready(lane);
            }
        } else if let Some(poll) = self.poll.take() {
            let _ = poll.send(Wake::News); // a poller who has hung up comes back by itself
        }
        id
    }

    /// Takes an update away.
    pub(super) fn remove(&mut self, id: u64) -> Option<Update> {
        let update = self.pending.remove(&id)?;
        if let Some(lane) = self.lanes.get_mut(&update.lane) {
            match lane.front() {
                Some(front) if *front == id => drop(lane.pop_front()),
                _ => lane.retain(|it| *it != id),
            }
            if lane.is_empty() {
                self.lanes.remove(&update.lane);
            }
        }
        Some(update)
    }

    /// Takes everything away.
    pub(super) fn forget(&mut self) {
        let all: Vec<u64> = self.pending.keys().copied().collect();
        all.into_iter().for_each(|id| drop(self.remove(id)));
    }

    /// Takes away what is too old.
    pub(super) fn expire(&mut self, now_ms: i64) {
        let old: Vec<u64> = self.pending.iter().filter(|(_, it)| it.expires_ms <= now_ms).map(|(id, _)| *id).collect();
        for id in old {
            self.note(id, "expired", None);
            self.remove(id);
        }
    }

    /// Sends every lane that has something to the new webhook.
    pub(super) fn wake_all_lanes(&mut self) {
        self.busy = self.lanes.keys().copied().collect();
        if let Some(hook) = &self.hook {
            self.busy.iter().for_each(|lane| hook.ready(*lane));
        }
    }

    /// The first update of a lane, counted as attempted; a lane without one is idle again.
    pub(super) fn front(&mut self, lane: Lane, now_ms: i64) -> Option<(u64, Bytes)> {
        loop {
            let Some(id) = self.lanes.get(&lane).and_then(|it| it.front().copied()) else {
                self.busy.remove(&lane);
                return None;
            };
            if self.pending.get(&id).is_some_and(|it| it.expires_ms <= now_ms) {
                self.note(id, "expired", None);
                self.remove(id);
                continue;
            }
            let update = self.pending.get_mut(&id)?;
            update.attempts += 1;
            return Some((id, update.body.clone()));
        }
    }

    /// What comes after an attempt: in how many seconds the lane is to be tried again, if at all.
    pub(super) fn settle(
        &mut self,
        hook: &Arc<Hook>,
        lane: Lane,
        id: u64,
        verdict: Verdict,
        now_ms: i64,
    ) -> Option<f64> {
        let current = self.hook.as_ref().is_some_and(|it| Arc::ptr_eq(it, hook));
        let delay_s = match verdict {
            Verdict::Taken => {
                self.taken += u64::from(self.remove(id).is_some());
                0.0
            }
            Verdict::Refused { retry_after_s, error } => {
                self.last_error = Some((now_ms / 1000, error));
                self.pending.get_mut(&id).map_or(0.0, |it| it.next_delay_s(retry_after_s))
            }
        };
        if !current {
            return None;
        }
        if self.lanes.contains_key(&lane) {
            return Some(delay_s);
        }
        self.busy.remove(&lane);
        None
    }

    /// Writes an attempt down that begins and ends now.
    pub(super) fn note(&mut self, id: u64, via: &'static str, status: Option<u16>) {
        self.note_at(clock::tick_us(), id, via, status);
    }

    /// Writes an attempt down that began earlier.
    pub(super) fn note_at(&mut self, at_us: u64, id: u64, via: &'static str, status: Option<u16>) {
        if self.detail == Detail::Counting && self.observer.is_none() {
            return;
        }
        let Some(update) = self.pending.get(&id) else { return };
        let attempt = if via == "webhook" { update.attempts } else { 1 };
        let delivery = Delivery { update: id, kind: update.kind, at_us, via, attempt, status };
        if let Some(observer) = &self.observer {
            observer(Seen::Delivery(&delivery));
        }
        if self.detail == Detail::Full {
            self.deliveries.push(delivery);
        }
    }
}

impl Update {
    /// The first retry comes at once, then after 2, 4, 8 .. 60 s; `Retry-After` is honoured.
    fn next_delay_s(&mut self, retry_after_s: f64) -> f64 {
        if retry_after_s > 0.0 {
            return retry_after_s.min(3600.0);
        }
        if self.attempts <= 1 {
            return 0.0;
        }
        self.delay_s = (self.delay_s * 2.0).min(60.0);
        self.delay_s
    }
}

impl World {
    /// Sends an update to the bot, if it has asked for this kind; gives the update's id.
    pub(super) fn push(&mut self, kind: &'static str, object: &Value, lane: Lane) -> Option<u64> {
        let ttl_ms = if kind == "callback_query" { self.press_ttl_ms } else { DAY_MS };
        self.updates.wants(kind).then(|| self.push_whole(kind, object, lane, ttl_ms))
    }

    fn push_whole(&mut self, kind: &'static str, object: &Value, lane: Lane, ttl_ms: i64) -> u64 {
        let body = format!("{{\"update_id\":{},\"{kind}\":{object}}}", self.updates.next_id());
        let expires_ms = self.clock.now_ms() + ttl_ms;
        self.updates.add(kind, Bytes::from(body), lane, expires_ms)
    }

    /// Sends an update exactly as given, under the next id unless it carries one (`update_id`).
    pub(super) fn push_raw(&mut self, text: &str, lane: Lane) -> u64 {
        let expires_ms = self.clock.now_ms() + DAY_MS;
        let text = text.replace("$UPDATE_ID", &self.updates.next_id().to_string());
        self.updates.add("raw", Bytes::from(text), lane, expires_ms)
    }
}
