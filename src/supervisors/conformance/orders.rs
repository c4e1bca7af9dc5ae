//! Orders from outside: OTP's words and refusals.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::supervisors::control::{ControlError, Counts};
use crate::supervisors::spec::{Restart, Strategy};
use crate::supervisors::supervisor;
use crate::supervisors::testkit::{Order, World, ground, pass, settle, shown};

#[tokio::test(start_paused = true)]
async fn a_child_can_be_terminated_restarted_and_deleted() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    assert_eq!(root.restart_child("b").await, Err(ControlError::Running));
    assert_eq!(root.delete_child("b").await, Err(ControlError::Running));
    assert_eq!(root.terminate_child("b").await, Ok(()));
    assert_eq!(shown(&root).await, "a running#1, b stopped#1, c running#1");
    assert_eq!(root.terminate_child("b").await, Ok(()), "it is down already");
    assert!(root.restart_child("b").await.is_ok());
    assert_eq!(shown(&root).await, "a running#1, b running#2, c running#1");
    root.terminate_child("b").await.unwrap();
    assert_eq!(root.delete_child("b").await, Ok(()));
    assert_eq!(shown(&root).await, "a running#1, c running#1");
    assert_eq!(root.restart_child("b").await, Err(ControlError::NotFound));
}

#[tokio::test(start_paused = true)]
async fn unknown_children_are_refused() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    assert_eq!(root.restart_child("x").await, Err(ControlError::NotFound));
    assert_eq!(root.terminate_child("x").await, Err(ControlError::NotFound));
    assert_eq!(root.delete_child("x").await, Err(ControlError::NotFound));
}

#[tokio::test(start_paused = true)]
async fn a_child_can_be_added_and_is_then_supervised_like_the_others() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    let actor = root.start_child(world.child("d")).await.unwrap();
    assert_eq!(actor, world.actor("d").get_id());
    world.tell("d", Order::Panic);
    pass(1_000).await;
    assert_eq!(shown(&root).await, "a running#1, b running#1, c running#1, d running#2");
}

#[tokio::test(start_paused = true)]
async fn a_known_id_cannot_be_added_again() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    assert_eq!(root.start_child(world.child("b")).await, Err(ControlError::AlreadyStarted));
    root.terminate_child("b").await.unwrap();
    assert_eq!(root.start_child(world.child("b")).await, Err(ControlError::AlreadyPresent));
    assert!(matches!(root.start_child(world.child("b/c")).await, Err(ControlError::Refused(_))));
}

#[tokio::test(start_paused = true)]
async fn an_added_child_that_does_not_start_is_forgotten() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    world.fail_next_starts("d", 1);
    let refused = root.start_child(world.child("d")).await.unwrap_err();
    assert!(matches!(&refused, ControlError::Failed(why) if why.contains("told to fail its start")), "{refused}");
    assert_eq!(shown(&root).await, "a running#1, b running#1, c running#1");
    assert!(root.start_child(world.child("d")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_restart_by_hand_that_fails_leaves_the_child_down() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    root.terminate_child("b").await.unwrap();
    world.fail_next_starts("b", 1);
    assert!(matches!(root.restart_child("b").await, Err(ControlError::Failed(_))));
    pass(10_000).await;
    assert_eq!(shown(&root).await, "a running#1, b stopped#2, c running#1");
    assert!(root.restart_child("b").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_terminated_temporary_child_is_forgotten() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Temporary).await;
    root.terminate_child("b").await.unwrap();
    assert_eq!(shown(&root).await, "a running#1, c running#1");
}

#[tokio::test(start_paused = true)]
async fn children_are_counted() {
    let world = World::default();
    let inner = supervisor::child(world.spec("inner", Strategy::OneForOne, vec![]), &ground()).unwrap();
    let children = vec![world.child("a"), inner, world.child("c")];
    let root = world.root(world.spec("", Strategy::OneForOne, children)).await.unwrap();
    root.terminate_child("c").await.unwrap();
    let expected = Counts { specs: 3, active: 2, supervisors: 1, workers: 2 };
    assert_eq!(root.count_children().await, Ok(expected));
}

#[tokio::test(start_paused = true)]
async fn a_restarting_child_is_known_but_not_active_and_cannot_be_restarted_or_deleted() {
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let world = World::default();
        let root = world.root(world.spec("", strategy, vec![world.child("a")])).await.unwrap();
        world.tell("a", Order::Panic);
        settle().await;
        assert_eq!(root.count_children().await.unwrap(), Counts { specs: 1, active: 0, supervisors: 0, workers: 1 });
        assert_eq!(root.restart_child("a").await, Err(ControlError::Restarting), "{strategy:?}");
        assert_eq!(root.delete_child("a").await, Err(ControlError::Restarting), "{strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_terminated_by_hand_stays_down_when_its_siblings_are_restarted() {
    for strategy in [Strategy::OneForAll, Strategy::RestForOne] {
        let world = World::default();
        let root = world.abc(strategy, Restart::Permanent).await;
        root.terminate_child("b").await.unwrap();
        world.tell("a", Order::Panic);
        pass(1_000).await;
        assert_eq!(shown(&root).await, "a running#2, b stopped#1, c running#2", "{strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_added_while_the_others_are_restarted_starts_with_them() {
    let world = World::default();
    let root = world.abc(Strategy::OneForAll, Restart::Permanent).await;
    world.tell("a", Order::Panic);
    settle().await;
    assert!(root.start_child(world.child("d")).await.is_ok());
    assert_eq!(shown(&root).await, "a running#2, b running#2, c running#2, d running#1");
}

#[tokio::test(start_paused = true)]
async fn orders_to_a_supervisor_that_has_ended_are_answered() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    root.stop_tree(std::time::Duration::from_secs(1)).await;
    assert_eq!(root.which_children().await, Err(ControlError::NoAnswer));
    assert_eq!(root.start_child(world.child("d")).await, Err(ControlError::NoAnswer));
}

#[tokio::test(start_paused = true)]
async fn the_census_shows_the_whole_tree_and_forgets_what_is_deleted() {
    let (world, ground) = (World::default(), ground());
    let inner = world.spec("inner", Strategy::OneForOne, vec![world.child("x")]);
    let inner = supervisor::child(inner, &ground).unwrap();
    let spec = world.spec("", Strategy::OneForOne, vec![world.child("a"), inner]);
    let root = world.root_on(spec, ground.clone()).await.unwrap();
    world.tell("x", Order::Panic);
    pass(1_000).await;
    let shown = |it: crate::supervisors::census::Node| format!("{} {} #{}", it.path, it.state.word(), it.generation);
    let lines: Vec<String> = ground.census.snapshot().into_iter().map(shown).collect();
    assert_eq!(lines, ["a running #1", "inner running #1", "inner/x running #2"]);
    let x = ground.census.snapshot().pop().unwrap();
    assert_eq!(x.restarts, 1);
    assert!(x.last_reason.unwrap().contains("told to panic"));
    root.terminate_child("inner").await.unwrap();
    root.delete_child("inner").await.unwrap();
    assert_eq!(ground.census.snapshot().len(), 1);
}
