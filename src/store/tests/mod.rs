//! What the store promises, tried on both engines and on disks that fail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod conformance;
mod engines;
mod faults;
mod migration;
mod model;
mod mutants;
mod opening;
mod stuck;

use super::{Batch, Handle, Op, Row, Store};
use crate::config;
use std::path::Path;
use std::time::Duration;

/// Settings for a store in this folder. The reserve is off, so that a full test machine changes nothing.
pub(super) fn settings(path: &Path) -> config::Store {
    config::Store { path: path.to_path_buf(), lazy_ms: 20, reserve_bytes: 0, ..config::Store::default() }
}

/// Opens the store in this folder.
pub(super) fn open(path: &Path) -> Handle {
    Handle::open(&settings(path)).unwrap()
}

/// A store of each kind, with the folder that the second needs.
pub(super) fn both() -> Vec<(&'static str, Handle, tempfile::TempDir)> {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [memory, sled] = folders;
    let forgetful = Handle::memory(&settings(memory.path())).unwrap();
    let lasting = open(sled.path());
    vec![("memory", forgetful, memory), ("sled", lasting, sled)]
}

pub(super) fn put(key: &str, value: &str) -> Op {
    Op::Put { key: key.into(), value: value.into(), expect: None }
}

pub(super) fn put_at(revision: u64, key: &str, value: &str) -> Op {
    Op::Put { key: key.into(), value: value.into(), expect: Some(revision) }
}

pub(super) fn delete(key: &str) -> Op {
    Op::Delete { key: key.into() }
}

pub(super) fn batch(ops: impl IntoIterator<Item = Op>) -> Batch {
    Batch(ops.into_iter().collect())
}

/// All rows, as `key=value@revision`.
pub(super) async fn rows(store: &Handle, prefix: &str) -> Vec<String> {
    let rows = store.scan(prefix.into(), None, usize::MAX).await.unwrap();
    rows.iter().map(shown).collect()
}

pub(super) fn shown((key, record): &Row) -> String {
    let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
    format!("{}={}@{}", text(key), text(&record.value), record.revision)
}

/// Waits for something that other threads bring about.
pub(super) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..2000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}
