//! A store in the making: written beside the place where it will be, and put there when it is whole.

use super::error::{DiskError, RestoreError, disk};
use super::folder::{FILES, VERSION};
use super::held::rests;
use super::restore::{RestoreWays, RestoredRow};
use crate::config;
use crate::domain::types::{ChatNo, Moment};
use crate::store::engine::{Engine, EngineError, Pair, Write};
use crate::store::files::remove;
use crate::store::folder::Folder;
use crate::store::keys::{self, Kind};
use crate::store::mark::Mark;
use crate::store::opener::take_stock;
use crate::store::own::Ledger;
use crate::store::rows::{self, Since};
use crate::store::sled_engine::Sled;
use crate::store::{Record, boot, disk as disk_facts, frame, own};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Rows written at once.
const ROWS: usize = 512;
/// Chats compare what they know with the truth one after the other, this far apart, in ms.
const APART_MS: u64 = 200;

/// A store that is not there yet. Dropped before [`Nest::settle`], nothing of it is left.
pub(super) struct Nest {
    folder: Folder,
    beside: PathBuf,
    engine: Option<Sled>,
    waiting: BTreeMap<Vec<u8>, Write>,
}

/// What was held back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rested {
    pub(super) held: u64,
    rung: u64,
    boot: u64,
}

impl Nest {
    /// Takes the folder, which must hold no store, and needs room for so many bytes.
    pub(super) fn begin(settings: &config::Store, bytes: u64) -> Result<Self, RestoreError> {
        let path = &settings.path;
        let folder = Folder::take(path)?;
        let data = folder.data();
        let empty = fs::read_dir(&data).map_or(true, |mut it| it.next().is_none());
        if !empty {
            return Err(RestoreError::NotEmpty { path: path.clone() });
        }
        let needed = bytes.saturating_mul(3).saturating_add(settings.reserve_bytes).saturating_add(16 << 20);
        let free = disk_facts::free_bytes(path).unwrap_or(u64::MAX);
        if free < needed {
            let (free, needed) = (free >> 20, (needed >> 20) + 1);
            return Err(
                DiskError::NoRoom { path: path.clone(), free, needed, beside: "", setting: "store.path" }.into()
            );
        }
        let beside = path.join("restoring");
        remove(&beside).map_err(disk("clear away", &beside))?;
        let engine = Sled::open(&beside, settings.cache_bytes).map_err(wrote)?;
        Ok(Self { folder, beside, engine: Some(engine), waiting: BTreeMap::new() })
    }

