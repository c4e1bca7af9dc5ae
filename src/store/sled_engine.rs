//! The sled engine: one tree in one folder, synced by ourselves.
//!
//! sled's own flush asks Linux only for `sync_file_range`, which a power cut does not honour, and writes
//! pages above its segment size to files it never syncs. Both are made good in [`Sled::sync`].

use super::engine::{Engine, EngineError, Pair, Sizes, Step, Write, above};
use std::any::Any;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Pages above a quarter of this become files, which a full disk makes sled wait for for ever. Pages have up
/// to 17 rows, so this leaves room for rows of 15 KiB on average.
pub(super) const SEGMENT_BYTES: usize = 1 << 20;

/// sled replaces pages and leaves the old ones to be freed when no thread can see them any more, some of them with
/// each hundredth thing it is asked. After many writes at once, or a long scan, that is tens of MiB which wait until
/// somebody asks again. So it is asked to free them: so often after some writes ..
const SWEEPS_AFTER_WRITES: usize = 128;
/// .. and so often after a scan. Each time frees what is left of 512 replacements, and takes a microsecond if there are none.
const SWEEPS_AFTER_SCAN: usize = 4;

/// An open sled folder.
pub(super) struct Sled {
    db: sled::Db,
    file: File,
    blobs: PathBuf,
    synced_blobs: Mutex<HashSet<OsString>>,
}

impl Sled {
    /// Opens or makes the folder. Whatever sled does, an error comes back, never a panic.
    pub(super) fn open(path: &Path, cache_bytes: u64) -> Result<Self, EngineError> {
        remove_unfinished_snapshots(path).map_err(|it| io_said(&it))?;
        let config = sled::Config::new().path(path).cache_capacity(cache_bytes);
        let config = config.flush_every_ms(None).segment_size(SEGMENT_BYTES);
        let db = guarded(|| config.open().map_err(open_said)).map_err(panic_is_damage)?;
        let file = File::open(path.join("db")).map_err(|it| io_said(&it))?;
        Ok(Self { db, file, blobs: path.join("blobs"), synced_blobs: Mutex::default() })
    }

    /// The rows from both ends up to what cannot be read, and why it cannot.
    pub(super) fn readable(&self) -> (Vec<Pair>, Option<EngineError>) {
        let (mut rows, stopped) = readable(|| self.db.iter());
        if stopped.is_some() {
            rows.extend(readable(|| self.db.iter().rev()).0);
        }
        (rows, stopped)
    }

    /// Syncs the files that sled made for pages above its segment size.
    fn sync_blobs(&self) -> io::Result<()> {
        let mut synced = self.synced_blobs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut present = HashSet::new();
        let mut fresh = false;
        for entry in fs::read_dir(&self.blobs)? {
            let entry = entry?;
            let name = entry.file_name();
            if !synced.contains(&name) {
                fresh = true;
                match File::open(entry.path()) {
                    Ok(file) => file.sync_all()?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                }
            }
            present.insert(name);
        }
        if fresh {
            File::open(&self.blobs)?.sync_all()?;
        }
        *synced = present;
        Ok(())
    }
}

fn readable<I>(rows: impl FnOnce() -> I) -> (Vec<Pair>, Option<EngineError>)
where
    I: Iterator<Item = sled::Result<(sled::IVec, sled::IVec)>>,
{
    let mut found = Vec::new();
    let stopped = guarded(|| {
        for row in rows() {
            let (key, value) = row.map_err(said)?;
            found.push((key.to_vec(), value.to_vec()));
        }
        Ok(())
    });
    (found, stopped.err())
}

impl Engine for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        guarded(|| Ok(self.db.get(key).map_err(said)?.map(|it| it.to_vec())))
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, EngineError> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let found = guarded(|| {
            let mut rows = Vec::new();
            for row in self.db.range::<&[u8], _>((from, Bound::Unbounded)).take(limit) {
                let (key, value) = row.map_err(said)?;
                if !key.starts_with(prefix) {
                    break;
                }
                rows.push((key.to_vec(), value.to_vec()));
            }
            Ok(rows)
        });
        sweep(SWEEPS_AFTER_SCAN);
        found
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<Pair>, EngineError> {
        let bound = above(prefix);
        let to = bound.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        guarded(|| {
            let row = self.db.range::<&[u8], _>((Bound::Included(prefix), to)).next_back();
            let row = row.transpose().map_err(said)?;
            Ok(row.map(|(key, value)| (key.to_vec(), value.to_vec())))
        })
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        self.apply_steps(&mut writes.iter().map(|it| (it.key.as_slice(), it.value.as_deref())))
    }

    fn apply_steps(&self, steps: &mut dyn Iterator<Item = Step<'_>>) -> Result<(), EngineError> {
        let mut batch = sled::Batch::default();
        for (key, value) in steps {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        let applied = guarded(|| self.db.apply_batch(batch).map_err(said));
        sweep(SWEEPS_AFTER_WRITES);
        applied
    }

    fn sync(&self) -> Result<(), EngineError> {
        guarded(|| self.db.flush().map_err(said))?;
        // From here on a failure of any kind leaves the disk's state unknown, so none of them is "full".
        self.sync_blobs().map_err(|it| EngineError::Broken(format!("syncing {}: {it}", self.blobs.display())))?;
        self.file.sync_data().map_err(|it| EngineError::Broken(format!("syncing the store's file: {it}")))
    }

    fn sizes(&self) -> Sizes {
        let blobs = fs::read_dir(&self.blobs).into_iter().flatten().flatten();
        let blobs = blobs.filter_map(|it| it.metadata().ok()).map(|it| it.len()).sum();
        Sizes { db: self.file.metadata().map_or(0, |it| it.len()), blobs }
    }
}

/// Frees pages that nobody sees any more.
fn sweep(times: usize) {
    (0..times).for_each(|_| crossbeam_epoch::pin().flush());
}

/// A kill while sled opens leaves `snap.*.generating`, and sled then refuses the folder for ever.
fn remove_unfinished_snapshots(path: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Runs sled's code; its assertions become errors.
fn guarded<T>(run: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(EngineError::Broken(words_of(panic.as_ref()))))
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    format!("{PANICKED}: {}", words.lines().next().unwrap_or_default())
}

const PANICKED: &str = "the engine panicked";

/// While opening, sled has only touched what it read: a panic means that this did not add up.
pub(super) fn panic_is_damage(error: EngineError) -> EngineError {
    match error {
        EngineError::Broken(why) if why.starts_with(PANICKED) => EngineError::Corrupt(why),
        EngineError::Broken(_) | EngineError::Full(_) | EngineError::Corrupt(_) => error,
    }
}

fn said(error: sled::Error) -> EngineError {
    match error {
        sled::Error::Io(error) => io_said(&error),
        sled::Error::Corruption { at, .. } => EngineError::Corrupt(at.map_or_else(
            || "sled finds its log corrupted".to_owned(),
            |at| format!("sled finds its log corrupted at {at:?}"),
        )),
        other => EngineError::Broken(other.to_string()),
    }
}

/// Our settings of sled never change: when it calls them unsupported, its own note of them is damaged.
fn open_said(error: sled::Error) -> EngineError {
    match error {
        sled::Error::Unsupported(why) | sled::Error::ReportableBug(why) => EngineError::Corrupt(why),
        other => said(other),
    }
}

/// Sorts an error of the disk: no room, or less data than was written, or a failing disk.
pub(super) fn io_said(error: &io::Error) -> EngineError {
    let words = error.to_string();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => EngineError::Full(words),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => EngineError::Corrupt(words),
        _ => EngineError::Broken(words),
    }
}
