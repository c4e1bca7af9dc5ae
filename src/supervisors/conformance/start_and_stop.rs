//! Starting in order, failing to, and stopping in reverse order, with those who do not want to.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::supervisors::spec::{ChildSpec, Restart, SpecError, Stop, Strategy};
use crate::supervisors::supervisor;
use crate::supervisors::testkit::{Order, World, ground, pass, settle, shown};
use ractor::ActorStatus;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn children_start_in_order_and_stop_in_reverse() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    assert!(root.stop_tree(SECOND).await);
    assert_eq!(world.journal(), ["start a#1", "start b#1", "start c#1", "stop c", "stop b", "stop a"]);
    assert_eq!(root.cell().get_status(), ActorStatus::Stopped);
    assert_eq!(world.gave_up(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_without_children_starts_and_stops() {
    let world = World::default();
    let root = world.root(world.spec("", Strategy::OneForOne, vec![])).await.unwrap();
    assert_eq!(shown(&root).await, "");
    assert!(root.stop_tree(SECOND).await);
}

#[tokio::test(start_paused = true)]
async fn a_failing_start_stops_those_before_it_in_reverse_and_is_reported() {
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let world = World::default();
        world.fail_next_starts("c", 1);
        let children = ["a", "b", "c", "d"].iter().map(|it| world.child(it)).collect();
        let refused = world.root(world.spec("", strategy, children)).await.unwrap_err();
        assert!(refused.contains("child `c` did not start") && refused.contains("told to fail its start"), "{refused}");
        assert_eq!(world.journal(), ["start a#1", "start b#1", "fail c", "stop b", "stop a"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_that_hangs_fails_at_its_deadline() {
    let world = World::default();
    let hanging = ChildSpec::worker("b", |_| std::future::pending()).start_within(SECOND);
    let refused = world.root(world.spec("", Strategy::OneForOne, vec![world.child("a"), hanging])).await.unwrap_err();
    assert!(refused.contains("did not start within 1000 ms"), "{refused}");
    assert_eq!(world.journal(), ["start a#1", "stop a"]);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_panics_fails_in_words() {
    let world = World::default();
    let panicking = ChildSpec::worker("b", |_| async { unreachable!("bad start") });
    let refused = world.root(world.spec("", Strategy::OneForOne, vec![panicking])).await.unwrap_err();
    assert!(refused.contains("its start panicked"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn duplicate_ids_are_refused_before_anything_starts() {
    let world = World::default();
    let spec = world.spec("", Strategy::OneForOne, vec![world.child("a"), world.child("a")]);
    assert!(matches!(supervisor::child(spec.clone(), &ground()), Err(SpecError::Duplicate { .. })));
    assert!(world.root(spec).await.unwrap_err().contains("two children called `a`"));
    assert_eq!(world.journal(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_child_that_does_not_stop_is_killed_at_its_deadline_and_the_others_still_stop() {
    let world = World::default();
    world.make_stubborn("b");
    let children = vec![world.child("a"), world.child("b").stop(Stop::Within(SECOND)), world.child("c")];
    let root = world.root(world.spec("", Strategy::OneForOne, children)).await.unwrap();
    let _started = world.journal();
    assert!(root.stop_tree(SECOND * 10).await);
    assert_eq!(world.journal(), ["stop c", "stop a"]);
    assert_eq!(world.actor("b").get_status(), ActorStatus::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_child_that_hangs_in_a_message_is_killed_too() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    world.tell("b", Order::Hang);
    settle().await;
    let _started = world.journal();
    assert!(root.stop_tree(SECOND * 30).await);
    assert_eq!(world.journal(), ["stop c", "stop a"]);
}

#[tokio::test(start_paused = true)]
async fn a_child_to_be_killed_is_not_asked() {
    let world = World::default();
    let children = vec![world.child("a"), world.child("b").stop(Stop::Kill)];
    let root = world.root(world.spec("", Strategy::OneForOne, children)).await.unwrap();
    let _started = world.journal();
    assert!(root.stop_tree(SECOND).await);
    assert_eq!(world.journal(), ["stop a"]);
}

#[tokio::test(start_paused = true)]
async fn a_tree_that_takes_too_long_is_killed_whole() {
    let world = World::default();
    world.make_stubborn("c");
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    let _started = world.journal();
    assert!(!root.stop_tree(SECOND).await, "c has 5 s of its own");
    settle().await;
    for id in ["a", "b", "c"] {
        assert_eq!(world.actor(id).get_status(), ActorStatus::Stopped, "{id}");
    }
    assert_eq!(world.journal(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_child_that_hangs_while_its_siblings_are_restarted_delays_but_does_not_stop_the_restart() {
    for strategy in [Strategy::OneForAll, Strategy::RestForOne] {
        let world = World::default();
        world.make_stubborn("c");
        let root = world.abc(strategy, Restart::Permanent).await;
        world.tell("a", Order::Panic);
        pass(1_000).await;
        assert!(shown(&root).await.contains("c stopping#1"), "it answers meanwhile: {}", shown(&root).await);
        pass(10_000).await;
        assert_eq!(shown(&root).await, "a running#2, b running#2, c running#2", "{strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tree_of_supervisors_starts_depth_first_and_stops_in_reverse() {
    let world = World::default();
    let inner = world.spec("inner", Strategy::OneForAll, vec![world.child("x"), world.child("y")]);
    let inner = supervisor::child(inner, &ground()).unwrap();
    let children = vec![world.child("a"), inner, world.child("z")];
    let root = world.root(world.spec("", Strategy::OneForOne, children)).await.unwrap();
    assert_eq!(world.journal(), ["start a#1", "start x#1", "start y#1", "start z#1"]);
    assert!(root.stop_tree(SECOND).await);
    assert_eq!(world.journal(), ["stop z", "stop y", "stop x", "stop a"]);
}

#[tokio::test(start_paused = true)]
async fn a_failing_start_deep_in_the_tree_fails_the_whole_tree() {
    let world = World::default();
    world.fail_next_starts("y", 1);
    let inner = world.spec("inner", Strategy::OneForOne, vec![world.child("x"), world.child("y")]);
    let children = vec![world.child("a"), supervisor::child(inner, &ground()).unwrap()];
    let refused = world.root(world.spec("", Strategy::OneForOne, children)).await.unwrap_err();
    assert!(refused.contains("inner/y"), "{refused}");
    assert_eq!(world.journal(), ["start a#1", "start x#1", "fail y", "stop x", "stop a"]);
}

#[tokio::test(start_paused = true)]
async fn a_killed_supervisor_takes_its_children_along_and_is_started_anew() {
    let world = World::default();
    let inner = world.spec("inner", Strategy::OneForOne, vec![world.child("x")]);
    let inner = supervisor::child(inner, &ground()).unwrap();
    let root = world.root(world.spec("", Strategy::OneForOne, vec![inner])).await.unwrap();
    let first = world.actor("x");
    first.get_cell().try_get_supervisor().unwrap().kill();
    pass(1_000).await;
    assert_eq!(first.get_status(), ActorStatus::Stopped);
    assert_eq!(shown(&root).await, "inner running#2");
    assert_eq!(world.journal(), ["start x#1", "start x#1"]);
}
