//! The waiting lines of the gate: one per chat, lane and weight, served in turn.

use super::gate::{Lane, Ticket, Weight};
use crate::domain::types::ChatId;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// Which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) chat: Option<ChatId>,
    pub(super) lane: Lane,
    pub(super) weight: Weight,
}

/// A line is either in its lane's ring, where its turn comes, or asleep until its chat may speak again.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: HashMap<Key, Line>,
    rings: [[VecDeque<Key>; 2]; 2],
    asleep: [BTreeSet<Alarm>; 2],
    waiting: usize,
    naps: u64,
}

#[derive(Debug, Default)]
struct Line {
    tickets: VecDeque<Ticket>,
    alarm: Option<Alarm>,
}

/// When to wake which line; lines that wake together keep the order in which they went to sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alarm {
    at: u64,
    nap: u64,
    key: Key,
}

impl Lines {
    /// All tickets that wait.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether this line has tickets.
    pub(super) fn has(&self, key: Key) -> bool {
        self.lines.contains_key(&key)
    }

    /// Whether any line of this ring waits for its turn.
    pub(super) fn is_awake(&self, lane: Lane, weight: Weight) -> bool {
        !self.rings[weight as usize][lane as usize].is_empty()
    }

    /// Puts a ticket at the end of its line.
    pub(super) fn push(&mut self, ticket: Ticket) {
        let key = ticket.asked.key();
        let line = self.lines.entry(key).or_insert_with(|| {
            self.rings[key.weight as usize][key.lane as usize].push_back(key);
            Line::default()
        });
        line.tickets.push_back(ticket);
        self.waiting += 1;
    }

    /// Takes a ticket out of its line; false when it is not there.
    pub(super) fn withdraw(&mut self, ticket: Ticket) -> bool {
        let key = ticket.asked.key();
        let Some(line) = self.lines.get_mut(&key) else {
            return false;
        };
        let Some(at) = line.tickets.iter().position(|it| *it == ticket) else {
            return false;
        };
        line.tickets.remove(at);
        self.waiting -= 1;
        if line.tickets.is_empty() {
            self.unplace(key);
            self.lines.remove(&key);
        }
        true
    }

    /// The line whose turn it is.
    pub(super) fn front(&self, lane: Lane, weight: Weight) -> Option<(Key, Ticket)> {
        let key = *self.rings[weight as usize][lane as usize].front()?;
        let ticket = *self.lines.get(&key)?.tickets.front()?;
        Some((key, ticket))
    }

    /// Takes the first ticket of the line whose turn it is; the line goes to the end of its ring.
    pub(super) fn serve(&mut self, key: Key) -> Option<Ticket> {
        let ring = &mut self.rings[key.weight as usize][key.lane as usize];
        ring.pop_front();
        let line = self.lines.get_mut(&key)?;
        let ticket = line.tickets.pop_front()?;
        self.waiting -= 1;
        if line.tickets.is_empty() {
            self.lines.remove(&key);
        } else {
            ring.push_back(key);
        }
        Some(ticket)
    }

    /// Lets the line whose turn it is sleep.
    pub(super) fn sleep(&mut self, key: Key, at: u64) {
        self.rings[key.weight as usize][key.lane as usize].pop_front();
        self.naps += 1;
        let alarm = Alarm { at, nap: self.naps, key };
        if let Some(line) = self.lines.get_mut(&key) {
            line.alarm = Some(alarm);
            self.asleep[key.weight as usize].insert(alarm);
        }
    }

    /// Wakes the lines whose time has come.
    pub(super) fn wake(&mut self, weight: Weight, now: u64) {
        while let Some(alarm) = self.asleep[weight as usize].first().copied().filter(|it| it.at <= now) {
            self.rouse(alarm.key);
        }
    }

    /// Wakes a line before its time.
    pub(super) fn rouse(&mut self, key: Key) {
        let Some(alarm) = self.lines.get_mut(&key).and_then(|it| it.alarm.take()) else {
            return;
        };
        self.asleep[key.weight as usize].remove(&alarm);
        self.rings[key.weight as usize][key.lane as usize].push_back(key);
    }

    /// When the next line wakes.
    pub(super) fn next_alarm(&self, weight: Weight) -> Option<u64> {
        self.asleep[weight as usize].first().map(|it| it.at)
    }

    fn unplace(&mut self, key: Key) {
        match self.lines.get_mut(&key).and_then(|it| it.alarm.take()) {
            Some(alarm) => {
                self.asleep[key.weight as usize].remove(&alarm);
            }
            None => self.rings[key.weight as usize][key.lane as usize].retain(|it| *it != key),
        }
    }
}
