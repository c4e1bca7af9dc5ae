//! The bytes of a backup: head, the header before each part, the end; each with a checksum of its own.

use sha2::{Digest, Sha256};

/// What this version writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;
/// How a backup begins.
pub(super) const MAGIC: &[u8; 16] = b"majordomo backup";
/// Magic, format, checksum of both.
pub(super) const HEAD: usize = 24;
/// What stands before each part.
pub(super) const HEADER: usize = 25;
/// The sum over everything before it, and a last word.
pub(super) const END: usize = 36;
/// A part begins with this.
pub(super) const MARK: &[u8; 4] = b"part";
const LAST_WORD: &[u8; 4] = b"end\n";
/// What a part holds before it is packed, at most; rows are gathered up to a quarter of a MiB.
pub(super) const PART_MAX: u32 = 64 << 20;

/// What a part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Tag {
    /// Rows as they were seen.
    Rows = b'R',
    /// Changes that were made meanwhile, in order.
    Changes = b'W',
    /// A file of the store's folder: the length of its name, its name, what is in it.
    File = b'F',
    /// What all this is.
    Manifest = b'M',
}

/// What stands before a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) tag: Tag,
    /// Parts are counted from 0.
    pub(super) number: u32,
    /// Bytes that follow.
    pub(super) packed: u32,
    /// Bytes once unpacked.
    pub(super) plain: u32,
    /// Checksum of the bytes that follow.
    pub(super) sum: u32,
}

/// What the head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// A backup of this format.
    Ours,
    /// A backup of a format that this version does not know.
    Newer(u32),
    /// None, or its head is damaged.
    Unknown,
}

impl Tag {
    const fn of(byte: u8) -> Option<Self> {
        match byte {
            b'R' => Some(Self::Rows),
            b'W' => Some(Self::Changes),
            b'F' => Some(Self::File),
            b'M' => Some(Self::Manifest),
            _ => None,
        }
    }

    /// For people.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Changes => "changes made meanwhile",
            Self::File => "a file of the store's folder",
            Self::Manifest => "the manifest",
        }
    }
}

impl Header {
    /// The bytes, with their own checksum at the end.
    pub(super) fn bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..4].copy_from_slice(MARK);
        bytes[4] = self.tag as u8;
        for (at, value) in [(5, self.number), (9, self.packed), (13, self.plain), (17, self.sum)] {
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        let sum = crc32fast::hash(&bytes[..21]);
        bytes[21..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads it, if this is one.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; HEADER] = bytes.first_chunk()?;
        let number = |at: usize| bytes[at..].first_chunk::<4>().map_or(0, |it| u32::from_le_bytes(*it));
        if !bytes.starts_with(MARK) || number(21) != crc32fast::hash(&bytes[..21]) {
            return None;
        }
        let header =
            Self { tag: Tag::of(bytes[4])?, number: number(5), packed: number(9), plain: number(13), sum: number(17) };
        (header.packed <= PART_MAX && header.plain <= PART_MAX).then_some(header)
    }
}

/// How a backup begins.
pub(super) fn head() -> [u8; HEAD] {
    let mut bytes = [0; HEAD];
    bytes[..16].copy_from_slice(MAGIC);
    bytes[16..20].copy_from_slice(&FORMAT.to_le_bytes());
    let sum = crc32fast::hash(&bytes[..20]);
    bytes[20..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// What this beginning says.
pub(super) fn read_head(bytes: &[u8]) -> Head {
    let Some(bytes) = bytes.first_chunk::<HEAD>() else { return Head::Unknown };
    let number = |at: usize| bytes[at..].first_chunk::<4>().map_or(0, |it| u32::from_le_bytes(*it));
    if !bytes.starts_with(MAGIC) || number(20) != crc32fast::hash(&bytes[..20]) {
        return Head::Unknown;
    }
    if number(16) == FORMAT { Head::Ours } else { Head::Newer(number(16)) }
}

/// How a backup ends, after everything that went through this sum.
pub(super) fn end(total: Sha256) -> [u8; END] {
    let mut bytes = [0; END];
    bytes[..32].copy_from_slice(&total.finalize());
    bytes[32..].copy_from_slice(LAST_WORD);
    bytes
}
