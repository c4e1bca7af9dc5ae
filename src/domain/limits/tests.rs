//! Limits, breaker and backoff against slow references that keep every grant.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small positive numbers")]

use super::*;
use proptest::prelude::*;

const ALGORITHMS: [Algorithm; 3] = [Algorithm::TokenBucket, Algorithm::SlidingWindow, Algorithm::FixedWindow];

/// A limit that remembers each grant for ever and tries every millisecond.
struct Reference {
    algorithm: Algorithm,
    quota: Quota,
    grants: Vec<u64>,
    latest: u64,
}

impl Reference {
    fn new(algorithm: Algorithm, quota: Quota) -> Self {
        Self { algorithm, quota, grants: Vec::new(), latest: 0 }
    }

    fn allows(&self, now: u64) -> bool {
        let now = now.max(self.latest);
        let Quota { rate, window_ms, burst } = self.quota;
        match self.algorithm {
            Algorithm::TokenBucket => {
                let interval_us = (window_ms as f64 * 1000.0 / rate).ceil() as u64;
                self.grants.iter().enumerate().all(|(at, first)| {
                    let with_this = (self.grants.len() - at + 1) as u64;
                    with_this <= u64::from(burst) + (now - first) * 1000 / interval_us
                })
            }
            Algorithm::SlidingWindow => {
                let recent = self.grants.iter().filter(|it| now - **it < window_ms).count();
                recent < rate as usize
            }
            Algorithm::FixedWindow => {
                let same = self.grants.iter().filter(|it| **it / window_ms == now / window_ms).count();
                same < rate as usize
            }
        }
    }

    fn take(&mut self, now: u64) {
        self.latest = self.latest.max(now);
        self.grants.push(self.latest);
    }

    fn ready_at(&self, now: u64) -> u64 {
        (now..u64::MAX).find(|it| self.allows(*it)).unwrap()
    }
}

fn quotas() -> impl Strategy<Value = Quota> {
    (1u32..8, 1u64..300, 1u32..6).prop_map(|(rate, window_ms, burst)| Quota { rate: f64::from(rate), window_ms, burst })
}

