//! How many requests one person may make: one word when it is too many, then silence.

use crate::clock;
use crate::config::{Algorithm as Configured, RequestLimits};
use crate::domain::feature::Pace;
use crate::domain::limits::{Algorithm, Limit, Quota};
use crate::domain::types::UserId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The limits of everybody who asked for something lately.
#[derive(Debug)]
pub struct Requests {
    limits: RequestLimits,
    people: Mutex<HashMap<UserId, Person>>,
}

#[derive(Debug)]
struct Person {
    limit: Limit,
    told: bool,
}

/// People remembered before those whose limit is full again are forgotten.
const PEOPLE: usize = 10_000;

impl Requests {
    /// Nobody has asked for anything yet.
    #[must_use]
    pub fn new(limits: RequestLimits) -> Self {
        Self { limits, people: Mutex::default() }
    }

    /// Counts a request of this person.
    pub fn count(&self, who: UserId) -> Pace {
        let now = clock::tick_ms();
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if people.len() >= PEOPLE {
            people.retain(|_, it| !it.limit.is_idle(now));
        }
        let person = people.entry(who).or_insert_with(|| Person { limit: self.fresh(), told: false });
        match (person.limit.try_take(now), person.told) {
            (Ok(()), _) => {
                person.told = false;
                Pace::Free
            }
            (Err(_), false) => {
                person.told = true;
                Pace::SlowDown
            }
            (Err(_), true) => Pace::Silent,
        }
    }

    fn fresh(&self) -> Limit {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a burst is a small whole number")]
        let burst = self.limits.per_min.ceil().clamp(1.0, 10_000.0) as u32;
        Limit::new(algorithm(self.limits.algorithm), Quota { rate: self.limits.per_min, window_ms: 60_000, burst })
    }
}

/// The rule's own word for what the configuration says.
#[must_use]
pub const fn algorithm(configured: Configured) -> Algorithm {
    match configured {
        Configured::TokenBucket => Algorithm::TokenBucket,
        Configured::SlidingWindow => Algorithm::SlidingWindow,
        Configured::FixedWindow => Algorithm::FixedWindow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_requests_get_one_word_and_then_silence_and_others_are_free() {
        let requests = Requests::new(RequestLimits { per_min: 3.0, algorithm: Configured::SlidingWindow });
        let paces: Vec<_> = (0..6).map(|_| requests.count(UserId(7))).collect();
        let expected = [Pace::Free, Pace::Free, Pace::Free, Pace::SlowDown, Pace::Silent, Pace::Silent];
        assert_eq!(paces, expected);
        assert_eq!(requests.count(UserId(8)), Pace::Free);
    }
}
