//! Thousands of spoiled stores: each opens with every row right, or is refused in words with the data set aside; and
//! of a refused one only true rows are taken over.
//!
//! `STORE_MUTANTS=2000 cargo test --lib store::tests::mutants` for more of them, `STORE_SEED=7` for others.

use super::engines::copy_folder;
use super::{batch, delete, open, put, put_at, rows, settings, shown};
use crate::store::{Handle, OpenError, Store, salvage};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Mutants, when the environment does not say otherwise.
const MUTANTS: u64 = 300;
/// A mutant that takes longer hangs.
const LIMIT: Duration = Duration::from_mins(1);

/// Random numbers that are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

/// A store as it is on the disk at some moment.
struct Original {
    name: &'static str,
    folder: tempfile::TempDir,
    /// The same folder some time before.
    before: tempfile::TempDir,
    rows: Vec<String>,
    /// Every row that there ever was, without its revision.
    ever: HashSet<(Vec<u8>, Vec<u8>)>,
}

/// Groups of rows of all sizes, with changes and deletions.
async fn fill(path: &Path, closed: bool, name: &'static str) -> Original {
    let (folder, before) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(path);
    let mut ever = HashSet::new();
    for turn in 0..24_u64 {
        let length = if turn % 6 == 0 { 50_000 } else { 700 };
        let fill = "x".repeat(length / (usize::try_from(turn % 3).unwrap() + 1));
        let mut ops: Vec<_> =
            (0..9).map(|it| put(&format!("row/{:02}/{it}", turn % 16), &format!("{turn}-{it}-{fill}"))).collect();
        if turn > 8 {
            ops.push(delete(&format!("row/{:02}/3", turn % 8)));
        }
        ops.push(put_at(turn, "turns", &turn.to_string()));
        store.commit(batch(ops)).await.unwrap();
        let now = store.scan(Vec::new(), None, usize::MAX).await.unwrap();
        ever.extend(now.into_iter().map(|(key, record)| (key, record.value)));
        if turn == 15 {
            copy_folder(path, before.path());
        }
    }
    let rows = rows(&store, "").await;
    if closed {
        store.close().await;
        copy_folder(path, folder.path());
    } else {
        copy_folder(path, folder.path());
        store.close().await;
    }
    Original { name, folder, before, rows, ever }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found.retain(|it| it.file_name().is_some_and(|it| it != "lock"));
    found
}

/// Spoils one file in one way; says which and how.
fn mutate(folder: &Path, original: &Original, dice: &mut Dice) -> String {
    let all = files(folder);
    let file = &all[dice.below(all.len())];
    let name = file.strip_prefix(folder).unwrap().to_owned();
    let mut bytes = fs::read(file).unwrap();
    let at = dice.below(bytes.len());
    let length = 1 << dice.below(14);
    let how = dice.below(9);
    match how {
        0 => bytes.truncate(at),
        1 | 2 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
        3 => bytes.iter_mut().skip(at).take(length).for_each(|it| *it = 0),
        4 => bytes.iter_mut().skip(at).take(length).for_each(|it| *it = dice.next().to_le_bytes()[0]),
        5 => bytes.extend((0..length).map(|it| u8::try_from(it % 251).unwrap())),
        6 => {
            let to = dice.below(bytes.len());
            let part: Vec<u8> = bytes.iter().skip(at).take(length).copied().collect();
            part.iter().zip(bytes.iter_mut().skip(to)).for_each(|(from, to)| *to = *from);
        }
        7 => match fs::read(original.before.path().join(&name)) {
            Ok(older) => bytes = older,
            Err(_) => bytes.clear(),
        },
        _ => {
            fs::remove_file(file).unwrap();
            return format!("{} {}: removed", original.name, name.display());
        }
    }
    fs::write(file, bytes).unwrap();
    format!("{} {}: way {how} at {at}, {length}", original.name, name.display())
}

