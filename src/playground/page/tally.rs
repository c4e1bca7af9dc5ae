//! What became of every update: accepted, done, lost.

use crate::playground::telegram::{Observer, Seen};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    /// Updates that the house has acknowledged to Telegram.
    pub(super) accepted: u64,
    /// Of these, those that are finished; what is set aside counts as finished.
    pub(super) done: u64,
    /// Of these, those that are neither finished nor in the house's hands nor on its disk.
    pub(super) lost: u64,
    /// Updates that Telegram keeps for the house.
    pub(super) at_telegram: u64,
    /// Updates in the house that are not finished.
    pub(super) in_hand: u64,
    /// Updates in quarantine.
    pub(super) set_aside: u64,
}

/// The book of acknowledged updates that are not known to be finished. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    accepted: u64,
    open: BTreeSet<u64>,
}

impl Tally {
    /// Writes down what Telegram hears is taken.
    pub(super) fn observer(&self) -> Observer {
        let tally = self.clone();
        Arc::new(move |seen| {
            if let Seen::Delivery(delivery) = seen
                && delivery.via == "confirmed"
            {
                let mut book = tally.book();
                book.accepted += 1;
                book.open.insert(delivery.update);
            }
        })
    }

    /// The acknowledged updates that are not known to be finished.
    pub(super) fn open(&self) -> Vec<u64> {
        self.book().open.iter().copied().collect()
    }

    /// These are finished.
    pub(super) fn close(&self, finished: &[u64]) {
        let mut book = self.book();
        book.open.retain(|it| !finished.contains(it));
    }

    /// The numbers, when the house holds so many unfinished events; `None` while there is no house to hold them.
    pub(super) fn counts(&self, in_hand: Option<u64>) -> Counts {
        let book = self.book();
        let open = book.open.len() as u64;
        let lost = in_hand.map_or(0, |it| open.saturating_sub(it));
        Counts { accepted: book.accepted, done: book.accepted - open, lost, in_hand: open - lost, ..Counts::default() }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playground::telegram::Delivery;

    #[test]
    fn what_is_neither_finished_nor_in_hand_is_lost() {
        let tally = Tally::default();
        let observer = tally.observer();
        for (update, via) in [(1, "getUpdates"), (1, "confirmed"), (2, "confirmed"), (3, "confirmed"), (4, "expired")] {
            let delivery = Delivery { update, kind: "message", at_us: 0, via, attempt: 1, status: None };
            observer(Seen::Delivery(&delivery));
        }
        assert_eq!(tally.open(), [1, 2, 3]);
        tally.close(&[1]);
        let cases = [(Some(2), 0, 2), (Some(1), 1, 1), (Some(0), 2, 0), (None, 0, 2)];
        for (in_hand, lost, left) in cases {
            let counts = tally.counts(in_hand);
            assert_eq!((counts.accepted, counts.done, counts.lost, counts.in_hand), (3, 1, lost, left), "{in_hand:?}");
        }
    }
}
