//! `[backup]`: when the house backs itself up, where, and what it keeps.

use super::check::Check;
use super::store::Store;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `[backup]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backup {
    /// Whether it is done by itself: daily, and before another version first uses the store.
    pub enabled: bool,
    /// Where. Empty: `backups` in the store's folder.
    pub folder: PathBuf,
    /// The hour of the day, in UTC.
    pub hour: u64,
    /// The newest of so many days are kept.
    pub keep_daily: usize,
    /// The newest of so many weeks are kept.
    pub keep_weekly: usize,
    /// The newest of so many months are kept.
    pub keep_monthly: usize,
    /// So many of those made before an upgrade are kept.
    pub keep_upgrades: usize,
    /// What a backup must leave free on its disk, in bytes.
    pub min_free_bytes: u64,
    /// What may wait in memory that was written while a backup is made, in bytes.
    pub changes_bytes: usize,
    /// How long one may take before it is given up, in seconds.
    pub timeout_s: u64,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            enabled: true,
            folder: PathBuf::new(),
            hour: 3,
            keep_daily: 7,
            keep_weekly: 4,
            keep_monthly: 6,
            keep_upgrades: 3,
            min_free_bytes: 64 << 20,
            changes_bytes: 64 << 20,
            timeout_s: 3600,
        }
    }
}

impl Backup {
    /// Where backups are, next to this store if nothing else is said.
    #[must_use]
    pub fn folder(&self, store: &Store) -> PathBuf {
        if self.folder.as_os_str().is_empty() { store.path.join("backups") } else { self.folder.clone() }
    }

    pub(super) fn validate(&self, check: &mut Check) {
        check.within("backup.hour", self.hour, 0..=23);
        check.within("backup.keep_daily", self.keep_daily, 1..=1000);
        check.within("backup.keep_weekly", self.keep_weekly, 0..=1000);
        check.within("backup.keep_monthly", self.keep_monthly, 0..=1000);
        check.within("backup.keep_upgrades", self.keep_upgrades, 0..=1000);
        check.within("backup.min_free_bytes", self.min_free_bytes, 0..=1 << 40);
        check.within("backup.changes_bytes", self.changes_bytes, 1 << 20..=1 << 32);
        check.within("backup.timeout_s", self.timeout_s, 1..=86_400);
    }
}
