//! The shapes of people, chats and members that updates and answers share, with their meaning for us.

use crate::domain::event::{ChatKind, Place, Rights, Standing, Status};
use crate::domain::types::{ChatId, Language, Moment, Person, UserId};
use serde::Deserialize;
use std::borrow::Cow;

/// A person or bot.
#[derive(Debug, Deserialize)]
pub(super) struct User<'a> {
    pub id: i64,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(borrow, default)]
    pub first_name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub last_name: Option<Cow<'a, str>>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(borrow, default)]
    pub language_code: Option<Cow<'a, str>>,
}

/// A chat as every update carries it.
#[derive(Debug, Deserialize)]
pub(super) struct Chat<'a> {
    pub id: i64,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(borrow, default)]
    pub first_name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub last_name: Option<Cow<'a, str>>,
}

/// `ChatMember`, all six of its kinds in one.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "these are Telegram's own flags")]
pub(super) struct Member<'a> {
    #[serde(borrow, default)]
    pub user: Option<User<'a>>,
    #[serde(borrow)]
    pub status: Cow<'a, str>,
    #[serde(default)]
    pub is_member: bool,
    #[serde(default)]
    pub can_send_messages: bool,
    #[serde(default)]
    pub until_date: i64,
    #[serde(default)]
    pub can_delete_messages: bool,
    #[serde(default)]
    pub can_restrict_members: bool,
    #[serde(default)]
    pub can_invite_users: bool,
    #[serde(default)]
    pub can_change_info: bool,
    #[serde(default)]
    pub can_promote_members: bool,
    #[serde(default)]
    pub is_anonymous: bool,
}

impl User<'_> {
    /// The person in our words.
    pub fn person(self) -> Person {
        Person {
            id: UserId(self.id),
            name: full_name(&self.first_name, self.last_name.as_deref()),
            username: self.username,
            language: self.language_code.as_deref().map(Language::of_tag).unwrap_or_default(),
            is_bot: self.is_bot,
        }
    }
}

impl Chat<'_> {
    /// The chat in our words; `None` for a kind of chat that this version does not know.
    pub fn place(self) -> Option<Place> {
        let kind = chat_kind(&self.kind)?;
        let title = self.title.unwrap_or_else(|| full_name(&self.first_name, self.last_name.as_deref()));
        Some(Place { id: ChatId(self.id), kind, title, username: self.username })
    }
}

impl Member<'_> {
    /// The standing in our words; `None` for a status that this version does not know.
    pub fn standing(&self) -> Option<Standing> {
        let status = match (&*self.status, self.is_member) {
            ("creator", _) => Status::Creator,
            ("administrator", _) => Status::Administrator,
            ("member", _) => Status::Member,
            ("restricted", true) => Status::RestrictedInside,
            ("restricted", false) => Status::RestrictedOutside,
            ("left", _) => Status::Left,
            ("kicked", _) => Status::Kicked,
            _ => return None,
        };
        let restricted = matches!(status, Status::RestrictedInside | Status::RestrictedOutside);
        let bounded = restricted || status == Status::Kicked;
        Some(Standing {
            status,
            rights: self.rights(status),
            muted: restricted && !self.can_send_messages,
            until: (bounded && self.until_date > 0).then(|| moment(self.until_date)),
        })
    }

    fn rights(&self, status: Status) -> Rights {
        match status {
            Status::Creator => Rights {
                can_delete_messages: true,
                can_restrict_members: true,
                can_invite_users: true,
                can_change_info: true,
                can_promote_members: true,
            },
            Status::Administrator => Rights {
                can_delete_messages: self.can_delete_messages,
                can_restrict_members: self.can_restrict_members,
                can_invite_users: self.can_invite_users,
                can_change_info: self.can_change_info,
                can_promote_members: self.can_promote_members,
            },
            // A restricted person's flags have the same names and mean permissions, not rights.
            Status::Member | Status::RestrictedInside | Status::RestrictedOutside | Status::Left | Status::Kicked => {
                Rights::default()
            }
        }
    }
}

/// Telegram's word for a kind of chat.
pub(super) fn chat_kind(word: &str) -> Option<ChatKind> {
    match word {
        "private" => Some(ChatKind::Private),
        "group" => Some(ChatKind::Group),
        "supergroup" => Some(ChatKind::Supergroup),
        "channel" => Some(ChatKind::Channel),
        _ => None,
    }
}

/// Telegram's seconds as a moment of ours.
pub(super) fn moment(seconds: i64) -> Moment {
    Moment(u64::try_from(seconds).unwrap_or(0).saturating_mul(1000))
}

/// First and last name in one.
pub(super) fn full_name(first: &str, last: Option<&str>) -> String {
    match last {
        Some(last) if !last.is_empty() => [first, last].join(" "),
        _ => first.to_owned(),
    }
}
