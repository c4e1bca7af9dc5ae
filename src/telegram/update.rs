//! Turns one raw update into an event of ours, reading only what routing and rules need.

use super::callback::CallbackKey;
use crate::domain::event::Happened;
use crate::domain::types::{ChatId, Moment, UpdateId, UserId};
use bytes::Bytes;
use thiserror::Error;

/// What decoding must know beside the bytes.
#[derive(Clone, Copy, Debug)]
pub struct DecodeContext<'a> {
    /// The key that signed our buttons.
    pub key: &'a CallbackKey,
    /// The bot's own id.
    pub me: UserId,
    /// Wall time, for events without a date and for the expiry of buttons.
    pub now: Moment,
}

/// An update in our words, with what intake needs to route it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Telegram's id of it.
    pub update: UpdateId,
    /// Telegram's name of its kind, `other` for a name that this version does not know.
    pub kind: &'static str,
    /// The chat it belongs to; `None` for kinds that belong to none.
    pub chat: Option<ChatId>,
    /// The person whose order of events it belongs to.
    pub person: Option<UserId>,
    /// It is a press of a button: it goes before waiting messages and must be answered.
    pub press: bool,
    /// What happened.
    pub happened: Happened,
}

/// Why an update cannot be read. Never carries any of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Undecodable {
    /// More bytes than [`MAX_UPDATE_BYTES`].
    #[error("the update has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the update is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// Not JSON, or not of the shape that the Bot API documents.
    #[error("the update is not what the Bot API documents: {what} at column {column}")]
    Broken {
        /// What kind of fault: `syntax`, `shape` or `end`.
        what: &'static str,
        /// The byte near which it was noticed.
        column: usize,
    },
}

/// The largest update that is read.
pub const MAX_UPDATE_BYTES: usize = 1 << 20;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 64;

/// Reads one update.
///
/// # Errors
/// When it is too large, too deep, no JSON, or not of the documented shape.
pub fn decode(raw: &[u8], context: &DecodeContext<'_>) -> Result<Decoded, Undecodable> {
    let _ = (raw, context);
    Err(Undecodable::TooDeep { limit: MAX_DEPTH })
}

/// Finds the id of an update, even of one that cannot be decoded.
#[must_use]
pub fn update_id(raw: &[u8]) -> Option<UpdateId> {
    let _ = raw;
    None
}

/// Splits the answer to `getUpdates` into its updates without reading them.
///
/// # Errors
/// When the body is not `{"ok":true,"result":[..]}`.
pub fn split_result(body: &[u8]) -> Result<Vec<Bytes>, Undecodable> {
    let _ = body;
    Ok(Vec::new())
}
