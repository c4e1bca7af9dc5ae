//! A shard: the supervisor of very many chats, each with its own window, backoff and generation.
//!
//! Every event costs the same, however many chats there are. A chat that sleeps and has a clean record is not
//! kept at all. When too many different chats crash together, the shard starts nothing for a while; running
//! chats go on.

use super::backoff::Backoff;
use super::exit::{Exit, SHUTDOWN};
use super::ground::Ground;
use super::intensity::Intensity;
use super::residents::Residents;
use super::shard_state::{Report, State};
use super::spec::{ChildSpec, Restart, Start, Stop};
use super::storm::StormRule;
use super::voice;
use crate::config;
use crate::domain::types::ChatNo;
use crate::protocol::port::Reply;
use crate::protocol::wake::Waker;
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SupervisionEvent};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How a shard treats its chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardRules {
    /// Restarts of one chat that are too many.
    pub intensity: Intensity,
    /// How long a restart waits.
    pub backoff: Backoff,
    /// How long a chat is left alone after too many, in ms.
    pub park_ms: u64,
    /// When the whole shard starts nothing.
    pub storm: StormRule,
    /// How long the start of a chat may take.
    pub start_within: Duration,
    /// How long all chats together may take to stop.
    pub stop_within: Duration,
}

/// What a shard is made of.
#[derive(Clone)]
pub struct ShardSpec {
    /// The last part of its path: `02`.
    pub id: String,
    /// How it treats its chats.
    pub rules: ShardRules,
    /// Who lives in it.
    pub residents: Arc<dyn Residents>,
    /// How its chats are woken.
    pub waker: Waker,
}

/// What a shard receives.
pub enum ShardMsg {
    /// Start this chat, if it does not run.
    Wake(ChatNo),
    /// Somebody waits in the waker.
    Nudge,
    /// How many chats run, and so on.
    Count(Reply<super::census::ShardCounts>),
    /// How many chats are kept, and how many of them with a record of crashes.
    Records(Reply<(usize, usize)>),
    /// What one of its own tasks has to say.
    Report(Report),
}

/// What a shard is started with.
pub struct Arguments {
    /// What it is made of.
    pub spec: ShardSpec,
    /// Its own path: `chats/02`.
    pub path: String,
    /// What the tree stands on.
    pub ground: Ground,
}

/// The shard.
pub struct Shard;

impl ShardRules {
    /// The rules that the configuration gives.
    #[must_use]
    pub fn of(runtime: &config::Runtime) -> Self {
        let period_ms = runtime.restart_window_s.saturating_mul(1_000);
        let backoff = Backoff {
            base_ms: runtime.backoff_base_ms,
            cap_ms: runtime.backoff_cap_ms,
            quiet_ms: period_ms,
            first_at_once: false,
        };
        Self {
            intensity: Intensity { max: runtime.restart_max, period_ms },
            backoff,
            park_ms: runtime.park_s.saturating_mul(1_000),
            storm: StormRule { different: runtime.shard_crashes_per_min, within_ms: 60_000, pause_ms: 30_000 },
            start_within: Duration::from_millis(runtime.stuck_ms),
            stop_within: Duration::from_millis(runtime.drain_ms / 2 / runtime.shards.max(1) as u64),
        }
    }
}

impl Shard {
    /// Starts a shard below another actor.
    ///
    /// # Errors
    /// Why it could not be started, in words.
    pub async fn spawn(arguments: Arguments, parent: ActorCell) -> Result<ActorRef<ShardMsg>, String> {
        let started = Actor::spawn_linked(None, Self, arguments, parent).await;
        started.map(|it| it.0).map_err(|it| it.to_string())
    }

    /// A shard as the permanent child of a supervisor.
    #[must_use]
    pub fn child(spec: ShardSpec, ground: &Ground) -> ChildSpec {
        let (id, stop_within) = (spec.id.clone(), spec.rules.stop_within + Duration::from_secs(2));
        let ground = ground.clone();
        let start: Start = Arc::new(move |started| {
            let arguments = Arguments { spec: spec.clone(), path: started.path, ground: ground.clone() };
            Box::pin(async move { Self::spawn(arguments, started.parent).await.map(|it| it.get_cell()) })
        });
        ChildSpec {
            id,
            restart: Restart::Permanent,
            stop: Stop::Within(stop_within),
            start_within: Duration::from_secs(30),
            is_supervisor: true,
            start,
        }
    }
}

impl Actor for Shard {
    type Msg = ShardMsg;
    type State = State;
    type Arguments = Arguments;

    async fn pre_start(&self, me: ActorRef<ShardMsg>, arguments: Arguments) -> Result<State, ActorProcessingErr> {
        Ok(State::new(me, arguments))
    }

    async fn post_start(&self, me: ActorRef<ShardMsg>, state: &mut State) -> Result<(), ActorProcessingErr> {
        let nudged = me.clone();
        state.waker().bind(me.get_id(), move || drop(nudged.send_message(ShardMsg::Nudge)));
        state.wake_all_with_work();
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<ShardMsg>,
        message: ShardMsg,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            ShardMsg::Wake(chat) => state.wake(chat),
            ShardMsg::Nudge => state.nudged(),
            ShardMsg::Count(reply) => reply.send(state.counts()),
            ShardMsg::Records(reply) => reply.send(state.records()),
            ShardMsg::Report(report) => state.report(report),
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<ShardMsg>,
        event: SupervisionEvent,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        if let Some((id, exit)) = Exit::of(&event) {
            state.ended(id, &exit);
        }
        Ok(())
    }

    async fn post_stop(&self, me: ActorRef<ShardMsg>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.waker().unbind(me.get_id());
        stop_all(&state.running(), state.rules().stop_within).await;
        Ok(())
    }
}

/// Asks all chats to stop, and kills those that have not after this time. They stop side by side.
async fn stop_all(chats: &[(String, ActorCell)], within: Duration) {
    chats.iter().for_each(|it| it.1.stop(Some(SHUTDOWN.to_owned())));
    let deadline = Instant::now() + within;
    for (who, cell) in chats {
        if cell.wait(Some(deadline.saturating_duration_since(Instant::now()))).await.is_err() {
            cell.kill();
            voice::killed(who, u64::try_from(within.as_millis()).unwrap_or(u64::MAX));
        }
    }
    let grace = Instant::now() + Duration::from_secs(1);
    for (who, cell) in chats {
        if cell.wait(Some(grace.saturating_duration_since(Instant::now()))).await.is_err() {
            voice::survived(who);
        }
    }
}

#[cfg(test)]
mod tests;
