//! The gateway between a store that forgets and models that say what they are told to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use crate::actors::testkit::{Telegram, Town, until};
use crate::domain::ai::{Answer, Ask, Line, Show, Speaker, Task, Usage};
use crate::domain::event::Event;
use crate::domain::types::{ChatId, ChatNo, Moment, UserId};
use crate::protocol::gateway::Answering;
use crate::protocol::port::Letter;
use ractor::ActorRef;
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

const NO: ChatNo = ChatNo(7);

/// What a script does with a question.
#[derive(Clone)]
enum Does {
    Says(&'static str),
    Not(NoAnswer),
    Hangs,
}

/// Models that follow a script, and then say "yes".
#[derive(Default)]
struct Script {
    next: Mutex<Vec<Does>>,
    asked: AtomicU32,
}

impl Script {
    fn of(next: &[Does]) -> Arc<Self> {
        Arc::new(Self { next: Mutex::new(next.iter().rev().cloned().collect()), asked: AtomicU32::new(0) })
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Models for Script {
    fn answer(&self, _: crate::domain::ai::Question, said: mpsc::UnboundedSender<String>) -> Answering {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let does = self.next.lock().unwrap().pop().unwrap_or(Does::Says("yes"));
        Box::pin(async move {
            match does {
                Does::Says(text) => {
                    said.send(text.to_owned()).unwrap();
                    Ok(answer(text))
                }
                Does::Not(why) => Err(why),
                Does::Hangs => std::future::pending().await,
            }
        })
    }
}

fn answer(text: &str) -> Answer {
    let usage = Usage { input: 3, output: 1 };
    Answer { text: text.into(), provider: "script".into(), model: "m".into(), usage, cut: false }
}

const fn not(why: Why, again_ms: Option<u64>) -> Does {
    Does::Not(NoAnswer { why, again_ms, maybe_paid: false })
}

type Myself = ActorRef<Letter<GatewayMsg>>;

async fn town() -> Town {
    let telegram = Telegram::new(|_, _| Ok(json!(true))).await;
    Town::new(telegram, |it| it.limits.gateway.retry_ms = 10).await
}

async fn start(town: &Town, models: &Arc<Script>) -> Myself {
    let start = Start {
        world: town.world.clone(),
        models: models.clone(),
        client: town.client.clone(),
        limits: town.settings.limits.gateway.clone(),
    };
    Actor::spawn(None, GatewayActor, start).await.unwrap().0
}

fn row(token: &str) -> Asking {
    let lines = vec![Line { by: Speaker::Person, text: "why?".into(), pictures: Vec::new() }];
    let (system, max_tokens) = (String::new(), 100);
    let question =
        crate::domain::ai::Question { task: Task::Chat, system, lines, max_tokens, json: false, prefer: None };
    let until = clock::now().plus_ms(60_000);
    let ask = Ask { token: token.into(), question, account: UserId(1), show: None, until };
    Asking { ask, feature: "hub".into(), since: clock::now(), out: false, lost: 0, told: false }
}

/// What a decision does: the row, then the word.
async fn ask(town: &Town, seq: u64, row: Asking) {
    put(town, seq, &row).await;
    town.world.gateway.ask(vec![Question { chat: NO, seq, row }]);
}

async fn put(town: &Town, seq: u64, row: &Asking) {
    let mut batch = Batch::default();
    batch.put(keys::asked(NO, seq), rows::write(row));
    town.world.store.commit(batch).await.unwrap();
}

/// What the feature has been told so far, by token.
async fn news(town: &Town) -> Vec<(String, Asked)> {
    let mut news = Vec::new();
    pages(&town.world.store, Kind::Queued.of(NO), |_, value| {
        let row: rows::Queued = rows::read(value).unwrap();
        let Some(Event::Answered(it)) = row.own.map(|it| it.event) else { panic!("something else") };
        news.push((it.token, it.outcome));
    })
    .await
    .unwrap();
    news
}

async fn asked_rows(town: &Town) -> usize {
    town.world.store.scan(Kind::Asked.all(), None, 100).await.unwrap().len()
}

/// Waits until the feature has been told so much.
async fn told(town: &Town, count: usize) -> Vec<(String, Asked)> {
    for _ in 0..500 {
        let news = news(town).await;
        if news.len() >= count {
            return news;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("told {:?}, not {count} things", news(town).await)
}

#[tokio::test]
async fn an_answer_is_stored_with_the_end_of_its_question() {
    let (town, models) = (town().await, Script::of(&[Does::Says("because")]));
    start(&town, &models).await;
    ask(&town, 1, row("a")).await;
    assert_eq!(told(&town, 1).await, [("a".to_owned(), Asked::Answer(answer("because")))]);
    assert_eq!((asked_rows(&town).await, models.asked()), (0, 1));
}

#[tokio::test]
async fn a_question_waits_in_words_and_is_answered_when_somebody_is_back() {
    let down = || not(Why::Down, Some(0));
    let (town, models) = (town().await, Script::of(&[down(), down(), Does::Says("at last")]));
    start(&town, &models).await;
    ask(&town, 1, row("a")).await;
    let expected = [("a".to_owned(), Asked::Waits(Why::Down)), ("a".to_owned(), Asked::Answer(answer("at last")))];
    assert_eq!(told(&town, 2).await, expected, "told once that it waits, however often it was tried");
    assert_eq!(models.asked(), 3);
}

#[tokio::test]
async fn what_nobody_will_ever_answer_is_over_at_once_and_what_is_too_late_without_asking() {
    let (town, models) = (town().await, Script::of(&[not(Why::Refused, None)]));
    start(&town, &models).await;
    ask(&town, 1, row("a")).await;
    assert_eq!(told(&town, 1).await, [("a".to_owned(), Asked::Over(Why::Refused))]);
    let mut late = row("b");
    late.ask.until = Moment(1);
    ask(&town, 2, late).await;
    assert_eq!(told(&town, 2).await[1], ("b".to_owned(), Asked::Over(Why::Late)));
    assert_eq!(models.asked(), 1);
}

#[tokio::test]
async fn a_question_that_was_out_when_the_process_ended_is_asked_once_more_and_not_a_third_time() {
    for (lost, asked, outcome) in
        [(0, 1, Asked::Answer(answer("yes"))), (Asking::LOST_MAX - 1, 0, Asked::Over(Why::Unknown))]
    {
        let (town, models) = (town().await, Script::of(&[]));
        put(&town, 1, &Asking { out: true, lost, ..row("a") }).await;
        start(&town, &models).await;
        assert_eq!(told(&town, 1).await, [("a".to_owned(), outcome)], "{lost} lost before");
        assert_eq!(models.asked(), asked);
    }
}

#[tokio::test]
async fn the_next_life_of_the_gateway_takes_over_what_the_last_one_had_out() {
    let (town, models) = (town().await, Script::of(&[Does::Hangs]));
    let first = start(&town, &models).await;
    ask(&town, 1, row("a")).await;
    until("it is asked", || models.asked() == 1).await;
    first.kill_and_wait(None).await.unwrap();
    start(&town, &models).await;
    assert_eq!(told(&town, 1).await, [("a".to_owned(), Asked::Answer(answer("yes")))]);
    assert_eq!(models.asked(), 2);
}

#[tokio::test]
async fn what_is_taken_back_is_not_answered_and_leaves_no_row() {
    let (town, models) = (town().await, Script::of(&[Does::Hangs]));
    start(&town, &models).await;
    ask(&town, 1, row("a")).await;
    until("it is asked", || models.asked() == 1).await;
    town.world.gateway.take_back(NO, "hub", "b".into());
    town.world.gateway.take_back(NO, "hub", "a".into());
    ask(&town, 2, row("c")).await;
    assert_eq!(told(&town, 1).await, [("c".to_owned(), Asked::Answer(answer("yes")))]);
    for _ in 0..200 {
        if asked_rows(&town).await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the row of what was taken back is still there");
}

#[tokio::test]
async fn no_more_questions_are_out_than_may_be_and_what_does_not_fit_waits_on_the_disk() {
    let telegram = Telegram::new(|_, _| Ok(json!(true))).await;
    let town = Town::new(telegram, |it| {
        it.limits.gateway.retry_ms = 10;
        it.limits.gateway.queue = 3;
        it.limits.gateway.at_once = 2;
    })
    .await;
    let models = Script::of(&[Does::Hangs, Does::Hangs]);
    start(&town, &models).await;
    for seq in 1..=8 {
        ask(&town, seq, row(&seq.to_string())).await;
    }
    until("it is asked", || models.asked() == 2).await;
    for token in ["1", "2"] {
        town.world.gateway.take_back(NO, "hub", token.into());
    }
    let mut tokens: Vec<_> = told(&town, 6).await.into_iter().map(|it| it.0).collect();
    tokens.sort();
    assert_eq!(tokens, ["3", "4", "5", "6", "7", "8"]);
}

#[tokio::test]
async fn an_answer_that_grows_is_typed_and_drafted_within_the_limits() {
    struct Slow;
    impl Models for Slow {
        fn answer(&self, _: crate::domain::ai::Question, said: mpsc::UnboundedSender<String>) -> Answering {
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(100)).await;
                for word in ["**one** ", "two ", "three"] {
                    said.send(word.to_owned()).unwrap();
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
                Ok(answer("**one** two three"))
            })
        }
    }
    let telegram = Telegram::new(|_, _| Ok(json!(true))).await;
    let town = Town::new(telegram, |it| it.limits.gateway.show_every_ms = 50).await;
    let start = Start {
        world: town.world.clone(),
        models: Arc::new(Slow),
        client: town.client.clone(),
        limits: town.settings.limits.gateway.clone(),
    };
    Actor::spawn(None, GatewayActor, start).await.unwrap();
    let mut row = row("a");
    row.ask.show = Some(Show { chat: ChatId(5), thread: None, reply_to: None, slot: None });
    ask(&town, 1, row).await;
    told(&town, 1).await;
    let seen = town.telegram.seen();
    assert_eq!(seen[0].0, "sendChatAction");
    let drafts: Vec<_> = seen.iter().filter(|it| it.0 == "sendMessageDraft").map(|it| &it.1).collect();
    assert!(drafts.len() >= 2, "{seen:?}");
    let texts: Vec<_> = drafts.iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert!(texts.iter().all(|it| "one two three".starts_with(it)), "{texts:?}");
    assert_eq!(drafts[0]["entities"][0]["type"], "bold");
    assert!(drafts.iter().all(|it| it["draft_id"] == drafts[0]["draft_id"] && it["draft_id"] != 0));
}
