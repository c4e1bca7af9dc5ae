//! Polling against a scripted Telegram, in paused time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use std::collections::VecDeque;
use std::sync::Mutex;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

const OPTIONS: Options = Options {
    wait_s: 50,
    limit: 100,
    stall_s: 90,
    acknowledge_ms: 10_000,
    retry: Backoff { base_ms: 500, cap_ms: 60_000 },
};

/// What the scripted Telegram does with one call.
#[derive(Clone)]
enum Act {
    Updates(Vec<u64>),
    Body(&'static str),
    Fail(PollError),
    /// Answers with updates after so many seconds.
    Late(u64, Vec<u64>),
}

/// Plays its script, then waits for ever like a quiet bot's Telegram.
#[derive(Default)]
struct Script {
    acts: Mutex<VecDeque<Act>>,
    calls: Mutex<Vec<Call>>,
    played: Notify,
}

#[derive(Clone, Debug)]
struct Call {
    at: Instant,
    offset: u64,
    limit: u32,
    wait_s: u64,
    allowed: Vec<&'static str>,
}

impl Script {
    fn of(acts: impl IntoIterator<Item = Act>) -> Arc<Self> {
        Arc::new(Self { acts: Mutex::new(acts.into_iter().collect()), ..Self::default() })
    }

    fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    fn offsets(&self) -> Vec<u64> {
        self.calls().iter().map(|it| it.offset).collect()
    }

    /// Seconds between the calls.
    fn gaps(&self) -> Vec<f64> {
        self.calls().windows(2).map(|it| (it[1].at - it[0].at).as_secs_f64()).collect()
    }
}

impl Updates for Script {
    async fn get_updates_raw(
        &self,
        offset: u64,
        limit: u32,
        wait_s: u64,
        allowed: &[&'static str],
    ) -> Result<Bytes, PollError> {
        let call = Call { at: Instant::now(), offset, limit, wait_s, allowed: allowed.to_vec() };
        self.calls.lock().unwrap().push(call);
        let act = self.acts.lock().unwrap().pop_front();
        match act {
            Some(Act::Updates(ids)) => Ok(batch(&ids)),
            Some(Act::Body(body)) => Ok(Bytes::from_static(body.as_bytes())),
            Some(Act::Fail(error)) => Err(error),
            Some(Act::Late(s, ids)) => {
                tokio::time::sleep(Duration::from_secs(s)).await;
                Ok(batch(&ids))
            }
            None => {
                self.played.notify_one();
                std::future::pending().await
            }
        }
    }
}

fn batch(ids: &[u64]) -> Bytes {
    let updates: Vec<String> = ids.iter().map(|it| format!("{{\"update_id\":{it},\"message\":{{}}}}")).collect();
    format!("{{\"ok\":true,\"result\":[{}]}}", updates.join(",")).into()
}

/// Takes what it is offered; answers by the number of offers so far.
#[derive(Default)]
struct Desk {
    offered: Mutex<Vec<u64>>,
    kept: Mutex<Vec<Unreadable>>,
    refuse: Mutex<Vec<usize>>,
    slow_ms: Mutex<Vec<(usize, u64)>>,
    reception: Mutex<Vec<Reception>>,
}

impl Desk {
    fn offered(&self) -> Vec<u64> {
        self.offered.lock().unwrap().clone()
    }
}

impl Intake for Desk {
    fn offer(&self, raw: Bytes) -> BoxFuture<'static, Taken> {
        let value: serde_json::Value = serde_json::from_slice(&raw).unwrap();
        let mut offered = self.offered.lock().unwrap();
        offered.push(value["update_id"].as_u64().unwrap());
        let nth = offered.len();
        let taken =
            if self.refuse.lock().unwrap().contains(&nth) { Taken::Refused { retry_after_s: 5 } } else { Taken::Done };
        let slow_ms = self.slow_ms.lock().unwrap().iter().find(|it| it.0 == nth).map_or(0, |it| it.1);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(slow_ms)).await;
            taken
        })
    }

    fn keep(&self, _raw: Bytes, reason: Unreadable) -> BoxFuture<'static, Taken> {
        self.kept.lock().unwrap().push(reason);
        Box::pin(async { Taken::Kept })
    }

    fn enabled_updates(&self) -> Vec<&'static str> {
        vec!["message", "chat_member"]
    }

    fn reception(&self, now: Reception) {
        self.reception.lock().unwrap().push(now);
    }
}

/// Polls until the script is played, then stops.
async fn play(script: &Arc<Script>, desk: &Arc<Desk>) -> Result<(), Ended> {
    run(script.as_ref(), desk.clone(), OPTIONS, script.played.notified()).await
}

