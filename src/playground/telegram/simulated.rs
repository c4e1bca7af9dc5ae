//! The handle: starts the simulated Telegram, reads its ledger, breaks it, stops it.

use super::faults::{Fault, Faults, Hit, Layer};
use super::happening::Happening;
use super::ledger::{Call, Counts, Delivery, Ledger};
use super::options::Options;
use super::server;
use super::world::World;
use crate::domain::types::{ChatId, UserId};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast, watch};

/// A running simulated Telegram. Clones share it; the last one dropped stops it.
#[derive(Clone)]
pub struct Simulated {
    pub(super) inner: Arc<Inner>,
    _guard: Arc<Guard>,
}

pub(super) struct Inner {
    pub(super) options: Options,
    pub(super) ledger: Ledger,
    /// Told after every call, delivery and action.
    pub(super) changed: Notify,
    address: SocketAddr,
    world: Mutex<World>,
    faults: Mutex<Faults>,
    /// Whether there are faults at all, so that the common call takes no lock for them.
    faulty: AtomicBool,
    cut: watch::Sender<bool>,
    stop: watch::Sender<bool>,
}

struct Guard(watch::Sender<bool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

impl Inner {
    /// The world, locked: never across an await.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    pub(super) fn cutting(&self) -> watch::Receiver<bool> {
        self.cut.subscribe()
    }

    pub(super) fn is_cut_off(&self) -> bool {
        *self.cut.borrow()
    }

    /// The faults that hit this call or delivery.
    pub(super) fn hit(&self, method: &str, chat: Option<i64>, layer: Layer) -> Hit {
        if self.faulty.load(Ordering::Relaxed) { self.faults().hit(method, chat, layer) } else { Hit::default() }
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Simulated {
    /// Starts it; its Bot API answers when this returns.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let (stop, cut) = (watch::Sender::new(false), watch::Sender::new(false));
        let inner = Arc::new(Inner {
            address: listener.local_addr()?,
            ledger: Ledger::new(options.detail, options.observer.clone()),
            changed: Notify::new(),
            world: Mutex::new(World::new(&options, options.observer.clone())),
            faults: Mutex::new(Faults::new(options.seed)),
            faulty: AtomicBool::new(false),
            cut,
            stop: stop.clone(),
            options,
        });
        tokio::spawn(server::serve(Arc::clone(&inner), listener));
        Ok(Self { inner, _guard: Arc::new(Guard(stop)) })
    }

    /// What `telegram.api_url` must be.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://{}", self.inner.address)
    }

    /// The bot's token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.inner.options.token
    }

    /// The bot's id.
    #[must_use]
    pub fn bot(&self) -> UserId {
        UserId(self.world().bot.id)
    }

    /// Ends everything; calls in flight are cut.
    pub fn stop(&self) {
        self.inner.stop.send_replace(true);
    }

    /// Its clock, in ms since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.world().clock.now_ms()
    }

    /// Moves its clock: messages grow older, mutes run out, flood waits end, presses lapse.
    pub fn advance_ms(&self, by: i64) {
        self.world().clock.advance_ms(by);
        self.inner.changed.notify_waiters();
    }

    /// Adds a fault.
    pub fn fault(&self, fault: Fault) {
        self.inner.faults().add(fault);
        self.inner.faulty.store(true, Ordering::Relaxed);
    }

    /// Ends all faults.
    pub fn no_faults(&self) {
        self.inner.faults().clear();
        self.inner.faulty.store(false, Ordering::Relaxed);
    }

    /// Cuts all traffic, both ways, or lets it flow again.
    pub fn cut_off(&self, cut: bool) {
        self.inner.cut.send_replace(cut);
    }

    /// All calls so far (none in counting mode).
    #[must_use]
    pub fn all_calls(&self) -> Vec<Arc<Call>> {
        self.inner.ledger.since(0)
    }

    /// All calls of one method so far (none in counting mode).
    #[must_use]
    pub fn calls(&self, method: &str) -> Vec<Arc<Call>> {
        self.all_calls().into_iter().filter(|it| it.method == method).collect()
    }

    /// The number of the next call: a mark for [`Self::wait_from`].
    #[must_use]
    pub fn mark(&self) -> u64 {
        self.inner.ledger.next()
    }

    /// How often each method was called, also in counting mode.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, Counts> {
        self.inner.ledger.counts()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.inner.ledger.clear();
    }

    /// Waits for a call, also one that was made before.
    pub async fn wait_for(&self, wanted: impl Fn(&Call) -> bool, limit: Duration) -> Option<Arc<Call>> {
        self.wait_from(0, wanted, limit).await
    }

    /// Waits for a call with this number or a later one.
    pub async fn wait_from(&self, mark: u64, wanted: impl Fn(&Call) -> bool, limit: Duration) -> Option<Arc<Call>> {
        let mut seen = mark;
        let mut found = None;
        self.until(limit, || {
            let new = self.inner.ledger.since(seen);
            seen += new.len() as u64;
            found = new.into_iter().find(|it| wanted(it));
            found.is_some()
        })
        .await;
        found
    }

    /// Waits until something is true of this Telegram; says whether it became true.
    pub async fn until(&self, limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
        let watching = async {
            loop {
                let changed = self.inner.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if holds() {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(limit, watching).await.is_ok()
    }

    /// What happens from now on, as it happens.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Happening> {
        self.world().scene.subscribe()
    }

    /// What has happened in every chat, in order.
    #[must_use]
    pub fn story(&self) -> Vec<Happening> {
        self.world().story.clone()
    }

    /// One readable line for everything that happened in a chat.
    #[must_use]
    pub fn transcript(&self, chat: ChatId) -> Vec<String> {
        self.world().story.iter().filter(|it| it.chat == chat).map(ToString::to_string).collect()
    }

    /// Calls that were made while `retry_after` was running.
    #[must_use]
    pub fn early_calls(&self) -> u64 {
        self.counts().values().map(|it| it.early).sum()
    }

    /// Presses that were never answered, as (who, button).
    #[must_use]
    pub fn unanswered_presses(&self) -> Vec<(UserId, String)> {
        let world = self.world();
        let open = world.presses.values().filter(|it| it.answer.is_none());
        open.map(|it| (UserId(it.by), it.button.clone())).collect()
    }

    /// How many updates wait for the bot.
    #[must_use]
    pub fn undelivered(&self) -> usize {
        self.world().updates.pending.len()
    }

    /// How many updates the bot has taken: confirmed by offset, or answered with 2xx.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.world().updates.taken
    }

    /// Every attempt to bring an update.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.world().updates.deliveries.clone()
    }

    /// Whether the bot has a webhook now.
    #[must_use]
    pub fn has_webhook(&self) -> bool {
        self.world().updates.hook.is_some()
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.inner.world()
    }
}
