//! The actors behind Telegram's limiter and breaker: they keep pauses on the disk and say what changed.

use super::world::World;
use crate::clock;
use crate::domain::limits::breaker::Change;
use crate::domain::limits::gate::Scope;
use crate::domain::types::{ChatId, Moment};
use crate::protocol::limiter::{BreakerMsg, LimiterMsg};
use crate::protocol::port::Letter;
use crate::store::{Batch, Store, keys, keys::Kind, rows};
use crate::telemetry::names::API_PAUSED;
use crate::telemetry::{Line, events};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::sync::Arc;

/// The limiter's actor: a pause that Telegram asked for outlives the process.
pub struct LimiterActor;

/// The breaker's actor: what the operator hears of it.
pub struct BreakerActor;

impl Actor for LimiterActor {
    type Msg = Letter<LimiterMsg>;
    type State = Arc<World>;
    type Arguments = Arc<World>;

    async fn pre_start(
        &self,
        myself: ActorRef<Self::Msg>,
        world: Arc<World>,
    ) -> Result<Arc<World>, ActorProcessingErr> {
        let mut pauses = Vec::new();
        super::intake::replay::pages(&world.store, Kind::Pause.all(), |key, value| {
            if let (Some(chat), Ok(row)) = (keys::pause_of(key), rows::read::<rows::Pause>(value)) {
                let scope = if chat == 0 { Scope::Token } else { Scope::Chat(ChatId(chat)) };
                pauses.push((scope, row.ends(clock::now())));
            }
        })
        .await?;
        world.limiter.gate().restore(pauses, clock::tick_ms(), clock::now());
        world.limiter.limiter.bind(myself);
        Ok(world)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        letter: Self::Msg,
        world: &mut Arc<World>,
    ) -> Result<(), ActorProcessingErr> {
        match letter.open() {
            LimiterMsg::Paused { scope, retry_after_s } => keep_pause(world, scope, retry_after_s),
        }
        Ok(())
    }
}

/// Writes the pause, and drops those that are over with the same write.
fn keep_pause(world: &World, scope: Scope, retry_after_s: u64) {
    let (chat, name) = match scope {
        Scope::Token => (0, "token"),
        Scope::Chat(chat) => (chat.0, "chat"),
    };
    let mut line = Line::new(&events::UPSTREAM_FLOOD).actor("upstreams/telegram/limiter").field("scope", name);
    if chat != 0 {
        line = line.field("chat", chat);
    }
    line.field("retry_after_s", retry_after_s)
        .next(format!("no such call before {retry_after_s}s are over; what waits is kept"))
        .act("nothing, unless it repeats: then lower limits.telegram.*")
        .emit();
    metrics::counter!(API_PAUSED).increment(retry_after_s);
    // The gate knows the longest of several pauses.
    let pauses = world.limiter.gate().pauses(clock::tick_ms(), clock::now());
    let longest = pauses.into_iter().find(|(it, _)| *it == scope).map(|(_, until)| until);
    let until = longest.unwrap_or(Moment(clock::now().0 + retry_after_s * 1000));
    let mut batch = Batch::default();
    batch.put(keys::pause(chat), rows::write(&rows::Pause { at: until, set: Some(clock::now()) }));
    let store = world.store.clone();
    // At once: a process that dies now must not call too early in its next life.
    tokio::spawn(async move { store.commit(batch).await });
}

impl Actor for BreakerActor {
    type Msg = Letter<BreakerMsg>;
    type State = ();
    type Arguments = Arc<World>;

    async fn pre_start(&self, myself: ActorRef<Self::Msg>, world: Arc<World>) -> Result<(), ActorProcessingErr> {
        world.limiter.guard.bind(myself);
        Ok(())
    }

    async fn handle(&self, _: ActorRef<Self::Msg>, letter: Self::Msg, (): &mut ()) -> Result<(), ActorProcessingErr> {
        match letter.open() {
            BreakerMsg::Probing => {
                metrics::gauge!("breaker_state", "name" => "telegram").set(1.0);
                Line::new(&events::BREAKER_HALF_OPEN).actor("upstreams/telegram/breaker").emit();
            }
            BreakerMsg::Changed(Change::Opened { reason, until }) => {
                metrics::gauge!("breaker_state", "name" => "telegram").set(2.0);
                Line::new(&events::BREAKER_OPEN)
                    .actor("upstreams/telegram/breaker")
                    .reason(reason.name())
                    .next(format!(
                        "one attempt in {}s; what is owed waits",
                        until.saturating_sub(clock::tick_ms()) / 1000
                    ))
                    .act("if it lasts: majordomo doctor")
                    .emit();
            }
            BreakerMsg::Changed(Change::Closed) => {
                metrics::gauge!("breaker_state", "name" => "telegram").set(0.0);
                Line::new(&events::BREAKER_CLOSED).actor("upstreams/telegram/breaker").emit();
            }
        }
        Ok(())
    }
}
