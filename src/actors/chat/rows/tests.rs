//! The memory of rows: table by table, and against a plain map.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn limits(rows_cached: usize) -> ChatLimits {
    ChatLimits { rows_cached, keep_ms: 1_000, ..ChatLimits::default() }
}

fn rows(rows_cached: usize) -> Rows {
    Rows::new(2, limits(rows_cached), Arc::default())
}

fn value(text: &str) -> Value {
    text.as_bytes().into()
}

fn kept(rows: &Rows) -> Vec<(usize, String, String)> {
    let text = |it: &Value| String::from_utf8(it.to_vec()).unwrap();
    let mut kept: Vec<_> = rows.kept().map(|(n, key, it)| (n, key.to_owned(), text(it))).collect();
    kept.sort();
    kept
}

#[test]
fn a_row_is_known_after_it_was_read_written_or_kept_and_so_is_its_absence() {
    let mut rows = rows(10);
    assert_eq!(rows.get(0, "a"), None, "nobody has asked the store yet");
    rows.stored(0, "a", None);
    assert_eq!(rows.get(0, "a"), Some(None));
    rows.stored(0, "a", Some(value("read")));
    assert_eq!(rows.get(0, "a"), Some(Some(value("read"))));
    rows.keep(0, "a", value("kept"), 5);
    assert_eq!(rows.get(0, "a"), Some(Some(value("kept"))));
    assert_eq!(rows.get(1, "a"), None, "another office's row of that name is another row");
}

#[test]
fn a_later_write_wins_over_what_was_kept() {
    for (what, written) in [("a put", Some(value("put"))), ("a drop", None)] {
        let mut rows = rows(10);
        rows.keep(0, "a", value("kept"), 5);
        rows.stored(0, "a", written.clone());
        assert_eq!((rows.get(0, "a"), kept(&rows), rows.due_ms()), (Some(written), vec![], None), "{what}");
    }
}

#[test]
fn what_is_kept_is_due_when_its_oldest_part_is() {
    let mut rows = rows(10);
    assert_eq!(rows.due_ms(), None);
    rows.keep(0, "a", value("1"), 5);
    rows.keep(1, "b", value("2"), 700);
    rows.keep(0, "a", value("3"), 900);
    assert_eq!(rows.due_ms(), Some(1_005));
    assert_eq!(kept(&rows), [(0, "a".into(), "3".into()), (1, "b".into(), "2".into())]);
    rows.written();
    assert_eq!((kept(&rows), rows.due_ms()), (vec![], None));
    assert_eq!(rows.get(0, "a"), Some(Some(value("3"))), "what is written stays known");
    rows.keep(0, "a", value("4"), 2_000);
    assert_eq!(rows.due_ms(), Some(3_000));
}

#[test]
fn the_rows_used_longest_ago_go_first_and_kept_ones_only_when_they_are_written() {
    let mut rows = rows(8);
    for n in 0..8 {
        rows.stored(0, &n.to_string(), None);
    }
    assert!(rows.make_room());
    assert!((0..8).all(|n| rows.get(0, &n.to_string()).is_some()), "eight have room");
    rows.get(0, "0");
    rows.keep(0, "2", value("kept"), 0);
    rows.stored(1, "new", None);
    assert!(rows.make_room());
    let left = |rows: &mut Rows| (0..8).filter(|n| rows.get(0, &n.to_string()).is_some()).collect::<Vec<_>>();
    assert_eq!(left(&mut rows), [0, 2, 4, 5, 6, 7], "an eighth more than must be");
    for n in 10..12 {
        rows.stored(0, &n.to_string(), None);
    }
    rows.get(1, "new");
    rows.get(0, "2");
    assert!(rows.make_room(), "the kept one is not among the oldest");
    assert_eq!(left(&mut rows), [2, 5, 6, 7]);
}

#[test]
fn a_kept_row_that_is_in_the_way_is_written_first() {
    let mut rows = rows(2);
    rows.keep(0, "old", value("kept"), 0);
    rows.stored(0, "b", None);
    rows.stored(0, "c", None);
    assert!(!rows.make_room());
    assert_eq!(rows.get(0, "b"), Some(None), "and nothing is dropped meanwhile");
    rows.written();
    assert!(rows.make_room());
    assert_eq!((rows.get(0, "old"), rows.weight), (None, 2));
}

#[test]
fn long_rows_count_more() {
    for (bytes, weighs) in [(0, 1), (1022, 1), (1023, 2), (64 * 1024, 65)] {
        assert_eq!(weight("a", Some(&vec![0; bytes].into())), weighs, "{bytes} bytes");
    }
    let mut rows = rows(10);
    rows.keep(0, "a", vec![0; 9 * 1024].into(), 0);
    assert_eq!(rows.weight, 10);
    rows.stored(0, "a", None);
    assert_eq!(rows.weight, 1, "a shorter row makes room");
}

/// What happens to the rows of one chat.
#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8),
    Drop(u8),
    Keep(u8, u8),
    Read(u8),
    Scan(u8, u8, usize),
    Write,
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0_u8..12;
    prop_oneof![
        (key.clone(), any::<u8>()).prop_map(|(key, it)| Step::Put(key, it)),
        key.clone().prop_map(Step::Drop),
        (key.clone(), any::<u8>()).prop_map(|(key, it)| Step::Keep(key, it)),
        (key.clone(), any::<u8>()).prop_map(|(key, it)| Step::Keep(key, it)),
        key.clone().prop_map(Step::Read),
        (key.clone(), key, 0_usize..8).prop_map(|(from, before, limit)| Step::Scan(from, before, limit)),
        Just(Step::Write),
        Just(Step::Crash),
    ]
}

