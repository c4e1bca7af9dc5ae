//! After a restore: what was owed is listed and not performed, and the operator decides.

use crate::durable::UNLIMITED;
use crate::harness::{By, Setting, Story};
use majordomo::playground::telegram::{Fault, FaultKind, What};
use majordomo::protocol::control::PendingState;
use std::time::Duration;

/// A house that owes Sam an answer to `/start`: Telegram does not answer, a backup is made, and then it is sent.
async fn owing() -> (Story, std::path::PathBuf) {
    let setting = UNLIMITED.iter().fold(Setting::by(By::Polling), |it, (name, value)| it.with(name, value));
    let mut story = Story::begin(setting).await;
    story.telegram.fault(Fault::of("sendMessage", FaultKind::Flood { retry_after_s: 4, everywhere: false }));
    story.telegram.started(story.sam);
    story.telegram.whisper(story.sam, "/help").unwrap();
    let mut owed = Vec::new();
    for _ in 0..200 {
        owed = story.pending().await;
        if !owed.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(owed.len(), 1, "{owed:?}");
    let file = story.beside("held.backup");
    story.back_up(&file).await;
    story.telegram.no_faults();
    story.until("the answer has come in the time that is lost", || answers(&story) == 1).await;
    story.calm().await;
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    let restored = story.restore(&file).await;
    assert_eq!(restored["held"], 1, "{restored}");
    (story, file)
}

/// The name of what is held.
async fn held(story: &Story) -> String {
    let listed = story.pending().await;
    listed.iter().find(|it| it.state == PendingState::Held).expect("something is held").id.clone()
}

/// What Sam has heard from the bot.
fn answers(story: &Story) -> usize {
    let said = |it: &majordomo::playground::telegram::Happening| {
        it.chat.0 == story.sam.0 && it.by_bot && matches!(it.what, What::Said { .. })
    };
    story.telegram.story().iter().filter(|it| said(it)).count()
}

#[tokio::test]
async fn what_was_owed_is_not_done_twice_because_a_backup_was_restored() {
    let (mut story, _) = owing().await;
    let listed = story.pending().await;
    assert_eq!(listed.len(), 1, "listed before the first start, too: {listed:?}");
    story.start().await;
    let told = story.log.wait_for("store.restored").await;
    assert_eq!(told["held"], 1, "{told}");
    let listed = story.pending().await;
    let held: Vec<_> = listed.iter().filter(|it| it.state == PendingState::Held).collect();
    assert_eq!((held.len(), held[0].method.as_str()), (1, "sendMessage"), "{listed:?}");
    assert_eq!(held[0].chat, Some(story.sam.0));
    let owner = |it: &majordomo::playground::telegram::Happening| {
        it.chat.0 == story.ann.0
            && it.by_bot
            && matches!(&it.what, What::Said { text, .. } if text.contains("pending list"))
    };
    story.until("the owner hears of the gap", || story.telegram.story().iter().any(owner)).await;
    story.calm().await;
    assert_eq!(answers(&story), 1, "nothing was sent again");
    let (code, out, error) = story.run(&["pending", "drop", "all"]).await;
    assert_eq!((code, out.contains("was dropped")), (Some(0), true), "{error}");
    assert_eq!(story.pending().await, []);
    let over = |it: &majordomo::playground::telegram::Happening| {
        it.chat.0 == story.ann.0 && it.by_bot && matches!(&it.what, What::Said { text, .. } if text.starts_with('✅'))
    };
    story.until("the owner hears that all is settled", || story.telegram.story().iter().any(over)).await;
    story.restart().await;
    story.calm().await;
    assert_eq!(answers(&story), 1);
    assert_eq!(story.log.events("store.restored").len(), 1, "it is told once");
}

#[tokio::test]
async fn what_is_released_is_done_once() {
    let (mut story, file) = owing().await;
    story.start().await;
    let id = held(&story).await;
    let (code, _, error) = story.run(&["pending", "release", &id]).await;
    assert_eq!(code, Some(0), "{error}");
    story.until("it is sent", || answers(&story) == 2).await;
    story.calm().await;
    assert_eq!(story.pending().await, []);
    let (code, _, error) = story.run(&["pending", "release", &id]).await;
    assert_eq!(code, Some(1), "it is done: {error}");

    // The same without a house: it goes on at the next start.
    story.kill9();
    story.restore(&file).await;
    let id = held(&story).await;
    let (code, out, error) = story.run(&["pending", "release", &id]).await;
    assert_eq!(code, Some(0), "{error}");
    assert!(out.contains("at the next start") && error.contains("no house runs on this store"), "{out}{error}");
    story.start().await;
    story.until("it is sent", || answers(&story) == 3).await;
}
