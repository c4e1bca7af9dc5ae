//! A server that answers as told, to try what no well-behaved one does.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is done on a connection after its request was read.
#[derive(Clone, Debug)]
pub enum Do {
    /// Sends this.
    Send(Vec<u8>),
    /// Sends this again and again, so many times.
    Repeat(Vec<u8>, usize),
    /// Waits, in ms.
    Wait(u64),
    /// Waits until the other side goes away, and takes note of it.
    Hang,
    /// Breaks the connection instead of closing it.
    Reset,
}

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The first line and the headers, in small letters.
    pub head: String,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into()
    }
}

pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    gone: Arc<Mutex<usize>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Does the same on every connection.
    pub async fn start(script: Vec<Do>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, gone) = (Arc::default(), Arc::default());
        let shared = (Arc::clone(&seen), Arc::clone(&gone));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), shared.clone()));
            }
        });
        Self { url, seen, gone, task }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }

    /// How many connections that hung were closed by the other side.
    pub fn gone(&self) -> usize {
        *self.gone.lock().unwrap()
    }
}

type Shared = (Arc<Mutex<Vec<Seen>>>, Arc<Mutex<usize>>);

async fn serve(mut stream: TcpStream, script: Vec<Do>, (seen, gone): Shared) {
    let _ = stream.set_nodelay(true);
    let Some(request) = read(&mut stream).await else { return };
    seen.lock().unwrap().push(request);
    for it in script {
        match it {
            Do::Send(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Do::Repeat(bytes, times) => {
                for _ in 0..times {
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
            }
            Do::Wait(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Do::Hang => {
                let mut rest = [0; 64];
                while stream.read(&mut rest).await.is_ok_and(|it| it > 0) {}
                *gone.lock().unwrap() += 1;
                return;
            }
            Do::Reset => {
                let _ = socket_linger(&stream);
                return;
            }
        }
    }
    let _ = stream.shutdown().await;
}

fn socket_linger(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_zero_linger()
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let mut body = bytes.split_off(end);
    let length = head.lines().find_map(|it| it.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
    let is_over = |body: &[u8]| match length {
        Some(length) => body.len() >= length,
        None => !head.contains("transfer-encoding: chunked") || body.ends_with(b"0\r\n\r\n"),
    };
    while !is_over(&body) {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Seen { head, body })
}

/// The head of an answer that ends with its connection.
pub fn head(status: &str, headers: &[(&str, &str)]) -> Do {
    let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let lines = lines.concat();
    Do::Send(format!("HTTP/1.1 {status}\r\nconnection: close\r\n{lines}\r\n").into_bytes())
}

/// The head of a stream of the kind's form.
pub fn stream_head(kind: &str) -> Do {
    let form = if kind == "ollama" { "application/x-ndjson" } else { "text/event-stream" };
    head("200 OK", &[("content-type", form)])
}

pub fn send(text: impl Into<String>) -> Do {
    Do::Send(text.into().into_bytes())
}

/// A whole JSON answer.
pub fn document(status: &str, body: &str) -> Vec<Do> {
    let length = body.len().to_string();
    let headers = [("content-type", "application/json"), ("content-length", length.as_str())];
    vec![head(status, &headers), send(body)]
}
