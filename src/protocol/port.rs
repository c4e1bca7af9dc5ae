//! The handle through which everyone talks to an actor: it survives the actor's restarts and limits its mailbox.
//!
//! A ractor mailbox has no limit and is lost when its actor panics. A port counts the letters that wait,
//! refuses more than its capacity, and keeps what is told while nobody is bound. Counting is one atomic
//! addition, so a `tell` costs little more than ractor's own send.

use ractor::{ActorId, ActorRef, MessagingErr};
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;
use tokio::sync::oneshot;

/// What an actor receives: the message, and the place it takes in the mailbox until it is opened or dropped.
pub struct Letter<M> {
    message: M,
    place: Place,
}

/// One place in a mailbox, freed when dropped: also when a panic drops the whole mailbox.
struct Place(Arc<AtomicUsize>);

/// A handle to whichever actor currently does this work. Cheap to clone.
pub struct Port<M> {
    inner: Arc<Inner<M>>,
}

struct Inner<M> {
    name: &'static str,
    capacity: usize,
    taken: Arc<AtomicUsize>,
    route: RwLock<Route<M>>,
}

/// Where letters go: to the bound actor, or into the waiting line. Waiting letters hold places too,
/// so one limit covers both.
struct Route<M> {
    actor: Option<ActorRef<Letter<M>>>,
    waiting: VecDeque<Letter<M>>,
}

/// Why something was not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TellError {
    /// The mailbox is full: try later, or keep it elsewhere.
    #[error("the mailbox is full")]
    Busy,
    /// Nobody is bound, and as much as the mailbox would hold waits already.
    #[error("the actor is not running, and what may wait for it waits already")]
    NotReady,
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The mailbox is full.
    #[error("the mailbox is full")]
    Busy,
    /// Nobody is bound yet, or the actor is between two lives.
    #[error("the actor is not running")]
    NotReady,
    /// No answer in time. The question may still be worked on.
    #[error("no answer in time")]
    TimedOut,
    /// The actor ended, or dropped the question, before it answered.
    #[error("the actor ended before it answered")]
    Gone,
}

/// The way back to whoever asked.
#[derive(Debug)]
pub struct Reply<R>(oneshot::Sender<R>);

impl<M> Letter<M> {
    /// Takes the message out; its place in the mailbox is free from now on.
    #[must_use]
    pub fn open(self) -> M {
        let Self { message, place } = self;
        drop(place);
        message
    }
}

impl<R> Reply<R> {
    /// A reply and the end at which it arrives, for those who ask without a port.
    #[must_use]
    pub fn pair() -> (Self, oneshot::Receiver<R>) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), receiver)
    }

    /// Answers. An asker who has given up is no error of ours.
    pub fn send(self, answer: R) {
        let _given_up = self.0.send(answer);
    }

    /// Whether the asker has given up, so that the work can be spared.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.0.is_closed()
    }
}

