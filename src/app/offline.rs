//! The operator's questions about a store that no house has open, answered as a house would.

use crate::actors::backup::order;
use crate::config::Loaded;
use crate::domain::offices;
use crate::domain::purse::usage::{By, Line};
use crate::domain::types::{ChatId, ChatNo};
use crate::protocol::backup::{Job, Phase};
use crate::protocol::control::{InboxRow, PendingRow, PendingState, Request, Response};
use crate::protocol::listing;
use crate::store::backup::{HeldWhat, Tally, Why, held_of};
use crate::store::keys::{self, Kind};
use crate::store::offline::{Offline, OfflineError, look};
use crate::store::rows::{self, Debt, DebtState, Quarantined, Queued};
use crate::store::{Batch, StoreError, boot};
use std::collections::HashMap;
use std::path::PathBuf;

/// What cannot be said without opening the store.
const DECODE: &str = "decode";

/// Answers; `None` when only a running house can.
///
/// # Errors
/// When there is no store, another process has it, or it cannot be used; nothing was changed then.
#[must_use]
pub fn answer(loaded: &Loaded, request: &Request) -> Option<Result<Response, OfflineError>> {
    let open = || Offline::open(&loaded.settings.store);
    Some(match request {
        Request::InboxList => open().and_then(|it| Ok(Response::Inbox(inbox(&it, None)?))),
        Request::InboxShow { id } => open().and_then(|it| {
            Ok(match inbox(&it, Some(*id))? {
                rows if rows.is_empty() => Response::NotFound,
                rows => Response::InboxItem(rows),
            })
        }),
        Request::InboxRelease { id } => open().and_then(|it| release(loaded, it, *id)),
        Request::InboxDrop { id } => open().and_then(|it| drop_update(it, *id)),
        Request::PendingList => open().and_then(|it| Ok(Response::Pending(pending(&it)?))),
        Request::PendingResend { id } => open().and_then(|it| settle(it, id, true)),
        Request::PendingDrop { id } => open().and_then(|it| settle(it, id, false)),
        Request::BackupCreate { to } => back_up(loaded, to.clone()),
        Request::StoreLook => look_through(loaded),
        Request::Usage { by, since } => open().and_then(|it| Ok(Response::Usage(usage(&it, *by, *since)?))),
        Request::Tree | Request::Status | Request::Job { .. } | Request::Guard { .. } => return None,
    })
}

/// Which chat each number is of.
fn chats(store: &Offline) -> Result<HashMap<ChatNo, ChatId>, StoreError> {
    let mut chats = HashMap::new();
    for (_, record) in store.all(&Kind::Id.all())? {
        if let Ok(number) = rows::read::<rows::Number>(&record.value) {
            chats.entry(ChatNo(number.no)).or_insert(number.now);
        }
    }
    Ok(chats)
}

type Charged = (u64, String, Quarantined);

fn quarantined(store: &Offline) -> Result<Vec<Charged>, StoreError> {
    let all = store.all(&Kind::Quarantine.all())?;
    let row = |(key, record): &crate::store::Row| {
        let (event, feature) = keys::event_and_feature(key)?;
        Some((event, feature, rows::read(&record.value).ok()?))
    };
    Ok(all.iter().filter_map(row).collect())
}

fn inbox(store: &Offline, only: Option<u64>) -> Result<Vec<InboxRow>, StoreError> {
    let wanted = quarantined(store)?.into_iter().filter(|it| only.is_none_or(|only| only == it.0));
    let chats = chats(store)?;
    let row = |(id, feature, row): Charged| {
        let chat = chats.get(&ChatNo(row.chat)).copied();
        listing::inbox_row(id, feature, row, chat, only.is_some())
    };
    Ok(wanted.map(row).collect())
}

fn usage(store: &Offline, by: By, since: u32) -> Result<Vec<Line>, StoreError> {
    let chats = chats(store)?;
    let all = store.all(&Kind::Usage.all())?;
    let rows = all.iter().filter_map(|(key, record)| listing::usage_row(key, &record.value));
    Ok(listing::usage(rows, by, since, |no| chats.get(&no).copied()))
}

/// Puts an update back into its chat's queue; it is decided at the next start.
fn release(loaded: &Loaded, mut store: Offline, id: u64) -> Result<Response, OfflineError> {
    let rows: Vec<_> = quarantined(&store)?.into_iter().filter(|it| it.0 == id).collect();
    if rows.is_empty() {
        return Ok(Response::NotFound);
    }
    if rows.iter().any(|it| it.1 == DECODE) {
        let why = format!("update {id} must be decoded again: start the house, then: majordomo inbox release {id}");
        return Ok(Response::Refused(why));
    }
    let mut batch = Batch::default();
    let first = fresh_numbers(&store, &mut batch)?;
    let features = offices::features(&loaded.settings.features);
    let names: Vec<_> = features.iter().map(|it| it.name()).collect();
    for (seq, (_, feature, row)) in (first..).zip(rows) {
        let decided = names.iter().filter(|it| **it != feature).map(|it| (*it).to_owned()).collect();
        let queued = Queued { raw: row.raw, own: row.own, decided, released: true, at: None };
        batch.delete(keys::quarantine(id, &feature)).delete(keys::charge(id, &feature));
        batch.put(keys::queued(ChatNo(row.chat), seq), rows::write(&queued));
    }
    store.commit(&batch)?;
    Ok(Response::Done(format!("update {id} is given to its chat again at the next start")))
}

