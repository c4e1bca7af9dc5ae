//! A folder for the time of the demo.

use crate::clock;
use data_encoding::HEXLOWER;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A private folder that is removed when it is dropped.
#[derive(Debug)]
pub(in crate::playground) struct Folder(PathBuf);

impl Folder {
    /// Makes one in the system's place for temporary files.
    pub(in crate::playground) fn new() -> io::Result<Self> {
        let name = format!("majordomo-demo-{}", HEXLOWER.encode(&clock::random::<6>()));
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub(in crate::playground) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0); // what is left there is harmless
    }
}
