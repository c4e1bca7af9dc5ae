//! Reading a backup from its first byte to its last: what is whole, and what is wrong and where.
//!
//! Damage does not end it: the next part that is whole is looked for, so that everything wrong is told at once and
//! what is whole can be saved.

use super::format::{self, END, HEAD, HEADER, Head, Header, MARK, Tag};
use super::manifest::Manifest;
use super::parts;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// As many damaged places are told.
const TOLD: usize = 50;
/// Bytes looked through at once for the next part.
const WINDOW: usize = 64 << 10;

/// A place that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// Where in the file, in bytes from its beginning.
    pub at: u64,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.at, self.what)
    }
}

/// A part that is whole.
pub(super) struct Part<'a> {
    pub(super) tag: Tag,
    pub(super) plain: &'a [u8],
}

/// What was found in a file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) head: Head,
    pub(super) manifest: Option<Manifest>,
    pub(super) damage: Vec<Damage>,
    /// Parts that are whole.
    pub(super) parts: u64,
    pub(super) bytes: u64,
}

/// Goes through the file. What a part means is told by `each`, with a sentence when it means nothing.
///
/// # Errors
/// Only when the file cannot be read.
pub(super) fn read(path: &Path, each: &mut dyn FnMut(&Part<'_>) -> Result<(), String>) -> io::Result<Found> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = [0; HEAD];
    let enough = length >= HEAD as u64;
    if enough {
        file.read_exact_at(&mut head, 0)?;
    }
    let found = Found {
        head: format::read_head(if enough { &head } else { &[] }),
        manifest: None,
        damage: Vec::new(),
        parts: 0,
        bytes: length,
    };
    let mut reading = Reading { file, length, at: 0, total: Sha256::new(), next: 0, lost: false, found };
    match reading.found.head {
        Head::Ours => {
            reading.total.update(head);
            reading.at = HEAD as u64;
        }
        Head::Newer(_) => return Ok(reading.found),
        Head::Unknown => {
            reading.wrong(0, "this is not how a backup begins".to_owned());
            reading.find_next()?;
        }
    }
    reading.through(each)?;
    Ok(reading.found)
}

struct Reading {
    file: File,
    length: u64,
    at: u64,
    total: Sha256,
    /// The number of the next part.
    next: u32,
    /// Something was stepped over: the sum over everything means nothing any more.
    lost: bool,
    found: Found,
}

impl Reading {
    fn through(&mut self, each: &mut dyn FnMut(&Part<'_>) -> Result<(), String>) -> io::Result<()> {
        while self.at < self.length {
            let begin = self.at;
            let Some(header) = self.header()? else {
                self.wrong(begin, format!("part {} should begin here and does not", self.next));
                self.at = begin + 1;
                self.find_next()?;
                continue;
            };
            if header.number != self.next {
                self.wrong(begin, format!("this is part {}, and part {} should be here", header.number, self.next));
            }
            self.next = header.number.saturating_add(1);
            if !self.part(begin, header, each)? {
                return Ok(());
            }
        }
        let what = if self.length == 0 {
            "the file is empty".to_owned()
        } else {
            format!("the file ends before its manifest: it was cut short, {} parts are whole", self.found.parts)
        };
        self.wrong(self.length, what);
        Ok(())
    }

    fn header(&mut self) -> io::Result<Option<Header>> {
        if self.length - self.at < HEADER as u64 {
            return Ok(None);
        }
        let mut bytes = [0; HEADER];
        self.file.read_exact_at(&mut bytes, self.at)?;
        let header = Header::read(&bytes);
        if header.is_some() {
            self.total.update(bytes);
            self.at += HEADER as u64;
        }
        Ok(header)
    }

    /// Reads what follows a header. Answers whether more may come.
    fn part(
        &mut self,
        begin: u64,
        header: Header,
        each: &mut dyn FnMut(&Part<'_>) -> Result<(), String>,
    ) -> io::Result<bool> {
        let what = format!("part {} ({})", header.number, header.tag.words());
        if self.length - self.at < u64::from(header.packed) {
            self.wrong(
                begin,
                format!("{what} is cut short: {} of its {} bytes are there", self.length - self.at, header.packed),
            );
            self.at = begin + HEADER as u64;
            self.find_next()?;
            return Ok(true);
        }
        let mut packed = vec![0; usize::try_from(header.packed).unwrap_or(0)];
        self.file.read_exact_at(&mut packed, self.at)?;
        self.total.update(&packed);
        self.at += u64::from(header.packed);
        if crc32fast::hash(&packed) != header.sum {
            self.wrong(begin, format!("{what} is not what was written: its checksum does not fit"));
            return Ok(true);
        }
        let plain = if header.tag == Tag::Manifest { Some(packed) } else { parts::unpack(&packed, header.plain) };
        let Some(plain) = plain.filter(|it| it.len() as u64 == u64::from(header.plain)) else {
            self.wrong(begin, format!("{what} cannot be unpacked"));
            return Ok(true);
        };
        self.found.parts += 1;
        if header.tag == Tag::Manifest {
            match serde_json::from_slice(&plain) {
                Ok(manifest) => self.found.manifest = Some(manifest),
                Err(error) => self.wrong(begin, format!("{what} is not understood: {error}")),
            }
            self.end()?;
            return Ok(false);
        }
        if let Err(why) = each(&Part { tag: header.tag, plain: &plain }) {
            self.wrong(begin, format!("{what}: {why}"));
        }
        Ok(true)
    }

    /// What stands behind the manifest.
    fn end(&mut self) -> io::Result<()> {
        let left = self.length - self.at;
        let mut bytes = vec![0; usize::try_from(left.min(END as u64)).unwrap_or(0)];
        self.file.read_exact_at(&mut bytes, self.at)?;
        let expected = format::end(self.total.clone());
        if left < END as u64 {
            self.wrong(self.at, format!("the end is cut short: {left} of its {END} bytes are there"));
        } else if bytes != expected && !self.lost {
            self.wrong(self.at, "the sum at the end does not fit to what stands before it".to_owned());
        } else if bytes[32..] != expected[32..] {
            self.wrong(self.at + 32, "the last word is not there".to_owned());
        }
        if left > END as u64 {
            self.wrong(self.at + END as u64, format!("{} bytes follow the end", left - END as u64));
        }
        self.at = self.length;
        Ok(())
    }

    /// Looks for the next place where a part begins.
    fn find_next(&mut self) -> io::Result<()> {
        let mut window = vec![0; WINDOW];
        while self.at + (HEADER as u64) <= self.length {
            let size = usize::try_from((self.length - self.at).min(WINDOW as u64)).unwrap_or(0);
            self.file.read_exact_at(&mut window[..size], self.at)?;
            let starts = (0..=size - HEADER).filter(|it| window[*it..].starts_with(MARK));
            if let Some(found) = starts.into_iter().find(|it| Header::read(&window[*it..size]).is_some()) {
                self.at += found as u64;
                return Ok(());
            }
            // The next window begins where a header might begin that this one does not hold whole.
            self.at += (size - HEADER + 1) as u64;
        }
        self.at = self.length;
        Ok(())
    }

    fn wrong(&mut self, at: u64, what: String) {
        self.lost = true;
        if self.found.damage.len() < TOLD {
            self.found.damage.push(Damage { at, what });
        }
    }
}
