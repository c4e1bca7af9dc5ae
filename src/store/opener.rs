//! Opening an engine: for the first time, with every check, and again when a full disk has room.

use super::OpenError;
use super::engine::{Engine, EngineError};
use super::folder::{Folder, disk};
use super::fronted::Fronted;
use super::mark::Mark;
use super::memory::Memory;
use super::migrate::{self, MIGRATIONS};
use super::own::Ledger;
use super::sled_engine::{Sled, io_said, panic_is_damage};
use super::{disk as disk_facts, frame};
use crate::telemetry::{Line, events};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Rows read at a time when all are checked.
const CHUNK: usize = 1024;

/// How often and how long to wait for sled to let go of a folder that this process had open.
const LOCK_TRIES: u32 = 50;
const LOCK_WAIT: Duration = Duration::from_millis(40);

/// What the writer needs of the world around its engine.
pub(super) trait Opener: Send + 'static {
    /// Opens the engine anew.
    fn open(&mut self) -> Result<Box<dyn Engine>, EngineError>;
    /// What is free on the disk, in bytes; `None` when there is no disk.
    fn free_bytes(&self) -> Option<u64>;
    /// Whether a small file can be written.
    fn has_room(&self) -> bool;
    /// Notes that this group is on the disk.
    fn acknowledged(&self, group: u64) -> Result<(), EngineError>;
    /// Whether somebody has taken the engine's files away: what is written then is lost with the process.
    fn is_gone(&self) -> bool {
        false
    }
}

/// Opens memory, which never fails.
pub(super) struct MemoryOpener;

impl Opener for MemoryOpener {
    fn open(&mut self) -> Result<Box<dyn Engine>, EngineError> {
        Ok(Box::new(Memory::default()))
    }

    fn free_bytes(&self) -> Option<u64> {
        None
    }

    fn has_room(&self) -> bool {
        true
    }

    fn acknowledged(&self, _group: u64) -> Result<(), EngineError> {
        Ok(())
    }
}

/// Opens sled in a folder that this process holds.
pub(super) struct SledOpener {
    folder: Folder,
    mark: Mark,
    cache_bytes: u64,
    /// Device and number of the file that the engine has open.
    file: Option<(u64, u64)>,
}

impl SledOpener {
    pub(super) fn new(path: &Path, cache_bytes: u64) -> Result<Self, OpenError> {
        let folder = Folder::take(path)?;
        let mark = Mark::open(&folder.mark()).map_err(disk("open", &folder.mark()))?;
        Ok(Self { folder, mark, cache_bytes, file: None })
    }

    /// Opens with every check: nothing acknowledged is missing, every row is what was written. Migrates.
    pub(super) fn open_checked(&mut self) -> Result<Box<dyn Engine>, OpenError> {
        let marked = self.mark.read().map_err(disk("read", &self.folder.mark()))?;
        if marked > 0 && !self.folder.data().exists() {
            return Err(OpenError::Missing { path: self.folder.path().to_path_buf(), mark: self.folder.mark() });
        }
        self.folder.keep_spare();
        let opened = self.open().and_then(|engine| check(engine.as_ref(), marked).map(|newer| (engine, newer)));
        // Also where the first rows are handed to it or read: a damaged page may be met as late as that.
        let opened = opened.map_err(panic_is_damage);
        let opened = match opened {
            Ok((engine, None)) => self.folder.close_data().map(|()| engine),
            Ok((_, Some(format))) => Err(OpenError::Newer { path: self.folder.path().to_path_buf(), format }),
            Err(EngineError::Corrupt(why)) => return Err(self.give_up(&why)),
            Err(EngineError::Full(_)) => Err(OpenError::Full { path: self.folder.path().to_path_buf() }),
            Err(EngineError::Broken(why)) => Err(OpenError::Engine(EngineError::Broken(why))),
        };
        self.folder.drop_spare();
        opened
    }

    /// Damage is never opened twice: the data goes aside. Restoring a backup belongs here, before the refusal.
    fn give_up(&self, why: &str) -> OpenError {
        let moved = match self.folder.move_data_aside() {
            Ok(moved) => moved,
            Err(error) => return error,
        };
        Line::new(&events::STORE_CORRUPT)
            .actor("store")
            .reason(why)
            .field("moved", moved.display())
            .next("the program ends")
            .act("majordomo backup restore FILE, or majordomo store salvage with the folder that it was moved to")
            .emit();
        let path = self.folder.path().to_path_buf();
        OpenError::Damaged { path, why: why.to_owned(), moved, mark: self.folder.mark() }
    }

