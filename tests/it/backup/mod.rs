//! Backups by the real program: the drill, what is held after a restore, the house's own backups, and a stopped store.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod drill;
mod held;
mod own;
mod stopped;

use super::harness::Story;
use serde_json::Value;
use std::path::{Path, PathBuf};

impl Story {
    /// A path beside the store.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.store().with_file_name(name)
    }

    /// Runs a command that must work, and reads its JSON.
    pub async fn heard(&self, arguments: &[&str]) -> Value {
        let (code, out, error) = self.run(arguments).await;
        assert_eq!(code, Some(0), "{arguments:?}: {error}\nthe log:\n{}", self.log.text());
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{arguments:?}: {why} in {out}"))
    }

    /// Makes a backup in this file.
    pub async fn back_up(&self, to: &Path) -> Value {
        self.heard(&["backup", "create", to.to_str().unwrap(), "--json"]).await
    }

    /// Loses the store, and makes it anew of a backup.
    pub async fn restore(&self, from: &Path) -> Value {
        std::fs::remove_dir_all(self.store()).unwrap();
        self.heard(&["backup", "restore", from.to_str().unwrap(), "--json"]).await
    }

    /// Every row of a backup, as lines of its export.
    pub async fn rows_of(&self, backup: &Path) -> String {
        let (code, out, error) = self.run(&["store", "export", "-", "--from", backup.to_str().unwrap()]).await;
        assert_eq!(code, Some(0), "{error}");
        out
    }
}
