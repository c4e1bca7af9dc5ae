//! What the disk under the store is like: free space, real sync latency, file modes.

use crate::clock;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

const PROBES: u64 = 9;
const PROBE_BYTES: [u8; 512] = [0x5a; 512];

/// Bytes that an ordinary user may still write on the disk of this path.
///
/// # Errors
/// What the system says about the path.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// How long a small synced write takes in this folder: the median of nine. Blocks for that long.
///
/// # Errors
/// When the probe file cannot be made, written or synced.
pub fn probe_sync(path: &Path) -> io::Result<Duration> {
    let probe = path.join(format!("probe-{}", std::process::id()));
    let file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&probe)?;
    let mut took = Vec::new();
    let mut outcome = Ok(());
    for turn in 0..PROBES {
        let began_us = clock::tick_us();
        outcome = file.write_all_at(&PROBE_BYTES, turn * 512).and_then(|()| file.sync_data());
        if outcome.is_err() {
            break;
        }
        took.push(clock::tick_us().saturating_sub(began_us));
    }
    let removed = fs::remove_file(&probe);
    outcome.and(removed)?;
    took.sort_unstable();
    Ok(Duration::from_micros(took.get(took.len() / 2).copied().unwrap_or(0)))
}

/// Files and folders of the store that others than their owner may read or write, the store's folder
/// included. A folder that is closed itself protects what is in it, so one look into each is enough.
#[must_use]
pub fn loose_modes(path: &Path) -> Vec<PathBuf> {
    let mut loose = Vec::new();
    if is_loose(path) {
        loose.push(path.to_path_buf());
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten().map(|it| it.path());
    loose.extend(entries.filter(|it| is_loose(it)));
    loose.sort();
    loose
}

fn is_loose(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|it| !it.is_symlink() && it.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_probe_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        probe_sync(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(probe_sync(&folder.path().join("nowhere")).is_err());
    }

    #[test]
    fn free_space_is_known_for_what_exists() {
        assert!(free_bytes(Path::new("/")).unwrap() > 0);
        assert!(free_bytes(Path::new("/no/such/place")).is_err());
    }

    #[test]
    fn loose_modes_are_named_and_closed_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let (open, closed) = (folder.path().join("open"), folder.path().join("closed"));
        fs::write(&open, "").unwrap();
        fs::write(&closed, "").unwrap();
        set(&open, 0o640);
        set(&closed, 0o600);
        set(folder.path(), 0o700);
        assert_eq!(loose_modes(folder.path()), std::slice::from_ref(&open));
        set(folder.path(), 0o755);
        assert_eq!(loose_modes(folder.path()), [folder.path().to_path_buf(), open]);
    }
}
