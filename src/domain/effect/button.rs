//! A button under a message: its words, and what it does.

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
