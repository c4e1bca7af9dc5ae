//! Everything `config.toml` can say, one struct per section.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The whole configuration; every field has a default, so that the token alone is enough.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `[telegram]`
    pub telegram: Telegram,
    /// `[owner]`
    pub owner: Owner,
    /// `[store]`
    pub store: Store,
    /// `[web]`
    pub web: Web,
    /// `[log]`
    pub log: Log,
    /// `[features]`
    pub features: Features,
    /// `[limits]`
    pub limits: Limits,
    /// `[runtime]`
    pub runtime: Runtime,
}

/// `[telegram]`: the bot and how its updates come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telegram {
    /// The bot's token, from @BotFather. Secret.
    pub token: String,
    /// The Bot API server.
    pub api_url: String,
    /// How updates come: `auto` is webhook when `telegram.webhook.url` is set, else polling.
    pub mode: Mode,
    /// The API server is a local one (`--local`): no file limits, absolute paths.
    pub local: bool,
    /// Deadline of one call, in ms.
    pub call_timeout_ms: u64,
    /// Calls in flight at the same time.
    pub calls_in_flight: usize,
    /// `[telegram.webhook]`
    pub webhook: Webhook,
    /// `[telegram.polling]`
    pub polling: Polling,
}

/// How updates come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Webhook when a public URL is set, else polling.
    #[default]
    Auto,
    /// `getUpdates`.
    Polling,
    /// A listener of ours.
    Webhook,
}

/// `[telegram.webhook]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    /// The public address that Telegram calls.
    pub url: String,
    /// Where we listen for it.
    pub listen: String,
    /// The secret Telegram sends along; made and kept in the store's folder when empty. Secret.
    pub secret: String,
    /// Parallel deliveries that we ask for, 1 to 100.
    pub max_connections: u32,
    /// Largest body accepted, in bytes.
    pub max_body_bytes: usize,
    /// How often the registered address is compared with ours, in seconds.
    pub check_every_s: u64,
}

/// `[telegram.polling]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Polling {
    /// How long one `getUpdates` may wait, in seconds, at most 50.
    pub wait_s: u64,
    /// How many updates one call may bring, at most 100.
    pub limit: u32,
    /// Without an answer for this long (plus up to a quarter, at random) the poll is begun anew, in seconds.
    pub stall_s: u64,
}

/// `[owner]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Owner {
    /// Telegram ids of the owners. When empty, the terminal shows a one-time link.
    pub ids: Vec<i64>,
}

/// `[store]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The folder everything is kept in.
    pub path: PathBuf,
    /// Batches that may wait for the writer.
    pub queue: usize,
    /// Batches synced together at most.
    pub group: usize,
    /// How long a write that forces no sync may wait for one, in ms.
    pub lazy_ms: u64,
    /// The engine's page cache, in bytes.
    pub cache_bytes: u64,
    /// Stop taking updates when less than this is free on the disk, in bytes.
    pub reserve_bytes: u64,
}

/// `[web]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Where health and metrics are served; empty switches them off.
    pub listen: String,
    /// Host names under which the pages may be called, beside loopback names.
    pub hosts: Vec<String>,
}

/// `[log]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `auto` is `pretty` on a terminal, else `json`.
    pub format: LogFormat,
    /// The least level shown.
    pub level: LogLevel,
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty on a terminal, else JSON.
    #[default]
    Auto,
    /// For people.
    Pretty,
    /// For machines.
    Json,
}

/// The level of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Every update.
    Debug,
    /// State changes that an operator may want.
    #[default]
    Info,
    /// Something needs an eye; the house goes on by itself.
    Warn,
    /// Something failed.
    Error,
}

/// `[features.*]`: the offices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Features {
    /// `[features.membership]`
    pub membership: Membership,
    /// `[features.drill]`
    pub drill: Drill,
}

