//! How a simulated Telegram is set up.

use super::flood::FloodLimits;
use super::ledger::Observer;
use std::net::{Ipv4Addr, SocketAddr};

/// The token that is accepted unless another one is given. It opens nothing anywhere else.
pub const DEFAULT_TOKEN: &str = "123456789:AAFakeTokenForTheSimulatorOnly0000000";

/// How much is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Every call, delivery and happening, for stories.
    Full,
    /// Counters only, for benchmarks: memory does not grow with the number of calls.
    Counting,
}

/// The setting of a simulated Telegram.
#[derive(Clone)]
pub struct Options {
    /// Where its Bot API listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The bot's token; the number before the colon is the bot's id.
    pub token: String,
    /// The bot's username without `@`.
    pub username: String,
    /// Every random choice comes from it.
    pub seed: u64,
    /// Flood limits; `None` switches them off (faults can still answer 429).
    pub flood: Option<FloodLimits>,
    /// What is remembered.
    pub detail: Detail,
    /// Messages kept per chat; the oldest are forgotten.
    pub history: usize,
    /// How far its wall clock is ahead of ours, in ms.
    pub clock_ahead_ms: i64,
    /// The delays between deliveries to a webhook are multiplied by it.
    pub webhook_time_scale: f64,
    /// How long a webhook may take to answer, in ms.
    pub webhook_timeout_ms: u64,
    /// How long a second conflict of `getUpdates` within 3 s is kept waiting, in ms.
    pub conflict_delay_ms: u64,
    /// How long a press may be answered, in ms.
    pub press_ttl_ms: i64,
    /// Whether ephemeral messages exist. Without them this is an older server: the parameter is accepted and ignored
    /// (an ordinary message comes of it), the methods are unknown.
    pub ephemeral: bool,
    /// Group privacy: without being admin the bot sees commands, mentions and replies only.
    pub privacy: bool,
    /// Told of every call and delivery as it happens; keep it short.
    pub observer: Option<Observer>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: DEFAULT_TOKEN.into(),
            username: "majordomo_play_bot".into(),
            seed: 1,
            flood: None,
            detail: Detail::Full,
            history: 10_000,
            clock_ahead_ms: 0,
            webhook_time_scale: 1.0,
            webhook_timeout_ms: 60_000,
            conflict_delay_ms: 3_000,
            press_ttl_ms: 150_000,
            ephemeral: false,
            privacy: true,
            observer: None,
        }
    }
}

impl Options {
    /// Flood limits as the cloud has them.
    #[must_use]
    pub fn strict() -> Self {
        Self { flood: Some(FloodLimits::default()), ..Self::default() }
    }

    /// For benchmarks: counters only, short histories.
    #[must_use]
    pub fn counting() -> Self {
        Self { detail: Detail::Counting, history: 200, ..Self::default() }
    }
}
