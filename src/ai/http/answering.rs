//! An answer while it comes in: lines, events or the whole, within what is left of every limit.

use super::{Call, Http, told};
use crate::ai::failure::Failure;
use crate::ai::sort::Refusal;
use crate::clock;
use crate::domain::limits::TripReason;
use bytes::{Buf, BytesMut};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

/// So much of a refusal is looked into, in bytes; the rest is left unread.
const REFUSAL_BYTES: usize = 16 << 10;

/// An answer while it comes in. Whoever drops it closes the connection.
pub(in crate::ai) struct Answering<'a> {
    http: &'a Http,
    call: Owned,
    response: Response,
    begun_ms: u64,
    /// What has come and was not read yet.
    buffer: BytesMut,
    /// All that has come.
    read_bytes: usize,
    /// So much of the buffer has no end of a line in it.
    looked_at: usize,
    is_over: bool,
    _slot: SemaphorePermit<'a>,
}

struct Owned {
    doing: &'static str,
    model: String,
    input: u32,
}

impl<'a> Answering<'a> {
    pub(super) fn new(
        http: &'a Http,
        call: Call<'_>,
        response: Response,
        begun_ms: u64,
        slot: SemaphorePermit<'a>,
    ) -> Self {
        Self {
            http,
            call: Owned { doing: call.doing, model: call.model.to_owned(), input: call.input },
            response,
            begun_ms,
            buffer: BytesMut::new(),
            read_bytes: 0,
            looked_at: 0,
            is_over: false,
            _slot: slot,
        }
    }
}

impl Answering<'_> {
    fn call(&self) -> Call<'_> {
        Call { doing: self.call.doing, model: &self.call.model, input: self.call.input }
    }

    /// Whether it says that it is one JSON document, and no stream of anything.
    pub fn is_document(&self) -> bool {
        let kind = self.response.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        kind.starts_with("application/json")
    }

    /// The next line without its end, `None` after the last.
    ///
    /// # Errors
    /// The connection ended early, a deadline or the size is over, or it is no UTF-8.
    pub async fn line(&mut self) -> Result<Option<String>, Failure> {
        loop {
            if let Some(at) = self.buffer[self.looked_at..].iter().position(|it| *it == b'\n') {
                let line = self.buffer.split_to(self.looked_at + at);
                self.buffer.advance(1);
                self.looked_at = 0;
                return self.text(&line).map(Some);
            }
            self.looked_at = self.buffer.len();
            if self.is_over {
                let rest = self.buffer.split();
                self.looked_at = 0;
                return if rest.is_empty() { Ok(None) } else { self.text(&rest).map(Some) };
            }
            self.more().await?;
        }
    }

    /// The data of the next server-sent event, `None` after the last. Comments, names and empty events are passed over.
    ///
    /// # Errors
    /// As [`Self::line`].
    pub async fn event(&mut self) -> Result<Option<String>, Failure> {
        let mut data = String::new();
        while let Some(line) = self.line().await? {
            if let Some(more) = line.strip_prefix("data:") {
                if !data.is_empty() {
                    data.push('\n');
                }
                data.push_str(more.strip_prefix(' ').unwrap_or(more));
            } else if line.is_empty() && !data.is_empty() {
                return Ok(Some(data));
            }
        }
        Ok(if data.is_empty() { None } else { Some(data) })
    }

    /// All of it, as text.
    ///
    /// # Errors
    /// As [`Self::line`].
    pub async fn whole(&mut self) -> Result<String, Failure> {
        while !self.is_over {
            self.more().await?;
        }
        let all = self.buffer.split();
        self.text(&all)
    }

    /// All of it, understood.
    pub(super) async fn json<T: DeserializeOwned>(mut self) -> Result<T, Failure> {
        let text = self.whole().await?;
        // The words of the JSON reader stay out: they quote the answer.
        serde_json::from_str(&text).map_err(|e| {
            let why = format!("{} bytes that are not the answer expected, at column {}", text.len(), e.column());
            self.http.malformed(self.call(), why)
        })
    }

    fn text(&self, bytes: &[u8]) -> Result<String, Failure> {
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes);
        text.map(str::to_owned).map_err(|_| self.http.malformed(self.call(), "an answer that is no UTF-8".into()))
    }

    /// Waits for more, within what is left of both deadlines.
    async fn more(&mut self) -> Result<(), Failure> {
        let limits = &self.http.limits;
        let spent_ms = clock::tick_ms().saturating_sub(self.begun_ms);
        let left_ms = limits.total_ms.saturating_sub(spent_ms);
        let wait_ms = limits.idle_ms.min(left_ms);
        let Ok(next) = timeout(Duration::from_millis(wait_ms), self.response.chunk()).await else {
            let why = if wait_ms < limits.idle_ms {
                format!("not ready within {} ms", limits.total_ms)
            } else {
                format!("silent for {} ms", limits.idle_ms)
            };
            return Err(self.http.down(self.call(), TripReason::TimedOut, why));
        };
        match next.map_err(|e| self.lost(e))? {
            None => self.is_over = true,
            Some(chunk) => {
                self.read_bytes = self.read_bytes.saturating_add(chunk.len());
                if self.read_bytes > limits.answer_bytes {
                    let why = format!("an answer of more than {} bytes", limits.answer_bytes);
                    return Err(self.http.malformed(self.call(), why));
                }
                self.buffer.extend_from_slice(&chunk);
            }
        }
        Ok(())
    }

    fn lost(&self, error: reqwest::Error) -> Failure {
        self.http.down(self.call(), TripReason::Unreachable, format!("cut off: {}", told(&error.without_url())))
    }

    /// The failure that an answer without 2xx is, from its head and a little of its body.
    pub(super) async fn refusal(&mut self) -> Failure {
        while !self.is_over && self.buffer.len() < REFUSAL_BYTES {
            if self.more().await.is_err() {
                break;
            }
        }
        let end = self.buffer.len().min(REFUSAL_BYTES);
        let (status, headers) = (self.response.status(), self.response.headers());
        let refusal = Refusal::of(status, headers, &self.buffer[..end], &self.http.key, clock::now());
        refusal.failure(self.http.tried(self.call()))
    }
}
