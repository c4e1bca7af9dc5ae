//! Making a backup: rows, what was written meanwhile, the files that belong to them, and the manifest; then all
//! of it is read again before the file gets its name.

use super::error::{BackupError, DiskError, disk};
use super::folder::UNFINISHED;
use super::format::{self, FORMAT, Header, Tag};
use super::manifest::{Manifest, PartNote};
use super::name::Why;
use super::source::Source;
use super::tally::Tally;
use super::{parts, verify};
use crate::domain::types::Moment;
use crate::store::engine::Write as Change;
use crate::store::{disk as disk_facts, frame};
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Rows looked at at once: the writer waits for no more than this.
const ROWS: usize = 256;
/// A part is closed when it holds this much.
const PART_BYTES: usize = 256 << 10;
/// Room for manifest and end in the estimate.
const MARGIN: u64 = 1 << 20;

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Order {
    /// The file, which must not be there.
    pub to: PathBuf,
    /// Why.
    pub why: Why,
    /// Now.
    pub at: Moment,
    /// Files of the store's folder that belong to it, by name.
    pub files: Vec<(String, Vec<u8>)>,
    /// What must be free on the disk of the file at any time.
    pub min_free_bytes: u64,
    /// How long the file may become, as far as can be known before.
    pub estimate_bytes: u64,
}

/// How far it is, for those who watch, and whether it is still wanted.
#[derive(Debug, Default)]
pub struct Progress {
    /// Rows seen so far.
    pub rows: AtomicU64,
    /// Bytes written so far.
    pub bytes: AtomicU64,
    /// It is being read again.
    pub checking: AtomicBool,
    /// It is not wanted any more.
    pub cancelled: AtomicBool,
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The file.
    pub path: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
    /// Its length.
    pub bytes: u64,
}

