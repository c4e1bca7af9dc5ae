//! Every kind of row in one place: its key, and who may write it.
//!
//! A key is a kind byte, then our chat number (big endian), then what tells rows of that chat apart. So
//! one kind of rows of one chat is one range, and a chat that changes its Telegram id moves by one row.

use crate::domain::purse::Entry;
use crate::domain::types::{ChatId, ChatNo, Slot};

/// The kinds of rows. The byte is part of the format on disk and is never used again for another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Telegram id -> [`ChatNo`]. Written with the first row of a chat.
    Id = b'i',
    /// A feature's hot cell in a chat.
    Cell = b'c',
    /// A feature's row in a chat.
    Row = b'r',
    /// An event that waits for its chat.
    Queued = b'q',
    /// An effect still owed.
    Owed = b'o',
    /// A question to a model, still without its answer.
    Asked = b'a',
    /// The message behind a slot.
    Slot = b's',
    /// A wake, ordered by time.
    Wake = b't',
    /// 1,024 bits of finished update ids.
    Done = b'd',
    /// When a row of [`Kind::Done`] was begun.
    DoneSince = b'e',
    /// Crashes charged to (event, feature).
    Charge = b'x',
    /// An event in quarantine, or one that could not be decoded.
    Quarantine = b'z',
    /// A pause that Telegram asked for.
    Pause = b'p',
    /// A row that was owed in a backup and waits for the operator; its own key follows.
    Held = b'h',
    /// What somebody has used of a model in a chat on a day.
    Usage = b'u',
    /// What is spent of a limit.
    Spent = b'b',
    /// Everything there is one of: the boot counter, owners, menus.
    Meta = b'm',
}

impl Kind {
    /// All rows of this kind.
    #[must_use]
    pub fn all(self) -> Vec<u8> {
        vec![self as u8]
    }

    /// All rows of this kind in one chat.
    #[must_use]
    pub fn of(self, chat: ChatNo) -> Vec<u8> {
        let mut key = Vec::with_capacity(48);
        key.push(self as u8);
        key.extend_from_slice(&chat.0.to_be_bytes());
        key
    }
}

fn with(mut key: Vec<u8>, tail: &[u8]) -> Vec<u8> {
    key.extend_from_slice(tail);
    key
}

fn number(bytes: Option<&[u8]>) -> Option<u64> {
    Some(u64::from_be_bytes(bytes?.try_into().ok()?))
}

/// Telegram id -> number.
#[must_use]
pub fn id(chat: ChatId) -> Vec<u8> {
    with(Kind::Id.all(), &chat.0.to_be_bytes())
}

/// The Telegram id in a key made by [`id`].
#[must_use]
pub fn id_of(key: &[u8]) -> Option<ChatId> {
    Some(ChatId(i64::from_be_bytes(key.get(1..9)?.try_into().ok()?)))
}

/// A feature's cell.
#[must_use]
pub fn cell(chat: ChatNo, feature: &str) -> Vec<u8> {
    with(Kind::Cell.of(chat), feature.as_bytes())
}

/// The feature's name in a key made by [`cell`].
#[must_use]
pub fn feature_of(key: &[u8]) -> &str {
    key.get(9..).and_then(|it| std::str::from_utf8(it).ok()).unwrap_or("")
}

/// A feature's row.
#[must_use]
pub fn row(chat: ChatNo, feature: &str, name: &str) -> Vec<u8> {
    let key = with(Kind::Row.of(chat), feature.as_bytes());
    with(with(key, &[0]), name.as_bytes())
}

/// The feature's own key in a key made by [`row`].
#[must_use]
pub fn row_name(key: &[u8]) -> Option<&str> {
    let rest = key.get(9..)?;
    let cut = rest.iter().position(|it| *it == 0)?;
    std::str::from_utf8(rest.get(cut + 1..)?).ok()
}

