//! The running house, if there is one, and its store.

use super::Finding;
use crate::cli::client::{Client, Trouble};
use crate::cli::out::{age, escaped};
use crate::config::Loaded;
use crate::protocol::control::{Request, Response, Status};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

const CHECK: &str = "store";
/// How deep below the store's folder the engine's file is looked for.
const DEPTH: usize = 2;

/// What the control socket said.
pub(super) enum House {
    /// It runs.
    Running(Status),
    /// It runs but did not tell.
    Mute(String),
    /// None runs.
    Absent,
}

impl House {
    pub fn is_running(&self) -> bool {
        match self {
            Self::Running(_) | Self::Mute(_) => true,
            Self::Absent => false,
        }
    }
}

pub(super) fn ask(loaded: &Loaded) -> House {
    match Client::connect(loaded).and_then(|mut it| it.ask(Request::Status)) {
        Ok(Response::Status(status)) => House::Running(status),
        Ok(Response::Refused(why)) => House::Mute(why),
        Ok(_) => House::Mute("the answer does not fit the question".into()),
        Err(Trouble::NotRunning(_)) => House::Absent,
        Err(trouble) => House::Mute(trouble.to_string()),
    }
}

/// The store: through the running house, else by what lies in its folder.
pub(super) fn store(loaded: &Loaded, house: &House) -> Finding {
    match house {
        House::Running(status) => of_running(status),
        House::Mute(why) => Finding::warn(
            CHECK,
            format!("a majordomo runs on it and did not say how it is: {why}"),
            "read its log; majordomo tree",
        ),
        House::Absent => of_folder(&loaded.settings.store.path),
    }
}

fn of_running(status: &Status) -> Finding {
    let up = age(status.uptime_ms);
    let cause = format!("open in process {} (majordomo {}, up {up})", status.pid, escaped(&status.version));
    if !status.troubles.is_empty() {
        let troubles = status.troubles.iter().map(|it| escaped(it)).collect::<Vec<_>>().join("; ");
        return Finding::warn(CHECK, format!("{cause}: {troubles}"), "majordomo tree");
    }
    if !status.ready {
        return Finding::warn(CHECK, format!("{cause}, not ready yet"), "wait a moment; then: majordomo tree");
    }
    match (status.quarantined, status.unknown) {
        (0, 0) => Finding::pass(CHECK, cause),
        (quarantined, unknown) => {
            let cause = format!("{cause}; in quarantine: {quarantined}, of unknown outcome: {unknown}");
            Finding::warn(CHECK, cause, "majordomo inbox list; majordomo pending list")
        }
    }
}

fn of_folder(folder: &Path) -> Finding {
    let name = folder.display();
    if !folder.exists() {
        return Finding::pass(CHECK, format!("{name} does not exist yet; it is made at the first start"));
    }
    if let Err(error) = fs::read_dir(folder) {
        return Finding::fail(CHECK, format!("{name} cannot be read: {error}"), format!("ls -ld {name}"));
    }
    let Some(file) = engine_file(folder, DEPTH) else {
        return Finding::pass(CHECK, format!("{name} holds no data yet"));
    };
    let shown = file.display();
    let opened = match File::options().read(true).write(true).open(&file) {
        Ok(opened) => opened,
        Err(error) => {
            return Finding::fail(CHECK, format!("{shown} cannot be opened: {error}"), format!("ls -l {shown}"));
        }
    };
    if flock(&opened, FlockOperation::NonBlockingLockExclusive).is_err() {
        let cause = format!("{shown} is locked by a process that does not answer");
        return Finding::fail(CHECK, cause, format!("see which: fuser -v {shown}; it may be starting or stopping"));
    }
    let size = opened.metadata().map_or(0, |it| it.len()) >> 20;
    Finding::pass(CHECK, format!("{shown} ({size} MiB) can be opened, and no process has it"))
}

/// The file in which the engine keeps its data, and which it locks.
fn engine_file(folder: &Path, depth: usize) -> Option<PathBuf> {
    let file = folder.join("db");
    if file.is_file() {
        return Some(file);
    }
    let folders = fs::read_dir(folder).ok()?.flatten().map(|it| it.path()).filter(|it| it.is_dir());
    folders.take(64).filter(|_| depth > 0).find_map(|it| engine_file(&it, depth - 1))
}
