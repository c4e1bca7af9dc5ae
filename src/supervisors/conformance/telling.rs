//! What supervision does is told: each of its events comes when its time has come, and names the actor.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::supervisors::intensity::Intensity;
use crate::supervisors::spec::{OnGiveUp, Stop, Strategy, SupervisorSpec};
use crate::supervisors::supervisor;
use crate::supervisors::testkit::{Order, World, ground, pass};
use crate::telemetry::{Capture, capture};
use std::time::Duration;

/// Other tests of this process tell things at the same time: only lines of this actor count.
fn of(told: &Capture, id: &str, actor: &str) -> usize {
    told.of(id).iter().filter(|it| it.actor.split('#').next() == Some(actor)).count()
}

fn strict(spec: SupervisorSpec) -> SupervisorSpec {
    SupervisorSpec { intensity: Intensity { max: 1, period_ms: 60_000 }, ..spec }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_goes_on_crashing_is_told_from_its_start_to_the_last_escalation() {
    let (world, told) = (World::default(), capture());
    let inner = strict(world.spec("told-inner", Strategy::OneForOne, vec![world.child("told-x")]));
    let inner = supervisor::child(inner, &ground()).unwrap();
    let _root = world.root(strict(world.spec("", Strategy::OneForOne, vec![inner]))).await.unwrap();
    while world.gave_up().is_empty() {
        world.tell("told-x", Order::Panic);
        pass(1_000).await;
    }
    let child = "told-inner/told-x";
    for (id, actor, times) in [
        ("sup.child.started", child, 2),
        ("sup.child.crashed", child, 4),
        ("sup.child.restarted", child, 2),
        ("sup.gave_up", child, 2),
        ("sup.escalated", "told-inner", 2),
        ("sup.child.crashed", "told-inner", 2),
    ] {
        assert_eq!(of(&told, id, actor), times, "{id} of {actor}: {:?}", told.of(id));
    }
}

#[tokio::test(start_paused = true)]
async fn backoff_and_parking_are_told() {
    let (world, told) = (World::default(), capture());
    let spec = world.spec("", Strategy::OneForOne, vec![world.child("told-parked")]);
    let _root = world.root(SupervisorSpec { on_give_up: OnGiveUp::Park { ms: 300_000 }, ..spec }).await.unwrap();
    for _ in 0..4 {
        world.tell("told-parked", Order::Panic);
        pass(1_000).await;
    }
    assert!(of(&told, "sup.child.backoff", "told-parked") > 0, "{:?}", told.of("sup.child.backoff"));
    assert_eq!(of(&told, "sup.child.parked", "told-parked"), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_and_whoever_has_to_be_killed_is_told() {
    let (world, told) = (World::default(), capture());
    world.make_stubborn("told-stubborn");
    let within = Stop::Within(Duration::from_secs(1));
    let children = vec![world.child("told-obedient"), world.child("told-stubborn").stop(within)];
    let root = world.root(world.spec("", Strategy::OneForOne, children)).await.unwrap();
    assert!(root.stop_tree(Duration::from_secs(10)).await);
    assert_eq!(of(&told, "sup.child.stopped", "told-obedient"), 1);
    assert_eq!(
        (of(&told, "sup.child.killed", "told-stubborn"), of(&told, "sup.child.stopped", "told-stubborn")),
        (1, 0)
    );
}
