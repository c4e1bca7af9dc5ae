//! What the runtime's own rows hold, as JSON that tolerates fields it does not know.

use crate::domain::ai::Ask;
use crate::domain::effect::Owed;
use crate::domain::event::Happened;
use crate::domain::types::{ChatId, Ephemeral, Made, MessageId, Moment};
use serde::{Deserialize, Serialize};

/// [`super::keys::Kind::Id`]: the number of a chat.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Number {
    /// Our number.
    pub no: u64,
    /// The id the chat has now; another one after a migration.
    pub now: ChatId,
}

/// [`super::keys::Kind::Queued`]: an event that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Queued {
    /// Telegram's JSON, for an update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// The event itself, for one of our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Happened>,
    /// The features that have decided, or for which the event is in quarantine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<String>,
    /// Given back from quarantine: its update is finished, only this feature's part is done again.
    #[serde(default)]
    pub released: bool,
    /// When it happened, as far as was known when it came; rows of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
}

impl Queued {
    /// An event of our own that nobody has decided.
    #[must_use]
    pub const fn of_own(happened: Happened) -> Self {
        Self { raw: None, own: Some(happened), decided: Vec::new(), released: false, at: None }
    }
}

/// [`super::keys::Kind::Owed`]: an effect and how far it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Debt {
    /// What is owed.
    pub owed: Owed,
    /// The feature that wants it.
    pub feature: String,
    /// How far it is.
    pub state: DebtState,
    /// Since when it is owed.
    pub since: Moment,
    /// What is known about the last attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How far an owed effect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DebtState {
    /// Surely not done.
    Owed,
    /// On its way: after a crash nobody knows.
    Sending,
    /// Nobody knows; a person decides.
    Unknown,
}

/// [`super::keys::Kind::Asked`]: a question to a model and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// The question.
    pub ask: Ask,
    /// The feature that asks.
    pub feature: String,
    /// Since when.
    pub since: Moment,
    /// It is with a provider: after a crash it may have been paid for.
    #[serde(default)]
    pub out: bool,
    /// How often it was with a provider when nobody heard the answer.
    #[serde(default)]
    pub lost: u32,
    /// Its feature knows that it waits.
    #[serde(default)]
    pub told: bool,
}

impl Asking {
    /// So often a question is with a provider whose answer nobody hears. Then it is given up.
    pub const LOST_MAX: u32 = 2;

    /// Nobody knows whether it was answered meanwhile: it is not asked any more.
    #[must_use]
    pub fn doubted(self) -> Self {
        Self { lost: Self::LOST_MAX, ..self }
    }
}

/// [`super::keys::Kind::Slot`]: the message behind a slot.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Sent {
    /// The message.
    pub message: MessageId,
    /// When; old ones are swept away.
    pub at: Moment,
    /// Set when one person alone sees it; `message` is 0 then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<Ephemeral>,
    /// In which Telegram chat: a group that becomes a supergroup leaves its messages behind. Rows of earlier
    /// versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatId>,
}

impl Sent {
    /// The row of a message made then.
    #[must_use]
    pub const fn new(chat: ChatId, made: Made, at: Moment) -> Self {
        match made {
            Made::Open(message) => Self { message, at, ephemeral: None, chat: Some(chat) },
            Made::Ephemeral(it) => Self { message: MessageId(0), at, ephemeral: Some(it), chat: Some(chat) },
        }
    }

    /// The message.
    #[must_use]
    pub const fn made(&self) -> Made {
        match self.ephemeral {
            Some(it) => Made::Ephemeral(it),
            None => Made::Open(self.message),
        }
    }
}

/// [`super::keys::Kind::DoneSince`] and other rows that only need a time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Since {
    /// The time.
    pub at: Moment,
}

/// [`super::keys::Kind::Pause`], and when a wake ([`super::keys::Kind::Wake`]) was asked for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Pause {
    /// When it is over.
    pub at: Moment,
    /// When it was written; rows of earlier versions do not say. One that was written later than now was written by
    /// a clock that has been set back since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Moment>,
}

impl Pause {
    /// When it is over by the present clock: never later than so long after now as it was meant to last.
    #[must_use]
    pub const fn ends(&self, now: Moment) -> Moment {
        match self.set {
            Some(set) if set.0 > now.0 => now.plus_ms(self.at.since_ms(set)),
            Some(_) | None => self.at,
        }
    }
}

/// [`super::keys::Kind::Charge`]: crashes of one event in one feature.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Charge {
    /// How many.
    pub crashes: u32,
    /// The last one.
    pub at: Moment,
    /// Its cause, as far as it was seen.
    #[serde(default)]
    pub cause: String,
}

/// [`super::keys::Kind::Quarantine`]: an event kept whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Quarantined {
    /// The chat, by number; 0 when it could not be decoded.
    pub chat: u64,
    /// The event's place in its chat's order.
    pub seq: u64,
    /// Telegram's JSON, for an update.
    #[serde(default)]
    pub raw: Option<String>,
    /// The event, for one of our own.
    #[serde(default)]
    pub own: Option<Happened>,
    /// What kind of event.
    pub kind: String,
    /// Crashes it has cost.
    pub crashes: u32,
    /// The cause.
    pub cause: String,
    /// Since when.
    pub at: Moment,
}

/// Reads a row.
///
/// # Errors
/// When the bytes are not such a row.
pub fn read<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(value)
}

/// Writes a row. Our rows are plain structs, which JSON can always hold.
#[must_use]
pub fn write<T: Serialize>(row: &T) -> Vec<u8> {
    serde_json::to_vec(row).unwrap_or_default()
}
