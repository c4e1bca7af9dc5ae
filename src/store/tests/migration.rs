//! Migrations: every old record becomes a new one, however often the process dies on the way.

use super::{batch, open, put_at, rows};
use crate::store::engine::{Engine, EngineError, Pair, Sizes, Write};
use crate::store::memory::Memory;
use crate::store::migrate::{MIGRATIONS, Migration, migrate};
use crate::store::{Record, Store, frame};
use std::sync::atomic::{AtomicU64, Ordering};

/// Renames the field `name` to `title`.
const RENAME: Migration = Migration { name: "test-rename", prefix: b"chat/", from: 1, change: rename };

fn rename(record: &Record) -> Result<Vec<u8>, String> {
    let mut value: serde_json::Value = serde_json::from_slice(&record.value).map_err(|it| it.to_string())?;
    let fields = value.as_object_mut().ok_or("not an object")?;
    let name = fields.remove("name").ok_or("there is no name")?;
    fields.insert("title".into(), name);
    serde_json::to_vec(&value).map_err(|it| it.to_string())
}

const ROWS: u32 = 1000;

/// A thousand records as the first version wrote them: bare JSON.
fn fixture(engine: &dyn Engine) {
    let chats = (0..ROWS).map(|it| Write {
        key: format!("chat/{it:04}").into(),
        value: Some(format!(r#"{{"name":"n{it}"}}"#).into()),
        fresh: false,
    });
    let other = Write { key: b"other".to_vec(), value: Some(b"[1,2]".to_vec()), fresh: false };
    engine.apply(chats.chain([other]).collect()).unwrap();
    engine.sync().unwrap();
}

/// An engine that dies at its n-th write.
struct Mortal(&'static dyn Engine, AtomicU64);

impl Engine for Mortal {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.0.get(key)
    }
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, EngineError> {
        self.0.scan(prefix, after, limit)
    }
    fn last(&self, prefix: &[u8]) -> Result<Option<Pair>, EngineError> {
        self.0.last(prefix)
    }
    fn apply(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        if self.1.fetch_sub(1, Ordering::SeqCst) == 0 {
            return Err(EngineError::Broken("killed".into()));
        }
        self.0.apply(writes)
    }
    fn sync(&self) -> Result<(), EngineError> {
        self.0.sync()
    }
    fn sizes(&self) -> Sizes {
        self.0.sizes()
    }
}

fn titles(engine: &dyn Engine) -> Vec<(Vec<u8>, Record)> {
    let rows = engine.scan(b"chat/", None, usize::MAX).unwrap();
    rows.into_iter().map(|(key, bytes)| (key.clone(), frame::unpack(&key, &bytes).unwrap())).collect()
}

#[test]
fn a_migration_that_is_killed_anywhere_goes_on_where_it_was() {
    let all = [Migration { ..MIGRATIONS[0] }, RENAME];
    for death in 0..8 {
        let engine: &'static Memory = Box::leak(Box::default());
        fixture(engine);
        let killed = migrate(&Mortal(engine, AtomicU64::new(death)), &all);
        assert_eq!(killed, Err(EngineError::Broken("killed".into())), "death {death}");
        let before = engine.scan(b"", None, usize::MAX).unwrap();
        migrate(engine, &all).unwrap();
        let found = titles(engine);
        assert_eq!(found.len(), 1000, "death {death}");
        for (number, (_, record)) in found.iter().enumerate() {
            let expected = Record { revision: 1, format: 2, value: format!(r#"{{"title":"n{number}"}}"#).into() };
            assert_eq!(*record, expected, "death {death}");
        }
        let after = engine.scan(b"", None, usize::MAX).unwrap();
        assert_ne!(before, after, "death {death}: something was left to do");
        assert_eq!(migrate(engine, &all), Ok(0), "death {death}: a second time changes nothing");
        assert_eq!(engine.scan(b"", None, usize::MAX).unwrap(), after, "death {death}");
    }
}

#[test]
fn records_that_are_migrated_already_are_not_touched() {
    let engine = Memory::default();
    let new = frame::pack_as(2, b"chat/new", 7, br#"{"title":"kept"}"#);
    let old = frame::pack_as(1, b"chat/old", 9, br#"{"name":"kept"}"#);
    let write = |key: &[u8], value: &[u8]| Write { key: key.to_vec(), value: Some(value.to_vec()), fresh: false };
    engine.apply(vec![write(b"chat/new", &new), write(b"chat/old", &old)]).unwrap();
    assert_eq!(migrate(&engine, &[RENAME]), Ok(1));
    assert_eq!(engine.get(b"chat/new").unwrap(), Some(new));
    let old = titles(&engine).pop().unwrap().1;
    assert_eq!(old, Record { revision: 9, format: 2, value: br#"{"title":"kept"}"#.to_vec() });
}

#[test]
fn what_is_not_what_its_format_says_stops_the_migration() {
    for value in [&b"{\"name\":"[..], b"not json", &[1, 2, 3], b""] {
        let engine = Memory::default();
        engine.apply(vec![Write { key: b"k".to_vec(), value: Some(value.to_vec()), fresh: false }]).unwrap();
        let said = migrate(&engine, MIGRATIONS);
        assert!(matches!(said, Err(EngineError::Corrupt(_))), "{value:?}: {said:?}");
    }
}

#[tokio::test]
async fn a_store_of_the_first_format_opens_and_counts_revisions_from_one() {
    let folder = tempfile::tempdir().unwrap();
    let engine = super::opening::raw(folder.path());
    fixture(&engine);
    drop(engine);
    let told = crate::telemetry::capture();
    let store = open(folder.path());
    assert!(!told.of("store.migrated").is_empty());
    assert_eq!(rows(&store, "other").await, ["other=[1,2]@1"]);
    assert_eq!(rows(&store, "chat/").await.len(), 1000);
    store.commit(batch([put_at(1, "chat/0007", r#"{"name":"seven"}"#)])).await.unwrap();
    store.close().await;
    let store = open(folder.path());
    assert_eq!(rows(&store, "chat/0007").await, [r#"chat/0007={"name":"seven"}@2"#]);
}
