//! The board on which the parts of the house note how they are, and from which the health pages read.

use crate::clock;
use crate::domain::types::Moment;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Without a ping of the event loop for this long the process does not count as alive, in ms.
pub const PING_MAX_AGE_MS: u64 = 5_000;
/// The check without which the house is down, not only degraded.
pub const STORE_CHECK: &str = "store";

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// It works.
    Ok,
    /// It works in part, or is being mended.
    Degraded,
    /// It does not work.
    Down,
}

impl CheckState {
    /// As the health page has it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }
}

/// The newest result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// How the part is.
    pub state: CheckState,
    /// Since when it is so.
    pub since: Moment,
    /// How long the check took, in ms.
    pub latency_ms: Option<u64>,
    /// A few words; no secrets, no names of people.
    pub detail: String,
}

/// Whether updates can be taken in, with the reasons why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Whether all is there.
    pub is_ready: bool,
    /// What is missing.
    pub why: Vec<String>,
}

/// All checks at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Down if the store or the event loop is; degraded if anything else is not well, or the house is not ready.
    pub state: CheckState,
    /// Every check by name.
    pub checks: BTreeMap<&'static str, Check>,
    /// Since the board was made, in seconds.
    pub uptime_s: u64,
}

/// The board. All clones are the same one; writing and reading take a moment and never wait for anybody's work.
#[derive(Clone, Debug)]
pub struct HealthBoard(Arc<Mutex<Board>>);

#[derive(Debug)]
struct Board {
    started_ms: u64,
    pinged_ms: Option<u64>,
    is_exiting: bool,
    is_draining: bool,
    conditions: BTreeMap<&'static str, Option<String>>,
    checks: BTreeMap<&'static str, Check>,
}

impl HealthBoard {
    /// A board that is not ready until each of these conditions is: `store`, `replay`, `intake`.
    #[must_use]
    pub fn new(conditions: &[&'static str]) -> Self {
        let now_ms = clock::tick_ms();
        Self(Arc::new(Mutex::new(Board {
            started_ms: now_ms,
            pinged_ms: Some(now_ms),
            is_exiting: false,
            is_draining: false,
            conditions: conditions.iter().map(|it| (*it, Some("not yet".to_owned()))).collect(),
            checks: BTreeMap::new(),
        })))
    }

    /// Notes the result of a check.
    pub fn set(&self, check: &'static str, state: CheckState, detail: &str, latency_ms: Option<u64>) {
        let mut board = self.lock();
        let same = board.checks.get(check).filter(|it| it.state == state).map(|it| it.since);
        let since = same.unwrap_or_else(clock::now);
        board.checks.insert(check, Check { state, since, latency_ms, detail: detail.to_owned() });
    }

    /// Notes whether a condition of readiness holds, and if not, why.
    pub fn ready(&self, name: &'static str, is_ready: bool, why: &str) {
        self.lock().conditions.insert(name, (!is_ready).then(|| why.to_owned()));
    }

    /// The house stops: it is not ready from now on.
    pub fn draining(&self) {
        self.lock().is_draining = true;
    }

    /// The root supervisor is about to end the process: it is not alive from now on.
    pub fn exiting(&self) {
        self.lock().is_exiting = true;
    }

    /// The event loop works.
    pub fn ping(&self) {
        self.ping_at(clock::tick_ms());
    }

    /// Whether the process is well, whatever Telegram and the disk do.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.is_alive_at(clock::tick_ms())
    }

