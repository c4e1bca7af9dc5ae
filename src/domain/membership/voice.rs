//! Where the answer to somebody goes.

use super::super::types::{MessageId, ThreadId};

/// Where the answer to somebody goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Voice {
    /// As a reply to their message.
    Reply(MessageId, Option<ThreadId>),
    /// In place of the message whose button they pressed.
    Replace(MessageId, Option<ThreadId>),
}

impl Voice {
    pub(super) const fn thread(self) -> Option<ThreadId> {
        match self {
            Self::Reply(_, thread) | Self::Replace(_, thread) => thread,
        }
    }

    /// The message that further messages reply to.
    pub(super) const fn message(self) -> MessageId {
        match self {
            Self::Reply(message, _) | Self::Replace(message, _) => message,
        }
    }
}
