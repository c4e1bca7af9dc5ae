//! Restoring a backup into an empty folder: read and checked first, written beside, then put into its place.

use super::error::{RestoreError, disk};
use super::format::Tag;
use super::manifest::Manifest;
use super::nest::Nest;
use super::parts;
use super::read::{Damage, Part, read};
use super::verify::{known, verify};
use crate::config;
use crate::domain::types::Moment;
use crate::store::engine::Write;
use crate::store::frame;
use crate::store::rows::Queued;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How a restore is done.
pub struct RestoreWays<'a> {
    /// Save what can be saved of a damaged backup.
    pub salvage: bool,
    /// Now.
    pub now: Moment,
    /// For how long finished updates are remembered, in ms.
    pub done_memory_ms: u64,
    /// Which alarm clocks (feature, key) have what is known compared with the truth: they are set to now.
    pub compares: &'a dyn Fn(&str, &str) -> bool,
    /// What the owners are to hear, as an event for the house's own chat.
    pub word: &'a dyn Fn(&RestoredRow) -> Option<Queued>,
}

/// What the first start after a restore finds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredRow {
    /// The moment that the store was put back to; 0 when that is not known.
    pub backup_at: Moment,
    /// When that was done.
    pub at: Moment,
    /// What was owed then and is held back.
    pub held: u64,
    /// Parts of it could not be read.
    #[serde(default)]
    pub salvaged: bool,
    /// The log has told it.
    #[serde(default)]
    pub told: bool,
}

/// What was restored.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// What it was made from; `None` when that could not be read.
    pub manifest: Option<Manifest>,
    /// Rows that were written, without the store's own.
    pub rows: u64,
    /// What was owed and is held back.
    pub held: u64,
    /// What could not be read.
    pub damage: Vec<Damage>,
}

impl RestoredRow {
    /// Its name among the single rows.
    pub const NAME: &'static str = "restored";
}

/// Restores a backup into the empty folder of these settings.
///
/// # Errors
/// In words; the folder is as it was then.
pub fn restore(settings: &config::Store, from: &Path, ways: &RestoreWays<'_>) -> Result<Restored, RestoreError> {
    let verdict = verify(from)?;
    let damaged = !verdict.damage.is_empty();
    if damaged && !ways.salvage {
        return Err(RestoreError::Damaged { path: from.to_path_buf(), damage: verdict.damage });
    }
    let manifest = verdict.manifest;
    if let Some(format) = manifest.as_ref().map(|it| it.records).filter(|it| *it > frame::FORMAT) {
        let (format, ours) = (u32::from(format), u32::from(frame::FORMAT));
        return Err(RestoreError::Newer { path: from.to_path_buf(), format, ours });
    }
    let counted = manifest.as_ref().map(|it| it.rows.values().map(|it| it.bytes).sum());
    let mut nest = Nest::begin(settings, counted.unwrap_or(verdict.bytes.saturating_mul(8)))?;
    let mut taking = Taking { nest: &mut nest, rows: 0, files: Vec::new(), trouble: None };
    let found = read(from, &mut |part| taking.part(part)).map_err(disk("read", from))?;
    let Taking { rows, files, trouble, .. } = taking;
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    known(from, &found)?;
    if !nest.adds_up()? && !damaged {
        return Err(RestoreError::Write("they do not add up to what the backup says".into()));
    }
    let rested = nest.let_rest(ways)?;
    let row = RestoredRow {
        backup_at: manifest.as_ref().map(|it| it.at).unwrap_or_default(),
        at: ways.now,
        held: rested.held,
        salvaged: damaged,
        told: false,
    };
    nest.note(&row, rested, ways)?;
    let group = manifest.as_ref().map_or(0, |it| it.group);
    nest.settle(&files, manifest.as_ref().map_or("", |it| &it.program), group)?;
    Ok(Restored { manifest, rows, held: rested.held, damage: verdict.damage })
}

struct Taking<'a> {
    nest: &'a mut Nest,
    rows: u64,
    files: Vec<(String, Vec<u8>)>,
    trouble: Option<RestoreError>,
}

impl Taking<'_> {
    fn part(&mut self, part: &Part<'_>) -> Result<(), String> {
        match part.tag {
            Tag::Rows | Tag::Changes => {
                let rows = parts::rows(part.plain).ok_or("its rows cannot be told apart")?;
                self.take(rows);
            }
            Tag::File => {
                let (name, bytes) = parts::read_file(part.plain).ok_or("it has no name")?;
                self.files.push((name.to_owned(), bytes.to_vec()));
            }
            Tag::Manifest => {}
        }
        Ok(())
    }

    /// Rows that are not what was written are left out: that happens only when a damaged backup is salvaged.
    fn take(&mut self, rows: Vec<Write>) {
        let whole = |it: &Write| {
            let bytes = it.value.as_deref();
            bytes.is_none_or(|bytes| frame::is_bare(bytes) || frame::unpack(&it.key, bytes).is_ok())
        };
        let rows: Vec<_> = rows.into_iter().filter(whole).collect();
        self.rows += rows.iter().filter(|it| it.value.is_some() && it.key.first() != Some(&0)).count() as u64;
        if self.trouble.is_none() {
            self.trouble = self.nest.put(rows).err();
        }
    }
}
