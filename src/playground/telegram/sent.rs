//! The body of an answer on its way: whole, in drops, or less of it than was said.

use super::server::Dropped;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// Bytes of one drop.
const DROP_BYTES: usize = 16;

/// How a body comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// At once.
    #[default]
    Whole,
    /// Half of it, and then the connection ends.
    Short,
    /// A few bytes at a time, with so many ms between.
    Drip(u64),
}

/// A body.
pub(super) struct Sent {
    left: Bytes,
    way: Way,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Sent {
    pub(super) const fn new(bytes: Bytes, way: Way) -> Self {
        Self { left: bytes, way, pause: None }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let length = match self.way {
            Way::Whole => self.left.len(),
            Way::Short if self.left.len() > 1 => self.left.len() / 2,
            Way::Short => return Poll::Ready(Some(Err(Dropped))),
            Way::Drip(ms) => {
                self.pause = Some(Box::pin(sleep(Duration::from_millis(ms))));
                self.left.len().min(DROP_BYTES)
            }
        };
        let part = self.left.split_to(length);
        if self.way == Way::Short {
            self.left.truncate(1); // said to come, and never does
            self.pause = Some(Box::pin(sleep(Duration::from_millis(1))));
        }
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
