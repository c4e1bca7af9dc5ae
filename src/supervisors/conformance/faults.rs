//! Faults seen in an existing supervision crate, each to be impossible here.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::supervisors::control::ControlError;
use crate::supervisors::ground::Ground;
use crate::supervisors::intensity::Intensity;
use crate::supervisors::spec::{OnGiveUp, Restart, Strategy, SupervisorSpec};
use crate::supervisors::testkit::{Order, World, pass, settle, shown, states};
use ractor::{Actor, ActorProcessingErr, ActorRef, ActorStatus};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn starting_an_id_that_already_runs_is_refused_and_changes_nothing() {
    let world = World::default();
    let root = world.abc(Strategy::OneForAll, Restart::Permanent).await;
    for _ in 0..10 {
        assert_eq!(root.start_child(world.child("b")).await, Err(ControlError::AlreadyStarted));
    }
    assert_eq!(shown(&root).await, "a running#1, b running#1, c running#1");
}

#[tokio::test(start_paused = true)]
async fn an_asker_that_times_out_does_no_harm() {
    let world = World::default();
    let root = world.abc(Strategy::OneForOne, Restart::Permanent).await;
    world.make_stubborn("b");
    let hasty = root.clone().with_timeout(Duration::from_millis(1));
    assert_eq!(hasty.terminate_child("b").await, Err(ControlError::NoAnswer));
    let never = root.clone().with_timeout(Duration::ZERO);
    for _ in 0..10 {
        let _given_up = never.which_children().await;
    }
    pass(10_000).await;
    assert_eq!(shown(&root).await, "a running#1, b stopped#1, c running#1");
}

#[tokio::test(start_paused = true)]
async fn one_poisoned_child_of_a_thousand_costs_the_others_nothing() {
    let world = World::default();
    let children = (0..1_000).map(|it| world.child(&format!("c{it}"))).collect();
    let spec = world.spec("", Strategy::OneForOne, children);
    let root = world.root(SupervisorSpec { on_give_up: OnGiveUp::Park { ms: 60_000 }, ..spec }).await.unwrap();
    for _ in 0..4 {
        world.tell("c500", Order::Panic);
        pass(1_000).await;
    }
    for (id, state, life) in states(&root).await {
        let expected = if id == "c500" { ("parked", 4) } else { ("running", 1) };
        assert_eq!((state, life), expected, "{id}");
    }
    assert_eq!(world.gave_up(), Vec::<String>::new());
}

struct Nameless;

impl Actor for Nameless {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(&self, _: ActorRef<()>, (): (), (): &mut ()) -> Result<(), ActorProcessingErr> {
        Err("the stranger fails".into())
    }
}

#[tokio::test(start_paused = true)]
async fn a_linked_stranger_that_fails_or_ends_does_no_harm() {
    let world = World::default();
    let root = world.abc(Strategy::OneForAll, Restart::Permanent).await;
    for fails in [true, false] {
        let (stranger, _) = Actor::spawn_linked(None, Nameless, (), root.cell()).await.unwrap();
        if fails {
            stranger.send_message(()).unwrap();
        } else {
            stranger.stop(None);
        }
        pass(1_000).await;
        assert_eq!(stranger.get_status(), ActorStatus::Stopped);
    }
    assert_eq!(shown(&root).await, "a running#1, b running#1, c running#1");
}

