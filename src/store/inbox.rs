//! The writer's queue: bounded commits, and lazy writes that wait for company.

use super::lazy::Lazy;
use super::{Batch, Op, StoreError};
use crate::clock;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Bytes that one group may hold, so that a crowd of large values does not fill sled's buffers at once.
const GROUP_BYTES: usize = 4 << 20;

/// An idle writer looks for lazy batches no more often than this, in ms.
const LOOK_MS: u64 = 50;

/// How long a turn waits for company, where the last one had some. Much less than a person notices.
const COMPANY: Duration = Duration::from_millis(2);

/// A batch whose sender waits.
pub(super) struct Commit {
    pub(super) batch: Arc<Batch>,
    pub(super) answer: oneshot::Sender<Result<(), StoreError>>,
    pub(super) asked_us: u64,
}

/// What the writer does next.
#[derive(Default)]
pub(super) struct Turn {
    /// Batches that wait for an answer, in order.
    pub(super) commits: Vec<Commit>,
    /// Batches that go before them.
    pub(super) lazy: Vec<Batch>,
    /// Nothing is left and nothing will come.
    pub(super) over: bool,
}

/// Limits of the queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) queue: usize,
    pub(super) group: usize,
    pub(super) lazy_ms: u64,
}

/// The queue.
pub(super) struct Inbox {
    limits: Limits,
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

#[derive(Default)]
struct Waiting {
    commits: VecDeque<Commit>,
    lazy: Lazy,
    lazy_due_ms: Option<u64>,
    /// The writer is woken when more than so many commits wait.
    enough: usize,
    closed: bool,
}

impl Inbox {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, waiting: Mutex::default(), wake: Condvar::new() }
    }

    /// Queues a batch, or says why not. The answer comes through the channel.
    pub(super) fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(StoreError::Closed);
        }
        if waiting.commits.len() >= self.limits.queue {
            return Err(StoreError::Busy);
        }
        waiting.commits.push_back(commit);
        let enough = waiting.commits.len() == waiting.enough + 1;
        // Whoever is woken while the lock is held only waits again.
        drop(waiting);
        if enough {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Keeps a batch until the next turn. Returns `false` when the store is closed.
    pub(super) fn later(&self, batch: Batch) -> bool {
        let mut waiting = self.lock();
        if waiting.closed {
            return false;
        }
        waiting.lazy.add(batch);
        // The writer is not woken for it: it never sleeps longer than a lazy batch may wait.
        let due_ms = waiting.lazy_due_ms.unwrap_or_else(|| clock::tick_ms().saturating_add(self.limits.lazy_ms));
        let too_many = waiting.lazy.len() >= self.limits.queue && due_ms > 0;
        waiting.lazy_due_ms = Some(if too_many { 0 } else { due_ms });
        drop(waiting);
        if too_many {
            self.wake.notify_one();
        }
        true
    }

    /// Puts lazy batches back that could not be written.
    pub(super) fn give_back(&self, batches: Vec<Batch>) {
        if batches.is_empty() {
            return;
        }
        let mut waiting = self.lock();
        waiting.lazy.give_back(batches);
        waiting.lazy_due_ms.get_or_insert(clock::tick_ms().saturating_add(self.limits.lazy_ms));
    }

    /// Takes no more; what waits is still written.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    /// Commits and lazy steps that wait.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let waiting = self.lock();
        (waiting.commits.len(), waiting.lazy.len())
    }

    /// Waits for work, at most `patience_ms`. A writer that cannot write takes no lazy batches. Where the last
    /// turn had several commits, this one waits a moment for twice as many: each sync costs the same for all of them.
    pub(super) fn take(&self, patience_ms: u64, can_write: bool, last: usize) -> Turn {
        let until_ms = clock::tick_ms().saturating_add(patience_ms);
        let mut waiting = self.lock();
        loop {
            let now_ms = clock::tick_ms();
            let due = can_write && waiting.lazy_due_ms.is_some_and(|it| it <= now_ms);
            if !waiting.commits.is_empty() || due || waiting.closed || now_ms >= until_ms {
                let waiting = if last > 1 { self.in_company(waiting, last * 2) } else { waiting };
                return self.turn(waiting, can_write);
            }
            let lazy_ms =
                waiting.lazy_due_ms.unwrap_or_else(|| now_ms.saturating_add(self.limits.lazy_ms.max(LOOK_MS)));
            let wake_ms = if can_write { lazy_ms.min(until_ms) } else { until_ms };
            let patience = Duration::from_millis(wake_ms.saturating_sub(now_ms).max(1));
            waiting = self.wake.wait_timeout(waiting, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits a moment for so many commits.
    fn in_company<'a>(&self, mut waiting: MutexGuard<'a, Waiting>, commits: usize) -> MutexGuard<'a, Waiting> {
        let commits = commits.min(self.limits.group);
        waiting.enough = commits - 1;
        let alone = |it: &mut Waiting| it.commits.len() < commits && !it.closed;
        let waited = self.wake.wait_timeout_while(waiting, COMPANY, alone);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        waiting.enough = 0;
        waiting
    }

    fn turn(&self, mut waiting: MutexGuard<'_, Waiting>, can_write: bool) -> Turn {
        let mut turn = Turn::default();
        let due = waiting.lazy_due_ms.is_some_and(|it| it <= clock::tick_ms());
        if can_write && (due || waiting.closed || !waiting.commits.is_empty()) {
            turn.lazy = waiting.lazy.take();
            waiting.lazy_due_ms = None;
        }
        let mut bytes = 0;
        while turn.commits.len() < self.limits.group && bytes < GROUP_BYTES {
            let Some(commit) = waiting.commits.pop_front() else { break };
            bytes += size(&commit.batch);
            turn.commits.push(commit);
        }
        turn.over = waiting.closed && turn.commits.is_empty() && turn.lazy.is_empty();
        turn
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(batch: &Batch) -> usize {
    let of = |op: &Op| match op {
        Op::Put { value, .. } => value.len(),
        Op::Delete { .. } | Op::SetBit { .. } | Op::ExpectClear { .. } => 128,
    };
    batch.0.iter().map(of).sum()
}
