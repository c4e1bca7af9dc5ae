//! A store as text: a line of JSON for each row, to be read by people and programs, and read back.

use super::error::{RestoreError, disk};
use super::format::Tag;
use super::nest::Nest;
use super::parts;
use super::read::{Part, read};
use super::restore::{RestoreWays, Restored, RestoredRow};
use super::verify::verify;
use crate::config;
use crate::domain::types::Moment;
use crate::store::engine::Write as Change;
use crate::store::group::{KEY_MAX, VALUE_MAX};
use crate::store::{frame, keys, own};
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

/// The first line.
#[derive(Serialize, Deserialize)]
struct First {
    /// What this is: [`EXPORT`].
    majordomo: String,
    /// The version that wrote it.
    program: String,
    /// The format of the records.
    records: u8,
    /// When the store was so.
    at: Moment,
    /// Its last group of writes.
    group: u64,
}

/// One row.
#[derive(Serialize, Deserialize)]
struct Line {
    /// The kind of row, for readers.
    kind: String,
    /// The key as it is in the store, in hexadecimal.
    key: String,
    /// Its revision.
    revision: u64,
    /// The value, where it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
    /// The value in base64, where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

const EXPORT: &str = "export";

/// Writes a whole backup as text. Answers how many rows, without the store's own.
///
/// # Errors
/// When the backup is not whole, or the text cannot be written.
pub fn export(from: &Path, to: &mut dyn Write, name: &Path) -> Result<u64, RestoreError> {
    let verdict = verify(from)?;
    let (Some(manifest), true) = (verdict.manifest, verdict.damage.is_empty()) else {
        return Err(RestoreError::Damaged { path: from.to_path_buf(), damage: verdict.damage });
    };
    let (program, records) = (manifest.program, manifest.records);
    let first = First { majordomo: EXPORT.into(), program, records, at: manifest.at, group: manifest.group };
    line(to, &first).map_err(disk("write", name))?;
    let changes = changed(from)?;
    let mut rows = 0;
    let mut failed = None;
    let mut tell = |key: &[u8], bytes: &[u8]| {
        rows += u64::from(key.first() != Some(&0));
        if let (None, true) = (&failed, key != own::LEDGER) {
            failed = row(key, bytes).and_then(|it| line(to, &it)).err();
        }
    };
    each(from, Tag::Rows, &mut |it| match it.value {
        Some(bytes) if !changes.contains_key(&it.key) => tell(&it.key, &bytes),
        _ => {}
    })?;
    changes.iter().filter_map(|(key, bytes)| Some((key, bytes.as_ref()?))).for_each(|(key, bytes)| tell(key, bytes));
    failed.map_or(Ok(rows), |it| Err(disk("write", name)(it).into()))
}

/// Makes a store of such a text, in an empty folder. What was owed rests, as after a restore.
///
/// # Errors
/// In words, with the line; the folder is as it was then.
pub fn import(settings: &config::Store, from: &Path, ways: &RestoreWays<'_>) -> Result<Restored, RestoreError> {
    let file = File::open(from).map_err(disk("read", from))?;
    let bytes = file.metadata().map_or(0, |it| it.len());
    let mut lines = BufReader::new(file).lines().enumerate().map(|(n, it)| (n + 1, it));
    let wrong = |line: usize, why: String| RestoreError::Line { path: from.to_path_buf(), line, why };
    let first = match lines.next() {
        Some((_, first)) => first.map_err(disk("read", from))?,
        None => return Err(wrong(1, "the file is empty".into())),
    };
    let first: First = serde_json::from_str(&first).map_err(|it| wrong(1, format!("no export of majordomo: {it}")))?;
    if first.majordomo != EXPORT {
        return Err(wrong(1, "no export of majordomo".into()));
    }
    if first.records > frame::FORMAT {
        let (format, ours) = (u32::from(first.records), u32::from(frame::FORMAT));
        return Err(RestoreError::Newer { path: from.to_path_buf(), format, ours });
    }
    let mut nest = Nest::begin(settings, bytes)?;
    let mut rows = 0;
    for (n, text) in lines {
        let text = text.map_err(disk("read", from))?;
        if text.trim().is_empty() {
            continue;
        }
        let change = change(&text).map_err(|why| wrong(n, why))?;
        rows += u64::from(change.key.first() != Some(&0));
        nest.put(vec![change])?;
    }
    let rested = nest.let_rest(ways)?;
    let row = RestoredRow { backup_at: first.at, at: ways.now, held: rested.held, ..RestoredRow::default() };
    nest.note(&row, rested, ways)?;
    nest.settle(&[], &first.program, first.group)?;
    Ok(Restored { manifest: None, rows, held: rested.held, damage: Vec::new() })
}

/// What was written while the rows were read: the last word on each key.
fn changed(from: &Path) -> Result<BTreeMap<Vec<u8>, Option<Vec<u8>>>, RestoreError> {
    let mut changes = BTreeMap::new();
    each(from, Tag::Changes, &mut |it| drop(changes.insert(it.key, it.value)))?;
    Ok(changes)
}

fn each(from: &Path, tag: Tag, tell: &mut dyn FnMut(Change)) -> Result<(), RestoreError> {
    let mut part = |part: &Part<'_>| {
        if part.tag == tag {
            parts::rows(part.plain).into_iter().flatten().for_each(&mut *tell);
        }
        Ok(())
    };
    Ok(read(from, &mut part).map(drop).map_err(disk("read", from))?)
}

fn row(key: &[u8], bytes: &[u8]) -> std::io::Result<Line> {
    let invalid = |it| std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{it}"));
    let (revision, value) = if frame::is_bare(bytes) {
        (1, bytes.to_vec())
    } else {
        let record = frame::unpack(key, bytes).map_err(invalid)?;
        (record.revision, record.value)
    };
    let text = String::from_utf8(value.clone()).ok().filter(|it| !it.contains('\n'));
    let json = text.and_then(|it| RawValue::from_string(it).ok());
    let kind = keys::kind_name(key.first().copied().unwrap_or(0)).to_owned();
    let bytes = json.is_none().then(|| BASE64.encode(&value));
    Ok(Line { kind, key: HEXLOWER.encode(key), revision, value: json, bytes })
}

fn change(text: &str) -> Result<Change, String> {
    let line: Line = serde_json::from_str(text).map_err(|it| it.to_string())?;
    let key = HEXLOWER.decode(line.key.as_bytes()).map_err(|it| format!("key: {it}"))?;
    let value = match (line.value, line.bytes) {
        (Some(value), None) => value.get().as_bytes().to_vec(),
        (None, Some(bytes)) => BASE64.decode(bytes.as_bytes()).map_err(|it| format!("bytes: {it}"))?,
        _ => return Err("expected either value or bytes".into()),
    };
    if key.is_empty() || key.len() > KEY_MAX || value.len() > VALUE_MAX || key == own::LEDGER {
        return Err("a key or value that the store does not take".into());
    }
    let value = Some(frame::pack(&key, line.revision.max(1), &value));
    Ok(Change { key, value, fresh: false })
}

fn line<T: Serialize>(to: &mut dyn Write, value: &T) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    to.write_all(&text)
}
