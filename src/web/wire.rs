//! Answers to what is no request at all, which the HTTP library would give without our headers.

use super::guard::HEADERS;
use axum::http::StatusCode;
use hyper::rt::{Read, ReadBufCursor, Write};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long and how much is still read from an asker whose request was cut short, so that the answer arrives.
const LINGER: Duration = Duration::from_millis(200);
const LINGER_READS: usize = 16;

/// A connection that swallows what is written before a request reached our pages: the library's own refusals.
pub(super) struct Quiet<T> {
    inner: T,
    may_speak: Arc<AtomicBool>,
}

impl<T> Quiet<T> {
    pub(super) fn new(inner: T) -> Self {
        Self { inner, may_speak: Arc::default() }
    }

    /// Lifts the silence.
    pub(super) fn may_speak(&self) -> impl Fn() + Send + Sync + use<T> {
        let may_speak = self.may_speak.clone();
        move || may_speak.store(true, Relaxed)
    }

    pub(super) fn into_inner(self) -> T {
        self.inner
    }
}

impl<T: Read + Unpin> Read for Quiet<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<T: Write + Unpin> Write for Quiet<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.may_speak.load(Relaxed) {
            Pin::new(&mut self.inner).poll_write(context, bytes)
        } else {
            Poll::Ready(Ok(bytes.len()))
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

/// The answer to a connection that failed before a request was read; `None` when nobody would hear it.
pub(super) fn own_words(error: &hyper::Error) -> Option<String> {
    let (status, words) = if error.is_parse_too_large() {
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of the request is too large")
    } else if error.is_parse() {
        (StatusCode::BAD_REQUEST, "this is no HTTP/1.1 request")
    } else if error.is_timeout() {
        (StatusCode::REQUEST_TIMEOUT, "the head of the request took too long")
    } else {
        return None;
    };
    let body = format!("{{\"error\":\"{words}\"}}\n");
    let headers = HEADERS.iter().filter_map(|(name, value)| Some(format!("{name}: {}\r\n", value.to_str().ok()?)));
    Some(format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n{}\r\n{body}",
        body.len(),
        headers.collect::<String>(),
    ))
}

/// Writes an answer; an asker who has gone away does not matter.
pub(super) async fn say(stream: &mut TcpStream, words: &str) {
    drop(stream.write_all(words.as_bytes()).await);
}

/// Ends a connection so that the answer arrives: unread bytes would make the kernel take it back.
pub(super) async fn close(mut stream: TcpStream) {
    drop(stream.shutdown().await);
    let mut rest = [0; 4096];
    let reading = async {
        for _ in 0..LINGER_READS {
            match stream.read(&mut rest).await {
                Ok(count) if count > 0 => {}
                _ => break,
            }
        }
    };
    drop(timeout(LINGER, reading).await);
}