type Map = BTreeMap<String, Vec<u8>>;

fn name(key: u8) -> String {
    format!("{key:02}")
}

/// The memory as the chat uses it, with a map for a store.
struct Chat {
    rows: Rows,
    store: Map,
}

impl Chat {
    fn read(&mut self, key: &str) -> Option<Vec<u8>> {
        if let Some(known) = self.rows.get(1, key) {
            return known.map(|it| it.to_vec());
        }
        let found = self.store.get(key).cloned();
        self.rows.stored(1, key, found.clone().map(Into::into));
        found
    }

    fn write(&mut self) {
        let kept: Vec<_> = self.rows.kept().map(|(_, key, it)| (key.to_owned(), it.to_vec())).collect();
        self.store.extend(kept);
        self.rows.written();
    }

    fn commit(&mut self, key: &str, value: Option<Vec<u8>>) {
        self.write();
        match &value {
            Some(value) => drop(self.store.insert(key.to_owned(), value.clone())),
            None => drop(self.store.remove(key)),
        }
        self.rows.stored(1, key, value.map(Into::into));
    }

    fn scan(&self, from: &str, before: &str, limit: usize) -> Vec<(String, Vec<u8>)> {
        self.rows.over(1, from, before, limit, first(&self.store, from, before, limit))
    }
}

fn first(map: &Map, from: &str, before: &str, limit: usize) -> Vec<(String, Vec<u8>)> {
    let within = map.iter().filter(|it| it.0.as_str() >= from && it.0.as_str() < before);
    within.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect()
}

proptest! {
    #[test]
    fn memory_and_store_together_are_one_map_and_a_crash_costs_only_what_was_kept(
        steps in proptest::collection::vec(step(), 1..120), cached in 1_usize..10,
    ) {
        let mut chat = Chat { rows: rows(cached), store: Map::new() };
        let (mut truth, mut safe) = (Map::new(), Map::new());
        for step in steps {
            match step {
                Step::Put(key, it) => {
                    truth.insert(name(key), vec![it]);
                    chat.commit(&name(key), Some(vec![it]));
                    safe.clone_from(&truth);
                }
                Step::Drop(key) => {
                    truth.remove(&name(key));
                    chat.commit(&name(key), None);
                    safe.clone_from(&truth);
                }
                Step::Keep(key, it) => {
                    truth.insert(name(key), vec![it]);
                    chat.rows.keep(1, &name(key), vec![it].into(), 0);
                }
                Step::Read(key) => prop_assert_eq!(chat.read(&name(key)), truth.get(&name(key)).cloned()),
                Step::Scan(from, before, limit) => {
                    let (from, before) = (name(from), name(before));
                    prop_assert_eq!(chat.scan(&from, &before, limit), first(&truth, &from, &before, limit));
                }
                Step::Write => {
                    chat.write();
                    safe.clone_from(&truth);
                }
                Step::Crash => {
                    chat.rows = rows(cached);
                    truth.clone_from(&chat.store);
                }
            }
            if !chat.rows.make_room() {
                chat.write();
                safe.clone_from(&truth);
                prop_assert!(chat.rows.make_room());
            }
            prop_assert!(chat.rows.weight <= cached, "{} rows", chat.rows.weight);
            prop_assert_eq!(chat.rows.weight, chat.rows.rows[1].len(), "short rows count one");
            prop_assert_eq!(&chat.store, &safe, "what is written is what should be, and nothing else");
            prop_assert_eq!(chat.rows.kept, chat.rows.kept().count());
            prop_assert_eq!(chat.rows.due_ms().is_some(), chat.rows.kept > 0);
        }
    }
}

#[test]
fn chats_that_hold_too_much_together_hold_their_share_only_and_one_that_ends_makes_room() {
    let held = Arc::new(Held::default());
    let limits = ChatLimits { rows_cached_overall: 200, ..limits(100) };
    let fill = |many: usize| {
        let mut rows = Rows::new(1, limits.clone(), Arc::clone(&held));
        for n in 0..many {
            rows.stored(0, &n.to_string(), None);
        }
        assert!(rows.make_room());
        rows
    };
    let first = [fill(90), fill(90)];
    assert_eq!((held.weight(), first[1].weight), (180, 90), "there is room for both");
    let mut third = fill(90);
    let share = 200 / 3;
    assert_eq!(third.weight, share - share / 8, "a share of what there is for all");
    assert_eq!(held.weight(), 180 + third.weight);
    drop(first);
    assert_eq!(held.weight(), third.weight, "what a chat held is free when it ends");
    for n in 0..90 {
        third.stored(0, &n.to_string(), None);
    }
    assert!(third.make_room());
    assert_eq!(third.weight, 90);
}

#[test]
fn however_many_chats_there_are_each_holds_the_rows_of_a_decision() {
    let held = Arc::new(Held::default());
    let limits = ChatLimits { rows_cached_overall: 10, ..limits(100) };
    let mut all = Vec::new();
    for _ in 0..50 {
        let mut rows = Rows::new(1, limits.clone(), Arc::clone(&held));
        for n in 0..40 {
            rows.stored(0, &n.to_string(), None);
            assert!(rows.make_room());
        }
        assert!((10..=16).contains(&rows.weight), "{}", rows.weight);
        all.push(rows);
    }
    assert!(held.weight() <= 50 * 16, "{}", held.weight());
}
