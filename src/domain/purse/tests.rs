//! The purse: stories of one limit each, and many threads at the edge.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod histories;

use super::calendar::DAY_MS;
use super::*;
use crate::domain::account::Tier;
use crate::domain::types::{ChatNo, Moment, UserId};
use std::collections::BTreeMap;
use std::sync::{Barrier, Mutex};

/// 2026-11-21, noon.
const NOON: Moment = Moment(20_778 * DAY_MS + DAY_MS / 2);
const ANN: UserId = UserId(7);

fn budget() -> Budget {
    Budget {
        person: [Caps::default(); 3],
        chat: Caps::default(),
        provider: Caps::default(),
        providers: BTreeMap::new(),
        house: Caps::default(),
        holds: 1_000,
        kept: 1_000,
    }
}

fn purse(budget: Budget) -> Purse {
    Purse::recover(budget, [], true, NOON).0
}

fn ann() -> Spender {
    Spender { person: ANN, chat: ChatNo(1), provider: "main".into(), tier: Tier::Free }
}

const fn amount(tokens: u64, money: u64) -> Amount {
    Amount { tokens, money: Money(money) }
}

fn spent(refusal: Result<Hold, Refusal>) -> Spent {
    match refusal {
        Err(Refusal::Spent(spent)) => spent,
        other => panic!("{other:?}"),
    }
}

/// What is used of a limit.
fn used(purse: &Purse, key: &Key, limit: Limit, now: Moment) -> u64 {
    purse.standing(key, Tier::Free, now).into_iter().find(|it| it.limit == limit).map_or(0, |it| it.used)
}

#[test]
fn each_limit_stops_whom_it_is_for_and_says_when_it_ends() {
    let caps = |change: fn(&mut Caps)| {
        let mut caps = Caps::default();
        change(&mut caps);
        caps
    };
    let minute = Moment(NOON.0 + 60_000);
    let hour = Moment(NOON.0 + 3_600_000);
    let day = Moment(20_779 * DAY_MS);
    let month = Moment(20_788 * DAY_MS); // the first of December
    for (change, limit, cap, ends) in [
        ((|it| it.per_min = 2) as fn(&mut Caps), Limit::PerMinute, 2, minute),
        (|it| it.per_hour = 2, Limit::PerHour, 2, hour),
        (|it| it.per_day = 2, Limit::PerDay, 2, day),
        (|it| it.tokens_per_day = 25, Limit::TokensPerDay, 25, day),
        (|it| it.tokens_per_month = 20, Limit::TokensPerMonth, 20, month),
        (|it| it.money_per_day = 2_999, Limit::MoneyPerDay, 2_999, day),
        (|it| it.money_per_month = 2_000, Limit::MoneyPerMonth, 2_000, month),
    ] {
        let caps = caps(change);
        for (key, budget) in [
            (Key::Person(ANN), Budget { person: [caps, Caps::default(), Caps::default()], ..budget() }),
            (Key::Chat(ChatNo(1)), Budget { chat: caps, ..budget() }),
            (Key::Provider("main".into()), Budget { provider: caps, ..budget() }),
            (Key::Provider("main".into()), Budget { providers: [("main".into(), caps)].into(), ..budget() }),
            (Key::House, Budget { house: caps, ..budget() }),
        ] {
            let mut purse = purse(budget);
            let question = amount(10, 1_000);
            let first = purse.reserve(&ann(), question, NOON).unwrap();
            let second = purse.reserve(&ann(), question, NOON).unwrap();
            let expect = Spent { key: key.clone(), limit, cap, ends: Some(ends) };
            assert_eq!(spent(purse.reserve(&ann(), question, NOON)), expect);
            assert_eq!(purse.settle(first, question), Settled::Exactly);
            assert_eq!(spent(purse.reserve(&ann(), question, Moment(ends.0 - 1))), expect, "until the last moment");
            purse.release(second);
            assert!(purse.reserve(&ann(), question, NOON).is_ok(), "what is given back can be held again");
            assert!(purse.reserve(&ann(), question, ends).is_ok(), "{limit:?} of {key:?} begins anew");
        }
    }
}

#[test]
fn other_people_chats_providers_and_tiers_have_their_own() {
    let one = Caps { per_day: 1, ..Caps::default() };
    let others = [
        Spender { person: UserId(8), ..ann() },
        Spender { chat: ChatNo(2), ..ann() },
        Spender { provider: "spare".into(), ..ann() },
    ];
    let of = |person, chat, provider| Budget { person: [person, Caps::default(), one], chat, provider, ..budget() };
    let none = Caps::default();
    for (budget, free) in [(of(one, none, none), 0), (of(none, one, none), 1), (of(none, none, one), 2)] {
        let mut purse = purse(budget);
        let _held = purse.reserve(&ann(), amount(1, 1), NOON).unwrap();
        for (n, other) in others.iter().enumerate() {
            assert_eq!(purse.reserve(other, amount(1, 1), NOON).is_ok(), n == free, "{other:?}");
        }
    }
    let mut purse = purse(of(one, none, none));
    let _held = purse.reserve(&ann(), amount(1, 1), NOON).unwrap();
    let premium = Spender { tier: Tier::Premium, ..ann() };
    assert!(purse.reserve(&premium, amount(1, 1), NOON).is_ok(), "a better tier holds at once");
}

