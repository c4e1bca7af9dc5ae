//! The fixed window: so many in each window on the clock.

use super::WaitMs;

/// Windows begin at whole multiples of their length. Two full windows may touch at a boundary, so a
/// stretch as long as a window can see twice the count: take it where memory matters more than that.
#[derive(Clone, Debug)]
pub struct FixedWindow {
    count: u32,
    window_ms: u64,
    window: u64,
    taken: u32,
}

impl FixedWindow {
    /// An empty window. A count or a length of 0 is read as 1.
    #[must_use]
    pub fn new(count: u32, window_ms: u64) -> Self {
        Self { count: count.max(1), window_ms: window_ms.max(1), window: 0, taken: 0 }
    }

    /// Takes one.
    ///
    /// # Errors
    /// How long until the next window.
    pub fn try_take(&mut self, now: u64) -> Result<(), WaitMs> {
        let window = self.window_of(now);
        if window > self.window {
            (self.window, self.taken) = (window, 0);
        }
        if self.taken >= self.count {
            let begun = now.max(self.window.saturating_mul(self.window_ms));
            return Err(WaitMs(self.ready_at(now).saturating_sub(begun).max(1)));
        }
        self.taken += 1;
        Ok(())
    }

    /// When the window has room, not before `now`.
    #[must_use]
    pub fn ready_at(&self, now: u64) -> u64 {
        if self.taken < self.count || self.window_of(now) > self.window {
            return now;
        }
        self.window.saturating_add(1).saturating_mul(self.window_ms).max(now)
    }

    /// Gives one back, if its window is still the current one.
    pub fn refund(&mut self, granted_at: u64) {
        if self.window_of(granted_at) == self.window {
            self.taken = self.taken.saturating_sub(1);
        }
    }

    /// Whether the window in which it last granted is over.
    #[must_use]
    pub fn is_idle(&self, now: u64) -> bool {
        self.taken == 0 || self.window_of(now) > self.window
    }

    fn window_of(&self, now: u64) -> u64 {
        now / self.window_ms
    }
}
