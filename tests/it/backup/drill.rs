//! The drill: a backup under load, the power goes, the store is lost, the backup is restored; compared with the
//! ledger of what Telegram had accepted from us by then.

use crate::durable::UNLIMITED;
use crate::harness::{By, Setting, Story};
use data_encoding::HEXLOWER;
use majordomo::domain::types::UserId;
use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Strangers who speak before, while and after the backup is made.
const CROWD: usize = 25;

#[tokio::test]
async fn a_backup_under_load_restores_everything_that_was_accepted_before_it() {
    for by in [By::Polling, By::Webhook] {
        drilled(by).await;
    }
}

async fn drilled(by: By) {
    let setting = UNLIMITED.iter().fold(Setting::by(by), |it, (name, value)| it.with(name, value));
    let mut story = Story::begin(setting.with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "86400")).await;
    let early = crowd(&story, "early");
    settled(&story, &early).await;

    let stop = Arc::new(AtomicBool::new(false));
    let during = crowd_of(&story, "during", 60);
    let speaking = tokio::spawn(speak(story.telegram.clone(), story.group, during.clone(), stop.clone()));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let file = story.beside("drill.backup");
    let made = story.back_up(&file).await;
    stop.store(true, Ordering::Release);
    let spoken: Vec<UserId> = speaking.await.unwrap();
    assert!(spoken.len() > 1, "people were meant to write meanwhile: {}", spoken.len());
    assert_eq!(made["phase"], "done");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    settled(&story, &spoken).await;

    let late = crowd(&story, "late");
    settled(&story, &late).await;
    story.calm().await;
    story.kill9();
    assert!(story.heard(&["backup", "verify", file.to_str().unwrap(), "--json"]).await["whole"] == true);
    let muted = told_of(&story.rows_of(&file).await);
    for who in &early {
        assert!(muted.contains(&who.0), "{} was told before the backup, which does not know it", who.0);
    }
    assert!(late.iter().all(|it| !muted.contains(&it.0)), "the backup knows what came after it");

    let restored = story.restore(&file).await;
    assert!(restored["damage"].as_array().unwrap().is_empty());
    story.start().await;
    assert_eq!(story.log.events("store.restored").len(), 1);
    // Whom the backup knows is helped by the button, and whoever wrote later is stopped anew.
    let eve = early[0];
    let _inside = story.telegram.join(eve, story.channel);
    story.until("who joins is free", || !story.telegram.muted(story.group).contains(&eve)).await;
    let another = story.stranger("Another", story.group);
    story.stopped(another, "it goes on").await;
}

fn crowd(story: &Story, name: &str) -> Vec<UserId> {
    let all = crowd_of(story, name, CROWD);
    for who in &all {
        story.telegram.say(*who, story.group, "buy").unwrap();
    }
    all
}

fn crowd_of(story: &Story, name: &str, size: usize) -> Vec<UserId> {
    (0..size).map(|n| story.stranger(&format!("{name} {n}"), story.group)).collect()
}

async fn speak(
    telegram: majordomo::playground::telegram::Simulated,
    group: majordomo::domain::types::ChatId,
    crowd: Vec<UserId>,
    stop: Arc<AtomicBool>,
) -> Vec<UserId> {
    let mut spoken = Vec::new();
    for who in crowd {
        if stop.load(Ordering::Acquire) {
            break;
        }
        telegram.say(who, group, "buy").unwrap();
        spoken.push(who);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    spoken
}

/// Waits until each of them is muted, and the calls have been struck.
async fn settled(story: &Story, crowd: &[UserId]) {
    let all: HashSet<UserId> = crowd.iter().copied().collect();
    story
        .until("all strangers are muted", || all.is_subset(&story.telegram.muted(story.group).into_iter().collect()))
        .await;
    story.calm().await;
}

/// The people of whom a backup has a row that they were told to join.
fn told_of(export: &str) -> HashSet<i64> {
    let keys = export
        .lines()
        .filter_map(|it| serde_json::from_str::<serde_json::Value>(it).ok()?["key"].as_str().map(ToOwned::to_owned));
    let names =
        keys.filter_map(|it| HEXLOWER.decode(it.as_bytes()).ok()).map(|it| String::from_utf8_lossy(&it).into_owned());
    names.filter_map(|it| it.split("mute/").nth(1)?.parse().ok()).collect()
}
