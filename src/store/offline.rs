//! A store that no house has open: looked into and changed by a command, under the same lock.
//!
//! Nothing is moved aside and nothing is migrated here: a damaged store, or one of another version, is refused in
//! words and left as it is.

use super::backup::{BackupError, Made, Order, Progress, Tally, create};
use super::engine::{Engine, EngineError};
use super::folder::{self, Folder, disk};
use super::fronted::Fronted;
use super::group::Group;
use super::mark::Mark;
use super::opener::take_stock;
use super::own::Ledger;
use super::sled_engine::Sled;
use super::{Batch, OpenError, Row, StoreError, files, frame, group, readers};
use crate::config;
use std::fs;
use std::path::PathBuf;

/// Rows read at once.
const PAGE: usize = 1_000;

/// A store in this process's hands.
pub struct Offline {
    engine: Box<dyn Engine>,
    mark: Mark,
    ledger: Ledger,
    path: PathBuf,
    _folder: Folder,
}

/// Why a store that no house has open cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// There is none.
    #[error("there is no store at {} yet: start it with `majordomo run`", .0.display())]
    Nothing(PathBuf),
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is kept does not add up.
    #[error(
        "the store {path} is damaged ({why}); nothing was touched. The next start would move its data aside: keep a \
         copy, then restore a backup (majordomo backup list)"
    )]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// It was written by another version.
    #[error("the store {path} holds records of format {found}, and this version writes {ours}: {way}")]
    Other {
        /// The folder.
        path: PathBuf,
        /// The format.
        found: u8,
        /// Ours.
        ours: u8,
        /// What to do.
        way: &'static str,
    },
    /// Reading or writing failed.
    #[error("the store: {0}")]
    Store(#[from] StoreError),
}

impl Offline {
    /// Opens it with every check.
    ///
    /// # Errors
    /// In words; nothing was changed then.
    pub fn open(settings: &config::Store) -> Result<Self, OfflineError> {
        let offline = Self::open_as_is(settings)?;
        let newest = offline.check()?;
        let other = |way| OfflineError::Other { path: settings.path.clone(), found: newest, ours: frame::FORMAT, way };
        match newest {
            it if it > frame::FORMAT => Err(other("use the later version that wrote them")),
            it if it < frame::FORMAT && offline.ledger.group > 0 => {
                Err(other("start the house once, which brings them up to date"))
            }
            _ => Ok(offline),
        }
    }

    /// Opens it without looking at what is in it.
    ///
    /// # Errors
    /// When there is none, another process has it, or the engine finds it damaged.
    pub fn open_as_is(settings: &config::Store) -> Result<Self, OfflineError> {
        let path = &settings.path;
        if !path.join("sled").join("db").is_file() {
            return Err(OfflineError::Nothing(path.clone()));
        }
        let folder = Folder::take(path)?;
        let mark = Mark::open(&folder.mark()).map_err(disk("open", &folder.mark()))?;
        let acknowledged = mark.read().map_err(disk("read", &folder.mark()))?;
        let opened = Sled::open(&folder.data(), settings.cache_bytes);
        let opened = opened.and_then(|it| Fronted::open(it, &folder.data(), acknowledged));
        let refused = |error| match error {
            EngineError::Corrupt(why) => OfflineError::Damaged { path: path.clone(), why },
            EngineError::Full(_) => OpenError::Full { path: path.clone() }.into(),
            EngineError::Broken(why) => OpenError::Engine(EngineError::Broken(why)).into(),
        };
        let engine: Box<dyn Engine> = Box::new(opened.map_err(refused)?);
        let ledger = Ledger::read(engine.as_ref()).map_err(refused)?.unwrap_or_default();
        Ok(Self { engine, mark, ledger, path: path.clone(), _folder: folder })
    }

    /// Looks at every row. Answers the newest format.
    fn check(&self) -> Result<u8, OfflineError> {
        let damaged = |why: String| OfflineError::Damaged { path: self.path.clone(), why };
        let stock = take_stock(self.engine.as_ref()).map_err(|it| damaged(it.to_string()))?;
        if self.ledger != Ledger::default() && stock.sum != self.ledger.sum {
            return Err(damaged("rows are missing or older than they should be".into()));
        }
        Ok(stock.newest)
    }

