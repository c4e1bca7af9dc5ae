//! Migrations: older records become newer ones when the store is opened.
//!
//! A migration goes through its key range in chunks. Each chunk is one atomic write together with how far
//! it got, so it can be killed at any moment and goes on from there; a record that is not of its format is
//! left alone, so that going over it twice changes nothing.

use super::engine::{Engine, EngineError, Pair, Write};
use super::{Record, frame, own};
use crate::telemetry::{Line, events};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

/// Records changed in one write.
const CHUNK: usize = 256;

/// Makes records of one format into records of the next.
pub struct Migration {
    /// Its name, for ever: progress is kept under it.
    pub name: &'static str,
    /// The keys it is about.
    pub prefix: &'static [u8],
    /// The format it reads; it writes the next one.
    pub from: u8,
    /// Makes the new value; an error means that the record is not what the format says.
    pub change: fn(&Record) -> Result<Vec<u8>, String>,
}

/// All migrations, oldest first.
pub const MIGRATIONS: &[Migration] = &[HEADERS];

/// Format 0 was bare JSON without revision and checksum.
const HEADERS: Migration = Migration { name: "0001-headers", prefix: b"", from: 0, change: keep_json };

fn keep_json(record: &Record) -> Result<Vec<u8>, String> {
    serde_json::from_slice::<serde::de::IgnoredAny>(&record.value).map_err(|it| it.to_string())?;
    Ok(record.value.clone())
}

/// How far a migration is.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    /// The last key it went over, in hexadecimal.
    after: String,
    rows: u64,
    done: bool,
}

/// Runs what has not been run yet. Returns how many records were changed.
///
/// # Errors
/// What the engine says, or that a record is not what its format promises.
pub fn migrate(engine: &dyn Engine, migrations: &[Migration]) -> Result<u64, EngineError> {
    let mut rows = 0;
    for migration in migrations {
        rows += run(engine, migration)?;
    }
    Ok(rows)
}

fn run(engine: &dyn Engine, migration: &Migration) -> Result<u64, EngineError> {
    let key = [own::MIGRATION, migration.name.as_bytes()].concat();
    let mut progress = read(engine, &key)?;
    let before = progress.rows;
    while !progress.done {
        step(engine, migration, &key, &mut progress)?;
    }
    let rows = progress.rows - before;
    if rows > 0 {
        Line::new(&events::STORE_MIGRATED)
            .actor("store")
            .field("migration", migration.name)
            .field("rows", rows)
            .field("rows_before", before)
            .emit();
    }
    Ok(rows)
}

fn step(engine: &dyn Engine, migration: &Migration, key: &[u8], progress: &mut Progress) -> Result<(), EngineError> {
    let after = HEXLOWER.decode(progress.after.as_bytes()).unwrap_or_default();
    let after = if progress.after.is_empty() { None } else { Some(after.as_slice()) };
    let rows = engine.scan(migration.prefix, after, CHUNK)?;
    progress.done = rows.len() < CHUNK;
    if let Some((last, _)) = rows.last() {
        progress.after = HEXLOWER.encode(last);
    }
    let mut writes = Vec::new();
    for row in &rows {
        writes.extend(changed(migration, row)?);
    }
    progress.rows += u64::try_from(writes.len()).unwrap_or(u64::MAX);
    let kept = serde_json::to_vec(progress).map_err(|it| EngineError::Broken(it.to_string()))?;
    writes.push(own::write(key, &kept));
    if let Some(mut ledger) = own::Ledger::read(engine)? {
        for write in &writes {
            let before = engine.get(&write.key)?;
            ledger.change(&write.key, before.as_deref(), write.value.as_deref());
        }
        writes.push(ledger.write());
    }
    engine.apply(writes)?;
    engine.sync()
}

fn changed(migration: &Migration, (key, bytes): &Pair) -> Result<Option<Write>, EngineError> {
    let Some(record) = read_as(migration.from, key, bytes)? else { return Ok(None) };
    let value = (migration.change)(&record).map_err(|it| damaged(key, &it))?;
    let bytes = frame::pack_as(migration.from + 1, key, record.revision.max(1), &value);
    Ok(Some(Write { key: key.clone(), value: Some(bytes), fresh: false }))
}

/// The record, if it is of this format.
fn read_as(format: u8, key: &[u8], bytes: &[u8]) -> Result<Option<Record>, EngineError> {
    if frame::is_bare(bytes) {
        let record = Record { revision: 1, format: 0, value: bytes.to_vec() };
        return Ok((format == 0).then_some(record));
    }
    let record = frame::unpack(key, bytes).map_err(|it| damaged(key, &it.to_string()))?;
    Ok((record.format == format).then_some(record))
}

fn read(engine: &dyn Engine, key: &[u8]) -> Result<Progress, EngineError> {
    let Some(value) = own::read(engine, key)? else { return Ok(Progress::default()) };
    serde_json::from_slice(&value).map_err(|it| damaged(key, &it.to_string()))
}

fn damaged(key: &[u8], why: &str) -> EngineError {
    EngineError::Corrupt(format!("row {}: {why}", HEXLOWER.encode(key)))
}
