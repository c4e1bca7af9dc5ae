//! How many restarts within which time are too many.

use std::collections::VecDeque;

/// The limit: more than `max` restarts within `period_ms` are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intensity {
    /// Restarts allowed.
    pub max: u32,
    /// In how many milliseconds.
    pub period_ms: u64,
}

/// Whether another restart is within the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Restart,
    /// It is one too many.
    GiveUp,
}

/// The restarts of the last period. It never holds more than `max + 1` of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window(VecDeque<u64>);

impl Window {
    /// Records that a restart is due now, and says whether it is within the limit. `now_ms` is a monotonic tick.
    pub fn record(&mut self, now_ms: u64, limit: Intensity) -> Verdict {
        self.forget(now_ms, limit);
        self.0.push_back(now_ms);
        if self.0.len() <= limit.max as usize {
            return Verdict::Restart;
        }
        while self.0.len() > limit.max as usize + 1 {
            self.0.pop_front();
        }
        Verdict::GiveUp
    }

    /// How many restarts the period ending now holds.
    pub fn count(&mut self, now_ms: u64, limit: Intensity) -> usize {
        self.forget(now_ms, limit);
        self.0.len()
    }

    /// Begins anew, as after parking.
    pub fn clear(&mut self) {
        self.0 = VecDeque::new();
    }

    fn forget(&mut self, now_ms: u64, limit: Intensity) {
        let oldest = now_ms.saturating_sub(limit.period_ms);
        while self.0.front().is_some_and(|it| *it < oldest) {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIVE_A_MINUTE: Intensity = Intensity { max: 5, period_ms: 60_000 };

    fn verdicts(limit: Intensity, ticks: &[u64]) -> Vec<Verdict> {
        let mut window = Window::default();
        ticks.iter().map(|now| window.record(*now, limit)).collect()
    }

    #[test]
    fn restarts_within_the_limit_go_on_and_one_more_gives_up() {
        use Verdict::{GiveUp, Restart};
        let table: &[(u32, &[u64], &[Verdict])] = &[
            (0, &[5], &[GiveUp]),
            (1, &[5, 6], &[Restart, GiveUp]),
            (2, &[0, 0, 0], &[Restart, Restart, GiveUp]),
            (1, &[0, 60_000], &[Restart, GiveUp]),
            (1, &[0, 60_001], &[Restart, Restart]),
            (2, &[0, 50_000, 60_001, 60_002], &[Restart, Restart, Restart, GiveUp]),
        ];
        for (max, ticks, expected) in table {
            assert_eq!(verdicts(Intensity { max: *max, period_ms: 60_000 }, ticks), *expected, "{max} {ticks:?}");
        }
    }

    #[test]
    fn a_cleared_window_has_forgotten_everything() {
        let mut window = Window::default();
        assert_eq!((0..6).map(|now| window.record(now, FIVE_A_MINUTE)).last(), Some(Verdict::GiveUp));
        window.clear();
        assert_eq!(window.record(6, FIVE_A_MINUTE), Verdict::Restart);
    }

    proptest! {
        #[test]
        fn it_agrees_with_counting_all_restarts_ever(
            steps in prop::collection::vec(0_u64..40_000, 1..60), max in 0_u32..8,
        ) {
            let limit = Intensity { max, period_ms: 60_000 };
            let (mut window, mut all, mut now) = (Window::default(), Vec::new(), 0);
            for step in steps {
                now += step;
                all.push(now);
                let recent = all.iter().filter(|it| **it + limit.period_ms >= now).count();
                let expected = if recent <= max as usize { Verdict::Restart } else { Verdict::GiveUp };
                prop_assert_eq!(window.record(now, limit), expected);
                prop_assert!(window.0.len() <= max as usize + 1);
            }
        }
    }
}
