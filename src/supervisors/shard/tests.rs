//! Shards: waking, sleeping, crashing, storms, and very many chats.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
use super::*;
use crate::supervisors::census::ShardCounts;
use crate::supervisors::residents::{Charge, ChatCrash, Life};
use crate::supervisors::spec::{BoxFuture, OnGiveUp, Strategy, SupervisorSpec};
use crate::supervisors::supervisor;
use crate::supervisors::testkit::{ground, pass, settle};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Default)]
struct Town {
    chats: Mutex<HashMap<ChatNo, (ActorRef<Deed>, u64)>>,
    queues: Mutex<HashMap<ChatNo, usize>>,
    crashes: Mutex<Vec<(ChatNo, u64, String)>>,
    failing: Mutex<Vec<ChatNo>>,
    /// Every third crash sets an update aside.
    poisoned: AtomicBool,
}

enum Deed {
    Panic,
    Sleep,
    Hang,
}

struct Chat;

impl Actor for Chat {
    type Msg = Deed;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Deed>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(&self, me: ActorRef<Deed>, deed: Deed, (): &mut ()) -> Result<(), ActorProcessingErr> {
        match deed {
            Deed::Panic => panic!("a chat is told to panic"),
            Deed::Sleep => me.stop(None),
            Deed::Hang => std::future::pending().await,
        }
        Ok(())
    }
}

struct Mayor(Arc<Town>);

impl Residents for Mayor {
    fn start(&self, life: Life) -> BoxFuture<Result<ActorCell, String>> {
        let town = Arc::clone(&self.0);
        Box::pin(async move {
            if town.failing.lock().unwrap().contains(&life.chat) {
                return Err("told not to start".into());
            }
            let (actor, _) = Chat::spawn_linked(None, Chat, (), life.parent).await.map_err(|it| it.to_string())?;
            town.chats.lock().unwrap().insert(life.chat, (actor.clone(), life.generation));
            Ok(actor.get_cell())
        })
    }

    fn crashed(&self, crash: &ChatCrash<'_>) -> Charge {
        let mut crashes = self.0.crashes.lock().unwrap();
        crashes.push((crash.chat, crash.generation, crash.reason.to_owned()));
        let quarantined = self.0.poisoned.load(Ordering::Relaxed) && crashes.len().is_multiple_of(3);
        Charge { crashes: 1, limit: 3, quarantined, ..Charge::default() }
    }

    fn slept(&self, chat: ChatNo, _: u64) -> bool {
        self.queue_len(chat) > 0
    }

    fn with_work(&self) -> Vec<ChatNo> {
        self.0.queues.lock().unwrap().iter().filter(|it| *it.1 > 0).map(|it| *it.0).collect()
    }

    fn queue_len(&self, chat: ChatNo) -> usize {
        self.0.queues.lock().unwrap().get(&chat).copied().unwrap_or(0)
    }

    fn name(&self, chat: ChatNo) -> String {
        format!("-100{}", chat.0)
    }
}

struct Fixture {
    town: Arc<Town>,
    waker: Waker,
    shard: ActorRef<ShardMsg>,
    ground: Ground,
    root: crate::supervisors::control::Handle,
}

fn rules() -> ShardRules {
    let backoff = Backoff { base_ms: 200, cap_ms: 200, quiet_ms: 60_000, first_at_once: false };
    ShardRules {
        intensity: Intensity { max: 5, period_ms: 60_000 },
        backoff,
        park_ms: 300_000,
        storm: StormRule { different: 1_000, within_ms: 60_000, pause_ms: 30_000 },
        start_within: Duration::from_secs(5),
        stop_within: Duration::from_secs(2),
    }
}

/// A root with one shard, as in the house: `chats/00`.
async fn shard(rules: ShardRules) -> Fixture {
    let (town, waker, ground) = (Arc::new(Town::default()), Waker::default(), ground());
    let residents = Arc::new(Mayor(Arc::clone(&town)));
    let spec = ShardSpec { id: "00".into(), rules, residents, waker: waker.clone() };
    let spec = SupervisorSpec {
        id: "chats".into(),
        strategy: Strategy::OneForOne,
        intensity: rules.intensity,
        backoff: rules.backoff,
        on_give_up: OnGiveUp::Escalate,
        children: vec![Shard::child(spec, &ground)],
    };
    let root = supervisor::spawn_root(spec, ground.clone(), Arc::new(|_: &str| {})).await.unwrap();
    let shard = root.cell().get_children()[0].clone().into();
    Fixture { town, waker, shard, ground, root }
}

