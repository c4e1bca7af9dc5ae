//! The writer thread: collects what waits, checks it, writes it as one, syncs, answers all.

use super::engine::{Engine, EngineError, Write};
use super::group::Group;
use super::hang::let_go;
use super::inbox::Turn;
use super::opener::Opener;
use super::own::Ledger;
use super::state::{Health, Shared};
use super::{StoreError, meters, readers};
use crate::clock;
use crate::telemetry::{Line, events};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Waits of the writer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tuning {
    /// Full below this many free bytes.
    pub(super) reserve_bytes: u64,
    /// How often a full disk is tried.
    pub(super) probe_ms: u64,
    /// How often the disk is looked at; an idle writer wakes five times more seldom.
    pub(super) look_ms: u64,
    /// How long closing an engine may take before it counts as stuck.
    pub(super) close_ms: u64,
    /// How long writing one group may take before it counts as stuck.
    pub(super) stuck_ms: u64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { reserve_bytes: 0, probe_ms: 1000, look_ms: 1000, close_ms: 5000, stuck_ms: 60_000 }
    }
}

/// The writer's own state.
pub(super) struct Writer {
    shared: Arc<Shared>,
    opener: Box<dyn Opener>,
    tuning: Tuning,
    mode: Mode,
    /// The last group that was acknowledged, and the sum of all rows after it.
    ledger: Ledger,
    looked_ms: Option<u64>,
    probe_at_ms: u64,
}

enum Mode {
    /// Batches are taken.
    Open,
    /// Too little is free; the engine is well.
    Short,
    /// The engine ran out of room and is gone. The group it died of must not be there when it is back.
    Gone(Option<Undo>),
    /// Nothing is written any more.
    Failed(String),
}

/// How to take back a group that was refused but may have been written all the same.
#[derive(Clone)]
struct Undo {
    group: u64,
    writes: Vec<Write>,
}

/// A group that could not be written.
struct Unwritten {
    error: EngineError,
    undo: Option<Undo>,
}

impl From<EngineError> for Unwritten {
    fn from(error: EngineError) -> Self {
        Self { error, undo: None }
    }
}

/// A turn, checked.
struct Decided {
    outcomes: Outcomes,
    writes: Vec<Write>,
    inverse: Vec<Write>,
    ledger: Ledger,
}

