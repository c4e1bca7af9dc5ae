//! The durable store: what an engine can do, and the handle through which everybody writes.
//!
//! One tree of ordered bytes. A value is kept behind a 13-byte header (format, revision, checksum), which
//! the writer makes and strips; callers see [`Record`]s. A batch is atomic and the only way to write.
//! Keys that begin with a zero byte are the store's own.
//!
//! ```text
//! Handle -> Inbox -> writer thread -> Group (assertions) -> Engine (journal before sled, or memory)
//! Handle -> Questions -> two reader threads --------------> Engine
//! ```

pub mod backup;
pub mod boot;
pub mod disk;
pub mod engine;
mod error;
mod files;
mod filter;
mod folder;
mod frame;
mod fronted;
mod group;
mod handle;
mod hang;
mod inbox;
mod journal;
mod lazy;
mod mark;
mod memory;
mod meters;
pub mod migrate;
pub mod offline;
mod opener;
mod own;
mod readers;
mod salvage;
mod sled_engine;
mod sled_log;
mod state;
mod tee;
mod writer;

#[cfg(test)]
mod tests;

pub use disk::{free_bytes, loose_modes, probe_sync};
pub use error::OpenError;
pub use group::{BITS_PER_ROW, bit_is_set, check};
pub use handle::Handle;
pub use salvage::{Salvaged, salvage};
pub use state::{Health, Status};

pub mod keys;
pub mod rows;

use std::future::Future;
use std::sync::Arc;

/// A value with its revision. A new record starts at revision 1; every asserted or plain put adds 1 when
/// the put was asserted, or sets 1 when it was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How often the record has been written under assertion.
    pub revision: u64,
    /// The format of the value: 1 for now; readers migrate older ones.
    pub format: u8,
    /// The value, JSON (bitmap rows: 128 bytes), at most 64 KiB.
    pub value: Vec<u8>,
}

/// One step of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Write a record. With `expect`, only if its revision is that (0: there is none); the whole batch
    /// fails otherwise. The new revision is `expect + 1`, or 1 without an expectation.
    Put {
        /// Where.
        key: Vec<u8>,
        /// The bare value.
        value: Vec<u8>,
        /// The revision it must replace.
        expect: Option<u64>,
    },
    /// Delete a record, if it is there.
    Delete {
        /// Where.
        key: Vec<u8>,
    },
    /// Set a bit in a bitmap row of 1,024 bits (128 bytes). With `only_once`, the whole batch fails
    /// with [`StoreError::AlreadyDone`] if it is set.
    SetBit {
        /// The row.
        key: Vec<u8>,
        /// The bit, below 1,024.
        bit: u16,
        /// Whether a set bit is a conflict.
        only_once: bool,
    },
    /// Fail the whole batch with [`StoreError::AlreadyDone`] if the bit is set.
    ExpectClear {
        /// The row.
        key: Vec<u8>,
        /// The bit, below 1,024.
        bit: u16,
    },
}

/// Steps that are done together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch(pub Vec<Op>);

impl Batch {
    /// Adds a plain put.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> &mut Self {
        self.0.push(Op::Put { key, value, expect: None });
        self
    }

    /// Adds a deletion.
    pub fn delete(&mut self, key: Vec<u8>) -> &mut Self {
        self.0.push(Op::Delete { key });
        self
    }
}

/// Why the store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another write came first: the record's revision is not the expected one.
    #[error("the record was changed by another write")]
    Conflict,
    /// The update's bit is set: it has been finished before.
    #[error("this update is already done")]
    AlreadyDone,
    /// No room on the disk. The store reopens by itself when there is some; nothing was written.
    #[error("the disk is full")]
    Full,
    /// A value is larger than 64 KiB.
    #[error("a value of {0} bytes is larger than the store takes (65536)")]
    TooLarge(usize),
    /// The queue of the writer is full.
    #[error("the store has more waiting than it may hold")]
    Busy,
    /// The store is closing or closed.
    #[error("the store is closed")]
    Closed,
    /// Anything else that the disk or the engine says; the process ends after a failed sync.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// Key and record.
pub type Row = (Vec<u8>, Record);

/// What everybody may ask of the store. Cheap to clone; all clones are the same store.
pub trait Store: Clone + Send + Sync + 'static {
    /// Reads one record.
    fn get(&self, key: Vec<u8>) -> impl Future<Output = Result<Option<Record>, StoreError>> + Send;

    /// Reads the records whose keys start with `prefix`, in order, from `after` (exclusive) on.
    fn scan(
        &self,
        prefix: Vec<u8>,
        after: Option<Vec<u8>>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Reads the last record whose key starts with `prefix`.
    fn last(&self, prefix: Vec<u8>) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send;

    /// Writes a batch; the answer comes when it is synced to the disk.
    /// Whoever may try again keeps a share of it.
    fn commit(&self, batch: impl Into<Arc<Batch>>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Writes a batch some time soon: with the next commit, or together with others after `store.lazy_ms`.
    /// For what may be lost: strikes of debts that a repetition would not harm, counters.
    /// It goes before commits that are still waiting, and after those that were answered.
    fn later(&self, batch: Batch);
}
