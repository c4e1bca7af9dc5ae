//! Poison: an update that crashes its chat or the process is quarantined after the third time, and everything else goes on.

use super::UNLIMITED;
use crate::harness::{By, Setting, Story};
use majordomo::domain::types::ChatId;
use majordomo::playground::telegram::What;
use majordomo::protocol::control::InboxRow;

/// Times short enough for a story, long enough for a busy machine.
fn setting() -> Setting {
    let times = [("MAJORDOMO_RUNTIME__STUCK_MS", "1500"), ("MAJORDOMO_RUNTIME__BLOCKED_MS", "1500")];
    let all = UNLIMITED.iter().chain(&times);
    all.fold(Setting::by(By::Polling), |it, (name, value)| it.with(name, value))
}

impl Story {
    /// Ann says something to the bot in private; gives the update's id.
    fn ann_says(&self, words: &str) -> u64 {
        self.telegram.say_traced(self.ann, ChatId(self.ann.0), words).unwrap().1.unwrap()
    }

    /// Waits until the house has said so many things to Ann in private.
    async fn ann_hears(&self, many: usize) -> Vec<String> {
        let heard = || -> Vec<String> {
            let said = self.telegram.story().into_iter().filter(|it| it.chat.0 == self.ann.0 && it.by_bot);
            said.filter_map(|it| if let What::Said { text, .. } = it.what { Some(text) } else { None }).collect()
        };
        self.until(&format!("Ann hears {many} answers"), || heard().len() >= many).await;
        heard()
    }

    /// Waits until this update is in quarantine, and looks at it.
    async fn quarantined(&self, update: u64) -> InboxRow {
        let is_it = |it: &serde_json::Value| it["event"] == "update.quarantined" && it["update_id"] == update;
        let line = self.log.wait_from(0, is_it, super::LONG).await;
        assert!(line.is_some(), "update {update} is quarantined; the log:\n{}", self.log.text());
        self.until_listed(update).await
    }

    async fn until_listed(&self, update: u64) -> InboxRow {
        for _ in 0..200 {
            if let Some(row) = self.inbox().await.into_iter().find(|it| it.update == update) {
                return row;
            }
        }
        panic!("update {update} is listed; the log:\n{}", self.log.text());
    }

    fn crashes(&self) -> usize {
        self.log.events("sup.child.crashed").len()
    }
}

#[tokio::test]
async fn a_panic_is_quarantined_with_payload_and_cause_and_everything_else_goes_on() {
    let story = Story::begin(setting()).await;
    let poison = story.ann_says("drill:panic");
    let next = story.ann_says("/start");
    story.stopped(story.eve, "another chat goes on meanwhile").await;
    let row = story.quarantined(poison).await;
    assert_eq!((row.feature.as_str(), row.crashes, row.chat), ("drill", 3, story.ann.0), "{row:?}");
    assert!(row.cause.contains("panic") && row.cause.contains("mod.rs:"), "the cause says what and where: {row:?}");
    assert!(row.payload.is_none(), "a list carries no payload");
    // The house itself still sees the poison, and the chat goes on with what came next.
    let heard = story.ann_hears(2).await;
    assert!(heard[1].contains("Majordomo") || heard[1].contains("/protect"), "{heard:?}");
    assert_eq!(story.crashes(), 3, "{}", story.log.text());
    assert!(next > poison);
    let (code, shown, _) = story.run(&["inbox", "show", &poison.to_string(), "--json"]).await;
    assert_eq!(code, Some(0));
    assert!(shown.contains("drill:panic") && shown.contains("\\\"update_id\\\""), "the payload is whole: {shown}");
    let (code, ..) = story.run(&["inbox", "drop", &poison.to_string()]).await;
    assert_eq!(code, Some(0));
    assert_eq!(story.inbox().await, []);
    let (code, ..) = story.run(&["inbox", "drop", &poison.to_string()]).await;
    assert_eq!(code, Some(1), "there is nothing to drop any more");
}

#[tokio::test]
async fn what_is_released_is_decided_once_by_the_office_that_had_crashed() {
    let mut story = Story::begin(setting().with("MAJORDOMO_RUNTIME__BACKOFF_BASE_MS", "1")).await;
    let poison = story.ann_says("drill:crash"); // crashes as long as it is young
    let row = story.quarantined(poison).await;
    assert_eq!((row.feature.as_str(), row.crashes), ("drill", 3));
    story.ann_hears(1).await;
    story.restart().await;
    assert_eq!(story.inbox().await.len(), 1, "the quarantine outlives the process");
    let young = || story.telegram.now_ms() / 1000 * 1000 - 3_000 < i64::try_from(row.at).unwrap();
    while young() {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let (code, ..) = story.run(&["inbox", "release", &poison.to_string()]).await;
    assert_eq!(code, Some(0));
    let released = story.log.wait_for("update.released").await;
    assert_eq!((&released["update_id"], &released["feature"]), (&poison.into(), &"drill".into()));
    let heard = story.ann_hears(2).await;
    assert_ne!(heard[0], heard[1], "first the house's hint, then the drill's own answer");
    story.calm().await;
    assert_eq!(story.ann_hears(2).await.len(), 2, "no other office is asked again");
    assert_eq!(story.inbox().await, []);
    story.restart().await;
    story.calm().await;
    assert_eq!(story.ann_hears(2).await.len(), 2);
}

#[tokio::test]
async fn a_handler_that_hangs_is_killed_and_its_update_quarantined() {
    let story = Story::begin(setting()).await;
    let poison = story.ann_says("drill:stall");
    story.ann_says("/start");
    story.stopped(story.eve, "another chat goes on meanwhile").await;
    let row = story.quarantined(poison).await;
    assert_eq!((row.feature.as_str(), row.crashes), ("drill", 3), "{row:?}");
    assert!(!row.cause.is_empty());
    assert!(story.log.events("sup.child.stuck").len() >= 3, "{}", story.log.text());
    story.ann_hears(2).await;
}

#[tokio::test]
async fn a_blocked_thread_costs_three_restarts_with_last_words() {
    ends_the_process_three_times("drill:block", |status| status.code() == Some(70)).await;
}

#[tokio::test]
async fn an_abort_costs_three_restarts() {
    use std::os::unix::process::ExitStatusExt;
    ends_the_process_three_times("drill:abort", |status| status.signal() == Some(6)).await;
}

async fn ends_the_process_three_times(words: &str, expected: fn(std::process::ExitStatus) -> bool) {
    let mut story = Story::begin(setting()).await;
    let poison = story.ann_says(words);
    story.ann_says("/start");
    let hello = story.telegram.say(story.eve, story.group, "hello").unwrap();
    for life in 1..=3 {
        let (status, _) = story.ended().await;
        assert!(expected(status), "life {life} ended with {status}; the log:\n{}", story.log.text());
        if status.code() == Some(70) {
            assert_eq!(story.log.events("app.last_words").len(), life, "{}", story.log.text());
            let kept = std::fs::read_to_string(story.store().join("last-words.txt")).unwrap();
            assert!(kept.contains("blocks its thread"), "{kept}");
        }
        story.start_and_go();
    }
    let row = story.quarantined(poison).await;
    assert_eq!((row.feature.as_str(), row.crashes), ("drill", 3), "{row:?}");
    story.ann_hears(2).await;
    let stopped = || story.deleted(story.group).contains(&hello.0) && story.telegram.muted(story.group) == [story.eve];
    story.until("the other chat went on", stopped).await;
    story.calm().await;
    assert_eq!(story.ann_hears(2).await.len(), 2);
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
}
