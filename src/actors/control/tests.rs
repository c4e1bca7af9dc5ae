//! Tests of the control socket's server, spoken to as any program could.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use crate::protocol::control::{Answer, TreeNode};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Answers every tree, refuses to answer `Status` ever.
struct House;

impl Handler for House {
    fn handle(&self, request: Request) -> Answer<'_> {
        Box::pin(async move {
            match request {
                Request::Tree => Response::Tree(TreeNode { path: "root".into(), ..TreeNode::default() }),
                Request::Status => std::future::pending().await,
                Request::InboxList => Response::Done("x".repeat(RESPONSE_BYTES)),
                other => Response::Done(format!("{other:?}")),
            }
        })
    }
}

struct Running {
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

async fn start(path: &Path) -> Running {
    let server = Server::bind(path).await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async { stopped.await.unwrap_or_default() };
    Running { stop, server: tokio::spawn(server.run(Arc::new(House), stopped)) }
}

impl Running {
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
    }
}

/// Sends raw bytes and reads one line of answer; empty when the server hung up.
async fn say(stream: &mut UnixStream, bytes: &[u8]) -> String {
    stream.write_all(bytes).await.unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn questions_are_answered_one_after_the_other_on_one_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sock");
    let running = start(&path).await;
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
    let mut stream = UnixStream::connect(&path).await.unwrap();
    for _ in 0..3 {
        let answer = say(&mut stream, &Envelope::line(Request::Tree)).await;
        assert!(answer.starts_with("{\"v\":1,\"body\":{\"tree\":{\"path\":\"root\""), "{answer}");
    }
    let answer = say(&mut stream, &Envelope::line(Request::PendingDrop { id: "7".into() })).await;
    assert!(answer.contains("PendingDrop"), "{answer}");
    running.stop().await;
    assert!(!path.exists(), "a stop takes the socket away");
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sock");
    let running = start(&path).await;
    let mut stream = UnixStream::connect(&path).await.unwrap();
    for (line, words) in [
        ("GET / HTTP/1.1\n", "no message of majordomo"),
        ("{\"v\":9,\"body\":\"tree\"}\n", "version 9"),
        ("{\"v\":1,\"body\":\"dance\"}\n", "not understood"),
    ] {
        let answer = say(&mut stream, line.as_bytes()).await;
        assert!(answer.contains("refused") && answer.contains(words), "{line}: {answer}");
    }
    let answer = say(&mut stream, &Envelope::line(Request::InboxList)).await;
    assert!(answer.contains("the answer is longer than"), "{}", answer.len());
    let answer = say(&mut stream, &vec![b'x'; REQUEST_BYTES + 1]).await;
    assert!(answer.contains("one line of at most"), "{answer}");
    let mut stream = UnixStream::connect(&path).await.unwrap();
    assert!(say(&mut stream, &Envelope::line(Request::Tree)).await.contains("root"), "others are served as before");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_house_that_does_not_answer_and_a_caller_that_says_nothing_are_waited_for_only_so_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sock");
    let running = start(&path).await;
    let mut stream = UnixStream::connect(&path).await.unwrap();
    let answer = say(&mut stream, &Envelope::line(Request::Status)).await;
    assert!(answer.contains("has not answered within 10 s"), "{answer}");
    assert_eq!(say(&mut stream, b"").await, "", "the silent caller is hung up on");
    running.stop().await;
}

#[tokio::test]
async fn more_callers_than_there_are_places_are_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sock");
    let running = start(&path).await;
    let mut served = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = UnixStream::connect(&path).await.unwrap();
        assert!(say(&mut stream, &Envelope::line(Request::Tree)).await.contains("root"));
        served.push(stream);
    }
    let answer = say(&mut UnixStream::connect(&path).await.unwrap(), b"").await;
    assert!(answer.contains("16 callers are being served"), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn a_stale_socket_is_replaced_and_a_living_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "a killed process leaves its socket");
    let running = start(&path).await;
    let second = Server::bind(&path).await.unwrap_err();
    assert_eq!(second.kind(), ErrorKind::AddrInUse);
    assert!(second.to_string().contains("a majordomo is running already"), "{second}");
    let mut stream = UnixStream::connect(&path).await.unwrap();
    assert!(say(&mut stream, &Envelope::line(Request::Tree)).await.contains("root"), "the first goes on");
    running.stop().await;
}

#[tokio::test]
async fn what_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "precious").unwrap();
    assert_eq!(Server::bind(&file).await.unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    let open = folder.path().join("open");
    std::fs::create_dir(&open).unwrap();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(Server::bind(&open.join("c.sock")).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&open, &link).unwrap();
    assert_eq!(Server::bind(&link.join("c.sock")).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    let made = folder.path().join("made");
    let server = Server::bind(&made.join("c.sock")).await.unwrap();
    assert_eq!(made.metadata().unwrap().mode() & 0o777, 0o700);
    drop(server);
}
