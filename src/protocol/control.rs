//! What is said over the control socket of a running house.
//!
//! One JSON object per line, each in an envelope with a version: a request, then its response, as often as
//! the caller likes. The socket is a file of mode 0600, so only its owner can speak.

use super::backup::Job;
use crate::domain::offices::lists::{Outcome, Pair};
use crate::domain::purse::usage::{By, Line};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

/// The version of these messages. A peer of another version is refused in words.
pub const VERSION: u32 = 1;
/// Bytes of one request line at most.
pub const REQUEST_BYTES: usize = 64 << 10;
/// Bytes of one response line at most.
pub const RESPONSE_BYTES: usize = 8 << 20;
/// The name of the socket in the store's folder.
const SOCKET: &str = "control.sock";
/// Bytes of a path that fit into a socket's address, with some room.
const PATH_BYTES: usize = 100;

/// What is asked of a running house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// The supervision tree.
    Tree,
    /// What is in quarantine.
    InboxList,
    /// One update in quarantine, whole.
    InboxShow {
        /// The update's id.
        id: u64,
    },
    /// Hand it to its chat again.
    InboxRelease {
        /// The update's id.
        id: u64,
    },
    /// Delete it.
    InboxDrop {
        /// The update's id.
        id: u64,
    },
    /// Effects that are owed, under way or of unknown outcome.
    PendingList,
    /// Do an effect again.
    PendingResend {
        /// As the list shows it.
        id: String,
    },
    /// Forget an effect.
    PendingDrop {
        /// As the list shows it.
        id: String,
    },
    /// How the house is.
    Status,
    /// Make a backup while the house goes on.
    BackupCreate {
        /// The file; without it one in the folder of backups, named after the time.
        #[serde(default)]
        to: Option<PathBuf>,
    },
    /// Look at every row of the store while the house goes on.
    StoreLook,
    /// What asking models has cost from that day on.
    Usage {
        /// By what it is summed up.
        by: By,
        /// The first day, counted from 1970.
        since: u32,
    },
    /// How far such a task is.
    Job {
        /// Its number.
        id: u64,
    },
    /// Guard a group for the subscribers of a channel: the operator vouches for it.
    Guard {
        /// Which.
        pair: Pair,
        /// Only look what would become of it.
        dry_run: bool,
    },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// The root of the tree.
    Tree(TreeNode),
    /// The quarantine, without payloads.
    Inbox(Vec<InboxRow>),
    /// The rows of one update (one per feature that it crashed), with payloads.
    InboxItem(Vec<InboxRow>),
    /// Effects that are not done.
    Pending(Vec<PendingRow>),
    /// How the house is.
    Status(Status),
    /// A task that takes its time, and how far it is.
    Job(Job),
    /// What asking models has cost, the dearest first.
    Usage(Vec<Line>),
    /// What became of a pair of group and channel.
    Guarded(Outcome),
    /// It was done; what, in a sentence.
    Done(String),
    /// There is nothing of that id.
    NotFound,
    /// It was not done; why, in a sentence that also says what to do.
    Refused(String),
}

/// An update in quarantine because of one feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxRow {
    /// The update's id.
    pub update: u64,
    /// The feature it crashed.
    pub feature: String,
    /// The chat, by Telegram's id.
    pub chat: i64,
    /// The kind of event: `message`, `callback_query`.
    pub kind: String,
    /// How often it crashed.
    pub crashes: u32,
    /// The last cause, in a line.
    pub cause: String,
    /// Since when, in ms since 1970.
    pub at: u64,
    /// What Telegram delivered, whole; only when one is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

/// An effect that is not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRow {
    /// Its name.
    pub id: String,
    /// The chat it acts in, by Telegram's id.
    pub chat: Option<i64>,
    /// Telegram's name of the method.
    pub method: String,
    /// How it stands.
    pub state: PendingState,
    /// Since when, in ms since 1970.
    pub since: u64,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it is not done, in a line.
    pub why: String,
}

/// How an effect stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingState {
    /// It waits for its turn and is done by itself.
    Owed,
    /// It is under way.
    Sending,
    /// Nobody knows whether it was done: a person decides.
    Unknown,
    /// Owed in a backup that was restored: a person decides.
    Held,
}

/// A supervisor or actor, with those under it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeNode {
    /// The path from the root: `chats/02/-100123`.
    pub path: String,
    /// How it is.
    pub state: NodeState,
    /// How often it was started under this identity.
    pub generation: u64,
    /// Restarts within the supervisor's window.
    pub restarts: u32,
    /// How long it has been in this state, in ms.
    pub since_ms: u64,
    /// Why, when it is not simply running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Those under it, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<TreeNode>,
}

