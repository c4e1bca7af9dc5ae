//! What was owed in a backup is held back; a store without a house is looked into and left as it is.

use super::*;
use crate::domain::ai::{Ask, Question, Task};
use crate::domain::effect::{Call, Owed};
use crate::domain::event::{ChatKind, Event, Happened, Note, Place};
use crate::domain::types::{ChatId, ChatNo, UserId};
use crate::store::offline::{Offline, OfflineError, look};
use crate::store::rows::{self, Asking, Debt, DebtState, Queued, Since};
use std::fs;

const CHAT: ChatNo = ChatNo(7);

fn debt() -> Vec<u8> {
    let owed = Owed::new(Call::Leave { chat: ChatId(-5) });
    let state = DebtState::Sending;
    rows::write(&Debt { owed, feature: "membership".into(), state, since: Moment(1), why: None })
}

fn event() -> Vec<u8> {
    let raw = Some("{\"update_id\":5,\"message\":{}}".to_owned());
    rows::write(&Queued { raw, own: None, decided: Vec::new(), released: false, at: Some(Moment(2)) })
}

/// An event of our own: a feature waits for it.
fn own() -> Vec<u8> {
    let place = Place { id: ChatId(-5), kind: ChatKind::Supergroup, title: String::new(), username: None };
    let event = Event::Told(Note::Numbered(5));
    rows::write(&Queued::of_own(Happened { update: None, at: Moment(2), place, event }))
}

/// A question that is out with a provider.
fn asking() -> Asking {
    let lines = Vec::new();
    let question =
        Question { task: Task::Chat, system: String::new(), lines, max_tokens: 5, json: false, prefer: None };
    let ask = Ask { token: "1".into(), question, account: UserId(1), show: None, until: Moment(u64::MAX) };
    Asking { ask, feature: "hub".into(), since: Moment(1), out: true, lost: 0, told: false }
}

/// A store in which everything is owed that can be.
async fn owing(home: &Home) -> PathBuf {
    let store = home.open("store");
    let hour = 3_600_000;
    let since = |hours: u64| rows::write(&Since { at: Moment(NOW.0 - hours * hour) });
    let wake = |off: i64, key: &str| keys::wake(NOW.0.saturating_add_signed(off), CHAT, "membership", key);
    let all = [
        (keys::owed(CHAT, 1), debt()),
        (keys::asked(CHAT, 4), rows::write(&asking())),
        (keys::queued(CHAT, 2), event()),
        (keys::queued(CHAT, 3), own()),
        (wake(-5, "ring"), Vec::new()),
        (wake(5, "later"), Vec::new()),
        (wake(50_000, "first"), Vec::new()),
        (keys::done(1024).0, vec![1; 128]),
        (keys::done_since(1), since(1)),
        (keys::done(4096).0, vec![1; 128]),
        (keys::done_since(4), since(49)),
        (keys::meta("boot"), b"12".to_vec()),
    ];
    for (key, value) in all {
        put(&store, key, &value).await;
    }
    let made = home.back_up(&store, "x.backup");
    store.close().await;
    made.path
}

