//! Why a call to Telegram failed, told apart by what may be done about it.

use super::catalogue::words;
use crate::domain::effect::Call;
use crate::domain::fact::Unknown;
use crate::domain::types::ChatId;
use serde::Deserialize;
use thiserror::Error;

/// The longest description that is kept, in characters.
const DESCRIPTION_CHARS: usize = 256;
/// How long we wait when Telegram says "too many" and not how long.
const FLOOD_UNSAID_S: u64 = 5;

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
    /// The request to join: answered, taken back, or the person is inside already.
    Request,
    /// The person's membership: Telegram knows them, and not as a member.
    Member,
}

impl ApiError {
    /// Whether what the call wanted is so in spite of the failure: it is gone already, it is so
    /// already, or Telegram did it and told us in a way that we cannot read.
    #[must_use]
    pub const fn is_done_anyway(&self, call: &Call) -> bool {
        match self {
            Self::Malformed { .. } => true,
            Self::Gone { what, .. } => matches!(
                (what, call),
                (Lost::Message, Call::Delete { .. } | Call::Edit { .. } | Call::DeleteMany { .. })
                    | (Lost::Message | Lost::User | Lost::Member, Call::Unreact { .. })
                    | (Lost::Change, Call::Edit { .. } | Call::Permit { .. })
                    | (Lost::Request | Lost::User | Lost::Member, Call::Approve { .. } | Call::Decline { .. })
                    | (Lost::Query, Call::AnswerJoin { .. } | Call::Answer { .. })
                    | (Lost::User | Lost::Member, Call::Mute { .. } | Call::Unmute { .. })
                    | (Lost::Chat, Call::Leave { .. })
            ),
            Self::Blocked { .. } => matches!(call, Call::Leave { .. }),
            Self::Rejected { .. }
            | Self::Ambiguous { .. }
            | Self::NotSent { .. }
            | Self::Flood { .. }
            | Self::Migrated { .. }
            | Self::Unauthorised
            | Self::Conflict { .. } => false,
        }
    }

    /// Whether the same call may succeed later without anybody doing anything.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Ambiguous { .. } | Self::NotSent { .. } | Self::Flood { .. })
    }

    /// What a read that failed this way means for the fact it was to bring.
    #[must_use]
    pub fn unknown(&self) -> Unknown {
        match self {
            Self::Blocked { .. } => Unknown::NoRights,
            Self::Rejected { description, .. } if speaks_of_rights(description) => Unknown::NoRights,
            Self::Rejected { .. } | Self::Gone { .. } | Self::Migrated { .. } => Unknown::NotFound,
            Self::Ambiguous { .. }
            | Self::NotSent { .. }
            | Self::Flood { .. }
            | Self::Unauthorised
            | Self::Conflict { .. }
            | Self::Malformed { .. } => Unknown::Unavailable,
        }
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

/// What an unsuccessful answer says.
#[derive(Debug, Default)]
pub(super) struct Refusal {
    /// Telegram's code, or the status of the answer.
    pub code: u16,
    /// Telegram's words, or none when it was not Telegram that answered.
    pub description: Option<String>,
    pub parameters: Parameters,
}

/// `ResponseParameters`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    pub migrate_to_chat_id: Option<i64>,
    pub retry_after: Option<u64>,
}

impl Refusal {
    /// The class of this answer to a call of this method.
    pub fn class(self, method: &str) -> ApiError {
        let described = self.description.is_some();
        let description = self.description.unwrap_or_else(|| format!("HTTP {}", self.code));
        let description = words::word(&description, DESCRIPTION_CHARS);
        match self.code {
            429 => ApiError::Flood {
                retry_after_s: self.parameters.retry_after.unwrap_or(FLOOD_UNSAID_S).max(1),
                scope: scope(method),
            },
            // A page of somebody in between (a proxy, a portal), or a refusal without a reason: what became of the
            // call is not known, and nothing of it is said about the token, a chat or a person.
            code if !described || code < 400 => {
                ApiError::Ambiguous { why: format!("not an answer of Telegram: HTTP {code}") }
            }
            // Telegram's own 404 means the token, or a method it lacks.
            401 | 404 => ApiError::Unauthorised,
            403 => ApiError::Blocked { description },
            409 => ApiError::Conflict { description },
            500.. => ApiError::Ambiguous { why: description },
            code => match (self.parameters.migrate_to_chat_id, lost(&description)) {
                (Some(to), _) => ApiError::Migrated { to: ChatId(to) },
                (None, Some(what)) => ApiError::Gone { what, description },
                (None, None) => ApiError::Rejected { code, description },
            },
        }
    }
}

/// Whom a 429 concerns. Telegram does not say; calls that act in a chat are limited per chat first.
fn scope(method: &str) -> FloodScope {
    match method {
        "sendMessage"
        | "editMessageText"
        | "editEphemeralMessageText"
        | "sendDocument"
        | "sendPhoto"
        | "deleteMessage"
        | "deleteMessages"
        | "deleteEphemeralMessage"
        | "restrictChatMember"
        | "setChatPermissions"
        | "approveChatJoinRequest"
        | "declineChatJoinRequest"
        | "createChatInviteLink"
        | "editChatInviteLink"
        | "leaveChat" => FloodScope::Chat,
        _ => FloodScope::Token,
    }
}

/// Telegram's words for things that are not there, in small letters.
const LOST: [(&str, Lost); 21] = [
    ("message is not modified", Lost::Change),
    ("message_not_modified", Lost::Change),
    ("chat_not_modified", Lost::Change),
    ("hide_requester_missing", Lost::Request),
    ("user_already_participant", Lost::Request),
    ("join request not found", Lost::Request),
    ("ephemeral message not found", Lost::Message),
    ("query is too old", Lost::Query),
    ("query id is invalid", Lost::Query),
    ("query_id_invalid", Lost::Query),
    ("message to delete not found", Lost::Message),
    ("message to edit not found", Lost::Message),
    ("message_id_invalid", Lost::Message),
    ("member not found", Lost::Member),
    ("user_not_participant", Lost::Member),
    ("user not found", Lost::User),
    ("participant_id_invalid", Lost::User),
    ("user_id_invalid", Lost::User),
    ("chat not found", Lost::Chat),
    ("peer_id_invalid", Lost::Chat),
    ("chat_id_invalid", Lost::Chat),
];

fn lost(description: &str) -> Option<Lost> {
    let words = description.to_ascii_lowercase();
    LOST.iter().find(|(part, _)| words.contains(part)).map(|(_, what)| *what)
}

fn speaks_of_rights(description: &str) -> bool {
    let words = description.to_ascii_lowercase();
    ["rights", "inaccessible", "admin_required", "channel_private", "not a member"].iter().any(|it| words.contains(it))
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
            Self::Request => "no such request to join",
        })
    }
}
