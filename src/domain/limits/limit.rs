//! One limit, whichever way it counts.

use super::{FixedWindow, SlidingWindow, TokenBucket};

/// How a limit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// A bucket that refills steadily: never more than `burst + rate × time` over any stretch of time.
    #[default]
    TokenBucket,
    /// So many in any window, wherever it begins.
    SlidingWindow,
    /// So many in each window on the clock; up to twice as many around a boundary. Takes the least memory.
    FixedWindow,
}

/// How much is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    /// Grants per window. 0 (and anything that is no positive number) means no limit.
    pub rate: f64,
    /// The window, in ms.
    pub window_ms: u64,
    /// How many a full bucket gives at once, at least 1; the windows do not use it.
    pub burst: u32,
}

/// How long to wait before asking again, in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitMs(pub u64);

/// A limit that grants or says how long to wait.
#[derive(Clone, Debug)]
pub enum Limit {
    /// Grants always.
    Off,
    /// See [`Algorithm::TokenBucket`].
    TokenBucket(TokenBucket),
    /// See [`Algorithm::SlidingWindow`].
    SlidingWindow(SlidingWindow),
    /// See [`Algorithm::FixedWindow`].
    FixedWindow(FixedWindow),
}

impl Limit {
    /// A limit that has granted nothing yet.
    ///
    /// The windows count whole grants: 2.5 per window is 2 per window, and less than 1 per window is 1 in
    /// a window that is longer by as much. The bucket keeps any rate exactly, to the microsecond.
    #[must_use]
    pub fn new(algorithm: Algorithm, quota: Quota) -> Self {
        if !quota.is_limit() {
            return Self::Off;
        }
        match algorithm {
            Algorithm::TokenBucket => Self::TokenBucket(TokenBucket::new(quota.interval_us(), quota.burst)),
            Algorithm::SlidingWindow => {
                let (count, window_ms) = quota.whole();
                Self::SlidingWindow(SlidingWindow::new(count, window_ms))
            }
            Algorithm::FixedWindow => {
                let (count, window_ms) = quota.whole();
                Self::FixedWindow(FixedWindow::new(count, window_ms))
            }
        }
    }

    /// Takes one grant, or says how long to wait for it.
    ///
    /// # Errors
    /// The wait, when the limit is used up. Nothing is taken then.
    pub fn try_take(&mut self, now: u64) -> Result<(), WaitMs> {
        match self {
            Self::Off => Ok(()),
            Self::TokenBucket(it) => it.try_take(now),
            Self::SlidingWindow(it) => it.try_take(now),
            Self::FixedWindow(it) => it.try_take(now),
        }
    }

    /// The earliest moment, not before `now`, at which a grant can be had if nobody else takes one.
    #[must_use]
    pub fn ready_at(&self, now: u64) -> u64 {
        match self {
            Self::Off => now,
            Self::TokenBucket(it) => it.ready_at(now),
            Self::SlidingWindow(it) => it.ready_at(now),
            Self::FixedWindow(it) => it.ready_at(now),
        }
    }

    /// Gives back the grant taken at `granted_at` because nothing was done with it. Where giving it back
    /// could let more through than is allowed, it stays spent.
    pub fn refund(&mut self, granted_at: u64) {
        match self {
            Self::Off => {}
            Self::TokenBucket(it) => it.refund(granted_at),
            Self::SlidingWindow(it) => it.refund(granted_at),
            Self::FixedWindow(it) => it.refund(granted_at),
        }
    }

    /// Whether it remembers nothing that still matters: a fresh one would answer the same.
    #[must_use]
    pub fn is_idle(&self, now: u64) -> bool {
        match self {
            Self::Off => true,
            Self::TokenBucket(it) => it.is_idle(now),
            Self::SlidingWindow(it) => it.is_idle(now),
            Self::FixedWindow(it) => it.is_idle(now),
        }
    }
}

impl Quota {
    fn is_limit(self) -> bool {
        self.rate.is_finite() && self.rate > 0.0 && self.window_ms > 0
    }

    /// Time per grant, rounded up so that the rate is never exceeded.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, and rates are positive")]
    fn interval_us(self) -> u64 {
        ((ms_f64(self.window_ms) * 1000.0 / self.rate).ceil() as u64).max(1)
    }

    /// Whole grants and the window they count in.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, and rates are positive")]
    fn whole(self) -> (u32, u64) {
        if self.rate >= 1.0 {
            return (self.rate as u32, self.window_ms);
        }
        (1, ((ms_f64(self.window_ms) / self.rate).ceil() as u64).max(1))
    }
}

/// Exact up to 285,000 years.
fn ms_f64(ms: u64) -> f64 {
    ms as f64
}
