//! What calls name beside words and buttons: a message of ours, a verdict, a menu.

use crate::domain::types::{ChatId, MessageId, Slot};
use serde::{Deserialize, Serialize};

/// A message of ours: by Telegram's id, or by our slot while that is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MessageRef {
    /// By id.
    Id(MessageId),
    /// By the slot it was said under, in the same chat.
    Slot(Slot),
}

/// What becomes of somebody who asks to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinVerdict {
    /// They are let in.
    Approve,
    /// They are not.
    Decline,
    /// The chat's admins decide.
    Queue,
}

/// Telegram's `BotCommandScope` as far as we use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MenuScope {
    /// Private chats.
    Private,
    /// Groups.
    Groups,
    /// The admins of groups.
    GroupAdmins,
    /// One chat.
    Chat(ChatId),
}