    /// After a failed write the page cache may show what the disk has not: let it be read anew.
    fn forget_cached_pages(&self) {
        for name in ["db", "journal"] {
            if let Ok(file) = File::open(self.folder.data().join(name)) {
                let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
            }
        }
    }
}

impl Opener for SledOpener {
    fn open(&mut self) -> Result<Box<dyn Engine>, EngineError> {
        self.forget_cached_pages();
        let acknowledged = self.mark.read().map_err(|it| io_said(&it))?;
        let mut tries = LOCK_TRIES;
        loop {
            match Sled::open(&self.folder.data(), self.cache_bytes) {
                Ok(engine) => {
                    self.file = file_id(&self.folder.data()).ok();
                    return Ok(Box::new(Fronted::open(engine, &self.folder.data(), acknowledged)?));
                }
                Err(EngineError::Broken(why)) if tries > 0 && why.contains("could not acquire lock") => {
                    tries -= 1;
                    #[expect(
                        clippy::disallowed_methods,
                        reason = "on the thread of the writer, which has nothing else to do"
                    )]
                    thread::sleep(LOCK_WAIT);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn free_bytes(&self) -> Option<u64> {
        disk_facts::free_bytes(self.folder.path()).ok()
    }

    fn has_room(&self) -> bool {
        let probe = self.folder.path().join("probe");
        let written =
            File::create(&probe).and_then(|mut it| it.write_all(&vec![0; 65_536]).and_then(|()| it.sync_all()));
        let removed = fs::remove_file(&probe);
        written.and(removed).is_ok()
    }

    fn is_gone(&self) -> bool {
        match file_id(&self.folder.data()) {
            Ok(now) => self.file.is_some_and(|it| it != now),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    fn acknowledged(&self, group: u64) -> Result<(), EngineError> {
        self.mark.write(group).map_err(|it| match io_said(&it) {
            EngineError::Full(_) => EngineError::Full(format!("writing {}: {it}", self.folder.mark().display())),
            _ => EngineError::Broken(format!("writing {}: {it}", self.folder.mark().display())),
        })
    }
}

/// Which file sled's log is.
fn file_id(data: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(data.join("db")).map(|it| (it.dev(), it.ino()))
}

/// Looks at every row. Returns a format that this version does not know, if there is one.
fn check(engine: &dyn Engine, marked: u64) -> Result<Option<u8>, EngineError> {
    let ledger = Ledger::read(engine)?;
    let group = ledger.map_or(0, |it| it.group);
    if group < marked {
        let why = format!("its log ends at group {group}, but group {marked} was acknowledged");
        return Err(EngineError::Corrupt(why));
    }
    let found = take_stock(engine)?;
    if ledger.is_some_and(|it| it.sum != found.sum) {
        return Err(EngineError::Corrupt("rows are missing or older than they should be".to_owned()));
    }
    if found.newest > frame::FORMAT {
        return Ok(Some(found.newest));
    }
    migrate::migrate(engine, MIGRATIONS)?;
    if ledger.is_none() {
        let sum = take_stock(engine)?.sum;
        engine.apply(vec![Ledger { group: 0, sum }.write()])?;
        engine.sync()?;
    }
    Ok(None)
}

/// What is in an engine.
#[derive(Default)]
pub(super) struct Stock {
    pub(super) sum: u64,
    pub(super) newest: u8,
}

/// Reads all rows. One that is not what was written is an error.
pub(super) fn take_stock(engine: &dyn Engine) -> Result<Stock, EngineError> {
    let mut stock = Stock::default();
    let mut ledger = Ledger::default();
    let mut after = None;
    loop {
        let rows = engine.scan(b"", after.as_deref(), CHUNK)?;
        for (key, bytes) in &rows {
            stock.newest = stock.newest.max(format_of(key, bytes)?);
            ledger.change(key, None, Some(bytes));
        }
        if rows.len() < CHUNK {
            stock.sum = ledger.sum;
            return Ok(stock);
        }
        after = rows.into_iter().next_back().map(|it| it.0);
    }
}

fn format_of(key: &[u8], bytes: &[u8]) -> Result<u8, EngineError> {
    if frame::is_bare(bytes) {
        return Ok(0);
    }
    let words = |it| EngineError::Corrupt(format!("row {}: {it}", data_encoding::HEXLOWER.encode(key)));
    frame::unpack(key, bytes).map(|it| it.format).map_err(words)
}
