//! Reads sled's log without sled, for when sled does not: message by message, each with its own checksum.
//!
//! The format is that of sled 0.34.7, to which we are pinned: segments with a short head; messages of a checksum, a
//! kind, three numbers (length, segment, page) and a body; pages that are told whole (a node) or by a change (a link).

use super::engine::Pair;
use super::sled_engine::SEGMENT_BYTES;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::Path;

/// Bytes of a segment's head.
const HEAD: usize = 20;
const FREE: u8 = 4;
const NODE: u8 = 8;
const NODE_BESIDE: u8 = 9;
const LINK: u8 = 10;
const LINK_BESIDE: u8 = 11;

/// A message that is what was written.
struct Message<'a> {
    /// Its place in the order of writing.
    place: u64,
    page: u64,
    kind: u8,
    body: &'a [u8],
}

/// What was last told of a page: its keys' common beginning, and the rest of each with where that was told.
#[derive(Default)]
struct Page {
    prefix: Vec<u8>,
    rows: BTreeMap<Vec<u8>, (u64, Vec<u8>)>,
}

/// Every row as it was told last, as far as that can be read. Rows of pages that have been given up may be among
/// them, and the caller knows by the rows' own checksums which are true.
pub(super) fn rows(folder: &Path) -> io::Result<Vec<Pair>> {
    let log = fs::read(folder.join("db"))?;
    let mut messages = messages(&log);
    messages.sort_by_key(|it| it.place);
    let mut pages = HashMap::<u64, Page>::new();
    for message in messages {
        take(&mut pages, &message, folder);
    }
    let mut newest = BTreeMap::<Vec<u8>, (u64, Vec<u8>)>::new();
    for Page { prefix, rows } in pages.into_values() {
        for (rest, (place, value)) in rows {
            let key = [&prefix[..], &rest[..]].concat();
            if newest.get(&key).is_none_or(|it| it.0 < place) {
                newest.insert(key, (place, value));
            }
        }
    }
    Ok(newest.into_iter().map(|(key, (_, value))| (key, value)).collect())
}

fn messages(log: &[u8]) -> Vec<Message<'_>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < log.len() {
        if at % SEGMENT_BYTES < HEAD {
            at += HEAD - at % SEGMENT_BYTES;
        } else if let Some((message, length)) = message(log, at) {
            found.push(message);
            at += length;
        } else {
            at += 1;
        }
    }
    found
}

/// The message that begins here, with its length.
fn message(log: &[u8], at: usize) -> Option<(Message<'_>, usize)> {
    let end = (at - at % SEGMENT_BYTES + SEGMENT_BYTES).min(log.len());
    let whole = log.get(at..end)?;
    let (sum, rest) = whole.split_first_chunk::<4>()?;
    let (kind, mut rest) = rest.split_first()?;
    if !(1..=LINK_BESIDE).contains(kind) {
        return None;
    }
    let (length, segment, page) = (number(&mut rest)?, number(&mut rest)?, number(&mut rest)?);
    let head = whole.len() - rest.len();
    let body = rest.get(..usize::try_from(length).ok()?)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(body);
    hasher.update(&whole[4..head]);
    if hasher.finalize() ^ u32::MAX != u32::from_le_bytes(*sum) {
        return None;
    }
    let place = segment.checked_mul(SEGMENT_BYTES as u64)?.checked_add((at % SEGMENT_BYTES) as u64)?;
    Some((Message { place, page, kind: *kind, body }, head + body.len()))
}

fn take(pages: &mut HashMap<u64, Page>, message: &Message<'_>, folder: &Path) {
    let Message { place, page, kind, body } = *message;
    match kind {
        FREE => drop(pages.remove(&page)),
        NODE => drop(node(body, place).map(|it| pages.insert(page, it))),
        NODE_BESIDE => {
            let beside = beside(folder, body);
            drop(beside.and_then(|it| node(&it, place)).map(|it| pages.insert(page, it)));
        }
        LINK => drop(link(pages.entry(page).or_default(), body, place)),
        LINK_BESIDE => drop(beside(folder, body).and_then(|it| link(pages.entry(page).or_default(), &it, place))),
        _ => {}
    }
}

