//! What supervision says: its log lines, and its metrics.

use super::census::State;
use super::exit::Exit;
use super::intensity::Intensity;
use super::last_words;
use crate::protocol::slot::{Doing, Phase, Slot};
use crate::telemetry::{Line, events};
use std::fmt::Display;

/// Actors started, by kind.
pub const ACTOR_STARTS: &str = "bot_actor_starts_total";
/// Actors crashed, by kind and kind of reason.
pub const ACTOR_CRASHES: &str = "bot_actor_crashes_total";
/// Actors restarted, by kind.
pub const ACTOR_RESTARTS: &str = "bot_actor_restarts_total";
/// Times that restarts did not help, by kind.
pub const SUPERVISOR_GIVE_UPS: &str = "bot_supervisor_give_ups_total";
/// Actors, by kind and state.
pub const ACTORS: &str = "bot_actors";
/// Actors that were found stuck and killed, by kind.
pub const ACTOR_STUCK: &str = "bot_actor_stuck_total";

/// The kind of an actor, for metrics: the first part of its path, so one of a closed set.
#[must_use]
pub fn kind_of(path: &str) -> String {
    path.split('/').next().unwrap_or_default().to_owned()
}

/// An actor's path with its generation.
#[must_use]
pub fn who(path: &str, generation: u64) -> String {
    format!("{path}#{generation}")
}

/// A duration as an operator reads it.
#[must_use]
pub fn span(ms: u64) -> String {
    match ms {
        0 => "0ms".to_owned(),
        _ if ms.is_multiple_of(60_000) => format!("{}m", ms / 60_000),
        _ if ms.is_multiple_of(1_000) => format!("{}s", ms / 1_000),
        1..10_000 => format!("{ms}ms"),
        _ => format!("{:.1}s", ms as f64 / 1_000.0),
    }
}

/// Why an actor ended, in words fit for the log.
#[must_use]
pub fn reason_of(exit: &Exit, slot: Option<&Slot>, doing: Option<&Doing>) -> String {
    match (exit, slot, doing) {
        (Exit::Failed(raw), _, _) => match last_words::take(raw) {
            Some(panic) => panic.to_string(),
            None => format!("error \"{}\"", last_words::fit(raw)),
        },
        (Exit::Killed(_), Some(slot), Some(doing)) if slot.is_condemned() => {
            format!("stuck in {} for {}", doing.work.message, span(doing.for_ms))
        }
        (Exit::GaveUp(_), _, _) => exit.to_string(), // made of reasons that were made fit already
        (Exit::Normal | Exit::Shutdown(_) | Exit::Killed(_), _, _) => last_words::fit(&exit.to_string()),
    }
}

/// A crash, as it is told.
pub(super) struct Crash<'a> {
    pub who: &'a str,
    pub reason: &'a str,
    pub doing: Option<&'a Doing>,
    /// Restarts in the window, this one included.
    pub restarts: usize,
    pub limit: Intensity,
    pub next: &'a str,
}

impl Crash<'_> {
    /// The line, for callers who know more.
    pub(super) fn line(&self, killed: bool) -> Line {
        let event = if killed { &events::SUP_CHILD_KILLED } else { &events::SUP_CHILD_CRASHED };
        with_doing(Line::new(event).actor(self.who).reason(self.reason), self.doing)
    }

    /// What comes last in the line.
    pub(super) fn finish(&self, line: Line) {
        line.count(format!("restarts {}/{} in {}", self.restarts, self.limit.max, span(self.limit.period_ms)))
            .next(self.next)
            .act("nothing; if it goes on: majordomo explain sup.child.crashed")
            .emit();
    }
}

fn with_doing(line: Line, doing: Option<&Doing>) -> Line {
    let Some(doing) = doing.filter(|it| !it.work.message.is_empty()) else {
        return line;
    };
    let mut line = line.field("last", doing.work.message);
    if let Some(update) = doing.work.update {
        line = line.field("u", update.0);
    }
    if let Some(feature) = doing.work.feature {
        line = line.field("feature", feature);
    }
    if doing.phase == Phase::Idle { line } else { line.field("age", span(doing.for_ms)) }
}

pub(super) fn started(who: &str) {
    Line::new(&events::SUP_CHILD_STARTED).actor(who).emit();
}

pub(super) fn restarted(who: &str, after_ms: u64) {
    Line::new(&events::SUP_CHILD_RESTARTED).actor(who).field("after", span(after_ms)).emit();
}

pub(super) fn stopped(who: &str, reason: impl Display) {
    Line::new(&events::SUP_CHILD_STOPPED).actor(who).reason(reason).emit();
}

