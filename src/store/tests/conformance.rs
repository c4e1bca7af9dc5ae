//! The store does the same over both engines.

use super::{batch, both, delete, eventually, open, put, put_at, rows};
use crate::store::{Batch, Op, Store, StoreError, bit_is_set};

fn set_bit(key: &str, bit: u16, only_once: bool) -> Op {
    Op::SetBit { key: key.into(), bit, only_once }
}

fn expect_clear(key: &str, bit: u16) -> Op {
    Op::ExpectClear { key: key.into(), bit }
}

#[tokio::test]
async fn revisions_count_asserted_puts_and_start_again_after_plain_ones() {
    for (name, store, _folder) in both() {
        let steps = [
            (put_at(0, "k", "a"), Ok(()), "k=a@1"),
            (put_at(0, "k", "b"), Err(StoreError::Conflict), "k=a@1"),
            (put_at(1, "k", "c"), Ok(()), "k=c@2"),
            (put_at(1, "k", "d"), Err(StoreError::Conflict), "k=c@2"),
            (put_at(2, "k", "e"), Ok(()), "k=e@3"),
            (put("k", "f"), Ok(()), "k=f@1"),
        ];
        for (op, answer, left) in steps {
            assert_eq!(store.commit(batch([op.clone()])).await, answer, "{name} {op:?}");
            assert_eq!(rows(&store, "").await, [left], "{name} {op:?}");
        }
        store.commit(batch([delete("k")])).await.unwrap();
        assert_eq!(store.commit(batch([put_at(3, "k", "g")])).await, Err(StoreError::Conflict), "{name}");
        assert_eq!(store.get("k".into()).await, Ok(None), "{name}");
    }
}

#[tokio::test]
async fn a_refused_batch_leaves_nothing_behind() {
    for (name, store, _folder) in both() {
        store.commit(batch([put_at(0, "a", "1"), set_bit("bits", 9, true)])).await.unwrap();
        let before = rows(&store, "").await;
        let refused = [
            (batch([put("x", "1"), delete("a"), put_at(7, "a", "2")]), StoreError::Conflict),
            (
                batch([put_at(1, "a", "2"), set_bit("bits", 1, false), set_bit("bits", 9, true)]),
                StoreError::AlreadyDone,
            ),
            (batch([put("x", "1"), expect_clear("bits", 9)]), StoreError::AlreadyDone),
            (
                batch([put("x", "1"), Op::Put { key: "y".into(), value: vec![1; 65_537], expect: None }]),
                StoreError::TooLarge(65_537),
            ),
        ];
        for (batch, error) in refused {
            assert_eq!(store.commit(batch.clone()).await, Err(error), "{name}");
            assert_eq!(rows(&store, "").await, before, "{name}");
        }
    }
}

#[tokio::test]
async fn assertions_see_earlier_steps_of_their_batch() {
    for (name, store, _folder) in both() {
        let chain = batch([put_at(0, "k", "1"), put_at(1, "k", "2"), delete("k"), put_at(0, "k", "3")]);
        store.commit(chain).await.unwrap();
        assert_eq!(rows(&store, "").await, ["k=3@1"], "{name}");
        let twice = batch([set_bit("b", 5, true), set_bit("b", 5, true)]);
        assert_eq!(store.commit(twice).await, Err(StoreError::AlreadyDone), "{name}");
        assert_eq!(store.get("b".into()).await, Ok(None), "{name}");
    }
}

#[tokio::test]
async fn bits_are_set_once_and_read_back() {
    for (name, store, _folder) in both() {
        for bit in [0, 7, 8, 1023] {
            store.commit(batch([expect_clear("row", bit)])).await.unwrap();
            store.commit(batch([set_bit("row", bit, true)])).await.unwrap();
            assert_eq!(store.commit(batch([set_bit("row", bit, true)])).await, Err(StoreError::AlreadyDone), "{name}");
            assert_eq!(store.commit(batch([expect_clear("row", bit)])).await, Err(StoreError::AlreadyDone), "{name}");
            store.commit(batch([set_bit("row", bit, false)])).await.unwrap();
        }
        let row = store.get("row".into()).await.unwrap().unwrap().value;
        assert_eq!(row.len(), 128, "{name}");
        let set: Vec<u16> = (0..1024).filter(|it| bit_is_set(&row, *it)).collect();
        assert_eq!(set, [0, 7, 8, 1023], "{name}");
        let beyond = store.commit(batch([set_bit("row", 1024, false)])).await;
        assert!(matches!(beyond, Err(StoreError::Failed(_))), "{name}: {beyond:?}");
    }
}

#[tokio::test]
async fn values_up_to_the_limit_fit_and_the_stores_own_keys_are_its_own() {
    for (name, store, _folder) in both() {
        store.commit(batch([Op::Put { key: "k".into(), value: vec![7; 65_536], expect: None }])).await.unwrap();
        assert_eq!(store.get("k".into()).await.unwrap().unwrap().value.len(), 65_536, "{name}");
        for key in [vec![0], vec![0, 1], vec![b'k'; 1025]] {
            let mut refused = Batch::default();
            refused.put(key, vec![]);
            assert!(matches!(store.commit(refused).await, Err(StoreError::Failed(_))), "{name}");
        }
        assert_eq!(rows(&store, "").await.len(), 1, "{name}: own rows are not shown");
        assert_eq!(store.scan(vec![0], None, 9).await, Ok(vec![]), "{name}");
        store.commit(batch([delete("k")])).await.unwrap();
        assert_eq!(store.last(vec![]).await, Ok(None), "{name}");
    }
}

