//! Opening: whatever is found on the disk, the store is right or refuses in words.

use super::engines::copy_folder;
use super::{batch, open, put, put_at, rows, settings};
use crate::store::engine::{Engine, Write};
use crate::store::own::Ledger;
use crate::store::sled_engine::Sled;
use crate::store::{Handle, OpenError, Store, frame, loose_modes};
use std::fs;
use std::path::{Path, PathBuf};

/// A closed store with rows worth a few segments, and what is in it.
async fn filled(path: &Path) -> Vec<String> {
    let store = open(path);
    for turn in 0..30_u64 {
        let ops =
            (0..20).map(|it| put(&format!("row/{turn:02}/{it:02}"), &format!("{turn}-{it}-{}", "x".repeat(2000))));
        store.commit(batch(ops.chain([put_at(turn, "turns", "v")]))).await.unwrap();
    }
    let rows = rows(&store, "").await;
    store.close().await;
    rows
}

fn refusal(path: &Path) -> OpenError {
    match Handle::open(&settings(path)) {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

/// Sled itself, below our engine. Its threads may hold the file for a moment after the store was closed.
#[expect(clippy::disallowed_methods, reason = "a test with nothing else on its thread")]
pub(super) fn raw(folder: &Path) -> Sled {
    for _ in 0..200 {
        match Sled::open(&folder.join("sled"), 1 << 20) {
            Ok(engine) => return engine,
            Err(error) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("sled holds its file for 10 s after it was closed");
}

#[tokio::test]
async fn what_was_acknowledged_is_in_a_copy_taken_without_closing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for turn in 0..25_u64 {
        let value = "x".repeat(usize::try_from(turn).unwrap() * 500);
        store.commit(batch([put_at(turn, "turns", "v"), put(&format!("row/{turn:02}"), &value)])).await.unwrap();
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        let copied = open(copy.path());
        assert_eq!(rows(&copied, "").await, rows(&store, "").await, "turn {turn}");
        copied.close().await;
    }
}

#[tokio::test]
async fn unfinished_snapshots_of_a_killed_start_are_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let expected = filled(folder.path()).await;
    for name in ["snap.0000000000000000.generating", "snap.FFFFFFFFFFFFFFFF.generating"] {
        fs::write(folder.path().join("sled").join(name), "half").unwrap();
    }
    let store = open(folder.path());
    assert_eq!(rows(&store, "").await, expected);
}

/// Ways to spoil a file.
#[derive(Clone, Copy, Debug)]
enum Spoil {
    Truncate(u64),
    Flip(u64),
    Zero(u64, usize),
    Garbage(usize),
    Empty,
    Remove,
}

fn spoil(path: &Path, how: Spoil) {
    let mut bytes = fs::read(path).unwrap();
    let at = |permille: u64, length: usize| usize::try_from(permille * u64::try_from(length).unwrap() / 1000).unwrap();
    match how {
        Spoil::Truncate(permille) => bytes.truncate(at(permille, bytes.len())),
        Spoil::Flip(permille) => {
            let place = at(permille, bytes.len() - 1);
            bytes[place] ^= 0x10;
        }
        Spoil::Zero(permille, length) => {
            let place = at(permille, bytes.len());
            bytes.iter_mut().skip(place).take(length).for_each(|it| *it = 0);
        }
        Spoil::Garbage(length) => bytes = (0..length).map(|it| u8::try_from(it * 7 % 251).unwrap()).collect(),
        Spoil::Empty => bytes.clear(),
        Spoil::Remove => return fs::remove_file(path).unwrap(),
    }
    fs::write(path, bytes).unwrap();
}

/// What became of a spoiled store: every row as it was, or a refusal that left the data aside.
async fn outcome(path: &Path, expected: &[String], what: &str) -> &'static str {
    match Handle::open(&settings(path)) {
        Ok(store) => {
            assert!(rows(&store, "").await == expected, "{what}: opened, so it must be right");
            store.close().await;
            "right"
        }
        Err(OpenError::Damaged { moved, .. }) => {
            assert!(moved.join("sled").is_dir(), "{what}");
            assert!(!path.join("sled").exists(), "{what}");
            assert!(path.join("secret").exists(), "{what}");
            assert!(matches!(refusal(path), OpenError::Missing { .. }), "{what}: no silent new beginning");
            "refused"
        }
        Err(error) => panic!("{what}: {error}"),
    }
}

#[tokio::test]
async fn a_spoiled_file_is_survived_or_refused_and_never_a_wrong_answer() {
    let original = tempfile::tempdir().unwrap();
    fs::write(original.path().join("secret"), "s").unwrap();
    let expected = filled(original.path()).await;
    let files: Vec<PathBuf> =
        fs::read_dir(original.path().join("sled")).unwrap().map(|it| it.unwrap().path()).collect();
    let files: Vec<_> = files.into_iter().filter(|it| it.is_file()).collect();
    assert!(files.len() >= 2, "{files:?}");
    let mut ways = vec![Spoil::Empty, Spoil::Remove, Spoil::Garbage(10), Spoil::Garbage(70), Spoil::Garbage(1_200_000)];
    ways.extend([0, 1, 250, 500, 900, 990, 999].map(Spoil::Truncate));
    ways.extend((0..40).map(|it| Spoil::Flip(it * 25)));
    ways.extend([0, 100, 400, 700, 950].map(|it| Spoil::Zero(it, 5000)));
    let mut seen = std::collections::BTreeMap::<_, u32>::new();
    for file in &files {
        for way in &ways {
            let home = tempfile::tempdir().unwrap();
            copy_folder(original.path(), home.path());
            let what = format!("{:?} {way:?}", file.file_name().unwrap());
            spoil(&home.path().join("sled").join(file.file_name().unwrap()), *way);
            *seen.entry(outcome(home.path(), &expected, &what).await).or_default() += 1;
        }
    }
    assert!(seen["refused"] > 20, "{seen:?}");
}

#[tokio::test]
async fn a_log_that_lost_its_end_is_noticed() {
    let original = tempfile::tempdir().unwrap();
    let store = open(original.path());
    let early = tempfile::tempdir().unwrap();
    store.commit(batch([put("a", "1")])).await.unwrap();
    copy_folder(&original.path().join("sled"), early.path());
    store.commit(batch([put("b", "1")])).await.unwrap();
    store.close().await;
    fs::remove_dir_all(original.path().join("sled")).unwrap();
    copy_folder(early.path(), &original.path().join("sled"));
    let words = refusal(original.path()).to_string();
    assert!(words.contains("group 1") && words.contains("group 2"), "{words}");
}

#[tokio::test]
async fn a_flipped_bit_below_the_engine_is_noticed_on_read_and_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path()).await;
    let engine = raw(folder.path());
    let mut bytes = frame::pack(b"row/flip", 1, b"{\"a\":1}");
    *bytes.last_mut().unwrap() ^= 1;
    engine.apply(vec![Write { key: b"row/flip".to_vec(), value: Some(bytes), fresh: false }]).unwrap();
    engine.sync().unwrap();
    drop(engine);
    let words = refusal(folder.path()).to_string();
    assert!(words.contains("checksum"), "{words}");
}

