//! `[store]`: what is kept on disk.

use crate::domain::settings::{Unfit, settings};
use std::path::{Path, PathBuf};

settings! {
    /// `[store]`: what is kept on disk.
    pub struct Store {
        /// The folder everything is kept in.
        path: PathBuf = "data".into(), fits a_folder;
        /// Batches that may wait for the writer.
        queue: usize = 4096, in 1..=1 << 20;
        /// Batches synced together at most.
        group: usize = 1024, in 1..=65_536;
        /// How long a write that forces no sync may wait for one, in ms.
        lazy_ms: u64 = 200, in 1..=60_000;
        /// The engine's page cache, in bytes.
        cache_bytes: u64 = 4 << 20, in 1 << 20..=64 << 30;
        /// Stop taking updates when less than this is free on the disk, in bytes.
        reserve_bytes: u64 = 16 << 20, in 0..=1 << 40;
    }
}

fn a_folder(path: &Path) -> Result<(), Unfit> {
    if path.as_os_str().is_empty() { Err("a folder".into()) } else { Ok(()) }
}
