//! A disk that answers EIO, to writes, syncs or reads, while the house runs or starts: it ends in words, touches nothing
//! more, and when the disk is well again everything that was taken is done.

use super::UNLIMITED;
use crate::harness::{By, Setting, Story};
use std::path::{Path, PathBuf};

/// A disk that can be made to fail, for one process.
struct Disk {
    orders: PathBuf,
}

impl Disk {
    fn under(story: &mut Story) -> Self {
        let (library, orders) = (story.store().with_file_name("disk.so"), story.store().with_file_name("orders"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/durable/disk.c");
        // The same `cc` that links Rust programs.
        let made = std::process::Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        assert!(made.unwrap().success(), "disk.c is compiled");
        story.set("LD_PRELOAD", library.to_str().unwrap());
        story.set("DISK_FILE", orders.to_str().unwrap());
        let under = story.store();
        story.set("DISK_UNDER", under.to_str().unwrap());
        Self { orders }
    }

    /// From now on these end with EIO: `w`rites, `s`yncs, `r`eads; `c`ut writes end half way.
    fn fails(&self, what: &str) {
        let new = self.orders.with_extension("new");
        std::fs::write(&new, what).unwrap();
        std::fs::rename(new, &self.orders).unwrap();
    }

    fn is_well(&self) {
        std::fs::remove_file(&self.orders).unwrap();
    }
}

fn setting(by: By) -> Setting {
    UNLIMITED.iter().fold(Setting::by(by), |it, (name, value)| it.with(name, value))
}

/// What a store that was found damaged is moved to.
fn moved_aside(store: &Path) -> Vec<String> {
    let names = std::fs::read_dir(store).unwrap().map(|it| it.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|it| it.starts_with("damaged")).collect()
}

#[tokio::test]
async fn a_disk_that_fails_ends_the_house_in_words_and_nothing_is_lost() {
    for (by, what) in
        [(By::Polling, "w"), (By::Polling, "s"), (By::Webhook, "w"), (By::Webhook, "s"), (By::Webhook, "ws")]
    {
        let told = format!("{by:?}, {what}");
        let mut story = Story::prepare(setting(by)).await;
        let disk = Disk::under(&mut story);
        story.start().await;
        story.protect().await;
        story.stopped(story.eve, "hello").await;
        story.calm().await;
        disk.fails(what);
        let others: Vec<_> = (0..5).map(|n| story.stranger(&format!("Stranger {n}"), story.group)).collect();
        let said: Vec<_> = others.iter().map(|it| story.telegram.say(*it, story.group, "hello").unwrap()).collect();
        let (status, _) = story.ended().await;
        assert_eq!(status.code(), Some(74), "{told}: {}", story.log.text());
        let words = story.log.wait_for("app.last_words").await;
        let reason = words["reason"].as_str().unwrap();
        assert!(reason.contains("nput/output error"), "{told}: {reason}");
        assert!(moved_aside(&story.store()).is_empty(), "{told}: a disk that fails is no damaged store");
        disk.is_well();
        story.start().await;
        story
            .until(&format!("{told}: everybody is stopped in the end"), || {
                let (deleted, muted) = (story.deleted(story.group), story.telegram.muted(story.group));
                said.iter().all(|it| deleted.contains(&it.0)) && others.iter().all(|it| muted.contains(it))
            })
            .await;
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{told}: {}", story.log.text());
    }
}

#[tokio::test]
async fn a_disk_that_fails_while_the_house_starts_is_no_damaged_store() {
    for what in ["r", "w", "s"] {
        let mut story = Story::prepare(setting(By::Polling)).await;
        let disk = Disk::under(&mut story);
        story.start().await;
        story.protect().await;
        story.stopped(story.eve, "hello").await;
        story.calm().await;
        story.kill9();
        disk.fails(what);
        let mark = story.log.mark();
        story.start_and_go();
        let (status, _) = story.ended().await;
        let words = story.log.text_from(mark);
        assert_eq!(status.code(), Some(74), "{what}: {words}");
        assert!(words.contains("nput/output error"), "{what}: {words}");
        assert!(moved_aside(&story.store()).is_empty(), "{what}: {words}");
        disk.is_well();
        story.start().await;
        let other = story.stranger("Another", story.group);
        story.stopped(other, "all is there again").await;
    }
}

#[tokio::test]
async fn writes_that_end_half_way_are_finished() {
    let mut story = Story::prepare(setting(By::Polling)).await;
    let disk = Disk::under(&mut story);
    disk.fails("c");
    story.start().await;
    story.protect().await;
    story.stopped(story.eve, "hello").await;
    story.written().await;
    story.restart().await;
    let other = story.stranger("Another", story.group);
    story.stopped(other, "all is there").await;
    assert!(story.log.events("store.corrupt").is_empty(), "{}", story.log.text());
}
