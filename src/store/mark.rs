//! A small file beside the engine that says which group was acknowledged last.
//!
//! A log that lost its end opens without complaint. The mark is written after each sync, so it never names
//! a group that the disk has not; an engine that knows less than the mark has lost acknowledged data.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// Group number (8) and its checksum (4), little-endian.
const LENGTH: usize = 12;

/// The open file.
pub(super) struct Mark(File);

impl Mark {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true).mode(0o600);
        options.open(path).map(Self)
    }

    /// The last acknowledged group; 0 when the file is new or cannot be believed.
    pub(super) fn read(&self) -> io::Result<u64> {
        let mut bytes = [0; LENGTH];
        match self.0.read_exact_at(&mut bytes, 0) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
            Err(error) => return Err(error),
        }
        let (group, sum) = bytes.split_at(8);
        let group: [u8; 8] = group.try_into().unwrap_or_default();
        Ok(if crc32fast::hash(&group).to_le_bytes() == sum { u64::from_le_bytes(group) } else { 0 })
    }

    /// Notes a group. No sync: the page cache outlives the process, and after a power cut an older mark is right too.
    pub(super) fn write(&self, group: u64) -> io::Result<()> {
        let group = group.to_le_bytes();
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(&group);
        bytes[8..].copy_from_slice(&crc32fast::hash(&group).to_le_bytes());
        self.0.write_all_at(&bytes, 0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_mark_is_believed_only_when_its_checksum_fits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark");
        let mark = Mark::open(&path).unwrap();
        assert_eq!(mark.read().unwrap(), 0);
        mark.write(77).unwrap();
        assert_eq!(Mark::open(&path).unwrap().read().unwrap(), 77);
        for length in [0, 5, 11] {
            std::fs::write(&path, vec![7; length]).unwrap();
            assert_eq!(mark.read().unwrap(), 0, "{length} bytes");
        }
        std::fs::write(&path, [7; LENGTH]).unwrap();
        assert_eq!(mark.read().unwrap(), 0);
    }
}
