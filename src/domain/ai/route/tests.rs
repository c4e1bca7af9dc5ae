//! Routing as tables, and against worlds that fail at random.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use proptest::prelude::*;

const PATIENCE: Patience = Patience { calls: 20, backoff: Backoff { base_ms: 100, cap_ms: 10_000 } };
/// Chooses the longest wait of a ceiling of 100 ms.
const LONGEST: u64 = 100;

fn who(text: &str) -> Candidate {
    text.parse().unwrap()
}

fn list(names: &[&str]) -> Vec<Candidate> {
    names.iter().map(|it| who(it)).collect()
}

fn free(_: &Candidate) -> Standing {
    Standing::FREE
}

fn busy(for_ms: u64) -> Verdict {
    Verdict::Busy { for_ms: Some(for_ms) }
}

const DOWN: Verdict = Verdict::Trip { reason: TripReason::ServerError, for_ms: None };

#[test]
fn a_candidate_is_a_provider_and_a_model_that_may_have_slashes() {
    let it = who("router/meta-llama/llama-3");
    assert_eq!((it.provider.as_str(), it.model.as_str()), ("router", "meta-llama/llama-3"));
    assert_eq!(it.to_string(), "router/meta-llama/llama-3");
    for text in ["", "openai", "/gpt", "openai/", "a/b\n"] {
        assert_eq!(text.parse::<Candidate>(), Err(NoCandidate), "{text:?}");
    }
}

#[test]
fn the_chosen_one_comes_first_a_cheaper_one_before_none_and_nobody_twice() {
    let mut routes = Routes::default();
    routes.set(Task::Chat, list(&["a/1", "b/1"]));
    routes.set(Task::Cheap, list(&["a/small", "b/1"]));
    routes.set(Task::Embedding, list(&["a/e"]));
    let cases = [
        (Task::Chat, None, vec!["a/1", "b/1", "a/small"]),
        (Task::Chat, Some("b/1"), vec!["b/1", "a/1", "a/small"]),
        (Task::Chat, Some("nonsense"), vec!["a/1", "b/1", "a/small"]),
        (Task::Vision, None, vec!["a/small", "b/1"]),
        (Task::Cheap, None, vec!["a/small", "b/1"]),
        (Task::Embedding, None, vec!["a/e"]),
        (Task::Moderation, None, vec![]),
    ];
    for (task, prefer, expected) in cases {
        assert_eq!(routes.list(task, prefer), list(&expected), "{task} {prefer:?}");
    }
}

#[test]
fn a_failure_of_any_passing_kind_goes_to_the_next_at_once() {
    for verdict in [busy(5_000), Verdict::Busy { for_ms: None }, DOWN, Verdict::Shut, Verdict::Absent] {
        // Even when chance chooses no wait at all, the same model is not asked twice in a row.
        for random in [0, LONGEST] {
            let (all, mut trail) = (list(&["a/1", "b/1"]), Trail::default());
            assert_eq!(trail.next(&all, free, PATIENCE, 7), Choice::Ask(who("a/1")));
            trail.failed(&who("a/1"), verdict, PATIENCE, 7, random);
            assert_eq!(trail.next(&all, free, PATIENCE, 7), Choice::Ask(who("b/1")), "{verdict:?}");
        }
    }
}

#[test]
fn whoever_waits_is_passed_over_and_named_when_all_wait() {
    let all = list(&["a/1", "b/1"]);
    let waits = |a: u64, b: u64| {
        move |it: &Candidate| match it.provider.as_str() {
            "a" => Standing::waiting([(a, Why::Busy), (3, Why::Down)]),
            _ => Standing::waiting([(b, Why::Budget)]),
        }
    };
    let trail = Trail::default();
    assert_eq!(trail.next(&all, waits(100, 0), PATIENCE, 50), Choice::Ask(who("b/1")));
    assert_eq!(trail.next(&all, waits(100, 90), PATIENCE, 50), Choice::Later { at: 90, why: Why::Budget });
    assert_eq!(trail.next(&all, waits(80, 90), PATIENCE, 50), Choice::Later { at: 80, why: Why::Busy });
    assert_eq!(trail.next(&all, waits(80, 90), PATIENCE, 80), Choice::Ask(who("a/1")));
}

#[test]
fn what_a_provider_asks_for_outlasts_the_backoff_and_the_backoff_grows() {
    let all = list(&["a/1"]);
    let mut trail = Trail::default();
    trail.failed(&who("a/1"), busy(5_000), PATIENCE, 1_000, LONGEST);
    assert_eq!(trail.next(&all, free, PATIENCE, 1_000), Choice::Later { at: 6_000, why: Why::Busy });
    let mut trail = Trail::default();
    let mut now = 0;
    let mut waits = Vec::new();
    for attempt in 0..4 {
        let ceiling = PATIENCE.backoff.ceiling_ms(attempt);
        trail.failed(&who("a/1"), DOWN, PATIENCE, now, ceiling);
        let Choice::Later { at, why: Why::Down } = trail.next(&all, free, PATIENCE, now) else { panic!() };
        waits.push(at - now);
        now = at;
    }
    assert_eq!(waits, [100, 200, 400, 800]);
}

