//! Folding of repeats: the first few of a kind are shown, the rest are counted once a minute.

use std::collections::HashMap;
use std::hash::Hash;

/// When repeats fold.
#[derive(Clone, Copy, Debug)]
pub struct FoldLimits {
    /// So many are shown in full.
    pub shown: u32,
    /// The rest is told once in this time, in ms. A key that is quiet for as long is forgotten.
    pub window_ms: u64,
    /// Different keys kept in mind; beyond, the oldest is told and forgotten.
    pub keys: usize,
}

impl Default for FoldLimits {
    fn default() -> Self {
        Self { shown: 3, window_ms: 60_000, keys: 1024 }
    }
}

/// What has repeated lately, by key, with the newest payload of what was held back.
#[derive(Debug)]
pub struct Folder<K, T> {
    limits: FoldLimits,
    seen: HashMap<K, Seen<T>>,
}

#[derive(Debug)]
struct Seen<T> {
    since_ms: u64,
    shown: u32,
    held: u64,
    newest: Option<T>,
}

/// Repeats that were held back.
#[derive(Debug, PartialEq, Eq)]
pub struct Repeats<T> {
    /// The newest of them.
    pub newest: T,
    /// How many.
    pub count: u64,
    /// Within how long, in ms.
    pub span_ms: u64,
}

/// What is to be shown now.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown<T> {
    /// The payload itself, unless it was held back.
    pub whole: Option<T>,
    /// Repeats whose key had to make room.
    pub pushed_out: Option<Repeats<T>>,
}

impl<K: Clone + Eq + Hash, T> Folder<K, T> {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(limits: FoldLimits) -> Self {
        Self { limits, seen: HashMap::new() }
    }

    /// Takes one in and says whether it is to be shown.
    pub fn record(&mut self, now_ms: u64, key: K, payload: T) -> Shown<T> {
        let pushed_out = if self.seen.contains_key(&key) { None } else { self.make_room(now_ms) };
        let fresh = Seen { since_ms: now_ms, shown: 0, held: 0, newest: None };
        let seen = self.seen.entry(key).or_insert(fresh);
        if seen.held == 0 && now_ms.saturating_sub(seen.since_ms) >= self.limits.window_ms {
            (seen.since_ms, seen.shown) = (now_ms, 0);
        }
        if seen.shown < self.limits.shown {
            seen.shown += 1;
            return Shown { whole: Some(payload), pushed_out };
        }
        seen.held += 1;
        seen.newest = Some(payload);
        Shown { whole: None, pushed_out }
    }

    /// The repeats whose minute is over; keys without repeats in that time are forgotten.
    pub fn due(&mut self, now_ms: u64) -> Vec<Repeats<T>> {
        let window_ms = self.limits.window_ms;
        let is_over = |it: &Seen<T>| now_ms.saturating_sub(it.since_ms) >= window_ms;
        self.seen.retain(|_, it| it.held > 0 || !is_over(it));
        self.seen.values_mut().filter(|it| is_over(it)).filter_map(|it| it.take(now_ms)).collect()
    }

    /// All repeats that were not told yet, and forgets everything: for the end of the process.
    pub fn flush(&mut self, now_ms: u64) -> Vec<Repeats<T>> {
        self.seen.drain().filter_map(|(_, mut it)| it.take(now_ms)).collect()
    }

    fn make_room(&mut self, now_ms: u64) -> Option<Repeats<T>> {
        if self.seen.len() < self.limits.keys {
            return None;
        }
        let oldest = self.seen.iter().min_by_key(|it| it.1.since_ms).map(|it| it.0.clone())?;
        self.seen.remove(&oldest)?.take(now_ms)
    }
}

impl<T> Seen<T> {
    fn take(&mut self, now_ms: u64) -> Option<Repeats<T>> {
        let newest = self.newest.take()?;
        let told = Repeats { newest, count: self.held, span_ms: now_ms.saturating_sub(self.since_ms) };
        (self.since_ms, self.held) = (now_ms, 0);
        Some(told)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    fn folder() -> Folder<&'static str, u64> {
        Folder::new(FoldLimits::default())
    }

    #[test]
    fn three_are_shown_and_the_rest_is_counted_once_a_minute() {
        let mut folder = folder();
        let shown: Vec<_> = (0..44).filter_map(|at| folder.record(at * 1000, "crash", at).whole).collect();
        assert_eq!(shown, [0, 1, 2]);
        assert_eq!(folder.due(59_999), []);
        assert_eq!(folder.due(60_000), [Repeats { newest: 43, count: 41, span_ms: 60_000 }]);
        assert_eq!(folder.due(60_001), []);
    }

    #[test]
    fn while_it_goes_on_each_minute_has_one_line() {
        let mut folder = folder();
        let mut told = Vec::new();
        for at in 0..300 {
            folder.record(at * 1000, "crash", at);
            told.extend(folder.due(at * 1000));
        }
        assert_eq!(told.iter().map(|it| it.count).collect::<Vec<_>>(), [58, 60, 60, 60]);
    }

    #[test]
    fn after_a_quiet_minute_it_is_news_again() {
        let mut folder = folder();
        for at in 0..4 {
            folder.record(at, "crash", at);
        }
        assert_eq!(folder.due(60_000).len(), 1);
        assert_eq!(folder.record(119_999, "crash", 8).whole, None);
        assert_eq!(folder.due(120_000).len(), 1);
        assert_eq!(folder.due(180_000), []);
        assert_eq!(folder.record(180_001, "crash", 9).whole, Some(9));
    }

    #[test]
    fn different_causes_do_not_hide_each_other() {
        let mut folder = folder();
        for at in 0..10 {
            folder.record(at, "one", at);
        }
        assert_eq!(folder.record(11, "other", 11).whole, Some(11));
    }

    #[test]
    fn a_key_that_makes_room_is_told_first() {
        let mut folder = Folder::new(FoldLimits { keys: 2, ..FoldLimits::default() });
        for at in 0..5 {
            folder.record(at, "old", at);
        }
        folder.record(10, "newer", 10);
        let pushed_out = folder.record(20, "newest", 20).pushed_out.unwrap();
        assert_eq!((pushed_out.newest, pushed_out.count), (4, 2));
        assert_eq!(folder.seen.len(), 2);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_floods(
            steps in prop::collection::vec((0u8..6, 0u64..30_000, any::<bool>()), 1..400),
            keys in 1usize..5,
        ) {
            let limits = FoldLimits { keys, ..FoldLimits::default() };
            let mut folder = Folder::new(limits);
            let (mut now, mut whole, mut counted) = (0, 0, 0);
            let mut last_told: HashMap<u8, u64> = HashMap::new();
            for (key, wait, tick) in &steps {
                now += wait;
                let shown = folder.record(now, *key, *key);
                whole += u64::from(shown.whole.is_some());
                if let Some(it) = shown.pushed_out {
                    counted += it.count;
                    last_told.remove(&it.newest);
                }
                prop_assert!(folder.seen.len() <= keys);
                for it in if *tick { folder.due(now) } else { Vec::new() } {
                    prop_assert!(it.count > 0 && it.span_ms >= limits.window_ms);
                    let last = last_told.insert(it.newest, now);
                    prop_assert!(last.is_none_or(|last| now - last >= limits.window_ms));
                    counted += it.count;
                }
            }
            counted += folder.flush(now).iter().map(|it| it.count).sum::<u64>();
            prop_assert_eq!(whole + counted, steps.len() as u64);
            prop_assert!(folder.seen.is_empty());
        }
    }
}
