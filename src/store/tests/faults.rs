//! Disks that run full or fail: nothing acknowledged is lost, nothing refused is there.

use super::{batch, eventually, put, put_at, rows, settings};
use crate::store::engine::{Engine, EngineError, Pair, Sizes, Write};
use crate::store::memory::Memory;
use crate::store::opener::{Opener, take_stock};
use crate::store::own::Ledger;
use crate::store::writer::Tuning;
use crate::store::{Handle, Health, Store, StoreError};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// What an operation on the disk does instead of working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// No room; nothing of it is on the disk.
    Full,
    /// No room, says the disk, but all of it is there.
    FullButWritten,
    /// The disk fails.
    Broken,
}

/// A disk with faults at chosen operations, counted over all engines that are opened on it.
#[derive(Default)]
struct Disk {
    kept: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    faults: Mutex<BTreeMap<u64, Fault>>,
    operations: AtomicU64,
    free_bytes: AtomicU64,
    acknowledged: AtomicU64,
    opened: AtomicU64,
}

/// An engine on such a disk. After a fault it answers nothing else, as sled does.
struct Faulty {
    disk: Arc<Disk>,
    view: Memory,
    dead: AtomicBool,
}

impl Faulty {
    fn fault(&self, written: &[Pair]) -> Result<(), EngineError> {
        if self.dead.load(Ordering::SeqCst) {
            return Err(EngineError::Full("still broken".into()));
        }
        let number = self.disk.operations.fetch_add(1, Ordering::SeqCst);
        let Some(fault) = self.disk.faults.lock().unwrap().remove(&number) else { return Ok(()) };
        self.dead.store(true, Ordering::SeqCst);
        match fault {
            Fault::Full => Err(EngineError::Full("no space left".into())),
            Fault::FullButWritten => {
                *self.disk.kept.lock().unwrap() = written.iter().cloned().collect();
                Err(EngineError::Full("no space left".into()))
            }
            Fault::Broken => Err(EngineError::Broken("input/output error".into())),
        }
    }

    fn all(&self) -> Vec<Pair> {
        self.view.scan(b"", None, usize::MAX).unwrap()
    }
}

