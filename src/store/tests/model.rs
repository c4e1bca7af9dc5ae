//! Random batches over both engines, compared with a map that does the same in the plainest way.

use super::settings;
use crate::store::{Batch, Handle, Op, Store, StoreError};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What is under a key: revision and value.
type Model = BTreeMap<Vec<u8>, (u64, Vec<u8>)>;

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"a".to_vec()),
        Just(b"ab".to_vec()),
        Just(b"b".to_vec()),
        Just(vec![0xff]),
        Just(vec![0xff, 0xff, 1])
    ]
}

fn row() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(b"r1".to_vec()), Just(b"r2".to_vec())]
}

fn op() -> impl Strategy<Value = Op> {
    let value = prop::collection::vec(any::<u8>(), 0..4);
    prop_oneof![
        4 => (key(), value, prop::option::of(0_u64..4)).prop_map(|(key, value, expect)| Op::Put { key, value, expect }),
        2 => key().prop_map(|key| Op::Delete { key }),
        2 => (row(), 0_u16..12, any::<bool>()).prop_map(|(key, bit, only_once)| Op::SetBit { key, bit, only_once }),
        1 => (row(), 0_u16..12).prop_map(|(key, bit)| Op::ExpectClear { key, bit }),
        1 => row().prop_map(|key| Op::Delete { key }),
    ]
}

fn bit_of(model: &Model, key: &[u8], bit: u16) -> bool {
    model.get(key).is_some_and(|(_, row)| row[usize::from(bit) / 8] >> (bit % 8) & 1 == 1)
}

fn step(model: &mut Model, op: &Op) -> Result<(), StoreError> {
    match op {
        Op::Put { key, value, expect } => {
            let found = model.get(key).map_or(0, |it| it.0);
            if expect.is_some_and(|it| it != found) {
                return Err(StoreError::Conflict);
            }
            model.insert(key.clone(), (expect.map_or(1, |it| it + 1), value.clone()));
        }
        Op::Delete { key } => drop(model.remove(key)),
        Op::SetBit { key, bit, only_once } => {
            if *only_once && bit_of(model, key, *bit) {
                return Err(StoreError::AlreadyDone);
            }
            let row = model.entry(key.clone()).or_insert((1, vec![0; 128]));
            row.1[usize::from(*bit) / 8] |= 1 << (bit % 8);
        }
        Op::ExpectClear { key, bit } if bit_of(model, key, *bit) => return Err(StoreError::AlreadyDone),
        Op::ExpectClear { .. } => {}
    }
    Ok(())
}

fn apply(model: &mut Model, ops: &[Op]) -> Result<(), StoreError> {
    let mut next = model.clone();
    for op in ops {
        step(&mut next, op)?;
    }
    *model = next;
    Ok(())
}

async fn same(store: &Handle, model: &Model, what: &str) {
    let rows = store.scan(vec![], None, usize::MAX).await.unwrap();
    let rows: Model = rows.into_iter().map(|(key, it)| (key, (it.revision, it.value))).collect();
    assert_eq!(rows, *model, "{what}");
    for prefix in [&b""[..], b"a", b"r", &[0xff], b"zz"] {
        let last = store.last(prefix.to_vec()).await.unwrap().map(|it| it.0);
        let expected = model.keys().rfind(|it| it.starts_with(prefix)).cloned();
        assert_eq!(last, expected, "{what}: last of {prefix:?}");
    }
}

async fn play(batches: &[Vec<Op>]) {
    let folder = tempfile::tempdir().unwrap();
    let forgetful = Handle::memory(&settings(folder.path())).unwrap();
    let mut lasting = Handle::open(&settings(folder.path())).unwrap();
    let mut model = Model::new();
    for (number, ops) in batches.iter().enumerate() {
        let expected = apply(&mut model, ops);
        for (name, store) in [("memory", &forgetful), ("sled", &lasting)] {
            assert_eq!(store.commit(Batch(ops.clone())).await, expected, "{name}, batch {number}");
            same(store, &model, name).await;
        }
        if number % 5 == 4 {
            lasting.close().await;
            lasting = Handle::open(&settings(folder.path())).unwrap();
            same(&lasting, &model, "opened again").await;
        }
    }
}

/// All batches at once: whatever the grouping, the outcome is that of their order in the queue.
async fn play_at_once(batches: &[Vec<Op>]) {
    let folder = tempfile::tempdir().unwrap();
    for store in [Handle::memory(&settings(folder.path())).unwrap(), Handle::open(&settings(folder.path())).unwrap()] {
        let mut model = Model::new();
        let expected: Vec<_> = batches.iter().map(|it| apply(&mut model, it)).collect();
        let commits: Vec<_> = batches
            .iter()
            .map(|it| {
                let (store, batch) = (store.clone(), Batch(it.clone()));
                tokio::spawn(async move { store.commit(batch).await })
            })
            .collect();
        for (commit, expected) in commits.into_iter().zip(expected) {
            assert_eq!(commit.await.unwrap(), expected);
        }
        same(&store, &model, "at once").await;
    }
}

fn run(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_plain_map_does(batches in prop::collection::vec(prop::collection::vec(op(), 1..5), 1..20)) {
        run(play(&batches));
    }

    #[test]
    fn grouped_batches_are_as_if_one_came_after_the_other(batches in prop::collection::vec(prop::collection::vec(op(), 1..4), 1..30)) {
        run(play_at_once(&batches));
    }
}
