//! What a chat keeps in memory is seen at once, written in time, and lost by a crash only.

use super::stage::Stage;
use crate::config::ChatLimits;
use crate::domain::purse::{Entry, Used};
use crate::domain::types::{ChatNo, UserId};
use crate::protocol::chat::ChatMsg;
use crate::store::{Batch, Store, keys, rows};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn patient() -> ChatLimits {
    ChatLimits { keep_ms: 3_600_000, ..ChatLimits::default() }
}

#[tokio::test]
async fn what_is_kept_is_seen_at_once_and_not_written() {
    let mut stage = Stage::new(patient());
    let _life = stage.begin().await;
    for text in ["keep a 1", "keep b 2;keep a 3", "row z"] {
        stage.obey(text).await;
    }
    assert_eq!(stage.obey("row a;row b;rows a z 9").await, ["3", "2", "a=3 b=2"]);
    assert_eq!(stage.everything().await, 0, "nothing at all is on the disk");
}

#[tokio::test]
async fn a_batch_leaves_what_is_kept_where_it_is_and_newer_rows_win() {
    let mut stage = Stage::new(patient());
    let _life = stage.begin().await;
    stage.obey("keep a 1;keep b 1;keep c 1").await;
    stage.obey("put b 2;keep d 2;drop c").await;
    for (name, value) in [("a", None), ("b", Some("2")), ("c", None), ("d", None)] {
        assert_eq!(stage.stored(name).await.as_deref(), value, "{name}");
    }
    assert_eq!(stage.obey("rows a z 9;row c").await, ["a=1 b=2 d=2", "-"]);
    stage.obey("keep a 9;put a 8;keep a 7;drop b;keep b 6").await;
    assert_eq!((stage.stored("a").await.as_deref(), stage.stored("b").await), (Some("8"), None));
    assert_eq!(stage.obey("row a;row b").await, ["7", "6"], "what was kept last is seen");
}

#[tokio::test]
async fn a_row_is_read_from_the_store_once() {
    let mut stage = Stage::new(patient());
    let _life = stage.begin().await;
    stage.obey("put a 1").await;
    assert_eq!(stage.obey("row a;row b").await, ["1", "-"]);
    let mut behind_its_back = Batch::default();
    behind_its_back.put(stage.key("a"), b"2".to_vec()).put(stage.key("b"), b"2".to_vec());
    stage.world.store.commit(behind_its_back).await.unwrap();
    assert_eq!(stage.obey("row a;row b").await, ["1", "-"]);
}

#[tokio::test]
async fn what_is_kept_is_written_when_its_time_has_come_without_any_event() {
    let mut stage = Stage::new(ChatLimits { keep_ms: 20, ..ChatLimits::default() });
    let _life = stage.begin().await;
    for round in ["1", "2", "3"] {
        stage.obey(&format!("keep a {round}")).await;
        stage.becomes("a", round).await;
    }
}

#[tokio::test]
async fn what_is_kept_is_written_when_the_memory_is_full() {
    let mut stage = Stage::new(ChatLimits { rows_cached: 4, ..patient() });
    let _life = stage.begin().await;
    stage.obey("keep a 1;keep b 1;keep c 1;keep d 1").await;
    assert_eq!(stage.everything().await, 0);
    stage.obey("keep e 1").await;
    stage.becomes("e", "1").await;
    assert_eq!(stage.stored("a").await.as_deref(), Some("1"));
    assert_eq!(stage.obey("rows a z 9").await, ["a=1 b=1 c=1 d=1 e=1"]);
}

#[tokio::test]
async fn what_is_kept_outlives_sleep_a_stop_and_the_end_of_the_house() {
    for how in ["sleep", "stop", "closing"] {
        let mut stage = Stage::new(patient());
        let life = stage.begin().await;
        stage.obey("keep a 1").await;
        match how {
            "sleep" => life.actor.send_message(ChatMsg::Sleep).unwrap(),
            "closing" => {
                stage.world.closing.store(true, Ordering::Release);
                life.actor.stop(None);
            }
            _ => life.actor.stop(None),
        }
        life.ended().await;
        stage.becomes("a", "1").await;
        stage.world.closing.store(false, Ordering::Release);
        stage.buried();
        let _next = stage.begin().await;
        assert_eq!(stage.obey("row a").await, ["1"], "{how}");
    }
}

#[tokio::test]
async fn a_crash_costs_what_was_kept_and_nothing_else() {
    let mut stage = Stage::new(patient());
    let life = stage.begin().await;
    stage.obey("put a 1;put b 1").await;
    stage.obey("keep a 2;keep c 2").await;
    life.actor.kill();
    life.ended().await;
    stage.buried();
    let _next = stage.begin().await;
    assert_eq!(stage.obey("rows a z 9").await, ["a=1 b=1"]);
}

#[tokio::test]
async fn a_life_that_another_has_followed_writes_nothing() {
    for how in ["stop", "alarm", "put"] {
        let mut stage = Stage::new(ChatLimits { keep_ms: if how == "alarm" { 200 } else { 3_600_000 }, ..patient() });
        let zombie = stage.begin().await;
        stage.obey("keep a old").await;
        let _heir = stage.begin().await;
        assert_eq!(stage.obey("row a").await, ["-"], "{how}: it was not written");
        stage.obey("put a new").await;
        match how {
            "stop" => zombie.actor.stop(None),
            "alarm" => {}
            _ => zombie.actor.send_message(ChatMsg::Wake).unwrap(),
        }
        zombie.ended().await;
        stage.obey("put b 1").await;
        assert_eq!(stage.stored("a").await.as_deref(), Some("new"), "{how}");
    }
}

