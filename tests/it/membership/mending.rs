//! What sets itself right: seen by a clock alone, done twice after a kill, told to whoever asks.

use crate::durable::wake::Clock;
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::domain::types::ChatId;
use majordomo::playground::telegram::{Fault, FaultKind, What};

/// A house whose clock can be put forward, and Telegram's with it.
struct Ahead {
    story: Story,
    clock: Clock,
    by_s: i64,
}

impl Ahead {
    async fn begin(setting: Setting) -> Self {
        let mut story = Story::prepare(setting).await;
        let clock = Clock::beside(&story.store());
        story.set("LD_PRELOAD", clock.library.to_str().unwrap());
        story.set("CLOCK_FILE", clock.file.to_str().unwrap());
        story.start().await;
        story.protect().await;
        Self { story, clock, by_s: 0 }
    }

    fn jump_s(&mut self, by: i64) {
        self.by_s += by;
        self.clock.jump_s(self.by_s);
        self.story.telegram.advance_ms(by * 1_000);
    }
}

#[tokio::test]
async fn what_is_right_again_is_seen_without_anybodys_message_by_polling() {
    seen_by_the_clock_alone(By::Polling, "en", "I can no longer see who subscribes to News", "all is well again").await;
}

#[tokio::test]
async fn what_is_right_again_is_seen_without_anybodys_message_by_webhook_and_in_russian() {
    seen_by_the_clock_alone(By::Webhook, "ru", "больше не вижу подписчиков News", "всё снова в порядке").await;
}

async fn seen_by_the_clock_alone(by: By, language: &'static str, lost: &str, well: &str) {
    let mut it = Ahead::begin(Setting::by(by).speaking(language)).await;
    let (owner, channel) = (ChatId(it.story.ann.0), it.story.channel);
    it.story.telegram.whisper(it.story.ann, "/start").unwrap(); // in their language
    it.story.calm().await;
    let hidden = FaultKind::Error(400, "Bad Request: member list is inaccessible");
    it.story.telegram.fault(Fault::of("getChatMember", hidden).in_chat(channel.0));
    it.story.untouched(it.story.eve, "nobody can say who I am").await;
    it.story.hears(owner, lost).await;
    it.story.telegram.no_faults();
    it.story.calm().await;
    assert_eq!(it.story.said(owner, well), 0, "nobody has looked yet");
    it.jump_s(120);
    it.story.hears(owner, well).await;
    let guest = it.story.guests(1)[0];
    it.story.stopped(guest, "strangers are judged again").await;
}

#[tokio::test]
async fn what_the_reconciler_found_can_be_read_by_polling() {
    found(By::Polling, "en", ["Last compared with the truth", "one mute of mine looked at", "🔎 checked"]).await;
}

#[tokio::test]
async fn what_the_reconciler_found_can_be_read_by_webhook_and_in_russian() {
    found(By::Webhook, "ru", ["Последняя сверка", "проверено 1 моё ограничение", "🔎 сверка"]).await;
}

async fn found(by: By, language: &'static str, [panel, looked, groups]: [&str; 3]) {
    let setting = Setting::by(by).speaking(language).with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "172800");
    let mut it = Ahead::begin(setting).await;
    it.story.stopped(it.story.eve, "hello").await;
    it.story.calm().await;
    it.jump_s(7 * 3_600);
    let (story, private) = (&it.story, ChatId(it.story.ann.0));
    let shown = || {
        story.telegram.say(story.ann, story.group, "/protection").unwrap();
        story.calm()
    };
    for _ in 0..20 {
        shown().await;
        if story.said(story.group, panel) > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    story.hears(story.group, panel).await;
    story.hears(story.group, looked).await;
    story.telegram.whisper(story.ann, "/groups").unwrap();
    story.hears(private, groups).await;
    assert!(story.telegram.muted(story.group).contains(&story.eve), "and nothing was wrong");
}

#[tokio::test]
async fn a_notice_that_is_taken_away_twice_does_no_harm_by_polling() {
    taken_away_twice(By::Polling).await;
}

#[tokio::test]
async fn a_notice_that_is_taken_away_twice_does_no_harm_by_webhook() {
    taken_away_twice(By::Webhook).await;
}

/// The clock rings, the notice goes, and the house is killed before it knows: it is done again, finds nothing, and
/// that is well.
async fn taken_away_twice(by: By) {
    let mut story = Story::begin(Setting::by(by).with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "3")).await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News").await;
    let notice = story.message(story.group, "please join News");
    // The deletion is done, and its answer is not heard.
    story.telegram.fault(Fault::of("deleteMessage", FaultKind::Hang(60_000)).after().times(1));
    story.words_deleted("please join News").await;
    story.restart().await;
    let telegram = story.telegram.clone();
    let tried = || {
        let calls = telegram.calls("deleteMessage");
        calls.into_iter().filter(|it| it.number("message_id") == Some(notice.0)).collect::<Vec<_>>()
    };
    let again =
        || tried().iter().any(|it| it.status == 400 && it.description().contains("message to delete not found"));
    assert!(story.telegram.until(LIMIT, again).await, "it is tried again: {}", story.log.text());
    story.calm().await;
    let times = tried().len();
    story.restart().await;
    story.calm().await;
    assert_eq!(tried().len(), times, "and then it is done");
    let gone = |it: &What| matches!(it, What::Deleted { text } if text.contains("please join News"));
    assert_eq!(story.telegram.story().iter().filter(|it| gone(&it.what)).count(), 1);
    assert!(story.pending().await.is_empty() && story.inbox().await.is_empty(), "nobody has to look at it");
    assert_eq!(story.log.events("effect.dropped").len(), 0, "{}", story.log.text());
}