proptest! {
    #[test]
    fn every_limit_grants_what_its_reference_grants_and_waits_no_longer(
        algorithm in prop::sample::select(ALGORITHMS.to_vec()),
        quota in quotas(),
        steps in prop::collection::vec((0u64..90, any::<bool>()), 1..120),
    ) {
        let mut limit = Limit::new(algorithm, quota);
        let mut reference = Reference::new(algorithm, quota);
        let mut now = 0;
        let mut last_taken = None;
        for (step, give_back) in steps {
            now += step;
            prop_assert_eq!(limit.ready_at(now), reference.ready_at(now));
            match limit.try_take(now) {
                Ok(()) => {
                    prop_assert!(reference.allows(now));
                    if give_back {
                        limit.refund(now);
                    } else {
                        reference.take(now);
                    }
                    last_taken = Some(now);
                }
                Err(WaitMs(wait)) => prop_assert_eq!(now + wait, reference.ready_at(now)),
            }
        }
        prop_assert!(last_taken.is_some());
    }

    #[test]
    fn time_that_runs_backwards_grants_nothing_more_and_blocks_for_no_longer(
        algorithm in prop::sample::select(ALGORITHMS.to_vec()),
        quota in quotas(),
        moments in prop::collection::vec(0u64..2_000, 1..120),
    ) {
        let mut jumping = Limit::new(algorithm, quota);
        let mut steady = Limit::new(algorithm, quota);
        let (mut latest, mut granted) = (0, 0);
        for now in moments {
            latest = latest.max(now);
            let (jumped, stood) = (jumping.try_take(now), steady.try_take(latest));
            prop_assert_eq!(jumped.is_ok(), stood.is_ok());
            match jumped {
                Ok(()) => granted = latest,
                // Time stands still at the last grant (a fixed window only knows in which window that was).
                Err(WaitMs(wait)) if algorithm == Algorithm::FixedWindow => prop_assert!(wait <= quota.window_ms),
                Err(WaitMs(wait)) => prop_assert!(wait <= steady.ready_at(granted) - granted),
            }
        }
    }

    #[test]
    fn no_number_is_too_large_for_a_limit(
        algorithm in prop::sample::select(ALGORITHMS.to_vec()),
        rate in any::<f64>(),
        window_ms in any::<u64>(),
        burst in any::<u32>(),
        moments in prop::collection::vec(any::<u64>(), 1..20),
    ) {
        let mut limit = Limit::new(algorithm, Quota { rate, window_ms, burst });
        for now in moments.into_iter().chain([0, u64::MAX]) {
            let ready = limit.ready_at(now);
            prop_assert!(ready >= now);
            let _ = limit.try_take(now);
            limit.refund(now);
            let _ = limit.is_idle(now);
        }
    }

    #[test]
    fn an_idle_limit_answers_like_a_fresh_one(
        algorithm in prop::sample::select(ALGORITHMS.to_vec()),
        quota in quotas(),
        steps in prop::collection::vec(0u64..90, 1..60),
    ) {
        let mut limit = Limit::new(algorithm, quota);
        let mut now = 0;
        for step in steps {
            now += step;
            let _ = limit.try_take(now);
        }
        let idle_at = (now..now + 100_000).find(|it| limit.is_idle(*it)).expect("every limit becomes idle");
        let mut fresh = Limit::new(algorithm, quota);
        for it in idle_at..idle_at + 40 {
            prop_assert_eq!(limit.try_take(it), fresh.try_take(it));
        }
    }

    #[test]
    fn the_breaker_does_what_its_history_says(
        rules in (1u32..4, 1u64..50, 1u32..4)
            .prop_map(|(failures, open_ms, successes)| BreakerRules { failures, open_ms, successes }),
        steps in prop::collection::vec((0u64..30, prop::option::of(any::<bool>())), 1..200),
    ) {
        let mut breaker = Breaker::new(rules);
        let mut history = History::new(rules);
        let mut now = 0;
        for (step, report) in steps {
            now += step;
            match report {
                None => prop_assert_eq!(breaker.allow(now), history.allow(now)),
                Some(true) => {
                    breaker.record(Report::Ok, now);
                    history.seen.push(Seen::Ok);
                }
                Some(false) => {
                    breaker.record(Report::Failure(TripReason::TimedOut), now);
                    history.seen.push(Seen::Failed(now));
                }
            }
        }
    }

    #[test]
    fn a_backoff_stays_between_nothing_and_its_ceiling(
        base_ms in any::<u64>(), cap_ms in any::<u64>(), attempt in any::<u32>(), random in any::<u64>(),
    ) {
        let backoff = Backoff { base_ms, cap_ms };
        let wait = backoff.wait_ms(attempt, random);
        prop_assert!(wait <= backoff.ceiling_ms(attempt));
        prop_assert!(backoff.ceiling_ms(attempt) <= cap_ms);
        prop_assert!(backoff.ceiling_ms(attempt) <= backoff.ceiling_ms(attempt.saturating_add(1)));
    }
}

/// Reads the whole history anew for each question.
struct History {
    rules: BreakerRules,
    seen: Vec<Seen>,
}

#[derive(Clone, Copy)]
enum Seen {
    Ok,
    Failed(u64),
    Probed(u64),
}

#[derive(Clone, Copy)]
enum Now {
    Closed(u32),
    Open(u64),
    Half(u32, Option<u64>),
}

impl History {
    fn new(rules: BreakerRules) -> Self {
        Self { rules, seen: Vec::new() }
    }

    fn allow(&mut self, now: u64) -> Permit {
        match self.replay() {
            Now::Closed(_) => Permit::Go,
            Now::Open(until) | Now::Half(_, Some(until)) if now < until => Permit::Wait { until },
            Now::Open(_) | Now::Half(..) => {
                self.seen.push(Seen::Probed(now));
                Permit::Probe
            }
        }
    }

    fn replay(&self) -> Now {
        let BreakerRules { failures, open_ms, successes } = self.rules;
        self.seen.iter().fold(Now::Closed(0), |state, seen| match (state, *seen) {
            (Now::Closed(_), Seen::Ok) => Now::Closed(0),
            (Now::Closed(n), Seen::Failed(at)) if n + 1 == failures => Now::Open(at + open_ms),
            (Now::Closed(n), Seen::Failed(_)) => Now::Closed(n + 1),
            (Now::Open(_), Seen::Probed(at)) => Now::Half(0, Some(at + open_ms)),
            (Now::Half(n, _), Seen::Probed(at)) => Now::Half(n, Some(at + open_ms)),
            (Now::Half(n, None), Seen::Failed(_) | Seen::Ok) => Now::Half(n, None),
            (Now::Half(..), Seen::Failed(at)) => Now::Open(at + open_ms),
            (Now::Half(n, _), Seen::Ok) if n + 1 == successes => Now::Closed(0),
            (Now::Half(n, _), Seen::Ok) => Now::Half(n + 1, None),
            (state, _) => state,
        })
    }
}

