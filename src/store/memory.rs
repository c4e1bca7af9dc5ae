//! The in-memory engine: for tests, the demo and houses that may forget.

use super::engine::{Engine, EngineError, Pair, Sizes, Write, above};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// A map behind a lock.
#[derive(Default)]
pub(super) struct Memory(RwLock<BTreeMap<Vec<u8>, Vec<u8>>>);

impl Memory {
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.read().get(key).cloned())
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, EngineError> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let map = self.read();
        let rows = map.range::<[u8], _>((from, Bound::Unbounded)).take_while(|it| it.0.starts_with(prefix));
        Ok(rows.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<Pair>, EngineError> {
        let bound = above(prefix);
        let to = bound.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let map = self.read();
        let row = map.range::<[u8], _>((Bound::Included(prefix), to)).next_back();
        Ok(row.map(|(key, value)| (key.clone(), value.clone())))
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for Write { key, value, .. } in writes {
            match value {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), EngineError> {
        Ok(())
    }

    fn sizes(&self) -> Sizes {
        let bytes: usize = self.read().iter().map(|(key, value)| key.len() + value.len()).sum();
        Sizes { db: u64::try_from(bytes).unwrap_or(u64::MAX), blobs: 0 }
    }
}
