//! The journal: what was written since the engine behind it was last synced, group after group in one file.
//!
//! Its file is made once and written again from the start, so a sync is one write of data to blocks that
//! exist. Each start of a round has a random number, which every record's checksum covers: what an earlier
//! round left behind a shorter one is never taken for a record. That number stands there twice, since without
//! it no record could be read. Opening changes nothing: what is found may be all that is left.

use super::engine::{EngineError, Write};
use super::sled_engine::io_said;
use crate::clock;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// The round's number and its checksum stand before this, twice.
const FIRST: u64 = 32;
/// Where they stand the second time.
const AGAIN: usize = 16;
/// The file grows by this much, filled with zeros.
const STEP: u64 = 256 << 10;
/// And never beyond this.
const MOST: u64 = 16 << 20;
/// In place of a value's length: the key is deleted.
const GONE: u32 = u32::MAX;

/// The open file.
pub(super) struct Journal {
    file: File,
    /// `None` until it is begun: the file is new, or its beginning cannot be read.
    round: Option<u64>,
    /// Where the next record goes.
    end: u64,
    /// What the file has room for.
    size: u64,
    record: Vec<u8>,
}

impl Journal {
    /// Opens or makes the file. Returns the writes of its whole groups, in their order.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<Write>)> {
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).read(true).write(true).mode(0o600).open(path)?;
        let size = file.metadata()?.len();
        let mut bytes = vec![0; usize::try_from(size.min(MOST)).unwrap_or(0)];
        file.read_exact_at(&mut bytes, 0)?;
        let round = round_of(&bytes);
        let mut journal = Self { file, round, end: FIRST, size: size.min(MOST), record: Vec::new() };
        let mut writes = Vec::new();
        while let Some((more, end)) = round.and_then(|it| read(&bytes, it, journal.end)) {
            writes.extend(more);
            journal.end = end;
        }
        Ok((journal, writes))
    }

    /// The writes of every group that can still be read, in their order, and whether something between them cannot.
    pub(super) fn whole_groups(path: &Path) -> io::Result<(Vec<Write>, bool)> {
        let bytes = std::fs::read(path)?;
        let Some(round) = round_of(&bytes) else { return Ok((Vec::new(), bytes.iter().any(|it| *it != 0))) };
        let (mut writes, mut at, mut end, mut gaps) = (Vec::new(), FIRST, FIRST, false);
        while at < bytes.len() as u64 {
            match read(&bytes, round, at) {
                Some((more, next)) => {
                    gaps |= at != end;
                    writes.extend(more);
                    (at, end) = (next, next);
                }
                None => at += 1,
            }
        }
        Ok((writes, gaps))
    }

    /// Adds a group. Answers `false` when there is no room for it: nothing was written then.
    pub(super) fn append(&mut self, writes: &[Write]) -> Result<bool, EngineError> {
        if self.round.is_none() {
            self.begin()?;
        }
        let mut record = std::mem::take(&mut self.record);
        pack(&mut record, writes, self.round.unwrap_or_default(), self.end);
        let end = self.end + record.len() as u64;
        let fits = self.grow(end)?;
        if fits {
            self.file.write_all_at(&record, self.end).map_err(|it| failed("writing", &it))?;
            self.end = end;
        }
        self.record = record;
        Ok(fits)
    }

    /// Returns when every group so far survives a power cut.
    pub(super) fn sync(&self) -> Result<(), EngineError> {
        self.file.sync_data().map_err(|it| failed("syncing", &it))
    }

    /// Forgets everything: the engine has it.
    #[expect(clippy::cast_possible_truncation, reason = "a constant of two digits")]
    pub(super) fn begin(&mut self) -> Result<(), EngineError> {
        let round = clock::random::<8>();
        let mut head = [0; FIRST as usize];
        for at in [0, AGAIN] {
            head[at..at + 8].copy_from_slice(&round);
            head[at + 8..at + 12].copy_from_slice(&crc32fast::hash(&round).to_le_bytes());
        }
        self.file.write_all_at(&head, 0).map_err(|it| failed("beginning", &it))?;
        self.round = Some(u64::from_le_bytes(round));
        self.end = FIRST;
        self.size = self.size.max(FIRST);
        self.file.sync_data().map_err(|it| failed("beginning", &it))
    }

    /// Whether its beginning has been read or written.
    pub(super) const fn is_begun(&self) -> bool {
        self.round.is_some()
    }

    /// Whether somebody has deleted the file: what is written to it is lost with the process.
    pub(super) fn is_deleted(&self) -> bool {
        rustix::fs::fstat(&self.file).is_ok_and(|it| it.st_nlink == 0)
    }

    /// Whether nothing is in it.
    pub(super) const fn is_empty(&self) -> bool {
        self.end == FIRST
    }

    /// Whether it is time to empty it, when there is nothing better to do.
    pub(super) const fn is_long(&self) -> bool {
        self.end > MOST / 2
    }

    /// What the file takes, in bytes.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Makes room up to here. A disk without room means no more than that the journal is as long as it gets.
    fn grow(&mut self, end: u64) -> Result<bool, EngineError> {
        if end > MOST {
            return Ok(false);
        }
        while self.size < end {
            let more = STEP - self.size % STEP;
            match self.file.write_all_at(&vec![0; usize::try_from(more).unwrap_or(0)], self.size) {
                Ok(()) => self.size += more,
                Err(error) if matches!(io_said(&error), EngineError::Full(_)) => return Ok(false),
                Err(error) => return Err(failed("growing", &error)),
            }
        }
        Ok(true)
    }
}

