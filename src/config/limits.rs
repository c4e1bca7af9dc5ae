//! `[limits.*]`: every limit has a name.

use super::check::Check;
use serde::{Deserialize, Serialize};

/// `[limits]`: every limit has a name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// `[limits.telegram]`
    pub telegram: TelegramLimits,
    /// `[limits.breaker]`
    pub breaker: BreakerLimits,
    /// `[limits.requests]`
    pub requests: RequestLimits,
    /// `[limits.membership_cache]`
    pub membership_cache: CacheLimits,
    /// `[limits.chat]`
    pub chat: ChatLimits,
    /// `[limits.gateway]`
    pub gateway: Gateway,
}

/// `[limits.gateway]`: questions to models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gateway {
    /// Questions in memory; more wait on the disk.
    pub queue: usize,
    /// Questions with providers at the same time.
    pub at_once: usize,
    /// How long one question may be with providers, in ms.
    pub deadline_ms: u64,
    /// The shortest pause before a question is asked again, in ms.
    pub retry_ms: u64,
    /// How often a growing answer is shown in a private chat, in ms.
    pub show_every_ms: u64,
    /// The same in a group, where each edit takes from what the group may be sent, in ms.
    pub show_every_in_groups_ms: u64,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            queue: 2_000,
            at_once: 100,
            deadline_ms: 300_000,
            retry_ms: 500,
            show_every_ms: 1_500,
            show_every_in_groups_ms: 4_000,
        }
    }
}

/// `[limits.telegram]`: what we allow ourselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelegramLimits {
    /// Calls that create or edit a message, all chats together, per second. 0 = no limit.
    pub overall_per_s: f64,
    /// The same in one chat, per second. 0 = no limit.
    pub chat_per_s: f64,
    /// The same in one group, per minute. 0 = no limit.
    pub group_per_min: f64,
    /// All other calls, per second. 0 = no limit.
    pub other_per_s: f64,
    /// How these limits count.
    pub algorithm: Algorithm,
    /// Calls that may wait in the outbox altogether before new ones stay on disk only.
    pub queue: usize,
    /// The largest file that a rule may read, in bytes.
    pub file_fact_bytes: u32,
}

/// How a limit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// A bucket that refills steadily.
    #[default]
    TokenBucket,
    /// So many in any window.
    SlidingWindow,
    /// So many in each window on the clock.
    FixedWindow,
}

/// `[limits.breaker]`: when an upstream is left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerLimits {
    /// Failures in a row that open it.
    pub failures: u32,
    /// How long it stays open, in ms.
    pub open_ms: u64,
    /// Successes in a row that close it again.
    pub successes: u32,
    /// First wait between repetitions, in ms; doubled each time, with jitter.
    pub retry_base_ms: u64,
    /// Longest wait between repetitions, in ms.
    pub retry_cap_ms: u64,
}

/// `[limits.requests]`: commands that one person may send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequestLimits {
    /// Commands per minute and person.
    pub per_min: f64,
    /// How it counts.
    pub algorithm: Algorithm,
}

/// `[limits.membership_cache]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheLimits {
    /// How long "is a subscriber" holds, in seconds.
    pub positive_s: u64,
    /// How long "is not" holds, in seconds.
    pub negative_s: u64,
    /// Spread of both, in percent.
    pub jitter_percent: u64,
    /// Entries kept.
    pub entries: u64,
    /// How long rights and chat facts hold, in seconds, at most 60.
    pub recent_s: u64,
    /// How long a lookup may take before the fact counts as unknown, in ms.
    pub lookup_timeout_ms: u64,
    /// How long a lookup may wait while Telegram asks for patience (429) before the fact counts as unknown, in ms.
    pub flood_wait_ms: u64,
}

/// `[limits.chat]`: what an active chat may read and keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatLimits {
    /// Rows that a rule may read at once.
    pub rows_per_read: u32,
    /// Rows in memory; a row counts once, and once more for each KiB it has.
    pub rows_cached: usize,
    /// The same of all active chats together; above it each holds its share only.
    pub rows_cached_overall: usize,
    /// How long a row may be kept in memory only, in ms: what a crash may cost.
    pub keep_ms: u64,
}