    /// What is in it, by kind.
    ///
    /// # Errors
    /// When a row is not what was written.
    pub fn tally(&self) -> Result<Tally, OfflineError> {
        let mut tally = Tally::default();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.engine.scan(b"", after.as_deref(), PAGE).map_err(said)?;
            for (key, bytes) in &page {
                let put = tally.put(key, Some(bytes));
                put.map_err(|why| OfflineError::Damaged { path: self.path.clone(), why })?;
            }
            match page.into_iter().next_back() {
                Some((last, _)) => after = Some(last),
                None => return Ok(tally),
            }
        }
    }

    /// All rows whose keys start so.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn all(&self, prefix: &[u8]) -> Result<Vec<Row>, StoreError> {
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let page = self.engine.scan(prefix, rows.last().map(|it| it.0.as_slice()), PAGE).map_err(said)?;
            let over = page.len() < PAGE;
            for (key, bytes) in page {
                let record = frame::unpack(&key, &bytes).map_err(|it| StoreError::Failed(it.to_string()))?;
                rows.push((key, record));
            }
            if over {
                return Ok(rows);
            }
        }
    }

    /// Writes a batch and syncs it.
    ///
    /// # Errors
    /// As the store of a house says.
    pub fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        group::check(batch)?;
        let mut ledger = Ledger { group: self.ledger.group + 1, ..self.ledger };
        let writes = {
            let mut group = Group::new(self.engine.as_ref());
            if let Err(refusal) = group.take(batch) {
                return Err(readers::refused(refusal).unwrap_or_else(said));
            }
            group.enter(&mut ledger);
            group.writes().0
        };
        if writes.is_empty() {
            return Ok(());
        }
        let writes = [writes, vec![ledger.write()]].concat();
        self.engine.apply(writes).and_then(|()| self.engine.sync()).map_err(said)?;
        self.ledger = ledger;
        self.mark.write(ledger.group).map_err(|it| StoreError::Failed(it.to_string()))
    }

    /// Makes a backup of it.
    ///
    /// # Errors
    /// In words; nothing is left behind then.
    pub fn back_up(&self, order: &Order) -> Result<Made, BackupError> {
        create(&mut self.engine.as_ref(), order, &Progress::default())
    }

    /// What it takes on the disk, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let sizes = self.engine.sizes();
        sizes.db + sizes.blobs
    }
}

/// Looks at a copy of a store that no house has open, so that not even opening it can change anything. Answers what
/// is in it, or `None` when it is longer than `most_bytes` or there is no room for a copy.
///
/// # Errors
/// What is wrong with it; nothing was touched.
pub fn look(settings: &config::Store, most_bytes: u64) -> Result<Option<Tally>, OfflineError> {
    let path = &settings.path;
    if !path.join("sled").join("db").is_file() {
        return Err(OfflineError::Nothing(path.clone()));
    }
    let held = folder::lock(path)?;
    let data = path.join("sled");
    let bytes = files::length(&data, u64::MAX);
    let room = super::disk::free_bytes(path).unwrap_or(0);
    if bytes > most_bytes || room < bytes.saturating_mul(2).saturating_add(settings.reserve_bytes) {
        return Ok(None);
    }
    let copy = Scratch(path.join(format!("look-{}", std::process::id())));
    let copied = files::copy(&data, &copy.0.join("sled"), |_| true);
    let copied = copied.and_then(|()| match fs::copy(path.join("mark"), copy.0.join("mark")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    });
    copied.map_err(disk("copy", &data))?;
    drop(held);
    let there = config::Store { path: copy.0.clone(), ..settings.clone() };
    let tally = Offline::open_as_is(&there).and_then(|it| it.check().and_then(|_| it.tally()));
    tally.map(Some).map_err(|error| match error {
        OfflineError::Damaged { why, .. } => OfflineError::Damaged { path: path.clone(), why },
        other => other,
    })
}

/// A folder that goes when this does.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // it lies in the store's own folder and is named after us
    }
}

fn said(error: EngineError) -> StoreError {
    match error {
        EngineError::Full(_) => StoreError::Full,
        EngineError::Corrupt(why) | EngineError::Broken(why) => StoreError::Failed(why),
    }
}
