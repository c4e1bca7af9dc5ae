//! Telegram cut off, slow, and lying: whatever comes instead of an answer, nothing is lost and nothing shows twice.

use super::{LONG, UNLIMITED};
use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::domain::types::UserId;
use majordomo::playground::telegram::{Fault, FaultKind, What};
use majordomo::protocol::control::PendingState;
use std::time::Duration;

/// Longer than any answer that is whole.
const BEYOND: usize = 33 << 20;

/// A house that gives a call up after 1.5 s.
async fn begin(by: By, failures: &str) -> Story {
    let setting = UNLIMITED.iter().fold(Setting::by(by), |it, (name, value)| it.with(name, value));
    let setting = setting.with("MAJORDOMO_TELEGRAM__CALL_TIMEOUT_MS", "1500");
    // Each lie is met, also after many others; the breaker has stories of its own.
    let setting = setting.with("MAJORDOMO_LIMITS__BREAKER__FAILURES", failures);
    // A mute ends with its notice; not within this story.
    let story = Story::begin(setting.with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S", "86400")).await;
    story.calm().await;
    story
}

/// What may come instead of an answer, and whether the call may have been done all the same.
fn lies() -> Vec<Fault> {
    let error = r#"{"ok":false,"error_code":500,"description":"Internal Server Error"}"#;
    let kinds = [
        FaultKind::Reset,
        FaultKind::Hang(3_000),
        FaultKind::Status(502),
        FaultKind::Status(200),
        FaultKind::Status(302),
        FaultKind::Status(401),
        FaultKind::Status(403),
        FaultKind::Status(404),
        FaultKind::Garbage,
        FaultKind::Says(200, r#"{"ok":false}"#),
        FaultKind::Says(200, "null"),
        FaultKind::Says(200, ""),
        FaultKind::Says(200, r#"{"ok":true,"ok":true}"#),
        FaultKind::Says(500, error),
        FaultKind::Huge(BEYOND),
    ];
    let both = kinds.into_iter().flat_map(|it| {
        let of = |kind: &FaultKind| Fault::of("", kind.clone()).times(1);
        [of(&it), of(&it).after()]
    });
    // These do the call in any case.
    both.chain([FaultKind::Short, FaultKind::Drip(200)].map(|it| Fault::of("", it).times(1))).collect()
}

fn on(method: &'static str, fault: &Fault) -> Fault {
    Fault { method: Some(method), ..fault.clone() }
}

impl Story {
    /// How often the house has said something to a person in private.
    fn told(&self, who: UserId) -> usize {
        let to = |it: &&majordomo::playground::telegram::Happening| it.chat.0 == who.0 && it.by_bot;
        self.telegram.story().iter().filter(to).filter(|it| matches!(it.what, What::Said { .. })).count()
    }
}

/// One lie of each kind, to everything that a stranger and a newcomer in private cause.
async fn lied_to(by: By) {
    let story = begin(by, "1000").await;
    let mut people = Vec::new();
    for (n, lie) in lies().into_iter().enumerate() {
        let what = format!("{lie:?}");
        for method in ["deleteMessage", "restrictChatMember", "sendMessage"] {
            story.telegram.fault(on(method, &lie).in_chat(story.group.0));
        }
        let stranger = story.stranger(&format!("Stranger {n}"), story.group);
        let said = story.telegram.say(stranger, story.group, "hello").unwrap();
        let newcomer = story.telegram.person(&format!("New {n}"), "en");
        story.telegram.fault(on("sendMessage", &lie).in_chat(newcomer.0));
        let mark = story.telegram.mark();
        story.telegram.whisper(newcomer, "/start").unwrap();
        let stopped = story
            .telegram
            .until(LONG, || {
                story.deleted(story.group).contains(&said.0) && story.telegram.muted(story.group).contains(&stranger)
            })
            .await;
        assert!(stopped, "{what}: the stranger is stopped; the log:\n{}", story.log.text());
        let tried = |it: &majordomo::playground::telegram::Call| {
            it.method == "sendMessage" && it.number("chat_id") == Some(newcomer.0)
        };
        assert!(story.telegram.wait_from(mark, tried, LIMIT).await.is_some(), "{what}: {}", story.log.text());
        people.push((what, newcomer));
    }
    story.telegram.no_faults();
    story.calm().await;
    // The last answer comes in drops, and is given up for lost after a while.
    let mut pending = story.pending().await;
    for _ in 0..50 {
        if pending.iter().all(|it| it.state == PendingState::Unknown) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        pending = story.pending().await;
    }
    assert!(pending.iter().all(|it| it.state == PendingState::Unknown), "{pending:?}");
    for (what, who) in &people {
        let listed = pending.iter().filter(|it| it.chat == Some(who.0)).count();
        assert!(story.told(*who) <= 1, "{what}: said {} times", story.told(*who));
        assert_eq!(listed, 1, "{what}: what nobody knows is listed: {pending:?}\n{}", story.log.text());
    }
    let unknown = story.log.events("effect.unknown");
    assert!(unknown.len() >= 3, "told, and folded when it repeats: {unknown:?}");
    assert!(!story.telegram.muted(story.group).contains(&story.sam), "nobody else is touched");
    assert!(story.log.events("sup.child.crashed").is_empty(), "{}", story.log.text());
}

#[tokio::test]
async fn whatever_comes_instead_of_an_answer_nothing_is_lost_and_nothing_shows_twice_by_polling() {
    lied_to(By::Polling).await;
}

#[tokio::test]
async fn whatever_comes_instead_of_an_answer_nothing_is_lost_and_nothing_shows_twice_by_webhook() {
    lied_to(By::Webhook).await;
}

#[tokio::test]
async fn a_poll_that_is_lied_to_asks_again_and_takes_each_update_once() {
    let story = begin(By::Polling, "1000").await;
    for (n, lie) in lies().into_iter().enumerate() {
        let what = format!("{lie:?}");
        story.telegram.fault(on("getUpdates", &lie));
        // The poll that is waiting ends with this one's update; the next one meets the lie.
        for m in 0..2 {
            let who = story.stranger(&format!("Stranger {n}.{m}"), story.group);
            let said = story.telegram.say(who, story.group, "hello").unwrap();
            let stopped = story.telegram.until(LONG, || story.deleted(story.group).contains(&said.0)).await;
            assert!(stopped, "{what}: {}", story.log.text());
        }
    }
    story.calm().await;
    let mut deleted = std::collections::BTreeMap::<_, usize>::new();
    for call in story.telegram.calls("deleteMessage") {
        *deleted.entry(call.number("message_id")).or_default() += 1;
    }
    deleted.retain(|_, times| *times > 1);
    assert!(deleted.is_empty(), "each message is deleted once, not {deleted:?}; the log:\n{}", story.log.text());
    assert!(!story.log.events("intake.paused").is_empty() && !story.log.events("intake.resumed").is_empty());
    assert!(story.log.events("sup.child.crashed").is_empty(), "{}", story.log.text());
}

#[tokio::test]
async fn a_telegram_that_is_cut_off_for_a_while_finds_everything_done_when_it_is_back() {
    for by in [By::Polling, By::Webhook] {
        let mut story = begin(by, "3").await;
        story.telegram.cut_off(true);
        tokio::time::sleep(Duration::from_millis(300)).await; // nothing is on its way any more
        let say = |n: usize| {
            let who = story.stranger(&format!("Stranger {n}"), story.group);
            (who, story.telegram.say(who, story.group, "hello").unwrap())
        };
        let said: Vec<_> = (0..20).map(say).collect();
        let newcomer = story.telegram.person("New", "en");
        story.telegram.whisper(newcomer, "/start").unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await; // some attempts fail meanwhile
        // A start without any network is a start, too.
        if by == By::Polling {
            story.kill9();
            story.start_and_go();
            tokio::time::sleep(Duration::from_secs(4)).await;
        }
        story.telegram.cut_off(false);
        let all = story
            .telegram
            .until(LONG, || {
                let (deleted, muted) = (story.deleted(story.group), story.telegram.muted(story.group));
                said.iter().all(|(who, message)| deleted.contains(&message.0) && muted.contains(who))
            })
            .await;
        assert!(all, "{by:?}: {}", story.log.text());
        story.until("the newcomer is told", || story.told(newcomer) == 1).await;
        story.calm().await;
        assert_eq!(story.told(newcomer), 1);
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
    }
}

#[tokio::test]
async fn pages_of_a_proxy_for_every_call_are_no_word_about_the_token_and_the_start_goes_on() {
    for status in [401, 403, 404, 407, 302, 200] {
        let mut story = Story::prepare(Setting::by(By::Polling)).await;
        story.telegram.fault(Fault::of_all(FaultKind::Status(status)));
        story.start_and_go();
        story.log.wait_for("upstream.failed").await;
        story.telegram.no_faults();
        let ready = story.log.wait_from(0, |it| it["event"] == "app.ready", LONG).await;
        assert!(ready.is_some(), "HTTP {status}: {}", story.log.text());
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{}", story.log.text());
    }
}
