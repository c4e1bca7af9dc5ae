//! The only reader of time and randomness.

#![expect(clippy::disallowed_methods, reason = "this is the place")]

use crate::domain::types::Moment;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
static SKEW_MS: AtomicI64 = AtomicI64::new(0);

/// Wall time: for what is kept on disk or shown.
#[must_use]
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Moment(ms.saturating_add(SKEW_MS.load(Ordering::Relaxed)).max(0).unsigned_abs())
}

/// Monotonic milliseconds since the process started: for windows, deadlines and backoff.
#[must_use]
pub fn tick_ms() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Monotonic microseconds since the process started: for measuring.
#[must_use]
pub fn tick_us() -> u64 {
    u64::try_from(START.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Moves wall time for this process: tests of clock jumps.
pub fn jump_ms(by: i64) {
    SKEW_MS.fetch_add(by, Ordering::Relaxed);
}

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system has none: nothing safe can be done without them.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "no key, code or jitter can be made without randomness")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A random number below `bound` (0 for a bound of 0): for jitter.
#[must_use]
pub fn random_below(bound: u64) -> u64 {
    u64::from_le_bytes(random()).checked_rem(bound).unwrap_or(0)
}

/// Wall time in microseconds since 1970: for log lines.
#[must_use]
pub fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let us = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
    us.saturating_add(SKEW_MS.load(Ordering::Relaxed).saturating_mul(1000)).max(0).unsigned_abs()
}
