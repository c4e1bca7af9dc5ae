//! Which keys an engine surely does not have: asked before the engine, which needs a page for the same answer.
//!
//! It has a fixed size and forgets nothing. The more keys it has seen the more often it says "maybe", and then
//! the engine is asked as if there were no filter.

use std::hash::{DefaultHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// Words of 64 bits: 256 KiB. With 100,000 keys less than one absent key of 100 is a "maybe".
const WORDS: usize = 1 << 15;
/// Bits that a key sets in its word.
const BITS: u32 = 4;

/// The keys that were added, by a few bits each.
pub(super) struct Filter(Box<[AtomicU64]>);

impl Filter {
    /// Without any key.
    pub(super) fn new() -> Self {
        Self((0..WORDS).map(|_| AtomicU64::new(0)).collect())
    }

    /// Adds a key.
    pub(super) fn add(&self, key: &[u8]) {
        let (word, bits) = place(key);
        self.0[word].fetch_or(bits, Ordering::Relaxed);
    }

    /// Whether a key may have been added; `false` is certain.
    pub(super) fn may_have(&self, key: &[u8]) -> bool {
        let (word, bits) = place(key);
        self.0[word].load(Ordering::Relaxed) & bits == bits
    }
}

/// A key's word, and its bits there.
fn place(key: &[u8]) -> (usize, u64) {
    let mut hasher = DefaultHasher::new();
    hasher.write(key);
    let hash = hasher.finish();
    let bits = (0..BITS).fold(0, |bits, n| bits | 1 << ((hash >> (6 * n)) & 63));
    (usize::try_from(hash >> 32).unwrap_or(0) % WORDS, bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_never_denied_and_few_others_are_not() {
        let filter = Filter::new();
        let key = |n: u64| [&b"o"[..], &n.to_be_bytes()].concat();
        (0..100_000).for_each(|it| filter.add(&key(it)));
        assert!((0..100_000).all(|it| filter.may_have(&key(it))));
        let wrong = (100_000..200_000).filter(|it| filter.may_have(&key(*it))).count();
        assert!((1..1_000).contains(&wrong), "{wrong} of 100,000");
    }
}
