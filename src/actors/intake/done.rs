//! Which updates are finished: one bit each, in rows of 1,024.

use crate::store::{Batch, Op, keys};
use std::collections::HashMap;

/// The bitmaps in memory; those of updates with effects are on the disk too.
#[derive(Debug, Default)]
pub struct Done {
    blocks: HashMap<u64, Block>,
}

#[derive(Debug)]
struct Block {
    bits: Box<[u64; 16]>,
    /// When a bit was last set.
    last_ms: u64,
    /// When its time was last written beside it; 0 when never.
    written_ms: u64,
}

/// The time beside a row is written anew after this long, in ms: so much longer rows live after a restart.
const REWRITE_MS: u64 = 6 * 3_600_000;

impl Done {
    /// Takes over a row of the store.
    pub fn load(&mut self, block: u64, row: &[u8], since_ms: u64) {
        let mut bits = Box::new([0; 16]);
        for (word, bytes) in bits.iter_mut().zip(row.chunks_exact(8)) {
            *word = bytes.try_into().map_or(0, u64::from_le_bytes);
        }
        self.blocks.insert(block, Block { bits, last_ms: since_ms, written_ms: since_ms });
    }

    /// Whether the update is finished.
    #[must_use]
    pub fn contains(&self, update: u64) -> bool {
        let (word, mask) = place(update);
        self.blocks.get(&(update / 1024)).is_some_and(|it| it.bits[word] & mask != 0)
    }

    /// Notes that the update is finished.
    pub fn set(&mut self, update: u64, now_ms: u64) {
        let (word, mask) = place(update);
        let block = self.block(update / 1024, now_ms);
        block.bits[word] |= mask;
        block.last_ms = block.last_ms.max(now_ms);
    }

    /// Adds the bit to a batch that finishes the update, with the time of its row where that is new.
    pub fn write(&mut self, update: u64, now_ms: u64, only_once: bool, batch: &mut Batch) {
        let block = self.block(update / 1024, now_ms);
        block.last_ms = block.last_ms.max(now_ms);
        if block.written_ms == 0 || block.written_ms + REWRITE_MS < now_ms {
            block.written_ms = now_ms.max(1);
            let since = crate::store::rows::Since { at: crate::domain::types::Moment(now_ms) };
            batch.put(keys::done_since(update / 1024), crate::store::rows::write(&since));
        }
        let (key, bit) = keys::done(update);
        batch.0.push(Op::SetBit { key, bit, only_once });
    }

    /// Forgets rows whose last bit was set before `oldest_ms`; the answer deletes them from the store.
    pub fn prune(&mut self, oldest_ms: u64) -> Batch {
        let mut batch = Batch::default();
        self.blocks.retain(|block, it| {
            let keep = it.last_ms >= oldest_ms;
            if !keep && it.written_ms > 0 {
                batch.delete(keys::done(block * 1024).0).delete(keys::done_since(*block));
            }
            keep
        });
        batch
    }

    fn block(&mut self, block: u64, now_ms: u64) -> &mut Block {
        self.blocks.entry(block).or_insert_with(|| Block { bits: Box::new([0; 16]), last_ms: now_ms, written_ms: 0 })
    }
}

fn place(update: u64) -> (usize, u64) {
    let bit = update % 1024;
    (usize::try_from(bit / 64).unwrap_or(0), 1 << (bit % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_may_jump_in_both_directions() {
        let mut done = Done::default();
        for update in [900_000_000, 5, 1023, 1024, 900_000_001] {
            assert!(!done.contains(update));
            done.set(update, 0);
            assert!(done.contains(update));
        }
        assert!(!done.contains(6) && !done.contains(1025) && !done.contains(900_000_002));
    }

    #[test]
    fn a_row_survives_the_store_and_is_pruned_when_old() {
        let mut bytes = [0_u8; 128];
        bytes[0] = 0b101;
        let mut done = Done::default();
        done.load(3, &bytes, 1_000);
        assert!(done.contains(3 * 1024) && !done.contains(3 * 1024 + 1) && done.contains(3 * 1024 + 2));
        assert_eq!(done.prune(1_000), Batch::default());
        assert_eq!(done.prune(1_001).0.len(), 2, "the row and its time are deleted");
        assert!(!done.contains(3 * 1024));
    }

    #[test]
    fn the_time_of_a_row_is_written_once() {
        let (mut done, mut batch) = (Done::default(), Batch::default());
        done.write(7, 50, true, &mut batch);
        done.write(8, 60, true, &mut batch);
        assert_eq!(batch.0.len(), 3, "two bits, one time: {batch:?}");
    }
}
