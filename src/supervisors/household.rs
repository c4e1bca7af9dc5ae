//! Who lives in the shards: our chats, whose queues are at the desk and whose crashes are charged to what they decided.

use super::residents::{Charge, ChatCrash, Life, Residents};
use super::spec::BoxFuture;
use crate::actors::chat::{ChatActor, Start};
use crate::actors::world::World;
use crate::domain::types::ChatNo;
use crate::protocol::slot::Phase;
use crate::protocol::wake::Wakers;
use ractor::{Actor, ActorCell};
use std::sync::Arc;

/// The chats of this house.
pub struct Household {
    world: Arc<World>,
    wakers: Wakers,
    shard: usize,
}

impl Household {
    /// Of this world, in this shard.
    #[must_use]
    pub const fn new(world: Arc<World>, wakers: Wakers, shard: usize) -> Self {
        Self { world, wakers, shard }
    }
}

impl Residents for Household {
    fn start(&self, life: Life) -> BoxFuture<Result<ActorCell, String>> {
        let start = Start {
            world: self.world.clone(),
            no: life.chat,
            generation: life.generation,
            slots: life.slots,
            path: life.path,
        };
        Box::pin(async move {
            let started = Actor::spawn_linked(None, ChatActor, start, life.parent).await;
            started.map(|(actor, _)| actor.get_cell()).map_err(|error| error.to_string())
        })
    }

    fn crashed(&self, crash: &ChatCrash<'_>) -> Charge {
        let limit = self.world.runtime.poison_after;
        // Idle: the slot still names the event before, which is innocent.
        let doing = crash.doing.filter(|it| it.phase != Phase::Idle);
        let work = doing.map(|it| it.work).unwrap_or_default();
        let charge = match (work.update, work.feature) {
            (Some(event), Some(feature)) => {
                let charged = self.world.intake.charge(crash.chat, event.0, feature, crash.reason);
                Charge {
                    update: Some(event),
                    feature: Some(feature),
                    crashes: charged.crashes,
                    limit,
                    quarantined: charged.quarantined,
                    corr: None,
                }
            }
            (update, feature) => Charge { update, feature, limit, ..Charge::default() },
        };
        self.world.intake.desk().detach(crash.chat, crash.generation);
        charge
    }

    fn slept(&self, chat: ChatNo, generation: u64) -> bool {
        self.world.intake.desk().detach(chat, generation)
    }

    fn queue_len(&self, chat: ChatNo) -> usize {
        self.world.intake.desk().depth_of(chat)
    }

    fn with_work(&self) -> Vec<ChatNo> {
        self.world.intake.desk().reclaim(|it| self.wakers.shard_of(it) == self.shard)
    }

    fn name(&self, chat: ChatNo) -> String {
        self.world.intake.numbers().id(chat).map_or_else(|| "house".into(), |it| it.0.to_string())
    }
}
