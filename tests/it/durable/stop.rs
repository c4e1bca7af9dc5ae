//! Stopping: in time and with nothing lost, whatever Telegram does, and at once when told twice.

use super::UNLIMITED;
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::domain::types::{MessageId, UserId};
use majordomo::playground::telegram::{Fault, FaultKind, What};
use std::time::Duration;

/// The promise.
const TEN_SECONDS: Duration = Duration::from_secs(10);

/// A house in the middle of its work, with a Telegram that has stopped answering.
async fn hanging(by: By) -> (Story, Vec<(UserId, MessageId)>) {
    let setting = UNLIMITED.iter().fold(Setting::by(by), |it, (name, value)| it.with(name, value));
    // A lookup that fails lets people pass; here it only takes long.
    let setting = setting.with("MAJORDOMO_LIMITS__MEMBERSHIP_CACHE__LOOKUP_TIMEOUT_MS", "60000");
    let story = Story::begin(setting).await;
    story.stopped(story.eve, "before").await;
    story
        .sees("a notice with its button", |it| matches!(&it.what, What::Said { buttons, .. } if !buttons.is_empty()))
        .await;
    for (method, skip) in
        [("deleteMessage", 10), ("restrictChatMember", 5), ("sendMessage", 5), ("answerCallbackQuery", 0)]
    {
        story.telegram.fault(Fault::of(method, FaultKind::Hang(60_000)).skip(skip));
    }
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Hang(60_000)).skip(100));
    let say = |n| {
        let who = story.stranger(&format!("Stranger {n}"), story.group);
        (who, story.telegram.say(who, story.group, "hello").unwrap())
    };
    let said = (0..60).map(say).collect();
    story.telegram.press_and_go(story.eve, story.group, "joined").unwrap();
    story.until("some are stopped before it hangs", || story.deleted(story.group).len() >= 5).await;
    (story, said)
}

async fn nothing_is_lost(mut story: Story, said: Vec<(UserId, MessageId)>) {
    story.telegram.no_faults();
    story.start().await;
    story
        .until("everybody is stopped in the end", || {
            let (deleted, muted) = (story.deleted(story.group), story.telegram.muted(story.group));
            said.iter().all(|(who, message)| deleted.contains(&message.0) && muted.contains(who))
        })
        .await;
    story.until("every press is answered", || story.telegram.unanswered_presses().is_empty()).await;
}

#[tokio::test]
async fn under_load_and_with_a_hanging_telegram_it_ends_in_time_and_loses_nothing() {
    for (by, signal) in [(By::Polling, "TERM"), (By::Webhook, "INT")] {
        let (mut story, said) = hanging(by).await;
        story.signal(signal);
        let (status, took) = story.ended().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
        assert!(took < TEN_SECONDS, "{took:?}:\n{}", story.log.text());
        nothing_is_lost(story, said).await;
    }
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once_and_loses_nothing() {
    for by in [By::Polling, By::Webhook] {
        let (mut story, said) = hanging(by).await;
        story.signal("TERM");
        let draining = story.log.wait_from(0, |it| it["event"] == "app.draining", LIMIT).await;
        assert!(draining.is_some(), "{}", story.log.text());
        let (status, took) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
        // A second is promised; a busy machine may need a little more, but waiting for Telegram takes longer.
        assert!(took < Duration::from_millis(2_500), "{took:?}:\n{}", story.log.text());
        nothing_is_lost(story, said).await;
    }
}

#[tokio::test]
async fn a_quiet_house_stops_without_a_trace_and_without_a_hurry() {
    let mut story = Story::new().await;
    story.calm().await;
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    let stopped = story.log.events("app.stopped");
    assert_eq!(stopped.len(), 1);
    assert_eq!(
        (&stopped[0]["drained"], &stopped[0]["clean"], &stopped[0]["left"]),
        (&true.into(), &true.into(), &0.into())
    );
    let worse = |it: &str| it.contains("\"level\":\"WARN\"") || it.contains("\"level\":\"ERROR\"");
    assert!(!story.log.text().lines().any(worse), "{}", story.log.text());
}
