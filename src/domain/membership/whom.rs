//! Whom a command names: by an id, by @name, or as the writer of the message it answers.

use super::super::command::Given;
use super::super::event::Said;
use super::super::text::{Arg, Text};
use super::super::types::{Person, UserId};
use super::draft::{Draft, Voice};
use super::request::Odd;
use super::{ledger, person};
use serde::{Deserialize, Serialize};

/// Somebody who was named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// By id, or by an answer to a message.
    Id(UserId),
    /// By public name, without `@`. Telegram tells no bot whose that is: the group knows it of those whom it has seen.
    Name(String),
}

/// The lengths of public names.
const NAME: std::ops::RangeInclusive<usize> = 3..=32;

impl Whom {
    /// Reads one word: an id or `@name`.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word.strip_prefix('@') {
            Some(name) => {
                let sound =
                    NAME.contains(&name.len()) && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
                sound.then(|| Self::Name(name.to_owned()))
            }
            None => word.parse().ok().filter(|it| *it > 0).map(|it| Self::Id(UserId(it))),
        }
    }

    /// Whether that is surely this person.
    pub(super) fn is(&self, user: UserId) -> bool {
        *self == Self::Id(user)
    }
}

/// Whom a command is about, if anybody: the one whom its only word names, else the writer of the message that it
/// answers, or whom our notice is about that it answers.
pub(super) fn read(given: &Given<'_>, said: &Said) -> Result<Option<Whom>, Odd> {
    let mut words = given.words();
    match (words.next(), words.next()) {
        (None, _) => Ok(said.reply_to.as_ref().and_then(|it| it.about.or(it.from)).map(Whom::Id)),
        (Some(word), None) => Whom::of(word).map(Some).ok_or_else(|| Odd::person(word)),
        (Some(_), Some(_)) => Err(Odd::person(given.args)),
    }
}

/// Finds out who that is. `None` while it is not known, and when nobody is: then that was said.
pub(super) fn find(draft: &mut Draft<'_>, voice: Voice, asker: &Person, whom: &Whom) -> Option<UserId> {
    let name = match whom {
        Whom::Id(user) => return Some(*user),
        Whom::Name(name) => name,
    };
    let found = match person::named(draft, name)? {
        Some(user) => Some(user),
        None => ledger::named(draft, name)?,
    };
    if found.is_none() {
        let text =
            Text::new(asker.language, "membership-ledger-nobody-named").with("word", Arg::Code(format!("@{name}")));
        draft.answer(voice, text, Vec::new());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_by_id_or_public_name() {
        for (word, expect) in [
            ("7", Some(Whom::Id(UserId(7)))),
            ("1002", Some(Whom::Id(UserId(1_002)))),
            ("@Eve_1", Some(Whom::Name("Eve_1".into()))),
            ("@eve", Some(Whom::Name("eve".into()))),
            ("@еве1", None),
            ("-7", None),
            ("0", None),
            ("7m", None),
            ("eve", None),
            ("@", None),
        ] {
            assert_eq!(Whom::of(word), expect, "{word}");
        }
    }
}
