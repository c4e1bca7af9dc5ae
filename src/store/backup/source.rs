//! Where rows come from: a store that is open and written to, or an engine that nobody else has.

use super::error::BackupError;
use crate::store::Handle;
use crate::store::engine::{Engine, EngineError, Pair, Write};
use crate::store::state::Shared;
use std::sync::Arc;

/// What a copy of a store is made from.
pub trait Source {
    /// The next rows after this key, in order.
    #[doc(hidden)]
    fn rows(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, BackupError>;

    /// What was written since the last look.
    #[doc(hidden)]
    fn changes(&mut self) -> Result<Vec<Write>, BackupError>;

    /// The last of what was written: the copy is what the store was at this moment.
    #[doc(hidden)]
    fn end(&mut self) -> Result<Vec<Write>, BackupError>;
}

/// The rows of a store that goes on meanwhile.
pub struct Live(Arc<Shared>);

impl Handle {
    /// Begins a copy of the store; what is written meanwhile waits in memory, up to so many bytes. Blocks until
    /// the writer is between two groups, and so does the copying: not for a thread of the executor.
    ///
    /// # Errors
    /// When another copy is under way, or the writer does not come to an end.
    pub fn copy(&self, changes_bytes: usize) -> Result<Live, BackupError> {
        let shared = self.shared();
        shared.tee.begin(changes_bytes)?;
        Ok(Live(shared))
    }
}

impl Source for Live {
    fn rows(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, BackupError> {
        let slot = self.0.engine();
        let engine = slot.as_deref().ok_or_else(|| BackupError::Store("it is closed, or its disk is full".into()))?;
        engine.scan(b"", after, limit).map_err(|it| said(&it))
    }

    fn changes(&mut self) -> Result<Vec<Write>, BackupError> {
        Ok(self.0.tee.take()?)
    }

    fn end(&mut self) -> Result<Vec<Write>, BackupError> {
        Ok(self.0.tee.end()?)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.tee.stop();
    }
}

impl Source for &dyn Engine {
    fn rows(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, BackupError> {
        self.scan(b"", after, limit).map_err(|it| said(&it))
    }

    fn changes(&mut self) -> Result<Vec<Write>, BackupError> {
        Ok(Vec::new())
    }

    fn end(&mut self) -> Result<Vec<Write>, BackupError> {
        Ok(Vec::new())
    }
}

fn said(error: &EngineError) -> BackupError {
    match error {
        EngineError::Corrupt(why) => BackupError::Damaged(why.clone()),
        EngineError::Full(why) | EngineError::Broken(why) => BackupError::Store(why.clone()),
    }
}
