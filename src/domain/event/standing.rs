//! What somebody is and may do in a chat.

use crate::domain::types::Moment;
use serde::{Deserialize, Serialize};

/// What somebody is in a chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// An admin's rights; the owner of a chat has all of them.
    #[serde(default)]
    pub rights: Rights,
    /// A restricted person who may not write.
    #[serde(default)]
    pub muted: bool,
    /// Until when restricted or banned; `None` is for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// Telegram's member statuses, with `restricted` told apart by being inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Owner of the chat.
    Creator,
    /// Admin.
    Administrator,
    /// Plain member.
    Member,
    /// Restricted and inside.
    RestrictedInside,
    /// Restricted and not inside.
    RestrictedOutside,
    /// Not inside.
    #[default]
    Left,
    /// Banned.
    Kicked,
}

impl Standing {
    /// Whether the person is in the chat: for a channel, whether they subscribe to it.
    #[must_use]
    pub const fn inside(&self) -> bool {
        matches!(self.status, Status::Creator | Status::Administrator | Status::Member | Status::RestrictedInside)
    }

    /// Whether the person is owner or admin.
    #[must_use]
    pub const fn is_admin(&self) -> bool {
        matches!(self.status, Status::Creator | Status::Administrator)
    }

    /// Whether an admin has the given right; the creator has every one.
    #[must_use]
    pub fn may(&self, right: impl Fn(&Rights) -> bool) -> bool {
        match self.status {
            Status::Creator => true,
            Status::Administrator => right(&self.rights),
            _ => false,
        }
    }
}

/// The rights of an admin that our rules ask for, by Telegram's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "these are Telegram's own flags")]
pub struct Rights {
    /// May delete others' messages.
    pub can_delete_messages: bool,
    /// May restrict and ban.
    pub can_restrict_members: bool,
    /// May make invite links.
    pub can_invite_users: bool,
    /// May change title, picture and the like.
    pub can_change_info: bool,
    /// May make others admins.
    pub can_promote_members: bool,
}
