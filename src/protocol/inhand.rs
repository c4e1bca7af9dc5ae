//! The small file that says, after a process died, which updates it had in hand.
//!
//! Each thread writes the update it is about to decide into its own slot and clears it after. The file is
//! memory-mapped: a plain store, no system call, and the page cache outlives the process (not the machine,
//! which is fine: an update that did not kill the process is innocent).

use crate::domain::types::UpdateId;
use memmap2::MmapMut;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Bytes of one slot: update, then feature and a mark that the slot is in use, then room.
const SLOT_BYTES: usize = 32;
/// Words of one slot.
const SLOT_WORDS: usize = SLOT_BYTES / 8;
/// More than any number of slots takes; what a file has beyond that is cut off.
const MAX_BYTES: u64 = 4096 * SLOT_BYTES as u64;
/// Set in the second word while the slot is in use.
const IN_USE: u64 = 1 << 63;
/// Mixes the sum of a slot.
const SALT: u64 = 0x9e37_79b9_7f4a_7c15;

/// The open file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct InHand(Arc<Map>);

#[derive(Debug)]
struct Map {
    map: MmapMut,
    slots: usize,
}

/// What a dead process had in hand: the update, and the number of the feature that was deciding.
pub type Leftover = (UpdateId, u8);

static THREADS: AtomicUsize = AtomicUsize::new(0);
thread_local! {
    /// This thread's number, the same for every file.
    static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}

impl InHand {
    /// Opens or makes the file, with one slot for each thread that decides. Returns what the process before
    /// this one had in hand, and clears it. With fewer slots than threads, threads share slots: a leftover
    /// may then be missed, never invented.
    ///
    /// # Errors
    /// When the file cannot be made or mapped, with what was tried.
    pub fn open(path: &Path, slots: usize) -> io::Result<(Self, Vec<Leftover>)> {
        let slots = slots.clamp(1, 4096);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        fill(&file, slots * SLOT_BYTES)?;
        let map = map(&file)?;
        let slots = map.len() / SLOT_BYTES;
        let this = Self(Arc::new(Map { map, slots }));
        let leftovers = (0..slots).filter_map(|index| this.take(index)).collect();
        Ok((this, leftovers))
    }

    /// This thread is about to decide this update for this feature.
    pub fn begin(&self, update: UpdateId, feature: u8) {
        let index = self.mine();
        self.word(index, 0).store(update.0, Ordering::Relaxed);
        self.word(index, 1).store(mark(update, feature), Ordering::Release);
    }

    /// This thread has decided.
    pub fn end(&self) {
        self.word(self.mine(), 1).store(0, Ordering::Release);
    }

    /// Decides with the update in hand. It is out of hand after a caught panic too: that one is counted by
    /// the supervisor.
    pub fn during<R>(&self, update: UpdateId, feature: u8, decide: impl FnOnce() -> R) -> R {
        struct Held<'a>(&'a InHand);
        impl Drop for Held<'_> {
            fn drop(&mut self) {
                self.0.end();
            }
        }
        self.begin(update, feature);
        let _held = Held(self);
        decide()
    }

    /// What this thread has in hand.
    #[must_use]
    pub fn current(&self) -> Option<Leftover> {
        self.read(self.mine())
    }

    fn take(&self, index: usize) -> Option<Leftover> {
        let found = self.read(index);
        self.word(index, 1).store(0, Ordering::Release);
        found
    }

    fn read(&self, index: usize) -> Option<Leftover> {
        let found = self.word(index, 1).load(Ordering::Acquire);
        let feature = found.to_le_bytes()[0];
        let update = UpdateId(self.word(index, 0).load(Ordering::Relaxed));
        (found == mark(update, feature)).then_some((update, feature))
    }

    fn mine(&self) -> usize {
        THREAD.with(|it| *it) % self.0.slots
    }

    #[expect(unsafe_code, reason = "a shared map can only be written through atomics at raw addresses")]
    fn word(&self, slot: usize, word: usize) -> &AtomicU64 {
        let offset = (slot % self.0.slots) * SLOT_BYTES + (word % SLOT_WORDS) * 8;
        // SAFETY: `offset + 8` lies within the map, whose length is at least `slots * SLOT_BYTES`; the map is
        // page-aligned, so the address is 8-aligned; the map lives as long as `self`, and all access in this
        // process goes through these atomics.
        unsafe { AtomicU64::from_ptr(self.0.map.as_ptr().add(offset).cast_mut().cast()) }
    }
}

/// What stands in a slot that is in use beside the update: the feature, and a sum over both, so that a spoiled
/// file blames nobody.
const fn mark(update: UpdateId, feature: u8) -> u64 {
    let mixed = (update.0 ^ ((feature as u64) << 56) ^ SALT).wrapping_mul(SALT);
    IN_USE | (mixed >> 40) << 8 | feature as u64
}

