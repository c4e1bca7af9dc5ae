//! The manifest: what a backup holds, in words that other programs can read too.

use crate::domain::types::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a backup holds. It stands unpacked near the end of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the program that made it.
    pub program: String,
    /// The layout of the file.
    pub format: u32,
    /// The format of the records in it.
    pub records: u8,
    /// Why it was made: `manual`, `daily`, `upgrade`.
    pub why: String,
    /// When.
    pub at: Moment,
    /// The last group of writes that is in it.
    pub group: u64,
    /// The store's sum over all rows at that moment, in hexadecimal.
    pub sum: String,
    /// Rows by kind.
    pub rows: BTreeMap<String, KindCount>,
    /// Changes that were made while it was written, and are in it.
    pub changes: u64,
    /// Files of the store's folder.
    pub files: Vec<String>,
    /// Every part: where it begins, how long it is, its checksum.
    pub parts: Vec<PartNote>,
}

/// How much there is of one kind of row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCount {
    /// Rows.
    pub rows: u64,
    /// Bytes of keys and values, unpacked.
    pub bytes: u64,
}

/// One part as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartNote {
    /// Where its header begins.
    pub at: u64,
    /// Bytes with its header.
    pub bytes: u64,
    /// CRC-32 of what follows the header.
    pub crc32: u32,
}

impl Manifest {
    /// All rows.
    #[must_use]
    pub fn row_count(&self) -> u64 {
        self.rows.values().map(|it| it.rows).sum()
    }
}
