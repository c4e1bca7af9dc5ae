//! What was owed in a backup is held back after a restore: listed, not performed, until the operator decides.
//!
//! Between the backup and the restore the house went on and did, in all likelihood, what was owed then. So debts
//! and what waited to be decided keep their rows, under another kind of key that nobody but the operator looks at.
//! Alarm clocks whose time has passed ring, or features would stand still; what people would see of that is held.

use crate::store::keys::{self, Kind};
use crate::store::rows::{self, Debt, Queued};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// A row that is held back.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its name for the operator.
    pub id: String,
    /// The key that it has otherwise.
    pub key: Vec<u8>,
    /// What it is.
    pub what: HeldWhat,
}

/// What is held back.
#[derive(Clone, Debug)]
pub enum HeldWhat {
    /// A call to Telegram.
    Debt(Box<Debt>),
    /// Something that people did, and that waited for its chat.
    Event(Box<Queued>),
}

/// The name of a held row, for the operator.
#[must_use]
pub fn held_id(key: &[u8]) -> String {
    format!("held-{}", HEXLOWER.encode(&Sha256::digest(key)[..5]))
}

/// Reads a held row; `None` when it is none, or of another version.
#[must_use]
pub fn held_of(held: &[u8], value: &[u8]) -> Option<Held> {
    let key = keys::held_of(held)?.to_vec();
    let what = match key.first() {
        Some(it) if *it == Kind::Owed as u8 => HeldWhat::Debt(rows::read(value).ok()?),
        Some(it) if *it == Kind::Queued as u8 => HeldWhat::Event(rows::read(value).ok()?),
        _ => return None,
    };
    Some(Held { id: held_id(&key), key, what })
}

/// Whether a row of a backup rests after a restore: debts, and what people did that had not been decided. Events of
/// our own go on, or features would wait for them for ever; what such an event would show to people is held then.
#[must_use]
pub fn rests(key: &[u8], value: &[u8]) -> bool {
    match key.first() {
        Some(it) if *it == Kind::Owed as u8 => true,
        Some(it) if *it == Kind::Queued as u8 => rows::read::<Queued>(value).is_ok_and(|it| it.own.is_none()),
        _ => false,
    }
}
