//! The timer: waits for the next wake and queues it to its chat, in one batch with its deletion.

use super::world::World;
use crate::clock;
use crate::domain::event::{ChatKind, Event, Happened, Place};
use crate::domain::types::{ChatId, Moment};
use crate::protocol::port::Letter;
use crate::protocol::timer::{Due, TimerMsg, WakeKey};
use crate::store::{Batch, Op, Store, StoreError, keys, keys::Kind, rows};
use crate::telemetry::{Line, events};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::sync::Arc;
use std::time::Duration;

/// The actor.
pub struct TimerActor;

/// What it owns: when it looks next, and where the clocks stood when it looked last.
pub struct Timer {
    world: Arc<World>,
    looks_at_ms: u64,
    last: (Moment, u64),
}

/// Wakes fired in one look.
const AT_ONCE: usize = 256;
/// The longest wait between two looks: a clock that jumps is noticed by then.
const LOOK_MS: u64 = 1_000;
/// A difference between wall time and monotonic time that is worth a word.
const JUMP_MS: u64 = 5_000;

impl Actor for TimerActor {
    type Msg = Letter<TimerMsg>;
    type State = Timer;
    type Arguments = Arc<World>;

    async fn pre_start(&self, myself: ActorRef<Self::Msg>, world: Arc<World>) -> Result<Timer, ActorProcessingErr> {
        let timer = world.timer.clone();
        super::intake::replay::pages(&world.store, Kind::Wake.all(), |key, value| {
            if let Some((at, chat, feature, key)) = keys::wake_of(key) {
                let set = rows::read::<rows::Since>(value).ok().map(|it| it.at);
                timer.load(WakeKey { chat, feature, key }, Moment(at), set, clock::now());
            }
        })
        .await?;
        world.timer.port().bind(myself);
        let mut timer = Timer { looks_at_ms: u64::MAX, last: (clock::now(), clock::tick_ms()), world };
        timer.look_later(5);
        Ok(timer)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        letter: Self::Msg,
        timer: &mut Timer,
    ) -> Result<(), ActorProcessingErr> {
        match letter.open() {
            TimerMsg::Look => timer.look().await,
        }
        Ok(())
    }
}

impl Timer {
    async fn look(&mut self) {
        self.notice_jump();
        let now = clock::now();
        let mut written = true;
        for (key, due) in self.world.timer.due(now, AT_ONCE) {
            written = self.fire(key, due, now).await;
            if !written {
                break;
            }
        }
        self.looks_at_ms = u64::MAX;
        self.look_later(if written { 5 } else { LOOK_MS });
    }

    /// Queues `Woke` to the chat, unless the wake was moved or cancelled meanwhile. What cannot be written stays
    /// and is tried at the next look; the answer is whether the store can write.
    async fn fire(&self, key: WakeKey, due: Due, now: Moment) -> bool {
        let id = self.world.intake.numbers().id(key.chat).unwrap_or(ChatId(0));
        let kind = match id.0 {
            0 => ChatKind::House,
            1.. => ChatKind::Private,
            _ => ChatKind::Supergroup,
        };
        let place = Place { id, kind, title: String::new(), username: None };
        let event = Event::Woke { feature: key.feature.clone(), key: key.key.clone(), late_ms: now.since_ms(due.at) };
        let happened = Happened { update: None, at: now, place, event };
        let seq = self.world.sequence.take(1);
        let row = rows::Queued::of_own(happened.clone());
        let mut batch = Batch::default();
        let wake = keys::wake(due.asked.0, key.chat, &key.feature, &key.key);
        batch.0.push(Op::Put { key: wake.clone(), value: Vec::new(), expect: Some(1) });
        batch.delete(wake);
        batch.0.push(Op::Put { key: keys::queued(key.chat, seq), value: rows::write(&row), expect: Some(0) });
        match self.world.store.commit(batch).await {
            Ok(()) => {
                self.world.timer.fired(&key, due.asked);
                self.world.intake.push_own(key.chat, seq, happened);
                true
            }
            Err(StoreError::Conflict) => {
                self.world.timer.fired(&key, due.asked);
                true
            }
            Err(_) => false,
        }
    }

    fn look_later(&mut self, least_ms: u64) {
        let now = clock::now();
        let wait_ms = self.world.timer.next().map_or(LOOK_MS, |at| at.since_ms(now)).clamp(least_ms, LOOK_MS);
        let at = clock::tick_ms() + wait_ms;
        if at >= self.looks_at_ms {
            return;
        }
        self.looks_at_ms = at;
        let port = self.world.timer.port().clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            let _restarted_meanwhile = port.tell(TimerMsg::Look);
        });
    }

    /// Wall time that moved otherwise than monotonic time is worth a word: wakes may be late or early by it.
    fn notice_jump(&mut self) {
        let (wall, tick) = (clock::now(), clock::tick_ms());
        let expected = self.last.0.plus_ms(tick.saturating_sub(self.last.1));
        let off = wall.since_ms(expected).max(expected.since_ms(wall));
        if wall < self.last.0 {
            self.world.timer.set_back(wall);
        }
        if off > JUMP_MS {
            Line::new(&events::CLOCK_JUMP)
                .field("by_ms", off)
                .field("direction", if wall > expected { "forward" } else { "back" })
                .next("overdue wakes ask their features, nothing is done twice")
                .act("check the machine's time service")
                .emit();
        }
        self.last = (wall, tick);
    }
}
