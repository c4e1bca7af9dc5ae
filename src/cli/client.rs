//! The caller's end of the control socket.

use super::{Exit, Source, out};
use crate::config::Loaded;
use crate::protocol::control::{self, Envelope, RESPONSE_BYTES, Request, Response};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long an answer may take: a little longer than the house allows itself.
const PATIENCE: Duration = Duration::from_secs(12);

/// A connection to a running house.
pub(super) struct Client(BufReader<UnixStream>);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("no running majordomo on this store ({}): start it with `majordomo run`", .0.display())]
    NotRunning(PathBuf),
    #[error("{} is not ours to use: run this as the user that majordomo runs as", .0.display())]
    Denied(PathBuf),
    #[error("the running majordomo does not answer within {} s: it may be overloaded or stopping; read its log", PATIENCE.as_secs())]
    Silent,
    #[error("{0}")]
    Broken(String),
    #[error("asking the running majordomo failed: {0}; try again, or read its log")]
    Failed(io::Error),
}

impl Client {
    /// Connects to the house that runs on the store of these settings. It may have been started with another
    /// runtime folder in its environment than ours (by systemd, for example), so all likely ones are tried.
    pub fn connect(loaded: &Loaded) -> Result<Self, Trouble> {
        let store = &loaded.settings.store.path;
        let shown = std::path::absolute(store).unwrap_or_else(|_| store.clone());
        let usual = PathBuf::from(format!("/run/user/{}", rustix::process::geteuid().as_raw()));
        let mut trouble = Trouble::NotRunning(shown.clone());
        for runtime_dir in [loaded.runtime_dir.as_deref(), Some(&usual), None] {
            match Self::connect_at(&control::socket_path(store, runtime_dir), &shown) {
                Err(Trouble::NotRunning(_)) => {}
                Err(other) => trouble = other,
                Ok(client) => return Ok(client),
            }
        }
        Err(trouble)
    }

    /// Connects to the house that listens at `path`. A socket whose process is gone counts as no house.
    fn connect_at(path: &Path, store: &Path) -> Result<Self, Trouble> {
        let refused = |error: io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::NotADirectory => {
                Trouble::NotRunning(store.into())
            }
            ErrorKind::PermissionDenied => Trouble::Denied(path.into()),
            _ => Trouble::Failed(error),
        };
        let owner = std::fs::symlink_metadata(path).map_err(refused)?.uid();
        let us = rustix::process::geteuid().as_raw();
        if owner != us && us != 0 {
            return Err(Trouble::Denied(path.into()));
        }
        let stream = UnixStream::connect(path).map_err(refused)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(Trouble::Failed)?;
        stream.set_write_timeout(Some(PATIENCE)).map_err(Trouble::Failed)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, request: Request) -> Result<Response, Trouble> {
        let broken = |error: io::Error| match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Trouble::Silent,
            _ => Trouble::Failed(error),
        };
        self.0.get_mut().write_all(&Envelope::line(request)).map_err(broken)?;
        let mut line = Vec::new();
        (&mut self.0).take(RESPONSE_BYTES as u64 + 1).read_until(b'\n', &mut line).map_err(broken)?;
        if line.is_empty() {
            return Err(Trouble::Failed(ErrorKind::UnexpectedEof.into()));
        }
        control::read(&line).map_err(Trouble::Broken)
    }
}

/// Loads the settings, asks the house that runs on their store, and lets `show` print the answer. Refusals
/// and troubles are printed here.
pub(super) fn ask(source: &Source, request: Request, show: impl FnOnce(Response) -> Option<Exit>) -> Exit {
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let answer = Client::connect(&loaded).and_then(|mut it| it.ask(request));
    match answer {
        Ok(Response::Refused(why)) => fail(out::escaped(&why)),
        Ok(Response::NotFound) => fail("there is nothing of that id: it may have been settled meanwhile".into()),
        Ok(Response::Done(what)) => out::print(format_args!("{}\n", out::escaped(&what))),
        Ok(response) => show(response).unwrap_or_else(|| fail("the answer does not fit the question".into())),
        Err(trouble) => fail(trouble.to_string()),
    }
}

fn fail(why: String) -> Exit {
    out::complain(why);
    Exit::Failed
}
