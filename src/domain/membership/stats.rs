//! What the guard did here, by day; `/stats`.

use super::super::types::{ChatId, Moment, Person};
use super::draft::{Draft, Voice};
use super::ledger::What;
use serde::{Deserialize, Serialize};

/// The row `stats/<day>` of a group: what happened on one day, by UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Day {
    /// Messages judged.
    pub checks: u32,
    /// Messages of strangers.
    pub hits: u32,
    /// People warned.
    pub warned: u32,
    /// People muted.
    pub muted: u32,
    /// Mutes lifted.
    pub lifted: u32,
    /// Join requests approved.
    pub approved: u32,
    /// Join requests declined.
    pub declined: u32,
    /// People who joined a channel after we had asked them to, by channel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub won: Vec<(ChatId, u32)>,
    /// Appeals.
    pub appeals: u32,
    /// Appeals that were accepted.
    pub accepted: u32,
}

/// Days that are remembered.
pub(super) const DAYS: u64 = 30;
const DAY_MS: u64 = 86_400_000;
/// All rows of days: keys from here ..
pub(super) const FIRST: &str = "stats/";
/// .. up to, but without, here.
pub(super) const END: &str = "stats0";

impl Day {
    /// The day's number since 1970, by UTC.
    pub(super) const fn of(at: Moment) -> u64 {
        at.0 / DAY_MS
    }

    /// The key of the row; six digits last for 2,700 years.
    pub(super) fn key(day: u64) -> String {
        format!("{FIRST}{day:06}")
    }

    /// Which day a row is of.
    pub(super) fn number(key: &str) -> Option<u64> {
        key.strip_prefix(FIRST)?.parse().ok()
    }

    /// Counts a deed.
    pub(super) const fn deed(&mut self, what: What) {
        let counter = match what {
            What::Warned => &mut self.warned,
            What::Stopped | What::Muted => &mut self.muted,
            What::Lifted => &mut self.lifted,
            What::Approved => &mut self.approved,
            What::Declined => &mut self.declined,
            What::Exempted => return,
        };
        *counter = counter.saturating_add(1);
    }

    /// Counts somebody who joined these channels because we asked.
    pub(super) fn won(&mut self, channels: &[ChatId]) {
        for channel in channels {
            match self.won.iter_mut().find(|(it, _)| it == channel) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => self.won.push((*channel, 1)),
            }
        }
    }

    /// Adds another day.
    pub(super) fn add(&mut self, other: &Self) {
        self.checks = self.checks.saturating_add(other.checks);
        self.hits = self.hits.saturating_add(other.hits);
        self.warned = self.warned.saturating_add(other.warned);
        self.muted = self.muted.saturating_add(other.muted);
        self.lifted = self.lifted.saturating_add(other.lifted);
        self.approved = self.approved.saturating_add(other.approved);
        self.declined = self.declined.saturating_add(other.declined);
        self.appeals = self.appeals.saturating_add(other.appeals);
        self.accepted = self.accepted.saturating_add(other.accepted);
        for (channel, count) in &other.won {
            match self.won.iter_mut().find(|(it, _)| it == channel) {
                Some((_, sum)) => *sum = sum.saturating_add(*count),
                None => self.won.push((*channel, *count)),
            }
        }
    }
}

/// An admin wants to see.
pub(super) fn asked(_draft: &mut Draft<'_>, _voice: Voice, _asker: &Person) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_add_up() {
        let news = ChatId(-1);
        let mut day = Day { checks: 3, ..Day::default() };
        for what in [What::Stopped, What::Muted, What::Lifted, What::Warned, What::Approved, What::Exempted] {
            day.deed(what);
        }
        day.won(&[news]);
        let mut sum = day.clone();
        sum.add(&day);
        sum.won(&[news, ChatId(-2)]);
        assert_eq!((sum.checks, sum.muted, sum.lifted, sum.warned, sum.approved), (6, 4, 2, 2, 2));
        assert_eq!(sum.won, [(news, 3), (ChatId(-2), 1)]);
    }

    #[test]
    fn days_are_cut_by_utc_and_their_keys_stand_in_order() {
        assert_eq!((Day::of(Moment(DAY_MS - 1)), Day::of(Moment(DAY_MS))), (0, 1));
        assert_eq!(Day::number(&Day::key(20_000)), Some(20_000));
        assert!(Day::key(9_999) < Day::key(10_000));
        assert!(Day::key(999_999).as_str() < END);
    }
}
