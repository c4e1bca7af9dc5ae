//! How chats are woken: a set outside of any mailbox, so that waking is never refused and never lost.
//!
//! Waking twice is waking once, so the set holds each chat at most once, and the shard gets one message for
//! as many chats as came together. It outlives the shard's restarts.

use crate::domain::types::ChatNo;
use ractor::ActorId;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Wakes chats of one shard. Cheap to clone.
#[derive(Clone, Default)]
pub struct Waker(Arc<Mutex<Waiting>>);

/// One waker for each shard. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Wakers(Arc<[Waker]>);

#[derive(Default)]
struct Waiting {
    chats: HashSet<ChatNo>,
    shard: Option<(ActorId, Nudge)>,
}

/// Tells the shard that somebody waits.
type Nudge = Arc<dyn Fn() + Send + Sync>;

impl Waker {
    /// Has this chat started, if it does not run.
    pub fn wake(&self, chat: ChatNo) {
        let mut waiting = self.lock();
        let was_empty = waiting.chats.is_empty();
        waiting.chats.insert(chat);
        let nudge = waiting.shard.as_ref().filter(|_| was_empty).map(|it| Arc::clone(&it.1));
        drop(waiting);
        if let Some(nudge) = nudge {
            nudge();
        }
    }

    /// The shard with this id is told from now on; at once, if somebody waits.
    pub fn bind(&self, shard: ActorId, nudge: impl Fn() + Send + Sync + 'static) {
        let nudge: Nudge = Arc::new(nudge);
        let mut waiting = self.lock();
        waiting.shard = Some((shard, Arc::clone(&nudge)));
        let somebody = !waiting.chats.is_empty();
        drop(waiting);
        if somebody {
            nudge();
        }
    }

    /// Forgets this shard, if it is the one bound.
    pub fn unbind(&self, shard: ActorId) {
        let mut waiting = self.lock();
        if waiting.shard.as_ref().is_some_and(|it| it.0 == shard) {
            waiting.shard = None;
        }
    }

    /// Takes all chats that wait.
    #[must_use]
    pub fn take(&self) -> Vec<ChatNo> {
        self.lock().chats.drain().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wakers {
    /// Wakers for so many shards, at least one.
    #[must_use]
    pub fn new(shards: usize) -> Self {
        Self((0..shards.max(1)).map(|_| Waker::default()).collect())
    }

    /// Has this chat started by its shard, if it does not run.
    pub fn wake(&self, chat: ChatNo) {
        self.of(chat).wake(chat);
    }

    /// The number of the shard a chat lives in.
    #[must_use]
    pub fn shard_of(&self, chat: ChatNo) -> usize {
        usize::try_from(chat.0 % self.0.len() as u64).unwrap_or(0)
    }

    /// The waker of the shard with this number; numbers beyond the last begin anew.
    #[must_use]
    pub fn shard(&self, index: usize) -> &Waker {
        &self.0[index % self.0.len()]
    }

    /// How many shards there are.
    #[must_use]
    pub fn shards(&self) -> usize {
        self.0.len()
    }

    fn of(&self, chat: ChatNo) -> &Waker {
        self.shard(self.shard_of(chat))
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Waker({} waiting)", self.lock().chats.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn counted(waker: &Waker) -> Arc<AtomicUsize> {
        let nudges = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&nudges);
        waker.bind(ActorId::Local(1), move || {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        nudges
    }

    #[test]
    fn many_wakes_are_one_nudge_and_each_chat_is_taken_once() {
        let waker = Waker::default();
        let nudges = counted(&waker);
        [1, 2, 1].iter().for_each(|it| waker.wake(ChatNo(*it)));
        assert_eq!(nudges.load(Ordering::SeqCst), 1);
        let mut taken = waker.take();
        taken.sort_unstable();
        assert_eq!(taken, [ChatNo(1), ChatNo(2)]);
        waker.wake(ChatNo(1));
        assert_eq!(nudges.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn who_was_woken_before_the_shard_came_is_not_forgotten() {
        let waker = Waker::default();
        waker.wake(ChatNo(7));
        assert_eq!(counted(&waker).load(Ordering::SeqCst), 1);
        assert_eq!(waker.take(), [ChatNo(7)]);
    }

    #[test]
    fn a_former_shard_cannot_unbind_its_successor() {
        let waker = Waker::default();
        let nudges = counted(&waker);
        waker.unbind(ActorId::Local(2));
        waker.wake(ChatNo(1));
        waker.unbind(ActorId::Local(1));
        let _taken = waker.take();
        waker.wake(ChatNo(2));
        assert_eq!(nudges.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_chat_always_belongs_to_the_same_shard() {
        let wakers = Wakers::new(4);
        (0..100).for_each(|it| wakers.wake(ChatNo(it)));
        for index in 0..wakers.shards() {
            let taken = wakers.shard(index).take();
            assert_eq!(taken.len(), 25);
            assert!(taken.iter().all(|it| wakers.shard_of(*it) == index));
        }
    }
}
