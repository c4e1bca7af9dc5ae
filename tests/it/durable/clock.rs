//! Clocks that jump by an hour or a day, both ways, or stand still: nothing fires twice, nothing is locked for a day.

use super::wake::Clock;
use super::{LONG, UNLIMITED};
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::playground::telegram::{Call, Fault, FaultKind};
use std::time::Duration;

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// A protected group, and a clock that can be moved.
async fn begin(ttl_s: &str, more: &[(&str, &str)]) -> (Story, Clock) {
    let setting = UNLIMITED.iter().chain(more).fold(Setting::by(By::Polling), |it, (name, value)| it.with(name, value));
    let mut story = Story::prepare(setting.with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", ttl_s)).await;
    let clock = Clock::beside(&story.store());
    story.set("LD_PRELOAD", clock.library.to_str().unwrap());
    story.set("CLOCK_FILE", clock.file.to_str().unwrap());
    story.start().await;
    story.protect().await;
    story.calm().await;
    (story, clock)
}

impl Story {
    /// The promises that no clock may break: strangers are stopped, subscribers are not, a press is answered.
    async fn serves(&self, name: &str) {
        let stranger = self.stranger(name, self.group);
        self.stopped(stranger, "hello").await;
        let good = self.telegram.say(self.sam, self.group, "I read the news").unwrap();
        self.calm().await;
        assert!(!self.deleted(self.group).contains(&good.0), "{name}: a subscriber is left alone");
        assert!(!self.telegram.muted(self.group).contains(&self.sam), "{name}");
    }

    fn quiet_tree(&self, what: &str) {
        for event in ["sup.child.crashed", "sup.gave_up", "sup.storm", "sup.child.stuck", "sup.child.killed"] {
            assert!(self.log.events(event).is_empty(), "{what}: {}", self.log.text());
        }
    }
}

#[tokio::test]
async fn over_every_jump_the_house_serves_and_nothing_crashes() {
    for jump_s in [HOUR_S, -HOUR_S, DAY_S, -DAY_S] {
        let what = format!("{jump_s} s");
        let (mut story, clock) = begin("86400", &[]).await;
        story.serves(&format!("Before {jump_s}")).await;
        clock.jump_s(jump_s);
        story.log.wait_for("clock.jump").await;
        for n in 0..5 {
            story.serves(&format!("After {jump_s} {n}")).await;
        }
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{what}: {}", story.log.text());
        story.start().await;
        story.serves(&format!("Restarted {jump_s}")).await;
        clock.jump_s(0);
        story.serves(&format!("Back from {jump_s}")).await;
        story.kill9();
        story.start().await;
        story.serves(&format!("Back and restarted {jump_s}")).await;
        story.quiet_tree(&what);
    }
}

#[tokio::test]
async fn a_clock_that_stands_still_stops_nobody_else() {
    let (mut story, clock) = begin("600", &[]).await;
    let now_s = story.telegram.now_ms() / 1_000;
    clock.stand_at_s(now_s);
    for n in 0..5 {
        story.serves(&format!("Frozen {n}")).await;
    }
    story.telegram.whisper(story.ann, "drill:ok").unwrap();
    let (status, took) = story.sigterm().await;
    assert_eq!(status.code(), Some(0), "{}", story.log.text());
    assert!(took < Duration::from_secs(10), "{took:?}");
    story.start().await;
    story.serves("Frozen from the start").await;
    clock.jump_s(0);
    story.serves("It goes again").await;
    story.quiet_tree("frozen");
}

#[tokio::test]
async fn a_notice_is_taken_away_in_its_time_although_the_clock_was_set_back_a_day() {
    for restart in [false, true] {
        let (mut story, clock) = begin("6", &[]).await;
        clock.jump_s(DAY_S);
        story.log.wait_for("clock.jump").await;
        story.stopped(story.eve, "hello").await;
        story.until("a notice is there", || !story.notices().is_empty()).await;
        let notice = story.notices()[0];
        story.written().await;
        clock.jump_s(0); // the truth, a day before
        if restart {
            story.restart().await;
        }
        story.until("the notice goes in its time", || story.deleted(story.group).contains(&notice)).await;
        story.calm().await;
        assert_eq!(story.deletions(notice), 1, "once");
        // And whoever speaks again is told again.
        let mark = story.telegram.mark();
        let again = story.stranger("Again", story.group);
        story.stopped(again, "hello").await;
        let told = |it: &Call| it.method == "sendMessage" && it.done && it.text("text").contains("please join");
        assert!(story.telegram.wait_from(mark, told, LIMIT).await.is_some(), "{}", story.log.text());
    }
}

#[tokio::test]
async fn a_pause_that_telegram_asked_for_is_not_kept_for_a_day_by_a_clock_that_was_set_back() {
    let (mut story, clock) = begin("86400", &[]).await;
    clock.jump_s(DAY_S);
    story.log.wait_for("clock.jump").await;
    story.telegram.fault(Fault::of("deleteMessage", FaultKind::Flood { retry_after_s: 3, everywhere: true }).times(1));
    story.telegram.say(story.eve, story.group, "hello").unwrap();
    story.log.wait_for("upstream.flood").await;
    story.written_or_waits().await;
    let early = early(&story); // what was on its way when Telegram said so
    story.kill9();
    clock.jump_s(0);
    story.start().await;
    story.until("she is stopped", || story.telegram.muted(story.group).contains(&story.eve)).await;
    assert_eq!(self::early(&story), early, "the pause holds over the restart");
}

/// Effects that were asked for before a pause was over.
fn early(story: &Story) -> u64 {
    let counts = story.telegram.counts();
    let methods = ["deleteMessage", "restrictChatMember", "sendMessage"];
    methods.iter().filter_map(|it| counts.get(*it)).map(|it| it.early).sum()
}

impl Story {
    /// The pause is on the disk: it is written at once, and needs a moment.
    async fn written_or_waits(&self) {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test]
async fn a_mute_by_a_clock_that_is_a_day_behind_is_not_for_ever() {
    let (story, clock) = begin("600", &[]).await;
    clock.jump_s(-DAY_S);
    story.log.wait_for("clock.jump").await;
    story.stopped(story.eve, "hello").await;
    let behind = story.log.wait_for("clock.behind").await;
    assert!(behind["by_ms"].as_i64().unwrap() > (DAY_S - 120) * 1_000, "{behind}");
    let mutes = story.telegram.calls("restrictChatMember");
    let until_s = mutes.last().unwrap().number("until_date").unwrap();
    let now_s = story.telegram.now_ms() / 1_000;
    assert!((now_s + 30..now_s + 3_600).contains(&until_s), "{until_s} at {now_s}");
    clock.jump_s(0);
    let second = story.stranger("Second", story.group);
    story.stopped(second, "hello").await;
    let until_s = story.telegram.calls("restrictChatMember").last().unwrap().number("until_date").unwrap();
    assert!((now_s + 30..now_s + 3_600).contains(&until_s), "and not twice as long afterwards: {until_s} at {now_s}");
}

#[tokio::test]
async fn a_breaker_and_a_cache_are_neither_locked_nor_opened_by_a_jump() {
    for jump_s in [DAY_S, -DAY_S] {
        let (story, clock) = begin("86400", &[]).await;
        story.telegram.fault(Fault::of("deleteMessage", FaultKind::Reset));
        story.telegram.say(story.eve, story.group, "hello").unwrap();
        story.log.wait_for("breaker.open").await;
        clock.jump_s(jump_s);
        story.log.wait_for("clock.jump").await;
        story.telegram.no_faults();
        story.log.wait_for("breaker.half_open").await;
        story.serves("After").await;
        story.log.wait_for("breaker.closed").await;
        let looked = story.telegram.calls("getChatMember").len();
        for n in 0..20 {
            story.telegram.say(story.sam, story.group, &format!("hello {n}")).unwrap();
        }
        story.calm().await;
        let asked = story.telegram.calls("getChatMember").len() - looked;
        assert!(asked <= 2, "the cache holds what it knows: {asked} questions for 20 messages");
        let one = story.telegram.until(LONG, || story.telegram.undelivered() == 0).await;
        assert!(one, "{}", story.log.text());
    }
}
