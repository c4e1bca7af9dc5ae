//! The purse: any history beside a book-keeper who adds everything up each time, and clocks that jump.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What a history is made of.
#[derive(Clone, Debug)]
enum Step {
    Ask { who: usize, tokens: u64, money: u64 },
    Settle { which: usize, tokens: u64, money: u64 },
    Release { which: usize },
    Wait { ms: u64 },
    Crash,
}

/// The book-keeper who writes down every question and adds all of them up each time.
#[derive(Default)]
struct Book(Vec<Noted>);

struct Noted {
    at: Moment,
    keys: [Key; 4],
    sum: [u64; 3],
}

impl Book {
    fn sum(&self, key: &Key, limit: Limit, now: Moment) -> u64 {
        let number = limit.period().number(now);
        let counts = |it: &&Noted| it.keys.contains(key) && limit.period().number(it.at) == number;
        self.0.iter().filter(counts).map(|it| it.sum[measure(limit)]).sum()
    }

    fn fits(&self, rules: &Budget, keys: &[Key; 4], tier: Tier, sum: [u64; 3], now: Moment) -> bool {
        keys.iter().all(|key| {
            Limit::ALL.into_iter().all(|limit| {
                let (cap, wanted) = (caps_of(rules, key, tier).of(limit), sum[measure(limit)]);
                wanted == 0 || cap.is_none_or(|cap| self.sum(key, limit, now) + wanted <= cap)
            })
        })
    }
}

const fn measure(limit: Limit) -> usize {
    match limit {
        Limit::PerMinute | Limit::PerHour | Limit::PerDay => 0,
        Limit::TokensPerDay | Limit::TokensPerMonth => 1,
        Limit::MoneyPerDay | Limit::MoneyPerMonth => 2,
    }
}

fn caps_of<'a>(rules: &'a Budget, key: &Key, tier: Tier) -> &'a Caps {
    match key {
        Key::House => &rules.house,
        Key::Provider(name) => rules.provider(name),
        Key::Chat(_) => &rules.chat,
        Key::Person(_) => rules.person(tier),
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0_usize..6, 0_u64..40, 0_u64..60).prop_map(|(who, tokens, money)| Step::Ask { who, tokens, money }),
        3 => (0_usize..9, 0_u64..60, 0_u64..90).prop_map(|(which, tokens, money)| Step::Settle { which, tokens, money }),
        1 => (0_usize..9).prop_map(|which| Step::Release { which }),
        2 => prop_oneof![0_u64..90_000, 0_u64..7_200_000, 0..2 * DAY_MS, 0..40 * DAY_MS].prop_map(|ms| Step::Wait { ms }),
        1 => Just(Step::Crash),
    ];
    proptest::collection::vec(step, 1..120)
}

fn caps() -> impl Strategy<Value = Caps> {
    let cap = |most: u64| prop_oneof![Just(0), 1..most];
    (cap(6), cap(12), cap(20), cap(200), cap(400), cap(300), cap(600)).prop_map(
        |(per_min, per_hour, per_day, tokens_per_day, tokens_per_month, money_per_day, money_per_month)| Caps {
            per_min,
            per_hour,
            per_day,
            tokens_per_day,
            tokens_per_month,
            money_per_day,
            money_per_month,
        },
    )
}

fn spender(n: usize) -> Spender {
    Spender {
        person: UserId([0, 1, 2][n % 3]),
        chat: ChatNo([0, 1][n % 2]),
        provider: ["main", "spare"][n % 2].into(),
        tier: Tier::ALL[n % 3],
    }
}

fn keys_of(who: &Spender) -> [Key; 4] {
    [Key::House, Key::Provider(who.provider.clone()), Key::Chat(who.chat), Key::Person(who.person)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_history_is_counted_as_by_a_book_keeper_who_adds_everything_up(
        person in [caps(), caps(), caps()], chat in caps(), provider in caps(), house in caps(), steps in steps(),
    ) {
        let rules = Budget { person, chat, provider, house, ..budget() };
        let (mut purse, mut book, mut now) = (purse(rules.clone()), Book::default(), NOON);
        let mut open: Vec<(Hold, usize)> = Vec::new();
        let (mut disk, mut over) = (BTreeMap::new(), 0);
        for step in steps {
            match step {
                Step::Ask { who, tokens, money } => {
                    let who = spender(who);
                    let (keys, sum) = (keys_of(&who), [1, tokens, money]);
                    let held = purse.reserve(&who, amount(tokens, money), now);
                    prop_assert_eq!(held.is_ok(), book.fits(&rules, &keys, who.tier, sum, now));
                    if let Ok(hold) = held {
                        open.push((hold, book.0.len()));
                        book.0.push(Noted { at: now, keys, sum });
                    }
                }
                Step::Settle { which, tokens, money } if which < open.len() => {
                    let (hold, noted) = open.remove(which);
                    let held = book.0[noted].sum;
                    let more = amount(tokens.saturating_sub(held[1]), money.saturating_sub(held[2]));
                    let expect = if more == Amount::default() { Settled::Exactly } else { Settled::Over(more) };
                    prop_assert_eq!(purse.settle(hold, amount(tokens, money)), expect);
                    book.0[noted].sum = [1, tokens, money];
                    over += more.money.0;
                }
                Step::Release { which } if which < open.len() => {
                    let (hold, noted) = open.remove(which);
                    purse.release(hold);
                    book.0[noted].sum = [0, 0, 0];
                }
                Step::Settle { .. } | Step::Release { .. } => {}
                Step::Wait { ms } => now = now.plus_ms(ms),
                Step::Crash => {
                    now = now.plus_ms(1);
                    purse = Purse::recover(rules.clone(), disk.clone(), true, now).0;
                    open.clear(); // and what was held stays in the book
                }
            }
            disk.extend(purse.changed());
            let (count, _) = purse.held();
            prop_assert_eq!(count, open.len());
            let kept: BTreeSet<_> = book.0.iter().flat_map(|it| it.keys.clone()).collect();
            for key in kept {
                for it in purse.standing(&key, Tier::Free, now) {
                    prop_assert_eq!(it.used, book.sum(&key, it.limit, now), "{} {:?}", key, it.limit);
                }
            }
            if let Some(cap) = rules.house.of(Limit::MoneyPerMonth) {
                let used = book.sum(&Key::House, Limit::MoneyPerMonth, now);
                prop_assert!(used <= cap + over, "a cap is passed by what was used beyond what was held, and no more");
            }
        }
    }

    #[test]
    fn a_clock_that_jumps_about_never_gives_a_day_its_money_twice(
        days in proptest::collection::vec((prop_oneof![20_770_u64..20_790, 20_000_u64..40_000], 1_u64..60), 1..200),
    ) {
        let mut purse = purse(Budget { house: Caps { money_per_day: 100, ..Caps::default() }, ..budget() });
        let (mut opened, mut taken) = (BTreeSet::new(), 0);
        for (day, money) in days {
            opened.insert(day);
            if let Ok(hold) = purse.reserve(&ann(), amount(1, money), Moment(day * DAY_MS)) {
                assert_eq!(purse.settle(hold, amount(1, money)), Settled::Exactly);
                taken += money;
            }
        }
        prop_assert!(taken <= 100 * opened.len() as u64);
    }

    #[test]
    fn no_name_and_no_row_is_misread(name in ".{0,20}", row in proptest::collection::vec(any::<u8>(), 0..30)) {
        if let Ok(key) = name.parse::<Key>() {
            prop_assert_eq!(key.to_string().parse(), Ok(key));
        }
        let _ = Purse::recover(budget(), [(name, row)], true, NOON);
    }
}