impl Fixture {
    fn tell(&self, chat: u64, deed: Deed) {
        self.town.chats.lock().unwrap()[&ChatNo(chat)].0.send_message(deed).unwrap();
    }

    fn generation(&self, chat: u64) -> u64 {
        self.town.chats.lock().unwrap().get(&ChatNo(chat)).map_or(0, |it| it.1)
    }

    async fn counts(&self) -> ShardCounts {
        let (reply, answer) = Reply::pair();
        self.shard.send_message(ShardMsg::Count(reply)).unwrap();
        answer.await.unwrap()
    }

    async fn wake(&self, chats: std::ops::Range<u64>) {
        chats.for_each(|it| self.waker.wake(ChatNo(it)));
        settle().await;
    }

    async fn crash(&self, chats: std::ops::Range<u64>) {
        chats.for_each(|it| self.tell(it, Deed::Panic));
        settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_chat_is_started_once_however_often_it_is_woken() {
    let it = shard(rules()).await;
    it.wake(1..2).await;
    it.wake(1..2).await;
    it.shard.send_message(ShardMsg::Wake(ChatNo(1))).unwrap();
    assert_eq!(it.counts().await, ShardCounts { running: 1, starts: 1, ..ShardCounts::default() });
}

#[tokio::test(start_paused = true)]
async fn a_sleeping_chat_is_forgotten_and_its_next_life_has_a_greater_generation() {
    let it = shard(rules()).await;
    it.wake(1..2).await;
    let first = it.generation(1);
    it.tell(1, Deed::Sleep);
    settle().await;
    assert_eq!(it.counts().await.running, 0);
    it.wake(1..2).await;
    assert!(it.generation(1) > first);
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_falls_asleep_while_work_arrives_is_started_at_once() {
    let it = shard(rules()).await;
    it.wake(1..2).await;
    it.town.queues.lock().unwrap().insert(ChatNo(1), 1);
    it.tell(1, Deed::Sleep);
    settle().await;
    let counts = it.counts().await;
    assert_eq!((counts.running, counts.starts, counts.crashes), (1, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_crash_is_charged_with_its_reason_and_the_chat_comes_back_after_backoff() {
    let it = shard(rules()).await;
    it.wake(1..3).await;
    let before = it.generation(1);
    it.crash(1..2).await;
    let crashes = it.town.crashes.lock().unwrap().clone();
    assert_eq!((crashes.len(), crashes[0].0, crashes[0].1), (1, ChatNo(1), before));
    assert!(crashes[0].2.contains("a chat is told to panic"), "{crashes:?}");
    assert_eq!(it.counts().await.backoff, 1);
    it.wake(1..2).await;
    assert_eq!(it.counts().await.running, 1, "waking does not skip the wait");
    pass(200).await;
    assert_eq!(it.generation(1), before + 1);
    let counts = it.counts().await;
    assert_eq!((counts.running, counts.backoff, counts.restarts, counts.crashes), (2, 0, 1, 1));
    assert!(counts.troubled["-1001"].why.starts_with("crashed: "));
}

#[tokio::test(start_paused = true)]
async fn a_killed_chat_counts_as_crashed() {
    let it = shard(rules()).await;
    it.wake(1..2).await;
    it.town.chats.lock().unwrap()[&ChatNo(1)].0.kill();
    pass(1_000).await;
    let counts = it.counts().await;
    assert_eq!((counts.running, counts.crashes, counts.restarts), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn three_poisoned_chats_are_parked_and_ten_thousand_others_go_on() {
    let it = shard(rules()).await;
    it.wake(0..10_000).await;
    for _ in 0..6 {
        it.crash(0..3).await;
        pass(300).await;
    }
    let counts = it.counts().await;
    assert_eq!((counts.running, counts.parked, counts.crashes), (9_997, 3, 18));
    pass(300_000).await;
    let counts = it.counts().await;
    assert_eq!((counts.running, counts.parked), (10_000, 0));
    assert_eq!(it.root.which_children().await.unwrap()[0].generation, 1);
}

#[tokio::test(start_paused = true)]
async fn a_chat_whose_poison_is_set_aside_each_time_is_not_parked() {
    let it = shard(rules()).await;
    it.town.poisoned.store(true, Ordering::Relaxed);
    it.wake(1..2).await;
    for _ in 0..12 {
        it.crash(1..2).await;
        pass(300).await;
    }
    let counts = it.counts().await;
    assert_eq!((counts.running, counts.parked, counts.crashes), (1, 0, 12));
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_cannot_start_is_charged_and_tried_again() {
    let it = shard(rules()).await;
    it.town.failing.lock().unwrap().push(ChatNo(1));
    it.wake(1..2).await;
    assert!(it.town.crashes.lock().unwrap()[0].2.contains("did not start: told not to start"));
    it.town.failing.lock().unwrap().clear();
    pass(1_000).await;
    assert_eq!(it.counts().await.running, 1);
}

#[tokio::test(start_paused = true)]
async fn many_different_chats_that_crash_are_a_storm_and_running_chats_go_on() {
    let told = crate::telemetry::capture();
    let it = shard(ShardRules { storm: StormRule { different: 20, ..rules().storm }, ..rules() }).await;
    it.wake(0..100).await;
    it.crash(0..21).await;
    pass(1_000).await;
    it.wake(100..105).await;
    let counts = it.counts().await;
    assert_eq!((counts.running, counts.held, counts.storm), (79, 26, true));
    assert!(!told.of("sup.storm").is_empty());
    pass(30_000).await;
    let counts = it.counts().await;
    assert_eq!((counts.running, counts.held, counts.storm), (105, 0, false));
}

#[tokio::test(start_paused = true)]
async fn five_hundred_crashed_chats_restart_side_by_side() {
    let it = shard(rules()).await;
    it.wake(0..500).await;
    it.crash(0..500).await;
    pass(250).await;
    let counts = it.counts().await;
    assert_eq!((counts.running, counts.restarts), (500, 500));
    assert!(counts.troubled.len() <= crate::supervisors::census::TROUBLED_MAX);
}

#[tokio::test(start_paused = true)]
async fn records_of_quiet_chats_are_pruned() {
    let it = shard(rules()).await;
    it.wake(0..50).await;
    it.crash(0..50).await;
    pass(1_000).await;
    assert!(!it.counts().await.troubled.is_empty());
    (0..25).for_each(|chat| it.tell(chat, Deed::Sleep));
    pass(70_000).await;
    let (reply, answer) = Reply::pair();
    it.shard.send_message(ShardMsg::Records(reply)).unwrap();
    assert_eq!(answer.await.unwrap(), (25, 0), "25 run, none is remembered");
    assert!(it.counts().await.troubled.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_was_killed_comes_back_and_starts_those_whose_events_wait() {
    let it = shard(rules()).await;
    it.wake(0..5).await;
    it.town.queues.lock().unwrap().insert(ChatNo(3), 1);
    it.shard.kill();
    pass(2_000).await;
    assert_eq!(it.root.which_children().await.unwrap()[0].generation, 2);
    let shown = it.ground.census.snapshot();
    assert_eq!(shown.len(), 1);
    assert_eq!((shown[0].path.as_str(), shown[0].shard.as_ref().unwrap().running), ("chats/00", 1));
    it.wake(4..5).await;
    assert_eq!(it.ground.census.snapshot()[0].generation, 2);
}

#[tokio::test(start_paused = true)]
async fn stopping_a_shard_stops_all_chats_side_by_side_and_kills_those_that_hang() {
    let it = shard(rules()).await;
    it.wake(0..200).await;
    (0..50).for_each(|chat| it.tell(chat, Deed::Hang));
    settle().await;
    assert!(it.root.stop_tree(Duration::from_secs(4)).await, "one after the other they would take 100 s");
    let chats = it.town.chats.lock().unwrap();
    assert!(chats.values().all(|it| it.0.get_status() == ractor::ActorStatus::Stopped));
    assert_eq!(chats.len(), 200);
}
