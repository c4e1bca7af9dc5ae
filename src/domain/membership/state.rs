//! What membership keeps: the hot cell of a group, and a row for each person it muted.

use super::super::fact::ChatRef;
use super::super::types::{ChatId, Language, MessageId, Moment, Slot, ThreadId, UserId};
use super::appeal::Docket;
use super::board::Board;
use super::heal::Looking;
use super::journal::Journal;
use super::order::Order;
use super::own::Own;
use super::policy::{Policy, is_default};
use super::raid::{Pulse, Raid};
use super::reconcile::Reconciled;
pub use super::required::Channel;
use super::undo::Span;
use super::walk::Track;
use serde::{Deserialize, Serialize};

/// Channels that one group may ask for.
pub const CHANNELS_MAX: usize = 5;
/// Muted people that a group's cell lists. Those beyond are un-muted when they press, not by `/unprotect`.
pub const MUTED_MAX: usize = 100;
/// Questions that wait for somebody's button.
pub(super) const ASKED_MAX: usize = 5;
/// Collective notices at the same time, one per topic.
pub(super) const CROWDS_MAX: usize = 4;
/// People un-muted a moment ago that are remembered.
const FREED_MAX: usize = 8;
/// How long a moment is, in ms.
const FREED_MS: u64 = 60_000;
/// Notices of the last minute that are remembered; no group can be set to allow more of them.
pub(super) const RECENT_MAX: usize = 30;
/// People who set a group up that are remembered.
pub(super) const OWNERS_MAX: usize = 8;
/// Characters of a title that are kept.
const TITLE_MAX: usize = 40;

/// The hot cell of a group: at most 8 KiB as JSON, whatever happens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Who writes here must be in all of these.
    pub channels: Vec<Channel>,
    /// People muted by us, as far as the list reaches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub muted: Vec<UserId>,
    /// Some muted people did not fit into the list.
    pub unlisted: bool,
    /// People un-muted a moment ago, newest last: what they are here may still look like our mute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub freed: Vec<(UserId, Moment)>,
    /// When the notices of the last minute were said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Moment>,
    /// Collective notices that still stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub crowds: Vec<Crowd>,
    /// Questions that wait for a button.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<Asked>,
    /// The number of the next question.
    pub next_ask: u32,
    /// A checklist stands: the row `setup` tells where, and what it waits for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub setting_up: bool,
    /// Whose words are awaited, and under which message: for a notice or greeting of the group's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompt>,
    /// When we look next whether everything works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looking: Option<Looking>,
    /// What does not work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<Trouble>,
    /// What the group's admins have chosen.
    #[serde(skip_serializing_if = "Policy::is_plain")]
    pub policy: Policy,
    /// Who set the guard up, oldest first: they see this group under `/groups`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<UserId>,
    /// Since when the group is guarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Moment>,
    /// The number of the next deed in the ledger.
    pub deeds: u64,
    /// How many strangers come per minute.
    #[serde(skip_serializing_if = "Pulse::is_still")]
    pub pulse: Pulse,
    /// The raid that goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raid: Option<Raid>,
    /// The day, since 1970, on which days that are too old were last forgotten.
    #[serde(skip_serializing_if = "is_default")]
    pub swept: u64,
    /// How many join requests are open, as far as they are followed.
    #[serde(skip_serializing_if = "is_default")]
    pub asking: u32,
    /// Where the walk over many people is that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub walk: Option<Track>,
    /// The language of whoever set the guard up last: admins are spoken to in it.
    #[serde(skip_serializing_if = "is_default")]
    pub tongue: Language,
    /// Appeals that wait for an admin.
    #[serde(skip_serializing_if = "is_default")]
    pub docket: Docket,
    /// Those who set the group up and could not be written to in private, and when that was found out.
    #[serde(skip_serializing_if = "is_default")]
    pub deaf: Vec<(UserId, Moment)>,
    /// The message that tells of troubles where nobody else could be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board: Option<Board>,
    /// What the log place is still to hear of.
    #[serde(skip_serializing_if = "is_default")]
    pub journal: Journal,
    /// When the reconciler runs next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconcile_at: Option<Moment>,
    /// What it found last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconciled: Option<Reconciled>,
}

/// A notice that counts people instead of naming them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// Our name of the message.
    pub slot: Slot,
    /// Its topic.
    #[serde(default)]
    pub thread: Option<ThreadId>,
    /// How many people it is for.
    pub count: u32,
    /// When it goes away.
    pub until: Moment,
    /// The language of the first of them.
    pub language: Language,
    /// How many people it says it is for: it is edited some seconds apart.
    #[serde(default)]
    pub shown: u32,
    /// When it was last said or edited.
    #[serde(default)]
    pub edited: Moment,
}

/// A question that waits for a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its number, which the button carries.
    pub number: u32,
    /// When it is over.
    pub until: Moment,
    /// What was asked.
    pub what: Question,
}

/// What a button decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// An anonymous admin wants something: who is it?
    Who(Request),
    /// May this group ask for that channel?
    May {
        /// The channel.
        channel: Channel,
        /// Who wants it.
        asker: UserId,
        /// Channels that go when that one comes: until then these are asked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        instead_of: Vec<ChatId>,
    },
    /// Is all of this to be undone?
    Undo(Span),
}

