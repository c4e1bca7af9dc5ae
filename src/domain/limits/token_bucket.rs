//! The token bucket, kept as the one moment at which it will be full again.

use super::WaitMs;

/// A bucket of `burst` tokens that gains one per interval. Starts full.
///
/// Over any stretch of time it grants at most `burst` plus one per interval of that stretch.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    interval_us: u64,
    burst: u32,
    full_at_us: u64,
    latest_ms: u64,
    last: Option<Last>,
}

/// The newest grant, and what it changed.
#[derive(Clone, Copy, Debug)]
struct Last {
    at_ms: u64,
    full_at_us: u64,
}

impl TokenBucket {
    /// A full bucket. A burst of 0 is read as 1.
    #[must_use]
    pub fn new(interval_us: u64, burst: u32) -> Self {
        Self { interval_us: interval_us.max(1), burst: burst.max(1), full_at_us: 0, latest_ms: 0, last: None }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// How long until there is one.
    pub fn try_take(&mut self, now: u64) -> Result<(), WaitMs> {
        let now = now.max(self.latest_ms);
        if let Some(wait_ms) = self.ready_at(now).checked_sub(now).filter(|it| *it > 0) {
            return Err(WaitMs(wait_ms));
        }
        self.latest_ms = now;
        self.last = Some(Last { at_ms: now, full_at_us: self.full_at_us });
        self.full_at_us = self.full_at_us.max(us(now)).saturating_add(self.interval_us);
        Ok(())
    }

    /// When there is a token, not before `now`.
    #[must_use]
    pub fn ready_at(&self, now: u64) -> u64 {
        let spare = self.interval_us.saturating_mul(u64::from(self.burst - 1));
        let ready = self.full_at_us.saturating_sub(spare).div_ceil(1000);
        if ready <= now.max(self.latest_ms) { now } else { ready }
    }

    /// Puts the newest token back. An older one stays spent: the bucket may have been full since.
    pub fn refund(&mut self, granted_at: u64) {
        if let Some(last) = self.last.take_if(|it| it.at_ms == granted_at) {
            self.full_at_us = last.full_at_us;
        }
    }

    /// Whether it is full.
    #[must_use]
    pub fn is_idle(&self, now: u64) -> bool {
        self.full_at_us <= us(now)
    }
}

fn us(ms: u64) -> u64 {
    ms.saturating_mul(1000)
}
