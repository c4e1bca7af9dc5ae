//! The reader threads: they alone wait for pages, never a worker of the executor.

use super::engine::{EngineError, Pair};
use super::frame::{self, Damage};
use super::group::Refusal;
use super::state::Shared;
use super::{Record, Row, StoreError, meters};
use crate::clock;
use crate::telemetry::{Line, events};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// Something to read.
pub(super) enum Question {
    Get { key: Vec<u8>, answer: Answer<Option<Record>> },
    Scan { prefix: Vec<u8>, after: Option<Vec<u8>>, limit: usize, answer: Answer<Vec<Row>> },
    Last { prefix: Vec<u8>, answer: Answer<Option<Row>> },
}

/// The readers' queue.
pub(super) struct Questions {
    limit: usize,
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

#[derive(Default)]
struct Waiting {
    questions: VecDeque<Question>,
    closed: bool,
}

impl Questions {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, waiting: Mutex::default(), wake: Condvar::new() }
    }

    /// Queues a question, or says why not.
    pub(super) fn ask(&self, question: Question) -> Result<(), StoreError> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(StoreError::Closed);
        }
        if waiting.questions.len() >= self.limit {
            return Err(StoreError::Busy);
        }
        waiting.questions.push_back(question);
        // Whoever is woken while the lock is held only waits again.
        drop(waiting);
        self.wake.notify_one();
        Ok(())
    }

    /// Takes no more; what waits is still answered.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    fn take(&self) -> Option<Question> {
        let mut waiting = self.lock();
        loop {
            if let Some(question) = waiting.questions.pop_front() {
                return Some(question);
            }
            if waiting.closed {
                return None;
            }
            waiting = self.wake.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers questions until the queue is closed. An asker who has given up is no error.
pub(super) fn run(shared: &Shared) {
    while let Some(question) = shared.questions.take() {
        let began_us = clock::tick_us();
        match question {
            Question::Get { key, answer } => {
                let _ = answer.send(get(shared, &key));
                meters::query("get", began_us);
            }
            Question::Scan { prefix, after, limit, answer } => {
                let _ = answer.send(scan(shared, &prefix, after.as_deref(), limit));
                meters::query("scan", began_us);
            }
            Question::Last { prefix, answer } => {
                let _ = answer.send(last(shared, &prefix));
                meters::query("last", began_us);
            }
        }
    }
}

/// The answer as far as it needs no page, so that nobody has to wait for a reader.
pub(super) fn at_hand(shared: &Shared, key: &[u8]) -> Option<Result<Option<Record>, StoreError>> {
    let began_us = clock::tick_us();
    let found = shared.engine_now()?.as_ref()?.at_hand(key)?;
    meters::query("get", began_us);
    let Some(bytes) = found else { return Some(Ok(None)) };
    Some(frame::unpack(key, &bytes).map(Some).map_err(|it| damaged("get", key, it)))
}

fn get(shared: &Shared, key: &[u8]) -> Result<Option<Record>, StoreError> {
    let slot = shared.engine();
    let engine = slot.as_ref().ok_or_else(|| absent(shared))?;
    let Some(bytes) = engine.get(key).map_err(|it| failed("get", &it))? else { return Ok(None) };
    frame::unpack(key, &bytes).map(Some).map_err(|it| damaged("get", key, it))
}

fn scan(shared: &Shared, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Row>, StoreError> {
    let slot = shared.engine();
    let engine = slot.as_ref().ok_or_else(|| absent(shared))?;
    let after = after.max(hidden(prefix));
    let rows = engine.scan(prefix, after, limit).map_err(|it| failed("scan", &it))?;
    rows.into_iter().map(|it| row("scan", it)).collect()
}

fn last(shared: &Shared, prefix: &[u8]) -> Result<Option<Row>, StoreError> {
    let slot = shared.engine();
    let engine = slot.as_ref().ok_or_else(|| absent(shared))?;
    let found = engine.last(prefix).map_err(|it| failed("last", &it))?;
    found.filter(|it| it.0.first() != Some(&0)).map(|it| row("last", it)).transpose()
}

/// Rows of the store's own come first and are not shown to those who scan everything.
fn hidden(prefix: &[u8]) -> Option<&'static [u8]> {
    const LAST_OWN: &[u8] = &[0, u8::MAX];
    prefix.first().is_none_or(|it| *it == 0).then_some(LAST_OWN)
}

fn row(query: &'static str, (key, bytes): Pair) -> Result<Row, StoreError> {
    let record = frame::unpack(&key, &bytes).map_err(|it| damaged(query, &key, it))?;
    Ok((key, record))
}

/// Why there is no engine to ask.
fn absent(shared: &Shared) -> StoreError {
    use super::state::Health;
    match &*shared.health.borrow() {
        Health::Ok => StoreError::Closed,
        Health::Full => StoreError::Full,
        Health::Failed(reason) => StoreError::Failed(reason.clone()),
    }
}

fn failed(query: &'static str, error: &EngineError) -> StoreError {
    meters::error(query);
    if let EngineError::Corrupt(why) = error {
        tell_corrupt(why);
    }
    StoreError::Failed(error.to_string())
}

/// Counts and tells a damaged row, and makes the answer. Keys hold numbers, never words of people.
pub(super) fn damaged(query: &'static str, key: &[u8], damage: Damage) -> StoreError {
    meters::error(query);
    let why = format!("row {}: {damage}", data_encoding::HEXLOWER.encode(key));
    tell_corrupt(&why);
    StoreError::Failed(why)
}

/// Turns a refusal into what the sender of the batch reads; the engine's own errors are not for one batch.
pub(super) fn refused(refusal: Refusal) -> Result<StoreError, EngineError> {
    match refusal {
        Refusal::Batch(error) => Ok(error),
        Refusal::Damaged(key, damage) => Ok(damaged("commit", &key, damage)),
        Refusal::Engine(error) => Err(error),
    }
}

fn tell_corrupt(why: &str) {
    Line::new(&events::STORE_CORRUPT)
        .actor("store")
        .reason(why)
        .next("this row is refused, others are served")
        .act("stop the bot, keep a copy of the store's folder, restore a backup")
        .emit();
}
