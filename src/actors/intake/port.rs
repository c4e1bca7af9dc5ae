//! The handle of intake: takes updates in, lets chats take events out, and acknowledges.

use super::desk::{Bounds, Desk, Offered, Taken as Next, Wake};
use super::item::{Disk, Item};
use super::numbers::Numbers;
use super::offer::RETRY_AFTER_S;
use crate::actors::world::Sequence;
use crate::clock;
use crate::config::Runtime;
use crate::domain::event::{Event, Happened, Verdict};
use crate::domain::types::{ChatNo, UserId};
use crate::protocol::chat::{Address, ChatMsg};
use crate::protocol::facts::FactsPort;
use crate::protocol::health::HealthBoard;
use crate::protocol::intake::Taken;
use crate::protocol::limiter::LimiterPort;
use crate::protocol::outbox::{OutboxMsg, OutboxPort};
use crate::store::{Batch, Handle, Store, StoreError, keys, rows};
use crate::telegram::callback::CallbackKey;
use crate::telegram::update::{DecodeContext, Decoded};
use crate::telemetry::metrics::hot;
use crate::telemetry::names::{DoneAs, Via};
use crate::telemetry::{Line, events};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

/// Whoever waits for an update to be finished or on the disk.
pub type Waiter = oneshot::Sender<Taken>;

/// Starts a chat that has work and is not running. Given by the tree when the shards are there.
pub type Starter = Box<dyn Fn(ChatNo) + Send + Sync>;

/// The handle. Cheap to clone.
#[derive(Clone)]
pub struct IntakePort {
    inner: Arc<Inner>,
}

struct Inner {
    parts: IntakeParts,
    desk: Mutex<Desk<Address, Waiter>>,
    numbers: Mutex<Numbers>,
    due: Notify,
    scribe_sleeps: AtomicBool,
    closed: AtomicBool,
    clocks: super::clocks::Clocks,
    starter: OnceLock<Starter>,
    blame: super::blame::Blame,
}

/// What intake is made of.
pub struct IntakeParts {
    /// The store.
    pub store: Handle,
    /// The facts that updates make stale.
    pub facts: FactsPort,
    /// Where presses get an answer in time.
    pub outbox: OutboxPort,
    /// Who should know that Telegram can be reached.
    pub limiter: LimiterPort,
    /// How updates come.
    pub via: Via,
    /// Where it says whether they can come.
    pub health: HealthBoard,
    /// The key that signed our buttons.
    pub key: Arc<CallbackKey>,
    /// Fresh numbers.
    pub sequence: Arc<Sequence>,
    /// The kinds of updates that the enabled features need.
    pub updates: Vec<&'static str>,
    /// The features' names, in their order.
    pub names: Vec<&'static str>,
    /// `[runtime]`
    pub limits: Runtime,
}

impl IntakePort {
    /// An empty intake.
    #[must_use]
    pub fn new(parts: IntakeParts) -> Self {
        let bounds = Bounds { chat: parts.limits.chat_queue, total: parts.limits.total_queue };
        Self {
            inner: Arc::new(Inner {
                desk: Mutex::new(Desk::new(bounds)),
                numbers: Mutex::default(),
                due: Notify::new(),
                scribe_sleeps: AtomicBool::new(true),
                closed: AtomicBool::new(false),
                clocks: super::clocks::Clocks::default(),
                starter: OnceLock::new(),
                blame: super::blame::Blame::default(),
                parts,
            }),
        }
    }

    /// Says how chats are started. Only the first call counts.
    pub fn set_starter(&self, starter: Starter) {
        let _second = self.inner.starter.set(starter);
    }

    /// What intake is made of.
    #[must_use]
    pub fn parts(&self) -> &IntakeParts {
        &self.inner.parts
    }

    /// The crashes that are remembered.
    #[must_use]
    pub fn blame(&self) -> &super::blame::Blame {
        &self.inner.blame
    }

    /// The queues. Hold the lock for a moment only.
    pub fn desk(&self) -> MutexGuard<'_, Desk<Address, Waiter>> {
        self.inner.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The chats' numbers. Hold the lock for a moment only.
    pub fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.inner.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on nothing is taken in: the house is closing.
    pub fn close(&self) {
        self.inner.closed.store(true, Ordering::Release);
    }

    /// Whether updates can be taken in: the store can write, and the house is open.
    #[must_use]
    pub fn open(&self) -> bool {
        !self.inner.closed.load(Ordering::Acquire) && self.inner.parts.store.status().writable
    }

    /// Telegram's clock against ours.
    #[must_use]
    pub fn clocks(&self) -> &super::clocks::Clocks {
        &self.inner.clocks
    }

