//! What rows and changes come to, one after the other: how many of each kind, and the sum that the ledger keeps.

use super::manifest::KindCount;
use crate::store::engine::EngineError;
use crate::store::own::{self, Ledger};
use crate::store::{frame, keys};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

/// The rows seen so far, later ones in the place of earlier ones; 24 bytes for each.
pub struct Tally {
    seen: HashMap<u64, Seen>,
    hasher: RandomState,
    ledger: Ledger,
    newest: u8,
}

struct Seen {
    weight: u64,
    bytes: u32,
    kind: u8,
}

impl Default for Tally {
    fn default() -> Self {
        let hasher = RandomState::new();
        Self { seen: HashMap::new(), hasher, ledger: Ledger::default(), newest: 0 }
    }
}

impl Tally {
    /// Takes a row or a change. The error is a sentence about a row that is not what was written.
    pub(in crate::store) fn put(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        let place = self.hasher.hash_one(key);
        let Some(bytes) = value else {
            self.seen.remove(&place);
            return Ok(());
        };
        let format = format_of(key, bytes)?;
        self.newest = self.newest.max(format);
        if key == own::LEDGER {
            self.ledger = Ledger::of(bytes).map_err(|it| it.to_string())?;
        }
        let length = u32::try_from(key.len() + bytes.len()).unwrap_or(u32::MAX);
        let kind = key.first().copied().unwrap_or(0);
        self.seen.insert(place, Seen { weight: own::weight(key, bytes), bytes: length, kind });
        Ok(())
    }

    /// The sum over all rows.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.seen.values().fold(0, |sum, it| sum.wrapping_add(it.weight))
    }

    /// The last group of writes, as the ledger among the rows says.
    #[must_use]
    pub const fn group(&self) -> u64 {
        self.ledger.group
    }

    /// The sum that the ledger among the rows says.
    #[must_use]
    pub const fn expected(&self) -> u64 {
        self.ledger.sum
    }

    /// Whether all rows together are what the store was. A store from before there was a ledger cannot tell.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.ledger == Ledger::default() || self.ledger.sum == self.sum()
    }

    /// The newest format of a record.
    #[must_use]
    pub const fn newest(&self) -> u8 {
        self.newest
    }

    /// Rows and bytes by kind.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<String, KindCount> {
        let mut kinds: BTreeMap<String, KindCount> = BTreeMap::new();
        for it in self.seen.values() {
            let kind = kinds.entry(keys::kind_name(it.kind).to_owned()).or_default();
            kind.rows += 1;
            kind.bytes += u64::from(it.bytes);
        }
        kinds
    }
}

fn format_of(key: &[u8], bytes: &[u8]) -> Result<u8, String> {
    if frame::is_bare(bytes) {
        return Ok(0);
    }
    let words = |it| format!("row {}: {it}", data_encoding::HEXLOWER.encode(key));
    frame::unpack(key, bytes).map(|it| it.format).map_err(words)
}

impl From<&Tally> for Option<EngineError> {
    /// What is wrong with rows that do not add up.
    fn from(tally: &Tally) -> Self {
        (!tally.adds_up()).then(|| EngineError::Corrupt("rows are missing or older than they should be".to_owned()))
    }
}
