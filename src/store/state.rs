//! What the store's threads share: the engine, its health, its counters.

use super::engine::Engine;
use super::inbox::Inbox;
use super::readers::Questions;
use super::tee::Tee;
use crate::clock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::watch;

/// How the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It takes batches.
    Ok,
    /// No room on the disk; it comes back by itself.
    Full,
    /// A sync or the disk failed: the process must end.
    Failed(String),
}

/// The store at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether batches are taken.
    pub writable: bool,
    /// Whether the disk is full.
    pub full: bool,
    /// Batches that wait for the writer.
    pub queued: usize,
    /// Steps given to `later` that wait.
    pub lazy: usize,
    /// Batches written since the start.
    pub commits: u64,
    /// How long the last sync took, in µs.
    pub last_sync_us: u64,
    /// For how long the writer has been busy with one group, in µs; 0 when it is not.
    pub busy_us: u64,
    /// What the store takes on the disk, in bytes.
    pub bytes: u64,
    /// What is free on the disk, in bytes; `u64::MAX` when there is no disk.
    pub free_bytes: u64,
}

/// Called with the reason when the store must not go on.
pub(super) type FatalHook = Box<dyn Fn(String) + Send + Sync>;

/// The engine while there is one. A write lock means that it changes or is changed for another.
pub(super) type Slot = Option<Box<dyn Engine>>;

/// Shared by the handle, the writer and the readers.
pub(super) struct Shared {
    pub(super) inbox: Inbox,
    pub(super) questions: Questions,
    pub(super) counters: Counters,
    pub(super) health: watch::Sender<Health>,
    pub(super) finished: watch::Sender<bool>,
    pub(super) tee: Tee,
    slot: RwLock<Slot>,
    fatal: Mutex<Fatal>,
}

/// Numbers that can be read without waiting.
#[derive(Default)]
pub(super) struct Counters {
    pub(super) commits: AtomicU64,
    pub(super) last_sync_us: AtomicU64,
    pub(super) busy_since_us: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) free_bytes: AtomicU64,
}

#[derive(Default)]
struct Fatal {
    hook: Option<FatalHook>,
    reason: Option<String>,
}

impl Shared {
    pub(super) fn new(engine: Box<dyn Engine>, inbox: Inbox, questions: Questions) -> Self {
        Self {
            inbox,
            questions,
            counters: Counters::default(),
            health: watch::Sender::new(Health::Ok),
            finished: watch::Sender::new(false),
            tee: Tee::default(),
            slot: RwLock::new(Some(engine)),
            fatal: Mutex::default(),
        }
    }

    pub(super) fn engine(&self) -> RwLockReadGuard<'_, Slot> {
        self.slot.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engine, unless it is being changed right now.
    pub(super) fn engine_now(&self) -> Option<RwLockReadGuard<'_, Slot>> {
        self.slot.try_read().ok()
    }

    pub(super) fn engine_alone(&self) -> RwLockWriteGuard<'_, Slot> {
        self.slot.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the watch see how long this takes.
    pub(super) fn while_busy<T>(&self, work: impl FnOnce() -> T) -> T {
        let busy = &self.counters.busy_since_us;
        busy.store(clock::tick_us().max(1), Ordering::Relaxed);
        let done = work();
        busy.store(0, Ordering::Relaxed);
        done
    }

    /// Keeps the hook; calls it at once when it is already too late.
    pub(super) fn on_fatal(&self, hook: FatalHook) {
        let mut fatal = self.fatal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = &fatal.reason {
            hook(reason.clone());
        }
        fatal.hook = Some(hook);
    }

    /// Says that the store must not go on.
    pub(super) fn fail(&self, reason: &str) {
        self.health.send_replace(Health::Failed(reason.to_owned()));
        let mut fatal = self.fatal.lock().unwrap_or_else(PoisonError::into_inner);
        fatal.reason = Some(reason.to_owned());
        if let Some(hook) = &fatal.hook {
            hook(reason.to_owned());
        }
    }

    pub(super) fn status(&self, now_us: u64) -> Status {
        let read = |it: &AtomicU64| it.load(Ordering::Relaxed);
        let health = self.health.borrow().clone();
        let (queued, lazy) = self.inbox.waiting();
        let busy_since_us = read(&self.counters.busy_since_us);
        Status {
            writable: health == Health::Ok && !*self.finished.borrow(),
            full: health == Health::Full,
            queued,
            lazy,
            commits: read(&self.counters.commits),
            last_sync_us: read(&self.counters.last_sync_us),
            busy_us: if busy_since_us == 0 { 0 } else { now_us.saturating_sub(busy_since_us) },
            bytes: read(&self.counters.bytes),
            free_bytes: read(&self.counters.free_bytes),
        }
    }
}
