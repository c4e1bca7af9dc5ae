//! The folder of backups: what is in it, what goes, and what a killed process left there.

use super::error::{BackupError, disk};
use super::keep::{Keep, kept};
use super::name::{Why, file_name, of_name};
use crate::domain::types::Moment;
use serde::Serialize;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How the name of a file ends that is still being written.
pub(super) const UNFINISHED: &str = ".unfinished";

/// Files of the store's folder that belong to a backup: the key of the buttons that people see. The webhook's
/// secret does not: it is made anew, and Telegram is told.
pub(super) const FILES: &[&str] = &["callback.key"];
/// The file that names the version of the program that used the store last.
pub(super) const VERSION: &str = "version";

/// A backup as its name tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The file.
    pub path: PathBuf,
    /// When it was made.
    pub at: Moment,
    /// Why.
    pub why: Why,
    /// Its length.
    pub bytes: u64,
}

/// The backups in a folder, newest first. A folder that is not there has none.
///
/// # Errors
/// When it cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Listed>, BackupError> {
    let mut found: Vec<_> = entries(folder)?.into_iter().filter_map(|path| listed(&path)).collect();
    found.sort_by(|a, b| (b.at, &b.path).cmp(&(a.at, &a.path)));
    Ok(found)
}

/// Deletes what the rule does not keep. Answers what went.
///
/// # Errors
/// When the folder cannot be read or a file not be deleted.
pub fn prune(folder: &Path, keep: Keep) -> Result<Vec<PathBuf>, BackupError> {
    let all = list(folder)?;
    let times: Vec<_> = all.iter().map(|it| (it.at, it.why)).collect();
    let mut gone = Vec::new();
    for (backup, keep) in all.into_iter().zip(kept(&times, keep)) {
        if !keep {
            fs::remove_file(&backup.path).map_err(disk("delete", &backup.path))?;
            gone.push(backup.path);
        }
    }
    Ok(gone)
}

/// Deletes what a killed process left half written. Only for a folder in which nobody writes right now.
pub fn sweep(folder: &Path) {
    for path in entries(folder).unwrap_or_default() {
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(".majordomo-") && name.ends_with(UNFINISHED) {
            let _ = fs::remove_file(&path); // it is hidden and harmless, and tried again next time
        }
    }
}

/// What belongs to a backup of the store in this folder, beside its rows.
#[must_use]
pub fn files_of(store: &Path) -> Vec<(String, Vec<u8>)> {
    let found = FILES.iter().filter_map(|it| Some(((*it).to_owned(), fs::read(store.join(it)).ok()?)));
    found.collect()
}

/// A file of that time that is not there yet.
#[must_use]
pub fn free_name(folder: &Path, at: Moment, why: Why) -> PathBuf {
    let first = file_name(at, why);
    let stem = first.trim_end_matches(".backup");
    let others = (2..1000).map(|it| folder.join(format!("{stem}-{it}.backup")));
    let first = folder.join(&first);
    std::iter::once(first.clone()).chain(others).find(|it| !it.exists()).unwrap_or(first)
}

/// The version of the program that used the store in this folder last, as far as it is noted.
#[must_use]
pub fn version_of(store: &Path) -> Option<String> {
    fs::read_to_string(store.join(VERSION)).ok().map(|it| it.trim().to_owned())
}

/// Notes the version of the program that uses the store in this folder now.
///
/// # Errors
/// When the file cannot be written.
pub fn note_version(store: &Path, version: &str) -> std::io::Result<()> {
    if version_of(store).as_deref() == Some(version) {
        return Ok(());
    }
    let mut options = fs::OpenOptions::new();
    let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(store.join(VERSION))?;
    file.write_all(version.as_bytes())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().map(|it| it.path()).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(disk("list", folder)(error).into()),
    }
}

fn listed(path: &Path) -> Option<Listed> {
    let (at, why) = of_name(&path.file_name()?.to_string_lossy())?;
    let about = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some(Listed { path: path.to_path_buf(), at, why, bytes: about.len() })
}
