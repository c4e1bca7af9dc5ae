//! The newest entries of a map: when there are too many, the oldest are forgotten.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// A map that never has more than so many entries.
pub(super) struct Latest<K, V> {
    entries: HashMap<K, V>,
    order: VecDeque<K>,
    most: usize,
}

impl<K: Clone + Eq + Hash, V: Clone> Latest<K, V> {
    /// An empty one.
    pub(super) fn new(most: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), most }
    }

    /// The value of a key that is not forgotten.
    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.entries.get(key).cloned()
    }

    /// Adds an entry, or gives it a new value; its age stays.
    pub(super) fn insert(&mut self, key: K, value: V) {
        if self.entries.insert(key.clone(), value).is_some() {
            return;
        }
        self.order.push_back(key);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten_first() {
        let mut latest = Latest::new(3);
        for n in 0..5 {
            latest.insert(n, n * 10);
            latest.insert(n, n * 100);
        }
        let kept: Vec<_> = (0..5).map(|it| latest.get(&it)).collect();
        assert_eq!(kept, [None, None, Some(200), Some(300), Some(400)]);
        assert_eq!(latest.order.len(), latest.entries.len());
    }
}
