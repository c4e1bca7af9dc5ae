//! Words for users as a key of the catalogue with arguments; the Telegram side renders them.

use super::markdown::Piece;
use super::types::{Language, Moment, UserId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A text of the catalogue `locales/<lang>/*.ftl`, in one language, with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The key, for example `membership-notice`.
    pub key: Cow<'static, str>,
    /// The language.
    pub language: Language,
    /// The arguments by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(Cow<'static, str>, Arg)>,
}

/// An argument. Names and titles never become markup: the renderer puts entities around plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arg {
    /// Plain words.
    Word(String),
    /// A number, for plurals.
    Number(i64),
    /// A person's name that mentions them.
    Person {
        /// Who.
        id: UserId,
        /// The name shown.
        name: String,
    },
    /// Words that open an address.
    Link {
        /// The words.
        label: String,
        /// The address.
        url: String,
    },
    /// Monospaced words, to be copied with a tap.
    Code(String),
    /// Strong words.
    Bold(String),
    /// A moment, shown in the reader's own time; in UTC where their app cannot do that.
    Time(Moment),
    /// Another text of the catalogue (its own arguments included), for lists of lines.
    Lines(Vec<Text>),
    /// Words that somebody wrote for others: plain, line breaks kept, and each `{name}` in them is the argument
    /// of that name.
    Written {
        /// The words.
        words: String,
        /// The arguments by name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        args: Vec<(Cow<'static, str>, Arg)>,
    },
    /// What a model has written, rendered: its entities stay.
    Rendered(Piece),
}

impl Text {
    /// A text without arguments.
    #[must_use]
    pub const fn new(language: Language, key: &'static str) -> Self {
        Self { key: Cow::Borrowed(key), language, args: Vec::new() }
    }

    /// The same text with one more argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Arg) -> Self {
        self.args.push((Cow::Borrowed(name), value));
        self
    }
}

/// Control characters, marks that turn the reading direction, and those that only programs see.
#[must_use]
pub fn is_harmful(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        || matches!(it, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// Characters that show nothing.
#[must_use]
pub fn is_blank(it: char) -> bool {
    it.is_whitespace()
        || matches!(it, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}')
        || matches!(it, '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}')
        || matches!(it, '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}')
}
