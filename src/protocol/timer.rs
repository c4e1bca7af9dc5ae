//! Wakes: asked for here, kept in memory in order of time, and on the disk by the decision that asked.

use super::port::Port;
use crate::domain::types::{ChatNo, Moment};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The name of a wake.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WakeKey {
    /// The chat.
    pub chat: ChatNo,
    /// The feature.
    pub feature: String,
    /// Its own key.
    pub key: String,
}

/// All wakes in order of time.
#[derive(Debug, Default)]
pub struct Wakes {
    by_key: HashMap<WakeKey, Moment>,
    by_time: BTreeMap<(Moment, WakeKey), ()>,
}

/// What the timer actor is told.
#[derive(Debug)]
pub enum TimerMsg {
    /// The next wake may be earlier than it was.
    Look,
}

/// The handle; the actor only waits for the next one.
#[derive(Clone)]
pub struct TimerPort {
    wakes: Arc<Mutex<Wakes>>,
    port: Port<TimerMsg>,
}

impl Default for TimerPort {
    fn default() -> Self {
        Self { wakes: Arc::default(), port: Port::unbound("timer", 1024) }
    }
}

impl TimerPort {
    /// The actor's end.
    #[must_use]
    pub const fn port(&self) -> &Port<TimerMsg> {
        &self.port
    }

    /// When this wake is due, if there is one.
    #[must_use]
    pub fn when(&self, key: &WakeKey) -> Option<Moment> {
        self.lock().by_key.get(key).copied()
    }

    /// Sets or moves a wake.
    pub fn set(&self, key: WakeKey, at: Moment) {
        let first = {
            let mut wakes = self.lock();
            wakes.remove(&key);
            wakes.by_key.insert(key.clone(), at);
            wakes.by_time.insert((at, key.clone()), ());
            wakes.by_time.first_key_value().is_some_and(|((_, it), ())| *it == key)
        };
        if first {
            let _looks_anyway = self.port.tell(TimerMsg::Look);
        }
    }

    /// Forgets a wake.
    pub fn cancel(&self, key: &WakeKey) {
        self.lock().remove(key);
    }

    /// Forgets a wake that has fired, unless it was moved meanwhile.
    pub fn fired(&self, key: &WakeKey, at: Moment) {
        let mut wakes = self.lock();
        if wakes.by_key.get(key) == Some(&at) {
            wakes.remove(key);
        }
    }

    /// The wakes due from `from` on, and before `before`, at most so many; they stay until cancelled or moved.
    #[must_use]
    pub fn due(&self, from: Moment, before: Moment, most: usize) -> Vec<(WakeKey, Moment)> {
        let wakes = self.lock();
        let due = wakes.by_time.range(first_at(from)..).map(|(it, ())| it).take_while(|(at, _)| *at < before);
        due.take(most).map(|(at, key)| (key.clone(), *at)).collect()
    }

    /// When the next wake is due, of those that are due from `from` on.
    #[must_use]
    pub fn next(&self, from: Moment) -> Option<Moment> {
        self.lock().by_time.range(first_at(from)..).next().map(|((at, _), ())| *at)
    }

    fn lock(&self) -> MutexGuard<'_, Wakes> {
        self.wakes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What comes before all wakes of that moment.
const fn first_at(at: Moment) -> (Moment, WakeKey) {
    (at, WakeKey { chat: ChatNo::HOUSE, feature: String::new(), key: String::new() })
}

impl Wakes {
    fn remove(&mut self, key: &WakeKey) {
        if let Some(at) = self.by_key.remove(key) {
            self.by_time.remove(&(at, key.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> WakeKey {
        WakeKey { chat: ChatNo(7), feature: "membership".into(), key: name.into() }
    }

    #[test]
    fn the_same_key_again_moves_the_wake() {
        let timer = TimerPort::default();
        timer.set(key("a"), Moment(10));
        timer.set(key("b"), Moment(20));
        timer.set(key("a"), Moment(30));
        assert_eq!(timer.next(Moment(0)), Some(Moment(20)));
        assert_eq!(timer.due(Moment(0), Moment(40), 9), vec![(key("b"), Moment(20)), (key("a"), Moment(30))]);
        assert_eq!(timer.due(Moment(21), Moment(31), 9), vec![(key("a"), Moment(30))]);
        assert_eq!(timer.due(Moment(20), Moment(30), 9), vec![(key("b"), Moment(20))]);
        assert_eq!(timer.next(Moment(20)), Some(Moment(20)));
        assert_eq!(timer.next(Moment(21)), Some(Moment(30)));
        timer.cancel(&key("b"));
        assert_eq!(timer.when(&key("b")), None);
        assert_eq!(timer.next(Moment(0)), Some(Moment(30)));
    }
}
