//! Both engines do what the trait says.

use crate::store::engine::{Engine, Write};
use crate::store::fronted::Fronted;
use crate::store::memory::Memory;
use crate::store::sled_engine::Sled;
use std::path::Path;

fn each(check: impl Fn(&str, &dyn Engine)) {
    check("memory", &Memory::default());
    let folder = tempfile::tempdir().unwrap();
    check("sled", &Sled::open(&folder.path().join("alone"), 1 << 20).unwrap());
    let sled = Sled::open(&folder.path().join("fronted"), 1 << 20).unwrap();
    check("journal and sled", &Fronted::open(sled, &folder.path().join("fronted"), 0).unwrap());
}

fn write(key: &[u8], value: Option<&[u8]>) -> Write {
    Write { key: key.to_vec(), value: value.map(<[u8]>::to_vec), fresh: false }
}

fn fill(engine: &dyn Engine, keys: &[&[u8]]) {
    let writes: Vec<_> = keys.iter().map(|it| write(it, Some(it))).collect();
    engine.apply(writes).unwrap();
}

#[test]
fn scans_are_ordered_and_keep_to_prefix_start_and_limit() {
    each(|name, engine| {
        fill(engine, &[b"b", b"a", b"ab", b"aa", b"ac", &[b'a', 0xff], &[b'a', 0xff, 0xff], &[0xff], &[0xff, 1]]);
        let scan = |prefix: &[u8], after: Option<&[u8]>, limit| {
            let rows = engine.scan(prefix, after, limit).unwrap();
            rows.into_iter().map(|it| it.0).collect::<Vec<_>>()
        };
        let all: [&[u8]; 6] = [b"a", b"aa", b"ab", b"ac", &[b'a', 0xff], &[b'a', 0xff, 0xff]];
        assert_eq!(scan(b"a", None, 9), all, "{name}");
        assert_eq!(scan(b"a", Some(b"ab"), 9), all[3..], "{name}");
        assert_eq!(scan(b"a", Some(b"abc"), 9), all[3..], "{name}: after a key that is not there");
        assert_eq!(scan(b"a", Some(b"Z"), 2), all[..2], "{name}: after something before the prefix");
        assert_eq!(scan(b"a", Some(b"b"), 9), [] as [&[u8]; 0], "{name}: after something behind the prefix");
        assert_eq!(scan(b"a", None, 0), [] as [&[u8]; 0], "{name}");
        assert_eq!(scan(&[0xff], None, 9), [vec![0xff], vec![0xff, 1]], "{name}");
        assert_eq!(scan(b"", None, 99).len(), 9, "{name}");
    });
}

#[test]
fn the_last_row_of_a_prefix_is_found() {
    each(|name, engine| {
        assert_eq!(engine.last(b"").unwrap(), None, "{name}");
        fill(engine, &[b"a", b"b", b"b1", b"b2", b"c", &[0xff, 0xff], &[0xff, 0xff, 3]]);
        let last = |prefix: &[u8]| engine.last(prefix).unwrap().map(|it| it.0);
        assert_eq!(last(b"b").as_deref(), Some(&b"b2"[..]), "{name}");
        assert_eq!(last(b"b1").as_deref(), Some(&b"b1"[..]), "{name}");
        assert_eq!(last(b"d"), None, "{name}");
        assert_eq!(last(&[0xff]).as_deref(), Some(&[0xff, 0xff, 3][..]), "{name}");
        assert_eq!(last(b"").as_deref(), Some(&[0xff, 0xff, 3][..]), "{name}");
    });
}

#[test]
fn writes_replace_and_delete() {
    each(|name, engine| {
        engine.apply(vec![write(b"a", Some(b"1")), write(b"b", Some(b"1"))]).unwrap();
        engine.apply(vec![write(b"a", Some(b"2")), write(b"b", None), write(b"c", None)]).unwrap();
        engine.sync().unwrap();
        assert_eq!(engine.get(b"a").unwrap().as_deref(), Some(&b"2"[..]), "{name}");
        assert_eq!(engine.get(b"b").unwrap(), None, "{name}");
        assert_eq!(engine.scan(b"", None, 9).unwrap().len(), 1, "{name}");
    });
}

#[test]
fn pages_larger_than_a_segment_survive() {
    let folder = tempfile::tempdir().unwrap();
    let large = |it: u8| vec![it; 65_536];
    let engine = Sled::open(folder.path(), 1 << 20).unwrap();
    for turn in 0..40_u8 {
        engine.apply(vec![write(&[turn], Some(&large(turn)))]).unwrap();
        engine.sync().unwrap();
    }
    assert!(engine.sizes().blobs > 0, "the values were meant to spill into files of their own");
    let copy = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), copy.path());
    drop(engine);
    let engine = Sled::open(copy.path(), 1 << 20).unwrap();
    for turn in 0..40_u8 {
        assert_eq!(engine.get(&[turn]).unwrap(), Some(large(turn)), "row {turn}");
    }
}

/// Copies a folder as it is on the disk at this moment.
pub(super) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
