//! A small world for tests: children that note what happens to them and misbehave as they are told.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::backoff::Backoff;
use super::control::Handle;
use super::ground::Ground;
use super::intensity::Intensity;
use super::spec::{ChildSpec, OnGiveUp, Restart, Started, Strategy, SupervisorSpec};
use super::supervisor;
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, ActorStatus};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// What a child can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Panic,
    Fail,
    Exit(Option<&'static str>),
    Hang,
}

/// Who is how, and what happened.
#[derive(Clone, Default)]
pub(super) struct World(Arc<Mutex<Facts>>);

#[derive(Default)]
struct Facts {
    journal: Vec<String>,
    actors: HashMap<String, ActorRef<Order>>,
    /// Every life that ever began.
    lives: Vec<(String, ActorRef<Order>)>,
    /// How many of the next starts fail, by id.
    failing: HashMap<String, usize>,
    /// Children that do not stop when asked.
    stubborn: Vec<String>,
    gave_up: Vec<String>,
}

struct Toy {
    world: World,
    id: String,
    generation: u64,
}

impl Actor for Toy {
    type Msg = Order;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, me: ActorRef<Order>, (): ()) -> Result<(), ActorProcessingErr> {
        self.world.may_start(&self.id)?;
        self.world.note(format!("start {}#{}", self.id, self.generation));
        let mut facts = self.world.0.lock().unwrap();
        facts.actors.insert(self.id.clone(), me.clone());
        facts.lives.push((self.id.clone(), me));
        Ok(())
    }

    async fn handle(&self, me: ActorRef<Order>, order: Order, (): &mut ()) -> Result<(), ActorProcessingErr> {
        match order {
            Order::Panic => panic!("told to panic"),
            Order::Fail => return Err("told to fail".into()),
            Order::Exit(word) => me.stop(word.map(str::to_owned)),
            Order::Hang => std::future::pending().await,
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Order>, (): &mut ()) -> Result<(), ActorProcessingErr> {
        if self.world.0.lock().unwrap().stubborn.contains(&self.id) {
            std::future::pending::<()>().await;
        }
        self.world.note(format!("stop {}", self.id));
        Ok(())
    }
}

impl World {
    pub(super) fn note(&self, what: String) {
        self.0.lock().unwrap().journal.push(what);
    }

    /// What happened since the last look.
    pub(super) fn journal(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().journal)
    }

    pub(super) fn fail_next_starts(&self, id: &str, times: usize) {
        self.0.lock().unwrap().failing.insert(id.into(), times);
    }

    pub(super) fn make_stubborn(&self, id: &str) {
        self.0.lock().unwrap().stubborn.push(id.into());
    }

    pub(super) fn actor(&self, id: &str) -> ActorRef<Order> {
        self.0.lock().unwrap().actors[id].clone()
    }

    pub(super) fn tell(&self, id: &str, order: Order) {
        self.actor(id).send_message(order).unwrap();
    }

    pub(super) fn tell_if_alive(&self, id: &str, order: Order) {
        if let Some(actor) = self.0.lock().unwrap().actors.get(id) {
            let _may_have_ended = actor.send_message(order);
        }
    }

    pub(super) fn kill_if_alive(&self, id: &str) {
        if let Some(actor) = self.0.lock().unwrap().actors.get(id) {
            actor.kill();
        }
    }

    /// The ids of all actors that live, one for each life.
    pub(super) fn alive(&self) -> Vec<String> {
        let facts = self.0.lock().unwrap();
        let alive = facts.lives.iter().filter(|it| it.1.get_status() < ActorStatus::Stopping);
        alive.map(|it| it.0.clone()).collect()
    }

    /// What the root said when it gave up.
    pub(super) fn gave_up(&self) -> Vec<String> {
        self.0.lock().unwrap().gave_up.clone()
    }

    fn may_start(&self, id: &str) -> Result<(), String> {
        let mut facts = self.0.lock().unwrap();
        match facts.failing.get_mut(id) {
            Some(0) | None => Ok(()),
            Some(left) => {
                *left -= 1;
                facts.journal.push(format!("fail {id}"));
                Err("told to fail its start".into())
            }
        }
    }

    /// A permanent child that obeys.
    pub(super) fn child(&self, id: &str) -> ChildSpec {
        let (world, name) = (self.clone(), id.to_owned());
        ChildSpec::worker(id, move |started: Started| {
            let toy = Toy { world: world.clone(), id: name.clone(), generation: started.generation };
            spawn(toy, started.parent)
        })
    }

    /// A supervisor of such children that allows 3 restarts in 60 s and waits 100 ms before each.
    #[expect(clippy::unused_self, reason = "reads like its neighbours")]
    pub(super) fn spec(&self, id: &str, strategy: Strategy, children: Vec<ChildSpec>) -> SupervisorSpec {
        SupervisorSpec {
            id: id.into(),
            strategy,
            intensity: Intensity { max: 3, period_ms: 60_000 },
            backoff: Backoff { base_ms: 200, cap_ms: 200, quiet_ms: 5_000, first_at_once: false },
            on_give_up: OnGiveUp::Escalate,
            children,
        }
    }

    /// A root over children a, b and c, where b is of this kind.
    pub(super) async fn abc(&self, strategy: Strategy, b: Restart) -> Handle {
        let children = vec![self.child("a"), self.child("b").restart(b), self.child("c")];
        self.root(self.spec("", strategy, children)).await.unwrap()
    }

    pub(super) async fn root(&self, spec: SupervisorSpec) -> Result<Handle, String> {
        self.root_on(spec, ground()).await
    }

    pub(super) async fn root_on(&self, spec: SupervisorSpec, ground: Ground) -> Result<Handle, String> {
        let world = self.clone();
        let hook = move |words: &str| world.0.lock().unwrap().gave_up.push(words.to_owned());
        supervisor::spawn_root(spec, ground, Arc::new(hook)).await
    }
}

async fn spawn(toy: Toy, parent: ActorCell) -> Result<ActorCell, String> {
    let started = Toy::spawn_linked(None, toy, (), parent).await;
    started.map(|it| it.0.get_cell()).map_err(|it| it.to_string())
}

/// Time is tokio's, so that it can be paused; chance is always 0.
pub(super) fn ground() -> Ground {
    Ground { now_ms: tokio_ms, below: |_| 0, ..Ground::default() }
}

fn tokio_ms() -> u64 {
    thread_local!(static START: Instant = Instant::now());
    1 + u64::try_from(START.with(Instant::elapsed).as_millis()).unwrap()
}

/// Lets everything happen that happens by itself, with paused time.
pub(super) async fn settle() {
    pass(1).await;
}

/// Lets so many milliseconds pass, with paused time.
pub(super) async fn pass(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

pub(super) async fn states(handle: &Handle) -> Vec<(String, &'static str, u64)> {
    let children = handle.which_children().await.unwrap();
    children.into_iter().map(|it| (it.id, it.state.word(), it.generation)).collect()
}

/// `states` in one line: `a running#1, b backoff#1`.
pub(super) async fn shown(handle: &Handle) -> String {
    let all = states(handle).await;
    all.iter().map(|(id, state, life)| format!("{id} {state}#{life}")).collect::<Vec<_>>().join(", ")
}
