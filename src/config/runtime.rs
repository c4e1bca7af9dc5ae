//! `[runtime]`: the tree of actors.

use super::check::Check;
use serde::{Deserialize, Serialize};

/// `[runtime]`: the tree of actors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Runtime {
    /// Threads on which actors run; the store's own and those for blocking work come on top.
    pub worker_threads: usize,
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
    /// Chats that may be awake; beyond, those without events for longest sleep sooner.
    pub chats_awake: usize,
    /// Wakes that ring per second of those that are more than a minute late, as many are after a long stop.
    pub late_wakes_per_s: u64,
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
    /// In groups, the words that follow such an answer are taken away after this long, in seconds.
    pub press_words_s: u64,
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

impl Default for Runtime {
    fn default() -> Self {
        Self {
            worker_threads: 1,
            shards: 4,
            chat_queue: 64,
            total_queue: 20_000,
            persist_after_ms: 10,
            chat_idle_s: 300,
            chats_awake: 12_000,
            late_wakes_per_s: 20,
            stuck_ms: 10_000,
            blocked_ms: 5_000,
            poison_after: 3,
            poison_memory_h: 72,
            done_memory_h: 48,
            drain_ms: 8_000,
            press_answer_ms: 800,
            press_words_s: 60,
            restart_max: 5,
            restart_window_s: 60,
            backoff_base_ms: 100,
            backoff_cap_ms: 30_000,
            park_s: 300,
            shard_crashes_per_min: 20,
        }
    }
}

impl Runtime {
    pub(super) fn validate(&self, check: &mut Check) {
        check.within("runtime.worker_threads", self.worker_threads, 1..=256);
        check.within("runtime.shards", self.shards, 1..=256);
        check.within("runtime.chat_queue", self.chat_queue, 1..=1 << 20);
        check.within("runtime.total_queue", self.total_queue, 1..=1 << 24);
        check.within("runtime.persist_after_ms", self.persist_after_ms, 1..=60_000);
        check.within("runtime.chat_idle_s", self.chat_idle_s, 1..=86_400);
        check.within("runtime.chats_awake", self.chats_awake, 1..=10_000_000);
        check.within("runtime.late_wakes_per_s", self.late_wakes_per_s, 1..=10_000);
        check.within("runtime.stuck_ms", self.stuck_ms, 1..=600_000);
        check.within("runtime.blocked_ms", self.blocked_ms, 1..=600_000);
        check.within("runtime.poison_after", self.poison_after, 1..=1000);
        check.within("runtime.poison_memory_h", self.poison_memory_h, 1..=8760);
        check.within("runtime.done_memory_h", self.done_memory_h, 24..=8760);
        check.within("runtime.drain_ms", self.drain_ms, 1..=9999);
        check.within("runtime.press_answer_ms", self.press_answer_ms, 1..=10_000);
        check.within("runtime.press_words_s", self.press_words_s, 1..=172_800);
        check.within("runtime.restart_max", self.restart_max, 1..=1000);
        check.within("runtime.restart_window_s", self.restart_window_s, 1..=86_400);
        check.within("runtime.backoff_base_ms", self.backoff_base_ms, 1..=3_600_000);
        if self.backoff_cap_ms < self.backoff_base_ms || self.backoff_cap_ms > 3_600_000 {
            check.wrong("runtime.backoff_cap_ms", "at least runtime.backoff_base_ms, at most 3600000");
        }
        check.within("runtime.park_s", self.park_s, 1..=86_400);
        check.within("runtime.shard_crashes_per_min", self.shard_crashes_per_min, 1..=1_000_000);
    }
}
