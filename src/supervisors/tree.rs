//! THE tree: who is started in which order below whom, as data.

use super::backoff::Backoff;
use super::ground::Ground;
use super::household::Household;
use super::intensity::Intensity;
use super::shard::{Shard, ShardRules, ShardSpec};
use super::spec::{ChildSpec, OnGiveUp, SpecError, Started, Strategy, SupervisorSpec};
use super::supervisor::child;
use crate::actors::backup;
use crate::actors::control::Server;
use crate::actors::facts::{self, FactsActor};
use crate::actors::gateway::desk::Desk;
use crate::actors::gateway::{self, GatewayActor};
use crate::actors::limiter::{BreakerActor, LimiterActor};
use crate::actors::operator::Operator;
use crate::actors::outbox::{self, OutboxActor};
use crate::actors::provider::ProviderActor;
use crate::actors::receiver::Receiver;
use crate::actors::task::{Stopping, TaskActor, work};
use crate::actors::timer::TimerActor;
use crate::actors::world::World;
use crate::actors::{intake::scribe, keeper};
use crate::config::{Settings, shares};
use crate::protocol::health::HealthBoard;
use crate::protocol::wake::Wakers;
use crate::store::Health;
use crate::telegram::client::Client;
use crate::web::{Limits, WebState, serve};
use ractor::{Actor, ActorCell};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

/// What the tree is grown from.
#[derive(Clone)]
pub struct Soil {
    /// Everything the actors may reach.
    pub world: Arc<World>,
    /// The configuration.
    pub settings: Settings,
    /// The transport.
    pub client: Client,
    /// Those who answer questions.
    pub desk: Desk,
    /// The receiver.
    pub receiver: Receiver,
    /// How the parts are.
    pub health: HealthBoard,
    /// Renders the metrics.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Answers the operator.
    pub operator: Arc<Operator>,
    /// Where the operator asks.
    pub socket: PathBuf,
    /// How chats are woken.
    pub wakers: Wakers,
}

/// The whole tree below the root.
///
/// # Errors
/// When two children have one name: a mistake of ours.
pub fn tree(soil: &Soil, ground: &Ground) -> Result<SupervisorSpec, SpecError> {
    let children = vec![
        task("store", soil, watch_store),
        child(services(soil), ground)?,
        child(upstreams(soil, ground)?, ground)?,
        child(chats(soil, ground), ground)?,
        child(intake(soil), ground)?,
        child(web(soil), ground)?,
    ];
    let mut root = branch("", Strategy::RestForOne, OnGiveUp::Escalate, soil, children);
    root.intensity = Intensity { max: 3, period_ms: 60_000 };
    Ok(root)
}

fn services(soil: &Soil) -> SupervisorSpec {
    let timer = actor("timer", soil, |_| TimerActor, |soil| soil.world.clone());
    let facts = actor(
        "facts",
        soil,
        |_| FactsActor,
        |soil| facts::Start {
            world: soil.world.clone(),
            client: soil.client.clone(),
            file_bytes: soil.settings.limits.telegram.file_fact_bytes,
        },
    );
    let keeper = task("keeper", soil, |soil, stopping| keeper::run(soil.world, soil.health, stopping));
    let backup = task("backup", soil, |soil, stopping| backup::run(soil.world, soil.settings, soil.health, stopping));
    branch("services", Strategy::OneForOne, park(soil), soil, vec![facts, timer, keeper, backup])
}

fn upstreams(soil: &Soil, ground: &Ground) -> Result<SupervisorSpec, SpecError> {
    let breaker = actor("breaker", soil, |_| BreakerActor, |soil| soil.world.clone());
    let limiter = actor("limiter", soil, |_| LimiterActor, |soil| soil.world.clone());
    let outbox = actor(
        "outbox",
        soil,
        |_| OutboxActor,
        |soil| outbox::Start {
            world: soil.world.clone(),
            client: soil.client.clone(),
            settings: soil.settings.telegram.clone(),
            limits: soil.settings.limits.clone(),
        },
    );
    let telegram = branch("telegram", Strategy::RestForOne, park(soil), soil, vec![breaker, limiter, outbox]);
    let gateway = actor(
        "gateway",
        soil,
        |_| GatewayActor,
        |soil| gateway::Start {
            world: soil.world.clone(),
            models: Arc::new(soil.desk.clone()),
            client: soil.client.clone(),
            limits: soil.settings.limits.gateway.clone(),
        },
    );
    let mut children = vec![child(telegram, ground)?, gateway];
    for upstream in soil.desk.upstreams() {
        let (name, upstream) = (upstream.name.to_string(), upstream.clone());
        let client = actor("client", soil, |_| ProviderActor, move |_| upstream.clone());
        children.push(child(branch(&name, Strategy::OneForOne, park(soil), soil, vec![client]), ground)?);
    }
    Ok(branch("upstreams", Strategy::OneForOne, park(soil), soil, children))
}

