//! What the owners hear after the state of an earlier moment was put back.

use super::super::event::{ChatKind, Event, Happened, Note, Place};
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Moment};

/// The key of this trouble: one restore, one word.
#[must_use]
pub fn restored_key(at: Moment) -> String {
    format!("restored/{}", at.0)
}

/// The word itself, for the house's own chat: put back at `at` to how all was at `to`, with so many things held.
#[must_use]
pub fn restored(to: Moment, at: Moment, held: u64) -> Happened {
    let text = Text::new(Language::En, "house-restored")
        .with("to", Arg::Time(to))
        .with("at", Arg::Time(at))
        .with("held-count", Arg::Number(i64::try_from(held).unwrap_or(i64::MAX)));
    let place = Place { id: ChatId(0), kind: ChatKind::House, title: String::new(), username: None };
    let note = Note::Trouble { key: restored_key(at), place: place.clone(), text, remedy: None };
    Happened { update: None, at, place, event: Event::Told(note) }
}
