//! What a rule must know before it decides: what it asks for, and what it is told.

use super::account::Accounts;
use super::event::{ChatKind, Standing};
use super::purse::{Entry, Used};
use super::types::{ChatId, Moment, Person, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A chat by id, or by the public name that somebody typed (without `@`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChatRef {
    /// By id.
    Id(ChatId),
    /// By public name.
    Name(String),
}

/// How old an answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// As old as the membership cache allows (minutes): for judging messages.
    Cached,
    /// At most 60 s: for the rights of people and of ourselves.
    Recent,
    /// Asked for this very decision: for "I have joined".
    Now,
}

/// A fact that a rule asks for. Reading it never changes anything and is never owed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// What a person (or the bot itself) is in a chat: `getChatMember`.
    Member {
        /// The chat.
        chat: ChatRef,
        /// The person.
        user: UserId,
        /// How old the answer may be.
        fresh: Freshness,
    },
    /// What a chat is: `getChat`, at most 60 s old.
    Chat(ChatRef),
    /// Who the admins of a chat are: `getChatAdministrators`, at most 60 s old.
    Admins(ChatId),
    /// What is in a file that somebody sent: `getFile` and a download.
    File {
        /// Telegram's id of it.
        file: String,
        /// The most bytes that are wanted, and never more than `limits.telegram.file_fact_bytes`.
        max: u32,
    },
    /// A row of the asking feature in this chat, by key.
    Row(String),
    /// Rows of the asking feature in this chat, ascending by key: those from `from` on and below `before`.
    /// With `"mute/"` and `"mute0"` it is all whose keys begin with `mute/`, for `0` comes after `/`.
    Rows {
        /// The least key that is wanted.
        from: String,
        /// The least key that is not wanted any more.
        before: String,
        /// At most so many, and never more than `limits.chat.rows_per_read`.
        limit: u32,
    },
    /// What somebody has used of models, from that day on: rows of the ledger, the oldest first.
    Usage {
        /// Who.
        user: UserId,
        /// The first day that is wanted, counted from 1970.
        since: u32,
        /// Rows that are read at most.
        limit: u32,
    },
    /// For fire drills: a fact whose loading hangs the handler for ever.
    Stall,
}

/// The answer to a [`Need`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// To [`Need::Member`].
    Member(Result<Standing, Unknown>),
    /// To [`Need::Chat`].
    Chat(Result<Arc<ChatInfo>, Unknown>),
    /// To [`Need::Admins`].
    Admins(Result<Arc<[Admin]>, Unknown>),
    /// To [`Need::File`].
    File(Result<Arc<[u8]>, Unknown>),
    /// To [`Need::Row`]: the row's bytes as the feature wrote them.
    Row(Option<Arc<[u8]>>),
    /// To [`Need::Rows`]: keys and rows.
    Rows(Vec<(String, Vec<u8>)>),
    /// To [`Need::Usage`].
    Usage(Vec<(Entry, Used)>),
}

/// Why a fact cannot be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Telegram says that there is no such chat or person, as far as we may see.
    NotFound,
    /// We lack the right to look: not a member or admin there.
    NoRights,
    /// Telegram does not answer, or limits us; a later attempt may work.
    Unavailable,
    /// A file is larger than was wanted.
    TooLarge,
}

/// An admin of a chat, or its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admin {
    /// Who.
    pub person: Person,
    /// What they are and may do.
    pub standing: Standing,
    /// It is a bot.
    pub bot: bool,
    /// They write in the chat's name.
    pub anonymous: bool,
}

/// What `getChat` tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatInfo {
    /// Its id.
    pub id: ChatId,
    /// Its kind.
    pub kind: ChatKind,
    /// Its title.
    pub title: String,
    /// Its public name without `@`.
    pub username: Option<String>,
    /// Its primary invite link, when we may see one.
    pub invite_link: Option<String>,
    /// What everybody may do in it.
    pub permissions: Permissions,
    /// The channel or discussion group linked to it.
    pub linked_chat: Option<ChatId>,
    /// Whoever wants to join must ask.
    pub join_by_request: bool,
    /// It has topics.
    pub is_forum: bool,
}

/// Telegram's `ChatPermissions` by their own names. Kept as a map so that a permission that Telegram
/// adds later is handed back as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(pub BTreeMap<String, bool>);

/// What the whole house knows and every decision may read.
#[derive(Clone, Debug, Default)]
pub struct House {
    /// The bot's own id; 0 until `getMe` has answered.
    pub me: i64,
    /// The bot's username without `@`.
    pub username: String,
    /// The owners' ids: from the configuration, or claimed by the link.
    pub owners: Arc<[UserId]>,
    /// The accounts of people who ask models, as far as they differ from a new one.
    pub accounts: Arc<Accounts>,
    /// The open owner link, while there is one.
    pub claim: Option<Claim>,
}

/// A one-time owner link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// SHA-256 of the code, so that the code itself is nowhere but on the terminal.
    pub code_sha256: [u8; 32],
    /// When it ends, at most [`Claim::LIFE_MS`] after it was made.
    pub expires: Moment,
    /// How many wrong codes one account may send.
    pub tries: u32,
}

impl Claim {
    /// How long an owner link is good for, in ms.
    pub const LIFE_MS: u64 = 15 * 60_000;
}

impl House {
    /// Whether the person is an owner of this house.
    #[must_use]
    pub fn owned_by(&self, user: UserId) -> bool {
        self.owners.contains(&user)
    }
}
