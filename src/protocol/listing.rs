//! Rows of the store as the operator sees them, whether a house runs or not.

use super::control::{InboxRow, PendingRow, PendingState};
use crate::domain::purse::usage::{self, By, Line};
use crate::domain::purse::{Entry, Used};
use crate::domain::types::{ChatId, ChatNo};
use crate::store::backup::{Held, HeldWhat};
use crate::store::keys;
use crate::store::rows::{self, Debt, DebtState, Quarantined, Queued};

/// An update in quarantine; whole or without what Telegram delivered.
#[must_use]
pub fn inbox_row(update: u64, feature: String, row: Quarantined, chat: Option<ChatId>, whole: bool) -> InboxRow {
    let own = row.own.as_ref().and_then(|it| serde_json::to_string(it).ok());
    InboxRow {
        update,
        feature,
        chat: chat.map_or(0, |it| it.0),
        kind: row.kind,
        crashes: row.crashes,
        cause: row.cause,
        at: row.at.0,
        payload: row.raw.or(own).filter(|_| whole),
    }
}

/// Lines of the ledger that one answer has at most; the dearest.
const LEDGER_LINES: usize = 10_000;

/// A row of the ledger, if it is one.
#[must_use]
pub fn usage_row(key: &[u8], row: &[u8]) -> Option<(Entry, Used)> {
    Some((keys::usage_of(key)?, rows::read(row).ok()?))
}

/// The ledger summed up. A chat of which nothing else is known shows our own number.
#[must_use]
pub fn usage(
    rows: impl IntoIterator<Item = (Entry, Used)>,
    by: By,
    since: u32,
    chat: impl Fn(ChatNo) -> Option<ChatId>,
) -> Vec<Line> {
    let name = |no: ChatNo| chat(no).map_or_else(|| format!("no. {}", no.0), |it| it.0.to_string());
    let mut lines = usage::lines(rows, by, since, name);
    lines.truncate(LEDGER_LINES);
    lines
}

/// An effect that is owed; `chat` is where its debtor is.
#[must_use]
pub fn pending_row(id: String, debt: Debt, attempts: u32, chat: Option<ChatId>) -> PendingRow {
    let chat = debt.owed.call.chat().or(chat);
    PendingRow {
        id,
        chat: chat.map(|it| it.0).filter(|it| *it != 0),
        method: debt.owed.call.method().to_owned(),
        state: match debt.state {
            DebtState::Owed => PendingState::Owed,
            DebtState::Sending => PendingState::Sending,
            DebtState::Unknown => PendingState::Unknown,
        },
        since: debt.since.0,
        attempts,
        why: debt.why.unwrap_or_else(|| "waits for its turn".into()),
    }
}

/// The name of a debt.
#[must_use]
pub fn debt_id(chat: ChatNo, seq: u64) -> String {
    format!("{}-{seq}", chat.0)
}

/// The debt of this name.
#[must_use]
pub fn debt_of(id: &str) -> Option<(ChatNo, u64)> {
    let (chat, seq) = id.split_once('-')?;
    Some((ChatNo(chat.parse().ok()?), seq.parse().ok()?))
}

/// The chat of something that is held back.
#[must_use]
pub fn chat_of(held: &Held) -> Option<ChatNo> {
    keys::chat_and_seq(&held.key).map(|it| it.0)
}

/// Something that is held back after a restore.
#[must_use]
pub fn held_row(held: Held, chat: Option<ChatId>) -> PendingRow {
    let since = match &held.what {
        HeldWhat::Debt(debt) => debt.since.0,
        HeldWhat::Event(event) => event.at.or(event.own.as_ref().map(|it| it.at)).unwrap_or_default().0,
    };
    let (method, chat) = match &held.what {
        HeldWhat::Debt(debt) => (debt.owed.call.method().to_owned(), debt.owed.call.chat().or(chat)),
        HeldWhat::Event(event) => (format!("event {}", kind_of(event)), chat),
    };
    PendingRow {
        id: held.id,
        chat: chat.map(|it| it.0).filter(|it| *it != 0),
        method,
        state: PendingState::Held,
        since,
        attempts: 0,
        why: "owed in a backup that was restored; it may have been done since".into(),
    }
}

fn kind_of(event: &Queued) -> String {
    if let Some(own) = &event.own {
        return own.event.name().to_owned();
    }
    let raw: Option<serde_json::Map<String, serde_json::Value>> =
        event.raw.as_deref().and_then(|it| serde_json::from_str(it).ok());
    raw.and_then(|it| it.keys().find(|it| *it != "update_id").cloned()).unwrap_or_else(|| "of Telegram".into())
}
