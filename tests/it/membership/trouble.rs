//! When membership cannot be known or acted on: nobody is muted, and the owner is told once.

use crate::harness::{By, GUARD, LIMIT, Setting, Story};
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Fault, FaultKind, Options};

#[tokio::test]
async fn a_lost_channel_opens_the_door_and_is_told_once() {
    let story = Story::new().await;
    let owner = ChatId(story.ann.0);
    story.telegram.throw_bot_out(story.channel);
    for words in ["one", "two", "three"] {
        story.untouched(story.eve, words).await;
    }
    story.hears(owner, "I can no longer see who subscribes to News").await;
    assert_eq!(story.said(owner, "I can no longer see"), 1);
    story.log.wait_for("membership.fail_open").await;
    story.telegram.place_bot(story.channel, &["can_invite_users"]);
    let guest = story.guests(1)[0];
    story.stopped(guest, "hello").await;
    story.hears(owner, "all is well again").await;
}

#[tokio::test]
async fn without_its_rights_the_bot_mutes_nobody_and_says_so_once() {
    let story = Story::new().await;
    let owner = ChatId(story.ann.0);
    story.telegram.place_bot(story.group, &["can_pin_messages"]);
    story.hears(owner, "I may no longer delete messages or mute people in Readers").await;
    story.untouched(story.eve, "hello").await;
    story.telegram.place_bot(story.group, &GUARD);
    story.hears(owner, "all is well again").await;
    story.stopped(story.eve, "hello again").await;
    assert_eq!(story.said(owner, "I may no longer"), 2, "once, and once more that it is over");
    story.ends_well().await;
}

#[tokio::test]
async fn one_lost_lookup_lets_no_stranger_pass() {
    let story = Story::new().await;
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Reset).times(1));
    story.stopped(story.eve, "hello").await;
    story.ends_well().await;
}

#[tokio::test]
async fn while_nobody_can_say_nobody_is_muted_and_the_press_says_so() {
    let story = Story::new().await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News").await;
    let broken = Fault::of("getChatMember", FaultKind::Error(500, "Internal Server Error"));
    story.telegram.fault(broken.times(2).in_chat(story.channel.0)); // one question, and its repetition
    let toast = story.press(story.eve, "I have joined").await;
    assert_eq!(toast.text, "I cannot check just now. Please try again in a moment.");
    assert_eq!(story.eve_joins("I have joined").await.text, "Thank you! You can write now.");
    story.ends_well().await;
}

/// What is said on the way, in one language.
struct Words {
    language: &'static str,
    protected: &'static str,
    here: &'static str,
    rights: &'static str,
    remedy: &'static str,
    private: &'static str,
    log: &'static str,
    over: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    protected: "Only subscribers of News",
    here: "I cannot write to whoever set me up",
    rights: "I may not delete messages or mute people here",
    remedy: "startgroup",
    private: "I may no longer delete messages or mute people in Den",
    log: "Den needs your hand",
    over: "Den: all is well again",
};

const RUSSIAN: Words = Words {
    language: "ru",
    protected: "только подписчики канала News",
    here: "тому, кто меня настроил, я написать не могу",
    rights: "Мне нельзя удалять сообщения или ограничивать участников",
    remedy: "startgroup",
    private: "Den",
    log: "Группе Den нужна ваша помощь",
    over: "Den: снова всё в порядке",
};

/// Bob has set up a group of his own, in which nobody of the house is, and has never pressed Start.
async fn never_started(by: By, words: &Words, ephemeral: bool) -> (Story, UserId, ChatId) {
    let options = Options { ephemeral, webhook_time_scale: 0.05, ..Options::default() };
    let setting = Setting::by(by).telegram(options).speaking(words.language).unprotected();
    let story = Story::begin(setting).await;
    let bob = story.telegram.person("Bob", words.language);
    let den = story.telegram.supergroup("Den", bob);
    story.telegram.place_bot(den, &GUARD);
    story.telegram.join(story.sam, den).unwrap();
    story.telegram.promote(story.channel, bob, &["can_invite_users"]);
    story.telegram.say(bob, den, "/protect @news").unwrap();
    story.hears(den, words.protected).await;
    (story, bob, den)
}

#[tokio::test]
async fn whoever_never_pressed_start_is_told_in_the_group_once_by_polling() {
    told_in_the_group(By::Polling, &ENGLISH, true).await;
}

#[tokio::test]
async fn whoever_never_pressed_start_is_told_in_the_group_once_by_webhook_in_russian() {
    told_in_the_group(By::Webhook, &RUSSIAN, false).await;
}

/// Where Telegram can do that Bob alone sees it; it goes when it is over, and after Start he hears in private.
async fn told_in_the_group(by: By, words: &Words, ephemeral: bool) {
    let (story, bob, den) = never_started(by, words, ephemeral).await;
    let telegram = &story.telegram;
    let sees = |who| telegram.screen(who, den).iter().any(|it| it.contains(words.here) && it.contains(words.rights));
    for _again in 0..2 {
        telegram.place_bot(den, &["can_pin_messages"]);
        story.until("Bob sees it", || sees(bob)).await;
        story.calm().await;
    }
    assert_eq!(sees(story.sam), !ephemeral, "nobody else needs to");
    let said = telegram.calls("sendMessage");
    let said: Vec<_> = said.iter().filter(|it| it.done && it.text("text").contains(words.here)).collect();
    assert_eq!(said.len(), 1, "once:\n{}", story.calls());
    let buttons = said[0].params["reply_markup"].to_string();
    assert!(buttons.contains(words.remedy), "with the remedy: {buttons}");
    assert_eq!(story.said(ChatId(bob.0), ""), 0, "nobody is written to who cannot be");
    telegram.place_bot(den, &GUARD);
    story.until("it is gone", || !sees(bob) && !sees(story.sam)).await;
    let eve = telegram.person("Mallory", words.language);
    telegram.resident(eve, den);
    telegram.say(eve, den, "hello").unwrap();
    assert!(telegram.until(LIMIT, || telegram.muted(den).contains(&eve)).await, "and it guards again");
    story.ends_well().await;
}

#[tokio::test]
async fn a_setter_who_blocked_the_bot_is_told_in_the_log_place_by_webhook() {
    told_in_the_log(By::Webhook, &ENGLISH).await;
}

#[tokio::test]
async fn a_setter_who_blocked_the_bot_is_told_in_the_log_place_by_polling_in_russian() {
    told_in_the_log(By::Polling, &RUSSIAN).await;
}

/// Bob pressed Start once and heard of troubles there; then he blocked the bot. The group has a log place.
async fn told_in_the_log(by: By, words: &Words) {
    let (story, bob, den) = never_started(by, words, false).await;
    let telegram = &story.telegram;
    let private = ChatId(bob.0);
    telegram.started(bob);
    telegram.say(bob, private, "/start").unwrap();
    story.calm().await;
    telegram.place_bot(den, &["can_pin_messages"]);
    story.hears(private, words.private).await;
    telegram.place_bot(den, &GUARD);
    story.calm().await;
    let log = telegram.supergroup("Reports", bob);
    telegram.place_bot(log, &["can_pin_messages"]);
    telegram.say(bob, log, &format!("/log {}", den.0)).unwrap();
    story.calm().await;
    telegram.block(bob);
    telegram.place_bot(den, &["can_pin_messages"]);
    story.hears(log, words.log).await;
    assert_eq!(story.said(den, words.here), 0, "the group need not know");
    telegram.place_bot(den, &GUARD);
    story.hears(log, words.over).await;
    assert_eq!(story.said(log, words.log), 1, "once");
    story.calm().await;
}
