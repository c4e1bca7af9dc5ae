//! The running house, if there is one, and its store.

use super::Finding;
use crate::cli::client::{Client, Trouble};
use crate::cli::out::{age, escaped};
use crate::clock;
use crate::config::{Loaded, Store};
use crate::protocol::control::{Request, Response, Status};
use crate::store::OpenError;
use crate::store::backup as backups;
use crate::store::offline::{OfflineError, look};
use std::fs;

const CHECK: &str = "store";
/// A longer store is not copied to be looked at, in bytes.
const LOOK_BYTES: u64 = 256 << 20;
/// A backup of every day is never older than this, in ms.
const OLD_MS: u64 = 50 * 3_600_000;

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
        House::Absent => of_folder(&loaded.settings.store),
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
    match (status.quarantined, status.unknown, status.held) {
        (0, 0, 0) => Finding::pass(CHECK, cause),
        (quarantined, unknown, held) => {
            let cause = format!(
                "{cause}; in quarantine: {quarantined}, of unknown outcome: {unknown}, held since a restore: {held}"
            );
            Finding::warn(CHECK, cause, "majordomo inbox list; majordomo pending list")
        }
    }
}

/// Looks at every row of a copy, so that nothing is changed, whatever is wrong.
fn of_folder(settings: &Store) -> Finding {
    let folder = &settings.path;
    let name = folder.display();
    if !folder.exists() {
        return Finding::pass(CHECK, format!("{name} does not exist yet; it is made at the first start"));
    }
    if let Err(error) = fs::read_dir(folder) {
        return Finding::fail(CHECK, format!("{name} cannot be read: {error}"), format!("ls -ld {name}"));
    }
    match look(settings, LOOK_BYTES) {
        Ok(Some(tally)) => {
            let rows: u64 = tally.kinds().values().map(|it| it.rows).sum();
            Finding::pass(CHECK, format!("no process has it; all {rows} rows are what was written"))
        }
        Ok(None) => {
            let cause = format!("{name}: no process has it; too long to look at every row here");
            Finding::warn(CHECK, cause, "majordomo store verify")
        }
        Err(OfflineError::Nothing(_)) => Finding::pass(CHECK, format!("{name} holds no data yet")),
        Err(OfflineError::Open(OpenError::Locked { pid, .. })) => {
            let cause = format!("{name} is locked by process {pid}, which does not answer");
            Finding::fail(CHECK, cause, format!("see what it does: ps -fp {pid}; it may be starting or stopping"))
        }
        Err(error) => Finding::fail(CHECK, error.to_string(), "majordomo backup list; majordomo backup restore <file>"),
    }
}

/// How old the newest backup is.
pub(super) fn backup(loaded: &Loaded) -> Finding {
    const CHECK: &str = "backup";
    let settings = &loaded.settings;
    let folder = settings.backup.folder(&settings.store);
    let newest = match backups::list(&folder) {
        Ok(all) => all.into_iter().next(),
        Err(error) => return Finding::fail(CHECK, error.to_string(), format!("ls -ld {}", folder.display())),
    };
    let remedy = "read its log for backup.failed; majordomo backup create";
    match newest {
        Some(it) => {
            let old = clock::now().since_ms(it.at);
            let cause = format!("the newest is {} old: {}", age(old), it.path.display());
            if settings.backup.enabled && old > OLD_MS {
                return Finding::warn(CHECK, cause, remedy);
            }
            Finding::pass(CHECK, cause)
        }
        None if settings.backup.enabled => {
            let hour = settings.backup.hour;
            Finding::pass(
                CHECK,
                format!("none in {} yet; a running house makes one at {hour:02}:00 UTC", folder.display()),
            )
        }
        None => Finding::warn(CHECK, "there is none, and backup.enabled is false", "majordomo backup create"),
    }
}
