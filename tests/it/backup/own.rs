//! The house's own backups: before another version, every day, and never at its own expense.

use crate::harness::{By, LIMIT, Setting, Story};
use std::fs;
use std::time::Duration;

#[tokio::test]
async fn another_versions_first_start_makes_a_backup_and_the_next_one_does_not() {
    let mut story = Story::begin(Setting::by(By::Polling)).await;
    story.stopped(story.eve, "hello").await;
    story.calm().await;
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0));
    assert_eq!(story.log.events("backup.done").len(), 0, "a first start has nothing to back up");
    assert_eq!(fs::read_to_string(story.store().join("version")).unwrap(), env!("CARGO_PKG_VERSION"));
    fs::write(story.store().join("version"), "0.0.9").unwrap();
    story.start().await;
    let done = story.log.wait_for("backup.done").await;
    assert_eq!(done["why"], "upgrade", "{done}");
    let file = done["file"].as_str().unwrap().to_owned();
    assert!(file.starts_with(story.store().join("backups").to_str().unwrap()), "{file}");
    assert_eq!(story.heard(&["backup", "verify", &file, "--json"]).await["whole"], true);
    story.restart().await;
    assert_eq!(story.log.events("backup.done").len(), 1);
    let listed = story.heard(&["backup", "list", "--json"]).await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["why"]), (1, &"upgrade".into()), "{listed}");
}

#[tokio::test]
async fn a_day_that_was_missed_is_made_up_for_and_old_ones_go() {
    let mut story = Story::prepare(Setting::by(By::Polling)).await;
    let folder = story.beside("elsewhere");
    fs::create_dir(&folder).unwrap();
    story.set("MAJORDOMO_BACKUP__FOLDER", folder.to_str().unwrap());
    story.set("MAJORDOMO_BACKUP__KEEP_DAILY", "1");
    story.set("MAJORDOMO_BACKUP__KEEP_WEEKLY", "0");
    story.set("MAJORDOMO_BACKUP__KEEP_MONTHLY", "0");
    let old = folder.join("majordomo-20200101T030000Z-daily.backup");
    let mine = folder.join("majordomo-20200101T030000Z-manual.backup");
    let half = folder.join(".majordomo-20200102T030000Z-daily.backup.7.unfinished");
    for file in [&old, &mine, &half] {
        fs::write(file, "x").unwrap();
    }
    story.start().await;
    let done = story.log.wait_for("backup.done").await;
    assert_eq!((&done["why"], &done["deleted"]), (&"daily".into(), &1.into()), "{done}");
    assert!(!old.exists() && mine.exists() && !half.exists());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(story.log.events("backup.done").len(), 1, "once a day");
}

#[tokio::test]
async fn without_room_none_is_made_the_house_says_so_and_goes_on() {
    let mut story = Story::prepare(Setting::by(By::Polling)).await;
    story.set("MAJORDOMO_BACKUP__MIN_FREE_BYTES", &(1_u64 << 40).to_string());
    fs::create_dir_all(story.store().join("backups")).unwrap();
    fs::write(story.store().join("backups/majordomo-20200101T030000Z-daily.backup"), "x").unwrap();
    story.start().await;
    story.protect().await;
    let failed = story.log.wait_for("backup.failed").await;
    assert!(failed["reason"].as_str().unwrap().contains("backup.min_free_bytes"), "{failed}");
    let (code, _, error) = story.run(&["backup", "create"]).await;
    assert_eq!(code, Some(74), "{error}");
    assert!(error.contains("backup.min_free_bytes"), "{error}");
    story.stopped(story.eve, "the house goes on").await;
    assert_eq!(fs::read_dir(story.store().join("backups")).unwrap().count(), 1, "nothing half written is left");
    let (status, took) = story.sigterm().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < LIMIT);
}
