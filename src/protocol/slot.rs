//! What an actor is doing right now, kept outside its state so that it can be read when the actor has died.
//!
//! An actor enters its slot when it starts and writes into it with each message. The supervisor reads it
//! after a crash, the watchdog while it runs. Writing costs two uncontended locks per message.

use crate::clock;
use crate::domain::types::UpdateId;
use ractor::{ActorCell, ActorId, ActorStatus};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Parts of the registry, so that actors that start and end do not queue for one lock.
const PARTS: usize = 16;

/// What one actor is doing.
#[derive(Debug)]
pub struct Slot {
    actor: ActorCell,
    path: String,
    generation: u64,
    /// When the current message was begun, in ticks of [`clock::tick_ms`]; 0 when idle.
    since_ms: AtomicU64,
    phase: AtomicU8,
    work: Mutex<Work>,
    /// When the watchdog asked for this actor's end; 0 when it did not.
    condemned_ms: AtomicU64,
}

/// The message an actor has in hand, or had last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The message's name.
    pub message: &'static str,
    /// The update it is about.
    pub update: Option<UpdateId>,
    /// The feature that has the word.
    pub feature: Option<&'static str>,
}

/// How a message is being handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Between messages.
    #[default]
    Idle,
    /// In pure code that never waits: too long means that its thread is blocked.
    Deciding,
    /// At an await: too long means that it is stuck.
    Awaiting,
    /// At an await for the store, which has deadlines of its own.
    Store,
}

/// A slot as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doing {
    /// Path of the actor, `chats/02/-100123`.
    pub path: String,
    /// Its generation.
    pub generation: u64,
    /// What it has in hand, or had last.
    pub work: Work,
    /// How.
    pub phase: Phase,
    /// For how long, in ms; 0 when idle.
    pub for_ms: u64,
}

/// All slots. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Slots(Arc<[Part; PARTS]>);

type Part = Mutex<HashMap<ActorId, Arc<Slot>>>;

impl Slot {
    /// Begins a message. The phase is [`Phase::Deciding`] until it is changed.
    pub fn begin(&self, message: &'static str, update: Option<UpdateId>) {
        *self.lock() = Work { message, update, feature: None };
        self.set_phase(Phase::Deciding);
    }

    /// Names the feature that has the word now, or none.
    pub fn feature(&self, name: Option<&'static str>) {
        self.lock().feature = name;
    }

    /// Changes the phase, and counts its time from now.
    pub fn set_phase(&self, phase: Phase) {
        let since = if phase == Phase::Idle { 0 } else { clock::tick_ms().max(1) };
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.since_ms.store(since, Ordering::Release);
    }

    /// The message is done. What it was stays readable as the last one.
    ///
    /// There is deliberately no guard that does this by itself: a crash must leave the slot as it was.
    pub fn done(&self) {
        self.set_phase(Phase::Idle);
    }

    /// The phase and since when it lasts, in ticks (0: idle). Takes no lock.
    #[must_use]
    pub fn pace(&self) -> (Phase, u64) {
        let since = self.since_ms.load(Ordering::Acquire);
        (Phase::of(self.phase.load(Ordering::Relaxed)), since)
    }

    /// Reads everything.
    #[must_use]
    pub fn doing(&self, now_ms: u64) -> Doing {
        let (phase, since) = self.pace();
        let for_ms = if since == 0 { 0 } else { now_ms.saturating_sub(since) };
        Doing { path: self.path.clone(), generation: self.generation, work: *self.lock(), phase, for_ms }
    }

    /// The actor this slot belongs to.
    #[must_use]
    pub fn actor(&self) -> &ActorCell {
        &self.actor
    }

    /// Remembers that the watchdog asked for this actor's end; the first time counts.
    pub fn condemn(&self, now_ms: u64) {
        let _earlier = self.condemned_ms.compare_exchange(0, now_ms.max(1), Ordering::AcqRel, Ordering::Acquire);
    }

    /// For how long this actor's end has been asked for.
    #[must_use]
    pub fn condemned_for(&self, now_ms: u64) -> Option<u64> {
        let since = self.condemned_ms.load(Ordering::Acquire);
        (since != 0).then(|| now_ms.saturating_sub(since))
    }