/// A disk may run full also where blocks exist: some file systems write each change to a new place.
fn failed(what: &str, error: &io::Error) -> EngineError {
    let words = format!("{what} the store's journal: {error}");
    if matches!(io_said(error), EngineError::Full(_)) { EngineError::Full(words) } else { EngineError::Broken(words) }
}

fn round_of(bytes: &[u8]) -> Option<u64> {
    [0, AGAIN].into_iter().find_map(|at| {
        let (round, rest) = bytes.get(at..)?.split_first_chunk::<8>()?;
        let sum = rest.first_chunk::<4>()?;
        (crc32fast::hash(round).to_le_bytes() == *sum).then(|| u64::from_le_bytes(*round))
    })
}

/// Length and checksum, then each write: the key's length, the value's, both.
fn pack(record: &mut Vec<u8>, writes: &[Write], round: u64, at: u64) {
    record.clear();
    record.extend_from_slice(&[0; 8]);
    for write in writes {
        let value = write.value.as_deref();
        record.extend_from_slice(&length(&write.key).to_le_bytes());
        record.extend_from_slice(&value.map_or(GONE, length).to_le_bytes());
        record.extend_from_slice(&write.key);
        record.extend_from_slice(value.unwrap_or_default());
    }
    let body = length(&record[8..]);
    let sum = checksum(round, at, &record[8..]);
    record[..4].copy_from_slice(&body.to_le_bytes());
    record[4..8].copy_from_slice(&sum.to_le_bytes());
}

/// Keys and values are far shorter than 4 GiB: the store refuses longer ones.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(GONE - 1)
}

/// The record at this place and where it ends, if it is whole and of this round.
fn read(bytes: &[u8], round: u64, at: u64) -> Option<(Vec<Write>, u64)> {
    let (head, rest) = bytes.get(usize::try_from(at).ok()?..)?.split_first_chunk::<8>()?;
    let (body, sum) = head.split_at(4);
    let body = usize::try_from(number(body)?).ok()?;
    let record = rest.get(..body).filter(|it| !it.is_empty())?;
    if checksum(round, at, record) != number(sum)? {
        return None;
    }
    let (mut writes, mut left) = (Vec::new(), record);
    while !left.is_empty() {
        let (head, more) = left.split_at_checked(8)?;
        let (key, value) = (number(&head[..4])?, number(&head[4..])?);
        let (key, more) = more.split_at_checked(usize::try_from(key).ok()?)?;
        let kept = if value == GONE { 0 } else { usize::try_from(value).ok()? };
        let (kept, more) = more.split_at_checked(kept)?;
        writes.push(Write { key: key.to_vec(), value: (value != GONE).then(|| kept.to_vec()), fresh: false });
        left = more;
    }
    Some((writes, at + 8 + body as u64))
}

fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk::<4>().map(|it| u32::from_le_bytes(*it))
}

fn checksum(round: u64, at: u64, record: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&round.to_le_bytes());
    sum.update(&at.to_le_bytes());
    sum.update(record);
    sum.finalize()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn group(n: u8, length: usize) -> Vec<Write> {
        vec![
            Write { key: vec![n], value: Some(vec![n; length]), fresh: false },
            Write { key: vec![n, n], value: None, fresh: false },
        ]
    }

    fn written(path: &Path, groups: &[Vec<Write>]) -> Journal {
        let (mut journal, _) = Journal::open(path).unwrap();
        groups.iter().for_each(|it| assert!(journal.append(it).unwrap()));
        journal.sync().unwrap();
        journal
    }

    #[test]
    fn groups_come_back_in_their_order_and_not_after_a_new_round() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let groups: Vec<_> = (1..20).map(|it| group(it, usize::from(it) * 100)).collect();
        drop(written(&path, &groups));
        let (mut journal, found) = Journal::open(&path).unwrap();
        assert_eq!(found, groups.concat());
        journal.begin().unwrap();
        assert!(journal.append(&groups[3]).unwrap());
        assert_eq!(Journal::open(&path).unwrap().1, groups[3], "the old round's records behind it are none");
    }

    #[test]
    fn a_file_spoiled_anywhere_gives_the_groups_before_that_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let groups: Vec<_> = (1..8).map(|it| group(it, 40)).collect();
        let end = usize::try_from(written(&path, &groups).end).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let mut seen = [0; 8];
        for at in 0..end {
            for bytes in [whole[..at].to_vec(), [&whole[..at], &[whole[at] ^ 1], &whole[at + 1..]].concat()] {
                std::fs::write(&path, bytes).unwrap();
                let found = Journal::open(&path).unwrap().1;
                let kept = found.len() / 2;
                assert_eq!(found, groups[..kept].concat(), "byte {at}");
                seen[kept] += 1;
            }
        }
        assert!(seen[..7].iter().all(|it| *it > 40), "{seen:?}");
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (mut journal, _) = Journal::open(&path).unwrap();
        let mut fitted = 0;
        while journal.append(&group(7, 100_000)).unwrap() {
            fitted += 1;
        }
        assert!(journal.is_long() && journal.size() <= MOST);
        assert_eq!(Journal::open(&path).unwrap().1.len(), fitted * 2);
        assert!(fitted > 150);
    }
}
