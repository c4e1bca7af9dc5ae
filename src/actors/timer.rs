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
    /// Before then no more wakes ring that are late, in monotonic ms.
    late_at_ms: u64,
    last: (Moment, u64),
}

/// Wakes fired in one look.
const AT_ONCE: usize = 256;
/// A wake that is later than this waits for its turn among the others that are, in ms: after a stop of hours half
/// of the house's clocks are due, and who comes now must not wait for that, nor Telegram be asked everything at once.
const LATE_MS: u64 = 60_000;
/// How often some of those have their turn, in ms.
const TURN_MS: u64 = 100;
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
        let mut timer = Timer { looks_at_ms: u64::MAX, late_at_ms: 0, last: (clock::now(), clock::tick_ms()), world };
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
        let mut due = self.late(now);
        due.extend(self.world.timer.due(punctual(now), now.plus_ms(1), AT_ONCE));
        for (key, due) in due {
            written = self.fire(key, due, now).await;
            if !written {
                break;
            }
        }
        self.looks_at_ms = u64::MAX;
        self.look_later(if written { 5 } else { LOOK_MS });
    }

    /// Of the wakes that are late, those whose turn it is.
    fn late(&mut self, now: Moment) -> Vec<(WakeKey, Due)> {
        let tick_ms = clock::tick_ms();
        if tick_ms < self.late_at_ms {
            return Vec::new();
        }
        self.late_at_ms = tick_ms + TURN_MS;
        let turn = self.world.runtime.late_wakes_per_s.saturating_mul(TURN_MS) / 1_000;
        let turn = usize::try_from(turn).unwrap_or(AT_ONCE).clamp(1, AT_ONCE);
        self.world.timer.due(Moment(0), punctual(now), turn)
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
        let timer = &self.world.timer;
        let next_ms = timer.next(punctual(now)).map_or(LOOK_MS, |at| at.since_ms(now));
        let any_late = !timer.due(Moment(0), punctual(now), 1).is_empty();
        let wait_ms = if any_late { next_ms.min(TURN_MS) } else { next_ms }.clamp(least_ms, LOOK_MS);
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

/// Since when a wake that is due now is not late.
const fn punctual(now: Moment) -> Moment {
    Moment(now.0.saturating_sub(LATE_MS))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::actors::testkit::{Telegram, Town};
    use crate::domain::types::ChatNo;

    #[tokio::test]
    async fn whoever_is_punctual_does_not_wait_for_the_many_who_are_late_and_these_have_their_turn() {
        let telegram = Telegram::new(|_, _| Err((500, "nobody asks"))).await;
        let world = Town::new(telegram, |_| {}).await.world;
        let (now, key) = (clock::now(), |chat| WakeKey { chat, feature: "membership".into(), key: "look".into() });
        let late = Moment(now.0 - 6 * 3_600_000);
        let (many, punctual) = (1_000, ChatNo(5_000));
        let mut batch = Batch::default();
        for n in 1..=many {
            batch.put(keys::wake(late.0, ChatNo(n), "membership", "look"), Vec::new());
        }
        batch.put(keys::wake(now.0, punctual, "membership", "look"), Vec::new());
        world.store.commit(batch).await.unwrap();
        Actor::spawn(None, TimerActor, world.clone()).await.unwrap();
        let waiting = || world.timer.due(Moment(0), now, 2_000).len();
        let rings = async {
            while world.timer.when(&key(punctual)).is_some() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let left = waiting();
            while waiting() == left {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            left
        };
        let left = tokio::time::timeout(Duration::from_mins(1), rings).await.expect("all have their turn");
        assert!(left > 500, "{left} of {many} were still waiting when it had rung");
    }
}
