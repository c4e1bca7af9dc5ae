//! The desk: every chat's queue, outside of the chats, so that a crash of a chat loses nothing.
//!
//! A plain value without locks or waiting. The port around it holds the lock for well under a microsecond.

mod views;

use super::done::Done;
use super::item::{Disk, Item};
use crate::domain::types::ChatNo;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

/// What the desk may hold.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Events of one chat in memory.
    pub chat: usize,
    /// Events altogether in memory.
    pub total: usize,
}

/// All queues. `A` is the address of a running chat, `W` whoever waits for an acknowledgement.
pub struct Desk<A, W> {
    bounds: Bounds,
    lanes: HashMap<ChatNo, Lane<A>>,
    waiting: HashMap<u64, Vec<W>>,
    /// Which updates are finished.
    pub done: Done,
    aging: VecDeque<Arc<Item>>,
    in_memory: usize,
}

struct Lane<A> {
    presses: VecDeque<Arc<Item>>,
    queue: VecDeque<Arc<Item>>,
    hand: Vec<Arc<Item>>,
    on_disk_only: usize,
    spilling: BTreeSet<u64>,
    /// Events ever spilled: those that came while the disk was read are not to be forgotten.
    spills: u64,
    awake: bool,
    address: Option<(u64, A)>,
    last_tick_ms: u64,
}

impl<A> Default for Lane<A> {
    fn default() -> Self {
        Self {
            presses: VecDeque::new(),
            queue: VecDeque::new(),
            hand: Vec::new(),
            on_disk_only: 0,
            spilling: BTreeSet::new(),
            spills: 0,
            awake: false,
            address: None,
            last_tick_ms: 0,
        }
    }
}

/// What became of an offered update.
#[derive(Debug)]
pub enum Offered<A> {
    /// It is finished already.
    Duplicate,
    /// It is here already; the waiter waits for the first one's end.
    Joined,
    /// It stands in its queue.
    Queued(Wake<A>),
    /// Its queue is full: write it to the disk, then call [`Desk::spilled`].
    Spill(Arc<Item>, Wake<A>),
}

/// What must be done so that a chat looks at its queue.
#[derive(Debug, PartialEq, Eq)]
pub enum Wake<A> {
    /// Nothing: it is at work.
    Awake,
    /// Tell it.
    Tell(A),
    /// Start it.
    Start,
}

/// What a chat finds in its queue.
#[derive(Debug)]
pub enum Taken {
    /// The next event, now in its hand.
    Item(Arc<Item>),
    /// The memory is empty, but there is more on the disk: read it after this sequence, below that one.
    Refill {
        /// Read events after this sequence.
        after: u64,
        /// And below this one: the rows of later ones are still being written.
        below: u64,
    },
    /// Nothing; the chat is no longer awake.
    Empty,
    /// Another generation of this chat is at work: stop.
    Superseded,
}

