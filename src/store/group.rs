//! Batches that are written together: each is checked against the engine and what the earlier ones did.

use super::engine::{Engine, EngineError, Write};
use super::frame::{self, Damage};
use super::own::Ledger;
use super::{Batch, Op, Record, StoreError};
use std::collections::HashMap;

/// Bits in one bitmap row.
pub const BITS_PER_ROW: u16 = 1024;

/// Largest value, in bytes.
pub(super) const VALUE_MAX: usize = 65_536;

/// Longest key, in bytes.
pub(super) const KEY_MAX: usize = 1024;

/// Whether a bit is set in the value of a bitmap row: bit `n` is bit `n % 8` of byte `n / 8`.
#[must_use]
pub fn bit_is_set(row: &[u8], bit: u16) -> bool {
    row.get(usize::from(bit / 8)).is_some_and(|it| it & (1 << (bit % 8)) != 0)
}

/// Refuses a batch that no state of the store could take.
///
/// # Errors
/// What [`super::Store::commit`] would say.
pub fn check(batch: &Batch) -> Result<(), StoreError> {
    for op in &batch.0 {
        let (Op::Put { key, .. } | Op::Delete { key } | Op::SetBit { key, .. } | Op::ExpectClear { key, .. }) = op;
        if key.len() > KEY_MAX {
            return Err(StoreError::Failed(format!("a key of {} bytes is longer than {KEY_MAX}", key.len())));
        }
        if key.first() == Some(&0) {
            return Err(StoreError::Failed("a key that begins with a zero byte is the store's own".to_owned()));
        }
        match op {
            Op::Put { value, .. } if value.len() > VALUE_MAX => return Err(StoreError::TooLarge(value.len())),
            Op::SetBit { bit, .. } | Op::ExpectClear { bit, .. } if *bit >= BITS_PER_ROW => {
                return Err(StoreError::Failed(format!("there is no bit {bit} in a row of {BITS_PER_ROW}")));
            }
            Op::Put { .. } | Op::Delete { .. } | Op::SetBit { .. } | Op::ExpectClear { .. } => {}
        }
    }
    Ok(())
}

/// Why a batch was not taken into the group.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// This batch alone: an assertion failed or a row is damaged.
    Batch(StoreError),
    /// A row it needs is damaged, under this key.
    Damaged(Vec<u8>, Damage),
    /// The whole group: the engine did not answer.
    Engine(EngineError),
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// The state after the batches taken so far, as far as they touch it.
pub(super) struct Group<'a> {
    engine: &'a dyn Engine,
    places: HashMap<Vec<u8>, usize>,
    cells: Vec<Cell>,
}

struct Cell {
    key: Vec<u8>,
    before: Option<Vec<u8>>,
    now: Option<Vec<u8>>,
}

impl<'a> Group<'a> {
    pub(super) fn new(engine: &'a dyn Engine) -> Self {
        Self { engine, places: HashMap::new(), cells: Vec::new() }
    }

    /// Takes a batch in, whole or not at all. Assertions see the batch's own earlier steps.
    pub(super) fn take(&mut self, batch: &Batch) -> Result<(), Refusal> {
        let mut undo = Vec::with_capacity(batch.0.len());
        for op in &batch.0 {
            if let Err(refusal) = self.step(op, &mut undo) {
                for (place, value) in undo.into_iter().rev() {
                    self.cells[place].now = value;
                }
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// What must be written (nothing for what is as it was), and what would have to be written to take it back.
    pub(super) fn writes(self) -> (Vec<Write>, Vec<Write>) {
        let both = |Cell { key, before, now }| {
            let fresh = before.is_none();
            let back = Write { key: key.clone(), value: before, fresh: false };
            (Write { key, value: now, fresh }, back)
        };
        self.cells.into_iter().filter(|it| it.before != it.now).map(both).unzip()
    }

    /// Carries what changes along in the store's sum.
    pub(super) fn enter(&self, ledger: &mut Ledger) {
        for cell in self.changed() {
            ledger.change(&cell.key, cell.before.as_deref(), cell.now.as_deref());
        }
    }

    fn changed(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|it| it.before != it.now)
    }

    fn step(&mut self, op: &Op, undo: &mut Vec<(usize, Option<Vec<u8>>)>) -> Result<(), Refusal> {
        let (place, now) = match op {
            Op::Put { key, value, expect } => {
                let place = self.place(key)?;
                (place, Some(self.put(place, value, *expect)?))
            }
            Op::Delete { key } => (self.place(key)?, None),
            Op::SetBit { key, bit, only_once } => {
                let place = self.place(key)?;
                (place, Some(self.with_bit(place, *bit, *only_once)?))
            }
            Op::ExpectClear { key, bit } => {
                let place = self.place(key)?;
                let row = self.record(place)?;
                if row.is_some_and(|it| bit_is_set(&it.value, *bit)) {
                    return Err(Refusal::Batch(StoreError::AlreadyDone));
                }
                return Ok(());
            }
        };
        undo.push((place, std::mem::replace(&mut self.cells[place].now, now)));
        Ok(())
    }

    fn put(&self, place: usize, value: &[u8], expect: Option<u64>) -> Result<Vec<u8>, Refusal> {
        let Some(expected) = expect else {
            return Ok(frame::pack(&self.cells[place].key, 1, value));
        };
        let found = self.record(place)?.map_or(0, |it| it.revision);
        if found != expected {
            return Err(Refusal::Batch(StoreError::Conflict));
        }
        Ok(frame::pack(&self.cells[place].key, expected.saturating_add(1), value))
    }

    fn with_bit(&self, place: usize, bit: u16, only_once: bool) -> Result<Vec<u8>, Refusal> {
        let mut row = self.record(place)?.map_or_else(Vec::new, |it| it.value);
        row.resize(usize::from(BITS_PER_ROW / 8), 0);
        if only_once && bit_is_set(&row, bit) {
            return Err(Refusal::Batch(StoreError::AlreadyDone));
        }
        row[usize::from(bit / 8)] |= 1 << (bit % 8);
        Ok(frame::pack(&self.cells[place].key, 1, &row))
    }

    fn record(&self, place: usize) -> Result<Option<Record>, Refusal> {
        let cell = &self.cells[place];
        let Some(bytes) = &cell.now else { return Ok(None) };
        frame::unpack(&cell.key, bytes).map(Some).map_err(|it| Refusal::Damaged(cell.key.clone(), it))
    }

    fn place(&mut self, key: &[u8]) -> Result<usize, Refusal> {
        if let Some(place) = self.places.get(key) {
            return Ok(*place);
        }
        let before = self.engine.get(key)?;
        let place = self.cells.len();
        self.places.insert(key.to_vec(), place);
        self.cells.push(Cell { key: key.to_vec(), now: before.clone(), before });
        Ok(place)
    }
}
