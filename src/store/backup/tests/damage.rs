//! Whatever happens to the file, it is found and said where; nothing is restored of it unless that is asked for.

use super::*;
use crate::store::Batch;
use proptest::prelude::*;
use std::fs;

/// A backup of several parts, rather short.
fn small() -> (Home, PathBuf) {
    let home = Home::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let path = runtime.block_on(async {
        let store = home.open("store");
        put(&store, keys::meta("boot"), b"3").await;
        for n in 0..5_u8 {
            put(&store, vec![b'c', n], b"{\"a\":1}").await;
        }
        let made = home.back_up(&store, "small.backup");
        store.close().await;
        made.path
    });
    (home, path)
}

/// A backup of many parts.
fn large() -> (Home, PathBuf) {
    let home = Home::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let path = runtime.block_on(async {
        let store = home.open("store");
        for turn in 0..4_u64 {
            let mut ops = Batch::default();
            for n in 0..500_u64 {
                let noise: Vec<u8> = (0..16).flat_map(|it| (n * 7919 + it * 31 + turn).to_le_bytes()).collect();
                let text = format!("\"{}\"", data_encoding::BASE64.encode(&noise).repeat(4));
                ops.put(format!("c{turn}{n:05}").into_bytes(), text.into_bytes());
            }
            store.commit(ops).await.unwrap();
        }
        let made = home.back_up(&store, "large.backup");
        store.close().await;
        made.path
    });
    (home, path)
}

fn is_found(path: &Path) -> bool {
    verify(path).map_or(true, |it| !it.damage.is_empty())
}

#[test]
fn every_flipped_byte_and_every_cut_is_found() {
    let (home, path) = small();
    let whole = fs::read(&path).unwrap();
    assert!(!is_found(&path), "it is whole at first");
    let spoiled = home.at("spoiled");
    for at in 0..whole.len() {
        for flip in [1_u8, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            fs::write(&spoiled, &bytes).unwrap();
            assert!(is_found(&spoiled), "byte {at} of {} flipped by {flip:#x}", whole.len());
        }
        fs::write(&spoiled, &whole[..at]).unwrap();
        assert!(is_found(&spoiled), "cut at {at} of {}", whole.len());
    }
    fs::write(&spoiled, [&whole[..], b"x"].concat()).unwrap();
    assert!(is_found(&spoiled), "a byte too many");
}

#[test]
fn damage_in_a_long_one_is_found_told_by_place_and_never_restored() {
    let (home, path) = large();
    let whole = fs::read(&path).unwrap();
    let verdict = verify(&path).unwrap();
    assert!(verdict.damage.is_empty() && verdict.parts > 4, "{verdict:?}");
    let spoiled = home.at("spoiled");
    let run = |flips: &[(usize, u8)]| {
        let mut bytes = whole.clone();
        for (at, flip) in flips {
            bytes[at % whole.len()] ^= flip;
        }
        fs::write(&spoiled, &bytes).unwrap();
        bytes != whole
    };
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
    let flips = proptest::collection::vec((any::<usize>(), 1..=u8::MAX), 1..3);
    runner
        .run(&flips, |flips| {
            let differs = run(&flips);
            prop_assert_eq!(is_found(&spoiled), differs);
            Ok(())
        })
        .unwrap();
    let third = verdict.manifest.unwrap().parts[2];
    let at = usize::try_from(third.at).unwrap() + 40;
    assert!(run(&[(at, 0x10)]));
    let told = verify(&spoiled).unwrap();
    assert_eq!(told.damage[0].at, third.at, "{told:?}");
    assert!(told.damage[0].what.starts_with("part 2 (rows)"), "{told:?}");
    assert_eq!(told.parts, verdict.parts - 1, "the others are whole");
    let refused = home.restore(&spoiled, "new").unwrap_err().to_string();
    assert!(refused.contains(&format!("at byte {}", third.at)) && refused.contains("--salvage"), "{refused}");
    assert!(!home.at("new/sled").exists());
}

#[test]
fn what_is_whole_of_a_damaged_one_can_be_saved() {
    let (home, path) = large();
    let mut bytes = fs::read(&path).unwrap();
    let parts = verify(&path).unwrap().manifest.unwrap().parts;
    // A header and what follows another one.
    bytes[usize::try_from(parts[1].at).unwrap() + 5] ^= 1;
    bytes[usize::try_from(parts[3].at).unwrap() + 60] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let saved = restore(&home.settings("new"), &path, &RestoreWays { salvage: true, ..ways() }).unwrap();
    assert_eq!(saved.damage.len(), 3, "{:?}", saved.damage);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rows = runtime.block_on(home.rows("new"));
    assert_eq!(rows.len() as u64, saved.rows);
    assert!(rows.len() > 500 && rows.len() < 2_000, "{}", rows.len());
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let saved = restore(&home.settings("half"), &path, &RestoreWays { salvage: true, ..ways() }).unwrap();
    assert!(saved.rows > 0 && saved.manifest.is_none(), "cut in half");
}

#[test]
fn what_cannot_be_restored_is_refused_in_words_and_nothing_is_touched() {
    let (home, path) = small();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let said = |path: &Path, name: &str| home.restore(path, name).unwrap_err().to_string();
    let before = runtime.block_on(home.rows("store"));
    assert!(said(&path, "store").contains("is not empty"), "{}", said(&path, "store"));
    assert_eq!(runtime.block_on(home.rows("store")), before);
    fs::write(home.at("other"), "hello, I am no backup at all, but long enough to be read").unwrap();
    assert!(said(&home.at("other"), "new").contains("is no backup of majordomo"));
    assert!(said(&home.at("none"), "new").contains("cannot read"));
    fs::write(home.at("empty"), "").unwrap();
    assert!(said(&home.at("empty"), "new").contains("is no backup"));
    let mut newer = fs::read(&path).unwrap();
    newer[16] = 9;
    let sum = crc32fast::hash(&newer[..20]).to_le_bytes();
    newer[20..24].copy_from_slice(&sum);
    fs::write(home.at("newer"), newer).unwrap();
    assert!(said(&home.at("newer"), "new").contains("by a later version (format 9"));
    let held = runtime.block_on(async { home.open("held") });
    assert!(said(&path, "held").contains("in use by process"));
    runtime.block_on(held.close());
    assert!(!home.at("new/sled").exists() && !home.at("new/restoring").exists());
}

#[test]
fn a_restore_goes_over_the_rest_of_a_killed_one_and_beside_a_mark_without_data() {
    let (home, path) = small();
    fs::create_dir_all(home.at("new/restoring")).unwrap();
    fs::write(home.at("new/restoring/db"), "half").unwrap();
    fs::write(home.at("new/inhand"), "x").unwrap();
    // What is left when damaged data was moved aside: the mark says that there was more than the backup has.
    fs::copy(home.at("store/mark"), home.at("new/mark")).unwrap();
    crate::store::mark::Mark::open(&home.at("new/mark")).unwrap().write(1_000_000).unwrap();
    home.restore(&path, "new").unwrap();
    assert_eq!(names(&home.at("new")), ["callback.key", "lock", "mark", "sled", "version"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rows = runtime.block_on(home.rows("new"));
    assert_eq!(rows.len(), 6);
    assert_eq!(rows.last().unwrap().1, b"1003", "boots go on far ahead");
}
