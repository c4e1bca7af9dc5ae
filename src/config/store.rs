//! `[store]`: what is kept on disk.

use super::check::Check;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

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

impl Default for Store {
    fn default() -> Self {
        Self {
            path: "data".into(),
            queue: 4096,
            group: 1024,
            lazy_ms: 200,
            cache_bytes: 4 << 20,
            reserve_bytes: 16 << 20,
        }
    }
}

impl Store {
    pub(super) fn validate(&self, check: &mut Check) {
        if self.path.as_os_str().is_empty() {
            check.wrong("store.path", "a folder");
        }
        check.within("store.queue", self.queue, 1..=1 << 20);
        check.within("store.group", self.group, 1..=65_536);
        check.within("store.lazy_ms", self.lazy_ms, 1..=60_000);
        check.within("store.cache_bytes", self.cache_bytes, 1 << 20..=64 << 30);
        check.within("store.reserve_bytes", self.reserve_bytes, 0..=1 << 40);
    }
}
