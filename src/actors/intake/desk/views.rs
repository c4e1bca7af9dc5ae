//! What can be seen of the desk at a glance: how much waits, how long, and who has nothing to do.

use super::{Desk, Lane};
use crate::actors::intake::item::Disk;
use crate::domain::types::ChatNo;

impl<A: Clone, W> Desk<A, W> {
    /// The addresses of running chats that have had no event since `before_ms`, so many at once; and if more than
    /// `most` would go on running, of as many others that have nothing to do, those idle for longest first.
    #[must_use]
    pub fn idle(&self, before_ms: u64, at_once: usize, most: usize) -> Vec<A> {
        let quiet = |lane: &&Lane<A>| !lane.awake && !lane.has_work() && lane.address.is_some();
        let (mut idle, mut others): (Vec<_>, Vec<_>) =
            self.lanes.values().filter(quiet).partition(|it| it.last_tick_ms < before_ms);
        others.extend(idle.drain(at_once.min(idle.len())..));
        let over = self.running().saturating_sub(most).saturating_sub(idle.len()).min(others.len());
        if over > 0 {
            others.select_nth_unstable_by_key(over - 1, |it| it.last_tick_ms);
            idle.extend(others.drain(..over));
        }
        idle.iter().filter_map(|it| it.address.as_ref().map(|(_, address)| address.clone())).collect()
    }

    /// Whether every unfinished event is on the disk, so that the house may end.
    #[must_use]
    pub fn all_kept(&self) -> bool {
        let lines = self.lanes.values().flat_map(|it| it.presses.iter().chain(&it.queue).chain(&it.hand));
        lines.into_iter().all(|it| it.finished() || it.disk() == Disk::There)
    }

    /// Unfinished events: in memory and in hand, and on the disk only.
    #[must_use]
    pub fn depth(&self) -> (usize, usize) {
        let hands: usize = self.lanes.values().map(|it| it.hand.len()).sum();
        (self.in_memory + hands, self.lanes.values().map(|it| it.on_disk_only).sum())
    }

    /// Unfinished events of one chat.
    #[must_use]
    pub fn depth_of(&self, chat: ChatNo) -> usize {
        self.lanes.get(&chat).map_or(0, |it| it.presses.len() + it.queue.len() + it.hand.len() + it.on_disk_only)
    }

    /// The arrival of the oldest unfinished event in memory, in monotonic ms.
    #[must_use]
    pub fn oldest_ms(&self) -> Option<u64> {
        let firsts =
            self.lanes.values().flat_map(|it| it.hand.iter().chain(it.presses.front()).chain(it.queue.front()));
        firsts.map(|it| it.tick_ms).min()
    }

    /// Chats that are running now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.lanes.values().filter(|it| it.address.is_some()).count()
    }
}
