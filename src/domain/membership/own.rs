//! Words that a group's admins have chosen for it: shown as they are, never as markup.

use super::super::text::{Arg, Text, is_blank, is_harmful};
use super::super::types::{Language, Moment, Person, UserId};
use super::draft::Draft;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Characters of such words.
pub(super) const WORDS_MAX: usize = 500;

/// What the words are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Own {
    /// The notice to a stranger.
    Notice,
    /// The greeting of a newcomer.
    Greeting,
}

/// The rows `text/notice` and `text/greeting` of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The words; `{name}` and `{channels}` in them stand for the person and the channels.
    pub text: String,
    /// Which admin wrote or kept them.
    pub by: UserId,
    /// When.
    pub at: Moment,
}

impl Own {
    /// The key of the row.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Notice => "text/notice",
            Self::Greeting => "text/greeting",
        }
    }

    /// Its code in a button.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Notice => "n",
            Self::Greeting => "g",
        }
    }

    /// Reads a code.
    pub(super) fn of(code: &str) -> Option<Self> {
        [Self::Notice, Self::Greeting].into_iter().find(|it| it.code() == code)
    }
}

/// The group's own words for that, if there are any. While they are not known, they are asked for.
pub(super) fn read(draft: &mut Draft<'_>, own: Own) -> Option<Words> {
    serde_json::from_slice(draft.row(own.key())??).ok()
}

/// Own words as a text, for this person and these channels.
pub(super) fn text(language: Language, words: &str, person: &Person, channels: Arg) -> Text {
    text_naming(language, words, Arg::Person { id: person.id, name: person.name.clone() }, channels)
}

/// The same for several people.
pub(super) fn text_naming(language: Language, words: &str, name: Arg, channels: Arg) -> Text {
    let args = vec![(Cow::Borrowed("name"), name), (Cow::Borrowed("channels"), channels)];
    Text::new(language, "membership-panel-own").with("words", Arg::Written { words: words.to_owned(), args })
}

/// What somebody wrote, made fit to be kept; the number of characters when there are too many, 0 when none can be
/// seen: Telegram takes no such message.
pub(super) fn fit(raw: &str) -> Result<String, usize> {
    let words: String = raw.trim().chars().filter(|it| *it == '\n' || !it.is_control()).collect();
    if words.chars().all(|it| is_blank(it) || is_harmful(it)) {
        return Err(0);
    }
    match words.chars().count() {
        1..=WORDS_MAX => Ok(words),
        length => Err(length),
    }
}
