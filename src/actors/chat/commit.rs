//! A decision becomes one atomic batch, and what it wants is handed to those who perform it.

use super::Chat;
use super::asking::Pending;
use super::outlive::Outlives;
use super::rows::Value;
use crate::actors::intake::item::{Disk, Item};
use crate::actors::world::World;
use crate::clock;
use crate::domain::account::Account;
use crate::domain::effect::{Call, Class, Effect, InDoubt, Owed, Target};
use crate::domain::event::{ChatKind, Event, Happened, Note, Place};
use crate::domain::feature::{Cell, SLOTS, Verdict};
use crate::domain::types::{ChatId, ChatNo, UserId};
use crate::protocol::gateway::Question;
use crate::protocol::intake::Taken;
use crate::protocol::outbox::Job;
use crate::protocol::timer::WakeKey;
use crate::store::rows::{Debt, DebtState};
use crate::store::{Batch, Op, Store, StoreError, keys, rows};
use crate::telemetry::names::ACTIVE_GROUPS;
use crate::telemetry::{Line, events};
use ractor::ActorProcessingErr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The largest hot cell, in bytes.
const CELL_BYTES: usize = 8 * 1024;
/// Other chats that one decision may tell something.
const TELLS: usize = 1_000;
/// How long a chat waits before it tries a full or busy store again.
const STORE_RETRY: Duration = Duration::from_millis(500);

/// What became of a decision.
pub(super) enum Committed {
    /// It is on the disk.
    Yes,
    /// The event was finished before, by an earlier life of this chat.
    Before,
    /// Another life of this chat has written since this one read.
    Superseded,
}

/// A decision as rows, and what is to be done when they are on the disk.
struct Composed {
    batch: Batch,
    cell: Option<(usize, Cell)>,
    rows: Vec<(String, After)>,
    says: u64,
    handover: Handover,
}

/// What the chat's memory knows of a row once the batch is on the disk.
enum After {
    /// The store has this.
    Stored(Option<Value>),
    /// It is to be written some time soon.
    Kept(Value),
}