#[test]
fn a_rate_that_is_no_positive_number_is_no_limit() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        for algorithm in ALGORITHMS {
            let mut limit = Limit::new(algorithm, Quota { rate, window_ms: 1000, burst: 1 });
            assert!((0..1000).all(|_| limit.try_take(0).is_ok()), "{rate} {algorithm:?}");
        }
    }
}

#[test]
fn less_than_one_per_window_is_one_in_a_longer_window() {
    for (algorithm, second_at) in
        [(Algorithm::TokenBucket, 5000), (Algorithm::SlidingWindow, 5000), (Algorithm::FixedWindow, 5000)]
    {
        let mut limit = Limit::new(algorithm, Quota { rate: 0.2, window_ms: 1000, burst: 1 });
        assert_eq!(limit.try_take(0), Ok(()), "{algorithm:?}");
        assert_eq!(limit.try_take(0), Err(WaitMs(second_at)), "{algorithm:?}");
        assert_eq!(limit.ready_at(10), second_at, "{algorithm:?}");
    }
}

#[test]
fn an_old_grant_that_is_given_back_to_a_bucket_stays_spent() {
    let mut limit = Limit::new(Algorithm::TokenBucket, Quota { rate: 1.0, window_ms: 100, burst: 1 });
    assert_eq!(limit.try_take(0), Ok(()));
    assert_eq!(limit.try_take(500), Ok(()));
    limit.refund(0);
    assert_eq!(limit.try_take(550), Err(WaitMs(50)), "the bucket had been full since");
    limit.refund(500);
    assert_eq!(limit.try_take(550), Ok(()));
}

#[test]
fn an_open_breaker_tries_at_once_when_the_upstream_is_heard_of_but_not_all_the_time() {
    let mut breaker = Breaker::new(BreakerRules { failures: 1, open_ms: 1_000, successes: 1 });
    breaker.hope(5, 0);
    assert_eq!(breaker.allow(5), Permit::Go, "a closed one stays as it is");
    breaker.record(Report::Failure(TripReason::Unreachable), 100);
    breaker.hope(150, 100);
    assert_eq!(breaker.allow(150), Permit::Wait { until: 1_100 }, "too soon");
    breaker.hope(200, 100);
    assert_eq!(breaker.allow(200), Permit::Probe);
    breaker.hope(210, 0);
    assert_eq!(breaker.allow(210), Permit::Wait { until: 1_200 }, "one probe at a time");
    breaker.record(Report::Failure(TripReason::Unreachable), 220);
    assert_eq!(breaker.allow(221), Permit::Wait { until: 1_220 });
}

#[test]
fn a_probe_that_never_reports_loses_its_turn() {
    let mut breaker = Breaker::new(BreakerRules { failures: 1, open_ms: 100, successes: 1 });
    let opened = breaker.record(Report::Failure(TripReason::Unreachable), 0);
    assert_eq!(opened, Some(Change::Opened { reason: TripReason::Unreachable, until: 100 }));
    assert_eq!(breaker.allow(99), Permit::Wait { until: 100 });
    assert_eq!(breaker.allow(100), Permit::Probe);
    assert_eq!(breaker.allow(150), Permit::Wait { until: 200 }, "one probe at a time");
    assert_eq!(breaker.allow(200), Permit::Probe);
    assert_eq!(breaker.record(Report::Ok, 210), Some(Change::Closed));
    assert_eq!(breaker.allow(210), Permit::Go);
}

#[test]
fn a_breaker_without_failures_never_opens() {
    let mut breaker = Breaker::new(BreakerRules { failures: 0, open_ms: 100, successes: 1 });
    for now in 0..100 {
        assert_eq!(breaker.record(Report::Failure(TripReason::ServerError), now), None);
    }
    assert_eq!(breaker.allow(100), Permit::Go);
}

#[test]
fn a_backoff_doubles_up_to_its_cap() {
    let backoff = Backoff { base_ms: 500, cap_ms: 60_000 };
    let ceilings: Vec<u64> = [0, 1, 2, 6, 7, 63, 64, u32::MAX].map(|it| backoff.ceiling_ms(it)).to_vec();
    assert_eq!(ceilings, [500, 1000, 2000, 32_000, 60_000, 60_000, 60_000, 60_000]);
    assert_eq!(backoff.wait_ms(0, 500), 500);
    assert_eq!(backoff.wait_ms(0, 501), 0);
}