/// How a supervisor or actor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// Being started.
    Starting,
    /// At work.
    #[default]
    Running,
    /// Waiting to be restarted.
    Backoff,
    /// Given up on for a while.
    Parked,
    /// Finishing what it has in hand.
    Stopping,
    /// Ended, and not to be restarted.
    Stopped,
}

/// How the house is, for `doctor`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The process.
    pub pid: u32,
    /// The program's version.
    pub version: String,
    /// How long it has been up, in ms.
    pub uptime_ms: u64,
    /// Whether it is ready: the store writable, replay done, intake established.
    pub ready: bool,
    /// What is not well, a line each.
    pub troubles: Vec<String>,
    /// Updates in quarantine.
    pub quarantined: u64,
    /// Effects of unknown outcome.
    pub unknown: u64,
    /// What is held back after a restore.
    #[serde(default)]
    pub held: u64,
}

/// A request or response on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// [`VERSION`] of the sender.
    pub v: u32,
    /// What is said.
    pub body: T,
}

/// A response that will come.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// What answers requests: the running house.
pub trait Handler: Send + Sync + 'static {
    /// Does what is asked. The server waits for it only so long.
    fn handle(&self, request: Request) -> Answer<'_>;
}

impl<T: Serialize> Envelope<T> {
    /// The line, with its end.
    #[must_use]
    pub fn line(body: T) -> Vec<u8> {
        let mut line = serde_json::to_vec(&Self { v: VERSION, body }).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

/// Reads what the line of a peer says; the error is a sentence.
///
/// # Errors
/// When it is no message, or one of another version.
pub fn read<T: for<'de> Deserialize<'de>>(line: &[u8]) -> Result<T, String> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    match serde_json::from_slice::<Version>(line) {
        Ok(Version { v: VERSION }) => {}
        Ok(Version { v }) => {
            let ours = env!("CARGO_PKG_VERSION");
            return Err(format!(
                "the other side speaks version {v} of this protocol, majordomo {ours} speaks {VERSION}: use the same majordomo for both"
            ));
        }
        Err(_) => return Err("this is no message of majordomo".into()),
    }
    let read = serde_json::from_slice::<Envelope<T>>(line);
    read.map(|it| it.body).map_err(|error| format!("this message is not understood: {error}"))
}

/// Where the socket of a store is: in its folder, or, when that path is too long for a socket, under
/// `runtime_dir`, else `/tmp/majordomo-<uid>`, by a hash of the folder's path.
#[must_use]
pub fn socket_path(store: &Path, runtime_dir: Option<&Path>) -> PathBuf {
    let folder = store.canonicalize().or_else(|_| std::path::absolute(store)).unwrap_or_else(|_| store.into());
    let path = folder.join(SOCKET);
    if path.as_os_str().len() <= PATH_BYTES {
        return path;
    }
    let hash = Sha256::digest(folder.as_os_str().as_encoded_bytes());
    let name = format!("{}.sock", data_encoding::HEXLOWER.encode(&hash[..8]));
    let runtime = runtime_dir.map(|it| it.join("majordomo").join(&name));
    match runtime.filter(|it| it.as_os_str().len() <= PATH_BYTES) {
        Some(path) => path,
        None => Path::new("/tmp").join(format!("majordomo-{}", rustix::process::getuid().as_raw())).join(name),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_path_that_fits_is_in_the_folder_and_a_long_one_is_short_and_the_same_each_time() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(socket_path(folder.path(), None), folder.path().canonicalize().unwrap().join("control.sock"));
        let long = folder.path().join("a".repeat(120));
        let other = folder.path().join("b".repeat(120));
        let runtime = Path::new("/run/user/7");
        for path in [socket_path(&long, None), socket_path(&long, Some(runtime))] {
            assert!(path.as_os_str().len() <= PATH_BYTES, "{path:?}");
        }
        assert!(socket_path(&long, Some(runtime)).starts_with("/run/user/7/majordomo"));
        assert!(socket_path(&long, Some(&long)).starts_with("/tmp"), "a runtime folder that is too long does not help");
        assert_eq!(socket_path(&long, None), socket_path(&long, None));
        assert_ne!(socket_path(&long, None), socket_path(&other, None));
    }

    #[test]
    fn what_is_written_is_read_and_what_is_not_ours_is_refused_in_words() {
        let line = Envelope::line(Request::InboxShow { id: 7 });
        assert_eq!(line, b"{\"v\":1,\"body\":{\"inbox_show\":{\"id\":7}}}\n");
        assert_eq!(read(&line), Ok(Request::InboxShow { id: 7 }));
        let refused = |line: &str| read::<Request>(line.as_bytes()).unwrap_err();
        assert!(refused("{\"v\":2,\"body\":\"dance\"}").contains("version 2"));
        assert!(refused("{\"v\":1,\"body\":\"dance\"}").contains("not understood"));
        assert!(refused("GET / HTTP/1.1").contains("no message of majordomo"));
    }
}
