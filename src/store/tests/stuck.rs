//! Engines that hang, panic or hand out rows that were never written.

use super::{batch, eventually, put, settings};
use crate::store::engine::{Engine, EngineError, Pair, Sizes, Write};
use crate::store::memory::Memory;
use crate::store::opener::MemoryOpener;
use crate::store::writer::Tuning;
use crate::store::{Handle, Health, Store, StoreError, frame};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// What the engine does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    HangsInSync,
    HangsWhenClosed,
    PanicsInApply,
}

/// A memory with a bad habit; hangs until the test is over.
struct Odd {
    memory: Memory,
    habit: Habit,
    over: Mutex<Receiver<()>>,
}

impl Odd {
    fn hang(&self) {
        let _ = self.over.lock().unwrap().recv();
    }
}

impl Engine for Odd {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.memory.get(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, EngineError> {
        self.memory.scan(prefix, after, limit)
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<Pair>, EngineError> {
        self.memory.last(prefix)
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        match self.habit {
            Habit::PanicsInApply => panic!("an assertion deep in the engine"),
            Habit::HangsWhenClosed => Err(EngineError::Full("no space left".into())),
            Habit::HangsInSync => self.memory.apply(writes),
        }
    }

    fn sync(&self) -> Result<(), EngineError> {
        self.hang();
        Ok(())
    }

    fn sizes(&self) -> Sizes {
        Sizes::default()
    }
}

impl Drop for Odd {
    fn drop(&mut self) {
        if self.habit == Habit::HangsWhenClosed {
            self.hang();
        }
    }
}

fn with(habit: Habit) -> (Handle, Sender<()>) {
    let (end, over) = channel();
    let engine = Odd { memory: Memory::default(), habit, over: Mutex::new(over) };
    let tuning = Tuning { stuck_ms: 50, close_ms: 50, ..Tuning::default() };
    let store = Handle::start(&settings(Path::new("")), tuning, Box::new(engine), Box::new(MemoryOpener)).unwrap();
    (store, end)
}

#[tokio::test]
async fn an_engine_that_hangs_or_panics_is_fatal() {
    for habit in [Habit::HangsInSync, Habit::HangsWhenClosed, Habit::PanicsInApply] {
        let (store, end) = with(habit);
        let words = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&words);
        store.on_fatal(move |reason| heard.lock().unwrap().push(reason));
        let asker = store.clone();
        let commit = tokio::spawn(async move { asker.commit(batch([put("a", "1")])).await });
        eventually("the hook is called", async || !words.lock().unwrap().is_empty()).await;
        assert!(matches!(&*store.health().borrow(), Health::Failed(_)), "{habit:?}");
        assert!(!store.status().writable, "{habit:?}");
        drop(end);
        let answer = commit.await.unwrap();
        let refused = matches!(answer, Err(StoreError::Failed(_) | StoreError::Closed));
        assert!(refused || habit == Habit::HangsInSync, "{habit:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_row_that_was_never_written_is_refused_and_others_are_served() {
    let engine = Memory::default();
    let good = frame::pack(b"good", 1, b"{}");
    let stray = frame::pack(b"elsewhere", 1, b"{}");
    let write = |key: &[u8], value: Vec<u8>| Write { key: key.to_vec(), value: Some(value), fresh: false };
    engine.apply(vec![write(b"good", good), write(b"stray", stray)]).unwrap();
    let tuning = Tuning::default();
    let store = Handle::start(&settings(Path::new("")), tuning, Box::new(engine), Box::new(MemoryOpener)).unwrap();
    assert!(store.get("good".into()).await.unwrap().is_some());
    let refused = [
        store.get("stray".into()).await.err(),
        store.scan(vec![], None, 9).await.err(),
        store.last("s".into()).await.err(),
        store.commit(batch([put("x", "1"), super::put_at(1, "stray", "2")])).await.err(),
    ];
    for (number, error) in refused.into_iter().enumerate() {
        assert!(matches!(error, Some(StoreError::Failed(_))), "question {number}: {error:?}");
    }
    assert_eq!(store.get("x".into()).await, Ok(None));
    store.commit(batch([put("good", "2")])).await.unwrap();
}
