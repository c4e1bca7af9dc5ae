//! The sliding window: so many in any window, wherever it begins.

use super::WaitMs;
use std::collections::VecDeque;

/// Remembers each grant of the last window, so it takes 8 bytes per grant at most `count` times.
#[derive(Clone, Debug)]
pub struct SlidingWindow {
    count: u32,
    window_ms: u64,
    grants: VecDeque<u64>,
}

impl SlidingWindow {
    /// An empty window. A count or a length of 0 is read as 1.
    #[must_use]
    pub fn new(count: u32, window_ms: u64) -> Self {
        Self { count: count.max(1), window_ms: window_ms.max(1), grants: VecDeque::new() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// How long until the oldest grant leaves the window.
    pub fn try_take(&mut self, now: u64) -> Result<(), WaitMs> {
        let now = self.latest().max(now);
        while self.grants.front().is_some_and(|it| now - it >= self.window_ms) {
            self.grants.pop_front();
        }
        if let Some(wait_ms) = self.ready_at(now).checked_sub(now).filter(|it| *it > 0) {
            return Err(WaitMs(wait_ms));
        }
        self.grants.push_back(now);
        Ok(())
    }

    /// When the window has room, not before `now`.
    #[must_use]
    pub fn ready_at(&self, now: u64) -> u64 {
        let in_the_way = self.grants.len().checked_sub(self.count as usize);
        let Some(oldest) = in_the_way.and_then(|at| self.grants.get(at)) else {
            return now;
        };
        let ready = oldest.saturating_add(self.window_ms);
        if ready <= self.latest().max(now) { now } else { ready }
    }

    /// Forgets the grant taken at `granted_at`.
    pub fn refund(&mut self, granted_at: u64) {
        if let Some(at) = self.grants.iter().rposition(|it| *it == granted_at) {
            self.grants.remove(at);
        }
    }

    /// Whether the last window holds no grant.
    #[must_use]
    pub fn is_idle(&self, now: u64) -> bool {
        self.grants.back().is_none_or(|it| now.saturating_sub(*it) >= self.window_ms)
    }

    fn latest(&self) -> u64 {
        self.grants.back().copied().unwrap_or(0)
    }
}
