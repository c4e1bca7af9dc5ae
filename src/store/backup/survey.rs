//! A look at every row of a store, without writing anything down.

use super::create::Progress;
use super::error::BackupError;
use super::source::Source;
use super::tally::Tally;
use std::sync::atomic::Ordering;

/// Rows looked at at once.
const ROWS: usize = 256;

/// Reads everything, with what is written meanwhile: what there is, and that it adds up.
///
/// # Errors
/// In words: the store is damaged, or could not be read.
pub fn survey(source: &mut dyn Source, progress: &Progress) -> Result<Tally, BackupError> {
    let mut tally = Tally::default();
    let mut after: Option<Vec<u8>> = None;
    loop {
        if progress.cancelled.load(Ordering::Relaxed) {
            return Err(BackupError::GivenUp("the house stops, or it took too long"));
        }
        let rows = source.rows(after.as_deref(), ROWS)?;
        for (key, bytes) in &rows {
            tally.put(key, Some(bytes)).map_err(BackupError::Damaged)?;
        }
        for change in source.changes()? {
            tally.put(&change.key, change.value.as_deref()).map_err(BackupError::Damaged)?;
        }
        progress.rows.fetch_add(rows.len() as u64, Ordering::Relaxed);
        match rows.into_iter().next_back() {
            Some((last, _)) => after = Some(last),
            None => break,
        }
    }
    for change in source.end()? {
        tally.put(&change.key, change.value.as_deref()).map_err(BackupError::Damaged)?;
    }
    if tally.adds_up() {
        return Ok(tally);
    }
    Err(BackupError::Damaged("rows are missing or older than they should be".into()))
}
