//! `[backup]`: when the house backs itself up, where, and what it keeps.

use super::store::Store;
use crate::domain::settings::settings;
use std::path::PathBuf;

settings! {
    /// `[backup]`: when the house backs itself up, where, and what it keeps.
    pub struct Backup {
        /// Whether the house backs itself up: daily, and before another version first uses the store.
        enabled: bool = true;
        /// Where. Empty: "backups" in the store's folder; a folder on another disk is better. As secret as the store itself.
        folder: PathBuf = PathBuf::new();
        /// The hour of the day, in UTC, 0 to 23.
        hour: u64 = 3, in 0..=23;
        /// The newest backup of so many days is kept ..
        keep_daily: usize = 7, in 1..=1000;
        /// .. and of so many weeks ..
        keep_weekly: usize = 4, in 0..=1000;
        /// .. and of so many months.
        keep_monthly: usize = 6, in 0..=1000;
        /// So many of those made before an upgrade are kept, however old.
        keep_upgrades: usize = 3, in 0..=1000;
        /// What a backup must leave free on its disk, in bytes; otherwise none is made.
        min_free_bytes: u64 = 64 << 20, in 0..=1 << 40;
        /// What may wait in memory that was written while a backup is made, in bytes; beyond that it is given up.
        changes_bytes: usize = 64 << 20, in 1 << 20..=1 << 32;
        /// How long one may take before it is given up, in seconds.
        timeout_s: u64 = 3600, in 1..=86_400;
    }
}

impl Backup {
    /// Where backups are, next to this store if nothing else is said.
    #[must_use]
    pub fn folder(&self, store: &Store) -> PathBuf {
        if self.folder.as_os_str().is_empty() { store.path.join("backups") } else { self.folder.clone() }
    }
}