/// What became of a mutant.
async fn judge(path: &Path, original: &Original, what: &str) -> &'static str {
    let moved = match Handle::open(&settings(path)) {
        Ok(store) => {
            assert!(rows(&store, "").await == original.rows, "{what}: it opened, so it must be right");
            store.commit(batch([put("new", "1")])).await.unwrap_or_else(|it| panic!("{what}: {it}"));
            store.close().await;
            let store = Handle::open(&settings(path)).unwrap_or_else(|it| panic!("{what}, again: {it}"));
            assert_eq!(rows(&store, "").await.len(), original.rows.len() + 1, "{what}, again");
            store.close().await;
            return "right";
        }
        Err(OpenError::Damaged { moved, why, .. }) => {
            assert!(!why.is_empty() && !path.join("sled").exists(), "{what}");
            moved
        }
        Err(OpenError::Missing { .. }) => return "missing",
        Err(error) => panic!("{what}: {error}"),
    };
    assert!(matches!(Handle::open(&settings(path)), Err(OpenError::Missing { .. })), "{what}: no silent beginning");
    let before = fingerprint(&moved);
    let done = salvage(&settings(path), &moved).unwrap_or_else(|it| panic!("{what}: salvage: {it}"));
    assert_eq!(fingerprint(&moved), before, "{what}: the damaged data is only read");
    let store = Handle::open(&settings(path)).unwrap_or_else(|it| panic!("{what}, after salvage: {it}"));
    let mut kept = 0;
    for row in store.scan(Vec::new(), None, usize::MAX).await.unwrap() {
        if row.0 != crate::store::keys::meta("boot") {
            kept += 1;
            let text = shown(&row);
            assert!(original.ever.contains(&(row.0, row.1.value)), "{what}: a row that never was: {text:.60}");
        }
    }
    assert_eq!(kept + 1, done.rows, "{what}: {done:?}");
    store.close().await;
    if kept == 0 {
        eprintln!("nothing left: {what}: {done:?}");
    }
    let whole = kept * 10 >= original.rows.len() * 9;
    if kept == 0 {
        "lost"
    } else if whole {
        "salvaged by nine tenths"
    } else {
        "salvaged"
    }
}

fn fingerprint(folder: &Path) -> Vec<(PathBuf, u32)> {
    files(folder).into_iter().map(|it| (it.clone(), crc32fast::hash(&fs::read(it).unwrap()))).collect()
}

#[expect(clippy::disallowed_methods, reason = "how many is for whoever runs the tests to say")]
fn told(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |it| it.parse().expect("a number"))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn every_mutant_is_right_or_refused_in_words_and_salvage_takes_over_true_rows_only() {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let originals = runtime().block_on(async {
        [fill(homes[0].path(), true, "closed").await, fill(homes[1].path(), false, "running").await]
    });
    let originals = Arc::new(originals);
    let (mutants, seed) = (told("STORE_MUTANTS", MUTANTS), told("STORE_SEED", 1));
    let mut seen = BTreeMap::<String, u32>::new();
    for number in 0..mutants {
        let (tell, told) = mpsc::channel();
        let originals = Arc::clone(&originals);
        std::thread::spawn(move || {
            let mut dice = Dice(seed << 32 | number);
            let original = &originals[dice.below(2)];
            let home = tempfile::tempdir().unwrap();
            copy_folder(original.folder.path(), home.path());
            let what = format!("STORE_SEED={seed} mutant {number}: {}", mutate(home.path(), original, &mut dice));
            let became = runtime().block_on(judge(home.path(), original, &what));
            let _ = tell.send((what, became));
        });
        match told.recv_timeout(LIMIT) {
            Ok((what, became)) => {
                let file = what.split_once(": ").and_then(|(_, it)| it.split_once(": ")).map_or("", |it| it.0);
                let file = file.split_once(' ').map_or(file, |it| it.1).split(['.', '/']).take(2).collect::<Vec<_>>();
                *seen.entry(format!("{} {became}", file.join("/"))).or_default() += 1;
            }
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("STORE_SEED={seed} mutant {number} hangs"),
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("STORE_SEED={seed} mutant {number}: see above"),
        }
    }
    eprintln!("{mutants} mutants: {seen:#?}");
    for became in ["right", "salvaged"] {
        assert!(seen.keys().any(|it| it.ends_with(became)), "none is {became}: {seen:?}");
    }
}
