//! A server that answers as it is told, for the client's tests.

use super::client_of;
use crate::telegram::Client;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Clone)]
pub(super) enum Reaction {
    /// Answers with this status line and body.
    Answer(&'static str, String),
    /// The same with one more header.
    With(&'static str, &'static str, String),
    /// Answers, and closes the connection after it.
    AndClose(&'static str, String),
    /// Answers `getFile` with this body, and every download with that content.
    Files(String, String),
    /// Answers `getFile` with this body, and every download with this status line and body.
    NoFile(String, &'static str, String),
    /// Closes the connection without a word.
    Hangup,
    /// Breaks off within the body.
    HalfABody,
    /// Never answers.
    Silence,
    /// Says something that is not HTTP.
    Nonsense,
}

/// A server that reacts the same to every request and remembers them.
pub(super) struct Server {
    pub url: String,
    pub seen: Arc<Mutex<Vec<(String, String)>>>,
    /// Connections so far.
    pub lines: Arc<AtomicUsize>,
}

impl Server {
    pub async fn new(reaction: Reaction) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::new(AtomicUsize::new(0));
        let (notes, accepted) = (Arc::clone(&seen), Arc::clone(&lines));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, reaction.clone(), Arc::clone(&notes)));
            }
        });
        Self { url, seen, lines }
    }

    pub async fn ok(result: &str) -> Self {
        Self::new(Reaction::Answer("200 OK", format!(r#"{{"ok":true,"result":{result}}}"#))).await
    }

    pub async fn refusing(code: u16, description: &str) -> Self {
        let body = serde_json::json!({"ok": false, "error_code": code, "description": description});
        Self::new(Reaction::Answer("400 Bad Request", body.to_string())).await
    }

    pub fn client(&self) -> Client {
        client_of(&self.url)
    }

    /// Method and body of the last request.
    pub fn last(&self) -> (String, serde_json::Value) {
        let (path, body) = self.seen.lock().unwrap().last().cloned().expect("a request was made");
        let method = path.rsplit('/').next().unwrap_or_default().to_owned();
        (method, serde_json::from_str(&body).expect("the body is JSON"))
    }
}

async fn serve(mut stream: TcpStream, reaction: Reaction, seen: Arc<Mutex<Vec<(String, String)>>>) {
    while let Some((path, body)) = read_request(&mut stream).await {
        let download = path.starts_with("/file/");
        seen.lock().unwrap().push((path, body));
        let (status, header, body) = match &reaction {
            Reaction::Answer(status, body) => (*status, "x: y", body.clone()),
            Reaction::With(status, header, body) => (*status, *header, body.clone()),
            Reaction::AndClose(status, body) => (*status, "connection: close", body.clone()),
            Reaction::Files(_, content) if download => ("200 OK", "x: y", content.clone()),
            Reaction::NoFile(_, status, content) if download => (*status, "x: y", content.clone()),
            Reaction::Files(told, _) | Reaction::NoFile(told, ..) => ("200 OK", "x: y", told.clone()),
            Reaction::Hangup => return,
            Reaction::HalfABody => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"ok\":true,").await;
                return;
            }
            Reaction::Silence => std::future::pending().await,
            Reaction::Nonsense => {
                let _ = stream.write_all(b"\x16\x03\x01 what is this?\r\n\r\n").await;
                return;
            }
        };
        let head = format!("HTTP/1.1 {status}\r\n{header}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let written = stream.write_all(head.as_bytes()).await;
        if written.is_err() || matches!(reaction, Reaction::AndClose(..)) {
            return;
        }
    }
}

/// Path and body of the next request on this connection.
async fn read_request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_ascii_lowercase().lines().find_map(|it| it.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some((head.split(' ').nth(1)?.to_owned(), body.to_owned()));
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}