    /// Decodes with the present key and time.
    ///
    /// # Errors
    /// It is no update that we understand; the error says whether anything of it could be read.
    pub fn decode(&self, raw: &[u8]) -> Result<Decoded, crate::telegram::update::Undecodable> {
        let context = DecodeContext { key: &self.inner.parts.key, me: UserId(0), now: clock::now() };
        crate::telegram::update::decode(raw, &context)
    }

    /// Puts an update into its chat's queue; the waiter hears when it is finished or on the disk.
    pub fn take_in(&self, raw: bytes::Bytes, decoded: Decoded, waiter: Waiter) {
        let chat = decoded.chat.map_or(ChatNo::HOUSE, |it| self.numbers().number(it));
        self.stale(&decoded.happened);
        let seq = self.inner.parts.sequence.take(1);
        let update = decoded.update.0;
        let item = Item::new(chat, seq, raw, decoded.happened, decoded.press, clock::tick_ms());
        self.sentence(&item);
        // One lock for both questions: two deliveries of one update at the same time are one event.
        let offered = {
            let mut desk = self.desk();
            match desk.known(update, waiter) {
                Ok(known) => known,
                Err(waiter) => desk.offer(item.clone(), Some(waiter)),
            }
        };
        if !matches!(offered, Offered::Duplicate | Offered::Joined) {
            self.answer_in_time(&item);
        }
        self.after_offer(offered, chat);
    }

    /// Puts an event of our own into a chat's queue. Its row is on the disk already.
    pub fn push_own(&self, chat: ChatNo, seq: u64, happened: Happened) {
        let item = Item::kept(chat, seq, bytes::Bytes::new(), happened, clock::tick_ms(), 0);
        let offered = self.desk().offer(item, None);
        self.after_offer(offered, chat);
    }

    /// Puts an event back whose row is on the disk: a release from quarantine.
    pub fn push_kept(&self, item: Arc<Item>) {
        let chat = item.chat;
        let offered = self.desk().offer(item, None);
        self.after_offer(offered, chat);
    }