#[test]
fn of_several_limits_the_one_that_ends_last_is_told_and_a_providers_only_when_it_is_alone() {
    let minute = Caps { per_min: 1, ..Caps::default() };
    let month = Caps { money_per_month: 5, ..Caps::default() };
    for (budget, expect) in [
        (Budget { person: [minute; 3], house: month, provider: month, ..budget() }, (Key::House, Limit::MoneyPerMonth)),
        (Budget { person: [minute; 3], provider: month, ..budget() }, (Key::Person(ANN), Limit::PerMinute)),
        (Budget { provider: month, ..budget() }, (Key::Provider("main".into()), Limit::MoneyPerMonth)),
    ] {
        let mut purse = purse(budget);
        let _held = purse.reserve(&ann(), amount(1, 5), NOON).unwrap();
        let told = spent(purse.reserve(&ann(), amount(1, 5), NOON));
        assert_eq!((told.key, told.limit), expect);
    }
}

#[test]
fn a_question_that_alone_is_too_much_is_told_so_and_a_free_one_needs_no_money() {
    let mut purse = purse(Budget { house: Caps { money_per_month: 100, ..Caps::default() }, ..budget() });
    assert_eq!(spent(purse.reserve(&ann(), amount(1, 101), NOON)).ends, None);
    let _all = purse.reserve(&ann(), amount(1, 100), NOON).unwrap();
    assert!(purse.reserve(&ann(), amount(1, 1), NOON).is_err());
    assert!(purse.reserve(&ann(), amount(1_000, 0), NOON).is_ok(), "a model that costs nothing");
}

#[test]
fn what_was_used_takes_the_place_of_what_was_held() {
    let caps = Caps { per_day: 9, tokens_per_day: 1_000, money_per_month: 1_000, ..Caps::default() };
    let mut purse = purse(Budget { house: caps, ..budget() });
    let stand = |purse: &Purse| {
        [Limit::PerDay, Limit::TokensPerDay, Limit::MoneyPerMonth].map(|it| used(purse, &Key::House, it, NOON))
    };
    let hold = purse.reserve(&ann(), amount(100, 500), NOON).unwrap();
    assert_eq!((stand(&purse), purse.held()), ([1, 100, 500], (1, amount(100, 500))));
    assert_eq!(purse.settle(hold, amount(40, 120)), Settled::Exactly);
    assert_eq!((stand(&purse), purse.held()), ([1, 40, 120], (0, amount(0, 0))));
    let hold = purse.reserve(&ann(), amount(100, 500), NOON).unwrap();
    assert_eq!(purse.settle(hold, amount(130, 900)), Settled::Over(amount(30, 400)), "by how much is said");
    assert_eq!(stand(&purse), [2, 170, 1_020]);
    assert!(purse.reserve(&ann(), amount(1, 1), NOON).is_err(), "and nothing more is held");
    let hold = purse.reserve(&ann(), amount(5, 0), NOON).unwrap();
    assert_eq!(purse.settle(hold, amount(0, 0)), Settled::Exactly);
    assert_eq!(stand(&purse), [3, 170, 1_020], "a question counts, also when it cost nothing");
    let hold = purse.reserve(&ann(), amount(5, 0), NOON).unwrap();
    purse.release(hold);
    assert_eq!(stand(&purse), [3, 170, 1_020], "one that was never asked does not");
}

#[test]
fn what_is_held_before_midnight_is_settled_there() {
    let mut purse = purse(Budget { house: Caps { money_per_day: 100, ..Caps::default() }, ..budget() });
    let late = Moment(20_779 * DAY_MS - 1);
    let hold = purse.reserve(&ann(), amount(1, 90), late).unwrap();
    let morning = Moment(20_779 * DAY_MS);
    let today = purse.reserve(&ann(), amount(1, 100), morning).unwrap();
    assert_eq!(purse.settle(hold, amount(1, 10)), Settled::Exactly);
    assert_eq!(used(&purse, &Key::House, Limit::MoneyPerDay, late), 10);
    assert_eq!(used(&purse, &Key::House, Limit::MoneyPerDay, morning), 100);
    purse.release(today);
}

#[test]
fn a_crash_gives_nothing_back_and_holds_of_an_earlier_life_change_nothing() {
    let rules = Budget { house: Caps { money_per_month: 1_000, ..Caps::default() }, ..budget() };
    let mut before = purse(rules.clone());
    let hold = before.reserve(&ann(), amount(1, 600), NOON).unwrap();
    let rows = before.changed();
    let names: Vec<_> = rows.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(names, ["house", "provider/main", "chat/1", "person/7"]);
    assert!(before.changed().is_empty(), "what was handed out has not changed since");

    let (mut after, unread) = Purse::recover(rules.clone(), rows.clone(), true, NOON.plus_ms(1));
    assert!(unread.is_empty());
    assert!(after.reserve(&ann(), amount(1, 401), NOON).is_err());
    let again = after.reserve(&ann(), amount(1, 400), NOON).unwrap();
    assert_eq!(after.settle(hold, amount(1, 0)), Settled::Gone);
    assert_eq!(used(&after, &Key::House, Limit::MoneyPerMonth, NOON), 1_000);
    after.release(again);

    let damaged = [("house".to_owned(), b"{".to_vec()), ("cellar/1".to_owned(), b"[[],[],[],[]]".to_vec())];
    let (_, unread) = Purse::recover(rules, damaged, true, NOON);
    assert_eq!(unread, ["house", "cellar/1"]);
}