    /// Takes rows; later ones hold.
    pub(super) fn put(&mut self, writes: Vec<Write>) -> Result<(), RestoreError> {
        for write in writes {
            self.waiting.insert(write.key.clone(), write);
            if self.waiting.len() >= ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RestoreError> {
        let writes: Vec<_> = std::mem::take(&mut self.waiting).into_values().collect();
        if writes.is_empty() { Ok(()) } else { self.engine()?.apply(writes).map_err(wrote) }
    }

    fn engine(&self) -> Result<&Sled, RestoreError> {
        self.engine.as_ref().ok_or_else(|| RestoreError::Write("the new store is closed".into()))
    }

    /// Whether the rows together are what the ledger among them says.
    pub(super) fn adds_up(&mut self) -> Result<bool, RestoreError> {
        self.flush()?;
        let engine = self.engine()?;
        let ledger = Ledger::read(engine).map_err(wrote)?;
        let sum = take_stock(engine).map_err(wrote)?.sum;
        Ok(ledger.is_none_or(|it| it.sum == sum))
    }

    /// Makes a store of an earlier moment one that can go on now: what was owed rests, numbers are not given twice,
    /// finished updates of long ago are forgotten.
    pub(super) fn let_rest(&mut self, ways: &RestoreWays<'_>) -> Result<Rested, RestoreError> {
        self.flush()?;
        let mut rested = Rested::default();
        for kind in [Kind::Owed, Kind::Asked, Kind::Queued, Kind::Wake] {
            for row in self.all(&kind.all())? {
                let writes = rest(&row, ways, &mut rested)?;
                self.put(writes)?;
            }
        }
        self.forget_old_updates(ways)?;
        rested.boot = self.boots_ahead()?;
        Ok(rested)
    }

    /// Notes what was done, and leaves a word for the owners.
    pub(super) fn note(
        &mut self,
        row: &RestoredRow,
        rested: Rested,
        ways: &RestoreWays<'_>,
    ) -> Result<(), RestoreError> {
        let mut writes = vec![plain(keys::meta(RestoredRow::NAME), &rows::write(row))];
        if let Some(word) = (ways.word)(row) {
            // The number of a boot that never was: nobody else uses it.
            let seq = boot::first_of(rested.boot);
            writes.push(plain(keys::queued(ChatNo::HOUSE, seq), &rows::write(&word)));
        }
        self.put(writes)
    }

    /// Puts the store into its place.
    pub(super) fn settle(mut self, files: &[(String, Vec<u8>)], version: &str, group: u64) -> Result<(), RestoreError> {
        self.flush()?;
        let engine = self.engine.take().ok_or_else(|| RestoreError::Write("the new store is closed".into()))?;
        let sum = take_stock(&engine).map_err(wrote)?.sum;
        let ledger = Ledger { group: group.saturating_add(1), sum };
        engine.apply(vec![ledger.write()]).and_then(|()| engine.sync()).map_err(wrote)?;
        drop(engine);
        let path = self.folder.path().to_path_buf();
        for (name, bytes) in files.iter().filter(|it| FILES.contains(&it.0.as_str())) {
            write_private(&path.join(name), bytes)?;
        }
        write_private(&path.join(VERSION), version.as_bytes())?;
        let mark = self.folder.mark();
        Mark::open(&mark).and_then(|it| it.write(ledger.group)).map_err(disk("write", &mark))?;
        // What threads had in hand in another life means nothing here.
        let inhand = path.join("inhand");
        remove(&inhand).map_err(disk("delete", &inhand))?;
        let data = self.folder.data();
        let _ = fs::remove_dir(&data); // an empty one may be there
        fs::rename(&self.beside, &data).map_err(disk("name", &data))?;
        self.folder.close_data()?;
        Ok(File::open(&path).and_then(|it| it.sync_all()).map_err(disk("sync the folder", &path))?)
    }

    fn forget_old_updates(&mut self, ways: &RestoreWays<'_>) -> Result<(), RestoreError> {
        let oldest = ways.now.0.saturating_sub(ways.done_memory_ms);
        for (key, bytes) in self.all(&Kind::DoneSince.all())? {
            let record = record(&key, &bytes)?;
            let old = rows::read::<Since>(&record.value).is_ok_and(|it| it.at.0 < oldest);
            if let (true, Some(block)) = (old, keys::block_of(&key)) {
                self.put(vec![gone(key), gone(keys::done(block.saturating_mul(1024)).0)])?;
            }
        }
        Ok(())
    }

    /// So far ahead that no number of the time that is lost is given again.
    fn boots_ahead(&mut self) -> Result<u64, RestoreError> {
        self.flush()?;
        let key = boot::key();
        let Some(bytes) = self.engine()?.get(&key).map_err(wrote)? else { return Ok(boot::FORGOTTEN) };
        let boot = boot::read(Some(&record(&key, &bytes)?.value)).saturating_add(boot::FORGOTTEN);
        self.put(vec![plain(key, &boot::write(boot))])?;
        Ok(boot)
    }

    fn all(&mut self, prefix: &[u8]) -> Result<Vec<Pair>, RestoreError> {
        self.flush()?;
        let engine = self.engine()?;
        let mut all: Vec<Pair> = Vec::new();
        loop {
            let page = engine.scan(prefix, all.last().map(|it| it.0.as_slice()), ROWS).map_err(wrote)?;
            let over = page.len() < ROWS;
            all.extend(page);
            if over {
                return Ok(all);
            }
        }
    }
}

impl Drop for Nest {
    fn drop(&mut self) {
        drop(self.engine.take());
        let _ = remove(&self.beside); // the next restore clears it away
    }
}

/// What becomes of a row that may have to rest.
fn rest((key, bytes): &Pair, ways: &RestoreWays<'_>, rested: &mut Rested) -> Result<Vec<Write>, RestoreError> {
    let record = record(key, bytes)?;
    if rests(key, &record.value) {
        rested.held += 1;
        let held = keys::held(key);
        let value = Some(frame::pack(&held, record.revision.max(1), &record.value));
        return Ok(vec![gone(key.clone()), Write { key: held, value, fresh: false }]);
    }
    if key.first() == Some(&(Kind::Asked as u8)) {
        // It may have been answered, and paid for, since the backup: its feature hears that nobody knows.
        let asking = rows::read::<rows::Asking>(&record.value).ok();
        return Ok(asking
            .map(|it| plain_again(key, record.revision, &rows::write(&it.doubted())))
            .into_iter()
            .collect());
    }
    let Some((_, chat, feature, name)) = keys::wake_of(key).filter(|_| key.first() == Some(&(Kind::Wake as u8))) else {
        return Ok(Vec::new());
    };
    if !(ways.compares)(&feature, &name) {
        return Ok(Vec::new());
    }
    let at = Moment(ways.now.0.saturating_add(rested.rung.saturating_mul(APART_MS)));
    rested.rung += 1;
    Ok(vec![gone(key.clone()), plain(keys::wake(at.0, chat, &feature, &name), &record.value)])
}

fn record(key: &[u8], bytes: &[u8]) -> Result<Record, RestoreError> {
    if frame::is_bare(bytes) {
        return Ok(Record { revision: 1, format: 0, value: bytes.to_vec() });
    }
    let words = |it| RestoreError::Write(format!("row {}: {it}", data_encoding::HEXLOWER.encode(key)));
    frame::unpack(key, bytes).map_err(words)
}

/// The same row with another value.
fn plain_again(key: &[u8], revision: u64, value: &[u8]) -> Write {
    Write { key: key.to_vec(), value: Some(frame::pack(key, revision.max(1), value)), fresh: false }
}

fn plain(key: Vec<u8>, value: &[u8]) -> Write {
    own::write(&key, value)
}

fn gone(key: Vec<u8>) -> Write {
    Write { key, value: None, fresh: false }
}

fn wrote(error: EngineError) -> RestoreError {
    RestoreError::Write(error.to_string())
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<(), RestoreError> {
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(true).write(true).mode(0o600).open(path);
    let written = file.and_then(|mut it| it.write_all(bytes).and_then(|()| it.sync_all()));
    Ok(written.map_err(disk("write", path))?)
}
