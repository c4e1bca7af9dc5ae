//! A copy of a store that goes on is the store at one moment; a full folder or disk harms nobody.

use super::*;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Every commit of a writer changes all of its rows: a copy that saw half of one shows.
const ROWS: u64 = 40;
const WRITERS: u64 = 4;

fn key(writer: u64, row: u64) -> Vec<u8> {
    // Far apart in the order of keys, with other rows between.
    format!("r{row:04}/{writer}").into_bytes()
}

async fn write(store: Handle, writer: u64, written: Arc<AtomicU64>, stop: Arc<AtomicBool>) {
    let mut round = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        let value = round.to_string();
        let mut ops: Vec<_> =
            (0..ROWS).map(|row| crate::store::tests::put("", &value).clone_with(key(writer, row))).collect();
        // One that comes and goes.
        let fleeting = format!("s{writer}").into_bytes();
        ops.push(if round.is_multiple_of(2) {
            Op::Delete { key: fleeting }
        } else {
            Op::Put { key: fleeting, value: value.into_bytes(), expect: None }
        });
        store.commit(batch(ops)).await.unwrap();
        written.store(round, Ordering::Release);
    }
}

trait CloneWith {
    fn clone_with(self, key: Vec<u8>) -> Op;
}

impl CloneWith for Op {
    fn clone_with(self, key: Vec<u8>) -> Op {
        match self {
            Op::Put { value, expect, .. } => Op::Put { key, value, expect },
            other => other,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_the_store_at_one_moment_with_all_that_was_written_before() {
    let home = Home::new();
    let store = home.open("store");
    for n in 0..3_000_u64 {
        store.later(batch([Op::Put {
            key: format!("r{:04}/x{n}", n % 40).into_bytes(),
            value: vec![b'1'; 200],
            expect: None,
        }]));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let written: Vec<_> = (0..WRITERS).map(|_| Arc::new(AtomicU64::new(0))).collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| tokio::spawn(write(store.clone(), n, written[usize::try_from(n).unwrap()].clone(), stop.clone())))
        .collect();
    while written.iter().any(|it| it.load(Ordering::Acquire) < 3) {
        tokio::task::yield_now().await;
    }
    let mut changes = 0;
    for round in 0..4 {
        let before: Vec<_> = written.iter().map(|it| it.load(Ordering::Acquire)).collect();
        let order = home.order(&format!("{round}.backup"));
        let copied = store.clone();
        let made = tokio::task::spawn_blocking(move || {
            create(&mut copied.copy(64 << 20).unwrap(), &order, &Progress::default()).unwrap()
        });
        let made = made.await.unwrap();
        let after: Vec<_> = written.iter().map(|it| it.load(Ordering::Acquire)).collect();
        changes += made.manifest.changes;
        let name = format!("restored-{round}");
        assert_eq!(home.restore(&made.path, &name).unwrap().held, 0);
        let rows = home.rows(&name).await;
        for writer in 0..WRITERS {
            let value = |row| rows.iter().find(|it| it.0 == key(writer, row)).map(|it| it.1.clone()).unwrap();
            let first = value(0);
            assert!((0..ROWS).all(|row| value(row) == first), "half a commit is in the backup");
            let round: u64 = String::from_utf8(first).unwrap().parse().unwrap();
            let at = usize::try_from(writer).unwrap();
            assert!((before[at]..=after[at] + 1).contains(&round), "{round} of {}..{}", before[at], after[at]);
            let fleeting = rows.iter().any(|it| it.0 == format!("s{writer}").into_bytes());
            assert_eq!(fleeting, round % 2 == 1, "what comes and goes is as it was");
        }
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(changes > 0, "the load was meant to write meanwhile");
    store.close().await;
}

#[tokio::test]
async fn what_was_backed_up_comes_back_with_revisions_files_and_nothing_secret_besides() {
    let home = Home::new();
    let store = home.open("store");
    store.claim_bot(7, false).await.unwrap();
    put(&store, b"ca".to_vec(), b"{\"a\":1}").await;
    store.commit(batch([Op::Put { key: b"cb".to_vec(), value: b"{}".to_vec(), expect: Some(0) }])).await.unwrap();
    store.commit(batch([Op::Put { key: b"cb".to_vec(), value: b"[]".to_vec(), expect: Some(1) }])).await.unwrap();
    let made = home.back_up(&store, "x.backup");
    store.close().await;
    assert_eq!(std::fs::metadata(&made.path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(made.manifest.rows["cells"].rows, 2);
    assert_eq!(made.manifest.program, env!("CARGO_PKG_VERSION"));
    assert_eq!(names(home.0.path()), ["store", "x.backup"], "no half of one is left");

    assert_eq!(home.restore(&made.path, "new").unwrap().rows, 2);
    assert_eq!(std::fs::read(home.at("new/callback.key")).unwrap(), [7; 32]);
    assert!(!home.at("new/webhook.secret").exists(), "what is made anew is never restored");
    let store = home.open("new");
    assert_eq!(store.get(b"cb".to_vec()).await.unwrap().unwrap().revision, 2);
    let other = store.claim_bot(8, false).await.unwrap_err();
    assert!(matches!(other, crate::store::OpenError::OtherBot { kept: 7, .. }), "{other}");
    store.close().await;
}

#[tokio::test]
async fn no_room_a_file_in_the_way_and_a_stop_leave_nothing_behind() {
    let home = Home::new();
    let store = home.open("store");
    put(&store, b"ca".to_vec(), b"{}").await;
    let mut order = home.order("x.backup");
    order.min_free_bytes = u64::MAX / 4;
    let error = create(&mut store.copy(1 << 20).unwrap(), &order, &Progress::default()).unwrap_err();
    assert!(error.to_string().contains("backup.min_free_bytes"), "{error}");
    let cancelled = Progress::default();
    cancelled.cancelled.store(true, Ordering::Relaxed);
    let error = create(&mut store.copy(1 << 20).unwrap(), &home.order("x.backup"), &cancelled).unwrap_err();
    assert!(matches!(error, BackupError::GivenUp(_)), "{error}");
    assert_eq!(names(home.0.path()), ["store"]);
    std::fs::write(home.at("x.backup"), "mine").unwrap();
    let error = create(&mut store.copy(1 << 20).unwrap(), &home.order("x.backup"), &Progress::default()).unwrap_err();
    assert!(matches!(error, BackupError::Exists(_)), "{error}");
    assert_eq!(std::fs::read(home.at("x.backup")).unwrap(), b"mine");
    let first = store.copy(1 << 20).unwrap();
    let Err(error) = store.copy(1 << 20) else { panic!("two at a time") };
    assert!(error.to_string().contains("another copy"), "{error}");
    drop(first);
    home.back_up(&store, "y.backup");
    store.close().await;
}

#[tokio::test]
async fn a_killed_backup_is_swept_away_and_old_ones_go() {
    let home = Home::new();
    let folder = home.at("backups");
    std::fs::create_dir(&folder).unwrap();
    let day = |n: u64| Moment(NOW.0 + n * 24 * 3_600_000);
    for n in 0..20 {
        std::fs::write(free_name(&folder, day(n), Why::Daily), "x").unwrap();
    }
    std::fs::write(free_name(&folder, day(0), Why::Manual), "x").unwrap();
    std::fs::write(folder.join(".majordomo-x.7.unfinished"), "x").unwrap();
    std::fs::write(folder.join("notes.txt"), "x").unwrap();
    sweep(&folder);
    let gone = prune(&folder, Keep { daily: 7, weekly: 4, monthly: 6, upgrades: 3 }).unwrap();
    assert_eq!(gone.len(), 20 - 7 - 2, "seven days, and two Sundays before them");
    let left = names(&folder);
    assert_eq!(left.len(), 11, "{left:?}");
    assert!(left.contains(&"notes.txt".to_owned()));
    assert_eq!(list(&folder).unwrap()[0].at, day(19));
    assert_eq!(list(&home.at("nowhere")).unwrap(), []);
    let same = free_name(&folder, day(0), Why::Manual);
    assert!(same.to_string_lossy().ends_with("-manual-2.backup"), "{same:?}");
}

/// `cargo test --release --lib what_a_backup_costs -- --ignored --nocapture`
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, asserts nothing"]
async fn what_a_backup_costs_those_who_write_meanwhile() {
    let home = Home::new();
    let store = home.open("store");
    for turn in 0..100_u64 {
        let mut many = crate::store::Batch::default();
        for n in 0..1_000_u64 {
            many.put(
                format!("r{turn:04}/x{n}").into_bytes(),
                format!("{{\"n\":{n},\"text\":\"{:0150}\"}}", n * 7919).into_bytes(),
            );
        }
        store.commit(many).await.unwrap();
    }
    let stop = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicU64::new(0));
    let writers: Vec<_> = (0..16_u64)
        .map(|writer| {
            let (store, stop, done) = (store.clone(), stop.clone(), done.clone());
            tokio::spawn(async move {
                let mut n = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    n += 1;
                    let key = format!("c{writer}/{}", n % 100).into_bytes();
                    put(&store, key, format!("{{\"n\":{n}}}").as_bytes()).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for round in 0..3 {
        let (from, begun) = (done.load(Ordering::Relaxed), crate::clock::tick_ms());
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        let alone = (done.load(Ordering::Relaxed) - from) as f64 / (crate::clock::tick_ms() - begun) as f64;
        let (order, copied) = (home.order(&format!("{round}.backup")), store.clone());
        let (from, begun) = (done.load(Ordering::Relaxed), crate::clock::tick_ms());
        let made = tokio::task::spawn_blocking(move || {
            create(&mut copied.copy(64 << 20).unwrap(), &order, &Progress::default()).unwrap()
        });
        let made = made.await.unwrap();
        let took_ms = crate::clock::tick_ms() - begun;
        let meanwhile = (done.load(Ordering::Relaxed) - from) as f64 / took_ms as f64;
        let (rows, changes) = (made.manifest.row_count(), made.manifest.changes);
        eprintln!(
            "alone {alone:.2} commits/ms, meanwhile {meanwhile:.2}; {rows} rows, {changes} changes, {} bytes, {took_ms} ms",
            made.bytes
        );
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    store.close().await;
}
