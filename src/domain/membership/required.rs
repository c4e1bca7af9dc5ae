//! A channel that a group asks for.

use super::super::fact::{ChatInfo, ChatRef};
use super::super::types::{ChatId, Moment};
use super::state::cut;
use serde::{Deserialize, Serialize};

/// A channel whose subscribers may write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its id.
    pub id: ChatId,
    /// Its title, cut.
    pub title: String,
    /// Its public name without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Our own invite link, for a channel without a public name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Since when this group asks for it; nothing outside of a group, and in groups that were guarded before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Moment>,
}

impl Channel {
    /// What is kept of what `getChat` told.
    pub(super) fn of(info: &ChatInfo) -> Self {
        Self { id: info.id, title: cut(&info.title), username: info.username.clone(), link: None, since: None }
    }

    /// The address that a button opens: public name or our own link.
    pub(super) fn url(&self) -> Option<String> {
        match &self.username {
            Some(name) => Some(format!("https://t.me/{name}")),
            None => self.link.clone(),
        }
    }

    /// Whether that is how somebody named it.
    pub(super) fn is(&self, named: &ChatRef) -> bool {
        match named {
            ChatRef::Id(id) => *id == self.id,
            ChatRef::Name(name) => self.username.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(name)),
        }
    }
}