#[tokio::test]
async fn a_new_life_waits_for_the_last_write_of_the_one_before() {
    let mut stage = Stage::new(patient());
    let pen = stage.world.writing.begin(stage.no);
    let _life = stage.begin().await;
    let mut obeyed = stage.say("row a");
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut obeyed).await.is_err(), "it has not begun");
    let mut late = Batch::default();
    late.put(stage.key("a"), b"late".to_vec());
    stage.world.store.commit(late).await.unwrap();
    drop(pen);
    obeyed.await.unwrap();
    assert_eq!(stage.obey("row a").await, ["late", "late"]);
}

#[tokio::test]
async fn what_the_store_would_refuse_is_refused_when_it_is_kept() {
    for text in ["long a 65537".to_owned(), format!("keep {} 1", "k".repeat(1_100))] {
        let mut stage = Stage::new(patient());
        let life = stage.begin().await;
        let _never = stage.say(&text);
        life.ended().await;
    }
}

#[tokio::test]
async fn no_read_brings_more_rows_than_the_house_allows() {
    let mut stage = Stage::new(ChatLimits { rows_per_read: 2, ..patient() });
    let _life = stage.begin().await;
    stage.obey("put a 1;put b 1;put m/1 1;put m/2 1;put m/3 1;put n 1").await;
    stage.obey("keep m/0 2;keep m/2 2").await;
    let cases = [("rows m/ m0 1", "m/0=2"), ("rows m/ m0 9", "m/0=2 m/1=1"), ("rows m/2 z 9", "m/2=2 m/3=1")];
    for (text, found) in cases.into_iter().chain([("rows b a 9", ""), ("rows a z 0", ""), ("rows x z 9", "")]) {
        assert_eq!(stage.obey(text).await, [found], "{text}");
    }
}

/// One event: what is wanted, or a read, or what happens to the chat.
#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8),
    Drop(u8),
    Keep(u8, u8),
    Read(u8),
    Scan(u8, u8, usize),
    Stop,
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0_u8..8;
    prop_oneof![
        (key.clone(), any::<u8>()).prop_map(|(key, it)| Step::Put(key, it)),
        key.clone().prop_map(Step::Drop),
        (key.clone(), any::<u8>()).prop_map(|(key, it)| Step::Keep(key, it)),
        (key.clone(), any::<u8>()).prop_map(|(key, it)| Step::Keep(key, it)),
        key.clone().prop_map(Step::Read),
        (key.clone(), key, 1_usize..6).prop_map(|(from, before, limit)| Step::Scan(from, before, limit)),
        Just(Step::Stop),
    ]
}

/// Keys of which some begin like others.
fn name(key: u8) -> &'static str {
    ["a", "a/", "a/1", "a/2", "a0", "b", "b/ю", "c"][usize::from(key)]
}

async fn play(steps: Vec<Step>, cached: usize) {
    let mut stage = Stage::new(ChatLimits { rows_cached: cached, ..patient() });
    let mut life = stage.begin().await;
    let mut truth = BTreeMap::new();
    for step in steps {
        match step {
            Step::Put(key, it) => {
                truth.insert(name(key), it);
                stage.obey(&format!("put {} {it}", name(key))).await;
            }
            Step::Drop(key) => {
                truth.remove(name(key));
                stage.obey(&format!("drop {}", name(key))).await;
            }
            Step::Keep(key, it) => {
                truth.insert(name(key), it);
                stage.obey(&format!("keep {} {it}", name(key))).await;
            }
            Step::Read(key) => {
                let expected = truth.get(name(key)).map_or("-".into(), u8::to_string);
                assert_eq!(stage.obey(&format!("row {}", name(key))).await, [expected]);
            }
            Step::Scan(from, before, limit) => {
                let (from, before) = (name(from), name(before));
                let within = truth.iter().filter(|it| *it.0 >= from && *it.0 < before).take(limit);
                let expected: Vec<_> = within.map(|(key, it)| format!("{key}={it}")).collect();
                assert_eq!(stage.obey(&format!("rows {from} {before} {limit}")).await, [expected.join(" ")]);
            }
            Step::Stop => {
                life.actor.stop(None);
                life.ended().await;
                stage.buried();
                life = stage.begin().await;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn chat_and_store_together_are_one_map(
        steps in proptest::collection::vec(step(), 1..40), cached in 1_usize..8,
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(play(steps, cached));
    }
}

#[tokio::test]
async fn what_somebody_has_used_is_read_from_the_ledger_from_that_day_on_and_nobody_elses() {
    let mut stage = Stage::new(patient());
    let _life = stage.begin().await;
    let mut ledger = Batch::default();
    for (person, day, chat, answers) in [(7, 9, 1, 1), (7, 10, 1, 2), (7, 10, 2, 3), (7, 11, 1, 4), (8, 10, 1, 5)] {
        let entry = Entry { person: UserId(person), day, chat: ChatNo(chat), model: "main/x".into() };
        let used = Used { answers, ..Used::default() };
        ledger.put(keys::usage(&entry.key()), rows::write(&used));
    }
    stage.world.store.commit(ledger).await.unwrap();
    let said = stage.obey("usage 7 10 9;usage 7 0 9;usage 7 12 9;usage 9 0 9;usage 7 0 2").await;
    assert_eq!(said, ["10:2 10:3 11:4", "9:1 10:2 10:3 11:4", "", "", "9:1 10:2"]);
}
