//! What backups promise: one moment under load, every flipped byte found, nothing owed done twice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod damage;
mod load;
mod rest;
mod text;

use super::*;
use crate::config;
use crate::domain::types::Moment;
use crate::store::tests::{batch, open, settings};
use crate::store::{Handle, Op, Store, keys};
use std::path::{Path, PathBuf};

/// 2026-01-01 03:00 UTC.
pub(super) const NOW: Moment = Moment(1_767_236_400_000);

/// A folder with a store in `store`, and room beside it.
pub(super) struct Home(tempfile::TempDir);

impl Home {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn settings(&self, name: &str) -> config::Store {
        settings(&self.at(name))
    }

    pub(super) fn open(&self, name: &str) -> Handle {
        open(&self.at(name))
    }

    pub(super) fn order(&self, name: &str) -> Order {
        Order {
            to: self.at(name),
            why: Why::Manual,
            at: NOW,
            files: vec![("callback.key".into(), vec![7; 32]), ("webhook.secret".into(), vec![8; 32])],
            min_free_bytes: 0,
            estimate_bytes: 0,
        }
    }

    /// Backs a store up while it is open.
    pub(super) fn back_up(&self, store: &Handle, name: &str) -> Made {
        create(&mut store.copy(1 << 20).unwrap(), &self.order(name), &Progress::default()).unwrap()
    }

    pub(super) fn restore(&self, backup: &Path, name: &str) -> Result<Restored, RestoreError> {
        restore(&self.settings(name), backup, &ways())
    }

    /// All rows of a store, but those that a restore adds.
    pub(super) async fn rows(&self, name: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
        let store = self.open(name);
        let rows = store.scan(Vec::new(), None, usize::MAX).await.unwrap();
        store.close().await;
        let own = keys::meta(RestoredRow::NAME);
        rows.into_iter().map(|(key, it)| (key, it.value)).filter(|it| it.0 != own).collect()
    }
}

/// One alarm clock compares with the truth; nobody is told.
pub(super) fn ways() -> RestoreWays<'static> {
    RestoreWays {
        salvage: false,
        now: NOW,
        done_memory_ms: 48 * 3_600_000,
        compares: &|_, key| key == "first",
        word: &|_| None,
    }
}

pub(super) async fn put(store: &Handle, key: Vec<u8>, value: &[u8]) {
    store.commit(batch([Op::Put { key, value: value.to_vec(), expect: None }])).await.unwrap();
}

/// What is in a folder, by name.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}