#[test]
fn a_clock_that_jumps_gives_no_money_back_and_stops_nobody_for_long() {
    let mut purse = purse(Budget { house: Caps { money_per_day: 100, ..Caps::default() }, ..budget() });
    let mut take = |day: u64, money| purse.reserve(&ann(), amount(1, money), Moment(day * DAY_MS)).is_ok();
    assert!(take(20_778, 100));
    assert!(take(30_000, 60), "far ahead for a moment");
    assert!(!take(20_778, 1), "back again: what was spent is spent");
    assert!(take(20_779, 100), "and the next day begins when it comes");
    assert!(take(20_780, 100) && take(20_781, 100) && take(20_782, 100));
    assert!(!take(20_778, 1), "a day that is forgotten does not open again");
    assert!(!take(30_000, 41) && take(30_000, 40));
}

#[test]
fn as_many_questions_are_under_way_as_may_be() {
    let mut purse = purse(Budget { holds: 2, ..budget() });
    let first = purse.reserve(&ann(), amount(1, 1), NOON).unwrap();
    let _second = purse.reserve(&ann(), amount(1, 1), NOON).unwrap();
    assert_eq!(purse.reserve(&ann(), amount(1, 1), NOON), Err(Refusal::Crowded));
    purse.release(first);
    assert!(purse.reserve(&ann(), amount(1, 1), NOON).is_ok());
}

#[test]
fn counters_that_were_not_used_for_longest_leave_the_memory_and_come_back_from_their_rows() {
    let caps = Caps { per_day: 2, ..Caps::default() };
    let mut purse = purse(Budget { person: [caps; 3], kept: 8, ..budget() });
    let mut disk: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let who = |n: i64| Spender { person: UserId(n), ..ann() };
    for turn in 0..3 {
        for n in 1..=50 {
            let held = loop {
                match purse.reserve(&who(n), amount(1, 1), NOON) {
                    Err(Refusal::Unread(keys)) => keys.iter().for_each(|key| {
                        assert!(purse.load(key, disk.get(&key.to_string()).map(Vec::as_slice)), "{key}");
                    }),
                    other => break other,
                }
            };
            assert_eq!(held.is_ok(), turn < 2, "person {n} in turn {turn}");
            if let Ok(hold) = held {
                assert_eq!(purse.settle(hold, amount(1, 1)), Settled::Exactly);
            }
            disk.extend(purse.changed());
            assert!(purse.kept_count() <= 8);
        }
    }
    assert_eq!(disk.len(), 50 + 3);
}

#[test]
fn rows_are_kept_until_the_month_after() {
    let mut purse = purse(budget());
    let _hold = purse.reserve(&ann(), amount(1, 1), NOON).unwrap();
    let (_, row) = purse.changed().remove(0);
    for (day, over) in [(20_778, false), (20_788, false), (20_818, false), (20_819, true)] {
        assert_eq!(is_over(&row, Moment(day * DAY_MS)), over, "day {day}");
    }
    assert!(row.len() < 200, "{}", String::from_utf8_lossy(&row));
    assert!(!is_over(b"damaged", NOON));
}

/// 200 questions at once, of which the month's money is enough for 137.
#[test]
fn two_hundred_questions_at_once_do_not_pass_the_months_cap_of_the_house() {
    let purse = purse(Budget { house: Caps { money_per_month: 137_999, ..Caps::default() }, ..budget() });
    let (purse, gate) = (Mutex::new(purse), Barrier::new(200));
    let held: Vec<_> = std::thread::scope(|scope| {
        let ask = |n: i64| {
            let who = Spender { person: UserId(n), chat: ChatNo(n.unsigned_abs()), ..ann() };
            gate.wait();
            purse.lock().unwrap().reserve(&who, amount(10, 1_000), NOON)
        };
        let threads: Vec<_> = (0..200).map(|n| scope.spawn(move || ask(n))).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let mut purse = purse.into_inner().unwrap();
    assert_eq!(held.iter().filter(|it| it.is_ok()).count(), 137);
    assert_eq!(used(&purse, &Key::House, Limit::MoneyPerMonth, NOON), 137_000);
    for refused in held {
        match refused {
            Ok(hold) => assert_eq!(purse.settle(hold, amount(10, 999)), Settled::Exactly),
            other => assert_eq!(spent(other).limit, Limit::MoneyPerMonth),
        }
    }
    assert_eq!(used(&purse, &Key::House, Limit::MoneyPerMonth, NOON), 137 * 999);
}
