//! Why there is no backup, or why it cannot be restored, in words for the operator.

use super::read::Damage;
use crate::store::OpenError;
use crate::store::tee::TeeError;
use std::io;
use std::path::{Path, PathBuf};

/// What a disk would not have, whatever it was for.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// It would leave too little room.
    #[error(
        "{free} MiB are free at {path}, and about {needed} MiB are needed{beside}: make room, or set {setting} to another disk"
    )]
    NoRoom {
        /// Where.
        path: PathBuf,
        /// Free now, in MiB.
        free: u64,
        /// Needed, in MiB.
        needed: u64,
        /// What is needed beside that, as words that follow.
        beside: &'static str,
        /// The key that says where.
        setting: &'static str,
    },
    /// It refused something.
    #[error("cannot {what} {path}: {error}")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Why there is no backup. No half of one is left behind, and the house goes on.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Something of that name is there.
    #[error("{0} is there already: choose another name, or move it away")]
    Exists(PathBuf),
    /// The disk would not have it.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The store could not be copied.
    #[error("{0}; try again")]
    Copy(#[from] TeeError),
    /// The store could not be read.
    #[error("the store could not be read: {0}")]
    Store(String),
    /// What was read is not what was written.
    #[error(
        "the store is damaged: {0}. A backup of it would be, too: keep the last good ones, stop the house and run \
         majordomo store verify"
    )]
    Damaged(String),
    /// The file on the disk is not what was written to it.
    #[error("{path} was written and reads differently ({why}): check the disk, or set backup.folder to another one")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What differs.
        why: String,
    },
    /// The house stops, or it has taken too long.
    #[error("it was given up: {0}")]
    GivenUp(&'static str),
}

/// Why nothing was restored. The store's folder is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The folder cannot be taken.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is a store.
    #[error(
        "the store {path} is not empty, and a restore never writes over anything: move it away first \
         (mv {path} {path}.old), or set store.path to another folder"
    )]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// It is no backup, or its beginning is damaged.
    #[error("{path} is no backup of majordomo, or its first bytes are damaged")]
    NoBackup {
        /// The file.
        path: PathBuf,
    },
    /// A later version has made it.
    #[error("{path} was made by a later version (format {format}, this one reads {ours}): use that version")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// The newest that this version reads.
        ours: u32,
    },
    /// It is damaged.
    #[error(
        "{path} is damaged, and nothing was restored:{}\n\
         Take another backup (majordomo backup list). To restore what can be saved of this one, with gaps: \
         majordomo backup restore --salvage {path}",
        lines(.damage)
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What and where.
        damage: Vec<Damage>,
    },
    /// The disk would not have it.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The new store could not be written.
    #[error("the restored rows could not be written: {0}; nothing was left behind")]
    Write(String),
    /// A line of an export cannot be read.
    #[error("{path}, line {line}: {why}; nothing was imported")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

fn lines(damage: &[Damage]) -> String {
    damage.iter().fold(String::new(), |page, it| page + &format!("\n  {it}"))
}

/// Names what was tried when the disk refuses it.
pub fn disk(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskError {
    move |error| DiskError::Refused { what, path: path.to_path_buf(), error }
}
