//! What is in a part: rows and changes one after the other, packed.

use super::format::PART_MAX;
use crate::store::engine::Write;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{Read, Write as _};

/// In place of a value's length: the key is deleted.
const GONE: u32 = u32::MAX;

/// Adds a row or a change: the key's length, the value's, both.
pub(super) fn add(part: &mut Vec<u8>, key: &[u8], value: Option<&[u8]>) {
    // The store refuses longer keys and values than these numbers can say.
    let length = |it: &[u8]| u32::try_from(it.len()).unwrap_or(GONE - 1);
    part.extend_from_slice(&length(key).to_le_bytes());
    part.extend_from_slice(&value.map_or(GONE, length).to_le_bytes());
    part.extend_from_slice(key);
    part.extend_from_slice(value.unwrap_or_default());
}

/// Reads what was added; `None` when these bytes are nothing of the kind.
pub(super) fn rows(mut part: &[u8]) -> Option<Vec<Write>> {
    let mut writes = Vec::new();
    while !part.is_empty() {
        let (head, rest) = part.split_at_checked(8)?;
        let number = |at: usize| head[at..].first_chunk::<4>().map(|it| u32::from_le_bytes(*it));
        let (key, value) = (number(0)?, number(4)?);
        let (key, rest) = rest.split_at_checked(usize::try_from(key).ok()?)?;
        let kept = if value == GONE { 0 } else { usize::try_from(value).ok()? };
        let (kept, rest) = rest.split_at_checked(kept)?;
        writes.push(Write { key: key.to_vec(), value: (value != GONE).then(|| kept.to_vec()), fresh: false });
        part = rest;
    }
    Some(writes)
}

/// The content of a part that is a file of the store's folder.
pub(super) fn file(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut part = Vec::with_capacity(name.len() + bytes.len() + 1);
    part.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    part.extend_from_slice(&name.as_bytes()[..name.len().min(usize::from(u8::MAX))]);
    part.extend_from_slice(bytes);
    part
}

/// Name and content of such a file.
pub(super) fn read_file(part: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = part.split_first()?;
    let (name, bytes) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(name).ok()?, bytes))
}

/// Packs. Rows are short JSON with the same names again and again: the fastest level already takes most of it.
pub(super) fn pack(plain: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    let packed = packer.write_all(plain).and_then(|()| packer.finish());
    packed.unwrap_or_default() // memory does not fail
}

/// Unpacks to exactly so many bytes, or says that it cannot be done.
pub(super) fn unpack(packed: &[u8], plain: u32) -> Option<Vec<u8>> {
    let limit = u64::from(plain.min(PART_MAX)) + 1;
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed).take(limit).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == u64::from(plain)).then_some(bytes)
}