/// An admin was asked for words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Who.
    pub user: UserId,
    /// The message that they answer.
    pub message: MessageId,
    /// What the words are for.
    pub own: Own,
    /// When nobody waits for them any more.
    pub until: Moment,
}

/// What somebody asked for, by a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// `/protect`.
    Protect(Vec<ChatRef>),
    /// `/unprotect`; nothing named is everything.
    Unprotect(Vec<ChatRef>),
    /// Any other.
    Order(Order),
}

/// Something that does not work, as long as it does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What.
    pub about: About,
    /// Since when.
    pub since: Moment,
    /// Whether the owner knows.
    pub told: bool,
}

/// What can be in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// Looking up who is in this chat.
    Lookup(ChatId),
    /// Our rights here, by what Telegram told us of our standing.
    Rights,
    /// Our rights here, by what Telegram refused.
    Refused,
    /// The invite link of this channel.
    Link(ChatId),
    /// Our right to let people in who ask.
    Door,
    /// More join requests are open than we follow.
    Crowded,
    /// Writing to the log place.
    Log,
    /// Hearing of who joins and leaves this channel: as many groups ask for it as it can tell.
    Unheard(ChatId),
}

/// The row `mute/<user>`: one person who was told to join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// When they were last muted.
    pub since: Moment,
    /// The channels they lacked.
    pub channels: Vec<ChatId>,
    /// Their own notice; `None` when a collective one stands for it.
    pub slot: Option<Slot>,
    /// Until when the notice stands.
    pub until: Moment,
    /// The topic of it.
    pub thread: Option<ThreadId>,
    /// Their language.
    pub language: Language,
    /// Whether the mute is ours. A mute by another hand is never lifted.
    pub mine: bool,
    /// When they were last told.
    pub told: Moment,
    /// It was a dry run: they were neither told nor muted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry: bool,
    /// When our mute ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<Moment>,
}

impl State {
    /// Whether somebody is known to have been muted by us.
    pub(super) fn lists(&self, user: UserId) -> bool {
        self.muted.contains(&user)
    }

    /// Lists somebody who is muted by us, as long as there is room.
    pub(super) fn list(&mut self, user: UserId) {
        if self.lists(user) {
            return;
        }
        if self.muted.len() < MUTED_MAX {
            self.muted.push(user);
        } else {
            self.unlisted = true;
        }
    }

    /// Takes somebody off the list.
    pub(super) fn strike(&mut self, user: UserId) {
        self.muted.retain(|it| *it != user);
    }

    /// Whether this does not work at present.
    pub(super) fn ails(&self, about: About) -> bool {
        self.troubles.iter().any(|it| it.about == about)
    }

    /// The question of that number, while it is open.
    pub(super) fn question(&self, number: u32, now: Moment) -> Option<&Question> {
        self.asked.iter().find(|it| it.number == number && now < it.until).map(|it| &it.what)
    }

    /// Keeps a question and returns its number. The oldest makes room.
    pub(super) fn ask(&mut self, what: Question, now: Moment, until: Moment) -> u32 {
        self.asked.retain(|it| now < it.until && it.what != what);
        if self.asked.len() >= ASKED_MAX {
            self.asked.remove(0);
        }
        let number = self.next_ask;
        self.next_ask = self.next_ask.wrapping_add(1);
        self.asked.push(Asked { number, until, what });
        number
    }

    /// Remembers for a moment that somebody was un-muted.
    pub(super) fn free(&mut self, user: UserId, now: Moment) {
        self.freed.retain(|(it, at)| *it != user && at.is_within(now, FREED_MS));
        if self.freed.len() >= FREED_MAX {
            self.freed.remove(0);
        }
        self.freed.push((user, now));
    }

    /// Whether somebody was un-muted a moment ago.
    pub(super) fn frees(&self, user: UserId, now: Moment) -> bool {
        self.freed.iter().any(|(it, at)| *it == user && at.is_within(now, FREED_MS))
    }

    /// Remembers who set the guard up.
    pub(super) fn own(&mut self, user: UserId) {
        self.owners.retain(|it| *it != user);
        if self.owners.len() >= OWNERS_MAX {
            self.owners.remove(0);
        }
        self.owners.push(user);
    }

    /// Forgets a question.
    pub(super) fn answered(&mut self, number: u32) {
        self.asked.retain(|it| it.number != number);
    }

    /// Adds a channel, or renews what is known of it. The caller has looked at [`CHANNELS_MAX`].
    pub(super) fn protect(&mut self, channel: Channel, now: Moment) {
        match self.channels.iter_mut().find(|it| it.id == channel.id) {
            Some(known) => {
                let (link, since) = (known.link.take(), known.since);
                *known = Channel { link, since, ..channel };
            }
            None => self.channels.push(Channel { since: Some(now), ..channel }),
        }
    }
}

impl Entry {
    /// The key of the row.
    pub(super) fn key(user: UserId) -> String {
        format!("mute/{}", user.0)
    }

    /// Reads a row; one that cannot be read counts as none.
    pub(super) fn read(row: Option<&[u8]>) -> Option<Self> {
        serde_json::from_slice(row?).ok()
    }

    /// When our mute ends by itself.
    pub(super) fn ends(&self) -> Moment {
        self.ends.unwrap_or(self.until)
    }
}

/// A title for our cell: short and without control characters, so that its size as JSON is known.
pub(super) fn cut(title: &str) -> String {
    title.chars().filter(|it| !it.is_control()).take(TITLE_MAX).collect()
}
