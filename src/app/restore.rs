//! Putting back the state of an earlier moment, and what the first start after that says.

use crate::clock;
use crate::config::Settings;
use crate::domain::offices;
use crate::domain::types::Moment;
use crate::store::backup::{RestoreError, RestoreWays, Restored, RestoredRow, import, restore};
use crate::store::rows::{self, Queued};
use crate::store::{Batch, Handle, Store, StoreError, keys};
use crate::telemetry::{Line, events};
use std::path::Path;

/// What a store is made of anew.
#[derive(Clone, Copy, Debug)]
pub enum From<'a> {
    /// A backup; what can be saved of a damaged one, if that is wanted.
    Backup(&'a Path, bool),
    /// An export as text.
    Export(&'a Path),
}

/// Makes a store in the empty folder of these settings.
///
/// # Errors
/// In words; the folder is as it was then.
pub fn restore_from(settings: &Settings, from: From<'_>) -> Result<Restored, RestoreError> {
    let features = offices::features(&settings.features);
    let compares = |name: &str, key: &str| features.iter().any(|it| it.name() == name && it.compares(key));
    let word = |row: &RestoredRow| Some(Queued::of_own(offices::restored(row.backup_at, row.at, row.held)));
    let ways = RestoreWays {
        salvage: matches!(from, From::Backup(_, true)),
        now: clock::now(),
        done_memory_ms: settings.runtime.done_memory_h * 3_600_000,
        compares: &compares,
        word: &word,
    };
    match from {
        From::Backup(path, _) => restore(&settings.store, path, &ways),
        From::Export(path) => import(&settings.store, path, &ways),
    }
}

/// Says once in the log that the store was restored, and how much is held. Answers when that was.
pub(super) async fn tell(store: &Handle) -> Result<Option<Moment>, StoreError> {
    let name = keys::meta(RestoredRow::NAME);
    let Some(record) = store.get(name.clone()).await? else { return Ok(None) };
    let Ok(row) = rows::read::<RestoredRow>(&record.value) else { return Ok(None) };
    if row.told {
        return Ok(Some(row.at));
    }
    Line::new(&events::STORE_RESTORED)
        .actor("store")
        .reason(if row.salvaged { "a damaged backup was restored, with gaps" } else { "a backup was restored" })
        .field("backup_at", shown(row.backup_at))
        .field("lost_s", row.at.since_ms(row.backup_at) / 1_000)
        .field("held", row.held)
        .emit();
    let mut batch = Batch::default();
    batch.put(name, rows::write(&RestoredRow { told: true, ..row.clone() }));
    store.commit(batch).await?;
    Ok(Some(row.at))
}

fn shown(at: Moment) -> String {
    let at = i64::try_from(at.0).ok().and_then(|it| jiff::Timestamp::from_millisecond(it).ok());
    at.map_or_else(|| "unknown".into(), |it| format!("{it:.0}"))
}