#[test]
fn the_end_says_why() {
    let all = list(&["a/1", "b/1"]);
    let never = |it| Verdict::Never(it);
    let cases = [
        (never(Never::Refused), never(Never::Cannot), Why::Refused),
        (Verdict::Absent, Verdict::Shut, Why::Nobody),
        (never(Never::Refused), never(Never::Refused), Why::Refused),
    ];
    for (first, second, why) in cases {
        let mut trail = Trail::default();
        trail.failed(&who("a/1"), first, PATIENCE, 0, 0);
        trail.failed(&who("b/1"), second, PATIENCE, 0, 0);
        assert_eq!(trail.next(&all, free, PATIENCE, 0), Choice::Over(why));
    }
    let unable = |_: &Candidate| Standing { can: false, ..Standing::FREE };
    assert_eq!(Trail::default().next(&all, unable, PATIENCE, 0), Choice::Over(Why::Nobody));
    assert_eq!(Trail::default().next(&[], free, PATIENCE, 0), Choice::Over(Why::Nobody));
    let mut trail = Trail::default();
    for _ in 0..PATIENCE.calls {
        trail.failed(&who("a/1"), busy(0), PATIENCE, 0, 0);
    }
    assert_eq!(trail.next(&list(&["a/1"]), free, PATIENCE, 0), Choice::Over(Why::Busy));
}

#[test]
fn a_refusal_here_is_no_refusal_there() {
    let (all, mut trail) = (list(&["a/1", "b/1"]), Trail::default());
    trail.failed(&who("a/1"), Verdict::Never(Never::Refused), PATIENCE, 0, 0);
    trail.failed(&who("b/1"), busy(50), PATIENCE, 0, 0);
    assert_eq!(trail.next(&all, free, PATIENCE, 0), Choice::Later { at: 50, why: Why::Busy });
    assert_eq!(trail.next(&all, free, PATIENCE, 50), Choice::Ask(who("b/1")));
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        (0u64..3_000).prop_map(busy),
        Just(Verdict::Busy { for_ms: None }),
        Just(DOWN),
        Just(Verdict::Shut),
        Just(Verdict::Absent),
        Just(Verdict::Never(Never::Refused)),
        Just(Verdict::Never(Never::Cannot)),
    ]
}

proptest! {
    /// A world in which pauses of providers come and go, every call fails, and time stands still unless it must pass.
    #[test]
    fn nobody_is_asked_within_his_pause_and_every_question_comes_to_an_end(
        size in 1usize..5,
        pauses in proptest::collection::vec((0usize..5, 0u64..5_000), 0..40),
        failures in proptest::collection::vec((verdicts(), any::<u64>()), 1..40),
        able in any::<u8>(),
    ) {
        let all: Vec<_> = (0..size).map(|it| who(&format!("p{it}/m"))).collect();
        let index = |it: &Candidate| it.provider[1..].parse::<usize>().unwrap();
        let mut free_at = [0u64; 5];
        let (mut trail, mut now, mut calls) = (Trail::default(), 0u64, 0usize);
        let mut asked_for = [0u64; 5];
        for step in 0.. {
            // Each call, and each wait, moves the world on; 4 steps per call are more than enough.
            prop_assert!(step <= 4 * (PATIENCE.calls as usize + pauses.len() + 1), "no end");
            if let Some((who, ms)) = pauses.get(step) {
                free_at[*who] = now + ms;
            }
            let standing = |it: &Candidate| Standing {
                can: able & (1 << index(it)) != 0,
                ..Standing::waiting([(free_at[index(it)], Why::Busy)])
            };
            match trail.next(&all, standing, PATIENCE, now) {
                Choice::Ask(it) => {
                    prop_assert!(standing(&it).can);
                    prop_assert!(free_at[index(&it)] <= now && asked_for[index(&it)] <= now);
                    let (verdict, random) = failures[calls % failures.len()];
                    trail.failed(&it, verdict, PATIENCE, now, random);
                    if let Verdict::Busy { for_ms: Some(ms) } = verdict {
                        asked_for[index(&it)] = now + ms;
                    }
                    calls += 1;
                    prop_assert_eq!(trail.calls() as usize, calls);
                    prop_assert!(calls <= PATIENCE.calls as usize);
                }
                Choice::Later { at, .. } => {
                    prop_assert!(at > now, "a wait that is over is no wait");
                    now = at;
                }
                Choice::Over(_) => break,
            }
        }
    }
}
