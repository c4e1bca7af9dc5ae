//! Plain HTTP to a server nearby: whoever has a call drives its connection, with no task in between.
//!
//! A call is one write and, as a rule, one read; nothing is made anew for it but the body. Over TLS the client
//! that knows proxies and certificates stays.

mod answer;

use super::transport::Raw;
use crate::clock;
use crate::telegram::error::ApiError;
use crate::telegram::request::Body;
use answer::{Lost, Reader};
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// The server and the connections to it that wait for a call.
pub(super) struct Plain {
    /// Host and port.
    server: String,
    limits: Limits,
    idle: Mutex<Vec<(u64, Reader)>>,
}

/// Limits of the connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long making one may take.
    pub connect: Duration,
    /// How long one may wait for its next call.
    pub idle: Duration,
    /// How many may wait.
    pub most: usize,
}

impl Plain {
    pub(super) const fn new(server: String, limits: Limits) -> Self {
        Self { server, limits, idle: Mutex::new(Vec::new()) }
    }

    /// Posts a body whose kind fits into a header, once: only what certainly has not left us is tried on another connection.
    pub(super) async fn post(&self, path: &str, body: &Body, deadline: Duration) -> Result<Raw, ApiError> {
        let call = self.call(self.request(path, body));
        tokio::time::timeout(deadline, call)
            .await
            .unwrap_or_else(|_| Err(ApiError::Ambiguous { why: "deadline over: operation timed out".into() }))
    }

    fn request(&self, path: &str, body: &Body) -> Vec<u8> {
        let Body { kind, bytes } = body;
        let mut request = Vec::with_capacity(path.len() + self.server.len() + kind.len() + bytes.len() + 128);
        let _to_memory = write!(
            request,
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            self.server,
            bytes.len()
        );
        request.extend_from_slice(bytes);
        request
    }

    async fn call(&self, request: Vec<u8>) -> Result<Raw, ApiError> {
        loop {
            let (mut line, used) = match self.waiting() {
                Some(line) => (line, true),
                None => (self.connect().await?, false),
            };
            match send(&mut line.stream, &request).await {
                Ok(()) => {}
                Err((0, _)) if used => continue,
                Err((0, why)) => return Err(ApiError::NotSent { why }),
                Err((_, why)) => return Err(ApiError::Ambiguous { why }),
            }
            let answer = line.answer().await.map_err(|Lost(why)| ApiError::Ambiguous { why })?;
            if answer.stays {
                self.keep(line);
            }
            return Ok(answer.raw);
        }
    }

    /// A connection that waits and that the server has not closed.
    fn waiting(&self) -> Option<Reader> {
        loop {
            let (since_ms, line) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let waited = Duration::from_millis(clock::tick_ms().saturating_sub(since_ms));
            if waited < self.limits.idle && line.is_quiet() {
                return Some(line);
            }
        }
    }

    fn keep(&self, line: Reader) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.limits.most {
            idle.push((clock::tick_ms(), line));
        }
    }

    async fn connect(&self) -> Result<Reader, ApiError> {
        let not_sent = |why: String| ApiError::NotSent { why };
        let connecting = tokio::time::timeout(self.limits.connect, TcpStream::connect(&self.server)).await;
        let stream = connecting
            .map_err(|_| not_sent("connecting took too long".into()))?
            .map_err(|error| not_sent(format!("connecting: {error}")))?;
        let _slower_without = stream.set_nodelay(true);
        Ok(Reader::new(stream))
    }
}

/// Sends everything, or says how much has left us, and why not more.
async fn send(stream: &mut TcpStream, request: &[u8]) -> Result<(), (usize, String)> {
    let mut sent = 0;
    while sent < request.len() {
        match stream.write(&request[sent..]).await {
            Ok(0) => return Err((sent, "the connection was closed while sending".into())),
            Ok(more) => sent += more,
            Err(error) => return Err((sent, format!("sending: {error}"))),
        }
    }
    Ok(())
}
