//! What came of the story, in numbers.

use super::stage::LogLine;
use crate::playground::telegram::Simulated;
use std::collections::HashSet;
use std::fmt;

/// The end of the demo in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Updates that the house has taken.
    pub updates: u64,
    /// Calls that the house made to change something.
    pub calls: u64,
    /// Crashes.
    pub crashes: usize,
    /// Restarts.
    pub restarts: usize,
    /// Updates set aside.
    pub quarantined: usize,
    /// Updates that never arrived.
    pub undelivered: usize,
    /// Presses that nobody answered.
    pub unanswered: usize,
}

impl Summary {
    pub(super) fn of(telegram: &Simulated, log: &[LogLine]) -> Self {
        let told = |id: &str| log.iter().filter(|it| it.id == id).map(|it| times(&it.text)).sum();
        let looks = |method: &str| method.starts_with("get");
        Self {
            updates: telegram.taken(),
            calls: telegram.counts().iter().filter(|(name, _)| !looks(name)).map(|(_, it)| it.done).sum(),
            crashes: told("sup.child.crashed"),
            restarts: told("sup.child.restarted"),
            quarantined: updates(log, "update.quarantined"),
            undelivered: telegram.undelivered(),
            unanswered: telegram.unanswered_presses().len(),
        }
    }

    /// Whether anything was lost.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.undelivered == 0 && self.unanswered == 0
    }
}

/// How often the event of a line happened: folded lines say `(x41 in 60s, same cause)`.
fn times(line: &str) -> usize {
    let told = line.split_once("(x").and_then(|(_, rest)| rest.split_once(" in ")?.0.parse().ok());
    told.unwrap_or(1)
}

/// How many different updates (`u=..`) an event told of.
fn updates(log: &[LogLine], id: &str) -> usize {
    let told = log.iter().filter(|it| it.id == id);
    told.map(|it| it.text.split(' ').find(|word| word.starts_with("u="))).collect::<HashSet<_>>().len()
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} updates taken, {} calls made. Crashes: {}, restarts: {}, messages set aside: {}. \
             Updates lost: {}. Presses without an answer: {}.",
            self.updates, self.calls, self.crashes, self.restarts, self.quarantined, self.undelivered, self.unanswered
        )
    }
}

#[cfg(test)]
mod tests {
    use super::times;

    #[test]
    fn folded_lines_count_as_often_as_they_say() {
        assert_eq!(times("12:00:00 INFO sup.child.restarted chats/03/7#6  (x41 in 60s, same cause) | after=1s"), 41);
        assert_eq!(times("12:00:00 INFO sup.child.restarted chats/03/7#2  after=(x)"), 1);
    }
}
