//! What a receiver of updates needs from intake, and nothing more.

use bytes::Bytes;
use std::future::Future;
use std::pin::Pin;

/// A future behind a pointer.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where receivers hand in updates. They know neither chats nor features.
pub trait Intake: Send + Sync + 'static {
    /// Hands in one update, as the bytes of its JSON object.
    ///
    /// The call itself puts it at its place: updates offered one after the other are taken in that order,
    /// whenever their answers are awaited. Dropping the future does not take the update back.
    fn offer(&self, raw: Bytes) -> BoxFuture<'static, Taken>;

    /// Hands in something that must not be decoded (see [`Unreadable`]), to be counted and kept.
    fn keep(&self, raw: Bytes, reason: Unreadable) -> BoxFuture<'static, Taken>;

    /// The kinds of update that the enabled features need: exactly these are asked for. Never empty,
    /// because Telegram reads an empty list as its own default, which lacks `chat_member`.
    fn enabled_updates(&self) -> Vec<&'static str>;

    /// Hears whether updates can come at present: for readiness.
    fn reception(&self, _now: Reception) {}
}

/// What became of an offered update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Finished, or on disk: acknowledge.
    Done,
    /// Seen before: acknowledge.
    Duplicate,
    /// Not understood, and kept: acknowledge.
    Kept,
    /// Nothing can be stored now: do not acknowledge.
    Refused {
        /// When to try again, in seconds.
        retry_after_s: u32,
    },
}

/// Why an update must not even be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Nested deeper than any update is.
    TooDeep,
    /// It has no `update_id`.
    NoId,
}

impl Unreadable {
    /// A fixed name for logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooDeep => "too_deep",
            Self::NoId => "no_id",
        }
    }
}

/// Whether updates can come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// The way is open: the listener listens, or a poll was answered.
    Open,
    /// It is not, at present.
    Paused,
}
