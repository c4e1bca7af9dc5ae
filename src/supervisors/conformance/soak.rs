//! Random crashes and orders in random order: whatever happens, the supervisor lives, answers, and has
//! exactly those children alive that it says.

use crate::supervisors::control::Handle;
use crate::supervisors::intensity::Intensity;
use crate::supervisors::spec::{OnGiveUp, Restart, Strategy, SupervisorSpec};
use crate::supervisors::testkit::{Order, World, pass, states};
use proptest::prelude::{Just, ProptestConfig, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy as _;
use proptest::test_runner::TestCaseError;

const IDS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Something that happens to the child with this number.
#[derive(Clone, Debug)]
enum Act {
    Tell(usize, Order),
    Kill(usize),
    FailStarts(usize, usize),
    Terminate(usize),
    Restart(usize),
    Delete(usize),
    Add(usize, Restart),
    Pass(u64),
}

fn restart() -> impl proptest::strategy::Strategy<Value = Restart> {
    prop_oneof![Just(Restart::Permanent), Just(Restart::Transient), Just(Restart::Temporary)]
}

fn strategy() -> impl proptest::strategy::Strategy<Value = Strategy> {
    prop_oneof![Just(Strategy::OneForOne), Just(Strategy::OneForAll), Just(Strategy::RestForOne)]
}

fn act() -> impl proptest::strategy::Strategy<Value = Act> {
    let who = 0..IDS.len();
    let order = prop_oneof![Just(Order::Panic), Just(Order::Fail), Just(Order::Exit(None)), Just(Order::Hang)];
    prop_oneof![
        4 => (who.clone(), order).prop_map(|(who, order)| Act::Tell(who, order)),
        2 => who.clone().prop_map(Act::Kill),
        1 => (who.clone(), 1_usize..4).prop_map(|(who, times)| Act::FailStarts(who, times)),
        2 => who.clone().prop_map(Act::Terminate),
        2 => who.clone().prop_map(Act::Restart),
        1 => who.clone().prop_map(Act::Delete),
        2 => (who, restart()).prop_map(|(who, restart)| Act::Add(who, restart)),
        5 => (0_u64..400).prop_map(Act::Pass),
    ]
}

/// Does it without waiting for the end of it, as several people at once would.
async fn perform(world: &World, root: &Handle, act: Act) {
    let root = root.clone();
    match act {
        Act::Tell(who, order) => world.tell_if_alive(IDS[who], order),
        Act::Kill(who) => world.kill_if_alive(IDS[who]),
        Act::FailStarts(who, times) => world.fail_next_starts(IDS[who], times),
        Act::Terminate(who) => drop(tokio::spawn(async move { root.terminate_child(IDS[who]).await })),
        Act::Restart(who) => drop(tokio::spawn(async move { root.restart_child(IDS[who]).await })),
        Act::Delete(who) => drop(tokio::spawn(async move { root.delete_child(IDS[who]).await })),
        Act::Add(who, restart) => {
            let spec = world.child(IDS[who]).restart(restart);
            drop(tokio::spawn(async move { root.start_child(spec).await }));
        }
        Act::Pass(ms) => pass(ms).await,
    }
}

async fn story(strategy: Strategy, kinds: Vec<Restart>, parks: bool, acts: Vec<Act>) -> Result<(), TestCaseError> {
    let world = World::default();
    let children = kinds.iter().zip(IDS).map(|(kind, id)| world.child(id).restart(*kind)).collect();
    let intensity = Intensity { max: if parks { 2 } else { 1_000 }, period_ms: 60_000 };
    let on_give_up = if parks { OnGiveUp::Park { ms: 5_000 } } else { OnGiveUp::Escalate };
    let spec = SupervisorSpec { intensity, on_give_up, ..world.spec("", strategy, children) };
    let root = world.root(spec).await.map_err(TestCaseError::fail)?;
    for act in acts {
        perform(&world, &root, act).await;
    }
    pass(120_000).await;
    let shown = states(&root).await;
    let mut alive = world.alive();
    alive.sort();
    let mut running: Vec<String> = shown.iter().filter(|it| it.1 == "running").map(|it| it.0.clone()).collect();
    running.sort();
    prop_assert_eq!(&alive, &running, "{:?}", shown);
    prop_assert!(shown.iter().all(|it| ["running", "stopped"].contains(&it.1)), "{:?}", shown);
    prop_assert!(world.gave_up().is_empty());
    prop_assert!(root.stop_tree(std::time::Duration::from_mins(1)).await);
    prop_assert!(world.alive().is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_supervisor_knows_its_children(
        strategy in strategy(),
        kinds in prop::collection::vec(restart(), 1..4),
        parks in any::<bool>(),
        acts in prop::collection::vec(act(), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.map_err(|it| TestCaseError::fail(it.to_string()))?.block_on(story(strategy, kinds, parks, acts))?;
    }
}
