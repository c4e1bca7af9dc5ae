//! What chats tell each other about membership: groups, their channels, and the private chats of people.

use super::super::event::{Pressed, Remedy};
use super::super::text::Text;
use super::super::types::{ChatId, Language, Moment, Person, UserId};
use super::policy::LogPlace;
use super::reconcile::Reconciled;
use super::state::Channel;
use serde::{Deserialize, Serialize};

/// One word between two chats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// A group to a channel: tell me who comes and goes.
    Linked {
        /// The group.
        group: ChatId,
    },
    /// A group to a channel: tell me no more.
    Unlinked {
        /// The group.
        group: ChatId,
    },
    /// A channel to a linked group: somebody came or went.
    Subscription {
        /// The channel.
        channel: ChatId,
        /// Who.
        who: Person,
        /// Whether they are in the channel now.
        inside: bool,
    },
    /// A channel to a linked group: we were put in or out of it, or its name changed.
    Changed {
        /// The channel as it is now.
        channel: Channel,
        /// Whether we are still its admin.
        ours: bool,
    },
    /// A channel to a group that links itself: whether it will hear.
    Heard {
        /// The channel.
        channel: ChatId,
        /// Whether there was room for one more group.
        yes: bool,
    },
    /// A group to the private chat of somebody who set it up: how it stands.
    Group(Report),
    /// A group to the private chat of somebody who set it up: it is no longer guarded, or we are out.
    Gone {
        /// The group.
        group: ChatId,
    },
    /// A group to the private chat of somebody who asked to be let in.
    Knock(Knock),
    /// A group to the private chat of somebody who asked to be let in: it is decided.
    Decided {
        /// The group.
        group: ChatId,
        /// Whether they are in.
        approved: bool,
    },
    /// The private chat of somebody who asked to be let in, to the group: they say that they have joined.
    Recheck {
        /// Who.
        user: UserId,
    },
    /// A chat in which a group has put buttons to that group: an admin pressed one of them there.
    Pressed {
        /// Where.
        chat: ChatId,
        /// The press, which the group answers. The button's arguments name the group no more.
        pressed: Pressed,
    },
    /// The private chat of somebody to a group: what was done to me there?
    Why {
        /// Who asks.
        who: Person,
    },
    /// A chat to a group: report here what you do.
    Log {
        /// Where.
        place: LogPlace,
        /// Who wants it: they must be an admin of both.
        by: UserId,
    },
    /// The private chat of somebody who has chosen a group and a channel, to the group: guard it for that channel.
    Pair {
        /// The channel.
        channel: ChatId,
        /// Who wants it: what they may is looked up.
        by: Person,
    },
    /// The group to the private chat of whoever wants that.
    Paired {
        /// The group's title.
        group: String,
        /// What came of it.
        outcome: Paired,
    },
    /// The command line to a group: guard it for this channel.
    Import {
        /// The channel.
        channel: Channel,
        /// Who answers for it.
        owner: UserId,
    },
}

impl Word {
    /// A short, fixed name for tests and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Linked { .. } => "linked",
            Self::Unlinked { .. } => "unlinked",
            Self::Subscription { inside: true, .. } => "subscribed",
            Self::Subscription { .. } => "unsubscribed",
            Self::Changed { .. } => "changed",
            Self::Heard { .. } => "heard",
            Self::Group(_) => "group",
            Self::Gone { .. } => "gone",
            Self::Knock(_) => "knock",
            Self::Decided { .. } => "decided",
            Self::Recheck { .. } => "recheck",
            Self::Pressed { .. } => "pressed",
            Self::Why { .. } => "why",
            Self::Log { .. } => "log",
            Self::Pair { .. } => "pair",
            Self::Paired { .. } => "paired",
            Self::Import { .. } => "import",
        }
    }
}

/// What came of a group and a channel that somebody chose in their private chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paired {
    /// The group is guarded for the subscribers of these channels.
    Guarded(Vec<Channel>),
    /// Something must be granted first: a line each, and where one tap grants it.
    Missing(Vec<Text>, Vec<Remedy>),
    /// It cannot be found out just now.
    Unsure,
}

/// How a group stands, for those who set it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The group.
    pub group: ChatId,
    /// Its title.
    pub title: String,
    /// Its public name without `@`.
    #[serde(default)]
    pub username: Option<String>,
    /// What it asks for.
    pub channels: Vec<Channel>,
    /// Whether it guards, is switched off, or only rehearses.
    pub mode: Mode,
    /// How many things do not work.
    pub troubles: u32,
    /// What was found when our mutes were last compared with the truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconciled: Option<Reconciled>,
    /// When this was so.
    pub at: Moment,
}

/// Whether a group is guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Guarded.
    On,
    /// Switched off.
    Off,
    /// Judged, but nobody is stopped.
    Dry,
}

/// Somebody asked to be let in and is not in all the channels yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knock {
    /// The group.
    pub group: ChatId,
    /// Its title.
    pub title: String,
    /// Its public name without `@`.
    #[serde(default)]
    pub username: Option<String>,
    /// Who.
    pub who: UserId,
    /// When they asked.
    #[serde(default)]
    pub at: Moment,
    /// The channels it asks for, and whether they are in.
    pub channels: Vec<(Channel, bool)>,
    /// When the request is declined, if ever.
    #[serde(default)]
    pub until: Option<Moment>,
    /// The language to speak.
    pub language: Language,
}
