//! `[limits.*]`: every limit has a name.

use super::spending::Spending;
use crate::domain::settings::{a_rate, settings};
use serde::{Deserialize, Serialize};

settings! {
    /// `[limits]`: every limit has a name.
    pub struct Limits {
        /// `[limits.telegram]`
        telegram: TelegramLimits;
        /// `[limits.breaker]`
        breaker: BreakerLimits;
        /// `[limits.requests]`
        requests: RequestLimits;
        /// `[limits.membership_cache]`
        membership_cache: CacheLimits;
        /// `[limits.chat]`
        chat: ChatLimits;
        /// `[limits.gateway]`
        gateway: Gateway;
        /// `[limits.ai]`
        ai: Spending;
    }
}

settings! {
    /// `[limits.telegram]`: what we allow ourselves.
    pub struct TelegramLimits {
        /// Calls that create or edit a message, all chats together, per second. 0 = no limit.
        overall_per_s: f64 = 25.0, fits a_rate;
        /// The same in one chat, per second. 0 = no limit.
        chat_per_s: f64 = 1.0, fits a_rate;
        /// The same in one group, per minute. 0 = no limit.
        group_per_min: f64 = 20.0, fits a_rate;
        /// All other calls, per second. 0 = no limit.
        other_per_s: f64 = 0.0, fits a_rate;
        /// How these limits count: `"token_bucket"`, `"sliding_window"` or `"fixed_window"`.
        algorithm: Algorithm = Algorithm::TokenBucket;
        /// Calls that may wait in the outbox altogether before new ones stay on disk only.
        queue: usize = 10_000, in 1..=1 << 20;
        /// The largest file that a rule may read, in bytes; at most 1048576.
        file_fact_bytes: u32 = 65_536, in 1..=1 << 20;
    }
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

settings! {
    /// `[limits.breaker]`: when an upstream is left alone.
    pub struct BreakerLimits {
        /// Failures in a row after which an upstream is left alone.
        failures: u32 = 3, in 1..=1000;
        /// How long it is left alone, in ms.
        open_ms: u64 = 30_000, in 1..=3_600_000;
        /// Successes in a row after which all is well again.
        successes: u32 = 2, in 1..=1000;
        /// First wait between repetitions, in ms; doubled each time, with jitter.
        retry_base_ms: u64 = 500, in 1..=3_600_000;
        /// Longest wait between repetitions, in ms.
        retry_cap_ms: u64 = 60_000, in 1..=3_600_000;
    }
}

settings! {
    /// `[limits.requests]`: commands that one person may send.
    pub struct RequestLimits {
        /// Commands per minute and person. 0 = no limit.
        per_min: f64 = 10.0, fits a_rate;
        /// How it counts: `"token_bucket"`, `"sliding_window"` or `"fixed_window"`.
        algorithm: Algorithm = Algorithm::SlidingWindow;
    }
}

settings! {
    /// `[limits.membership_cache]`: how long what we know about people holds.
    pub struct CacheLimits {
        /// How long "is a subscriber" holds, in seconds.
        positive_s: u64 = 600, in 1..=86_400;
        /// How long "is not" holds, in seconds.
        negative_s: u64 = 60, in 1..=86_400;
        /// Spread of both, in percent.
        jitter_percent: u64 = 15, in 0..=100;
        /// Entries kept.
        entries: u64 = 200_000, in 1..=100_000_000;
        /// How long rights and chat facts hold, in seconds, at most 60.
        recent_s: u64 = 60, in 1..=60;
        /// How long a lookup may take before the fact counts as unknown, in ms.
        lookup_timeout_ms: u64 = 5_000, in 1..=60_000;
        /// How long a lookup may wait while Telegram asks for patience (429) before the fact counts as unknown, in ms.
        flood_wait_ms: u64 = 60_000, in 1..=600_000;
    }
}

settings! {
    /// `[limits.chat]`: what an active chat may read and keep.
    pub struct ChatLimits {
        /// Rows of its own that an office may read at once.
        rows_per_read: u32 = 200, in 1..=10_000;
        /// Rows that each active chat holds in memory, beside one more for each KiB of a row: so at most about as many KiB, and usually a tenth of that.
        rows_cached: usize = 256, in 1..=100_000;
        /// The same of all active chats together; above it each holds its share only.
        rows_cached_overall: usize = 100_000, in 1..=100_000_000;
        /// How long a row that may be lost is held in memory before it is written, in ms: what a crash may cost.
        keep_ms: u64 = 60_000, in 1..=3_600_000;
    }
}

settings! {
    /// `[limits.gateway]`: questions to models.
    pub struct Gateway {
        /// Questions in memory; more wait on the disk.
        queue: usize = 2_000, in 1..=1_000_000;
        /// Questions with providers at the same time.
        at_once: usize = 100, in 1..=10_000;
        /// How long one question may be with providers, in ms.
        deadline_ms: u64 = 300_000, in 1_000..=3_600_000;
        /// The shortest pause before a question is asked again, in ms.
        retry_ms: u64 = 500, in 10..=600_000;
        /// The longest such pause, in ms, unless a provider asks for more.
        retry_cap_ms: u64 = 30_000, in 10..=3_600_000;
        /// Calls for one question before it waits: each may cost money.
        calls_per_round: u32 = 6, in 1..=100;
        /// How often a growing answer is shown in a private chat, in ms.
        show_every_ms: u64 = 1_500, in 100..=60_000;
        /// The same in a group, where each edit takes from what the group may be sent, in ms.
        show_every_in_groups_ms: u64 = 4_000, in 100..=60_000;
    }
}