/// `[features.membership]`: groups for the subscribers of channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Membership {
    /// Whether the office is open.
    pub enabled: bool,
    /// A notice that nobody answered is taken away after this long, in seconds.
    pub notice_ttl_s: u64,
    /// Notices per minute and group before they collapse into one that counts.
    pub notices_per_min: u32,
}

/// `[features.drill]`: owners may break things on purpose, to see them come back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drill {
    /// Whether `/drill` works. Off unless you are rehearsing.
    pub enabled: bool,
}

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
}

/// `[runtime]`: the tree of actors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Runtime {
    /// Shards that chats are spread over.
    pub shards: usize,
    /// Events of one chat kept in memory; more wait on disk.
    pub chat_queue: usize,
    /// Events kept in memory altogether; more wait on disk.
    pub total_queue: usize,
    /// An update unfinished after this is written to disk, in ms.
    pub persist_after_ms: u64,
    /// A chat without events for this long sleeps, in seconds.
    pub chat_idle_s: u64,
    /// A handler that waits longer than this is killed and replaced, in ms.
    pub stuck_ms: u64,
    /// A handler that blocks its thread longer than this ends the process, in ms.
    pub blocked_ms: u64,
    /// Crashes of one update before it is quarantined.
    pub poison_after: u32,
    /// For how long such crashes are remembered, in hours.
    pub poison_memory_h: u64,
    /// How long update ids are remembered, in hours.
    pub done_memory_h: u64,
    /// How long a stop may take before what is left is killed, in ms, below 10000.
    pub drain_ms: u64,
    /// A press that is undecided after this gets an empty answer, in ms.
    pub press_answer_ms: u64,
    /// Restarts within `restart_window_s` before a supervisor gives up.
    pub restart_max: u32,
    /// The window, in seconds.
    pub restart_window_s: u64,
    /// First wait before a restart, in ms; doubled each time, with jitter.
    pub backoff_base_ms: u64,
    /// Longest wait before a restart, in ms.
    pub backoff_cap_ms: u64,
    /// How long a part that gave up is left alone, in seconds.
    pub park_s: u64,
    /// Different chats of one shard that crash within a minute before the shard starts nothing for 30 s.
    pub shard_crashes_per_min: u32,
}

impl Default for Telegram {
    fn default() -> Self {
        Self {
            token: String::new(),
            api_url: "https://api.telegram.org".into(),
            mode: Mode::Auto,
            local: false,
            call_timeout_ms: 20_000,
            calls_in_flight: 200,
            webhook: Webhook::default(),
            polling: Polling::default(),
        }
    }
}

impl Default for Webhook {
    fn default() -> Self {
        Self {
            url: String::new(),
            listen: "127.0.0.1:8443".into(),
            secret: String::new(),
            max_connections: 40,
            max_body_bytes: 1 << 20,
            check_every_s: 3600,
        }
    }
}

impl Default for Polling {
    fn default() -> Self {
        Self { wait_s: 50, limit: 100, stall_s: 90 }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self {
            path: "data".into(),
            queue: 4096,
            group: 1024,
            lazy_ms: 1000,
            cache_bytes: 16 << 20,
            reserve_bytes: 16 << 20,
        }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".into(), hosts: Vec::new() }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, level: LogLevel::Info }
    }
}

impl Default for Membership {
    fn default() -> Self {
        Self { enabled: true, notice_ttl_s: 300, notices_per_min: 6 }
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
        }
    }
}

impl Default for Runtime {
    fn default() -> Self {
        Self {
            shards: 4,
            chat_queue: 64,
            total_queue: 20_000,
            persist_after_ms: 10,
            chat_idle_s: 300,
            stuck_ms: 10_000,
            blocked_ms: 5_000,
            poison_after: 3,
            poison_memory_h: 72,
            done_memory_h: 48,
            drain_ms: 8_000,
            press_answer_ms: 800,
            restart_max: 5,
            restart_window_s: 60,
            backoff_base_ms: 100,
            backoff_cap_ms: 30_000,
            park_s: 300,
            shard_crashes_per_min: 20,
        }
    }
}
