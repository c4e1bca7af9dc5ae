//! What a shard says: a crash with whom it is charged to, a storm, and its metrics.

use super::census::State;
use super::residents::Charge;
use super::storm::StormRule;
use super::voice::{self, Crash};
use crate::telemetry::{Line, events};
use metrics::{Counter, Gauge};

/// The kind of a shard's children in metrics; the shards themselves are counted under their own path.
const KIND: &str = "chat";

/// The metrics of one shard, looked up once: chats start and sleep often.
pub(super) struct Meters {
    starts: Counter,
    restarts: Counter,
    running: Gauge,
    backoff: Gauge,
    parked: Gauge,
}

impl Meters {
    pub(super) fn new() -> Self {
        let gauge = |state: State| metrics::gauge!(voice::ACTORS, "kind" => KIND, "state" => state.word());
        Self {
            starts: metrics::counter!(voice::ACTOR_STARTS, "kind" => KIND),
            restarts: metrics::counter!(voice::ACTOR_RESTARTS, "kind" => KIND),
            running: gauge(State::Running),
            backoff: gauge(State::Backoff),
            parked: gauge(State::Parked),
        }
    }

    pub(super) fn started(&self, again: bool) {
        self.starts.increment(1);
        self.running.increment(1.0);
        if again {
            self.restarts.increment(1);
        }
    }

    pub(super) fn ended(&self) {
        self.running.decrement(1.0);
    }

    pub(super) fn crashed(&self, reason_kind: &'static str, parked: bool) {
        metrics::counter!(voice::ACTOR_CRASHES, "kind" => KIND, "reason_kind" => reason_kind).increment(1);
        if parked {
            metrics::counter!(voice::SUPERVISOR_GIVE_UPS, "kind" => KIND).increment(1);
        }
        self.waiting(parked).increment(1.0);
    }

    pub(super) fn waited(&self, parked: bool) {
        self.waiting(parked).decrement(1.0);
    }

    /// The shard has ended with so many chats in these states.
    pub(super) fn gone(&self, running: usize, backoff: usize, parked: usize) {
        self.running.decrement(running as f64);
        self.backoff.decrement(backoff as f64);
        self.parked.decrement(parked as f64);
    }

    fn waiting(&self, parked: bool) -> &Gauge {
        if parked { &self.parked } else { &self.backoff }
    }
}

pub(super) fn crashed(crash: &Crash<'_>, charge: &Charge, queue: usize, killed: bool) {
    let mut line = crash.line(killed);
    let known = crash.doing.is_some_and(|it| it.work.update.is_some());
    if let Some(update) = charge.update.filter(|_| !known) {
        line = line.field("u", update.0);
    }
    let known = crash.doing.is_some_and(|it| it.work.feature.is_some());
    if let Some(feature) = charge.feature.filter(|_| !known) {
        line = line.field("feature", feature);
    }
    if let Some(corr) = &charge.corr {
        line = line.field("corr", corr);
    }
    line = line.field("queue", queue);
    if charge.update.is_some() {
        line = line.count(format!("crash {}/{} of this update", charge.crashes, charge.limit));
    }
    crash.finish(line);
    if charge.quarantined {
        quarantined(crash, charge);
    }
}

fn quarantined(crash: &Crash<'_>, charge: &Charge) {
    let update = charge.update.map_or(0, |it| it.0);
    let reason = format!("{} crashes, last cause: {}", charge.crashes, crash.reason);
    let mut line = Line::new(&events::UPDATE_QUARANTINED).actor(crash.who).reason(reason).field("u", update);
    if let Some(feature) = charge.feature {
        line = line.field("feature", feature);
    }
    line.next("the chat goes on, and so do the other features").act(format!("majordomo inbox show {update}")).emit();
}

pub(super) fn storm(path: &str, reason: &str, rule: StormRule) {
    Line::new(&events::SUP_STORM)
        .actor(path)
        .reason(format!(
            "more than {} different chats crashed within {}, last {reason}",
            rule.different,
            voice::span(rule.within_ms)
        ))
        .next(format!(
            "nothing is started here for {}, events wait on disk, running chats go on",
            voice::span(rule.pause_ms)
        ))
        .act("look for one common cause in the crashes above; majordomo explain sup.storm")
        .emit();
}
