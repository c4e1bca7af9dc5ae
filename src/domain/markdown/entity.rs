//! What is special about a part of a message, spelled as the Bot API spells it.

use serde::{Deserialize, Serialize};

/// A part of a message that is more than plain words. Serialized it is a `MessageEntity` of the Bot API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// What it is.
    #[serde(flatten)]
    pub kind: Kind,
    /// Where it begins, in UTF-16 units.
    pub offset: usize,
    /// How long it is, in UTF-16 units; never 0.
    pub length: usize,
}

/// The entities that Markdown can become. There is no link among them: a link is shown as its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Kind {
    /// Strong.
    Bold,
    /// Stressed.
    Italic,
    /// Struck out.
    Strikethrough,
    /// Hidden until it is tapped.
    Spoiler,
    /// Monospaced words.
    Code,
    /// A monospaced block.
    Pre {
        /// The programming language: letters, digits and `+#._-`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    /// A quote.
    Blockquote,
    /// A long quote, folded until it is tapped.
    ExpandableBlockquote,
}

impl Kind {
    /// The Bot API's name of it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Bold => "bold",
            Self::Italic => "italic",
            Self::Strikethrough => "strikethrough",
            Self::Spoiler => "spoiler",
            Self::Code => "code",
            Self::Pre { .. } => "pre",
            Self::Blockquote => "blockquote",
            Self::ExpandableBlockquote => "expandable_blockquote",
        }
    }

    /// Of a monospaced block.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        match self {
            Self::Pre { language } => language.as_deref(),
            Self::Bold
            | Self::Italic
            | Self::Strikethrough
            | Self::Spoiler
            | Self::Code
            | Self::Blockquote
            | Self::ExpandableBlockquote => None,
        }
    }
}
