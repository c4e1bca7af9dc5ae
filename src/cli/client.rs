//! The caller's end of the control socket.

use super::{Exit, Source, out};
use crate::app;
use crate::config::Loaded;
use crate::protocol::control::{self, Envelope, RESPONSE_BYTES, Request, Response};
use crate::store::offline::OfflineError;
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

/// Loads the settings, asks the house that runs on their store, and lets `show` print the answer. Where none runs
/// the store is opened here, for what can be answered so. Refusals and troubles are printed here.
pub(super) fn ask(source: &Source, request: Request, show: impl FnOnce(Response) -> Option<Exit>) -> Exit {
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let answer = match ask_or(&loaded, &request) {
        Asked::Answered(_, response) => *response,
        Asked::Failed(why) => return fail(why),
        Asked::NotRunning(why) => match offline(&loaded, &request, &why) {
            Ok(response) => response,
            Err(exit) => return exit,
        },
    };
    match answer {
        Response::Refused(why) => fail(out::escaped(&why)),
        Response::NotFound => fail("there is nothing of that id: it may have been settled meanwhile".into()),
        Response::Done(what) => out::print(format_args!("{}\n", out::escaped(&what))),
        response => show(response).unwrap_or_else(|| fail("the answer does not fit the question".into())),
    }
}

/// How a question to a running house went.
pub(super) enum Asked {
    /// It answered, and can be asked again.
    Answered(Client, Box<Response>),
    /// None runs on this store; what to say about that.
    NotRunning(String),
    /// One runs, or may run, and did not answer.
    Failed(String),
}

/// Asks the running house.
pub(super) fn ask_or(loaded: &Loaded, request: &Request) -> Asked {
    let mut client = match Client::connect(loaded) {
        Ok(client) => client,
        Err(trouble @ Trouble::NotRunning(_)) => return Asked::NotRunning(trouble.to_string()),
        Err(trouble) => return Asked::Failed(trouble.to_string()),
    };
    match client.ask(request.clone()) {
        Ok(response) => Asked::Answered(client, Box::new(response)),
        Err(trouble) => Asked::Failed(trouble.to_string()),
    }
}

/// Answers from the store itself, and says so; what only a running house can answer is refused with `why`.
pub(super) fn offline(loaded: &Loaded, request: &Request, why: &str) -> Result<Response, Exit> {
    match app::answer_offline(loaded, request) {
        None => Err(fail(why.to_owned())),
        Some(Ok(response)) => {
            out::complain("no house runs on this store: its folder was opened directly");
            Ok(response)
        }
        Some(Err(error @ OfflineError::Nothing(_))) => Err(fail(error.to_string())),
        Some(Err(error)) => {
            fail(error.to_string());
            Err(Exit::Store)
        }
    }
}

pub(super) fn fail(why: String) -> Exit {
    out::complain(why);
    Exit::Failed
}
