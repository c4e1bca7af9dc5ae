//! What happened, in our words.

mod said;
mod standing;

pub use said::{Content, Document, Origin, ReplyTo, Said};
pub use standing::{Rights, Standing, Status};

use super::ai::Answered;
use super::types::{ChatId, Language, MessageId, Moment, Person, Slot, ThreadId, UpdateId, UserId};
use serde::{Deserialize, Serialize};

/// One event of one chat, with what every rule may want to know about its surroundings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// The update that brought it; `None` for events of our own (a tell, a wake, an outcome).
    pub update: Option<UpdateId>,
    /// When it happened by Telegram's clock, or ours for our own events.
    pub at: Moment,
    /// Where it happened.
    pub place: Place,
    /// What happened.
    pub event: Event,
}

/// The chat of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Telegram's id; 0 in the house's own chat.
    pub id: ChatId,
    /// What kind of chat it is.
    pub kind: ChatKind,
    /// Its title, or the person's name; for showing only.
    #[serde(default)]
    pub title: String,
    /// Its public name without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// Telegram's kinds of chats, and ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatKind {
    /// A person.
    Private,
    /// A basic group: no restricting there.
    Group,
    /// A supergroup.
    Supergroup,
    /// A channel.
    Channel,
    /// Chat 0, which is ours.
    House,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody wrote, or edited, a message.
    Said(Said),
    /// Somebody pressed one of our buttons.
    Pressed(Pressed),
    /// Somebody's standing in this chat changed (`chat_member`).
    Moved(Moved),
    /// Our own standing in this chat changed (`my_chat_member`).
    Placed(Moved),
    /// Somebody asks to join this chat (`chat_join_request`).
    JoinRequested(JoinRequested),
    /// Somebody changed their reaction to a message (`message_reaction`).
    Reacted(Reacted),
    /// Somebody chose a chat for us, as we had asked them to (`chat_shared`).
    Chosen(Chosen),
    /// This group became that supergroup.
    Migrated {
        /// The new id.
        to: ChatId,
    },
    /// An effect for whose outcome the feature waits is done, or has failed.
    Performed(Performed),
    /// News of a question that a feature has put to a model.
    Answered(Answered),
    /// A time that a feature asked for has come.
    Woke {
        /// The feature that asked.
        feature: String,
        /// The key it gave.
        key: String,
        /// How late, in ms; more than a moment after downtime or a clock jump.
        late_ms: u64,
    },
    /// Another chat told us something.
    Told(Note),
    /// An update of a kind that no rule looks at.
    Other,
}

/// For how long Telegram lets a press be answered.
const PRESS_LIVES_MS: u64 = 150_000;
/// For how long Telegram keeps what somebody said for a bot that is away.
const WORDS_LIVE_MS: u64 = 24 * 3_600_000;

impl Event {
    /// For how long it is worth an answer, in ms; `None` for what stays true however late it is heard.
    #[must_use]
    pub const fn lives_ms(&self) -> Option<u64> {
        match self {
            Self::Said(_) | Self::Chosen(_) => Some(WORDS_LIVE_MS),
            Self::Pressed(_) => Some(PRESS_LIVES_MS),
            Self::Moved(_)
            | Self::Placed(_)
            | Self::JoinRequested(_)
            | Self::Reacted(_)
            | Self::Migrated { .. }
            | Self::Performed(_)
            | Self::Answered(_)
            | Self::Woke { .. }
            | Self::Told(_)
            | Self::Other => None,
        }
    }
}

/// A press of one of our buttons whose signature was right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressed {
    /// Telegram's id of the press; it must be answered.
    pub query: String,
    /// Who pressed. Also for an anonymous admin this is the real person.
    pub from: Person,
    /// The message that carries the button; 0 when it is ephemeral.
    pub message: MessageId,
    /// The message is seen by this person alone: it has no id, only our slot of it can be edited or deleted.
    #[serde(default)]
    pub ephemeral: bool,
    /// Its topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
    /// What the button stands for.
    pub verdict: Verdict,
}

/// What a press's data proved to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Signed by us for this chat, not expired, and pressed by whom it was meant for.
    Valid {
        /// The action, owned by one feature: `<feature>.<verb>`, short.
        action: String,
        /// Its arguments.
        args: String,
    },
    /// Ours, but somebody else's to press.
    NotYours,
    /// Ours, but too old.
    Stale,
    /// Not signed by us: made up or damaged.
    Forged,
}

