//! How long a restart waits: doubled each time, never above a cap, spread by chance, forgotten after quiet time.

/// The rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait, in ms.
    pub base_ms: u64,
    /// The longest wait, in ms.
    pub cap_ms: u64,
    /// A child that ran this long without a crash begins anew, in ms.
    pub quiet_ms: u64,
    /// Whether the first restart is tried at once.
    pub first_at_once: bool,
}

/// How often in a row a child has been restarted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries(u32);

impl Default for Backoff {
    fn default() -> Self {
        Self { base_ms: 100, cap_ms: 30_000, quiet_ms: 60_000, first_at_once: true }
    }
}

impl Tries {
    /// The wait before the next restart, in ms, and counts it. `ran_ms` is how long the child ran before
    /// it crashed, `chance` any random number. Half of a wait is fixed, half is left to chance, so that
    /// children that crashed together do not come back together.
    pub fn next_ms(&mut self, rule: Backoff, ran_ms: u64, chance: u64) -> u64 {
        if ran_ms >= rule.quiet_ms {
            self.0 = 0;
        }
        let tried = self.0;
        self.0 = tried.saturating_add(1);
        let doublings = match (rule.first_at_once, tried) {
            (true, 0) => return 0,
            (true, tried) => tried - 1,
            (false, tried) => tried,
        };
        let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
        let full = rule.base_ms.saturating_mul(factor).min(rule.cap_ms);
        let half = full / 2;
        half + chance % (full - half + 1)
    }

    /// How many restarts in a row.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULE: Backoff = Backoff { base_ms: 100, cap_ms: 1_000, quiet_ms: 5_000, first_at_once: true };

    fn waits(rule: Backoff, ran_ms: &[u64], chance: u64) -> Vec<u64> {
        let mut tries = Tries::default();
        ran_ms.iter().map(|ran| tries.next_ms(rule, *ran, chance)).collect()
    }

    #[test]
    fn waits_double_up_to_the_cap_and_begin_anew_after_quiet_time() {
        let later = Backoff { first_at_once: false, ..RULE };
        assert_eq!(waits(RULE, &[0; 7], 0), [0, 50, 100, 200, 400, 500, 500]);
        assert_eq!(waits(later, &[0; 6], 0), [50, 100, 200, 400, 500, 500]);
        assert_eq!(waits(later, &[0, 0, 4_999, 5_000, 0], 0), [50, 100, 200, 50, 100]);
    }

    #[test]
    fn chance_moves_a_wait_between_half_and_whole() {
        let later = Backoff { first_at_once: false, ..RULE };
        assert_eq!(waits(later, &[0], 50), [100]);
        assert_eq!(waits(later, &[0], 51), [50]);
    }

    proptest! {
        #[test]
        fn a_wait_is_never_above_the_cap_and_never_overflows(
            base_ms in 0_u64.., cap_ms in 0..u64::MAX, chance in 0_u64.., times in 1_usize..200,
        ) {
            let rule = Backoff { base_ms, cap_ms, quiet_ms: 1, first_at_once: false };
            let mut tries = Tries::default();
            for _ in 0..times {
                prop_assert!(tries.next_ms(rule, 0, chance) <= cap_ms);
            }
        }
    }
}
