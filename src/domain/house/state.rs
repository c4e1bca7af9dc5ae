//! What the house keeps: about a person in their private chat, and about itself in chat 0.

use super::super::text::Text;
use super::super::types::{Language, Moment, UserId};
use serde::{Deserialize, Serialize};

/// Troubles that are remembered; the oldest is forgotten first.
pub(super) const ALARMS_MAX: usize = 8;
/// Accounts whose wrong codes are counted; the oldest is forgotten first.
pub(super) const TRIES_MAX: usize = 50;
/// A trouble's words are kept up to this length as JSON, in bytes; of longer ones only the key stays.
const TEXT_MAX_BYTES: usize = 500;

/// The hot cell, the same type in every chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// In a private chat: the person's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// In a private chat: when a hint was last given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hinted: Option<Moment>,
    /// In chat 0: wrong codes by account, for the open link.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<Tries>,
    /// In chat 0: the link those tries were for, by the digest of its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<[u8; 32]>,
    /// In chat 0: the last link that made an owner, by the digest of its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<[u8; 32]>,
    /// In chat 0: what does not work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<Alarm>,
}

/// Wrong codes of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// Whose.
    pub user: UserId,
    /// How many.
    pub count: u32,
}

/// A trouble that some chat reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Same trouble, same key.
    pub key: String,
    /// Its words, unless they were too long to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Whether any owner was told.
    pub told: bool,
}

impl State {
    /// How many wrong codes an account has sent for that link.
    pub(super) fn wrong(&self, link: &[u8; 32], user: UserId) -> u32 {
        if self.tried.as_ref() != Some(link) {
            return 0;
        }
        self.tries.iter().find(|it| it.user == user).map_or(0, |it| it.count)
    }

    /// Counts a wrong code.
    pub(super) fn count(&mut self, link: &[u8; 32], user: UserId) {
        let count = self.wrong(link, user).saturating_add(1);
        if self.tried.as_ref() != Some(link) {
            self.tried = Some(*link);
            self.tries.clear();
        }
        self.tries.retain(|it| it.user != user);
        if self.tries.len() >= TRIES_MAX {
            self.tries.remove(0);
        }
        self.tries.push(Tries { user, count });
    }

    /// Keeps a trouble.
    pub(super) fn alarm(&mut self, key: &str, text: &Text, told: bool) {
        if self.alarms.len() >= ALARMS_MAX {
            self.alarms.remove(0);
        }
        let short = serde_json::to_vec(text).is_ok_and(|it| it.len() <= TEXT_MAX_BYTES);
        self.alarms.push(Alarm { key: key.to_owned(), text: short.then(|| text.clone()), told });
    }
}
