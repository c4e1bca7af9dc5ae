//! Telegram's limits and bad days: obeyed, and everything is done in the end.

use crate::harness::{By, Setting, Story};
use majordomo::playground::telegram::{Call, Fault, FaultKind, Options, What};

const THREE: [&str; 3] = ["deleteMessage", "restrictChatMember", "sendMessage"];

/// One call of each kind that a stranger causes, and of the answer to the press.
const ALL: [&str; 4] = ["deleteMessage", "restrictChatMember", "sendMessage", "answerCallbackQuery"];

#[tokio::test]
async fn too_many_requests_is_obeyed_by_polling() {
    too_many_requests(By::Polling).await;
}

#[tokio::test]
async fn too_many_requests_is_obeyed_by_webhook() {
    too_many_requests(By::Webhook).await;
}

/// 429 to each kind of call: nothing is early, nothing stays undone, and words meant for a toast stay there.
async fn too_many_requests(by: By) {
    let story = Story::begin(Setting::by(by)).await;
    for method in ALL {
        story.telegram.fault(Fault::of(method, FaultKind::Flood { retry_after_s: 1, everywhere: false }).times(2));
    }
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News").await;
    let toast = story.eve_joins("I have joined").await;
    assert_eq!(toast.text, "Thank you! You can write now.");
    story.words_deleted("please join News").await;
    story.ends_well().await;
    assert_eq!(story.said(story.group, "You can write now"), 0, "a toast is not said in the group");
    let refused = story.telegram.all_calls().iter().filter(|it| it.status == 429).count();
    assert!(refused >= ALL.len(), "the faults were played: {refused}");
    assert_eq!(story.log.wait_for("upstream.flood").await["level"], "WARN");
}

#[tokio::test]
async fn an_answer_to_a_press_that_is_lost_is_given_again() {
    let story = Story::new().await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News").await;
    story.telegram.fault(Fault::of("answerCallbackQuery", FaultKind::Reset).times(1));
    let toast = story.eve_joins("I have joined").await;
    assert_eq!(toast.text, "Thank you! You can write now.");
    story.ends_well().await;
    assert_eq!(story.said(story.group, "You can write now"), 0, "a toast is not said in the group");
}

#[tokio::test]
async fn many_strangers_at_once_share_a_notice() {
    const MANY: usize = 40;
    let story =
        Story::begin(Setting::by(By::Webhook).telegram(Options { webhook_time_scale: 0.05, ..Options::strict() }))
            .await;
    let guests = story.guests(MANY);
    for who in &guests {
        story.telegram.say(*who, story.group, "buy this").unwrap();
    }
    story.until("everybody is muted", || story.telegram.muted(story.group).len() == MANY).await;
    let deleted = || {
        let spam = |it: &What| matches!(it, What::Deleted { text } if text == "buy this");
        story.telegram.story().iter().filter(|it| spam(&it.what)).count()
    };
    story.until("every message is deleted", || deleted() == MANY).await;
    story.hears(story.group, "34 people are waiting here").await;
    let notices =
        story.telegram.calls("sendMessage").iter().filter(|it| it.text("text").contains("please join")).count();
    assert!(notices <= 7, "six notices and the one that counts, not {notices}");
    let last = *guests.last().unwrap();
    story.telegram.join(last, story.channel).unwrap();
    assert_eq!(story.press(last, "I have joined").await.text, "Thank you! You can write now.");
    story.until("this one may write", || story.telegram.may_write(story.group, last)).await;
    assert_eq!(story.telegram.muted(story.group).len(), MANY - 1, "the others still wait");
    assert_eq!(story.telegram.early_calls(), 0);
}

#[tokio::test]
async fn the_three_answers_do_not_wait_for_one_another() {
    let story = Story::new().await;
    for method in THREE {
        story.telegram.fault(Fault::of(method, FaultKind::Latency(1_000)));
    }
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News").await;
    let calls: Vec<_> = THREE.iter().map(|it| last(&story, it)).collect();
    let first_answer = calls.iter().map(|(at, took)| at + took).min().unwrap();
    assert!(calls.iter().all(|(at, _)| *at < first_answer), "each set out before any had its answer: {calls:?}");
    story.telegram.no_faults();
    story.eve_joins("I have joined").await;
    story.ends_well().await;
}

