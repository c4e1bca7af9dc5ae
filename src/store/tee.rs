//! A second pair of ears on the writer: what is written while somebody copies the store, group after group.
//!
//! Whoever copies looks at rows one after the other, and the writer does not wait for that. So each group that is
//! written meanwhile is handed over too; put on top of the rows that were seen, it makes them what the store was
//! at the moment of the last group. A copy begins and ends between two groups, never within one.

use super::engine::Write;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the writer may take to finish a group before the copy is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a copy cannot begin or go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TeeError {
    /// Only one copy is made at a time.
    #[error("another copy of the store is being made")]
    Busy,
    /// The writer has been in one group for too long.
    #[error("the store's writer does not come to the end of a group")]
    Stuck,
    /// More was written than may wait in memory.
    #[error("the store is written faster than the copy: more than backup.changes_bytes waited")]
    TooMuch,
    /// A group failed: nobody knows what the store is until it has been opened again.
    #[error("the store could not write meanwhile")]
    Failed,
}

/// Where the writer leaves what it has written.
#[derive(Default)]
pub(super) struct Tee {
    state: Mutex<State>,
    calm: Condvar,
}

#[derive(Default)]
struct State {
    /// A group is being written right now.
    in_group: bool,
    copy: Option<Copy>,
}

struct Copy {
    /// The groups since the last look, in order.
    written: Vec<Write>,
    bytes: usize,
    limit: usize,
    broken: Option<TeeError>,
    /// The group that is being written.
    pending: Vec<Write>,
}

/// A group that is being written. Dropped without [`InGroup::written`], it has failed.
pub(super) struct InGroup<'a>(&'a Tee, bool);

impl Tee {
    /// The writer begins a group.
    pub(super) fn group(&self, writes: &[Write]) -> InGroup<'_> {
        let mut state = self.lock();
        state.in_group = true;
        if let Some(copy) = &mut state.copy {
            copy.pending = writes.to_vec();
        }
        InGroup(self, false)
    }

    /// From now on everything is handed over, of which at most `limit` bytes may wait.
    pub(super) fn begin(&self, limit: usize) -> Result<(), TeeError> {
        let mut state = self.between_groups()?;
        if state.copy.is_some() {
            return Err(TeeError::Busy);
        }
        state.copy = Some(Copy { written: Vec::new(), bytes: 0, limit, broken: None, pending: Vec::new() });
        Ok(())
    }

    /// What was written since the last look.
    pub(super) fn take(&self) -> Result<Vec<Write>, TeeError> {
        match &mut self.lock().copy {
            Some(copy) => copy.take(),
            None => Ok(Vec::new()),
        }
    }

    /// The last groups. After this one nothing is handed over any more.
    pub(super) fn end(&self) -> Result<Vec<Write>, TeeError> {
        let mut state = self.between_groups()?;
        state.copy.take().map_or(Ok(Vec::new()), |mut it| it.take())
    }

    /// Nobody copies any more.
    pub(super) fn stop(&self) {
        self.lock().copy = None;
    }

    fn between_groups(&self) -> Result<MutexGuard<'_, State>, TeeError> {
        let waiting = self.calm.wait_timeout_while(self.lock(), PATIENCE, |it| it.in_group);
        let (state, waited) = waiting.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() { Err(TeeError::Stuck) } else { Ok(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Copy {
    fn take(&mut self) -> Result<Vec<Write>, TeeError> {
        self.bytes = 0;
        self.broken.map_or_else(|| Ok(std::mem::take(&mut self.written)), Err)
    }

    fn add_pending(&mut self) {
        self.bytes += self.pending.iter().map(size).sum::<usize>();
        if self.bytes > self.limit {
            self.broken = Some(TeeError::TooMuch);
        }
        if self.broken.is_some() {
            self.written = Vec::new();
            self.pending.clear();
        }
        self.written.append(&mut self.pending);
    }
}

impl InGroup<'_> {
    /// The group is on the disk.
    pub(super) fn written(mut self) {
        self.1 = true;
    }
}

impl Drop for InGroup<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.in_group = false;
        if let Some(copy) = &mut state.copy {
            if !self.1 {
                copy.broken = Some(TeeError::Failed);
            }
            copy.add_pending();
        }
        drop(state);
        self.0.calm.notify_all();
    }
}

fn size(write: &Write) -> usize {
    write.key.len() + write.value.as_ref().map_or(0, Vec::len) + size_of::<Write>()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn write(key: u8) -> Write {
        Write { key: vec![key], value: Some(vec![key; 100]), fresh: false }
    }

    fn keys(writes: &[Write]) -> Vec<u8> {
        writes.iter().map(|it| it.key[0]).collect()
    }

    #[test]
    fn groups_are_handed_over_in_order_from_begin_to_end_and_never_half() {
        let tee = Tee::default();
        tee.group(&[write(1)]).written();
        tee.begin(10_000).unwrap();
        assert_eq!(tee.begin(10_000), Err(TeeError::Busy));
        tee.group(&[write(2), write(3)]).written();
        assert_eq!(keys(&tee.take().unwrap()), [2, 3]);
        let group = tee.group(&[write(4)]);
        assert_eq!(keys(&tee.take().unwrap()), [0_u8; 0], "a group that is being written is not seen");
        std::thread::scope(|scope| {
            let end = scope.spawn(|| keys(&tee.end().unwrap()));
            std::thread::yield_now();
            group.written();
            assert_eq!(end.join().unwrap(), [4], "the end waits for it");
        });
        tee.group(&[write(5)]).written();
        assert_eq!(keys(&tee.end().unwrap()), [0_u8; 0]);
    }

    #[test]
    fn a_group_that_failed_spoils_the_copy_and_so_does_more_than_may_wait() {
        let tee = Tee::default();
        tee.begin(10_000).unwrap();
        drop(tee.group(&[write(1)]));
        assert_eq!(tee.take(), Err(TeeError::Failed));
        assert_eq!(tee.end(), Err(TeeError::Failed));
        tee.begin(300).unwrap();
        for key in 0..5 {
            tee.group(&[write(key)]).written();
        }
        assert_eq!(tee.end(), Err(TeeError::TooMuch));
        tee.begin(300).unwrap();
        tee.stop();
        tee.begin(300).unwrap();
    }
}