fn chats(soil: &Soil, ground: &Ground) -> SupervisorSpec {
    let shards = (0..soil.wakers.shards()).map(|n| {
        let spec = ShardSpec {
            id: format!("{n:02}"),
            rules: ShardRules::of(&soil.settings.runtime),
            residents: Arc::new(Household::new(soil.world.clone(), soil.wakers.clone(), n)),
            waker: soil.wakers.shard(n).clone(),
        };
        Shard::child(spec, ground)
    });
    branch("chats", Strategy::OneForOne, OnGiveUp::Escalate, soil, shards.collect())
}

fn intake(soil: &Soil) -> SupervisorSpec {
    let scribe = task("scribe", soil, |soil, stopping| async move {
        tokio::select! {
            () = scribe::run(soil.world.intake.clone()) => Ok(()),
            () = stopping.wait() => Ok(()),
        }
    });
    let receiver = task("receiver", soil, |soil, stopping| soil.receiver.run(stopping));
    branch("intake", Strategy::RestForOne, OnGiveUp::Escalate, soil, vec![scribe, receiver])
}

fn web(soil: &Soil) -> SupervisorSpec {
    let control = task("control", soil, |soil, stopping| async move {
        let server = Server::bind(&soil.socket).await.map_err(|error| format!("control socket: {error}"))?;
        server.run(soil.operator, stopping.wait()).await;
        Ok(())
    });
    let mut children = vec![control];
    if !soil.settings.web.listen.is_empty() {
        children.push(task("pages", soil, |soil, stopping| async move {
            let listen = &soil.settings.web.listen;
            let listener = tokio::net::TcpListener::bind(listen)
                .await
                .map_err(|error| format!("web.listen = {listen}: {error}"))?;
            let state = WebState {
                health: soil.health,
                metrics: soil.metrics,
                hosts: soil.settings.web.hosts.clone().into(),
                limits: Limits { connections: Limits::default().connections.min(shares().pages), ..Limits::default() },
            };
            serve(listener, state, stopping.wait()).await.map_err(|error| error.to_string())
        }));
    }
    branch("web", Strategy::OneForOne, park(soil), soil, children)
}

/// The store's place in the tree: it ends, and the house with it, when the store has failed for good.
async fn watch_store(soil: Soil, stopping: Stopping) -> Result<(), String> {
    let mut health = soil.world.store.health();
    let failed = async {
        match health.wait_for(|it| matches!(it, Health::Failed(_))).await.map(|it| it.clone()) {
            Ok(Health::Failed(why)) => Err(why),
            _ => std::future::pending().await,
        }
    };
    tokio::select! {
        failed = failed => failed,
        () = stopping.wait() => Ok(()),
    }
}

fn branch(id: &str, strategy: Strategy, on_give_up: OnGiveUp, soil: &Soil, children: Vec<ChildSpec>) -> SupervisorSpec {
    let runtime = &soil.settings.runtime;
    let period_ms = runtime.restart_window_s * 1000;
    SupervisorSpec {
        id: id.into(),
        strategy,
        intensity: Intensity { max: runtime.restart_max, period_ms },
        backoff: Backoff {
            base_ms: runtime.backoff_base_ms,
            cap_ms: runtime.backoff_cap_ms,
            quiet_ms: period_ms,
            first_at_once: true,
        },
        on_give_up,
        children,
    }
}

const fn park(soil: &Soil) -> OnGiveUp {
    OnGiveUp::Park { ms: soil.settings.runtime.park_s * 1000 }
}

/// A permanent actor made anew at each start.
fn actor<A: Actor>(
    id: &str,
    soil: &Soil,
    make: impl Fn(&Soil) -> A + Send + Sync + 'static,
    arguments: impl Fn(&Soil) -> A::Arguments + Send + Sync + 'static,
) -> ChildSpec {
    let soil = soil.clone();
    ChildSpec::worker(id, move |started: Started| {
        let (made, arguments) = (make(&soil), arguments(&soil));
        async move { spawn(made, arguments, started).await }
    })
}

/// A permanent task made anew at each start.
fn task<F, Fut>(id: &str, soil: &Soil, run: F) -> ChildSpec
where
    F: Fn(Soil, Stopping) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), String>> + Send + 'static,
{
    let run = move |soil: Soil| {
        let run = run.clone();
        work(move |stopping| run(soil, stopping))
    };
    actor(id, soil, |_| TaskActor, move |soil| run(soil.clone()))
}

async fn spawn<A: Actor>(made: A, arguments: A::Arguments, started: Started) -> Result<ActorCell, String> {
    let spawned = Actor::spawn_linked(None, made, arguments, started.parent).await;
    spawned.map(|(actor, _)| actor.get_cell()).map_err(|error| error.to_string())
}
