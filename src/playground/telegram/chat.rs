//! A chat with its people, links and messages.

use super::rights::{Permissions, Rights};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a message can hold besides words, in Telegram's own words.
const CONTENTS: [&str; 12] = [
    "photo",
    "video",
    "voice",
    "video_note",
    "sticker",
    "animation",
    "audio",
    "document",
    "contact",
    "location",
    "poll",
    "story",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Private,
    Group,
    Supergroup,
    Channel,
}

pub(super) struct Chat {
    pub(super) id: i64,
    pub(super) kind: Kind,
    pub(super) title: String,
    pub(super) username: Option<String>,
    pub(super) forum: bool,
    pub(super) permissions: Permissions,
    pub(super) members: HashMap<i64, Member>,
    pub(super) messages: BTreeMap<i64, Message>,
    pub(super) topics: HashSet<i64>,
    pub(super) linked: Option<i64>,
    pub(super) migrated_to: Option<i64>,
    /// The bot's own primary link.
    pub(super) primary_link: Option<String>,
    /// Every invite link that was ever made, by its address.
    pub(super) links: BTreeMap<String, Link>,
    /// Whoever comes without a link must be let in.
    pub(super) by_request: bool,
    /// The bot decides who is let in.
    pub(super) guarded: bool,
    /// Who asks to be let in.
    pub(super) asking: BTreeMap<i64, Asking>,
    /// Messages that one person sees, by their own count.
    pub(super) ephemeral: BTreeMap<i64, Message>,
    pub(super) next_message: i64,
    pub(super) next_ephemeral: i64,
}

/// An invite link.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) address: String,
    pub(super) by: i64,
    pub(super) name: Option<String>,
    pub(super) by_request: bool,
    pub(super) primary: bool,
    pub(super) revoked: bool,
    /// Seconds since 1970; 0 is never.
    pub(super) expires_s: i64,
    /// How many may come by it; 0 is any number.
    pub(super) limit: i64,
    pub(super) used: i64,
}

/// Somebody's wish to be let in.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub(super) at_ms: i64,
    pub(super) link: Option<String>,
    /// Whether the bot heard of it.
    pub(super) told: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Creator,
    Administrator,
    Member,
    Restricted,
    Left,
    Kicked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) status: Status,
    pub(super) rights: Rights,
    pub(super) permissions: Permissions,
    /// Seconds; 0 is for ever.
    pub(super) until_s: i64,
    /// Of a restricted one: whether inside.
    pub(super) is_member: bool,
    /// Who made them what they are.
    pub(super) by: i64,
}

impl Member {
    pub(super) fn of(status: Status) -> Self {
        Self {
            status,
            rights: Rights::default(),
            permissions: Permissions::default(),
            until_s: 0,
            is_member: true,
            by: 0,
        }
    }

    pub(super) const fn inside(&self) -> bool {
        match self.status {
            Status::Creator | Status::Administrator | Status::Member => true,
            Status::Restricted => self.is_member,
            Status::Left | Status::Kicked => false,
        }
    }

    pub(super) const fn is_admin(&self) -> bool {
        matches!(self.status, Status::Creator | Status::Administrator)
    }

    pub(super) fn may(&self, right: &str) -> bool {
        match self.status {
            Status::Creator => true,
            Status::Administrator => self.rights.has(right),
            Status::Member | Status::Restricted | Status::Left | Status::Kicked => false,
        }
    }

    pub(super) fn muted(&self) -> bool {
        self.status == Status::Restricted && !self.permissions.may_write()
    }
}

#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "as Telegram has it")]
pub(super) struct Message {
    pub(super) id: i64,
    pub(super) date_s: i64,
    /// When it came, finer than Telegram tells: ephemeral and common messages have counts of their own.
    pub(super) at_ms: i64,
    pub(super) edited_s: Option<i64>,
    /// The person, or 0.
    pub(super) from: i64,
    pub(super) sender_chat: Option<i64>,
    pub(super) by_bot: bool,
    pub(super) text: Option<String>,
    /// The text stands below something else: it is a caption.
    pub(super) captioned: bool,
    pub(super) entities: Vec<Value>,
    /// Fields of a service message, or of content that is no text.
    pub(super) other: Map<String, Value>,
    pub(super) service: bool,
    pub(super) keyboard: Option<Value>,
    pub(super) reply_to: Option<i64>,
    pub(super) thread: Option<i64>,
    pub(super) origin: Option<Value>,
    pub(super) automatic: bool,
    pub(super) deleted: bool,
    /// The only person who sees it; its id is of the ephemeral count then.
    pub(super) receiver: Option<i64>,
    /// The message that this one hides from its receiver.
    pub(super) in_place_of: Option<i64>,
    /// Person -> emoji.
    pub(super) reactions: BTreeMap<i64, String>,
}

impl Chat {
    pub(super) fn new(id: i64, kind: Kind, title: &str) -> Self {
        Self {
            id,
            kind,
            title: title.into(),
            username: None,
            forum: false,
            permissions: Permissions::usual(),
            members: HashMap::new(),
            messages: BTreeMap::new(),
            topics: HashSet::new(),
            linked: None,
            migrated_to: None,
            primary_link: None,
            links: BTreeMap::new(),
            by_request: false,
            guarded: false,
            asking: BTreeMap::new(),
            ephemeral: BTreeMap::new(),
            next_message: 1,
            next_ephemeral: 1,
        }
    }

    pub(super) fn message(&self, id: i64) -> Option<&Message> {
        self.messages.get(&id).filter(|it| !it.deleted)
    }

    /// A message that only this person sees.
    pub(super) fn ephemeral_for(&self, id: i64, receiver: i64) -> Option<&Message> {
        self.ephemeral.get(&id).filter(|it| !it.deleted && it.receiver == Some(receiver))
    }

    /// What somebody sees there now, oldest first.
    pub(super) fn seen_by(&self, who: i64) -> Vec<&Message> {
        let own: Vec<&Message> = self.ephemeral.values().filter(|it| !it.deleted && it.receiver == Some(who)).collect();
        let hidden = |id: i64| own.iter().any(|it| it.in_place_of == Some(id));
        let common = self.messages.values().filter(|it| !it.deleted && !hidden(it.id));
        let mut seen: Vec<&Message> = common.chain(own.iter().copied()).collect();
        seen.sort_by_key(|it| it.at_ms);
        seen
    }
}

impl Message {
    /// The words that people see, with what stands above them in brackets.
    pub(super) fn words(&self) -> String {
        let text = self.text.as_deref().unwrap_or_default();
        let content = CONTENTS.iter().find(|it| self.other.contains_key(**it));
        match content.filter(|_| !self.service) {
            Some(content) if text.is_empty() => format!("[{content}]"),
            Some(content) => format!("[{content}] {text}"),
            None => text.to_owned(),
        }
    }
}