/// What performers are told once the batch is on the disk.
#[derive(Default)]
struct Handover {
    jobs: Vec<Job>,
    tells: Vec<(ChatNo, u64, Happened)>,
    wakes: Vec<(WakeKey, Option<crate::domain::types::Moment>)>,
    questions: Vec<Question>,
    taken_back: Vec<(&'static str, String)>,
    owners: Vec<UserId>,
    accounts: Vec<Account>,
}

impl Chat {
    /// Commits a decision. Waits as long as the disk is full: the event stays where it is.
    pub(super) async fn commit(
        &mut self,
        pending: &Pending,
        verdict: Verdict,
        last: bool,
    ) -> Result<Committed, ActorProcessingErr> {
        let item = &pending.item;
        let feature = pending.feature;
        let Composed { batch, cell, rows, handover, says: _ } = self.compose(item, feature, verdict, last)?;
        let (world, item, no, again) = (self.world.clone(), item.clone(), self.no, item.clone());
        let written = self.write_alone(batch, true, move |written| match written {
            Ok(()) => handover.perform(no, &world, &item, feature, last),
            Err(StoreError::AlreadyDone) => world.intake.finish(&item, true),
            Err(_) => {}
        });
        match written.await? {
            Ok(()) => {
                self.slots.start += SLOTS;
                for (name, row) in rows {
                    match row {
                        After::Stored(row) => self.rows.stored(feature, &name, row),
                        After::Kept(row) => self.rows.keep(feature, &name, row, clock::tick_ms()),
                    }
                }
                if let Some((n, cell)) = cell {
                    self.count_active(n, &cell);
                    self.cells[n] = (cell, self.cells[n].1 + 1);
                }
                Ok(Committed::Yes)
            }
            Err(StoreError::AlreadyDone) => Ok(Committed::Before),
            Err(StoreError::Conflict) if self.is_second_copy(&again).await => {
                self.world.intake.finish(&again, true);
                Ok(Committed::Before)
            }
            Err(StoreError::Conflict) => Ok(Committed::Superseded),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a batch and does what follows from it, also without this chat: if it is killed while the disk
    /// works, what was committed is still performed, and its next life waits for that. When there is a next life
    /// already, it is a conflict and nothing is written.
    pub(super) async fn write_alone(
        &self,
        batch: Batch,
        patiently: bool,
        then: impl FnOnce(&Result<(), StoreError>) + Send + 'static,
    ) -> Result<Result<(), StoreError>, ActorProcessingErr> {
        let pen = self.world.writing.begin(self.no);
        if !self.world.intake.desk().attached(self.no, self.generation) {
            return Ok(Err(StoreError::Conflict));
        }
        let world = self.world.clone();
        let written = Outlives::new(async move {
            let _until_all_is_done = pen;
            let written = if patiently { write(&world, batch).await } else { world.store.commit(batch).await };
            then(&written);
            written
        });
        Ok(written.await)
    }

    /// Whether an event of our own has been decided already: its row, which is the event, is gone. It can come
    /// twice when its row is read back while it is handed over.
    async fn is_second_copy(&self, item: &Item) -> bool {
        let key = keys::queued(self.no, item.seq);
        item.update().is_none() && matches!(self.world.store.get(key).await, Ok(None))
    }

    /// Keeps the number of chats that features look after true.
    fn count_active(&self, n: usize, new: &Cell) {
        let feature = &self.world.features[n];
        match (feature.active(&self.cells[n].0), feature.active(new)) {
            (false, true) => metrics::gauge!(ACTIVE_GROUPS).increment(1.0),
            (true, false) => metrics::gauge!(ACTIVE_GROUPS).decrement(1.0),
            _ => {}
        }
    }

    fn compose(
        &self,
        item: &Arc<Item>,
        feature: usize,
        verdict: Verdict,
        last: bool,
    ) -> Result<Composed, ActorProcessingErr> {
        let mut batch = Batch::default();
        let name = self.world.names[feature];
        self.world.intake.number_row(self.no, &mut batch);
        let mut cell = None;
        if let Some((value, json)) = verdict.state {
            if json.len() > CELL_BYTES {
                return Err(format!("the state of {name} has {} bytes, more than {CELL_BYTES}", json.len()).into());
            }
            let expect = Some(self.cells[feature].1);
            batch.0.push(Op::Put { key: keys::cell(self.no, name), value: json, expect });
            cell = Some((feature, value));
        }
        self.settle(item, feature, last, &mut batch);
        let mut composed = Composed { batch, cell, rows: Vec::new(), says: 0, handover: Handover::default() };
        let lost = self.world.is_of_lost_time(&item.happened);
        for effect in verdict.effects {
            match effect {
                Effect::Telegram(owed) if lost && owed.call.class() == Class::VisibleOnce => {
                    self.hold(owed, name, &mut composed.batch);
                }
                effect => self.add(effect, name, &mut composed)?,
            }
        }
        Ok(composed)
    }

    /// Finishes the event's own row: done and deleted, or marked with who has decided.
    fn settle(&self, item: &Arc<Item>, feature: usize, last: bool, batch: &mut Batch) {
        let key = keys::queued(self.no, item.seq);
        if !last {
            let mut row = item.row(&self.world.names);
            row.decided.push(self.world.names[feature].to_owned());
            if let Some(update) = item.update() {
                let (key, bit) = keys::done(update.0);
                batch.0.push(Op::ExpectClear { key, bit });
            }
            batch.put(key, rows::write(&row));
            return;
        }
        match item.update() {
            Some(update) => self.world.intake.desk().done.write(update.0, clock::now().0, true, batch),
            // An event of our own is its row: whoever finds it gone comes second.
            None => batch.0.push(Op::Put { key: key.clone(), value: Vec::new(), expect: Some(1) }),
        }
        if item.update().is_none() || item.disk() != Disk::Nowhere {
            item.set_row_deleted();
            batch.delete(key);
        }
    }

    fn add(&self, effect: Effect, name: &'static str, composed: &mut Composed) -> Result<(), ActorProcessingErr> {
        let Composed { batch, rows, says, handover, .. } = composed;
        match effect {
            Effect::Telegram(owed) => {
                *says += u64::from(matches!(owed.call, Call::Say { .. }));
                if *says > SLOTS {
                    return Err(format!("{name} says more than {SLOTS} messages in one decision").into());
                }
                handover.jobs.push(self.owe(owed, name, batch));
            }
            Effect::Tell { to, note } => {
                if handover.tells.len() >= TELLS {
                    return Err(format!("{name} tells more than {TELLS} chats in one decision").into());
                }
                handover.tells.push(self.tell(to, note, batch));
            }
            Effect::WakeAt { key, at } => {
                let wake = self.unwake(name, key, batch);
                let asked = rows::write(&rows::Since { at: clock::now() });
                batch.put(keys::wake(at.0, self.no, name, &wake.key), asked);
                handover.wakes.push((wake, Some(at)));
            }
            Effect::NoWake { key } => {
                let wake = self.unwake(name, key, batch);
                handover.wakes.push((wake, None));
            }
            Effect::Put { key, value } => {
                let row = value.as_slice().into();
                batch.put(keys::row(self.no, name, &key), value);
                rows.push((key, After::Stored(Some(row))));
            }
            Effect::Keep { key, value } => {
                let row = self.keepable(name, &key, value)?;
                rows.push((key, After::Kept(row)));
            }
            Effect::Drop { key } => {
                batch.delete(keys::row(self.no, name, &key));
                rows.push((key, After::Stored(None)));
            }
            Effect::Ask(ask) => {
                let seq = self.world.sequence.take(1);
                let (feature, since) = (name.to_owned(), clock::now());
                let row = rows::Asking { ask, feature, since, out: false, lost: 0, told: false };
                batch.put(keys::asked(self.no, seq), rows::write(&row));
                handover.questions.push(Question { chat: self.no, seq, row });
            }
            Effect::Unask { token } => handover.taken_back.push((name, token)),
            Effect::Own(user) => {
                batch.put(keys::meta(&format!("own/{}", user.0)), b"{}".to_vec());
                handover.owners.push(user);
            }
            Effect::Account(account) => handover.accounts.push(*account),
            Effect::Suspect { user, why } => {
                Line::new(&events::SEC_AUTH_FAIL).actor(format!("chats/{}", user.0)).reason(why).user(user.0).emit();
            }
        }
        Ok(())
    }

    /// A call that must not be made twice goes to the disk as `sending` at once, when the limiter has a place for it.
    fn owe(&self, owed: Owed, name: &'static str, batch: &mut Batch) -> Job {
        let seq = self.world.sequence.take(1);
        let once = owed.call.class() == Class::VisibleOnce && owed.in_doubt == InDoubt::List;
        let reserved = once && !self.world.outbox.is_behind() && self.world.limiter.reserve(&owed);
        let state = if reserved { DebtState::Sending } else { DebtState::Owed };
        let debt = Debt { owed, feature: name.to_owned(), state, since: clock::now(), why: None };
        batch.put(keys::owed(self.no, seq), rows::write(&debt));
        Job { chat: self.no, seq, debt, reserved }
    }

    /// A call that people may have seen already in the time that a restore has lost: the operator decides.
    fn hold(&self, owed: Owed, name: &'static str, batch: &mut Batch) {
        let key = keys::owed(self.no, self.world.sequence.take(1));
        let debt = Debt { owed, feature: name.to_owned(), state: DebtState::Owed, since: clock::now(), why: None };
        batch.put(keys::held(&key), rows::write(&debt));
        metrics::gauge!("bot_effects_held").increment(1.0);
    }

    fn tell(&self, to: Target, note: Note, batch: &mut Batch) -> (ChatNo, u64, Happened) {
        let (no, id) = match to {
            Target::House => (ChatNo::HOUSE, ChatId(0)),
            Target::Chat(id) => (self.world.intake.numbers().number(id), id),
            Target::No(no) => (no, self.world.intake.numbers().id(no).unwrap_or(ChatId(0))),
        };
        self.world.intake.number_row(no, batch);
        if let Note::Trouble { key, place, .. } = &note {
            let (event, next) = match key.ends_with("/raid") {
                true => {
                    (&events::MEMBERSHIP_RAID, "strangers are held back with one notice for all; it ends by itself")
                }
                false => (&events::MEMBERSHIP_FAIL_OPEN, "nobody is stopped for it, and the owners are told once"),
            };
            let actor = format!("chats/{}", place.id.0);
            Line::new(event).actor(actor).field("trouble", key).next(next).emit();
        }
        let kind = match id.0 {
            0 => ChatKind::House,
            1.. => ChatKind::Private,
            _ => ChatKind::Supergroup,
        };
        let place = Place { id, kind, title: String::new(), username: None };
        let happened = Happened { update: None, at: clock::now(), place, event: Event::Told(note) };
        let seq = self.world.sequence.take(1);
        let row = rows::Queued::of_own(happened.clone());
        batch.0.push(Op::Put { key: keys::queued(no, seq), value: rows::write(&row), expect: Some(0) });
        (no, seq, happened)
    }

    fn unwake(&self, name: &'static str, key: String, batch: &mut Batch) -> WakeKey {
        let wake = WakeKey { chat: self.no, feature: name.to_owned(), key };
        if let Some(at) = self.world.timer.when(&wake) {
            batch.delete(keys::wake(at.0, self.no, name, &wake.key));
        }
        wake
    }
}

impl Handover {
    fn perform(self, no: ChatNo, world: &Arc<World>, item: &Arc<Item>, feature: usize, last: bool) {
        item.close_for(feature);
        world.intake.numbers().row_stored(no);
        self.tells.iter().for_each(|(chat, ..)| world.intake.numbers().row_stored(*chat));
        if last {
            world.intake.finish(item, true);
        } else {
            item.set_disk(Disk::There);
            world.intake.acknowledge(item, Taken::Done);
        }
        world.outbox.owe(self.jobs);
        self.taken_back.into_iter().for_each(|(feature, token)| world.gateway.take_back(no, feature, token));
        world.gateway.ask(self.questions);
        for (key, at) in self.wakes {
            match at {
                Some(at) => world.timer.set(key, at, clock::now()),
                None => world.timer.cancel(&key),
            }
        }
        for (chat, seq, happened) in self.tells {
            world.intake.push_own(chat, seq, happened);
        }
        world.set_accounts(self.accounts);
        if !self.owners.is_empty() {
            self.owners.into_iter().for_each(|it| world.add_owner(it));
            let world = world.clone();
            tokio::spawn(async move { crate::actors::menus::publish(&world).await });
        }
    }
}

/// Writes a batch; a store that is full or busy is tried again until it is not.
async fn write(world: &World, batch: Batch) -> Result<(), StoreError> {
    let batch = Arc::new(batch);
    loop {
        match world.store.commit(Arc::clone(&batch)).await {
            Err(StoreError::Full | StoreError::Busy) if !world.closing.load(Ordering::Acquire) => {
                tokio::time::sleep(STORE_RETRY).await;
            }
            answer => return answer,
        }
    }
}
