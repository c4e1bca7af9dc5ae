//! Why the store does not open, in words for the operator.

use super::engine::EngineError;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Why the store does not open. Nothing was changed unless the words say so.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("the store {path} is in use by process {pid}: stop that one, or set store.path to another folder")]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The other process; `unknown` when it has not written its number yet.
        pid: String,
    },
    /// What is kept does not add up.
    #[error(
        "the store {path} is damaged ({why}); its data was moved to {moved} and nothing else was touched: \
         restore a backup (majordomo backup restore), or take over what can still be read \
         (majordomo store salvage {moved}), or delete {mark} to begin with an empty store"
    )]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What was found.
        why: String,
        /// Where the data is now.
        moved: PathBuf,
        /// The file that says that there was data.
        mark: PathBuf,
    },
    /// There was data, and it is gone.
    #[error(
        "the data of the store {path} is missing, although {mark} says that there was some: \
         restore a backup (majordomo backup restore), or take over what can still be read of a folder that was moved \
         aside (majordomo store salvage FOLDER), or delete {mark} to begin with an empty store"
    )]
    Missing {
        /// The folder.
        path: PathBuf,
        /// The file that says that there was data.
        mark: PathBuf,
    },
    /// It is to be filled, and is not empty.
    #[error("the store {path} has data already: move its folder sled and its file mark aside first")]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// A later version has written here.
    #[error("the store {path} holds records of format {format}, which a later version has written: run that one")]
    Newer {
        /// The folder.
        path: PathBuf,
        /// The unknown format.
        format: u8,
    },
    /// No room to open it.
    #[error("the disk of the store {path} is full: free some space")]
    Full {
        /// The folder.
        path: PathBuf,
    },
    /// It belongs to another bot.
    #[error("the store belongs to bot {kept}, not to bot {asked}: check the token, or start with --adopt")]
    OtherBot {
        /// The bot that has used it.
        kept: i64,
        /// The bot that wants to.
        asked: i64,
    },
    /// The disk refused something.
    #[error("cannot {what} {path}: {error}{}", remedy(path, error))]
    Disk {
        /// What was tried.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The engine refused.
    #[error("the store does not open: {0}")]
    Engine(EngineError),
    /// A row of the store's own could not be written or read.
    #[error("the store does not answer: {0}")]
    Store(super::StoreError),
}

/// What to do about it, where that can be told from the error.
fn remedy(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            let us = rustix::process::geteuid().as_raw();
            let owner = path.ancestors().find_map(|it| it.metadata().ok()).map_or(us, |it| it.uid());
            format!(
                " (it belongs to uid {owner}, and this is uid {us}): start as its owner, or give it away with \
                 chown -R {us} on the folder of store.path"
            )
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            ": mount its disk for writing, or set store.path to another folder; if it was mounted read-only by \
             itself, look at the disk (dmesg)"
                .to_owned()
        }
        _ => String::new(),
    }
}