    /// Whether the watchdog asked for this actor's end.
    #[must_use]
    pub fn is_condemned(&self) -> bool {
        self.condemned_ms.load(Ordering::Acquire) != 0
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Phase {
    fn of(byte: u8) -> Self {
        [Self::Idle, Self::Deciding, Self::Awaiting, Self::Store].get(usize::from(byte)).copied().unwrap_or_default()
    }
}

impl Slots {
    /// Gives a starting actor its slot; called in `pre_start`.
    #[must_use]
    pub fn enter(&self, actor: ActorCell, path: impl Into<String>, generation: u64) -> Arc<Slot> {
        let id = actor.get_id();
        let slot = Arc::new(Slot {
            actor,
            path: path.into(),
            generation,
            since_ms: AtomicU64::new(0),
            phase: AtomicU8::new(Phase::Idle as u8),
            work: Mutex::default(),
            condemned_ms: AtomicU64::new(0),
        });
        self.part(id).insert(id, Arc::clone(&slot));
        slot
    }

    /// Takes the slot of an actor that has ended.
    #[must_use]
    pub fn leave(&self, id: ActorId) -> Option<Arc<Slot>> {
        self.part(id).remove(&id)
    }

    /// How many actors have slots.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|part| lock(part).len()).sum()
    }

    /// Whether no actor has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The slots of all actors that have something in hand.
    #[must_use]
    pub fn busy(&self) -> Vec<Arc<Slot>> {
        let parts = self.0.iter().map(lock);
        parts.flat_map(|part| part.values().filter(|it| it.pace().1 != 0).cloned().collect::<Vec<_>>()).collect()
    }

    /// Forgets slots of actors that ended without anyone taking them, as when their whole branch is killed.
    pub fn prune(&self) {
        for part in self.0.iter() {
            lock(part).retain(|_, slot| slot.actor.get_status() != ActorStatus::Stopped);
        }
    }

    fn part(&self, id: ActorId) -> MutexGuard<'_, HashMap<ActorId, Arc<Slot>>> {
        let index = usize::try_from(id.pid()).unwrap_or(0) % PARTS;
        lock(&self.0[index])
    }
}

fn lock(part: &Part) -> MutexGuard<'_, HashMap<ActorId, Arc<Slot>>> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use ractor::{Actor, ActorProcessingErr, ActorRef};

    struct Idler;

    impl Actor for Idler {
        type Msg = ();
        type State = ();
        type Arguments = ();

        async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_slot_says_what_is_in_hand_and_keeps_the_last_when_idle() {
        let (idler, _) = Actor::spawn(None, Idler, ()).await.unwrap();
        let slots = Slots::default();
        let slot = slots.enter(idler.get_cell(), "web", 2);
        assert!(slots.busy().is_empty());
        slot.begin("Said", Some(UpdateId(5)));
        slot.feature(Some("membership"));
        let work = Work { message: "Said", update: Some(UpdateId(5)), feature: Some("membership") };
        let doing = slot.doing(slot.pace().1 + 70);
        assert_eq!(doing, Doing { path: "web".into(), generation: 2, work, phase: Phase::Deciding, for_ms: 70 });
        assert_eq!(slots.busy().len(), 1);
        slot.done();
        assert_eq!((slot.doing(999).phase, slot.doing(999).for_ms, slot.doing(999).work), (Phase::Idle, 0, work));
        slot.begin("Pressed", None);
        assert_eq!(slot.doing(0).work, Work { message: "Pressed", ..Work::default() });
    }

    #[tokio::test]
    async fn slots_of_ended_actors_are_taken_or_pruned() {
        let slots = Slots::default();
        let (taken, _) = Actor::spawn(None, Idler, ()).await.unwrap();
        let (left, _) = Actor::spawn(None, Idler, ()).await.unwrap();
        let _slots = (slots.enter(taken.get_cell(), "a", 1), slots.enter(left.get_cell(), "b", 1));
        assert!(slots.leave(taken.get_id()).is_some() && slots.leave(taken.get_id()).is_none());
        slots.prune();
        assert_eq!(slots.len(), 1);
        left.stop_and_wait(None, None).await.unwrap();
        slots.prune();
        assert!(slots.is_empty());
    }
}
