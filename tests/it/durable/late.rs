//! What comes too late: old words are left out, an old press is decided, and both are told.

use super::UNLIMITED;
use super::wake::Clock;
use crate::harness::{By, Setting, Story};
use majordomo::playground::telegram::{Fault, FaultKind};

/// A house whose clock can be moved, with Eve stopped; nobody can be looked up any more.
async fn begin(by: By) -> (Story, Clock) {
    let setting = UNLIMITED.iter().fold(Setting::by(by), |it, (name, value)| it.with(name, value));
    // A mute ends with its notice; not within this story.
    let setting = setting.with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "172800");
    let setting = setting.with("MAJORDOMO_LIMITS__MEMBERSHIP_CACHE__LOOKUP_TIMEOUT_MS", "60000");
    let mut story = Story::prepare(setting).await;
    let clock = Clock::beside(&story.store());
    story.set("LD_PRELOAD", clock.library.to_str().unwrap());
    story.set("CLOCK_FILE", clock.file.to_str().unwrap());
    story.start().await;
    story.protect().await;
    story.stopped(story.eve, "hello").await;
    story.sees("a notice", |it| it.by_bot && format!("{:?}", it.what).contains("please join")).await;
    story.calm().await;
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Hang(60_000)));
    (story, clock)
}

/// The process is killed with everything acknowledged, and comes back so much later.
async fn back_after(story: &mut Story, clock: &Clock, seconds: i64) {
    story.until("all is acknowledged", || story.telegram.undelivered() == 0).await;
    story.kill9();
    story.telegram.no_faults();
    clock.jump_s(seconds);
    story.start().await;
}

#[tokio::test]
async fn an_old_press_is_decided_and_told() {
    for (by, seconds, told) in [(By::Polling, 100, 0), (By::Polling, 200, 1), (By::Webhook, 200, 1)] {
        let (mut story, clock) = begin(by).await;
        story.telegram.join(story.eve, story.channel).unwrap();
        story.telegram.press_and_go(story.eve, story.group, "joined").unwrap();
        back_after(&mut story, &clock, seconds).await;
        story.until("Eve may write", || story.telegram.may_write(story.group, story.eve)).await;
        story.calm().await;
        assert_eq!(story.telegram.unanswered_presses(), [], "{by:?}");
        let expired = story.log.events("update.expired");
        assert_eq!(expired.len(), told, "{by:?} after {seconds} s: {}", story.log.text());
        assert!(expired.iter().all(|it| it["reason"].as_str().unwrap().contains("Pressed")), "{expired:?}");
    }
}

#[tokio::test]
async fn old_words_are_left_out_and_told_and_what_has_happened_counts_however_late() {
    let (mut story, clock) = begin(By::Polling).await;
    let somebody = story.stranger("Somebody", story.group);
    let old = story.telegram.say(somebody, story.group, "hello").unwrap();
    back_after(&mut story, &clock, 25 * 3_600).await;
    let expired = story.log.wait_for("update.expired").await;
    assert!(expired["age_s"].as_u64().unwrap() > 24 * 3_600, "{expired}");
    let fresh = story.telegram.say(somebody, story.group, "hello again").unwrap();
    story.until("new words are judged", || story.deleted(story.group).contains(&fresh.0)).await;
    story.restart().await;
    story.calm().await;
    assert!(!story.deleted(story.group).contains(&old.0), "{}", story.log.text());
    assert_eq!(story.log.events("update.expired").len(), 1, "it is finished for good");
    assert!(!story.telegram.muted(story.group).contains(&story.sam));
}

#[tokio::test]
async fn an_answer_that_nobody_can_see_any_more_is_dropped_and_told() {
    let (mut story, clock) = begin(By::Polling).await;
    story.telegram.no_faults();
    story.telegram.fault(Fault::of("answerCallbackQuery", FaultKind::Hang(60_000)));
    story.telegram.press_and_go(story.eve, story.group, "joined").unwrap();
    story.called("answerCallbackQuery", |_| true).await;
    back_after(&mut story, &clock, 200).await;
    let dropped = story.log.wait_for("effect.dropped").await;
    assert_eq!(dropped["method"], "answerCallbackQuery", "{dropped}");
}