#[tokio::test(start_paused = true)]
async fn a_child_stopped_during_its_backoff_stays_stopped() {
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let world = World::default();
        let root = world.root(world.spec("", strategy, vec![world.child("a")])).await.unwrap();
        world.tell("a", Order::Panic);
        settle().await;
        assert_eq!(root.terminate_child("a").await, Ok(()), "{strategy:?}");
        pass(60_000).await;
        assert_eq!(shown(&root).await, "a stopped#1", "{strategy:?}");
        assert!(root.restart_child("a").await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_stopped_while_it_starts_stays_stopped() {
    let world = World::default();
    let slow = {
        let world = world.clone();
        crate::supervisors::spec::ChildSpec::worker("slow", move |started| {
            let inner = world.child("slow");
            async move {
                if started.generation > 1 {
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
                (inner.start)(started).await
            }
        })
    };
    let root = world.root(world.spec("", Strategy::OneForOne, vec![slow])).await.unwrap();
    world.tell("slow", Order::Panic);
    pass(1_000).await;
    assert_eq!(shown(&root).await, "slow starting#2");
    assert_eq!(root.terminate_child("slow").await, Ok(()));
    pass(60_000).await;
    assert_eq!(shown(&root).await, "slow stopped#2");
}

/// Real time and threads: a race cannot be shown otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_a_child_that_crashes_at_the_same_time_never_hurts_the_supervisor() {
    let world = World::default();
    let spec = world.spec("", Strategy::OneForOne, vec![world.child("a"), world.child("bystander")]);
    let spec = SupervisorSpec { intensity: Intensity { max: 1_000_000, period_ms: 1_000 }, ..spec };
    let root = world.root_on(spec, Ground::default()).await.unwrap();
    for round in 0..2_000 {
        let racer = world.actor("a");
        let crash = tokio::spawn(async move { racer.send_message(Order::Fail) });
        root.terminate_child("a").await.unwrap();
        let _sent_or_too_late = crash.await.unwrap();
        let all = states(&root).await;
        assert_eq!((all[0].1, all[1].1), ("stopped", "running"), "round {round}");
        root.restart_child("a").await.unwrap();
    }
    assert_eq!(states(&root).await[1].2, 1, "the bystander never noticed");
    assert_eq!(world.gave_up(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn five_hundred_crashes_restart_side_by_side_and_orders_are_answered_meanwhile() {
    let world = World::default();
    let slow = |it: usize| {
        let child = world.child(&format!("c{it}"));
        let inner = child.start.clone();
        let start = move |started: crate::supervisors::spec::Started| {
            let inner = inner.clone();
            async move {
                if started.generation > 1 {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                inner(started).await
            }
        };
        crate::supervisors::spec::ChildSpec::worker(format!("c{it}"), start)
    };
    let spec = world.spec("", Strategy::OneForOne, (0..500).map(slow).collect());
    let root = world.root(SupervisorSpec { intensity: Intensity { max: 500, period_ms: 1 }, ..spec }).await.unwrap();
    (0..500).for_each(|it| world.tell(&format!("c{it}"), Order::Fail));
    pass(300).await;
    assert!(root.start_child(world.child("new")).await.is_ok(), "somebody can start meanwhile");
    pass(400).await;
    let running_anew = states(&root).await.iter().filter(|it| it.1 == "running" && it.2 == 2).count();
    assert_eq!(running_anew, 500, "one after the other they would take 250 s");
}

#[tokio::test(start_paused = true)]
async fn a_failed_first_start_is_a_failure() {
    let world = World::default();
    world.fail_next_starts("b", 1);
    let children = vec![world.child("a"), world.child("b")];
    assert!(world.root(world.spec("", Strategy::OneForOne, children)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_child_that_dies_before_its_start_is_reported_is_restarted() {
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let world = World::default();
        let inner = world.child("a");
        let hasty = crate::supervisors::spec::ChildSpec::worker("a", move |started| {
            let (start, life) = (inner.start.clone(), started.generation);
            async move {
                let cell = start(started).await?;
                if life == 2 {
                    cell.kill();
                    cell.wait(None).await.map_err(|_| "it lives on")?;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Ok(cell)
            }
        });
        let root = world.root(world.spec("", strategy, vec![hasty])).await.unwrap();
        world.tell("a", Order::Panic);
        pass(5_000).await;
        assert_eq!(shown(&root).await, "a running#3", "{strategy:?}");
        assert_eq!(world.alive(), ["a"]);
    }
}
