//! The watchdog: a thread of the operating system that looks at what actors are doing, so that it still looks
//! when every worker of the runtime is blocked.
//!
//! A handler that waits too long is killed, and its supervisor replaces it. One that blocks its thread cannot
//! be killed: the process says its last words and ends.

use super::ground::Ground;
use super::last_words;
use super::voice::{self, ACTOR_STUCK, kind_of, span};
use crate::protocol::slot::{Doing, Phase, Slot};
use crate::telemetry::{Line, events};
use crate::{clock, config};
use ractor::ActorStatus;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How late a round may be before the machine, not an actor, counts as having slept, in ms.
const OVERSLEPT_MS: u64 = 1_000;
/// Rounds between two prunings of the registry.
const PRUNE_EVERY: u64 = 60;
/// A panic that no supervisor has asked for after this long was nobody's child's, in ms.
const ORPHANED_MS: u64 = 5_000;

/// The limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long a handler may wait at an await, in ms.
    pub stuck_ms: u64,
    /// How long a handler may block its thread, in ms.
    pub blocked_ms: u64,
}

/// What is to be done about one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Nothing.
    Fine,
    /// Kill it; its supervisor replaces it.
    Stuck,
    /// End the process.
    Blocked,
}

/// What the watchdog does when a thread is blocked; in the program, [`last_words::die`].
pub type OnBlocked = Arc<dyn Fn(&str) + Send + Sync>;

/// The running watchdog. It stops when dropped.
#[derive(Debug)]
pub struct Watchdog(Arc<AtomicBool>);

impl Patience {
    /// What the configuration says.
    #[must_use]
    pub fn of(runtime: &config::Runtime) -> Self {
        Self { stuck_ms: runtime.stuck_ms, blocked_ms: runtime.blocked_ms }
    }

    /// Judges an actor that is in this phase for so long. `condemned_ms` is for how long its end has been
    /// asked for already: an await can be interrupted, so whoever is still there blocks its thread.
    #[must_use]
    pub fn judge(self, phase: Phase, for_ms: u64, condemned_ms: Option<u64>) -> Judgement {
        match (phase, condemned_ms) {
            (Phase::Idle, _) => Judgement::Fine,
            (_, Some(condemned)) if condemned > self.blocked_ms => Judgement::Blocked,
            (_, Some(_)) => Judgement::Fine,
            (Phase::Deciding, None) if for_ms > self.blocked_ms => Judgement::Blocked,
            (Phase::Awaiting, None) if for_ms > self.stuck_ms => Judgement::Stuck,
            (Phase::Deciding | Phase::Awaiting | Phase::Store, None) => Judgement::Fine,
        }
    }
}

impl Watchdog {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(ground: Ground, patience: Patience, on_blocked: OnBlocked) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let every = Duration::from_millis((patience.stuck_ms.min(patience.blocked_ms) / 4).clamp(10, 1_000));
        let run = move || watch(&ground, patience, &on_blocked, every, &stopped);
        std::thread::Builder::new().name("watchdog".into()).spawn(run)?;
        Ok(Self(stop))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn watch(ground: &Ground, patience: Patience, on_blocked: &OnBlocked, every: Duration, stop: &AtomicBool) {
    let mut round = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        let before = clock::tick_us();
        #[expect(clippy::disallowed_methods, reason = "on a thread of its own")]
        std::thread::sleep(every);
        let late = Duration::from_micros(clock::tick_us() - before).saturating_sub(every);
        if !overslept(late) {
            look(ground, patience, on_blocked);
        }
        round += 1;
        if round.is_multiple_of(PRUNE_EVERY) {
            ground.slots.prune();
        }
        last_words::orphans(ORPHANED_MS).iter().for_each(voice::orphan);
    }
}

/// Whether the machine was suspended, or so busy that nobody's times mean anything.
fn overslept(late: Duration) -> bool {
    late > Duration::from_millis(OVERSLEPT_MS)
}

/// One round.
fn look(ground: &Ground, patience: Patience, on_blocked: &OnBlocked) {
    let now = (ground.now_ms)();
    for slot in ground.slots.busy() {
        if slot.actor().get_status() >= ActorStatus::Stopping {
            continue; // it has crashed with its work in hand, and its supervisor is about to read this slot
        }
        let doing = slot.doing(now);
        let condemned = slot.condemned_for(now);
        match patience.judge(doing.phase, doing.for_ms, condemned) {
            Judgement::Fine => {}
            Judgement::Stuck => kill(&slot, &doing, now, patience),
            Judgement::Blocked => on_blocked(&blocked_words(&doing)),
        }
    }
}

fn kill(slot: &Slot, doing: &Doing, now: u64, patience: Patience) {
    slot.condemn(now);
    metrics::counter!(ACTOR_STUCK, "kind" => kind_of(&doing.path)).increment(1);
    describe(Line::new(&events::SUP_CHILD_STUCK), doing)
        .reason(format!("waits for {} (limit {})", span(doing.for_ms), span(patience.stuck_ms)))
        .next("killed and replaced; it counts as a crash")
        .act("majordomo explain sup.child.stuck")
        .emit();
    slot.actor().kill();
}

