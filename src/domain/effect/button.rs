//! A button under a message, or in the place of the letters: its words, and what it does.

use crate::domain::text::Text;
use crate::domain::types::{Moment, UserId};
use serde::{Deserialize, Serialize};

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// The words on it.
    pub label: Label,
    /// What it does.
    pub does: Does,
}

/// The words on a button: of the catalogue, or a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Label {
    /// Words of the catalogue.
    Text(Text),
    /// A name, for example a channel's title; cut at 40 characters.
    Name(String),
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Does {
    /// Opens an address.
    Open(String),
    /// Sends us a signed press: `action` and `args` together at most 24 bytes of ASCII.
    Press {
        /// `<feature>.<verb>`, short.
        action: String,
        /// Arguments.
        args: String,
        /// Who may press; `None` is anybody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only: Option<UserId>,
        /// When it goes stale; `None` never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Moment>,
    },
}

/// A button that opens Telegram's list of the chats in which somebody may give us our rights. Which one they chose
/// comes back as [`Chosen`](crate::domain::event::Chosen).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The words on it.
    pub label: Text,
    /// What is to be chosen.
    pub wanted: Wanted,
}

/// A kind of chat that somebody can choose for us. Telegram makes us its admin, with what we need there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// A channel whose subscribers may write.
    Channel,
    /// A group to be guarded.
    Group,
}

impl Wanted {
    /// The number of the request, which comes back with the choice.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Channel => 1,
            Self::Group => 2,
        }
    }

    /// What was asked for under that number.
    #[must_use]
    pub const fn of(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Channel),
            2 => Some(Self::Group),
            _ => None,
        }
    }
}
