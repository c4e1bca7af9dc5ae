//! The handle: opens the store, starts its threads, and is what everybody asks.

use super::engine::{Engine, EngineError};
use super::inbox::{Commit, Inbox, Limits};
use super::opener::{MemoryOpener, Opener, SledOpener};
use super::readers::{self, Question, Questions};
use super::state::{FatalHook, Health, Shared, Status};
use super::writer::{Tuning, Writer};
use super::{Batch, Op, OpenError, Record, Row, Store, StoreError, group, hang, meters, own};
use crate::{clock, config};
use std::sync::Arc;
use std::thread;
use tokio::sync::{oneshot, watch};

/// Reader threads.
const READERS: usize = 2;

/// The store, for everybody. Cheap to clone. The last clone's end closes the store too, but only
/// [`Handle::close`] waits for it.
#[derive(Clone)]
pub struct Handle(Arc<Inner>);

struct Inner(Arc<Shared>);

impl Drop for Inner {
    fn drop(&mut self) {
        self.0.inbox.close();
        self.0.questions.close();
    }
}

impl Handle {
    /// Opens the store in its folder: takes the lock, checks every row, migrates, starts the threads.
    /// Blocks for as long as that takes.
    ///
    /// # Errors
    /// In words for the operator; a damaged store is moved aside first.
    pub fn open(settings: &config::Store) -> Result<Self, OpenError> {
        let mut opener = SledOpener::new(&settings.path, settings.cache_bytes)?;
        let engine = opener.open_checked()?;
        Self::start(settings, tuning(settings), engine, Box::new(opener))
    }

    /// Opens a store that forgets everything when it is closed.
    ///
    /// # Errors
    /// When its threads cannot be started.
    pub fn memory(settings: &config::Store) -> Result<Self, OpenError> {
        let mut opener = MemoryOpener;
        let engine = opener.open().map_err(OpenError::Engine)?;
        Self::start(settings, tuning(settings), engine, Box::new(opener))
    }

    pub(super) fn start(
        settings: &config::Store,
        tuning: Tuning,
        engine: Box<dyn Engine>,
        opener: Box<dyn Opener>,
    ) -> Result<Self, OpenError> {
        let limits = Limits { queue: settings.queue, group: settings.group.max(1), lazy_ms: settings.lazy_ms };
        let shared = Arc::new(Shared::new(engine, Inbox::new(limits), Questions::new(settings.queue)));
        let writer = Writer::new(Arc::clone(&shared), opener, tuning).map_err(|error| match error {
            EngineError::Full(_) => OpenError::Full { path: settings.path.clone() },
            error => OpenError::Engine(error),
        })?;
        let handle = Self(Arc::new(Inner(Arc::clone(&shared))));
        spawn("store-writer".to_owned(), settings, move || writer.run())?;
        let watched = Arc::clone(&shared);
        spawn("store-watch".to_owned(), settings, move || hang::watch(&watched, tuning.stuck_ms))?;
        for number in 0..READERS {
            let shared = Arc::clone(&shared);
            spawn(format!("store-reader-{number}"), settings, move || readers::run(&shared))?;
        }
        Ok(handle)
    }

    /// Takes nothing more, writes and syncs what waits, closes the engine and lets go of the folder.
    pub async fn close(&self) {
        let shared = &self.0.0;
        shared.inbox.close();
        let mut finished = shared.finished.subscribe();
        let _ = finished.wait_for(|it| *it).await;
        shared.questions.close();
    }

    /// How the store is, without waiting for anything.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.0.status(clock::tick_us())
    }

    /// Follows how the store is.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.0.0.health.subscribe()
    }

    /// Names what to do when the store must not go on: say last words and end the process. It is called from
    /// the writer's thread, with the reason; at once, when it is too late already.
    pub fn on_fatal(&self, hook: impl Fn(String) + Send + Sync + 'static) {
        let hook: FatalHook = Box::new(hook);
        self.0.0.on_fatal(hook);
    }

    /// Notes whose store this is. Another bot is refused unless it adopts the store.
    ///
    /// # Errors
    /// [`OpenError::OtherBot`], or what the store says.
    pub async fn claim_bot(&self, id: i64, adopt: bool) -> Result<(), OpenError> {
        let kept = self.get(own::BOT.to_vec()).await.map_err(OpenError::Store)?;
        let revision = kept.as_ref().map_or(0, |it| it.revision);
        let kept: Option<i64> = kept.and_then(|it| String::from_utf8(it.value).ok()).and_then(|it| it.parse().ok());
        match kept {
            Some(kept) if kept == id => return Ok(()),
            Some(kept) if !adopt => return Err(OpenError::OtherBot { kept, asked: id }),
            Some(_) | None => {}
        }
        let value = id.to_string().into_bytes();
        let put = Op::Put { key: own::BOT.to_vec(), value, expect: Some(revision) };
        self.write(Arc::new(Batch(vec![put]))).await.map_err(OpenError::Store)
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.0.0)
    }

    async fn write(&self, batch: Arc<Batch>) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        self.0.0.inbox.commit(Commit { batch, answer, asked_us: clock::tick_us() })?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    async fn ask<T>(
        &self,
        question: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Question,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.0.0.questions.ask(question(answer))?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Store for Handle {
    async fn get(&self, key: Vec<u8>) -> Result<Option<Record>, StoreError> {
        match readers::at_hand(&self.0.0, &key) {
            Some(answer) => answer,
            None => self.ask(|answer| Question::Get { key, answer }).await,
        }
    }

    async fn scan(&self, prefix: Vec<u8>, after: Option<Vec<u8>>, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.ask(|answer| Question::Scan { prefix, after, limit, answer }).await
    }

    async fn last(&self, prefix: Vec<u8>) -> Result<Option<Row>, StoreError> {
        self.ask(|answer| Question::Last { prefix, answer }).await
    }

    fn commit(&self, batch: impl Into<Arc<Batch>>) -> impl Future<Output = Result<(), StoreError>> + Send {
        let batch = batch.into();
        async move {
            group::check(&batch)?;
            self.write(batch).await
        }
    }

    fn later(&self, batch: Batch) {
        if batch.0.is_empty() {
            return;
        }
        if group::check(&batch).is_err() || !self.0.0.inbox.later(batch) {
            meters::error("later");
        }
    }
}

fn tuning(settings: &config::Store) -> Tuning {
    Tuning { reserve_bytes: settings.reserve_bytes, ..Tuning::default() }
}

fn spawn(name: String, settings: &config::Store, run: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
    let spawned = thread::Builder::new().name(name).spawn(run);
    let refused = |error| OpenError::Disk { what: "start a thread for", path: settings.path.clone(), error };
    spawned.map(drop).map_err(refused)
}
