//! What happens when restarts do not help: escalation, last words, parking, backoff.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::supervisors::backoff::Backoff;
use crate::supervisors::intensity::Intensity;
use crate::supervisors::spec::{OnGiveUp, Restart, Strategy, SupervisorSpec};
use crate::supervisors::supervisor;
use crate::supervisors::testkit::{Order, World, ground, pass, settle, shown};
use ractor::ActorStatus;

const ALL: [Strategy; 3] = [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne];
const PARK: OnGiveUp = OnGiveUp::Park { ms: 300_000 };

fn strict(spec: SupervisorSpec) -> SupervisorSpec {
    SupervisorSpec { intensity: Intensity { max: 1, period_ms: 60_000 }, ..spec }
}

#[tokio::test(start_paused = true)]
async fn one_restart_too_many_stops_everybody_in_reverse_and_ends_the_supervisor() {
    for strategy in ALL {
        let world = World::default();
        let children = vec![world.child("a"), world.child("b")];
        let root = world.root(strict(world.spec("", strategy, children))).await.unwrap();
        world.tell("a", Order::Panic);
        pass(1_000).await;
        assert_eq!(world.gave_up(), Vec::<String>::new());
        let _so_far = world.journal();
        world.tell("a", Order::Panic);
        pass(1_000).await;
        assert_eq!(world.journal(), ["stop b"], "{strategy:?}");
        assert_eq!(root.cell().get_status(), ActorStatus::Stopped);
        let words = world.gave_up();
        assert_eq!(words.len(), 1);
        assert!(words[0].starts_with("a#2: 2 restarts in 1m (max 1), cause"), "{words:?}");
        assert!(words[0].contains("told to panic"), "{words:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn crashes_that_are_far_enough_apart_never_escalate() {
    for strategy in ALL {
        let world = World::default();
        let root = world.root(strict(world.spec("", strategy, vec![world.child("a")]))).await.unwrap();
        for _ in 0..10 {
            world.tell("a", Order::Panic);
            pass(61_000).await;
        }
        assert_eq!(shown(&root).await, "a running#11", "{strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_never_starts_again_escalates() {
    for strategy in ALL {
        let world = World::default();
        let root = world.abc(strategy, Restart::Permanent).await;
        world.fail_next_starts("b", 100);
        world.tell("b", Order::Panic);
        pass(10_000).await;
        assert_eq!(root.cell().get_status(), ActorStatus::Stopped, "{strategy:?}");
        assert!(world.gave_up()[0].contains("did not start"), "{:?}", world.gave_up());
        for id in ["a", "c"] {
            assert_eq!(world.actor(id).get_status(), ActorStatus::Stopped);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_that_gave_up_is_restarted_by_its_own_until_that_one_gives_up_too() {
    let world = World::default();
    let inner = strict(world.spec("inner", Strategy::OneForOne, vec![world.child("x")]));
    let inner = supervisor::child(inner, &ground()).unwrap();
    let root = world.root(strict(world.spec("", Strategy::RestForOne, vec![inner, world.child("z")]))).await.unwrap();
    let mut crashes = 0;
    while world.gave_up().is_empty() {
        world.tell("x", Order::Panic);
        crashes += 1;
        assert!(crashes < 10, "it must give up");
        pass(1_000).await;
    }
    assert_eq!(crashes, 4, "two lives of two crashes each");
    assert_eq!(root.cell().get_status(), ActorStatus::Stopped);
    assert_eq!(world.actor("z").get_status(), ActorStatus::Stopped);
    assert!(world.gave_up()[0].contains("inner#2") && world.gave_up()[0].contains("told to panic"));
}

#[tokio::test(start_paused = true)]
async fn a_parked_child_is_left_alone_and_then_tried_again_while_its_siblings_go_on() {
    let world = World::default();
    let spec = strict(world.spec("", Strategy::OneForOne, vec![world.child("a"), world.child("b")]));
    let root = world.root(SupervisorSpec { on_give_up: PARK, ..spec }).await.unwrap();
    for _ in 0..2 {
        world.tell("b", Order::Panic);
        pass(1_000).await;
    }
    assert_eq!(shown(&root).await, "a running#1, b parked#2");
    world.tell("a", Order::Panic);
    pass(1_000).await;
    assert_eq!(shown(&root).await, "a running#2, b parked#2", "each child has its own window");
    pass(300_000).await;
    assert_eq!(shown(&root).await, "a running#2, b running#3");
    assert_eq!(world.gave_up(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_group_is_parked_together() {
    for (strategy, expected) in
        [(Strategy::OneForAll, "a parked#2, b parked#2"), (Strategy::RestForOne, "a running#1, b parked#2")]
    {
        let world = World::default();
        let spec = strict(world.spec("", strategy, vec![world.child("a"), world.child("b")]));
        let root = world.root(SupervisorSpec { on_give_up: PARK, ..spec }).await.unwrap();
        for _ in 0..2 {
            world.tell("b", Order::Panic);
            pass(1_000).await;
        }
        assert_eq!(shown(&root).await, expected);
        pass(300_000).await;
        assert!(!shown(&root).await.contains("parked"), "{}", shown(&root).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_that_gave_up_is_parked_at_once_by_one_that_parks() {
    let world = World::default();
    let inner = strict(world.spec("openai", Strategy::RestForOne, vec![world.child("x")]));
    let inner = supervisor::child(inner, &ground()).unwrap();
    let spec = world.spec("upstreams", Strategy::OneForOne, vec![inner, world.child("y")]);
    let root = world.root(SupervisorSpec { on_give_up: PARK, ..spec }).await.unwrap();
    for _ in 0..2 {
        world.tell("x", Order::Panic);
        pass(1_000).await;
    }
    assert_eq!(shown(&root).await, "openai parked#1, y running#1");
    pass(300_000).await;
    assert_eq!(shown(&root).await, "openai running#2, y running#1");
}

#[tokio::test(start_paused = true)]
async fn restarts_wait_longer_each_time_and_no_longer_after_quiet_time() {
    let world = World::default();
    let backoff = Backoff { base_ms: 2_000, cap_ms: 60_000, quiet_ms: 60_000, first_at_once: true };
    let spec = SupervisorSpec { backoff, ..world.spec("", Strategy::OneForOne, vec![world.child("a")]) };
    let root = world.root(SupervisorSpec { intensity: Intensity { max: 100, period_ms: 1 }, ..spec }).await.unwrap();
    for (life, wait_ms) in [(1, 0), (2, 1_000), (3, 2_000), (4, 4_000)] {
        world.tell("a", Order::Panic);
        pass(wait_ms).await;
        settle().await;
        assert_eq!(shown(&root).await, format!("a running#{}", life + 1), "after {wait_ms} ms");
    }
    pass(60_000).await;
    world.tell("a", Order::Panic);
    settle().await;
    assert_eq!(shown(&root).await, "a running#6");
}

#[tokio::test(start_paused = true)]
async fn a_waiting_child_shows_its_backoff() {
    for strategy in ALL {
        let world = World::default();
        let root = world.abc(strategy, Restart::Permanent).await;
        world.tell("b", Order::Panic);
        settle().await;
        assert!(shown(&root).await.contains("b backoff#1"), "{strategy:?}: {}", shown(&root).await);
    }
}