pub(super) fn backoff(who: &str, in_a_row: u32, wait_ms: u64) {
    Line::new(&events::SUP_CHILD_BACKOFF)
        .actor(who)
        .field("in_a_row", in_a_row)
        .next(format!("retry in {}", span(wait_ms)))
        .act("look for the first crash above; majordomo explain sup.child.backoff")
        .emit();
}

/// A child did not stop in time.
pub(super) fn killed(who: &str, after_ms: u64) {
    Line::new(&events::SUP_CHILD_KILLED)
        .actor(who)
        .reason(format!("did not stop within {}", span(after_ms)))
        .next("its supervisor goes on without it")
        .act("majordomo explain sup.child.killed")
        .emit();
}

/// A child did not even end when killed: it blocks its thread.
pub(super) fn survived(who: &str) {
    Line::new(&events::SUP_CHILD_STUCK)
        .actor(who)
        .reason("blocks its thread, so that killing it has no effect")
        .next("its supervisor goes on without it; the watchdog ends the process if it lasts")
        .act("majordomo explain sup.child.stuck")
        .emit();
}

pub(super) fn parked(who: &str, why: &str, for_ms: u64) {
    Line::new(&events::SUP_CHILD_PARKED)
        .actor(who)
        .reason(why)
        .next(format!("left alone for {}, then tried again", span(for_ms)))
        .act("majordomo explain sup.child.parked")
        .emit();
}

pub(super) fn gave_up(who: &str, why: &str, next: &str) {
    metrics::counter!(SUPERVISOR_GIVE_UPS, "kind" => kind_of(who.split('#').next().unwrap_or(who))).increment(1);
    Line::new(&events::SUP_GAVE_UP).actor(who).reason(why).next(next).act("majordomo explain sup.gave_up").emit();
}

pub(super) fn escalated(who: &str, why: &str, is_root: bool) {
    let next = if is_root { "the process writes its last words and exits 70" } else { "its own supervisor decides" };
    Line::new(&events::SUP_ESCALATED).actor(who).reason(why).next(next).act("majordomo explain sup.escalated").emit();
}

pub(super) fn stray(id: impl Display, exit: &Exit) {
    let event = if exit.is_abnormal() { &events::SUP_CHILD_CRASHED } else { &events::SUP_CHILD_STOPPED };
    Line::new(event)
        .actor(format!("stray/{id}"))
        .reason(reason_of(exit, None, None))
        .next("nothing: it is linked to this supervisor, but no child of its")
        .act("nothing")
        .emit();
}

/// A panic outside of every supervised actor.
pub(super) fn orphan(panic: &last_words::Panic) {
    Line::new(&events::SUP_CHILD_CRASHED)
        .actor("unsupervised")
        .reason(panic)
        .next("nothing: it was in no actor, so nothing is restarted")
        .act("report it with this line; majordomo explain sup.child.crashed")
        .emit();
}

pub(super) fn count_start(path: &str, again: bool) {
    metrics::counter!(ACTOR_STARTS, "kind" => kind_of(path)).increment(1);
    if again {
        metrics::counter!(ACTOR_RESTARTS, "kind" => kind_of(path)).increment(1);
    }
}

pub(super) fn count_crash(path: &str, reason_kind: &'static str) {
    metrics::counter!(ACTOR_CRASHES, "kind" => kind_of(path), "reason_kind" => reason_kind).increment(1);
}

/// A child went from one state to another; none is before its first and after its last.
pub(super) fn count_state(path: &str, from: Option<State>, to: Option<State>) {
    if from == to {
        return;
    }
    if let Some(from) = from {
        metrics::gauge!(ACTORS, "kind" => kind_of(path), "state" => from.word()).decrement(1.0);
    }
    if let Some(to) = to {
        metrics::gauge!(ACTORS, "kind" => kind_of(path), "state" => to.word()).increment(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        let table = [(0, "0ms"), (400, "400ms"), (1_000, "1s"), (1_500, "1500ms"), (60_000, "1m"), (12_345, "12.3s")];
        for (ms, expected) in table {
            assert_eq!(span(ms), expected);
        }
    }

    #[test]
    fn the_kind_is_the_first_part_of_the_path() {
        assert_eq!(kind_of("chats/02/-100"), "chats");
        assert_eq!(kind_of("store"), "store");
    }

    #[test]
    fn reasons_carry_no_data_that_they_quote() {
        let exit = Exit::Failed("cannot read \"a message\"".into());
        assert_eq!(reason_of(&exit, None, None), "error \"cannot read …\"");
    }
}
