//! What the rows of all awake chats weigh together, so that many chats hold no more than the house has room for.

use crate::config::ChatLimits;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a chat may hold in any case: the rows of a decision or two.
const LEAST: usize = 16;

/// Counted by every chat for its own rows. Nobody waits for anybody here, so for a moment it may be a little off.
#[derive(Debug, Default)]
pub struct Held {
    weight: AtomicUsize,
    chats: AtomicUsize,
}

impl Held {
    /// A chat wakes.
    pub(super) fn enter(&self) {
        self.chats.fetch_add(1, Ordering::Relaxed);
    }

    /// A chat ends, and what it held is free.
    pub(super) fn leave(&self, weight: usize) {
        self.chats.fetch_sub(1, Ordering::Relaxed);
        self.weight.fetch_sub(weight, Ordering::Relaxed);
    }

    /// A chat holds so much more now than it did.
    pub(super) fn change(&self, before: usize, after: usize) {
        match after.checked_sub(before) {
            Some(more) => self.weight.fetch_add(more, Ordering::Relaxed),
            None => self.weight.fetch_sub(before - after, Ordering::Relaxed),
        };
    }

    /// What one chat may hold now: all that a chat may, or only its share, while all together hold too much.
    pub(super) fn share(&self, limits: &ChatLimits) -> usize {
        if self.weight() <= limits.rows_cached_overall {
            return limits.rows_cached;
        }
        let share = limits.rows_cached_overall / self.chats.load(Ordering::Relaxed).max(1);
        share.max(LEAST).min(limits.rows_cached)
    }

    /// What all chats hold.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.weight.load(Ordering::Relaxed)
    }
}