/// A queued event.
#[must_use]
pub fn queued(chat: ChatNo, seq: u64) -> Vec<u8> {
    with(Kind::Queued.of(chat), &seq.to_be_bytes())
}

/// An owed effect.
#[must_use]
pub fn owed(chat: ChatNo, seq: u64) -> Vec<u8> {
    with(Kind::Owed.of(chat), &seq.to_be_bytes())
}

/// A question to a model.
#[must_use]
pub fn asked(chat: ChatNo, seq: u64) -> Vec<u8> {
    with(Kind::Asked.of(chat), &seq.to_be_bytes())
}

/// Chat and sequence in a key made by [`queued`], [`owed`] or [`asked`].
#[must_use]
pub fn chat_and_seq(key: &[u8]) -> Option<(ChatNo, u64)> {
    Some((ChatNo(number(key.get(1..9))?), number(key.get(9..17))?))
}

/// The chat that a row belongs to, if it belongs to one.
#[must_use]
pub fn chat_of(key: &[u8]) -> Option<ChatNo> {
    let is = |kind: Kind| key.first() == Some(&(kind as u8));
    if is(Kind::Wake) {
        return wake_of(key).map(|it| it.1);
    }
    let of_a_chat = [Kind::Cell, Kind::Row, Kind::Queued, Kind::Owed, Kind::Asked, Kind::Slot].into_iter().any(is);
    if of_a_chat { number(key.get(1..9)).map(ChatNo) } else { None }
}

/// The message behind a slot.
#[must_use]
pub fn slot(chat: ChatNo, slot: Slot) -> Vec<u8> {
    with(Kind::Slot.of(chat), &slot.0.to_be_bytes())
}

/// A wake: ordered by time, not by chat.
#[must_use]
pub fn wake(at_ms: u64, chat: ChatNo, feature: &str, name: &str) -> Vec<u8> {
    let key = with(with(Kind::Wake.all(), &at_ms.to_be_bytes()), &chat.0.to_be_bytes());
    with(with(with(key, feature.as_bytes()), &[0]), name.as_bytes())
}

/// The parts of a key made by [`wake`].
#[must_use]
pub fn wake_of(key: &[u8]) -> Option<(u64, ChatNo, String, String)> {
    let rest = key.get(17..)?;
    let cut = rest.iter().position(|it| *it == 0)?;
    let feature = String::from_utf8(rest.get(..cut)?.to_vec()).ok()?;
    let name = String::from_utf8(rest.get(cut + 1..)?.to_vec()).ok()?;
    Some((number(key.get(1..9))?, ChatNo(number(key.get(9..17))?), feature, name))
}

/// The row and the bit of an update id.
#[must_use]
pub fn done(update: u64) -> (Vec<u8>, u16) {
    let bit = u16::try_from(update % 1024).unwrap_or(0);
    (with(Kind::Done.all(), &(update / 1024).to_be_bytes()), bit)
}

/// When that row was begun.
#[must_use]
pub fn done_since(block: u64) -> Vec<u8> {
    with(Kind::DoneSince.all(), &block.to_be_bytes())
}

/// The block number in a key of [`Kind::Done`] or [`Kind::DoneSince`].
#[must_use]
pub fn block_of(key: &[u8]) -> Option<u64> {
    number(key.get(1..9))
}

/// Crashes charged to (event, feature).
#[must_use]
pub fn charge(event: u64, feature: &str) -> Vec<u8> {
    with(with(Kind::Charge.all(), &event.to_be_bytes()), feature.as_bytes())
}

/// The parts of a key made by [`charge`] or [`quarantine`].
#[must_use]
pub fn event_and_feature(key: &[u8]) -> Option<(u64, String)> {
    Some((number(key.get(1..9))?, feature_of(key).to_owned()))
}

/// (Event, feature) in quarantine.
#[must_use]
pub fn quarantine(event: u64, feature: &str) -> Vec<u8> {
    with(with(Kind::Quarantine.all(), &event.to_be_bytes()), feature.as_bytes())
}

