//! The bodies and results of the reads and of the webhook's calls, as far as we read them.
//!
//! frankenstein's `ChatFullInfo` builds some sixty fields, its `ChatMember` and `AllowedUpdate` refuse
//! a status or kind that it does not know yet: for these the shapes are our own.

use crate::domain::event::Standing;
use crate::domain::fact::{Admin, ChatInfo, ChatRef, Permissions};
use crate::domain::types::ChatId;
use crate::telegram::wire::{Member, User, chat_kind, full_name};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// A body without parameters.
#[derive(Serialize)]
pub(super) struct Nothing {}

#[derive(Serialize)]
pub(super) struct OfChat {
    pub chat_id: ChatKey,
}

#[derive(Serialize)]
pub(super) struct OfMember {
    pub chat_id: ChatKey,
    pub user_id: i64,
}

#[derive(Serialize)]
pub(super) struct OfAdmins {
    pub chat_id: i64,
    /// Without it Telegram leaves out other bots.
    pub return_bots: bool,
}

#[derive(Serialize)]
pub(super) struct OfFile<'a> {
    pub file_id: &'a str,
}

/// A chat as a parameter.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum ChatKey {
    Id(i64),
    Name(String),
}

#[derive(Serialize)]
pub(super) struct GetUpdates<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    pub limit: u32,
    pub timeout: u64,
    pub allowed_updates: &'a [&'a str],
}

#[derive(Serialize)]
pub(super) struct SetWebhook<'a> {
    pub url: &'a str,
    pub secret_token: &'a str,
    pub max_connections: u32,
    pub allowed_updates: &'a [&'a str],
}

/// A message that a call made: only its id is of use.
#[derive(Deserialize)]
pub(super) struct Message {
    pub message_id: i64,
    /// Set when one person alone sees it; `message_id` is 0 then.
    #[serde(default)]
    pub ephemeral_message_id: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct File {
    #[serde(default)]
    pub file_size: Option<u64>,
    #[serde(default)]
    pub file_path: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Link {
    pub invite_link: String,
}

/// A `ChatMember`; `None` inside when its status is not known to this version.
pub(super) struct Found(pub Option<Standing>);

/// The same of the list of admins; `None` inside also when Telegram names nobody.
pub(super) struct FoundAdmin(pub Option<Admin>);

#[derive(Deserialize)]
pub(super) struct ChatFullInfo {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    invite_link: Option<String>,
    #[serde(default)]
    permissions: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    linked_chat_id: Option<i64>,
    #[serde(default)]
    join_by_request: bool,
    #[serde(default)]
    is_forum: bool,
}

impl ChatFullInfo {
    /// The chat in our words; `None` for a kind that this version does not know.
    pub fn info(self) -> Option<ChatInfo> {
        let flags = self.permissions.into_iter().filter_map(|(name, it)| Some((name, it.as_bool()?)));
        Some(ChatInfo {
            id: ChatId(self.id),
            kind: chat_kind(&self.kind)?,
            title: self.title.unwrap_or_else(|| full_name(&self.first_name, self.last_name.as_deref())),
            username: self.username,
            invite_link: self.invite_link,
            permissions: Permissions(flags.collect()),
            linked_chat: self.linked_chat_id.map(ChatId),
            join_by_request: self.join_by_request,
            is_forum: self.is_forum,
        })
    }
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Member::deserialize(from).map(|it| Self(it.standing()))
    }
}

impl<'de> Deserialize<'de> for FoundAdmin {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let member = Member::deserialize(from)?;
        let (standing, anonymous) = (member.standing().filter(Standing::is_admin), member.is_anonymous);
        let person = member.user.map(User::person);
        Ok(Self(person.zip(standing).map(|(person, standing)| {
            let bot = person.is_bot;
            Admin { person, standing, bot, anonymous }
        })))
    }
}

impl From<&ChatRef> for ChatKey {
    fn from(chat: &ChatRef) -> Self {
        match chat {
            ChatRef::Id(id) => Self::Id(id.0),
            ChatRef::Name(name) => Self::Name(format!("@{}", name.trim_start_matches('@'))),
        }
    }
}
