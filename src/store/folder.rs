//! The store's folder: private, held by one process, with its data in a folder of their own.

use super::OpenError;
use super::disk::free_bytes;
use super::files;
use crate::clock;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The folder while this process holds it.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if there is none, closes it to others and takes it for this process.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let make = DirBuilder::new().recursive(true).mode(0o700).create(path);
        make.map_err(disk("make the folder", path))?;
        fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(disk("close the folder", path))?;
        let lock = lock(path)?;
        Ok(Self { path: path.to_path_buf(), _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the engine keeps its files.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join("sled")
    }

    /// The file of the last acknowledged group.
    pub(super) fn mark(&self) -> PathBuf {
        self.path.join("mark")
    }

    /// The engine's files as they were before it opened them.
    fn spare(&self) -> PathBuf {
        self.path.join("sled.before")
    }

    /// Copies the engine's files, if they are few and there is room: when it opens, sled takes back on the disk what
    /// it cannot read whole, and with it much that could be read.
    pub(super) fn keep_spare(&self) {
        self.drop_spare();
        let size = files::length(&self.data(), SPARE_BYTES);
        let has_room = free_bytes(&self.path).is_ok_and(|it| it / 4 > size);
        let fits = self.data().is_dir() && size < SPARE_BYTES && has_room;
        if fits && files::copy(&self.data(), &self.spare(), |_| true).is_err() {
            self.drop_spare();
        }
    }

    /// Deletes that copy.
    pub(super) fn drop_spare(&self) {
        let _there_is_none = fs::remove_dir_all(self.spare());
    }

    /// Moves the engine's files out of the way, for those who want to look at them: as they were before it opened
    /// them, where they were copied. Nothing is deleted, and what else is in the folder (secrets, the mark) stays.
    pub(super) fn move_data_aside(&self) -> Result<PathBuf, OpenError> {
        let aside = self.free_name();
        DirBuilder::new().mode(0o700).create(&aside).map_err(disk("make the folder", &aside))?;
        let opened = if fs::rename(self.spare(), aside.join("sled")).is_ok() { "opened" } else { "sled" };
        let moved = fs::rename(self.data(), aside.join(opened));
        moved.map_err(disk("move aside", &self.data()))?;
        Ok(aside)
    }

    /// Closes the engine's files to others; sled makes them with the process's mask.
    pub(super) fn close_data(&self) -> Result<(), OpenError> {
        let data = self.data();
        close(&data, 0o700)?;
        for entry in fs::read_dir(&data).map_err(disk("list", &data))? {
            let path = entry.map_err(disk("list", &data))?.path();
            close(&path, if path.is_dir() { 0o700 } else { 0o600 })?;
        }
        Ok(())
    }

    fn free_name(&self) -> PathBuf {
        let at = i64::try_from(clock::now().0).unwrap_or(i64::MAX);
        let at = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::MAX);
        let name = format!("damaged-{}", at.strftime("%Y%m%dT%H%M%SZ"));
        let first = self.path.join(&name);
        let others = (2..u32::MAX).map(|it| self.path.join(format!("{name}-{it}")));
        std::iter::once(first.clone()).chain(others).find(|it| !it.exists()).unwrap_or(first)
    }
}

/// Files of so many bytes altogether are copied before they are opened.
const SPARE_BYTES: u64 = 64 << 20;

/// Names what was tried when the disk refuses it.
pub(super) fn disk(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    move |error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenError::Full { path: path.to_path_buf() },
        _ => OpenError::Disk { what, path: path.to_path_buf(), error },
    }
}

/// Takes a folder and changes nothing else. The system drops the lock when the process ends, however it ends.
pub(super) fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join("lock");
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true).mode(0o600);
    let mut file = options.open(&path).map_err(disk("open", &path))?;
    if rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut pid = String::new();
        let _ = file.read_to_string(&mut pid);
        let pid = if pid.trim().is_empty() { "unknown".to_owned() } else { pid.trim().to_owned() };
        return Err(OpenError::Locked { path: folder.to_path_buf(), pid });
    }
    let noted = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    noted.map_err(disk("write", &path))?;
    Ok(file)
}

fn close(path: &Path, mode: u32) -> Result<(), OpenError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(disk("close", path))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_second_taker_learns_the_first_ones_pid() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("deep/store");
        let first = Folder::take(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        let Err(OpenError::Locked { pid, .. }) = Folder::take(&path) else { panic!("taken twice") };
        assert_eq!(pid, std::process::id().to_string());
        drop(first);
        assert!(Folder::take(&path).is_ok());
    }

    #[test]
    fn data_moved_aside_twice_in_a_second_is_kept_twice() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::take(home.path()).unwrap();
        fs::write(home.path().join("secret"), "kept").unwrap();
        let mut aside = Vec::new();
        for turn in ["first", "second"] {
            fs::create_dir(folder.data()).unwrap();
            fs::write(folder.data().join("db"), turn).unwrap();
            aside.push(folder.move_data_aside().unwrap());
        }
        let found: Vec<_> = aside.iter().map(|it| fs::read_to_string(it.join("sled/db")).unwrap()).collect();
        assert_eq!(found, ["first", "second"]);
        assert!(!folder.data().exists());
        assert_eq!(fs::read_to_string(home.path().join("secret")).unwrap(), "kept");
    }
}
