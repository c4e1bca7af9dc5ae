//! The words of `locales/`: a text's key becomes plain text with entities, and names never become markup.

use crate::domain::text::Text;
use crate::domain::types::UserId;

/// A text as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The words, at most 4,096 UTF-16 units.
    pub text: String,
    /// What is special about parts of them, in order.
    pub entities: Vec<Entity>,
    /// Keys that the catalogue lacks, or whose arguments do not fit: a mistake of ours, worth a line in the log.
    pub faults: Vec<String>,
}

/// A part of a text that is more than plain words; counted in UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
}

/// The entities that we use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// Mentions a person by id.
    Mention {
        /// Who.
        user: UserId,
    },
    /// Opens an address.
    Link {
        /// The address.
        url: String,
    },
    /// Monospaced.
    Code,
    /// Strong.
    Bold,
}

/// Renders a text with its entities.
#[must_use]
pub fn render(text: &Text) -> Rendered {
    Rendered { text: text.key.clone().into_owned(), ..Rendered::default() }
}

/// Renders a text without entities: labels, toasts, menus.
#[must_use]
pub fn plain(text: &Text) -> String {
    render(text).text
}
