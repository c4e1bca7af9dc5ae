//! Files and folders of the store as wholes: copied, measured, removed.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Copies a folder with everything in it, as far as the names are wanted; the copy is private.
pub(super) fn copy(from: &Path, to: &Path, wanted: fn(&str) -> bool) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|it| (it.path(), it.file_name()))?;
        if path.is_dir() {
            copy(&path, &to.join(name), wanted)?;
        } else if wanted(&name.to_string_lossy()) {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// The length of all files in a folder, as far as it is less than `most`.
pub(super) fn length(folder: &Path, most: u64) -> u64 {
    let mut size = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, length) = (entry.path(), entry.metadata().map_or(0, |it| it.len()));
        size += if path.is_dir() { self::length(&path, most) } else { length };
        if size >= most {
            break;
        }
    }
    size
}

/// Removes a file, or a folder with everything in it. That there is none is no error.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) } {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
