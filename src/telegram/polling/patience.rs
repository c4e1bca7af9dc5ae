//! How long a poll may stay without an answer.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

/// Patience doubles up to this many times the configured time.
const MOST: u64 = 10;

/// Grows with each poll that is given up, and shrinks again only when answers come in the configured
/// time: a server that always takes longer is waited for instead of being abandoned for ever.
#[derive(Debug)]
pub(super) struct Patience {
    stall_s: u64,
    times: u64,
}

impl Patience {
    pub(super) const fn new(stall_s: u64) -> Self {
        Self { stall_s, times: 1 }
    }

    /// The least that the next call is waited for, in seconds.
    pub(super) const fn limit_s(&self) -> u64 {
        self.stall_s.saturating_mul(self.times)
    }

    /// Whether more than one call in a row was given up.
    pub(super) const fn is_tried(&self) -> bool {
        self.times > 2
    }

    /// Waits for a call; `None` when it took too long, and then the next one is waited for longer.
    /// `spread` (0 to 1000) stretches the time by up to a quarter.
    pub(super) async fn wait_for<T>(&mut self, call: impl Future<Output = T>, spread: u64) -> Option<T> {
        let mut call = pin!(call);
        let usual = Duration::from_secs(self.stall_s);
        let longest = Duration::from_secs(self.limit_s());
        let extra = longest / 4 * u32::try_from(spread.min(1000)).unwrap_or(0) / 1000;
        if let Ok(answer) = tokio::time::timeout(usual, call.as_mut()).await {
            self.times = (self.times / 2).max(1);
            return Some(answer);
        }
        let answer = tokio::time::timeout(longest.saturating_sub(usual) + extra, call).await.ok();
        if answer.is_none() {
            self.times = (self.times * 2).min(MOST);
        }
        answer
    }
}
