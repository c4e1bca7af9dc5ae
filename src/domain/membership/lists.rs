//! One line of an operator's list: a group, a channel, and what stands in the way of guarding one for the other.

use super::super::event::{ChatKind, Happened, Note, Place};
use super::super::fact::{ChatInfo, ChatRef, Freshness, Need, Unknown};
use super::super::feature::Facts;
use super::super::types::{ChatId, Moment, UserId};
use super::draft::Look;
use super::request;
use super::state::{CHANNELS_MAX, Channel, State};
use super::word::Word;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The office that guards.
pub const OFFICE: &str = super::NAME;
/// The longest invite link that is kept.
const LINK_MAX: usize = 80;

/// A line as it was written: parsed, not looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The group.
    pub group: ChatRef,
    /// The channel.
    pub channel: ChatRef,
    /// An invite link, for a channel without a public name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A column that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The group.
    Group,
    /// The channel.
    Channel,
    /// The link.
    Link,
}

/// What became of a line, or would become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "lacks")]
pub enum Outcome {
    /// The group is guarded now.
    Protected,
    /// It was already.
    Already,
    /// Something must be granted first.
    Missing(Vec<Lack>),
    /// Telegram does not answer: again later.
    Unavailable,
}

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// We cannot find the group.
    Group,
    /// It is no supergroup.
    Supergroup,
    /// We are no admin of the group who may delete messages.
    Delete,
    /// We are no admin of the group who may restrict people.
    Restrict,
    /// We cannot find the channel.
    Channel,
    /// It is no channel.
    Kind,
    /// We are no admin of the channel.
    Admin,
    /// The channel has no public name, no link was given, and we may not make one.
    Invite,
    /// The group requires as many channels as it may.
    Room,
}

/// A line that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The group.
    pub group: Place,
    channel: Channel,
}

impl Pair {
    /// Reads the columns of a line.
    ///
    /// # Errors
    /// The first column that cannot be read.
    pub fn read(group: &str, channel: &str, link: &str) -> Result<Self, Column> {
        let group = request::target(group).map_err(|_| Column::Group)?;
        let channel = request::target(channel).map_err(|_| Column::Channel)?;
        let link = Some(link).filter(|it| !it.is_empty());
        if link.is_some_and(|it| !is_link(it)) {
            return Err(Column::Link);
        }
        Ok(Self { group, channel, link: link.map(str::to_owned) })
    }

    /// Looks whether the line can be carried out.
    ///
    /// # Errors
    /// What must be known first, or what stands in the way.
    pub fn weigh(&self, facts: &Facts<'_>) -> Result<Fit, Result<Vec<Need>, Outcome>> {
        let mut look = Look::new(facts, facts.now);
        let mut lacks = Vec::new();
        let mut unsure = false;
        let group = find(&self.group, &mut look, Lack::Group, &mut lacks, &mut unsure);
        let channel = find(&self.channel, &mut look, Lack::Channel, &mut lacks, &mut unsure);
        if let Some(group) = &group {
            here(group, &mut look, &mut lacks, &mut unsure);
        }
        if let Some(channel) = &channel {
            self.there(channel, &mut look, &mut lacks, &mut unsure);
        }
        if !look.missing.is_empty() {
            return Err(Ok(look.missing));
        }
        match (group, channel) {
            _ if unsure => Err(Err(Outcome::Unavailable)),
            (Some(group), Some(channel)) if lacks.is_empty() => {
                let place = Place {
                    id: group.id,
                    kind: group.kind,
                    title: group.title.clone(),
                    username: group.username.clone(),
                };
                let channel = Channel::of(&channel);
                let link = self.link.clone().filter(|_| channel.username.is_none());
                Ok(Fit { group: place, channel: Channel { link, ..channel } })
            }
            _ => Err(Err(Outcome::Missing(lacks))),
        }
    }

    fn there(&self, channel: &ChatInfo, look: &mut Look<'_>, lacks: &mut Vec<Lack>, unsure: &mut bool) {
        if channel.kind != ChatKind::Channel {
            return lacks.push(Lack::Kind);
        }
        match look.member(channel.id, look.me(), Freshness::Recent) {
            Some(Ok(me)) if !me.is_admin() => lacks.push(Lack::Admin),
            Some(Ok(me)) => {
                let door = channel.username.is_some() || self.link.is_some() || me.may(|it| it.can_invite_users);
                if !door {
                    lacks.push(Lack::Invite);
                }
            }
            Some(Err(Unknown::Unavailable)) => *unsure = true,
            Some(Err(Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge)) => lacks.push(Lack::Admin),
            None => {}
        }
    }
}

fn find(
    named: &ChatRef,
    look: &mut Look<'_>,
    lack: Lack,
    lacks: &mut Vec<Lack>,
    unsure: &mut bool,
) -> Option<Arc<ChatInfo>> {
    match look.chat(named)? {
        Ok(info) => return Some(Arc::clone(info)),
        Err(Unknown::Unavailable) => *unsure = true,
        Err(Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge) => lacks.push(lack),
    }
    None
}

/// Our own rights in the group.
fn here(group: &ChatInfo, look: &mut Look<'_>, lacks: &mut Vec<Lack>, unsure: &mut bool) {
    if group.kind != ChatKind::Supergroup {
        return lacks.push(Lack::Supergroup);
    }
    match look.member(group.id, look.me(), Freshness::Recent) {
        Some(Ok(me)) => {
            if !me.may(|it| it.can_delete_messages) {
                lacks.push(Lack::Delete);
            }
            if !me.may(|it| it.can_restrict_members) {
                lacks.push(Lack::Restrict);
            }
        }
        Some(Err(Unknown::Unavailable)) => *unsure = true,
        Some(Err(Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge)) => lacks.push(Lack::Group),
        None => {}
    }
}

/// `t.me/+..` or `t.me/joinchat/..`, with or without https.
fn is_link(word: &str) -> bool {
    let sound = word.len() <= LINK_MAX && word.bytes().all(|it| it.is_ascii_graphic());
    sound && word.starts_with("https://t.me/") && word.len() > "https://t.me/".len()
}

impl Fit {
    /// How it stands with a group whose cell is this, before anything is done.
    #[must_use]
    pub fn standing(&self, cell: Option<&[u8]>) -> Outcome {
        let state: State = cell.and_then(|it| serde_json::from_slice(it).ok()).unwrap_or_default();
        let full = state.channels.len() >= CHANNELS_MAX;
        match state.channels.iter().any(|it| it.id == self.channel.id) {
            true => Outcome::Already,
            false if full => Outcome::Missing(vec![Lack::Room]),
            false => Outcome::Protected,
        }
    }

    /// What its group is told: the operator vouches, so nobody is asked.
    #[must_use]
    pub fn event(self, owner: UserId, now: Moment) -> Happened {
        let word = Word::Import { channel: self.channel, owner };
        let event = super::super::event::Event::Told(Note::Membership(Box::new(word)));
        Happened { update: None, at: now, place: self.group, event }
    }

    /// The group.
    #[must_use]
    pub const fn chat(&self) -> ChatId {
        self.group.id
    }
}
