//! What can still be read of a damaged store, taken over into an empty one.
//!
//! Each row carries its own checksum, so what is taken over is what was once written. It may be older than what was
//! written last, and rows that were deleted may be back: so nothing that is owed is performed, all of it is listed.

use super::engine::{Engine, EngineError, Pair, Write};
use super::folder::{Folder, disk};
use super::journal::Journal;
use super::mark::Mark;
use super::opener::take_stock;
use super::own::{BOT, LEDGER, Ledger, MIGRATION};
use super::rows::{self, Debt, DebtState};
use super::sled_engine::{Sled, io_said};
use super::{OpenError, boot, files, frame, keys, sled_log};
use crate::config;
use crate::domain::types::ChatNo;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The engine's page cache while it is only read.
const CACHE_BYTES: u64 = 1 << 20;
/// Rows written at once.
const CHUNK: usize = 512;

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Rows taken over.
    pub rows: usize,
    /// Chats among them.
    pub chats: usize,
    /// Events that waited, and wait again.
    pub waiting: usize,
    /// Effects that were owed: all are listed as unknown, none is performed.
    pub owed: usize,
    /// Rows that are not what was written.
    pub damaged: usize,
    /// Rows of chats of which it is not known any more which they are.
    pub homeless: usize,
    /// Where reading the engine's files stopped, if it did.
    pub stopped: Option<String>,
    /// Parts of the journal were unreadable.
    pub gaps: bool,
}

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Takes over what can be read in `from`, a folder of damaged data that was moved aside, into the empty
/// `store.path`. What is in `from` is not changed.
///
/// # Errors
/// When the store is in use or not empty, or a disk refuses something.
pub fn salvage(settings: &config::Store, from: &Path) -> Result<Salvaged, OpenError> {
    let folder = Folder::take(&settings.path)?;
    if folder.data().exists() {
        return Err(OpenError::Occupied { path: settings.path.clone() });
    }
    let from = if from.join("sled").is_dir() { from.join("sled") } else { from.to_path_buf() };
    fs::read_dir(&from).map_err(disk("list", &from))?;
    let work = folder.path().join("salvage");
    files::remove(&work).map_err(disk("remove", &work))?;
    let mut done = Salvaged::default();
    let rows = rewritten(read(&from, &work, &mut done)?, &mut done);
    let marked = Mark::open(&folder.mark()).and_then(|it| it.read()).map_err(disk("read", &folder.mark()))?;
    let fresh = work.join("fresh");
    write(&fresh, settings.cache_bytes, &rows, marked + 1).map_err(|error| match error {
        EngineError::Full(_) => OpenError::Full { path: settings.path.clone() },
        error => OpenError::Engine(error),
    })?;
    fs::rename(&fresh, folder.data()).map_err(disk("move into place", &fresh))?;
    folder.close_data()?;
    files::remove(&work).map_err(disk("remove", &work))?;
    Ok(done)
}

/// All rows that are what was written: the engine's, then what the journal has for it.
fn read(from: &Path, work: &Path, done: &mut Salvaged) -> Result<Rows, OpenError> {
    let mut rows = Rows::new();
    let (found, stopped) = engine_rows(from, work)?;
    done.stopped = stopped.map(|it| it.to_string());
    for (key, value) in found {
        if frame::unpack(&key, &value).is_ok() {
            rows.insert(key, value);
        } else {
            done.damaged += 1;
        }
    }
    let journal = from.join("journal");
    if !journal.exists() {
        return Ok(rows);
    }
    let (writes, gaps) = Journal::whole_groups(&journal).map_err(disk("read", &journal))?;
    done.gaps = gaps;
    for Write { key, value, .. } in writes {
        match value {
            Some(value) => drop(rows.insert(key, value)),
            None => drop(rows.remove(&key)),
        }
    }
    Ok(rows)
}