#[tokio::test]
async fn debts_and_what_people_did_rest_while_features_go_on_and_the_reconciler_is_first() {
    let home = Home::new();
    let path = owing(&home).await;
    let word = |row: &RestoredRow| {
        assert_eq!((row.held, row.backup_at, row.at), (2, NOW, NOW));
        Some(rows::read(&event()).unwrap())
    };
    let restored = restore(&home.settings("new"), &path, &RestoreWays { word: &word, ..ways() }).unwrap();
    assert_eq!(restored.held, 2);
    let rows = home.rows("new").await;
    let asked = rows.iter().find(|it| it.0 == keys::asked(CHAT, 4)).map(|it| rows::read::<Asking>(&it.1).unwrap());
    assert_eq!(asked, Some(asking().doubted()), "a question may have been answered meanwhile");
    let has = |key: Vec<u8>| rows.iter().any(|it| it.0 == key);
    let wake = |at: u64, key: &str| keys::wake(at, CHAT, "membership", key);
    let held: Vec<_> = rows.iter().filter_map(|(key, value)| held_of(key, value)).collect();
    let kinds: Vec<_> = held.iter().map(|it| it.key[0]).collect();
    assert_eq!(kinds, [b'o', b'q']);
    assert!(matches!(&held[0].what, HeldWhat::Debt(it) if it.state == DebtState::Sending));
    assert!(held.iter().all(|it| it.id.starts_with("held-") && it.id.len() == 15));
    for gone in [keys::owed(CHAT, 1), keys::queued(CHAT, 2), wake(NOW.0 + 50_000, "first"), keys::done(4096).0] {
        assert!(!has(gone.clone()), "{gone:?}");
    }
    for there in [
        keys::queued(CHAT, 3),
        wake(NOW.0 - 5, "ring"),
        wake(NOW.0 + 5, "later"),
        wake(NOW.0, "first"),
        keys::done(1024).0,
        // The word for the owners, under a number that no boot gives.
        keys::queued(ChatNo::HOUSE, 1012 << 40),
    ] {
        assert!(has(there.clone()), "{there:?}");
    }
}

#[tokio::test]
async fn a_store_without_a_house_is_read_and_written_under_its_lock() {
    let home = Home::new();
    let settings = home.settings("store");
    assert!(matches!(Offline::open(&settings), Err(OfflineError::Nothing(_))));
    owing(&home).await;
    let mut offline = Offline::open(&settings).unwrap();
    assert_eq!(offline.tally().unwrap().kinds()["wakes"].rows, 3);
    let mut change = crate::store::Batch::default();
    change.delete(keys::owed(CHAT, 1)).put(keys::meta("x"), b"1".to_vec());
    offline.commit(&change).unwrap();
    let Err(refused) = Offline::open(&settings) else { panic!("opened twice") };
    assert!(refused.to_string().contains("in use by process"), "{refused}");
    let made = offline.back_up(&home.order("y.backup")).unwrap();
    assert_eq!(made.manifest.rows["single"].rows, 2);
    drop(offline);
    let rows = home.rows("store").await;
    assert!(!rows.iter().any(|it| it.0 == keys::owed(CHAT, 1)) && rows.iter().any(|it| it.0 == keys::meta("x")));
}

/// Every file below a folder with its content, but the lock, which names a process.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
        if path.is_dir() {
            all.extend(contents(&path));
        } else if !path.ends_with("lock") {
            all.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

#[tokio::test]
async fn a_look_changes_nothing_even_where_there_is_damage() {
    let home = Home::new();
    owing(&home).await;
    let settings = home.settings("store");
    let before = contents(&settings.path);
    assert_eq!(look(&settings, u64::MAX).unwrap().unwrap().kinds()["wakes"].rows, 3);
    assert!(look(&settings, 1).unwrap().is_none(), "longer than may be copied");
    assert_eq!(contents(&settings.path), before);
    crate::store::mark::Mark::open(&settings.path.join("mark")).unwrap().write(1_000_000).unwrap();
    let db = settings.path.join("sled/db");
    let mut bytes = fs::read(&db).unwrap();
    let at = bytes.windows(10).position(|it| it == b"membership").unwrap();
    bytes[at] ^= 1;
    fs::write(&db, bytes).unwrap();
    let spoiled = contents(&settings.path);
    for error in [look(&settings, u64::MAX).err().unwrap(), look(&settings, u64::MAX).err().unwrap()] {
        let words = error.to_string();
        assert!(matches!(error, OfflineError::Damaged { .. }), "{words}");
        assert!(words.contains(settings.path.to_str().unwrap()) && words.contains("nothing was touched"), "{words}");
    }
    assert_eq!(contents(&settings.path), spoiled);
}