    /// Whether updates can be taken in.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let board = self.lock();
        let draining = board.is_draining.then(|| "draining: the process is stopping".to_owned());
        let missing =
            board.conditions.iter().filter_map(|(name, why)| why.as_ref().map(|why| format!("{name}: {why}")));
        let why: Vec<_> = draining.into_iter().chain(missing).collect();
        Readiness { is_ready: why.is_empty(), why }
    }

    /// All checks as they were noted last.
    #[must_use]
    pub fn status(&self) -> Status {
        let now_ms = clock::tick_ms();
        let is_alive = self.is_alive_at(now_ms);
        let board = self.lock();
        let store_is_down = board.checks.get(STORE_CHECK).is_some_and(|it| it.state == CheckState::Down);
        let is_ready = !board.is_draining && board.conditions.values().all(Option::is_none);
        let all_is_well = is_ready && board.checks.values().all(|it| it.state == CheckState::Ok);
        let state = match (is_alive && !store_is_down, all_is_well) {
            (false, _) => CheckState::Down,
            (true, false) => CheckState::Degraded,
            (true, true) => CheckState::Ok,
        };
        Status { state, checks: board.checks.clone(), uptime_s: now_ms.saturating_sub(board.started_ms) / 1000 }
    }

    /// As if the loop had never been heard.
    #[cfg(test)]
    pub(crate) fn silence(&self) {
        self.lock().pinged_ms = None;
    }

    fn ping_at(&self, now_ms: u64) {
        self.lock().pinged_ms = Some(now_ms);
    }

    fn is_alive_at(&self, now_ms: u64) -> bool {
        let board = self.lock();
        !board.is_exiting && board.pinged_ms.is_some_and(|it| now_ms.saturating_sub(it) < PING_MAX_AGE_MS)
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_when_every_condition_holds_and_says_what_is_missing() {
        let board = HealthBoard::new(&["store", "replay"]);
        assert_eq!(board.readiness().why, ["replay: not yet", "store: not yet"]);
        board.ready("store", true, "");
        board.ready("replay", false, "12 of 40 chats");
        assert_eq!(board.readiness().why, ["replay: 12 of 40 chats"]);
        board.ready("replay", true, "");
        assert_eq!(board.readiness(), Readiness { is_ready: true, why: Vec::new() });
        board.draining();
        assert_eq!(board.readiness().why, ["draining: the process is stopping"]);
        assert!(board.is_alive(), "a draining process is alive");
    }

    #[test]
    fn it_is_alive_while_the_loop_was_heard_in_the_last_five_seconds() {
        let board = HealthBoard::new(&[]);
        board.ping_at(100_000);
        for (now_ms, expected) in [(100_000, true), (104_999, true), (105_000, false), (900_000, false)] {
            assert_eq!(board.is_alive_at(now_ms), expected, "{now_ms}");
        }
        board.ping_at(900_000);
        assert!(board.is_alive_at(900_001));
        board.exiting();
        assert!(!board.is_alive_at(900_001));
    }

    #[test]
    fn the_worst_that_matters_gives_the_state() {
        use CheckState::{Degraded, Down, Ok};
        let cases = [
            (&[][..], Ok),
            (&[("store", Ok), ("telegram", Ok)][..], Ok),
            (&[("store", Ok), ("telegram", Down)][..], Degraded),
            (&[("store", Degraded), ("telegram", Ok)][..], Degraded),
            (&[("store", Down), ("telegram", Ok)][..], Down),
        ];
        for (checks, expected) in cases {
            let board = HealthBoard::new(&[]);
            checks.iter().for_each(|(name, state)| board.set(name, *state, "", None));
            assert_eq!(board.status().state, expected, "{checks:?}");
        }
        assert_eq!(HealthBoard::new(&["intake"]).status().state, Degraded, "not ready yet");
    }

    #[test]
    fn a_check_remembers_since_when_it_is_so() {
        let board = HealthBoard::new(&[]);
        board.set("telegram", CheckState::Ok, "first", Some(3));
        let since = Moment(5);
        board.lock().checks.entry("telegram").and_modify(|it| it.since = since);
        board.set("telegram", CheckState::Ok, "second", Some(4));
        let check = board.status().checks.remove("telegram");
        assert_eq!(check, Some(Check { state: CheckState::Ok, since, latency_ms: Some(4), detail: "second".into() }));
        board.set("telegram", CheckState::Down, "", None);
        assert!(board.status().checks["telegram"].since > since);
    }
}