/// Opening changes sled's files, so each attempt works on a copy: as they are; without sled's snapshots, which it
/// can do without; and with its settings, which are always the same, written anew.
fn engine_rows(from: &Path, work: &Path) -> Result<(Vec<Pair>, Option<EngineError>), OpenError> {
    let mut best = (Vec::new(), None);
    for attempt in ["as-it-is", "without-snapshots", "with-new-settings"] {
        let copy = work.join(attempt);
        let wanted: fn(&str) -> bool = if attempt == "as-it-is" { |_| true } else { |name| !name.starts_with("snap.") };
        files::copy(from, &copy, wanted).map_err(disk("copy", from))?;
        if attempt == "with-new-settings" {
            let model = work.join("model");
            drop(Sled::open(&model, CACHE_BYTES).map_err(OpenError::Engine)?);
            fs::copy(model.join("conf"), copy.join("conf")).map_err(disk("copy", &model))?;
        }
        let (rows, stopped) = match Sled::open(&copy, CACHE_BYTES) {
            Ok(sled) if adds_up(&sled) => return Ok((sled.readable().0, None)),
            Ok(sled) => sled.readable(),
            Err(error) => (Vec::new(), Some(error)),
        };
        if rows.len() >= best.0.len() {
            let silent = || EngineError::Corrupt("rows are missing or older than they should be".to_owned());
            best = (rows, Some(stopped.unwrap_or_else(silent)));
        }
    }
    // sled takes back all of a write of which it misses a part; what it does not show stands in its log.
    let log = if from.join("db").is_file() { sled_log::rows(from).map_err(disk("read", from))? } else { Vec::new() };
    let all: BTreeMap<_, _> = best.0.into_iter().chain(log).collect();
    Ok((all.into_iter().collect(), best.1))
}

/// Whether sled has all that it was given, each row as it was written.
fn adds_up(sled: &Sled) -> bool {
    let (ledger, stock) = (Ledger::read(sled), take_stock(sled));
    matches!((ledger, stock), (Ok(Some(ledger)), Ok(stock)) if ledger.sum == stock.sum)
}

/// The rows as they may begin again.
fn rewritten(rows: Rows, done: &mut Salvaged) -> Rows {
    let ids = rows.iter().filter(|(key, _)| keys::id_of(key).is_some() && key[0] == keys::Kind::Id as u8);
    let numbers =
        ids.filter_map(|(key, value)| rows::read::<rows::Number>(&frame::unpack(key, value).ok()?.value).ok());
    let known: HashSet<ChatNo> = numbers.map(|it| ChatNo(it.no)).chain([ChatNo::HOUSE]).collect();
    done.chats = known.len() - 1;
    let mut latest = 0;
    let mut kept = Rows::new();
    for (key, value) in rows {
        if key == LEDGER || key.first() == Some(&0) && key != BOT && !key.starts_with(MIGRATION) {
            continue;
        }
        if keys::chat_of(&key).is_some_and(|it| !known.contains(&it)) {
            done.homeless += 1;
            continue;
        }
        latest = latest.max(keys::chat_and_seq(&key).filter(|_| numbered(&key)).map_or(0, |(_, seq)| boot::of(seq)));
        let value = match key.first() {
            Some(it) if *it == keys::Kind::Owed as u8 => listed(&key, &value, done),
            Some(it) if *it == keys::Kind::Queued as u8 => {
                done.waiting += 1;
                value
            }
            _ => value,
        };
        kept.insert(key, value);
    }
    let key = boot::key();
    let before = kept.get(&key).and_then(|it| frame::unpack(&key, it).ok());
    latest = latest.max(boot::read(before.as_ref().map(|it| &*it.value)));
    let value = frame::pack(&key, 1, &boot::write(latest + boot::FORGOTTEN));
    kept.insert(key, value);
    done.rows = kept.keys().filter(|it| it.first() != Some(&0)).count();
    kept
}

/// Whether the key has a number that rises.
fn numbered(key: &[u8]) -> bool {
    let kinds = [keys::Kind::Queued, keys::Kind::Owed, keys::Kind::Slot];
    key.first().is_some_and(|kind| kinds.iter().any(|it| *it as u8 == *kind))
}

/// A debt of which nobody knows whether it has been paid meanwhile.
fn listed(key: &[u8], value: &[u8], done: &mut Salvaged) -> Vec<u8> {
    let record = frame::unpack(key, value).ok();
    let debt = record.as_ref().and_then(|it| rows::read::<Debt>(&it.value).ok());
    let (Some(record), Some(mut debt)) = (record, debt) else { return value.to_vec() };
    done.owed += 1;
    debt.state = DebtState::Unknown;
    debt.why = Some("it was found in a damaged store".into());
    frame::pack(key, record.revision, &rows::write(&debt))
}

fn write(to: &Path, cache_bytes: u64, rows: &Rows, group: u64) -> Result<(), EngineError> {
    let sled = Sled::open(&PathBuf::from(to), cache_bytes)?;
    let mut ledger = Ledger { group, sum: 0 };
    let all: Vec<_> = rows.iter().collect();
    for chunk in all.chunks(CHUNK) {
        chunk.iter().for_each(|(key, value)| ledger.change(key, None, Some(value)));
        sled.apply_steps(&mut chunk.iter().map(|(key, value)| (key.as_slice(), Some(value.as_slice()))))?;
    }
    sled.apply(vec![ledger.write()])?;
    sled.sync()?;
    fs::File::open(to).and_then(|it| it.sync_all()).map_err(|it| io_said(&it))
}
