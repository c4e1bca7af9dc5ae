//! `[runtime]`: the tree of actors.

use crate::domain::settings::settings;

settings! {
    /// `[runtime]`: the tree of actors.
    pub struct Runtime {
        /// Threads on which actors run. One costs least and takes tens of thousands of updates per second; the store has its own.
        worker_threads: usize = 1, in 1..=256;
        /// Shards that chats are spread over.
        shards: usize = 4, in 1..=256;
        /// Events of one chat kept in memory; more wait on disk.
        chat_queue: usize = 64, in 1..=1 << 20;
        /// Events kept in memory altogether; more wait on disk.
        total_queue: usize = 20_000, in 1..=1 << 24;
        /// An update unfinished after this is written to disk, in ms.
        persist_after_ms: u64 = 10, in 1..=60_000;
        /// A chat without events for this long sleeps, in seconds.
        chat_idle_s: u64 = 300, in 1..=86_400;
        /// Chats that may be awake; beyond, those without events for longest sleep sooner.
        chats_awake: usize = 12_000, in 1..=10_000_000;
        /// Wakes that ring per second of those that are more than a minute late, as many are after a long stop.
        late_wakes_per_s: u64 = 20, in 1..=10_000;
        /// A handler that waits longer than this is killed and replaced, in ms.
        stuck_ms: u64 = 10_000, in 1..=600_000;
        /// A handler that blocks its thread longer than this ends the process, in ms.
        blocked_ms: u64 = 5_000, in 1..=600_000;
        /// Crashes of one update before it is quarantined.
        poison_after: u32 = 3, in 1..=1000;
        /// For how long such crashes are remembered, in hours.
        poison_memory_h: u64 = 72, in 1..=8760;
        /// How long update ids are remembered, in hours, at least 24.
        done_memory_h: u64 = 48, in 24..=8760;
        /// How long it is remembered what asking models has cost, in days, at least 31.
        usage_memory_days: u32 = 400, in 31..=3_660;
        /// How long a stop may take before what is left is killed, in ms, below 10000.
        drain_ms: u64 = 8_000, in 1..=9999;
        /// A press that is undecided after this gets an empty answer, in ms.
        press_answer_ms: u64 = 800, in 1..=10_000;
        /// In groups, the words that follow such an answer are taken away after this long, in seconds.
        press_words_s: u64 = 60, in 1..=172_800;
        /// Restarts within `restart_window_s` before a supervisor gives up.
        restart_max: u32 = 5, in 1..=1000;
        /// That window, in seconds.
        restart_window_s: u64 = 60, in 1..=86_400;
        /// First wait before a restart, in ms; doubled each time, with jitter.
        backoff_base_ms: u64 = 100, in 1..=3_600_000;
        /// Longest wait before a restart, in ms.
        backoff_cap_ms: u64 = 30_000, in 1..=3_600_000;
        /// How long a part that gave up is left alone, in seconds.
        park_s: u64 = 300, in 1..=86_400;
        /// Different chats of one shard that crash within a minute before the shard starts nothing for 30 s.
        shard_crashes_per_min: u32 = 20, in 1..=1_000_000;
    }
}
