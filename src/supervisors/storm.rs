//! When many different children crash at once there is one common cause, and starting more makes it worse.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// The rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StormRule {
    /// More different children than this, ...
    pub different: u32,
    /// ... crashing within this time, in ms, are a storm, ...
    pub within_ms: u64,
    /// ... during which nothing is started for so many ms.
    pub pause_ms: u64,
}

/// The crashes of the last minute or so. Each crash costs the same, however many there were.
#[derive(Clone, Debug)]
pub struct Storm<K> {
    recent: VecDeque<(u64, K)>,
    times: HashMap<K, u32>,
    until_ms: Option<u64>,
}

impl<K> Default for Storm<K> {
    fn default() -> Self {
        Self { recent: VecDeque::new(), times: HashMap::new(), until_ms: None }
    }
}

impl<K: Copy + Eq + Hash> Storm<K> {
    /// Records a crash. True when the storm begins with it.
    pub fn record(&mut self, now_ms: u64, who: K, rule: StormRule) -> bool {
        if self.rages(now_ms) {
            return false;
        }
        self.forget(now_ms, rule);
        self.recent.push_back((now_ms, who));
        *self.times.entry(who).or_default() += 1;
        if self.times.len() <= rule.different as usize {
            return false;
        }
        *self = Self { until_ms: Some(now_ms.saturating_add(rule.pause_ms)), ..Self::default() };
        true
    }

    /// Whether nothing may be started now.
    #[must_use]
    pub fn rages(&self, now_ms: u64) -> bool {
        self.until_ms.is_some_and(|until| now_ms < until)
    }

    /// It is over.
    pub fn calm(&mut self) {
        self.until_ms = None;
    }

    fn forget(&mut self, now_ms: u64, rule: StormRule) {
        let oldest = now_ms.saturating_sub(rule.within_ms);
        while let Some((_, who)) = self.recent.pop_front_if(|it| it.0 < oldest) {
            if let Some(times) = self.times.get_mut(&who) {
                *times -= 1;
                if *times == 0 {
                    self.times.remove(&who);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULE: StormRule = StormRule { different: 2, within_ms: 60_000, pause_ms: 30_000 };

    #[test]
    fn one_child_that_crashes_often_is_no_storm() {
        let mut storm = Storm::default();
        assert!((0..100).all(|now| !storm.record(now, "a", RULE)));
    }

    #[test]
    fn different_children_within_a_minute_are_one_and_it_passes() {
        let mut storm = Storm::default();
        assert!(!storm.record(0, "a", RULE));
        assert!(!storm.record(1, "b", RULE));
        assert!(storm.record(60_000, "c", RULE));
        assert!(storm.rages(89_999));
        assert!(!storm.record(89_999, "d", RULE), "it rages already");
        assert!(!storm.rages(90_000));
        assert!(!storm.record(90_000, "d", RULE), "it begins to count anew");
    }

    #[test]
    fn different_children_over_a_longer_time_are_none() {
        let mut storm = Storm::default();
        let crashes = ["a", "b", "c", "d"].iter().zip([0, 30_001, 60_002, 90_003]);
        assert_eq!(crashes.filter(|(who, now)| storm.record(*now, **who, RULE)).count(), 0);
    }

    proptest! {
        #[test]
        fn it_agrees_with_counting(crashes in prop::collection::vec((0_u64..9_000, 0_u8..6), 1..80), different in 1_u32..6) {
            let rule = StormRule { different, ..RULE };
            let (mut storm, mut all, mut now) = (Storm::default(), Vec::new(), 0);
            for (step, who) in crashes {
                now += step;
                all.push((now, who));
                let recent = all.iter().filter(|it: &&(u64, u8)| it.0 + rule.within_ms >= now);
                let count = recent.map(|it| it.1).collect::<std::collections::HashSet<_>>().len();
                let begins = storm.record(now, who, rule);
                prop_assert_eq!(begins, count > different as usize);
                if begins {
                    all.clear();
                    now += rule.pause_ms;
                }
            }
        }
    }
}