#[tokio::test(start_paused = true)]
async fn the_offset_follows_what_is_acknowledged() {
    let script = Script::of([Act::Updates(vec![7, 8, 12]), Act::Updates(vec![]), Act::Updates(vec![13])]);
    let desk = Arc::new(Desk::default());
    play(&script, &desk).await.unwrap();
    assert_eq!(script.offsets(), [0, 13, 13, 14]);
    assert_eq!(desk.offered(), [7, 8, 12, 13]);
    for call in script.calls() {
        assert_eq!(call.limit, 100);
        assert_eq!(call.allowed, ["message", "chat_member"], "on every call");
    }
    assert_eq!(*desk.reception.lock().unwrap(), [Reception::Open]);
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_updates_only_once_it_is_known_that_they_can_come() {
    let network = Act::Fail(PollError::Network("refused".into()));
    let script = Script::of([Act::Updates(vec![]), Act::Updates(vec![]), network, Act::Updates(vec![])]);
    play(&script, &Arc::new(Desk::default())).await.unwrap();
    let waits: Vec<u64> = script.calls().iter().map(|it| it.wait_s).collect();
    assert_eq!(waits, [0, 50, 50, 0, 50]);
}

#[tokio::test(start_paused = true)]
async fn ids_that_start_anew_lower_are_followed_too() {
    let script = Script::of([Act::Updates(vec![900_000]), Act::Updates(vec![41]), Act::Updates(vec![42])]);
    play(&script, &Arc::new(Desk::default())).await.unwrap();
    assert_eq!(script.offsets(), [0, 900_001, 42, 43]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_update_holds_back_the_offset_and_pauses_polling() {
    let script = Script::of([Act::Updates(vec![1, 2, 3]), Act::Updates(vec![2, 3]), Act::Updates(vec![2, 3])]);
    let desk = Arc::new(Desk::default());
    *desk.refuse.lock().unwrap() = vec![2, 4]; // the second offer, and the first of the next batch
    play(&script, &desk).await.unwrap();
    assert_eq!(desk.offered(), [1, 2, 3, 2, 3, 2, 3]);
    assert_eq!(script.offsets(), [0, 2, 2, 4]);
    assert!(script.gaps()[..2].iter().all(|it| *it >= 5.0), "retry_after is waited for: {:?}", script.gaps());
    assert_eq!(*desk.reception.lock().unwrap(), [Reception::Paused, Reception::Open]);
}

#[tokio::test(start_paused = true)]
async fn the_next_call_waits_for_all_acknowledgements() {
    let script = Script::of([Act::Updates(vec![1, 2, 3])]);
    let desk = Arc::new(Desk::default());
    *desk.slow_ms.lock().unwrap() = vec![(1, 3000), (2, 4000), (3, 4000)];
    play(&script, &desk).await.unwrap();
    assert_eq!(script.offsets(), [0, 4]);
    let gap = script.gaps()[0];
    assert!((4.0..5.0).contains(&gap), "side by side, not one after the other: {gap}");
}

#[tokio::test(start_paused = true)]
async fn what_intake_never_answers_is_asked_for_again() {
    let script = Script::of([Act::Updates(vec![1, 2, 3]), Act::Updates(vec![2, 3])]);
    let desk = Arc::new(Desk::default());
    *desk.slow_ms.lock().unwrap() = vec![(2, u64::from(u32::MAX))];
    play(&script, &desk).await.unwrap();
    assert_eq!(script.offsets(), [0, 2, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_strange_update_does_not_hold_up_its_neighbours() {
    let body = r#"{"ok":true,"result":[{"update_id":5},{"no":"id"},{"update_id":6,"unheard_of":{}}]}"#;
    let script = Script::of([Act::Body(body)]);
    let desk = Arc::new(Desk::default());
    play(&script, &desk).await.unwrap();
    assert_eq!(script.offsets(), [0, 7]);
    assert_eq!(desk.offered(), [5, 6]);
    assert_eq!(*desk.kept.lock().unwrap(), [Unreadable::NoId]);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_never_becomes_a_tight_loop() {
    for words in ["Conflict: terminated by other getUpdates request", "Conflict: webhook is active"] {
        let script = Script::of((0..30).map(|_| Act::Fail(PollError::Conflict(words.into()))));
        let desk = Arc::new(Desk::default());
        play(&script, &desk).await.unwrap();
        let gaps = script.gaps();
        assert_eq!(gaps.len(), 30);
        assert!(gaps.iter().all(|it| (5.0..60.1).contains(it)), "{gaps:?}");
        assert!(gaps[10..].iter().any(|it| *it > 10.0), "it backs off: {gaps:?}");
        assert_eq!(*desk.reception.lock().unwrap(), [Reception::Paused]);
    }
}

#[tokio::test(start_paused = true)]
async fn troubles_are_waited_out() {
    let network = || Act::Fail(PollError::Network("connection refused".into()));
    let table: [(&str, Act, f64); 5] = [
        ("network", network(), 0.25),
        ("flood", Act::Fail(PollError::Flood(30)), 30.0),
        ("no batch", Act::Body("<html>502</html>"), 0.25),
        ("only updates without an id", Act::Body(r#"{"ok":true,"result":[{"a":1}]}"#), 0.25),
        ("empty at once", Act::Updates(vec![]), 0.05),
    ];
    for (name, act, at_least_s) in table {
        let script = Script::of([act, Act::Updates(vec![3])]);
        let desk = Arc::new(Desk::default());
        play(&script, &desk).await.unwrap();
        assert!(script.gaps()[0] >= at_least_s, "{name}: {:?}", script.gaps());
        assert_eq!(desk.offered(), [3], "{name}");
        assert_eq!(desk.reception.lock().unwrap().last(), Some(&Reception::Open), "{name}");
    }
    let script = Script::of((0..20).map(|_| network()));
    play(&script, &Arc::new(Desk::default())).await.unwrap();
    assert!(script.gaps()[10..].iter().all(|it| (29.0..61.0).contains(it)), "{:?}", script.gaps());
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_ends_polling() {
    let script = Script::of([Act::Updates(vec![1]), Act::Fail(PollError::Unauthorised)]);
    assert_eq!(play(&script, &Arc::new(Desk::default())).await, Err(Ended::Unauthorised));
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_is_begun_anew() {
    let script = Script::of([Act::Late(100_000, vec![1]), Act::Updates(vec![1])]);
    let desk = Arc::new(Desk::default());
    play(&script, &desk).await.unwrap();
    assert_eq!(desk.offered(), [1]);
    let gap = script.gaps()[0];
    assert!((90.0..113.0).contains(&gap), "after stall_s and up to a quarter: {gap}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_only_after_twice_the_stall_time_is_heard() {
    let acts: Vec<Act> = (0..6).map(|it| Act::Late(180, vec![it])).collect();
    let script = Script::of(acts);
    let desk = Arc::new(Desk::default());
    play(&script, &desk).await.unwrap();
    assert_eq!(desk.offered(), [1, 2, 3, 4, 5], "only the first call was given up");
}

#[tokio::test(start_paused = true)]
async fn two_stalled_calls_in_a_row_mean_that_nothing_comes() {
    let script = Script::of([Act::Late(100_000, vec![]), Act::Late(100_000, vec![]), Act::Updates(vec![1])]);
    let desk = Arc::new(Desk::default());
    play(&script, &desk).await.unwrap();
    assert_eq!(*desk.reception.lock().unwrap(), [Reception::Paused, Reception::Open]);
}

#[tokio::test(start_paused = true)]
async fn options_stay_within_what_telegram_takes_and_never_spin() {
    let options = Options::new(600, 0, 0, Backoff { base_ms: 0, cap_ms: 0 });
    assert_eq!((options.wait_s, options.limit), (50, 1));
    let script = Script::of((0..50).map(|_| Act::Fail(PollError::Network("refused".into()))));
    run(script.as_ref(), Arc::new(Desk::default()), options, script.played.notified()).await.unwrap();
    assert!(script.gaps().iter().all(|it| *it >= 0.1), "{:?}", script.gaps());
    let slow = Script::of([Act::Late(59, vec![1])]);
    let desk = Arc::new(Desk::default());
    run(slow.as_ref(), desk.clone(), options, slow.played.notified()).await.unwrap();
    assert_eq!(desk.offered(), [1], "a stall time below the waiting time does not cut calls off");
}

#[tokio::test(start_paused = true)]
async fn patience_ends_at_ten_times_and_shrinks_with_quick_answers() {
    let mut patience = Patience::new(90);
    let mut limits = Vec::new();
    for _ in 0..6 {
        limits.push(patience.limit_s());
        assert_eq!(patience.wait_for(std::future::pending::<()>(), 1000).await, None);
    }
    assert_eq!(limits, [90, 180, 360, 720, 900, 900]);
    for expected in [450, 180, 90, 90] {
        assert_eq!(patience.wait_for(std::future::ready(()), 0).await, Some(()));
        assert_eq!(patience.limit_s(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_it_at_once_whatever_it_waits_for() {
    let waiting: [(&str, Vec<Act>); 4] = [
        ("a long poll", vec![]),
        ("a conflict", vec![Act::Fail(PollError::Conflict("other".into()))]),
        ("a flood", vec![Act::Fail(PollError::Flood(3600))]),
        ("a stalled call", vec![Act::Late(100_000, vec![])]),
    ];
    for (name, acts) in waiting {
        let script = Script::of(acts);
        let (stop, mut stopped) = watch::channel(false);
        let running = script.clone();
        let poll = tokio::spawn(async move {
            let stop = async move { drop(stopped.changed().await) };
            run(running.as_ref(), Arc::new(Desk::default()), OPTIONS, stop).await
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(script.calls().len(), 1, "{name}");
        let before = Instant::now();
        stop.send(true).unwrap();
        assert_eq!(poll.await.unwrap(), Ok(()), "{name}");
        assert_eq!(Instant::now(), before, "{name}");
    }
}
