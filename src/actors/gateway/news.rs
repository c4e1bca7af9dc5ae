//! What a feature hears of its question: stored first, then handed over.

use super::super::world::World;
use crate::clock;
use crate::domain::ai::{Answered, Asked};
use crate::domain::event::{ChatKind, Event, Happened, Place};
use crate::domain::types::{ChatId, ChatNo};
use crate::protocol::gateway::{GatewayMsg, QuestionId};
use crate::protocol::port::Port;
use crate::store::rows::{self, Asking};
use crate::store::{Batch, Op, Store, keys};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long a full or busy store is left alone.
const AGAIN: Duration = Duration::from_millis(500);

/// How often the gateway is told something while it is busy or being restarted ..
const TRIES: u32 = 600;
/// .. and how long after the last try.
const PAUSE: Duration = Duration::from_millis(50);

/// An event for the chat that asked.
pub(super) struct News {
    chat: ChatNo,
    seq: u64,
    happened: Happened,
}

impl News {
    /// What came of this question.
    pub(super) fn of(world: &World, chat: ChatNo, row: &Asking, outcome: Asked) -> Self {
        let id = world.intake.numbers().id(chat).unwrap_or(ChatId(0));
        let kind = if id.0 < 0 { ChatKind::Supergroup } else { ChatKind::Private };
        let place = Place { id, kind, title: String::new(), username: None };
        let answered = Answered { feature: row.feature.clone(), token: row.ask.token.clone(), outcome };
        let happened = Happened { update: None, at: clock::now(), place, event: Event::Answered(answered) };
        Self { chat, seq: world.sequence.take(1), happened }
    }

    /// Writes it with this batch, as often as it takes, hands it over, and tells the gateway when the question is over.
    pub(super) fn write(self, world: &Arc<World>, mut batch: Batch, over: Option<QuestionId>) {
        let row = rows::Queued::of_own(self.happened.clone());
        let key = keys::queued(self.chat, self.seq);
        batch.0.push(Op::Put { key, value: rows::write(&row), expect: Some(0) });
        let world = Arc::clone(world);
        world.gateway.ends().extend(over);
        tokio::spawn(async move {
            if !write(&world, batch).await {
                return; // its row is still there for the next process
            }
            world.intake.push_own(self.chat, self.seq, self.happened);
            if let Some(id) = over {
                world.gateway.ends().remove(&id);
                deliver(world.gateway.port(), GatewayMsg::Stored(id)).await;
            }
        });
    }
}

/// Writes a batch, as often as it takes; answers false when the house closes before that.
pub(super) async fn write(world: &World, batch: Batch) -> bool {
    let batch = Arc::new(batch);
    while world.store.commit(Arc::clone(&batch)).await.is_err() {
        if world.closing.load(Ordering::Acquire) {
            return false;
        }
        tokio::time::sleep(AGAIN).await;
    }
    true
}

/// Tells the gateway, also when it is busy or being restarted: then what it knew is gone, and it looks at the disk.
pub(super) async fn deliver(port: &Port<GatewayMsg>, message: GatewayMsg) {
    let mut message = message;
    for _ in 0..TRIES {
        match port.offer(message) {
            Ok(()) => return,
            Err((back, _)) => message = back,
        }
        tokio::time::sleep(PAUSE).await;
    }
}