/// A change of somebody's standing in a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Whose standing.
    pub who: Person,
    /// Who changed it; the same person when they joined or left by themselves.
    pub by: Person,
    /// Before.
    pub old: Standing,
    /// Since.
    pub new: Standing,
    /// They asked to join and were let in.
    #[serde(default)]
    pub by_request: bool,
    /// They came by an invite link; who had made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_link: Option<UserId>,
}

/// Somebody asks to join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequested {
    /// Who.
    pub who: Person,
    /// Where we may write to them for 5 minutes, although they never pressed Start.
    pub private: ChatId,
    /// Set when this bot decides about requests: to be answered within [`super::effect::JOIN_QUERY_MS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// They followed an invite link; who had made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_link: Option<UserId>,
}

/// A change of somebody's reactions to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reacted {
    /// The message.
    pub message: MessageId,
    /// Who, unless they are anonymous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Person>,
    /// The chat in whose name it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_chat: Option<ChatId>,
    /// There is a reaction that was not there before; otherwise some were only taken away.
    pub added: bool,
}

/// A chat that somebody chose from Telegram's list. That we may look into it is not said with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The message that tells it.
    pub message: MessageId,
    /// Who chose.
    pub from: Person,
    /// The number of our request ([`Wanted::number`](super::effect::Wanted::number)).
    pub request: i64,
    /// The chat.
    pub chat: ChatId,
}

/// The outcome of an effect whose feature wanted to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Performed {
    /// The feature that waits.
    pub feature: String,
    /// The token it gave.
    pub token: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Done; the message it made, where it made one.
    Done {
        /// The new message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<MessageId>,
        /// A link, where one was made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
    },
    /// Telegram refused, and a repetition would be refused too.
    Refused {
        /// Telegram's words.
        reason: String,
    },
    /// Nobody knows whether it was done; it is listed under `pending`.
    Unknown,
}

/// What one chat tells another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// Somebody opened the owner link.
    Claim {
        /// The code of the link.
        code: String,
        /// Who opened it.
        who: Person,
    },
    /// Something in a chat needs its owner's hand. The house tells the owners once per `key`.
    Trouble {
        /// Same trouble, same key.
        key: String,
        /// Which chat.
        place: Place,
        /// What is wrong, as a text key with its words.
        text: super::text::Text,
        /// What would set it right, where a button can lead there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remedy: Option<Remedy>,
    },
    /// The trouble of that key is over.
    Healed {
        /// The key of the trouble.
        key: String,
    },
    /// A word between a group, its channels and the people concerned.
    Membership(Box<super::membership::Word>),
    /// A word to the house about people's accounts.
    Porter(Box<super::porter::Word>),
    /// For tests and drills: a numbered note.
    Numbered(u64),
    /// Say this to the person of this private chat.
    Deliver {
        /// The words.
        text: super::text::Text,
        /// Their language.
        language: Language,
        /// Our name of the message.
        slot: Slot,
        /// A button that leads to what would set it right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remedy: Option<Remedy>,
        /// The chat that wants to hear when the person cannot be written to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        back: Option<ChatId>,
    },
    /// What was to be said to that person could not be: they never started us, or have blocked us.
    Undelivered {
        /// Who.
        to: UserId,
    },
}

/// What an admin can do with one tap to let us work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Give us our rights in the group.
    Group,
    /// Make us an admin of the channel.
    Channel,
}

impl Event {
    /// A short, fixed name for logs and metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Said(said) if said.edited => "Edited",
            Self::Said(_) => "Said",
            Self::Pressed(_) => "Pressed",
            Self::Moved(_) => "Moved",
            Self::Placed(_) => "Placed",
            Self::JoinRequested(_) => "JoinRequested",
            Self::Reacted(_) => "Reacted",
            Self::Chosen(_) => "Chosen",
            Self::Migrated { .. } => "Migrated",
            Self::Performed(_) => "Performed",
            Self::Answered(_) => "Answered",
            Self::Woke { .. } => "Woke",
            Self::Told(_) => "Told",
            Self::Other => "Other",
        }
    }

    /// The person whose order of events matters here, if there is one.
    #[must_use]
    pub fn person(&self) -> Option<UserId> {
        match self {
            Self::Said(said) => Some(said.from.id),
            Self::Pressed(pressed) => Some(pressed.from.id),
            Self::Chosen(chosen) => Some(chosen.from.id),
            Self::Moved(moved) | Self::Placed(moved) => Some(moved.who.id),
            Self::JoinRequested(asked) => Some(asked.who.id),
            Self::Reacted(reacted) => reacted.who.as_ref().map(|it| it.id),
            Self::Migrated { .. }
            | Self::Performed(_)
            | Self::Answered(_)
            | Self::Woke { .. }
            | Self::Told(_)
            | Self::Other => None,
        }
    }
}
