//! What was promised for later: wakes and words to other chats outlive the process and jumps of the clock.

use super::UNLIMITED;
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::playground::telegram::{Call, Fault, FaultKind, What};
use std::path::Path;

fn setting() -> Setting {
    UNLIMITED.iter().fold(Setting::by(By::Polling), |it, (name, value)| it.with(name, value))
}

impl Story {
    /// The notices of the group, by message id.
    pub fn notices(&self) -> Vec<i64> {
        let calls = self.telegram.calls("sendMessage");
        let notices = calls.iter().filter(|it| it.done && it.text("text").contains("please join"));
        notices.filter_map(|it| it.result()["message_id"].as_i64()).collect()
    }

    /// How often the house has asked for this message to be deleted.
    pub fn deletions(&self, message: i64) -> usize {
        self.telegram.calls("deleteMessage").iter().filter(|it| it.number("message_id") == Some(message)).count()
    }

    /// Waits until what was done is on the disk. It rides with the next decision that is, so there is one: and
    /// when its answer is said it has been written.
    pub async fn written(&self) {
        self.calm().await;
        let mark = self.telegram.mark();
        self.telegram.whisper(self.ann, "drill:ok").unwrap();
        let answered = |it: &Call| it.method == "sendMessage" && it.done && it.number("chat_id") == Some(self.ann.0);
        assert!(self.telegram.wait_from(mark, answered, LIMIT).await.is_some(), "{}", self.log.text());
    }

    async fn gone(&self, message: i64) {
        self.until("the notice is taken away", || self.deleted(self.group).contains(&message)).await;
    }
}

#[tokio::test]
async fn a_notice_goes_at_its_time_although_the_process_was_killed_before() {
    let mut story = Story::begin(setting().with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "4")).await;
    let mut gone = Vec::new();
    for (n, late) in [(0, false), (1, true)] {
        let eve = story.stranger(&format!("Stranger {n}"), story.group);
        story.stopped(eve, "hello").await;
        story.until("a notice is there", || story.notices().len() > n).await;
        let notice = story.notices()[n];
        let due_ms = story.telegram.now_ms() + 4_000;
        story.written().await; // or the notice would be said again, rather twice than never
        story.kill9();
        if late {
            // Its time passes while nobody is there.
            while story.telegram.now_ms() < due_ms + 500 {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
        story.start().await;
        story.gone(notice).await;
        gone.push(notice);
    }
    story.written().await;
    story.restart().await;
    story.calm().await;
    assert_eq!(gone.iter().map(|it| story.deletions(*it)).collect::<Vec<_>>(), [1, 1], "each is taken away once");
}

#[tokio::test]
async fn a_word_to_the_owner_survives_a_kill_and_is_said_once() {
    let mut story = Story::begin(setting()).await;
    story.calm().await;
    let inaccessible = FaultKind::Error(400, "Bad Request: member list is inaccessible");
    story.telegram.fault(Fault::of("getChatMember", inaccessible).in_chat(story.channel.0));
    story.telegram.fault(Fault::of("sendMessage", FaultKind::Hang(60_000)).in_chat(story.ann.0).times(1));
    let mark = story.telegram.mark();
    story.telegram.say(story.eve, story.group, "hello").unwrap();
    // The call to Ann hangs: it is written down when it begins to.
    let ann = story.ann.0;
    let begun =
        story.telegram.wait_from(mark, |it| it.method == "sendMessage" && it.number("chat_id") == Some(ann), LIMIT);
    assert!(begun.await.is_some(), "the house wants to tell Ann; the log:\n{}", story.log.text());
    story.kill9();
    story.start().await;
    let told = |story: &Story| {
        let to_ann = |it: &&majordomo::playground::telegram::Happening| it.chat.0 == story.ann.0 && it.by_bot;
        story.telegram.story().iter().filter(to_ann).filter(|it| matches!(it.what, What::Said { .. })).count()
    };
    story.until("Ann is told", || told(&story) == 1).await;
    for n in 0..5 {
        let who = story.stranger(&format!("Another {n}"), story.group);
        story.telegram.say(who, story.group, "hello").unwrap();
    }
    story.calm().await;
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    story.start().await;
    story.telegram.say(story.eve, story.group, "hello again").unwrap();
    story.calm().await;
    assert_eq!(told(&story), 1, "once: {}", story.log.text());
    assert!(!story.telegram.muted(story.group).contains(&story.eve), "what cannot be known keeps nobody out");
}

#[tokio::test]
async fn a_clock_that_jumps_fires_nothing_twice() {
    let mut story = Story::prepare(setting().with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "600")).await;
    let clock = Clock::beside(&story.store());
    story.set("LD_PRELOAD", clock.library.to_str().unwrap());
    story.set("CLOCK_FILE", clock.file.to_str().unwrap());
    story.start().await;
    story.protect().await;
    story.stopped(story.eve, "hello").await;
    story.until("a notice is there", || story.notices().len() == 1).await;
    let first = story.notices()[0];
    story.calm().await;
    clock.jump_s(3_600);
    story.gone(first).await;
    let jump = story.log.wait_for("clock.jump").await;
    assert_eq!(jump["direction"], "forward", "{jump}");
    clock.jump_s(0);
    let back = |it: &serde_json::Value| it["event"] == "clock.jump" && it["direction"] == "back";
    assert!(story.log.wait_from(0, back, LIMIT).await.is_some(), "{}", story.log.text());
    let second = story.stranger("Second", story.group);
    story.stopped(second, "hello").await;
    story.until("a second notice", || story.notices().len() == 2).await;
    story.written().await;
    story.restart().await;
    clock.jump_s(3_600);
    let second = story.notices()[1];
    story.gone(second).await;
    clock.jump_s(-86_400);
    story.written().await;
    story.restart().await;
    clock.jump_s(3_600);
    let third = story.stranger("Third", story.group);
    story.stopped(third, "the house goes on").await;
    story.calm().await;
    assert_eq!([story.deletions(first), story.deletions(second)], [1, 1]);
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
}

/// A wall clock that can be moved, for one process: its library is given by `LD_PRELOAD`, its file by `CLOCK_FILE`.
pub struct Clock {
    pub library: std::path::PathBuf,
    pub file: std::path::PathBuf,
}

impl Clock {
    pub fn beside(store: &Path) -> Self {
        let (library, file) = (store.with_file_name("clock.so"), store.with_file_name("clock"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/durable/clock.c");
        // The same `cc` that links Rust programs.
        let made = std::process::Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        assert!(made.unwrap().success(), "clock.c is compiled");
        let clock = Self { library, file };
        clock.jump_s(0);
        clock
    }

    /// Puts the clock so many seconds ahead of the true time.
    pub fn jump_s(&self, by: i64) {
        self.say(&by.to_string());
    }

    /// Stops the clock at so many seconds since 1970.
    pub fn stand_at_s(&self, at: i64) {
        self.say(&format!("={at}"));
    }

    fn say(&self, words: &str) {
        let new = self.file.with_extension("new");
        std::fs::write(&new, words).unwrap();
        std::fs::rename(&new, &self.file).unwrap();
    }
}