/// A pause of one chat, or of the token (0).
#[must_use]
pub fn pause(chat: i64) -> Vec<u8> {
    with(Kind::Pause.all(), &chat.to_be_bytes())
}

/// The chat of a key made by [`pause`].
#[must_use]
pub fn pause_of(key: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(key.get(1..9)?.try_into().ok()?))
}

/// A row that is held back, by the key that it has otherwise.
#[must_use]
pub fn held(key: &[u8]) -> Vec<u8> {
    with(Kind::Held.all(), key)
}

/// The key that a held row has otherwise.
#[must_use]
pub fn held_of(key: &[u8]) -> Option<&[u8]> {
    key.strip_prefix(&[Kind::Held as u8])
}

/// A row of the ledger, by [`Entry::key`], or what the keys of some begin with.
#[must_use]
pub fn usage(entry: &[u8]) -> Vec<u8> {
    with(Kind::Usage.all(), entry)
}

/// What a row of the ledger is about.
#[must_use]
pub fn usage_of(key: &[u8]) -> Option<Entry> {
    Entry::of_key(key.strip_prefix(&[Kind::Usage as u8])?)
}

/// A counter of what is spent, by the name that the purse gives it.
#[must_use]
pub fn spent(name: &str) -> Vec<u8> {
    with(Kind::Spent.all(), name.as_bytes())
}

/// The name of the counter in a key made by [`spent`].
#[must_use]
pub fn spent_of(key: &[u8]) -> Option<&str> {
    std::str::from_utf8(key.strip_prefix(&[Kind::Spent as u8])?).ok()
}

/// What a kind is called where people read of it.
#[must_use]
pub const fn kind_name(byte: u8) -> &'static str {
    match byte {
        b'i' => "ids",
        b'c' => "cells",
        b'r' => "rows",
        b'q' => "events",
        b'o' => "debts",
        b's' => "slots",
        b't' => "wakes",
        b'd' | b'e' => "done",
        b'x' => "charges",
        b'z' => "quarantine",
        b'p' => "pauses",
        b'h' => "held",
        b'u' => "usage",
        b'b' => "spent",
        b'm' => "single",
        0 => "own",
        _ => "unknown",
    }
}

/// A single thing.
#[must_use]
pub fn meta(name: &str) -> Vec<u8> {
    with(Kind::Meta.all(), name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_as_they_were_written() {
        assert_eq!(id_of(&id(ChatId(-1_001_234_567_890))), Some(ChatId(-1_001_234_567_890)));
        assert_eq!(chat_and_seq(&queued(ChatNo(7), 9)), Some((ChatNo(7), 9)));
        assert_eq!(feature_of(&cell(ChatNo(7), "membership")), "membership");
        assert_eq!(row_name(&row(ChatNo(7), "membership", "mute/\0ю")), Some("mute/\0ю"));
        assert_eq!(
            wake_of(&wake(5, ChatNo(7), "membership", "notice/8")),
            Some((5, ChatNo(7), "membership".into(), "notice/8".into()))
        );
        assert_eq!(event_and_feature(&charge(901, "drill")), Some((901, "drill".into())));
        assert_eq!(pause_of(&pause(-5)), Some(-5));
    }

    #[test]
    fn events_of_one_chat_are_in_order_and_apart_from_others() {
        assert!(queued(ChatNo(7), 255) < queued(ChatNo(7), 256));
        assert!(queued(ChatNo(7), u64::MAX) < queued(ChatNo(8), 0));
        assert!(!queued(ChatNo(70), 1).starts_with(&Kind::Queued.of(ChatNo(7))));
    }

    #[test]
    fn an_update_has_its_own_bit() {
        assert_eq!(done(1023).1, 1023);
        assert_eq!(done(1024).1, 0);
        assert_ne!(done(1023).0, done(1024).0);
    }
}