impl<M: Send + 'static> Port<M> {
    /// A port nobody is bound to yet. `capacity` is the number of letters that may wait, at least 1.
    #[must_use]
    pub fn unbound(name: &'static str, capacity: usize) -> Self {
        let route = RwLock::new(Route { actor: None, waiting: VecDeque::new() });
        let taken = Arc::new(AtomicUsize::new(0));
        Self { inner: Arc::new(Inner { name, capacity: capacity.max(1), taken, route }) }
    }

    /// Sends everything here from now on, first what has waited, in its order. Called by an actor that has
    /// started; it replaces an older binding.
    pub fn bind(&self, actor: ActorRef<Letter<M>>) {
        let mut route = self.write();
        while let Some(letter) = route.waiting.pop_front() {
            if let Err(letter) = send(&actor, letter) {
                route.waiting.push_front(letter);
                return;
            }
        }
        route.actor = Some(actor);
    }

    /// Forgets this actor, if it is the one bound. Letters wait from now on.
    pub fn unbind(&self, id: ActorId) {
        let mut route = self.write();
        if route.actor.as_ref().is_some_and(|it| it.get_id() == id) {
            route.actor = None;
        }
    }

    /// Hands a message over and does not wait for it to be read. Before the first binding, and between two
    /// lives of the actor, it waits in the port.
    ///
    /// # Errors
    /// [`TellError::Busy`] when the mailbox is full, [`TellError::NotReady`] when nobody is bound and the
    /// waiting line is full. The message is dropped: use [`Port::offer`] to keep it.
    pub fn tell(&self, message: M) -> Result<(), TellError> {
        self.offer(message).map_err(|(_, why)| why)
    }

    /// The same as [`Port::tell`], but a refused message comes back.
    ///
    /// # Errors
    /// As [`Port::tell`].
    pub fn offer(&self, message: M) -> Result<(), (M, TellError)> {
        let Some(place) = self.place() else {
            return Err((message, self.full()));
        };
        match self.deliver(Letter { message, place }) {
            Ok(()) => Ok(()),
            Err(letter) => {
                self.wait(letter);
                Ok(())
            }
        }
    }

    /// Asks and waits for the answer, at most this long.
    ///
    /// # Errors
    /// See [`AskError`]. After [`AskError::TimedOut`] the question may still be answered to nobody.
    pub async fn ask<R>(&self, make: impl FnOnce(Reply<R>) -> M, timeout: Duration) -> Result<R, AskError> {
        let Some(place) = self.place() else {
            return Err(AskError::Busy);
        };
        let (reply, answer) = Reply::pair();
        if self.deliver(Letter { message: make(reply), place }).is_err() {
            return Err(AskError::NotReady);
        }
        match tokio::time::timeout(timeout, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_dropped)) => Err(AskError::Gone),
            Err(_elapsed) => Err(AskError::TimedOut),
        }
    }

    /// Letters that wait to be opened, in the mailbox and in the port.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.inner.taken.load(Ordering::Relaxed)
    }

    /// Letters that may wait.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.inner.capacity
    }

    /// The name it was made with.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.inner.name
    }

    /// Who is bound.
    #[must_use]
    pub fn bound(&self) -> Option<ActorId> {
        self.read().actor.as_ref().map(|it| it.get_id())
    }

    /// A free place, or none.
    fn place(&self) -> Option<Place> {
        let taken = &self.inner.taken;
        if taken.fetch_add(1, Ordering::AcqRel) < self.inner.capacity {
            Some(Place(Arc::clone(taken)))
        } else {
            taken.fetch_sub(1, Ordering::AcqRel);
            None
        }
    }

    fn full(&self) -> TellError {
        if self.read().actor.is_some() { TellError::Busy } else { TellError::NotReady }
    }

    /// Sends to the bound actor; the letter comes back when there is none, or it has ended.
    fn deliver(&self, letter: Letter<M>) -> Result<(), Letter<M>> {
        match &self.read().actor {
            Some(actor) => send(actor, letter),
            None => Err(letter),
        }
    }

    /// Puts a letter into the waiting line, unless somebody new was bound meanwhile.
    fn wait(&self, letter: Letter<M>) {
        let mut route = self.write();
        let letter = match &route.actor {
            None => letter,
            Some(actor) => match send(actor, letter) {
                Ok(()) => return,
                Err(letter) => letter,
            },
        };
        route.actor = None;
        route.waiting.push_back(letter);
    }

    fn read(&self) -> RwLockReadGuard<'_, Route<M>> {
        self.inner.route.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Route<M>> {
        self.inner.route.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends; the letter comes back when the actor has ended.
fn send<M: Send + 'static>(actor: &ActorRef<Letter<M>>, letter: Letter<M>) -> Result<(), Letter<M>> {
    match actor.send_message(letter) {
        Ok(()) => Ok(()),
        Err(MessagingErr::SendErr(letter)) => Err(letter),
        // Ractor loses the letter here. A closed channel is always reported as SendErr with the message
        // (0.16), and the message type is the actor's by construction.
        Err(MessagingErr::ChannelClosed | MessagingErr::InvalidActorType) => Ok(()),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl<M> Clone for Port<M> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<M> fmt::Debug for Port<M> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let taken = self.inner.taken.load(Ordering::Relaxed);
        write!(out, "Port({}, {taken}/{})", self.inner.name, self.inner.capacity)
    }
}

impl<M> fmt::Debug for Letter<M> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Letter({})", std::any::type_name::<M>())
    }
}

#[cfg(test)]
mod tests;
