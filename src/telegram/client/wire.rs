//! The bodies and results of the reads and of the webhook's calls, as far as we read them.
//!
//! frankenstein's `ChatFullInfo` builds some sixty fields, its `ChatMember` and `AllowedUpdate` refuse
//! a status or kind that it does not know yet: for these the shapes are our own.

use crate::domain::event::Standing;
use crate::domain::fact::{ChatInfo, ChatRef, Permissions};
use crate::domain::types::ChatId;
use crate::telegram::wire::{Member, chat_kind, full_name};
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
}

#[derive(Deserialize)]
pub(super) struct Link {
    pub invite_link: String,
}

/// A `ChatMember`; `None` inside when its status is not known to this version.
pub(super) struct Found(pub Option<Standing>);

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
        })
    }
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Member::deserialize(from).map(|it| Self(it.standing()))
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
