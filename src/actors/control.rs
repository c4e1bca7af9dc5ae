//! The control socket's server: answers the commands that look into a running house.

use crate::protocol::control::{self, Envelope, Handler, REQUEST_BYTES, RESPONSE_BYTES, Request, Response};
use crate::telemetry::{Line, events};
use std::future::Future;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Callers served at the same time; more are told to come back.
const CONNECTIONS: usize = 16;
/// How long a caller may be silent between requests.
const SILENCE: Duration = Duration::from_secs(15);
/// How long the house may think about an answer.
const THINKING: Duration = Duration::from_secs(10);
/// How long a caller may take to read an answer.
const READING: Duration = Duration::from_secs(10);
/// How long we try to find out whether somebody listens already.
const PROBING: Duration = Duration::from_secs(2);
/// How long we rest after a caller could not be accepted (too many open files, for example).
const PAUSE: Duration = Duration::from_millis(100);

/// A socket that is listened at. The file goes when this does.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    path: PathBuf,
    inode: u64,
}

/// Listens at `path` and lets `handler` answer until `stop` is done.
///
/// # Errors
/// When the socket cannot be made, or another process listens at it.
pub async fn serve(path: &Path, handler: Arc<dyn Handler>, stop: impl Future<Output = ()> + Send) -> io::Result<()> {
    Server::bind(path).await?.run(handler, stop).await;
    Ok(())
}

impl Server {
    /// Makes the socket with mode 0600, and its folder with 0700 if there is none. The file that a killed
    /// process left is replaced.
    ///
    /// # Errors
    /// `AddrInUse` when a living process listens there; `PermissionDenied` when the folder is open to others;
    /// else what the system says.
    pub async fn bind(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            prepare(folder)?;
        }
        if path.symlink_metadata().is_ok() {
            clear_away(path).await?;
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { inode: path.symlink_metadata()?.ino(), listener, path: path.into() })
    }

    /// Answers until `stop` is done; callers that wait for an answer then are cut off.
    pub async fn run(self, handler: Arc<dyn Handler>, stop: impl Future<Output = ()> + Send) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut callers = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => return,
                Some(_) = callers.join_next() => continue,
                accepted = self.listener.accept() => accepted,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            if !is_ours(&stream) {
                let reason = "another user of this machine called at the control socket";
                Line::new(&events::SEC_AUTH_FAIL).actor("web/control").reason(reason).next("it was hung up on").emit();
                continue;
            }
            let (handler, place) = (handler.clone(), places.clone().try_acquire_owned());
            callers.spawn(async move {
                match place {
                    Ok(_place) => converse(stream, handler).await,
                    Err(_) => turn_away(stream).await,
                }
            });
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let same = self.path.symlink_metadata().is_ok_and(|it| it.ino() == self.inode);
        if same {
            let _ = std::fs::remove_file(&self.path); // gone already is as good
        }
    }
}

/// Makes the folder, or sees that nobody else can put a socket of theirs into it.
fn prepare(folder: &Path) -> io::Result<()> {
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let about = folder.symlink_metadata()?;
    let ours = about.uid() == rustix::process::geteuid().as_raw();
    if about.is_dir() && ours && about.mode() & 0o022 == 0 {
        return Ok(());
    }
    let why =
        format!("{} must be a folder of ours that only we can write: chmod 700 it, or remove it", folder.display());
    Err(io::Error::new(ErrorKind::PermissionDenied, why))
}

/// Removes the socket of a process that is no more.
async fn clear_away(path: &Path) -> io::Result<()> {
    if !path.symlink_metadata()?.file_type().is_socket() {
        let why = format!("{} is no socket and in the way: move it aside", path.display());
        return Err(io::Error::new(ErrorKind::AlreadyExists, why));
    }
    match timeout(PROBING, UnixStream::connect(path)).await {
        Ok(Err(error)) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound) => {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        }
        Ok(Err(error)) => Err(error),
        Ok(Ok(_)) | Err(_) => Err(io::Error::new(
            ErrorKind::AddrInUse,
            format!("a majordomo is running already and listens at {}", path.display()),
        )),
    }
}

fn is_ours(stream: &UnixStream) -> bool {
    let us = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|it| it.uid() == us || it.uid() == 0)
}

async fn converse(stream: UnixStream, handler: Arc<dyn Handler>) {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    while let Ok(Some(line)) = timeout(SILENCE, next_line(&mut read)).await {
        let (response, over) = match line {
            Ok(line) => (answer(&line, handler.as_ref()).await, false),
            Err(why) => (Response::Refused(why), true),
        };
        if send(&mut write, response).await.is_err() || over {
            return;
        }
    }
}

/// The next request; `None` when the caller is gone.
async fn next_line(read: &mut BufReader<OwnedReadHalf>) -> Option<Result<Vec<u8>, String>> {
    let mut line = Vec::new();
    let limit = REQUEST_BYTES as u64 + 1;
    match read.take(limit).read_until(b'\n', &mut line).await {
        Ok(0) | Err(_) => None,
        Ok(_) if line.ends_with(b"\n") => Some(Ok(line)),
        Ok(_) => Some(Err(format!("a request is one line of at most {REQUEST_BYTES} bytes"))),
    }
}

async fn answer(line: &[u8], handler: &dyn Handler) -> Response {
    match control::read::<Request>(line) {
        Ok(request) => timeout(THINKING, handler.handle(request)).await.unwrap_or_else(|_| {
            let seconds = THINKING.as_secs();
            Response::Refused(format!("the house has not answered within {seconds} s: try again, or read its log"))
        }),
        Err(why) => Response::Refused(why),
    }
}

async fn send(write: &mut OwnedWriteHalf, response: Response) -> io::Result<()> {
    let mut line = Envelope::line(response);
    if line.len() > RESPONSE_BYTES {
        line = Envelope::line(Response::Refused(format!("the answer is longer than {RESPONSE_BYTES} bytes")));
    }
    timeout(READING, write.write_all(&line)).await.map_err(|_| io::Error::from(ErrorKind::TimedOut))?
}

async fn turn_away(stream: UnixStream) {
    let (_read, mut write) = stream.into_split();
    let busy = Response::Refused(format!("{CONNECTIONS} callers are being served: try again in a moment"));
    let _ = send(&mut write, busy).await; // a caller who has left needs no answer
}

#[cfg(test)]
mod tests;