/// Writes the file anew as it is, at least so long: a place of it that the disk has no room for would end the
/// process when it is touched in the map.
fn fill(file: &File, length: usize) -> io::Result<()> {
    let mut bytes = Vec::new();
    let mut from = file;
    from.by_ref().take(MAX_BYTES).read_to_end(&mut bytes)?;
    bytes.resize(bytes.len().max(length), 0);
    file.set_len(bytes.len() as u64)?;
    file.write_all_at(&bytes, 0)
}

#[expect(unsafe_code, reason = "mapping a file is unsafe because others may change or cut it")]
fn map(file: &File) -> io::Result<MmapMut> {
    // SAFETY: the file lies in the store's folder, which one process holds under a lock. Nobody cuts it.
    unsafe { MmapMut::map_mut(file) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn what_was_begun_and_not_ended_is_left_over_once() {
        let folder = folder();
        let path = folder.path().join("inhand");
        let (hand, before) = InHand::open(&path, 4).unwrap();
        assert_eq!(before, []);
        hand.begin(UpdateId(901), 3);
        assert_eq!(hand.current(), Some((UpdateId(901), 3)));
        drop(hand);
        let (hand, left) = InHand::open(&path, 4).unwrap();
        assert_eq!(left, [(UpdateId(901), 3)]);
        drop(hand);
        assert_eq!(InHand::open(&path, 4).unwrap().1, []);
    }

    #[test]
    fn what_was_ended_is_not_left_over_even_for_update_and_feature_zero() {
        let folder = folder();
        let path = folder.path().join("inhand");
        let (hand, _) = InHand::open(&path, 4).unwrap();
        hand.begin(UpdateId(0), 0);
        assert_eq!(hand.current(), Some((UpdateId(0), 0)));
        hand.end();
        assert_eq!(hand.current(), None);
        drop(hand);
        assert_eq!(InHand::open(&path, 4).unwrap().1, []);
    }

    #[test]
    fn a_caught_panic_takes_the_update_out_of_hand() {
        let folder = folder();
        let (hand, _) = InHand::open(&folder.path().join("inhand"), 4).unwrap();
        let held = std::sync::Mutex::new(None);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            hand.during(UpdateId(7), 2, || {
                *held.lock().unwrap() = hand.current();
                panic!("poison");
            });
        }));
        assert!(caught.is_err());
        assert_eq!(*held.lock().unwrap(), Some((UpdateId(7), 2)));
        assert_eq!(hand.current(), None);
    }

    #[test]
    fn each_thread_has_its_own_slot() {
        let folder = folder();
        let path = folder.path().join("inhand");
        let (hand, _) = InHand::open(&path, 4096).unwrap();
        let threads: Vec<_> = (0..8)
            .map(|it| {
                let hand = hand.clone();
                std::thread::spawn(move || hand.begin(UpdateId(it), 1))
            })
            .collect();
        threads.into_iter().for_each(|it| it.join().unwrap());
        drop(hand);
        let mut left: Vec<u64> = InHand::open(&path, 4096).unwrap().1.into_iter().map(|it| it.0.0).collect();
        left.sort_unstable();
        assert_eq!(left, (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_with_fewer_slots_or_of_odd_length_is_still_read() {
        let folder = folder();
        let path = folder.path().join("inhand");
        std::fs::write(&path, [0_u8; 7]).unwrap();
        let (hand, left) = InHand::open(&path, 2).unwrap();
        assert_eq!(left, []);
        hand.begin(UpdateId(5), 1);
        drop(hand);
        assert_eq!(InHand::open(&path, 64).unwrap().1, [(UpdateId(5), 1)]);
    }

    #[test]
    fn a_flipped_bit_blames_no_other_update() {
        let folder = folder();
        let path = folder.path().join("inhand");
        let (hand, _) = InHand::open(&path, 2).unwrap();
        hand.begin(UpdateId(901), 3);
        drop(hand);
        let whole = std::fs::read(&path).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, bytes).unwrap();
            let left = InHand::open(&path, 2).unwrap().1;
            assert!(left.is_empty() || left == [(UpdateId(901), 3)], "bit {bit}: {left:?}");
        }
    }

    #[test]
    fn every_byte_of_the_file_has_its_place_on_the_disk() {
        use std::os::unix::fs::MetadataExt;
        let folder = folder();
        let path = folder.path().join("inhand");
        std::fs::File::create(&path).unwrap().set_len(100_000).unwrap();
        drop(InHand::open(&path, 4096).unwrap());
        let about = std::fs::metadata(&path).unwrap();
        assert!(about.blocks() * 512 >= about.len(), "{} of {} bytes", about.blocks() * 512, about.len());
    }

    #[test]
    fn a_slot_that_means_nothing_is_ignored() {
        let folder = folder();
        let path = folder.path().join("inhand");
        std::fs::write(&path, [0x7f_u8; 64]).unwrap();
        assert_eq!(InHand::open(&path, 2).unwrap().1, []);
    }
}