fn drop_update(mut store: Offline, id: u64) -> Result<Response, OfflineError> {
    let rows: Vec<_> = quarantined(&store)?.into_iter().filter(|it| it.0 == id).collect();
    if rows.is_empty() {
        return Ok(Response::NotFound);
    }
    let mut batch = Batch::default();
    for (_, feature, _) in rows {
        batch.delete(keys::quarantine(id, &feature));
    }
    store.commit(&batch)?;
    Ok(Response::Done(format!("update {id} was deleted from the quarantine")))
}

/// The first of the numbers of a boot of our own.
fn fresh_numbers(store: &Offline, batch: &mut Batch) -> Result<u64, StoreError> {
    let key = boot::key();
    let kept = store.all(&key)?.into_iter().find(|it| it.0 == key);
    let boot = boot::read(kept.as_ref().map(|it| &*it.1.value)) + 1;
    batch.put(key, boot::write(boot));
    Ok(boot::first_of(boot))
}

fn pending(store: &Offline) -> Result<Vec<PendingRow>, StoreError> {
    let (chats, mut all) = (chats(store)?, Vec::new());
    for (key, record) in store.all(&Kind::Owed.all())? {
        let (Some((no, seq)), Ok(debt)) = (keys::chat_and_seq(&key), rows::read::<Debt>(&record.value)) else {
            continue;
        };
        let sending = debt.state == DebtState::Sending;
        let mut row = listing::pending_row(listing::debt_id(no, seq), debt, 0, chats.get(&no).copied());
        if sending {
            row.state = PendingState::Unknown;
            row.why = "the process ended while it was on its way".into();
        }
        all.push(row);
    }
    for (key, record) in store.all(&Kind::Held.all())? {
        if let Some(held) = held_of(&key, &record.value) {
            let chat = listing::chat_of(&held).and_then(|no| chats.get(&no).copied());
            all.push(listing::held_row(held, chat));
        }
    }
    Ok(all)
}

fn settle(mut store: Offline, id: &str, resend: bool) -> Result<Response, OfflineError> {
    let mut batch = Batch::default();
    let what = if resend { "goes on at the next start" } else { "was dropped" };
    if let Some((no, seq)) = listing::debt_of(id) {
        let key = keys::owed(no, seq);
        let Some((_, record)) = store.all(&key)?.into_iter().find(|it| it.0 == key) else {
            return Ok(Response::NotFound);
        };
        match rows::read::<Debt>(&record.value) {
            Ok(debt) if resend => drop(batch.put(key, rows::write(&Debt { state: DebtState::Owed, ..debt }))),
            _ => drop(batch.delete(key)),
        }
    } else {
        let all = store.all(&Kind::Held.all())?;
        let Some(held) = all.iter().filter_map(|it| held_of(&it.0, &it.1.value)).find(|it| it.id == id) else {
            return Ok(Response::NotFound);
        };
        batch.delete(keys::held(&held.key));
        match held.what {
            _ if !resend => {}
            HeldWhat::Debt(debt) => drop(batch.put(held.key, rows::write(&Debt { state: DebtState::Owed, ..*debt }))),
            HeldWhat::Event(event) => drop(batch.put(held.key, rows::write(&event))),
        }
    }
    store.commit(&batch)?;
    Ok(Response::Done(format!("{id} {what}")))
}

fn back_up(loaded: &Loaded, to: Option<PathBuf>) -> Result<Response, OfflineError> {
    let settings = &loaded.settings;
    let store = Offline::open_as_is(&settings.store)?;
    let folder = settings.backup.folder(&settings.store);
    crate::store::backup::sweep(&folder);
    let order = order(settings, &folder, to, Why::Manual, store.bytes());
    Ok(Response::Job(match store.back_up(&order) {
        Ok(made) => Job {
            phase: Phase::Done,
            rows: made.manifest.row_count(),
            bytes: made.bytes,
            path: Some(made.path),
            kinds: made.manifest.rows.clone(),
            manifest: Some(made.manifest),
            ..Job::default()
        },
        Err(error) => Job { phase: Phase::Failed, why: Some(error.to_string()), ..Job::default() },
    }))
}

/// Looks at every row of a copy, so that the store itself stays as it is; where there is no room for one, at the
/// store.
fn look_through(loaded: &Loaded) -> Result<Response, OfflineError> {
    let settings = &loaded.settings.store;
    let tally = match look(settings, u64::MAX)? {
        Some(tally) => tally,
        None => Offline::open(settings)?.tally()?,
    };
    Ok(Response::Job(looked(&tally)))
}

fn looked(tally: &Tally) -> Job {
    let kinds = tally.kinds();
    let rows = kinds.values().map(|it| it.rows).sum();
    Job { phase: Phase::Done, rows, kinds, ..Job::default() }
}
