//! What one connection is doing, and whether it has been at it for too long.

use super::Options;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How often a time-out is looked at within its length: it ends at most this part late.
const LOOKS: u32 = 4;

/// What the connection is doing. What others see of it may be a moment old, so the order of memory is no question.
#[derive(Debug, Default)]
pub(super) struct Watch {
    phase: AtomicU8,
    turns: AtomicU32,
    has_read: AtomicBool,
    is_known: AtomicBool,
}

/// What a connection can be doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Waiting for a request, or for the rest of its headers.
    Head,
    /// Sending a body.
    Body,
    /// Waiting for our answer.
    Answer,
}

impl Watch {
    /// Notes that it does something else from now on.
    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.turns.fetch_add(1, Ordering::Relaxed);
        self.has_read.store(false, Ordering::Relaxed);
    }

    /// Notes that it has shown the secret.
    pub(super) fn knows_the_secret(&self) {
        self.is_known.store(true, Ordering::Relaxed);
    }

    /// Whether it has shown the secret.
    pub(super) fn is_known(&self) -> bool {
        self.is_known.load(Ordering::Relaxed)
    }

    pub(super) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Head,
            1 => Phase::Body,
            _ => Phase::Answer,
        }
    }

    fn dawdle(&self) -> Dawdle {
        match self.phase() {
            Phase::Head if self.has_read.load(Ordering::Relaxed) => Dawdle::Headers,
            Phase::Head => Dawdle::Idle,
            Phase::Body => Dawdle::Body,
            Phase::Answer => Dawdle::Answer,
        }
    }
}

/// What takes too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dawdle {
    /// Nothing comes.
    Idle,
    /// The headers began and do not end.
    Headers,
    /// The body does not end.
    Body,
    /// Our own answer.
    Answer,
}

impl Dawdle {
    /// A fixed name for metrics.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Headers => "slow_headers",
            Self::Body => "slow_body",
            Self::Answer => "slow_answer",
        }
    }

    const fn limit(self, options: &Options) -> Duration {
        match self {
            Self::Idle => options.idle_timeout,
            Self::Headers => options.header_timeout,
            Self::Body => options.body_timeout,
            Self::Answer => options.answer_timeout,
        }
    }
}

/// Ends when the connection has been doing the same thing for too long.
pub(super) async fn dawdles(watch: &Watch, options: &Options) -> Dawdle {
    let limits = [Dawdle::Idle, Dawdle::Headers, Dawdle::Body, Dawdle::Answer].map(|it| it.limit(options));
    let shortest = limits.into_iter().min().unwrap_or_default();
    let look = (shortest / LOOKS).max(Duration::from_millis(1));
    let (mut seen, mut looks) = (None, 0_u32);
    loop {
        tokio::time::sleep(look).await;
        let what = watch.dawdle();
        let now = Some((watch.turns.load(Ordering::Relaxed), what));
        looks = if now == seen { looks + 1 } else { 0 };
        seen = now;
        if look * looks >= what.limit(options) {
            return what;
        }
    }
}

/// A stream that tells its watch when something has been read.
pub(super) struct Watched {
    stream: TcpStream,
    watch: Arc<Watch>,
}

impl Watched {
    pub(super) const fn new(stream: TcpStream, watch: Arc<Watch>) -> Self {
        Self { stream, watch }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context, buf: &mut ReadBuf) -> Poll<std::io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_ready() {
            self.watch.has_read.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context,
        bufs: &[std::io::IoSlice],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
