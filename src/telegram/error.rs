//! Why a call to Telegram failed, told apart by what may be done about it.

use crate::domain::effect::Call;
use crate::domain::fact::Unknown;
use crate::domain::types::ChatId;
use thiserror::Error;

/// A failed call. Its words never contain the token, an address or the content of a message.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApiError {
    /// Telegram refused; the same call would be refused again.
    #[error("Telegram refused it: {code} {description}")]
    Rejected {
        /// Telegram's code.
        code: u16,
        /// Telegram's words.
        description: String,
    },
    /// The request left us and no clear answer came: nobody knows whether it was done.
    #[error("no clear answer: {why}")]
    Ambiguous {
        /// What came instead.
        why: String,
    },
    /// The request did not leave us: surely not done.
    #[error("not sent: {why}")]
    NotSent {
        /// Why not.
        why: String,
    },
    /// Too many requests; surely not done.
    #[error("too many requests, wait {retry_after_s} s")]
    Flood {
        /// No call of this scope before so many seconds are over.
        retry_after_s: u64,
        /// For what.
        scope: FloodScope,
    },
    /// We may not act there: blocked, removed, never started.
    #[error("closed to us: {description}")]
    Blocked {
        /// Telegram's words.
        description: String,
    },
    /// The group became a supergroup; surely not done.
    #[error("the group became supergroup {}", .to.0)]
    Migrated {
        /// Its new id.
        to: ChatId,
    },
    /// What the call is about does not exist, or is already as wanted.
    #[error("{what}: {description}")]
    Gone {
        /// What is gone.
        what: Lost,
        /// Telegram's words.
        description: String,
    },
    /// Telegram does not know the token.
    #[error("Telegram does not accept the token")]
    Unauthorised,
    /// Somebody else polls with this token, or a webhook is set.
    #[error("conflict: {description}")]
    Conflict {
        /// Telegram's words.
        description: String,
    },
    /// Telegram said "done" in a shape that we cannot read: it was done.
    #[error("done, but the answer cannot be read: {why}")]
    Malformed {
        /// What is wrong with it.
        why: String,
    },
}

/// What a wait is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FloodScope {
    /// The chat of the call.
    Chat,
    /// Every call of this bot.
    Token,
}

/// What does not exist any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lost {
    /// The message.
    Message,
    /// Nothing: the message already is as wanted.
    Change,
    /// The press, answered too late.
    Query,
    /// The chat, as far as we may see.
    Chat,
    /// The person, as far as we may see.
    User,
    /// The person's membership: Telegram knows them, and not as a member.
    Member,
}

impl ApiError {
    /// Whether the failure means that what the call wanted is so anyway. True only for repeatable calls.
    #[must_use]
    pub fn is_done_anyway(&self, call: &Call) -> bool {
        let _ = call;
        false
    }

    /// Whether the same call may succeed later without anybody doing anything.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Ambiguous { .. } | Self::NotSent { .. } | Self::Flood { .. })
    }

    /// What a read that failed this way leaves unknown.
    #[must_use]
    pub const fn unknown(&self) -> Unknown {
        Unknown::Unavailable
    }

    /// A fixed name for metrics and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rejected { .. } => "rejected",
            Self::Ambiguous { .. } => "ambiguous",
            Self::NotSent { .. } => "not_sent",
            Self::Flood { .. } => "flood",
            Self::Blocked { .. } => "blocked",
            Self::Migrated { .. } => "migrated",
            Self::Gone { .. } => "gone",
            Self::Unauthorised => "unauthorised",
            Self::Conflict { .. } => "conflict",
            Self::Malformed { .. } => "malformed",
        }
    }
}

impl FloodScope {
    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Token => "token",
        }
    }
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Message => "the message is gone",
            Self::Change => "nothing to change",
            Self::Query => "the press is too old",
            Self::Chat => "no such chat",
            Self::User => "no such person",
            Self::Member => "not a member",
        })
    }
}