/// Makes a backup. Blocks for as long as it takes.
///
/// # Errors
/// In words; nothing is left behind then.
pub fn create(source: &mut dyn Source, order: &Order, progress: &Progress) -> Result<Made, BackupError> {
    let folder = folder_of(&order.to);
    let make = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    make.map_err(disk("make the folder", folder))?;
    if order.to.exists() {
        return Err(BackupError::Exists(order.to.clone()));
    }
    has_room(folder, order.estimate_bytes.saturating_add(MARGIN), order.min_free_bytes)?;
    let mut file = Unfinished::begin(order, progress)?;
    let tally = file.copy(source)?;
    let manifest = file.finish(&tally)?;
    drop(tally);
    progress.checking.store(true, Ordering::Relaxed);
    let bytes = file.written;
    file.check()?;
    file.give_name()?;
    Ok(Made { path: order.to.clone(), manifest, bytes })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn has_room(folder: &Path, needed: u64, min_free: u64) -> Result<(), BackupError> {
    match disk_facts::free_bytes(folder) {
        Ok(free) if free < needed.saturating_add(min_free) => {
            let (path, free, needed) = (folder.to_path_buf(), free >> 20, (needed >> 20) + 1);
            let beside = ", beside backup.min_free_bytes";
            Err(DiskError::NoRoom { path, free, needed, beside, setting: "backup.folder" }.into())
        }
        // Where it cannot be known, writing finds out.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A file that has no name yet; it goes when it does not get one.
struct Unfinished<'a> {
    order: &'a Order,
    progress: &'a Progress,
    path: PathBuf,
    file: File,
    total: Sha256,
    written: u64,
    notes: Vec<PartNote>,
    changes: u64,
    named: bool,
}

impl<'a> Unfinished<'a> {
    fn begin(order: &'a Order, progress: &'a Progress) -> Result<Self, BackupError> {
        let name = order.to.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let name = if name.starts_with("majordomo-") { name } else { format!("majordomo-{name}") };
        let path = folder_of(&order.to).join(format!(".{name}.{}{UNFINISHED}", std::process::id()));
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(true).write(true).mode(0o600).open(&path);
        let file = file.map_err(disk("write", &path))?;
        let (total, notes) = (Sha256::new(), Vec::new());
        let mut begun = Self { order, progress, path, file, total, written: 0, notes, changes: 0, named: false };
        begun.write(&format::head())?;
        Ok(begun)
    }

    /// Rows in their order, and between them what was written meanwhile.
    fn copy(&mut self, source: &mut dyn Source) -> Result<Tally, BackupError> {
        let mut tally = Tally::default();
        let mut after: Option<Vec<u8>> = None;
        let mut part = Vec::new();
        loop {
            self.still_wanted()?;
            let rows = source.rows(after.as_deref(), ROWS)?;
            for (key, bytes) in &rows {
                tally.put(key, Some(bytes)).map_err(BackupError::Damaged)?;
                parts::add(&mut part, key, Some(bytes));
            }
            self.progress.rows.fetch_add(rows.len() as u64, Ordering::Relaxed);
            let over = rows.len() < ROWS;
            if part.len() >= PART_BYTES || (over && !part.is_empty()) {
                self.part(Tag::Rows, &part)?;
                part.clear();
                // Only here: what is written later in the file holds, and these rows were seen before these changes.
                self.changed(&source.changes()?, &mut tally)?;
            }
            if over {
                break;
            }
            after = rows.into_iter().next_back().map(|it| it.0);
        }
        self.changed(&source.end()?, &mut tally)?;
        if tally.adds_up() {
            return Ok(tally);
        }
        Err(BackupError::Damaged("rows are missing or older than they should be".into()))
    }

    fn changed(&mut self, changes: &[Change], tally: &mut Tally) -> Result<(), BackupError> {
        let mut part = Vec::new();
        for change in changes {
            tally.put(&change.key, change.value.as_deref()).map_err(BackupError::Damaged)?;
            parts::add(&mut part, &change.key, change.value.as_deref());
            if part.len() >= PART_BYTES {
                self.part(Tag::Changes, &part)?;
                part.clear();
            }
        }
        self.changes += changes.len() as u64;
        if part.is_empty() { Ok(()) } else { self.part(Tag::Changes, &part) }
    }

    /// Files, manifest, end.
    fn finish(&mut self, tally: &Tally) -> Result<Manifest, BackupError> {
        let order = self.order;
        for (name, bytes) in &order.files {
            self.part(Tag::File, &parts::file(name, bytes))?;
        }
        let manifest = Manifest {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            format: FORMAT,
            records: frame::FORMAT,
            why: order.why.text().to_owned(),
            at: order.at,
            group: tally.group(),
            sum: format!("{:x}", tally.sum()),
            rows: tally.kinds(),
            changes: self.changes,
            files: order.files.iter().map(|it| it.0.clone()).collect(),
            parts: self.notes.clone(),
        };
        let text = serde_json::to_vec(&manifest).map_err(|it| BackupError::Store(it.to_string()))?;
        self.raw_part(Tag::Manifest, &text, text.len())?;
        let end = format::end(self.total.clone());
        self.write(&end)?;
        self.file.sync_all().map_err(disk("sync", &self.path))?;
        Ok(manifest)
    }

    fn part(&mut self, tag: Tag, plain: &[u8]) -> Result<(), BackupError> {
        self.raw_part(tag, &parts::pack(plain), plain.len())
    }

    fn raw_part(&mut self, tag: Tag, packed: &[u8], plain: usize) -> Result<(), BackupError> {
        self.still_wanted()?;
        has_room(folder_of(&self.path), packed.len() as u64, self.order.min_free_bytes)?;
        let length = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        let number = length(self.notes.len());
        let sum = crc32fast::hash(packed);
        let header = Header { tag, number, packed: length(packed.len()), plain: length(plain), sum };
        let at = self.written;
        self.write(&header.bytes())?;
        self.write(packed)?;
        self.notes.push(PartNote { at, bytes: self.written - at, crc32: sum });
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.total.update(bytes);
        self.file.write_all(bytes).map_err(disk("write", &self.path))?;
        self.written += bytes.len() as u64;
        self.progress.bytes.store(self.written, Ordering::Relaxed);
        Ok(())
    }

    fn still_wanted(&self) -> Result<(), BackupError> {
        let cancelled = self.progress.cancelled.load(Ordering::Relaxed);
        if cancelled { Err(BackupError::GivenUp("the house stops, or it took too long")) } else { Ok(()) }
    }

    /// Reads everything again.
    fn check(&self) -> Result<(), BackupError> {
        let unreadable = |why: String| BackupError::Unreadable { path: self.order.to.clone(), why };
        let verdict = verify::verify(&self.path).map_err(|it| unreadable(it.to_string()))?;
        verdict.damage.first().map_or(Ok(()), |it| Err(unreadable(it.to_string())))
    }

    /// Nothing that has come there meanwhile is written over.
    fn give_name(&mut self) -> Result<(), BackupError> {
        let to = &self.order.to;
        match fs::hard_link(&self.path, to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(BackupError::Exists(to.clone())),
            // A file system without links.
            Err(_) => {
                fs::rename(&self.path, to).map_err(disk("name", to))?;
                self.named = true;
            }
        }
        let folder = folder_of(to);
        Ok(File::open(folder).and_then(|it| it.sync_all()).map_err(disk("sync the folder", folder))?)
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.named {
            let _ = fs::remove_file(&self.path); // swept away at the next backup
        }
    }
}