impl Engine for Faulty {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.view.get(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, EngineError> {
        self.view.scan(prefix, after, limit)
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<Pair>, EngineError> {
        self.view.last(prefix)
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        self.view.apply(writes)?;
        self.fault(&self.all())
    }

    fn sync(&self) -> Result<(), EngineError> {
        let all = self.all();
        self.fault(&all)?;
        *self.disk.kept.lock().unwrap() = all.into_iter().collect();
        Ok(())
    }

    fn sizes(&self) -> Sizes {
        self.view.sizes()
    }
}

struct FaultyOpener(Arc<Disk>);

impl Opener for FaultyOpener {
    fn open(&mut self) -> Result<Box<dyn Engine>, EngineError> {
        self.0.opened.fetch_add(1, Ordering::SeqCst);
        let view = Memory::default();
        let kept = self.0.kept.lock().unwrap().clone();
        let writes: Vec<_> =
            kept.into_iter().map(|(key, value)| Write { key, value: Some(value), fresh: false }).collect();
        view.apply(writes)?;
        Ok(Box::new(Faulty { disk: Arc::clone(&self.0), view, dead: AtomicBool::new(false) }))
    }

    fn free_bytes(&self) -> Option<u64> {
        Some(self.0.free_bytes.load(Ordering::SeqCst))
    }

    fn has_room(&self) -> bool {
        true
    }

    fn acknowledged(&self, group: u64) -> Result<(), EngineError> {
        self.0.acknowledged.store(group, Ordering::SeqCst);
        Ok(())
    }
}

const RESERVE: u64 = 1000;

fn on(faults: &[(u64, Fault)]) -> (Handle, Arc<Disk>) {
    let disk = Arc::new(Disk::default());
    disk.faults.lock().unwrap().extend(faults.iter().copied());
    disk.free_bytes.store(u64::MAX, Ordering::SeqCst);
    let mut opener = FaultyOpener(Arc::clone(&disk));
    let engine = opener.open().unwrap();
    let tuning = Tuning { reserve_bytes: RESERVE, probe_ms: 2, look_ms: 0, ..Tuning::default() };
    let handle = Handle::start(&settings(Path::new("")), tuning, engine, Box::new(opener)).unwrap();
    (handle, disk)
}

/// Commits a batch again and again until the disk has room; any other refusal fails the test.
async fn insist(store: &Handle, ops: &[crate::store::Op]) -> u32 {
    let mut refusals = 0;
    loop {
        match store.commit(batch(ops.to_vec())).await {
            Ok(()) => return refusals,
            Err(error) => assert_eq!(error, StoreError::Full, "a refused batch must not have been written"),
        }
        refusals += 1;
        store.health().wait_for(|it| *it == Health::Ok).await.unwrap();
    }
}

/// Ten dependent batches, with a lazy one beside each, over a disk with these faults.
async fn ten_steps(faults: &[(u64, Fault)]) -> u32 {
    let (store, disk) = on(faults);
    let mut refusals = 0;
    for step in 0..10_u64 {
        store.later(batch([put(&format!("lazy/{step}"), "v")]));
        refusals +=
            insist(&store, &[put_at(step, "chain", &step.to_string()), put_at(0, &format!("row/{step}"), "v")]).await;
    }
    store.close().await;
    let store = again(&disk);
    assert_eq!(rows(&store, "chain").await, ["chain=9@10"], "{faults:?}");
    assert_eq!(rows(&store, "row/").await.len(), 10, "{faults:?}");
    assert_eq!(rows(&store, "lazy/").await.len(), 10, "{faults:?}: lazy batches are kept, too");
    refusals
}

/// What another process would find on the disk.
fn again(disk: &Arc<Disk>) -> Handle {
    disk.faults.lock().unwrap().clear();
    let mut opener = FaultyOpener(Arc::clone(disk));
    let engine = opener.open().unwrap();
    let ledger = Ledger::read(engine.as_ref()).unwrap().unwrap_or_default();
    assert_eq!(take_stock(engine.as_ref()).unwrap().sum, ledger.sum, "the store's books are right");
    let tuning = Tuning { probe_ms: 2, look_ms: 0, ..Tuning::default() };
    Handle::start(&settings(Path::new("")), tuning, engine, Box::new(opener)).unwrap()
}

#[tokio::test]
async fn a_disk_that_is_full_at_any_moment_loses_nothing_and_keeps_nothing_refused() {
    let kinds = [Fault::Full, Fault::FullButWritten];
    let mut refusals = 0;
    for at in 0..20 {
        for first in kinds {
            refusals += ten_steps(&[(at, first)]).await;
            for second in kinds {
                for gap in 1..4 {
                    refusals += ten_steps(&[(at, first), (at + gap, second)]).await;
                }
            }
        }
    }
    assert!(refusals > 400, "the faults were meant to be met: {refusals}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_committers_survive_a_full_disk() {
    for at in [0, 1, 4, 5, 8, 9] {
        let (store, disk) = on(&[(at, Fault::FullButWritten), (at + 3, Fault::Full), (at + 5, Fault::FullButWritten)]);
        let tasks: Vec<_> = (0..16)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    for step in 0..4 {
                        insist(
                            &store,
                            &[put_at(0, &format!("{number}/{step}"), "v"), put_at(step, &format!("{number}"), "v")],
                        )
                        .await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        store.close().await;
        let found = rows(&again(&disk), "").await;
        assert_eq!(found.len(), 16 * 5, "fault at {at}");
        assert_eq!(found.iter().filter(|it| it.ends_with("@4")).count(), 16, "fault at {at}");
    }
}

#[tokio::test]
async fn while_the_disk_is_full_commits_are_refused_and_the_engine_is_gone() {
    let (store, disk) = on(&[(2, Fault::Full)]);
    store.commit(batch([put("a", "1")])).await.unwrap();
    let mut health = store.health();
    assert_eq!(*health.borrow_and_update(), Health::Ok);
    disk.free_bytes.store(RESERVE, Ordering::SeqCst);
    assert_eq!(store.commit(batch([put("b", "1")])).await, Err(StoreError::Full));
    assert_eq!(store.commit(batch([put("c", "1")])).await, Err(StoreError::Full));
    assert_eq!(store.get("a".into()).await, Err(StoreError::Full));
    let status = store.status();
    assert!(status.full && !status.writable, "{status:?}");
    assert_eq!(disk.opened.load(Ordering::SeqCst), 1, "not opened again without room");
    disk.free_bytes.store(RESERVE * 2, Ordering::SeqCst);
    health.wait_for(|it| *it == Health::Ok).await.unwrap();
    assert_eq!(rows(&store, "").await, ["a=1@1"]);
    store.commit(batch([put("b", "1")])).await.unwrap();
}

#[tokio::test]
async fn below_the_reserve_nothing_is_written_but_reading_goes_on() {
    let (store, disk) = on(&[]);
    store.commit(batch([put("a", "1")])).await.unwrap();
    disk.free_bytes.store(RESERVE - 1, Ordering::SeqCst);
    eventually("the store notices", async || store.commit(batch([put("b", "1")])).await == Err(StoreError::Full)).await;
    disk.free_bytes.store(RESERVE, Ordering::SeqCst);
    assert_eq!(store.commit(batch([put("c", "1")])).await, Err(StoreError::Full), "a little more is not enough");
    assert_eq!(rows(&store, "a").await, ["a=1@1"]);
    store.later(batch([put("lazy", "1")]));
    disk.free_bytes.store(RESERVE * 2, Ordering::SeqCst);
    store.health().wait_for(|it| *it == Health::Ok).await.unwrap();
    eventually("the lazy batch is written", async || store.get("lazy".into()).await.unwrap().is_some()).await;
    assert_eq!(rows(&store, "c").await.len(), 0);
}

#[tokio::test]
async fn a_failing_disk_is_fatal_and_nothing_is_written_any_more() {
    for at in 0..6 {
        let (store, disk) = on(&[(at, Fault::Broken)]);
        let words = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&words);
        store.on_fatal(move |reason| heard.lock().unwrap().push(reason));
        let mut written = 0;
        let refusal = loop {
            match store.commit(batch([put(&format!("row/{written}"), "v")])).await {
                Ok(()) => written += 1,
                Err(refusal) => break refusal,
            }
        };
        assert_eq!(refusal, StoreError::Failed("input/output error".into()));
        assert_eq!(*words.lock().unwrap(), ["input/output error"], "fault at {at}");
        let late = Arc::clone(&words);
        store.on_fatal(move |reason| late.lock().unwrap().push(reason));
        assert_eq!(words.lock().unwrap().len(), 2, "who asks later is told as well");
        let kept = disk.kept.lock().unwrap().clone();
        assert_eq!(store.commit(batch([put("more", "v")])).await, Err(refusal.clone()));
        assert_eq!(store.get("row/0".into()).await, Err(refusal));
        store.close().await;
        assert_eq!(*disk.kept.lock().unwrap(), kept);
        assert_eq!(rows(&again(&disk), "row/").await.len(), written, "acknowledged before fault {at}");
    }
}

/// A file system of a few megabytes; unmounted at the end.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|it| it.status.success());
        mounted.then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[tokio::test]
async fn sled_on_a_disk_that_is_really_full_comes_back() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: this user may not mount a small disk");
        return;
    };
    let store = super::open(&disk.0.path().join("store"));
    let value = "x".repeat(8_000);
    for round in 0..3 {
        let mut written = 0;
        let refusal = loop {
            match store.commit(batch([put_at(0, &format!("{round}/{written:04}"), &value)])).await {
                Ok(()) => written += 1,
                Err(refusal) => break refusal,
            }
            let filler = disk.0.path().join(format!("filler{written}"));
            let _ = std::fs::write(filler, vec![0; 50_000]);
            assert!(written < 1000, "the disk was meant to run full");
        };
        assert_eq!(refusal, StoreError::Full, "round {round}");
        for filler in 0..=written {
            let _ = std::fs::remove_file(disk.0.path().join(format!("filler{filler}")));
        }
        store.health().wait_for(|it| *it == Health::Ok).await.unwrap();
        assert_eq!(rows(&store, &format!("{round}/")).await.len(), written, "round {round}");
        let keys: Vec<_> = store.scan(vec![], None, usize::MAX).await.unwrap().into_iter().map(|it| it.0).collect();
        for chunk in keys.chunks(8) {
            let ops = chunk.iter().map(|it| crate::store::Op::Delete { key: it.clone() });
            store.commit(batch(ops)).await.unwrap();
        }
    }
}

/// Where [`fills_a_disk_with_large_pages`] works.
const SMALL_DISK: &str = "STORE_ON_A_SMALL_DISK";

/// sled can wait for ever in there, holding a lock that all stores of a process share: it gets a process of its own.
#[test]
#[ignore = "only for the test below"]
#[expect(clippy::disallowed_methods, reason = "a process of its own, told by its environment where to work")]
fn fills_a_disk_with_large_pages() {
    let path = std::env::var_os(SMALL_DISK).expect("it is started by the test below");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (written, refusal) = runtime.block_on(async {
        let store = super::open(Path::new(&path));
        let value = "x".repeat(60_000);
        for written in 0..1000 {
            if let Err(refusal) = store.commit(batch([put_at(0, &format!("row/{written:04}"), &value)])).await {
                return (written, refusal);
            }
        }
        panic!("the disk was meant to run full");
    });
    assert!(matches!(refusal, StoreError::Full | StoreError::Failed(_)), "{refusal:?}");
    println!("written={written};");
    std::process::exit(0);
}

#[tokio::test]
async fn large_pages_on_a_full_disk_end_the_process_at_worst_and_lose_nothing() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: this user may not mount a small disk");
        return;
    };
    let path = disk.0.path().join("store");
    let mut alone = Command::new(std::env::current_exe().unwrap());
    let alone = alone.args(["--ignored", "--exact", "--nocapture"]).env(SMALL_DISK, &path);
    let done = alone.arg("store::tests::faults::fills_a_disk_with_large_pages").output().unwrap();
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let written = out.split_once("written=").and_then(|(_, rest)| rest.split_once(';')?.0.parse::<usize>().ok());
    let written = written.unwrap_or_else(|| panic!("{out}\n{}", String::from_utf8_lossy(&done.stderr)));
    assert!(written > 0, "{out}");
    let elsewhere = tempfile::tempdir().unwrap();
    super::engines::copy_folder(&path, elsewhere.path());
    let copy = super::open(elsewhere.path());
    let found = rows(&copy, "row/").await;
    assert!(found.len() == written || found.len() == written + 1, "{} of {written}", found.len());
}