#[tokio::test]
async fn scans_page_through_and_last_is_last() {
    for (name, store, _folder) in both() {
        store.commit(batch((0..50).map(|it| put(&format!("c/{it:02}"), "v")))).await.unwrap();
        store.commit(batch([put("b/99", "v"), put("d/00", "v")])).await.unwrap();
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = store.scan("c/".into(), after.clone(), 7).await.unwrap();
            assert!(page.len() <= 7, "{name}");
            let Some((key, _)) = page.last() else { break };
            after = Some(key.clone());
            seen.extend(page.into_iter().map(|it| String::from_utf8(it.0).unwrap()));
        }
        assert_eq!(seen, (0..50).map(|it| format!("c/{it:02}")).collect::<Vec<_>>(), "{name}");
        assert_eq!(store.last("c/".into()).await.unwrap().unwrap().0, b"c/49", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_concurrent_committers_exactly_one_wins_each_revision() {
    for (name, store, _folder) in both() {
        let tasks: Vec<_> = (0..32).map(|number| tokio::spawn(count_to(store.clone(), number))).collect();
        for task in tasks {
            task.await.unwrap();
        }
        let shared = store.get("shared".into()).await.unwrap().unwrap();
        assert_eq!((shared.revision, shared.value), (32 * 5, b"160".to_vec()), "{name}");
        assert_eq!(rows(&store, "own/").await.len(), 32 * 5, "{name}");
        assert_eq!(store.status().commits, 32 * 5, "{name}");
        assert!(store.status().writable, "{name}");
    }
}

/// Counts up a row that all share, five times, by compare and set; each success leaves a row of its own.
async fn count_to(store: crate::store::Handle, number: u32) {
    let mut done = 0;
    while done < 5 {
        let found = store.get("shared".into()).await.unwrap();
        let (revision, value) =
            found.map_or((0, 0), |it| (it.revision, String::from_utf8(it.value).unwrap().parse().unwrap()));
        let next: u32 = value + 1;
        let step = batch([put_at(revision, "shared", &next.to_string()), put(&format!("own/{number}/{done}"), "1")]);
        match store.commit(step).await {
            Ok(()) => done += 1,
            Err(error) => assert_eq!(error, StoreError::Conflict),
        }
    }
}

#[tokio::test]
async fn lazy_writes_ride_with_the_next_commit_or_go_alone() {
    for (name, store, _folder) in both() {
        store.commit(batch([put("debt", "1")])).await.unwrap();
        store.later(batch([delete("debt"), put("count", "1")]));
        store.later(batch([put("count", "2")]));
        store.commit(batch([put("x", "1")])).await.unwrap();
        assert_eq!(rows(&store, "").await, ["count=2@1", "x=1@1"], "{name}: rides along");
        store.later(batch([put("count", "3"), put_at(9, "x", "never")]));
        store.later(batch([put("alone", "1")]));
        eventually("the lazy row is written", async || store.get("alone".into()).await.unwrap().is_some()).await;
        assert_eq!(rows(&store, "count").await, ["count=2@1"], "{name}: a refused lazy batch is whole too");
        assert_eq!(store.status().lazy, 0, "{name}");
    }
}

#[tokio::test]
async fn closing_writes_what_waits_and_then_everything_says_closed() {
    for (name, store, _folder) in both() {
        let commits: Vec<_> = (0..20)
            .map(|it| {
                let store = store.clone();
                tokio::spawn(async move { store.commit(batch([put(&format!("k{it}"), "v")])).await })
            })
            .collect();
        tokio::task::yield_now().await;
        store.later(batch([put("lazy", "v")]));
        store.close().await;
        for commit in commits {
            let answer = commit.await.unwrap();
            assert!(matches!(answer, Ok(()) | Err(StoreError::Closed)), "{name}: {answer:?}");
        }
        assert_eq!(store.commit(batch([put("z", "v")])).await, Err(StoreError::Closed), "{name}");
        assert_eq!(store.get("z".into()).await, Err(StoreError::Closed), "{name}");
        assert!(!store.status().writable, "{name}");
    }
}

#[tokio::test]
async fn a_sled_store_that_is_opened_again_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    for turn in 0..4 {
        let store = open(folder.path());
        assert_eq!(rows(&store, "turn/").await.len(), turn, "turn {turn}");
        store
            .commit(batch([put_at(u64::try_from(turn).unwrap(), "k", "v"), put(&format!("turn/{turn}"), "v")]))
            .await
            .unwrap();
        store.later(batch([put("lazy", &turn.to_string())]));
        store.close().await;
    }
    let store = open(folder.path());
    assert_eq!(rows(&store, "").await, ["k=v@4", "lazy=3@1", "turn/0=v@1", "turn/1=v@1", "turn/2=v@1", "turn/3=v@1"]);
}
