//! Where rows come from: a store that is open and written to, or an engine that nobody else has.

use super::error::BackupError;
use crate::clock;
use crate::store::Handle;
use crate::store::engine::{Engine, EngineError, Pair, Write};
use crate::store::state::Shared;
use std::sync::Arc;
use std::time::Duration;

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

/// For each moment of work so many of rest: those who use the store have more need of the machine.
const REST: u64 = 3;
/// One rest at most.
const REST_MAX: Duration = Duration::from_millis(100);

/// The rows of a store that goes on meanwhile.
pub struct Live {
    shared: Arc<Shared>,
    began_us: u64,
}

impl Handle {
    /// Begins a copy of the store; what is written meanwhile waits in memory, up to so many bytes. Blocks until
    /// the writer is between two groups, and so does the copying: not for a thread of the executor.
    ///
    /// # Errors
    /// When another copy is under way, or the writer does not come to an end.
    pub fn copy(&self, changes_bytes: usize) -> Result<Live, BackupError> {
        let shared = self.shared();
        shared.tee.begin(changes_bytes)?;
        Ok(Live { shared, began_us: clock::tick_us() })
    }
}

impl Live {
    /// Between two pages, in proportion to the work on the last one.
    fn rest(&mut self) {
        let worked_us = clock::tick_us().saturating_sub(self.began_us);
        let rest = Duration::from_micros(worked_us.saturating_mul(REST)).min(REST_MAX);
        #[expect(clippy::disallowed_methods, reason = "on a thread for work that blocks")]
        std::thread::sleep(rest);
        self.began_us = clock::tick_us();
    }
}

impl Source for Live {
    fn rows(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, BackupError> {
        self.rest();
        let slot = self.shared.engine();
        let engine = slot.as_deref().ok_or_else(|| BackupError::Store("it is closed, or its disk is full".into()))?;
        engine.scan(b"", after, limit).map_err(|it| said(&it))
    }

    fn changes(&mut self) -> Result<Vec<Write>, BackupError> {
        Ok(self.shared.tee.take()?)
    }

    fn end(&mut self) -> Result<Vec<Write>, BackupError> {
        Ok(self.shared.tee.end()?)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.shared.tee.stop();
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
