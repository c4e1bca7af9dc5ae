//! Plain HTTP to a server nearby: whoever has a call drives its connection, with no task in between.
//!
//! That halves what a call costs beside the TLS client, where each connection is a task of its own.

use super::transport::{MAX_ANSWER_BYTES, Raw};
use crate::clock;
use crate::telegram::error::ApiError;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::fmt::Write;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;

/// The server and the connections to it that wait for a call.
pub(super) struct Plain {
    /// Host and port.
    server: String,
    host: HeaderValue,
    limits: Limits,
    idle: Mutex<Vec<(u64, Line)>>,
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

/// One connection.
struct Line {
    sender: SendRequest<Full<Bytes>>,
    wire: Wire,
}

/// Its bytes: they move only while somebody drives it.
struct Wire(Option<Pin<Box<http1::Connection<TokioIo<TcpStream>, Full<Bytes>>>>>);

impl Wire {
    fn push(&mut self, context: &mut Context<'_>) {
        if let Some(connection) = &mut self.0
            && connection.as_mut().poll(context).is_ready()
        {
            self.0 = None;
        }
    }

    /// Works on something that needs the connection.
    async fn drive<F: Future>(&mut self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            self.push(context);
            work.as_mut().poll(context)
        })
        .await
    }
}

impl Plain {
    pub(super) fn new(server: String, host: HeaderValue, limits: Limits) -> Self {
        Self { server, host, limits, idle: Mutex::default() }
    }

    /// Posts a JSON body, once: only what certainly has not left us is tried on another connection.
    pub(super) async fn post(&self, path: Uri, body: Vec<u8>, deadline: Duration) -> Result<Raw, ApiError> {
        let call = self.call(self.request(path, body.into()));
        tokio::time::timeout(deadline, call)
            .await
            .unwrap_or_else(|_| Err(ApiError::Ambiguous { why: "deadline over: operation timed out".into() }))
    }

    fn request(&self, path: Uri, body: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = path;
        request.headers_mut().insert(HOST, self.host.clone());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    }

    async fn call(&self, mut request: Request<Full<Bytes>>) -> Result<Raw, ApiError> {
        loop {
            let (mut line, used) = match self.waiting().await {
                Some(line) => (line, true),
                None => (self.connect().await?, false),
            };
            let Line { sender, wire } = &mut line;
            match wire.drive(sender.try_send_request(request)).await {
                Ok(response) => {
                    let raw = read(wire, response).await?;
                    self.keep(line);
                    return Ok(raw);
                }
                Err(mut error) => match error.take_message() {
                    Some(unsent) if used => request = unsent,
                    Some(_) => return Err(ApiError::NotSent { why: told(error.error()) }),
                    None => return Err(ApiError::Ambiguous { why: told(error.error()) }),
                },
            }
        }
    }

    /// A connection that waits and that the server has not closed.
    async fn waiting(&self) -> Option<Line> {
        loop {
            let (since_ms, mut line) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let waited = Duration::from_millis(clock::tick_ms().saturating_sub(since_ms));
            if waited < self.limits.idle && line.wire.drive(line.sender.ready()).await.is_ok() {
                return Some(line);
            }
        }
    }

    fn keep(&self, line: Line) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if line.wire.0.is_some() && idle.len() < self.limits.most {
            idle.push((clock::tick_ms(), line));
        }
    }

    async fn connect(&self) -> Result<Line, ApiError> {
        let not_sent = |why: String| ApiError::NotSent { why };
        let connecting = tokio::time::timeout(self.limits.connect, TcpStream::connect(&self.server)).await;
        let stream = connecting
            .map_err(|_| not_sent("connecting took too long".into()))?
            .map_err(|error| not_sent(format!("connecting: {error}")))?;
        let _slower_without = stream.set_nodelay(true);
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| not_sent(told(&error)))?;
        Ok(Line { sender, wire: Wire(Some(Box::pin(connection))) })
    }
}

/// Reads an answer up to the limit, without a copy when it came in one piece.
async fn read(wire: &mut Wire, response: Response<Incoming>) -> Result<Raw, ApiError> {
    let (head, mut body) = response.into_parts();
    let retry_after = head.headers.get(RETRY_AFTER).and_then(|it| it.to_str().ok()?.trim().parse().ok());
    let (mut first, mut whole) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = wire.drive(body.frame()).await {
        let frame = frame.map_err(|error| ApiError::Ambiguous { why: told(&error) })?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + whole.len() + data.len() > MAX_ANSWER_BYTES {
            return Err(ApiError::Ambiguous { why: format!("an answer of more than {MAX_ANSWER_BYTES} bytes") });
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            whole.extend_from_slice(&std::mem::take(&mut first));
            whole.extend_from_slice(&data);
        }
    }
    let body = if whole.is_empty() { first } else { whole.freeze() };
    Ok(Raw { status: head.status, retry_after, body })
}

/// An error with its causes; hyper's know no address.
fn told(error: &hyper::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let _ = write!(words, ": {next}");
        cause = next.source();
    }
    words
}
