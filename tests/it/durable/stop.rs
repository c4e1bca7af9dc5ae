//! Stopping: in time and with nothing lost, whatever Telegram does, and at once when told twice.

use super::UNLIMITED;
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::domain::types::{MessageId, UserId};
use majordomo::playground::telegram::{Fault, FaultKind, What};
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The promise.
const TEN_SECONDS: Duration = Duration::from_secs(10);
/// The promise after a second signal, and half a second more for a machine that does other things too: sending
/// the signal takes a process of its own.
const A_SECOND: Duration = Duration::from_millis(1_500);
/// What a pipe of Linux holds while nobody reads.
const PIPE_BYTES: usize = 64 * 1024;

/// A house in the middle of its work, with a Telegram that has stopped answering.
async fn hanging(by: By) -> (Story, Vec<(UserId, MessageId)>) {
    let setting = UNLIMITED.iter().fold(Setting::by(by), |it, (name, value)| it.with(name, value));
    // A lookup that fails lets people pass; here it only takes long.
    let setting = setting.with("MAJORDOMO_LIMITS__MEMBERSHIP_CACHE__LOOKUP_TIMEOUT_MS", "60000");
    let story = Story::begin(setting).await;
    story.stopped(story.eve, "before").await;
    story
        .sees(
            "a notice with its button",
            |it| matches!(&it.what, What::Said { text, .. } if text.contains("to write here")),
        )
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
        assert!(took < A_SECOND, "{took:?}:\n{}", story.log.text());
        let last = story.log.text().lines().last().unwrap_or_default().to_owned();
        assert!(last.contains("app.stopped") && last.contains("told twice"), "{last}");
        nothing_is_lost(story, said).await;
    }
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once_although_nobody_reads_its_log() {
    let (mut story, said) = hanging(By::Polling).await;
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    // A pipe that is full already: not one line of the log can be written.
    let (_nobody_reads, mut log) = std::io::pipe().unwrap();
    log.write_all(&vec![b'\n'; PIPE_BYTES]).unwrap();
    let mut command = story.command(&["run"]);
    command.stdout(log).stderr(Stdio::null());
    let mark = story.telegram.mark();
    let mut house = command.spawn().unwrap();
    drop(command);
    assert!(story.telegram.wait_from(mark, |it| it.method == "getUpdates", LIMIT).await.is_some());
    for signal in ["TERM", "INT"] {
        tokio::time::sleep(Duration::from_millis(200)).await; // the start, then the drain, are under way
        let sent = std::process::Command::new("kill").args([&format!("-{signal}"), &house.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }
    let since = Instant::now();
    let ended = tokio::task::spawn_blocking(move || house.wait());
    assert_eq!(tokio::time::timeout(LIMIT, ended).await.unwrap().unwrap().unwrap().code(), Some(0));
    assert!(since.elapsed() < A_SECOND, "{:?}", since.elapsed());
    nothing_is_lost(story, said).await;
}

#[tokio::test]
async fn a_quiet_house_stops_without_a_trace_and_without_a_hurry() {
    let mut story = Story::new().await;
    story.calm().await;
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    for (once, many) in [("app.starting", 1), ("app.ready", 1), ("web.started", 1), ("app.draining", 1)] {
        assert_eq!(story.log.events(once).len(), many, "{once}: {}", story.log.text());
    }
    let stopped = story.log.events("app.stopped");
    assert_eq!(stopped.len(), 1);
    assert_eq!(
        (&stopped[0]["drained"], &stopped[0]["clean"], &stopped[0]["left"]),
        (&true.into(), &true.into(), &0.into())
    );
    let worse = |it: &str| it.contains("\"level\":\"WARN\"") || it.contains("\"level\":\"ERROR\"");
    assert!(!story.log.text().lines().any(worse), "{}", story.log.text());
}