/// When the last call of a method arrived and how long it took, in µs.
fn last(story: &Story, method: &str) -> (u64, u64) {
    let calls = story.telegram.calls(method);
    calls.last().map(|it| (it.at_us, it.took_us)).unwrap()
}

#[tokio::test]
async fn a_slow_telegram_changes_nothing_but_the_time() {
    for latency_ms in [50, 250] {
        let story = Story::begin(Setting::by(By::Webhook)).await;
        story.telegram.fault(Fault::of_all(FaultKind::Latency(latency_ms)));
        story.stopped(story.eve, "hello").await;
        story.hears(story.group, "please join News").await;
        let toast = story.eve_joins("I have joined").await;
        assert_eq!(toast.text, "Thank you! You can write now.");
        story.ends_well().await;
    }
}

#[tokio::test]
async fn a_very_slow_lookup_still_gets_the_press_answered() {
    let story = Story::begin(Setting::by(By::Polling).with("MAJORDOMO_RUNTIME__PRESS_WORDS_S", "2")).await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News").await;
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Latency(2_000)));
    story.telegram.join(story.eve, story.channel).unwrap();
    let toast = story.press(story.eve, "I have joined").await;
    assert_eq!(toast.text, "", "within a second, words or not");
    story.until("Eve may write", || story.telegram.may_write(story.group, story.eve)).await;
    story.hears(story.group, "Eve: Thank you! You can write now.").await;
    story.words_deleted("Thank you! You can write now.").await;
    story.ends_well().await;
}

#[tokio::test]
async fn lost_answers_are_no_lost_effects() {
    let story = Story::new().await;
    for method in ["restrictChatMember", "deleteMessage"] {
        story.telegram.fault(Fault::of(method, FaultKind::Reset).times(1).after());
    }
    let said = story.telegram.say(story.eve, story.group, "hello").unwrap();
    let done = |it: &Call| it.done && it.number("message_id") == Some(said.0);
    story.called("deleteMessage", done).await;
    story.hears(story.group, "please join News").await;
    let toast = story.eve_joins("I have joined").await;
    assert_eq!(toast.text, "Thank you! You can write now.");
    story.calm().await;
    assert_eq!(story.telegram.unanswered_presses(), []);
    let (code, pending, _) = story.run(&["pending", "list", "--json"]).await;
    assert_eq!((code, pending.trim()), (Some(0), "[]"), "nothing waits for a person's decision");
}

#[tokio::test]
async fn words_that_come_after_the_answer_stay_in_their_topic() {
    let story = Story::begin(Setting::by(By::Polling).unprotected()).await;
    let (forum, topics) = story.telegram.forum("Forum", story.ann, &["Talk"]);
    story.telegram.place_bot(forum, &crate::harness::GUARD);
    story.telegram.join(story.eve, forum).unwrap();
    story.telegram.say_in(story.ann, forum, topics[0], "/protect @news").unwrap();
    story.hears(forum, "Only subscribers of News").await;
    story.telegram.say_in(story.eve, forum, topics[0], "hello").unwrap();
    story.hears(forum, "please join News").await;
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Latency(2_000)));
    let press = story.telegram.press_and_go(story.eve, forum, "I have joined").unwrap();
    let toast = story.telegram.answered(&press, crate::harness::LIMIT).await.unwrap();
    assert_eq!(toast.text, "");
    story.hears(forum, "Eve: Not there yet").await;
    let said = story.telegram.calls("sendMessage");
    let words = said.iter().find(|it| it.text("text").contains("Not there yet")).unwrap();
    assert_eq!(words.number("message_thread_id"), Some(topics[0]), "{words:?}");
    assert!(words.params.get("reply_parameters").is_none(), "{words:?}");
}