    /// A press that is undecided after `runtime.press_answer_ms` gets an empty answer; the words follow.
    fn answer_in_time(&self, item: &Arc<Item>) {
        let Event::Pressed(pressed) = &item.happened.event else { return };
        if pressed.verdict == Verdict::Forged {
            Line::new(&events::SEC_PRESS_FORGED).actor("intake").user(pressed.from.id.0).emit();
        }
        let (pressed, item, outbox) = (Arc::new(pressed.clone()), item.clone(), self.inner.parts.outbox.clone());
        let wait = Duration::from_millis(self.inner.parts.limits.press_answer_ms);
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            if !item.finished() {
                let _answered_by_its_decision = outbox.port().tell(OutboxMsg::AnswerNow(pressed));
            }
        });
    }

    pub(super) fn after_offer(&self, offered: Offered<Address>, chat: ChatNo) {
        match offered {
            Offered::Joined => {}
            Offered::Duplicate => {
                hot().duplicates.increment(1);
                Line::new(&events::UPDATE_DUPLICATE).actor("intake").emit();
            }
            Offered::Queued(wake) => {
                self.wake(chat, wake);
                self.nudge_scribe();
            }
            Offered::Spill(item, wake) => {
                self.wake(chat, wake);
                let this = self.clone();
                tokio::spawn(async move { this.spill(item).await });
            }
        }
    }

    /// Writes the row of an event that has no place in memory.
    async fn spill(&self, item: Arc<Item>) {
        let written = item.disk() == Disk::There || self.keep(&item).await;
        let wake = self.desk().spilled(&item, written);
        self.wake(item.chat, wake);
    }

    /// Writes an unfinished event's row and acknowledges it. Answers whether the row is there.
    pub async fn keep(&self, item: &Arc<Item>) -> bool {
        let mut batch = Batch::default();
        if let Some(update) = item.update() {
            let (key, bit) = keys::done(update.0);
            batch.0.push(crate::store::Op::ExpectClear { key, bit });
        }
        self.number_row(item.chat, &mut batch);
        let value = rows::write(&item.row(&self.inner.parts.names));
        batch.0.push(crate::store::Op::Put { key: keys::queued(item.chat, item.seq), value, expect: Some(0) });
        let answer = match self.patiently(batch).await {
            // A row that is there already was written with a decision of its first features.
            Ok(()) | Err(StoreError::Conflict) => {
                self.numbers().row_stored(item.chat);
                item.set_disk(Disk::There);
                hot().persisted.increment(1);
                Taken::Done
            }
            // Finished meanwhile: whoever finished it may not have come to say so yet.
            Err(StoreError::AlreadyDone) => Taken::Done,
            Err(_) => Taken::Refused { retry_after_s: RETRY_AFTER_S },
        };
        if item.leaves_row() {
            self.strike(item);
        }
        self.acknowledge(item, answer);
        answer == Taken::Done
    }

    /// Tells those who wait for this event what became of it.
    pub fn acknowledge(&self, item: &Item, answer: Taken) {
        if let Some(update) = item.update() {
            let waiters = self.desk().acknowledge(update.0);
            tell(waiters, answer);
        }
    }

    /// Commits, and waits while more is waiting for the disk than may; only a store that cannot write refuses.
    pub(super) async fn patiently(&self, batch: Batch) -> Result<(), StoreError> {
        let batch = Arc::new(batch);
        loop {
            match self.inner.parts.store.commit(Arc::clone(&batch)).await {
                Err(StoreError::Busy) => tokio::time::sleep(Duration::from_millis(20)).await,
                answer => return answer,
            }
        }
    }

    /// Adds the row of a chat's number to the first batch that writes anything of that chat.
    pub fn number_row(&self, chat: ChatNo, batch: &mut Batch) {
        let missing = self.numbers().needs_row(chat);
        if let Some(id) = missing {
            batch.put(keys::id(id), rows::write(&rows::Number { no: chat.0, now: id }));
        }
    }

    /// The last feature has decided, and what it wanted (if anything) is on the disk.
    pub fn finish(&self, item: &Item, written: bool) {
        self.finish_as(item, if written { DoneAs::Claimed } else { DoneAs::Passed });
    }

    /// The same, counted as what it is.
    pub(super) fn finish_as(&self, item: &Item, outcome: DoneAs) {
        hot().done(outcome).increment(1);
        let waiters = self.desk().finish(item, clock::now().0);
        tell(waiters, Taken::Done);
        if item.leaves_row() {
            self.strike(item);
        }
    }

    /// Deletes the row of an event that finished without effects, some time soon.
    fn strike(&self, item: &Item) {
        let mut batch = Batch::default();
        if let Some(update) = item.update() {
            self.desk().done.write(update.0, clock::now().0, false, &mut batch);
        }
        batch.delete(keys::queued(item.chat, item.seq));
        self.inner.parts.store.later(batch);
    }

    /// The next event for this generation of a chat.
    #[must_use]
    pub fn next(&self, chat: ChatNo, generation: u64) -> Next {
        self.desk().take(chat, generation)
    }

    /// Makes a chat look at its queue.
    pub fn wake(&self, chat: ChatNo, wake: Wake<Address>) {
        match wake {
            Wake::Awake => {}
            Wake::Tell(address) => {
                // An address whose actor has just ended: its supervisor detaches it and starts the next generation.
                let _ended = address.send_message(ChatMsg::Wake);
            }
            Wake::Start => self.start(chat),
        }
    }

    /// Asks the tree to start a chat.
    pub fn start(&self, chat: ChatNo) {
        if let Some(start) = self.inner.starter.get() {
            start(chat);
        }
    }

    /// The scribe wakes when an event arrives and it has nothing to wait for.
    fn nudge_scribe(&self) {
        if self.inner.scribe_sleeps.swap(false, Ordering::AcqRel) {
            self.inner.due.notify_one();
        }
    }

    /// The scribe waits here until an event arrives.
    pub async fn scribe_sleep(&self) {
        self.inner.scribe_sleeps.store(true, Ordering::Release);
        if self.desk().next_due_ms(0).is_some() {
            return;
        }
        self.inner.due.notified().await;
    }

    /// Forgets facts that an update contradicts, and follows a group to its new id.
    fn stale(&self, happened: &Happened) {
        match &happened.event {
            Event::Moved(moved) | Event::Placed(moved) => {
                self.inner.parts.facts.forget_member(happened.place.id, moved.who.id);
                if moved.old.is_admin() || moved.new.is_admin() {
                    self.inner.parts.facts.forget_admins(happened.place.id);
                }
                if matches!(happened.event, Event::Placed(_)) && happened.place.id.0 < 0 {
                    self.inner.parts.facts.forget_doubts(happened.place.id);
                }
            }
            Event::Migrated { to } => {
                self.inner.parts.facts.forget_chat(happened.place.id);
                self.inner.parts.facts.forget_chat(*to);
                self.inner.parts.facts.forget_admins(happened.place.id);
                self.inner.parts.facts.forget_admins(*to);
                let (this, old, new) = (self.clone(), happened.place.id, *to);
                tokio::spawn(async move { this.migrate(old, new).await });
            }
            _ => {}
        }
    }
}

/// Tells everybody who waits for an acknowledgement; a receiver that has gone is no error of ours.
fn tell(waiters: Vec<Waiter>, answer: Taken) {
    if answer == Taken::Done {
        hot().accepted.increment(waiters.len() as u64);
    }
    for waiter in waiters {
        let _gone = waiter.send(answer);
    }
}
