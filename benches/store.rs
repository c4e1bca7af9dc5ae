//! What a commit and a read cost, over sled on the disk of the temporary folder.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use majordomo::config;
use majordomo::store::{Batch, Handle, Op, Store};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::Runtime;

static TURN: AtomicU64 = AtomicU64::new(0);

/// What one decision writes: its state, two debts, a done bit, an event struck, an index row.
fn decision() -> Batch {
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let chat = turn % 1000;
    let put = |key: String, length| Op::Put { key: key.into_bytes(), value: vec![b'x'; length], expect: None };
    let bit = u16::try_from(turn % 1024).unwrap_or(0);
    Batch(vec![
        put(format!("state/{chat:06}"), 400),
        put(format!("debt/{turn:012}/a"), 250),
        put(format!("debt/{turn:012}/b"), 250),
        Op::SetBit { key: format!("done/{:08}", turn / 1024).into_bytes(), bit, only_once: true },
        Op::Delete { key: format!("debt/{:012}/a", turn.saturating_sub(1000)).into_bytes() },
        Op::Delete { key: format!("debt/{:012}/b", turn.saturating_sub(1000)).into_bytes() },
    ])
}

async fn commit_together(store: &Handle, count: u64) {
    let commits: Vec<_> = (0..count)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.commit(decision()).await })
        })
        .collect();
    for commit in commits {
        commit.await.unwrap().unwrap();
    }
}

fn store(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let settings = config::Store { path: folder.path().join("store"), ..config::Store::default() };
    let handle = Handle::open(&settings).unwrap();
    for together in [1, 64, 512] {
        let mut group = criterion.benchmark_group("store commit");
        group.throughput(Throughput::Elements(together));
        group.bench_function(format!("{together} at once"), |bench| {
            bench.iter(|| runtime.block_on(commit_together(&handle, together)));
        });
        group.finish();
    }
    criterion.bench_function("store get", |bench| {
        bench.iter(|| runtime.block_on(handle.get(b"state/000007".to_vec())).unwrap());
    });
    runtime.block_on(handle.close());
}

criterion_group!(benches, store);
criterion_main!(benches);