fn blocked_words(doing: &Doing) -> String {
    let update = doing.work.update.map_or(String::new(), |it| format!(" of update {}", it.0));
    let feature = doing.work.feature.map_or(String::new(), |it| format!(" in {it}"));
    let (who, message) = (voice::who(&doing.path, doing.generation), doing.work.message);
    format!("{who} blocks its thread for {} with {message}{update}{feature}", span(doing.for_ms))
}

fn describe(line: Line, doing: &Doing) -> Line {
    let mut line = line.actor(voice::who(&doing.path, doing.generation)).field("last", doing.work.message);
    if let Some(update) = doing.work.update {
        line = line.field("u", update.0);
    }
    if let Some(feature) = doing.work.feature {
        line = line.field("feature", feature);
    }
    line
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::types::UpdateId;
    use ractor::{Actor, ActorProcessingErr, ActorRef};
    use std::sync::Mutex;
    use std::sync::atomic::AtomicU64;

    const PATIENCE: Patience = Patience { stuck_ms: 10_000, blocked_ms: 5_000 };

    #[test]
    fn each_phase_is_judged_by_its_own_limit() {
        let table = [
            (Phase::Idle, u64::MAX, None, Judgement::Fine),
            (Phase::Deciding, 5_000, None, Judgement::Fine),
            (Phase::Deciding, 5_001, None, Judgement::Blocked),
            (Phase::Awaiting, 10_000, None, Judgement::Fine),
            (Phase::Awaiting, 10_001, None, Judgement::Stuck),
            (Phase::Store, u64::MAX, None, Judgement::Fine),
            (Phase::Awaiting, 12_000, Some(0), Judgement::Fine),
            (Phase::Awaiting, 16_000, Some(5_001), Judgement::Blocked),
            (Phase::Deciding, 9_000, Some(1), Judgement::Fine),
        ];
        for (phase, for_ms, condemned, expected) in table {
            assert_eq!(PATIENCE.judge(phase, for_ms, condemned), expected, "{phase:?} {for_ms} {condemned:?}");
        }
    }

    #[test]
    fn a_suspended_machine_is_nobodys_fault() {
        assert!(!overslept(Duration::from_secs(1)));
        assert!(overslept(Duration::from_millis(1_001)));
    }

    struct Sleeper;

    impl Actor for Sleeper {
        type Msg = Phase;
        type State = Arc<Slot>;
        type Arguments = Ground;

        async fn pre_start(&self, me: ActorRef<Phase>, ground: Ground) -> Result<Arc<Slot>, ActorProcessingErr> {
            Ok(ground.slots.enter(me.get_cell(), "chats/00/-100", 3))
        }

        async fn handle(
            &self,
            _: ActorRef<Phase>,
            phase: Phase,
            slot: &mut Arc<Slot>,
        ) -> Result<(), ActorProcessingErr> {
            slot.begin("Said", Some(UpdateId(901)));
            slot.feature(Some("membership"));
            slot.set_phase(phase);
            std::future::pending().await
        }
    }

    static LATER_MS: AtomicU64 = AtomicU64::new(0);

    fn shifted() -> u64 {
        crate::clock::tick_ms() + LATER_MS.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn who_waits_too_long_is_killed_but_not_at_the_store_and_who_blocks_ends_the_process() {
        let ground = Ground { now_ms: shifted, ..Ground::default() };
        let words = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&words);
        let on_blocked: OnBlocked = Arc::new(move |it: &str| heard.lock().unwrap().push(it.to_owned()));
        let mut sleepers = Vec::new();
        for phase in [Phase::Awaiting, Phase::Store, Phase::Deciding] {
            let (sleeper, _) = Actor::spawn(None, Sleeper, ground.clone()).await.unwrap();
            sleeper.send_message(phase).unwrap();
            sleepers.push(sleeper);
        }
        while ground.slots.busy().len() < 3 {
            tokio::task::yield_now().await;
        }
        look(&ground, PATIENCE, &on_blocked);
        assert!(sleepers.iter().all(|it| it.get_status() == ActorStatus::Running));
        LATER_MS.store(11_000, Ordering::SeqCst);
        look(&ground, PATIENCE, &on_blocked);
        sleepers[0].wait(Some(Duration::from_secs(5))).await.unwrap();
        assert_eq!(sleepers[1].get_status(), ActorStatus::Running);
        let said = words.lock().unwrap().clone();
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("chats/00/-100#3 blocks its thread for 11"), "{said:?}");
        assert!(said[0].ends_with("with Said of update 901 in membership"), "{said:?}");
        let slot = ground.slots.leave(sleepers[0].get_id()).unwrap();
        assert!(slot.is_condemned());
        ground.slots.prune();
        assert_eq!(ground.slots.len(), 2);
    }
}