impl Default for ChatLimits {
    fn default() -> Self {
        Self { rows_per_read: 200, rows_cached: 256, rows_cached_overall: 100_000, keep_ms: 60_000 }
    }
}

impl Default for TelegramLimits {
    fn default() -> Self {
        Self {
            overall_per_s: 25.0,
            chat_per_s: 1.0,
            group_per_min: 20.0,
            other_per_s: 0.0,
            algorithm: Algorithm::TokenBucket,
            queue: 10_000,
            file_fact_bytes: 65_536,
        }
    }
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self { failures: 3, open_ms: 30_000, successes: 2, retry_base_ms: 500, retry_cap_ms: 60_000 }
    }
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self { per_min: 10.0, algorithm: Algorithm::SlidingWindow }
    }
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            positive_s: 600,
            negative_s: 60,
            jitter_percent: 15,
            entries: 200_000,
            recent_s: 60,
            lookup_timeout_ms: 5_000,
            flood_wait_ms: 60_000,
        }
    }
}

impl Limits {
    pub(super) fn validate(&self, check: &mut Check) {
        self.telegram.validate(check);
        self.breaker.validate(check);
        check.rate("limits.requests.per_min", self.requests.per_min);
        self.membership_cache.validate(check);
        self.chat.validate(check);
    }
}

impl TelegramLimits {
    fn validate(&self, check: &mut Check) {
        check.rate("limits.telegram.overall_per_s", self.overall_per_s);
        check.rate("limits.telegram.chat_per_s", self.chat_per_s);
        check.rate("limits.telegram.group_per_min", self.group_per_min);
        check.rate("limits.telegram.other_per_s", self.other_per_s);
        check.within("limits.telegram.queue", self.queue, 1..=1 << 20);
        check.within("limits.telegram.file_fact_bytes", self.file_fact_bytes, 1..=1 << 20);
    }
}

impl BreakerLimits {
    fn validate(&self, check: &mut Check) {
        check.within("limits.breaker.failures", self.failures, 1..=1000);
        check.within("limits.breaker.open_ms", self.open_ms, 1..=3_600_000);
        check.within("limits.breaker.successes", self.successes, 1..=1000);
        check.within("limits.breaker.retry_base_ms", self.retry_base_ms, 1..=3_600_000);
        if self.retry_cap_ms < self.retry_base_ms || self.retry_cap_ms > 3_600_000 {
            check.wrong("limits.breaker.retry_cap_ms", "at least limits.breaker.retry_base_ms, at most 3600000");
        }
    }
}

impl ChatLimits {
    fn validate(&self, check: &mut Check) {
        check.within("limits.chat.rows_per_read", self.rows_per_read, 1..=10_000);
        check.within("limits.chat.rows_cached", self.rows_cached, 1..=100_000);
        check.within("limits.chat.rows_cached_overall", self.rows_cached_overall, 1..=100_000_000);
        check.within("limits.chat.keep_ms", self.keep_ms, 1..=3_600_000);
    }
}

impl CacheLimits {
    fn validate(&self, check: &mut Check) {
        check.within("limits.membership_cache.positive_s", self.positive_s, 1..=86_400);
        check.within("limits.membership_cache.negative_s", self.negative_s, 1..=86_400);
        check.within("limits.membership_cache.jitter_percent", self.jitter_percent, 0..=100);
        check.within("limits.membership_cache.entries", self.entries, 1..=100_000_000);
        check.within("limits.membership_cache.recent_s", self.recent_s, 1..=60);
        check.within("limits.membership_cache.lookup_timeout_ms", self.lookup_timeout_ms, 1..=60_000);
        check.within("limits.membership_cache.flood_wait_ms", self.flood_wait_ms, 1..=600_000);
    }
}
