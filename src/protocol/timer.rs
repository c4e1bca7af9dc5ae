//! Wakes: asked for here, kept in memory in order of time, and on the disk by the decision that asked.

use super::port::Port;
use crate::domain::types::{ChatNo, Moment};
use std::collections::{BTreeSet, HashMap};
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

/// When a wake is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The time it was asked for, under which its row is kept.
    pub asked: Moment,
    /// When that was; rows of earlier versions do not say.
    pub set: Option<Moment>,
    /// The time it fires, which is another one when the clock has been set back since.
    pub at: Moment,
}

/// All wakes in order of time.
#[derive(Debug, Default)]
pub struct Wakes {
    by_key: HashMap<WakeKey, Due>,
    by_time: BTreeSet<(Moment, WakeKey)>,
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

    /// The time this wake was asked for, if there is one.
    #[must_use]
    pub fn when(&self, key: &WakeKey) -> Option<Moment> {
        self.lock().by_key.get(key).map(|it| it.asked)
    }

    /// Sets or moves a wake: what is asked for now.
    pub fn set(&self, key: WakeKey, asked: Moment, now: Moment) {
        self.put(key, Due { asked, set: Some(now), at: asked });
    }

    /// Takes over a wake that was asked for before. One that was asked for later than now was asked for by a clock
    /// that has been set back: it comes so long from now as it was meant to then, not hours late.
    pub fn load(&self, key: WakeKey, asked: Moment, set: Option<Moment>, now: Moment) {
        self.put(key, Due { asked, set, at: asked }.by(now));
    }

    /// The clock has been set back: no wake comes later for that than it was meant to.
    pub fn set_back(&self, now: Moment) {
        let mut wakes = self.lock();
        let moved = wakes.by_key.iter().map(|(key, due)| (key.clone(), due.by(now), due.at));
        let moved: Vec<_> = moved.filter(|(_, due, before)| due.at != *before).collect();
        moved.into_iter().for_each(|(key, due, _)| wakes.put(key, due));
    }

    fn put(&self, key: WakeKey, due: Due) {
        let first = {
            let mut wakes = self.lock();
            wakes.put(key.clone(), due);
            wakes.by_time.first().is_some_and(|(_, it)| *it == key)
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
    pub fn fired(&self, key: &WakeKey, asked: Moment) {
        let mut wakes = self.lock();
        if wakes.by_key.get(key).is_some_and(|it| it.asked == asked) {
            wakes.remove(key);
        }
    }

    /// The wakes due from `from` on, and before `before`, at most so many; they stay until cancelled or moved.
    #[must_use]
    pub fn due(&self, from: Moment, before: Moment, most: usize) -> Vec<(WakeKey, Due)> {
        let wakes = self.lock();
        let due = wakes.by_time.range(first_at(from)..).take_while(|(at, _)| *at < before);
        due.take(most).filter_map(|(_, key)| Some((key.clone(), *wakes.by_key.get(key)?))).collect()
    }

    /// When the next wake is due, of those that are due from `from` on.
    #[must_use]
    pub fn next(&self, from: Moment) -> Option<Moment> {
        self.lock().by_time.range(first_at(from)..).next().map(|(at, _)| *at)
    }

    fn lock(&self) -> MutexGuard<'_, Wakes> {
        self.wakes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Due {
    /// The same under a clock that may have been set back.
    const fn by(self, now: Moment) -> Self {
        match self.set {
            Some(set) if set.0 > now.0 => {
                let wait_ms = self.at.since_ms(set);
                Self { set: Some(now), at: now.plus_ms(wait_ms), ..self }
            }
            Some(_) | None => self,
        }
    }
}

/// What comes before all wakes of that moment.
const fn first_at(at: Moment) -> (Moment, WakeKey) {
    (at, WakeKey { chat: ChatNo::HOUSE, feature: String::new(), key: String::new() })
}

impl Wakes {
    fn put(&mut self, key: WakeKey, due: Due) {
        self.remove(&key);
        self.by_time.insert((due.at, key.clone()));
        self.by_key.insert(key, due);
    }

    fn remove(&mut self, key: &WakeKey) {
        if let Some(due) = self.by_key.remove(key) {
            self.by_time.remove(&(due.at, key.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> WakeKey {
        WakeKey { chat: ChatNo(7), feature: "membership".into(), key: name.into() }
    }

    fn between(timer: &TimerPort, from: u64, before: u64) -> Vec<(WakeKey, Moment)> {
        let due = timer.due(Moment(from), Moment(before), 9);
        due.into_iter().map(|(key, due)| (key, due.asked)).collect()
    }

    fn due(timer: &TimerPort, now: u64) -> Vec<(WakeKey, Moment)> {
        between(timer, 0, now + 1)
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_wake_late_and_one_set_forward_loses_none() {
        const DAY: u64 = 86_400_000;
        let timer = TimerPort::default();
        timer.load(key("old"), Moment(DAY + 500), Some(Moment(10)), Moment(DAY));
        timer.set(key("new"), Moment(DAY + 300), Moment(DAY));
        timer.set_back(Moment(1_000));
        assert_eq!(due(&timer, 1_299), []);
        assert_eq!(due(&timer, 1_300), [(key("new"), Moment(DAY + 300))], "so long after now as it was meant to wait");
        timer.set_back(Moment(400));
        assert_eq!(due(&timer, 700), [(key("new"), Moment(DAY + 300))], "and again");
        assert_eq!(due(&timer, DAY + 500).len(), 2, "what was asked for before that clock keeps its time");
        timer.fired(&key("new"), Moment(DAY + 300));
        assert_eq!(due(&timer, DAY + 500).len(), 1);
        timer.load(key("kept"), Moment(DAY + 300), Some(Moment(DAY)), Moment(5));
        assert_eq!(due(&timer, 305), [(key("kept"), Moment(DAY + 300))], "after a restart too");
    }

    #[test]
    fn the_same_key_again_moves_the_wake() {
        let timer = TimerPort::default();
        timer.set(key("a"), Moment(10), Moment(1));
        timer.set(key("b"), Moment(20), Moment(1));
        timer.set(key("a"), Moment(30), Moment(1));
        assert_eq!(timer.next(Moment(0)), Some(Moment(20)));
        assert_eq!(between(&timer, 0, 40), vec![(key("b"), Moment(20)), (key("a"), Moment(30))]);
        assert_eq!(between(&timer, 21, 31), vec![(key("a"), Moment(30))]);
        assert_eq!(between(&timer, 20, 30), vec![(key("b"), Moment(20))]);
        assert_eq!(timer.next(Moment(20)), Some(Moment(20)));
        assert_eq!(timer.next(Moment(21)), Some(Moment(30)));
        timer.cancel(&key("b"));
        assert_eq!(timer.when(&key("b")), None);
        assert_eq!(timer.next(Moment(0)), Some(Moment(30)));
    }
}