impl<A: Clone, W> Desk<A, W> {
    /// An empty desk.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            lanes: HashMap::new(),
            waiting: HashMap::new(),
            done: Done::default(),
            aging: VecDeque::new(),
            in_memory: 0,
        }
    }

    /// Whether this update is finished, or here; in the second case the waiter is kept.
    ///
    /// # Errors
    /// The waiter comes back when the update is new.
    pub fn known(&mut self, update: u64, waiter: W) -> Result<Offered<A>, W> {
        if let Some(waiters) = self.waiting.get_mut(&update) {
            waiters.push(waiter);
            return Ok(Offered::Joined);
        }
        if self.done.contains(update) { Ok(Offered::Duplicate) } else { Err(waiter) }
    }

    /// Takes an event in. `waiter` is told when it is finished or on the disk.
    pub fn offer(&mut self, item: Arc<Item>, waiter: Option<W>) -> Offered<A> {
        if let (Some(update), Some(waiter)) = (item.update(), waiter) {
            self.waiting.insert(update.0, vec![waiter]);
        }
        let full = self.in_memory >= self.bounds.total;
        let bound = self.bounds.chat;
        let lane = self.lanes.entry(item.chat).or_default();
        lane.last_tick_ms = item.tick_ms;
        let line = if item.press { &mut lane.presses } else { &mut lane.queue };
        let spills = full || line.len() >= bound || (!item.press && lane.on_disk_only > 0);
        if spills {
            lane.on_disk_only += 1;
            lane.spills += 1;
            lane.spilling.insert(item.seq);
            return Offered::Spill(item, lane.wake());
        }
        line.push_back(item.clone());
        self.in_memory += 1;
        if item.disk() == Disk::Nowhere {
            self.aging.push_back(item);
        }
        Offered::Queued(lane.wake())
    }

    /// The row of a spilled event is written (or, with `false`, could not be).
    pub fn spilled(&mut self, item: &Item, written: bool) -> Wake<A> {
        let Some(lane) = self.lanes.get_mut(&item.chat) else { return Wake::Awake };
        if lane.spilling.remove(&item.seq) && !written {
            lane.on_disk_only = lane.on_disk_only.saturating_sub(1);
        }
        lane.wake()
    }

    /// Those who wait for this update, if it is still unacknowledged.
    pub fn acknowledge(&mut self, update: u64) -> Vec<W> {
        self.waiting.remove(&update).unwrap_or_default()
    }

    /// The next event for this generation of a chat.
    pub fn take(&mut self, chat: ChatNo, generation: u64) -> Taken {
        let Some(lane) = self.lanes.get_mut(&chat) else { return Taken::Empty };
        if lane.address.as_ref().is_none_or(|(it, _)| *it != generation) {
            return Taken::Superseded;
        }
        while let Some(item) = lane.presses.pop_front().or_else(|| lane.queue.pop_front()) {
            self.in_memory = self.in_memory.saturating_sub(1);
            if !item.finished() {
                lane.hand.push(item.clone());
                return Taken::Item(item);
            }
        }
        let below = lane.spilling.first().copied().unwrap_or(u64::MAX);
        if lane.on_disk_only > lane.spilling.len() {
            return Taken::Refill { after: 0, below };
        }
        lane.awake = false;
        Taken::Empty
    }

    /// The sequences that a chat has at hand, which a refill must not read again, and how many it ever spilled.
    #[must_use]
    pub fn held(&self, chat: ChatNo) -> (BTreeSet<u64>, u64) {
        let Some(lane) = self.lanes.get(&chat) else { return (BTreeSet::new(), 0) };
        let held = lane.presses.iter().chain(&lane.queue).chain(&lane.hand).map(|it| it.seq).collect();
        (held, lane.spills)
    }

    /// An unfinished event of a chat by its id.
    #[must_use]
    pub fn find(&self, chat: ChatNo, event: u64) -> Option<Arc<Item>> {
        let lane = self.lanes.get(&chat)?;
        lane.hand.iter().chain(&lane.presses).chain(&lane.queue).find(|it| it.id() == event).cloned()
    }

    /// Puts events that were read from the disk at the end of the memory. The disk was seen to hold `left` more;
    /// what was spilled since `spills` may be counted twice, which costs one look more, but is never forgotten.
    pub fn refilled(&mut self, chat: ChatNo, items: Vec<Arc<Item>>, left: usize, spills: u64) {
        let Some(lane) = self.lanes.get_mut(&chat) else { return };
        let since = usize::try_from(lane.spills.saturating_sub(spills)).unwrap_or(usize::MAX);
        lane.on_disk_only = (lane.spilling.len() + left).saturating_add(since);
        for item in items {
            self.in_memory += 1;
            let line = if item.press { &mut lane.presses } else { &mut lane.queue };
            line.push_back(item);
        }
    }

    /// The last feature has decided. The answer is who waited for it.
    pub fn finish(&mut self, item: &Item, now_ms: u64) -> Vec<W> {
        item.set_finished();
        if let Some(lane) = self.lanes.get_mut(&item.chat) {
            lane.hand.retain(|it| it.seq != item.seq);
        }
        let Some(update) = item.update() else { return Vec::new() };
        self.done.set(update.0, now_ms);
        self.acknowledge(update.0)
    }

    /// Events that are unfinished after `after_ms` and not on the disk. They count as being written from now on.
    ///
    /// Arrival order is queue order, so every earlier unfinished event of the same chat is among them or before them.
    pub fn due(&mut self, now_ms: u64, after_ms: u64, most: usize) -> Vec<Arc<Item>> {
        let mut due = Vec::new();
        while due.len() < most {
            let Some(first) = self.aging.front() else { break };
            if !first.finished() && first.tick_ms + after_ms > now_ms {
                break;
            }
            let Some(item) = self.aging.pop_front() else { break };
            if !item.finished() && item.disk() == Disk::Nowhere {
                item.set_disk(Disk::Writing);
                due.push(item);
            }
        }
        due
    }

    /// When the next unfinished event becomes due.
    #[must_use]
    pub fn next_due_ms(&self, after_ms: u64) -> Option<u64> {
        self.aging.front().map(|it| it.tick_ms + after_ms)
    }

    /// An event whose row could not be written is tried again later.
    pub fn not_written(&mut self, item: Arc<Item>) {
        item.set_disk(Disk::Nowhere);
        self.aging.push_back(item);
    }

    /// A generation of a chat is ready to work.
    pub fn attach(&mut self, chat: ChatNo, generation: u64, address: A) {
        let lane = self.lanes.entry(chat).or_default();
        if lane.address.as_ref().is_none_or(|(it, _)| *it < generation) {
            lane.address = Some((generation, address));
            lane.awake = true;
        }
    }

    /// Whether this generation of a chat is the one at work.
    #[must_use]
    pub fn attached(&self, chat: ChatNo, generation: u64) -> bool {
        self.lanes.get(&chat).and_then(|it| it.address.as_ref()).is_some_and(|it| it.0 == generation)
    }

    /// A generation of a chat has ended: what it had in hand goes back. The answer is whether there is work left.
    pub fn detach(&mut self, chat: ChatNo, generation: u64) -> bool {
        let Some(lane) = self.lanes.get_mut(&chat) else { return false };
        if lane.address.as_ref().is_some_and(|(it, _)| *it != generation) {
            return false;
        }
        lane.address = None;
        let mut hand: Vec<_> = lane.hand.drain(..).filter(|it| !it.finished()).collect();
        hand.sort_by_key(|it| it.seq);
        self.in_memory += hand.len();
        for item in hand.into_iter().rev() {
            let line = if item.press { &mut lane.presses } else { &mut lane.queue };
            line.push_front(item);
        }
        let work = lane.has_work();
        lane.awake = work;
        if !work {
            self.lanes.remove(&chat);
        }
        work
    }

    /// Forgets the address of a chat that has nothing to do, so that it may stop. Refused when there is work.
    pub fn try_sleep(&mut self, chat: ChatNo, generation: u64) -> bool {
        let Some(lane) = self.lanes.get(&chat) else { return true };
        let ours = lane.address.as_ref().is_some_and(|(it, _)| *it == generation);
        if !ours || lane.has_work() || lane.awake {
            return false;
        }
        self.lanes.remove(&chat);
        true
    }

    /// Takes over the number of events that a chat has on the disk only, when the house starts.
    pub fn found_on_disk(&mut self, chat: ChatNo, events: usize) {
        self.lanes.entry(chat).or_default().on_disk_only += events;
    }

    /// The chats that have work and nobody doing it; they count as awake from now on.
    pub fn asleep_with_work(&mut self) -> Vec<ChatNo> {
        let mut found = Vec::new();
        for (chat, lane) in &mut self.lanes {
            if lane.address.is_none() && !lane.awake && lane.has_work() {
                lane.awake = true;
                found.push(*chat);
            }
        }
        found
    }

    /// A shard starts anew, and all its chats are dead: what they had in hand goes back, and the answer is
    /// which of them have work.
    pub fn reclaim(&mut self, of_shard: impl Fn(ChatNo) -> bool) -> Vec<ChatNo> {
        let chats: Vec<_> = self.lanes.keys().copied().filter(|it| of_shard(*it)).collect();
        let generation = |desk: &Self, chat| desk.lanes.get(&chat).and_then(|it| it.address.as_ref().map(|it| it.0));
        chats.into_iter().filter(|chat| self.detach(*chat, generation(self, *chat).unwrap_or(0))).collect()
    }

    /// Takes everything that waits for a chat away, to append it to another one's queue.
    pub fn empty_out(&mut self, chat: ChatNo) -> Vec<Arc<Item>> {
        let Some(lane) = self.lanes.get_mut(&chat) else { return Vec::new() };
        let items: Vec<_> = lane.presses.drain(..).chain(lane.queue.drain(..)).collect();
        self.in_memory = self.in_memory.saturating_sub(items.len());
        items
    }
}

impl<A: Clone> Lane<A> {
    fn has_work(&self) -> bool {
        !self.presses.is_empty() || !self.queue.is_empty() || !self.hand.is_empty() || self.on_disk_only > 0
    }

    fn wake(&mut self) -> Wake<A> {
        if self.awake {
            return Wake::Awake;
        }
        self.awake = true;
        match &self.address {
            Some((_, address)) => Wake::Tell(address.clone()),
            None => Wake::Start,
        }
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
