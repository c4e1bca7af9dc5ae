//! Each strategy with each restart kind and each way to end: 45 cases in one table.

use crate::supervisors::spec::{Restart, Strategy};
use crate::supervisors::testkit::{Order, World, pass, settle, shown};

const ENDS: [(&str, Option<Order>); 5] = [
    ("normal", Some(Order::Exit(None))),
    ("shutdown", Some(Order::Exit(Some("shutdown")))),
    ("panic", Some(Order::Panic)),
    ("error", Some(Order::Fail)),
    ("kill", None),
];

/// What becomes of b, for each way to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Restarted, with whom the strategy says.
    Again,
    /// Down, and still known.
    Kept,
    /// Forgotten.
    Gone,
}
use Fate::{Again, Gone, Kept};

const FATES: [(Restart, [Fate; 5]); 3] = [
    (Restart::Permanent, [Again; 5]),
    (Restart::Transient, [Kept, Kept, Again, Again, Again]),
    (Restart::Temporary, [Gone; 5]),
];

const WITH: [(Strategy, &[&str]); 3] = [
    (Strategy::OneForOne, &["start b#2"]),
    (Strategy::OneForAll, &["stop c", "stop a", "start a#2", "start b#2", "start c#2"]),
    (Strategy::RestForOne, &["stop c", "start b#2", "start c#2"]),
];

#[tokio::test(start_paused = true)]
async fn each_strategy_and_restart_kind_meets_each_end() {
    let mut cases = 0;
    for (strategy, with) in WITH {
        for (restart, fates) in FATES {
            for ((name, end), fate) in ENDS.into_iter().zip(fates) {
                check(strategy, restart, end, fate, with).await.unwrap_or_else(|difference| {
                    unreachable!("{strategy:?}, {restart:?}, {name}: {difference}");
                });
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 45);
}

async fn check(
    strategy: Strategy,
    restart: Restart,
    end: Option<Order>,
    fate: Fate,
    with: &[&str],
) -> Result<(), String> {
    let world = World::default();
    let root = world.abc(strategy, restart).await;
    let started = world.journal();
    let asked = matches!(end, Some(Order::Exit(_)));
    match end {
        Some(order) => world.tell("b", order),
        None => world.actor("b").kill(),
    }
    pass(1_000).await;
    let mut expected: Vec<&str> = if asked { vec!["stop b"] } else { Vec::new() };
    expected.extend(if fate == Again { with } else { &[] });
    let c = if fate == Again && with.contains(&"start c#2") { 2 } else { 1 };
    let a = if fate == Again && with.contains(&"start a#2") { 2 } else { 1 };
    let expected_states = match fate {
        Again => format!("a running#{a}, b running#2, c running#{c}"),
        Kept => "a running#1, b stopped#1, c running#1".to_owned(),
        Gone => "a running#1, c running#1".to_owned(),
    };
    let (journal, states) = (world.journal(), shown(&root).await);
    root.cell().kill();
    settle().await;
    (started == ["start a#1", "start b#1", "start c#1"] && journal == expected && states == expected_states)
        .then_some(())
        .ok_or_else(|| format!("started {started:?}, then {journal:?} instead of {expected:?}; {states}"))
}

#[tokio::test(start_paused = true)]
async fn a_temporary_bystander_is_stopped_with_its_siblings_and_forgotten() {
    for (strategy, crashing) in [(Strategy::OneForAll, "a"), (Strategy::OneForAll, "c"), (Strategy::RestForOne, "a")] {
        let world = World::default();
        let root = world.abc(strategy, Restart::Temporary).await;
        world.tell(crashing, Order::Panic);
        pass(1_000).await;
        assert_eq!(shown(&root).await, "a running#2, c running#2", "{strategy:?} {crashing}");
    }
}

#[tokio::test(start_paused = true)]
async fn siblings_that_crash_together_count_once_and_come_back_together() {
    for strategy in [Strategy::OneForAll, Strategy::RestForOne] {
        let world = World::default();
        let root = world.abc(strategy, Restart::Permanent).await;
        for _ in 0..3 {
            ["a", "b", "c"].iter().for_each(|it| world.tell(it, Order::Panic));
            pass(1_000).await;
        }
        assert_eq!(shown(&root).await, "a running#4, b running#4, c running#4", "{strategy:?}");
        assert_eq!(world.gave_up(), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn a_sibling_that_fails_to_restart_is_tried_again_by_the_strategy() {
    let table = [
        (
            Strategy::OneForAll,
            vec![
                "stop c",
                "stop b",
                "start a#2",
                "start b#2",
                "fail c",
                "stop b",
                "stop a",
                "start a#3",
                "start b#3",
                "start c#3",
            ],
        ),
        (Strategy::RestForOne, vec!["stop c", "stop b", "start a#2", "start b#2", "fail c", "start c#3"]),
    ];
    for (strategy, expected) in table {
        let world = World::default();
        let _root = world.abc(strategy, Restart::Permanent).await;
        let _started = world.journal();
        world.fail_next_starts("c", 1);
        world.tell("a", Order::Panic);
        pass(2_000).await;
        assert_eq!(world.journal(), expected, "{strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_while_siblings_are_being_restarted_begins_anew_from_the_first() {
    let world = World::default();
    let root = world.abc(Strategy::RestForOne, Restart::Permanent).await;
    world.tell("c", Order::Panic);
    settle().await;
    world.tell("a", Order::Panic);
    pass(1_000).await;
    assert_eq!(shown(&root).await, "a running#2, b running#2, c running#2");
}