/// What became of each commit of a turn.
type Outcomes = Vec<Result<(), StoreError>>;

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, opener: Box<dyn Opener>, tuning: Tuning) -> Result<Self, EngineError> {
        let ledger = shared.engine().as_deref().map_or(Ok(None), Ledger::read)?.unwrap_or_default();
        opener.acknowledged(ledger.group)?;
        Ok(Self { shared, opener, tuning, mode: Mode::Open, ledger, looked_ms: None, probe_at_ms: 0 })
    }

    /// Works until the queue is closed and empty; a panic of ours counts as a failed store.
    pub(super) fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        if catch_unwind(AssertUnwindSafe(|| self.work())).is_err() {
            self.fail("the store's writer panicked".to_owned());
            shared.inbox.close();
            self.refuse_the_rest();
        }
        self.finish();
        drop(self);
        shared.finished.send_replace(true);
    }

    fn work(&mut self) {
        let mut last = 0;
        loop {
            self.look_at_the_disk();
            self.reopen();
            let turn = self.shared.inbox.take(self.patience_ms(), matches!(self.mode, Mode::Open), last);
            if turn.over {
                return;
            }
            last = turn.commits.len();
            self.serve(turn);
            self.rest();
        }
    }

    fn refuse_the_rest(&mut self) {
        loop {
            let turn = self.shared.inbox.take(0, false, 0);
            if turn.over {
                return;
            }
            self.serve(turn);
        }
    }

    fn patience_ms(&self) -> u64 {
        match self.mode {
            Mode::Open | Mode::Failed(_) => self.tuning.look_ms.saturating_mul(5),
            Mode::Short | Mode::Gone(_) => self.tuning.probe_ms,
        }
    }

    /// Closes the engine. One that has failed is left as it is: closing it would write again.
    fn finish(&mut self) {
        let engine = self.shared.engine_alone().take();
        match self.mode {
            Mode::Failed(_) => std::mem::forget(engine),
            Mode::Open | Mode::Short | Mode::Gone(_) => drop(let_go(engine, self.tuning.close_ms)),
        }
    }

    fn serve(&mut self, turn: Turn) {
        if turn.commits.is_empty() && turn.lazy.is_empty() {
            return;
        }
        let refusal = match &self.mode {
            Mode::Open => return self.write(turn),
            Mode::Short | Mode::Gone(_) => StoreError::Full,
            Mode::Failed(reason) => StoreError::Failed(reason.clone()),
        };
        self.refuse(turn, &refusal);
    }

    fn refuse(&self, turn: Turn, refusal: &StoreError) {
        self.shared.inbox.give_back(turn.lazy);
        for commit in turn.commits {
            meters::error("commit");
            let _ = commit.answer.send(Err(refusal.clone()));
        }
    }

    fn write(&mut self, turn: Turn) {
        let shared = Arc::clone(&self.shared);
        match shared.while_busy(|| self.write_group(&turn)) {
            Ok(outcomes) => {
                let taken = outcomes.iter().filter(|it| it.is_ok()).count();
                let commits = &self.shared.counters.commits;
                commits.fetch_add(u64::try_from(taken).unwrap_or(0), Ordering::Relaxed);
                for (commit, outcome) in turn.commits.into_iter().zip(outcomes) {
                    meters::committed(commit.asked_us);
                    let _ = commit.answer.send(outcome);
                }
            }
            Err(Unwritten { error: EngineError::Full(why), undo }) => {
                self.lose_the_engine(&why, undo);
                self.serve(turn);
            }
            Err(Unwritten { error, .. }) => {
                self.fail(error.to_string());
                self.serve(turn);
            }
        }
    }

    /// Everybody has been answered: the engine may do what it has put off.
    fn rest(&mut self) {
        if !matches!(self.mode, Mode::Open) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let rested = shared.while_busy(|| with(shared.engine().as_deref(), Engine::rest));
        match rested {
            Ok(()) => {}
            Err(EngineError::Full(why)) => self.lose_the_engine(&why, None),
            Err(error) => self.fail(error.to_string()),
        }
    }

    fn write_group(&mut self, turn: &Turn) -> Result<Outcomes, Unwritten> {
        let began_us = clock::tick_us();
        let shared = Arc::clone(&self.shared);
        let Decided { outcomes, mut writes, mut inverse, ledger } = self.decide(turn)?;
        if writes.is_empty() {
            return Ok(outcomes);
        }
        let group = ledger.group;
        writes.push(ledger.write());
        inverse.push(Ledger { group: group + 1, ..self.ledger }.write());
        let undo = |error| Unwritten { error, undo: Some(Undo { group, writes: std::mem::take(&mut inverse) }) };

        let copied = shared.tee.group(&writes);
        let applied = with(shared.engine_alone().as_deref(), |it| it.apply(writes));
        meters::applied(began_us);
        let sync_began_us = clock::tick_us();
        let synced = applied.and_then(|()| with(shared.engine().as_deref(), Engine::sync));
        synced.and_then(|()| self.opener.acknowledged(group)).map_err(undo)?;
        copied.written();
        self.ledger = ledger;
        let sync_us = clock::tick_us().saturating_sub(sync_began_us);
        shared.counters.last_sync_us.store(sync_us, Ordering::Relaxed);
        meters::group(turn.commits.len() + turn.lazy.len(), sync_began_us);
        Ok(outcomes)
    }

    /// Checks every batch against the engine and what goes before it.
    fn decide(&self, turn: &Turn) -> Result<Decided, EngineError> {
        let slot = self.shared.engine();
        let engine = slot.as_deref().ok_or_else(no_engine)?;
        let mut group = Group::new(engine);
        for batch in &turn.lazy {
            if let Err(refusal) = group.take(batch) {
                readers::refused(refusal)?;
                meters::error("later");
            }
        }
        let mut outcomes = Vec::with_capacity(turn.commits.len());
        for commit in &turn.commits {
            outcomes.push(match group.take(&commit.batch) {
                Ok(()) => Ok(()),
                Err(refusal) => Err(readers::refused(refusal)?),
            });
        }
        let mut ledger = Ledger { group: self.ledger.group + 1, ..self.ledger };
        group.enter(&mut ledger);
        let (writes, inverse) = group.writes();
        Ok(Decided { outcomes, writes, inverse, ledger })
    }

    fn fail(&mut self, reason: String) {
        meters::error("sync");
        // Not dropped: closing sled would write and sync again over a disk whose state is unknown.
        std::mem::forget(self.shared.engine_alone().take());
        self.shared.fail(&reason);
        self.mode = Mode::Failed(reason);
    }

    fn lose_the_engine(&mut self, why: &str, undo: Option<Undo>) {
        // Before the engine goes: whoever finds none must find the reason, which is not that the store is closed.
        self.shared.health.send_replace(Health::Full);
        let engine = self.shared.engine_alone().take();
        if let_go(engine, self.tuning.close_ms).is_err() {
            return self.fail(format!("{why}, and the engine does not let go of its files"));
        }
        self.mode = Mode::Gone(undo);
        self.probe_at_ms = clock::tick_ms().saturating_add(self.tuning.probe_ms);
        self.tell_full(why);
    }

    fn tell_full(&self, why: &str) {
        self.shared.health.send_replace(Health::Full);
        meters::error("full");
        Line::new(&events::STORE_FULL)
            .actor("store")
            .reason(why)
            .field("free_bytes", self.opener.free_bytes().unwrap_or(0))
            .next("nothing is taken in; it goes on by itself when there is room")
            .act("free some space on the disk of store.path")
            .emit();
    }

    /// Takes the size of things, now and then, and notices that the reserve is touched or free again.
    fn look_at_the_disk(&mut self) {
        let now_ms = clock::tick_ms();
        if self.looked_ms.is_some_and(|it| now_ms < it.saturating_add(self.tuning.look_ms)) {
            return;
        }
        self.looked_ms = Some(now_ms);
        if matches!(self.mode, Mode::Open | Mode::Short) && self.opener.is_gone() {
            return self.fail("its folder was moved, deleted or replaced while it was in use".to_owned());
        }
        let free = self.opener.free_bytes();
        let sizes = self.shared.engine().as_deref().map(Engine::sizes);
        meters::disk(&self.shared.counters, sizes.unwrap_or_default(), free);
        let short = free.is_some_and(|it| it < self.tuning.reserve_bytes);
        match self.mode {
            Mode::Open if short => {
                self.mode = Mode::Short;
                self.tell_full("less is free than store.reserve_bytes");
            }
            Mode::Short if self.has_enough(free) => {
                self.mode = Mode::Open;
                self.shared.health.send_replace(Health::Ok);
            }
            Mode::Open | Mode::Short | Mode::Gone(_) | Mode::Failed(_) => {}
        }
    }

    /// A quarter above the reserve, so that the store does not flutter around the limit.
    fn has_enough(&self, free: Option<u64>) -> bool {
        let reserve = self.tuning.reserve_bytes;
        free.is_none_or(|it| it >= reserve.saturating_add(reserve / 4))
    }

    /// Tries to come back from a full disk.
    fn reopen(&mut self) {
        let Mode::Gone(undo) = &self.mode else { return };
        let now_ms = clock::tick_ms();
        if now_ms < self.probe_at_ms {
            return;
        }
        let undo = undo.clone();
        self.probe_at_ms = now_ms.saturating_add(self.tuning.probe_ms);
        if !self.has_enough(self.opener.free_bytes()) || !self.opener.has_room() {
            return;
        }
        match self.opener.open().and_then(|engine| self.take_back(engine, undo)) {
            Ok(engine) => {
                *self.shared.engine_alone() = Some(engine);
                self.mode = Mode::Open;
                self.shared.health.send_replace(Health::Ok);
            }
            Err(EngineError::Corrupt(why)) => self.fail(format!("after the disk was full: {why}")),
            // Still no room, or something holds the files yet: the next probe tries again.
            Err(EngineError::Full(_) | EngineError::Broken(_)) => meters::error("reopen"),
        }
    }

    /// "Full" was answered, so the group must not be there; if it is, it is undone.
    fn take_back(&mut self, engine: Box<dyn Engine>, undo: Option<Undo>) -> Result<Box<dyn Engine>, EngineError> {
        let found = Ledger::read(engine.as_ref())?.unwrap_or_default().group;
        let known = self.ledger.group;
        if found < known {
            let why = format!("the log ends at group {found}, but group {known} was acknowledged");
            return Err(EngineError::Corrupt(why));
        }
        if let Some(undo) = undo.filter(|it| it.group == found) {
            engine.apply(undo.writes)?;
            engine.sync()?;
        }
        self.ledger = Ledger::read(engine.as_ref())?.unwrap_or_default();
        self.opener.acknowledged(self.ledger.group)?;
        Ok(engine)
    }
}

fn with<T>(
    engine: Option<&dyn Engine>,
    run: impl FnOnce(&dyn Engine) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    engine.ok_or_else(no_engine).and_then(run)
}

fn no_engine() -> EngineError {
    EngineError::Broken("there is no engine".to_owned())
}