#[tokio::test]
async fn records_of_a_later_version_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let expected = filled(folder.path()).await;
    let engine = raw(folder.path());
    let later = frame::pack_as(9, b"later", 1, b"{}");
    let ledger = Ledger::read(&engine).unwrap().unwrap();
    let mut with_it = ledger;
    with_it.change(b"later", None, Some(&later));
    engine.apply(vec![Write { key: b"later".to_vec(), value: Some(later), fresh: false }, with_it.write()]).unwrap();
    engine.sync().unwrap();
    drop(engine);
    assert!(matches!(refusal(folder.path()), OpenError::Newer { format: 9, .. }));
    let engine = raw(folder.path());
    engine.apply(vec![Write { key: b"later".to_vec(), value: None, fresh: false }, ledger.write()]).unwrap();
    engine.sync().unwrap();
    drop(engine);
    assert_eq!(rows(&open(folder.path()), "").await, expected);
}

#[tokio::test]
async fn the_folder_is_private_and_taken_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let store = open(&path);
    assert_eq!(loose_modes(&path), [] as [PathBuf; 0]);
    let words = refusal(&path).to_string();
    assert!(words.contains(&format!("process {}", std::process::id())), "{words}");
    store.close().await;
    open(&path).close().await;
}

#[tokio::test]
async fn a_store_serves_one_bot_unless_it_is_adopted() {
    let folder = tempfile::tempdir().unwrap();
    for (id, adopt, taken) in
        [(7, false, true), (7, false, true), (8, false, false), (8, true, true), (7, false, false)]
    {
        let store = open(folder.path());
        let claimed = store.claim_bot(id, adopt).await;
        assert_eq!(claimed.is_ok(), taken, "{id} {adopt}: {claimed:?}");
        if !taken {
            assert!(matches!(claimed, Err(OpenError::OtherBot { .. })), "{claimed:?}");
        }
        store.close().await;
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let words = refusal(&folder.path().join("file/below")).to_string();
    assert!(words.contains("file/below"), "{words}");
}