/// A body that was too large for the log: its file has a checksum, the kind, the body.
fn beside(folder: &Path, name: &[u8]) -> Option<Vec<u8>> {
    let name = i64::from_le_bytes(*name.first_chunk()?);
    let file = fs::read(folder.join("blobs").join(name.to_string())).ok()?;
    let (sum, rest) = file.split_first_chunk::<4>()?;
    (crc32fast::hash(rest).to_le_bytes() == *sum).then(|| rest[1..].to_vec())
}

/// A page told whole: next page, page that is merged, whether this one is, the prefix's length, both bounds, the
/// kind (0: rows), the number of rows, all keys, all values.
fn node(mut body: &[u8], place: u64) -> Option<Page> {
    let body = &mut body;
    let (_next, _merging) = (number(body)?, number(body)?);
    let (_is_merged, prefix) = (byte(body)?, usize::from(byte(body)?));
    let (low, _high) = (bytes(body)?, bytes(body)?);
    let prefix = low.get(..prefix)?.to_vec();
    if byte(body)? != 0 {
        return Some(Page::default());
    }
    let count = usize::try_from(number(body)?).ok().filter(|it| *it <= body.len())?;
    let keys: Vec<_> = (0..count).map_while(|_| bytes(body)).collect();
    let values = (0..count).map_while(|_| bytes(body));
    let rows = keys.iter().map(|it| it.to_vec()).zip(values.map(|it| (place, it.to_vec()))).collect();
    Some(Page { prefix, rows })
}

/// A change of a page: 0 sets a row, 1 deletes one, all else is about pages.
fn link(page: &mut Page, mut body: &[u8], place: u64) -> Option<()> {
    let body = &mut body;
    match byte(body)? {
        0 => {
            let (key, value) = (bytes(body)?.to_vec(), bytes(body)?.to_vec());
            page.rows.insert(key, (place, value));
        }
        1 => drop(page.rows.remove(bytes(body)?)),
        _ => {}
    }
    Some(())
}

fn byte(from: &mut &[u8]) -> Option<u8> {
    let (first, rest) = from.split_first()?;
    *from = rest;
    Some(*first)
}

fn bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(number(from)?).ok()?;
    let (found, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(found)
}

/// A number in one to nine bytes, the first of which says how many.
fn number(from: &mut &[u8]) -> Option<u64> {
    let first = byte(from)?;
    Some(match first {
        0..=240 => u64::from(first),
        241..=248 => 240 + 256 * (u64::from(first) - 241) + u64::from(byte(from)?),
        249 => 2288 + 256 * u64::from(byte(from)?) + u64::from(byte(from)?),
        _ => {
            let (found, rest) = from.split_at_checked(usize::from(first) - 247)?;
            *from = rest;
            let mut whole = [0; 8];
            whole[..found.len()].copy_from_slice(found);
            u64::from_le_bytes(whole)
        }
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::engine::{Engine, Write};
    use super::super::sled_engine::Sled;
    use super::*;

    #[test]
    fn a_whole_log_gives_what_sled_gives() {
        let folder = tempfile::tempdir().unwrap();
        let sled = Sled::open(folder.path(), 1 << 20).unwrap();
        for turn in 0..60_u32 {
            let row = |n: u32| {
                let key = format!("row/{}/{:03}", n % 3, (n * 7 + turn * 13) % 400).into_bytes();
                let value = vec![u8::try_from(turn).unwrap(); if n == 0 { 70_000 } else { 300 }];
                Write { key, value: (!(n + turn).is_multiple_of(5)).then_some(value), fresh: false }
            };
            sled.apply((0..30).map(row).collect()).unwrap();
        }
        sled.sync().unwrap();
        let theirs = sled.scan(b"", None, usize::MAX).unwrap();
        drop(sled);
        let ours: BTreeMap<_, _> = rows(folder.path()).unwrap().into_iter().collect();
        assert!(theirs.len() > 100, "{}", theirs.len());
        for (key, value) in &theirs {
            assert!(ours.get(key) == Some(value), "{}", String::from_utf8_lossy(key));
        }
    }
}
