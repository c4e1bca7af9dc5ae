//! The door: who comes in is looked at first, and who asks to is answered without anybody else noticing.

use crate::harness::{By, Setting, Story};
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Fault, FaultKind, Options, What};

/// What is said to somebody who asks, in one language.
struct Words {
    language: &'static str,
    asked: &'static str,
    time: &'static str,
    check: &'static str,
    lacks: &'static str,
    welcome: &'static str,
    closed: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    asked: "You asked to join Readers. To be let in, please join this channel first:\n▫️ News",
    time: "You have 24 hours for it.",
    check: "Check now",
    lacks: "Not there yet. Please join News.",
    welcome: "You are in. Welcome to Readers!",
    closed: "Your request to join Readers is closed",
};

const RUSSIAN: Words = Words {
    language: "ru",
    asked: "Вы подали заявку в группу Readers. Чтобы попасть туда, подпишитесь, пожалуйста, сначала на этот канал:\n▫️ News",
    time: "На это есть 24 часа.",
    check: "Проверить сейчас",
    lacks: "Пока не всё. Подпишитесь, пожалуйста, на News.",
    welcome: "Вы приняты. Добро пожаловать в группу Readers!",
    closed: "Заявка в группу Readers закрыта",
};

/// A protected group into which one has to ask.
async fn gated(setting: Setting) -> Story {
    let story = Story::begin(setting).await;
    story.telegram.require_requests(story.group, true);
    story.calm().await;
    story
}

impl Story {
    /// A subscriber who is not in the group.
    fn reader(&self, name: &str, language: &str) -> UserId {
        let who = self.telegram.person(name, language);
        self.telegram.join(who, self.channel).unwrap();
        who
    }

    /// What the bot did in the group since a mark, by method.
    fn done_in_group(&self, mark: u64) -> Vec<String> {
        let here = |it: &majordomo::playground::telegram::Call| it.number("chat_id") == Some(self.group.0);
        let calls = self.telegram.all_calls();
        calls.iter().filter(|it| it.n >= mark && here(it)).map(|it| it.method.clone()).collect()
    }

    async fn comes_in(&self, who: UserId) {
        self.until("they are let in", || self.telegram.is_inside(self.group, who)).await;
    }

    /// Ann opens the panel and presses her way through these buttons.
    async fn chooses(&self, buttons: [&str; 2]) {
        self.telegram.say(self.ann, self.group, "/protection").unwrap();
        for button in buttons {
            let there = || {
                let screen = self.telegram.screen(self.ann, self.group);
                screen.iter().any(|it| it.contains(button))
            };
            self.until(button, there).await;
            self.telegram.press(self.ann, self.group, button, crate::harness::LIMIT).await.unwrap();
        }
        self.calm().await;
    }

    /// Somebody joins the channel, and presses the button of the checklist if it still stands.
    async fn subscribes(&self, who: UserId, check: &str) {
        self.telegram.join(who, self.channel).unwrap();
        // The checklist may have seen it already.
        if let Ok(press) = self.telegram.press_and_go(who, ChatId(who.0), check) {
            self.telegram.answered(&press, crate::harness::LIMIT).await.unwrap();
        }
    }
}

#[tokio::test]
async fn subscribers_are_let_in_unnoticed_by_polling() {
    subscribers_are_let_in_unnoticed(By::Polling).await;
}

#[tokio::test]
async fn subscribers_are_let_in_unnoticed_by_webhook() {
    subscribers_are_let_in_unnoticed(By::Webhook).await;
}

async fn subscribers_are_let_in_unnoticed(by: By) {
    let story = gated(Setting::by(by)).await;
    let max = story.reader("Max", "en");
    story.calm().await;
    let mark = story.telegram.mark();
    story.telegram.join(max, story.group).unwrap();
    story.comes_in(max).await;
    story.calm().await;
    assert_eq!(story.done_in_group(mark), ["approveChatJoinRequest"]);
    assert_eq!(story.telegram.screen(max, ChatId(max.0)), Vec::<String>::new(), "nor a word in private");
    story.untouched(max, "hello").await;
    story.ends_well().await;
}

#[tokio::test]
async fn a_stranger_is_let_in_after_a_checklist_by_polling() {
    a_stranger_is_let_in_after_a_checklist(By::Polling, &ENGLISH).await;
}

#[tokio::test]
async fn a_stranger_is_let_in_after_a_checklist_by_webhook() {
    a_stranger_is_let_in_after_a_checklist(By::Webhook, &ENGLISH).await;
}

#[tokio::test]
async fn a_stranger_is_let_in_after_a_checklist_in_russian() {
    a_stranger_is_let_in_after_a_checklist(By::Polling, &RUSSIAN).await;
}

async fn a_stranger_is_let_in_after_a_checklist(by: By, words: &Words) {
    let story = gated(Setting::by(by).speaking(words.language)).await;
    let max = story.telegram.person("Max", words.language);
    let private = ChatId(max.0);
    let mark = story.telegram.mark();
    story.telegram.join(max, story.group).unwrap();
    story.hears(private, words.asked).await;
    story.hears(private, words.time).await;
    let screen = story.telegram.screen(max, private);
    assert!(screen.len() == 1 && screen[0].contains("[News]") && screen[0].contains(words.check), "{screen:?}");
    let early = story.telegram.press(max, private, words.check, crate::harness::LIMIT).await.unwrap();
    assert_eq!((early.text.as_str(), early.alert), (words.lacks, true));
    assert!(!story.telegram.is_inside(story.group, max));
    tokio::time::sleep(std::time::Duration::from_secs(5)).await; // the button looks again after that
    story.subscribes(max, words.check).await;
    story.comes_in(max).await;
    story.hears(private, words.welcome).await;
    story.calm().await;
    let screen = story.telegram.screen(max, private);
    assert!(screen.len() == 1 && screen[0].contains(words.welcome), "one message from first to last: {screen:?}");
    assert_eq!(story.done_in_group(mark), ["approveChatJoinRequest"]);
    story.untouched(max, "hello").await;
    story.ends_well().await;
}

#[tokio::test]
async fn the_checklist_ticks_itself() {
    let story = Story::new().await;
    let other = story.telegram.channel("Other", Some("other"), story.ann);
    story.telegram.place_bot(other, &["can_invite_users"]);
    story.ann_asks("/protect @other", "Other").await;
    story.telegram.require_requests(story.group, true);
    let max = story.telegram.person("Max", "en");
    let private = ChatId(max.0);
    story.telegram.join(max, story.group).unwrap();
    story.hears(private, "▫️ News\n▫️ Other").await;
    story.telegram.join(max, story.channel).unwrap();
    story.hears(private, "✅ News\n▫️ Other").await;
    story.telegram.leave(max, story.channel).unwrap();
    story.until("un-ticked", || story.said(private, "▫️ News\n▫️ Other") == 2).await;
    story.telegram.join(max, story.channel).unwrap();
    story.telegram.join(max, other).unwrap();
    story.comes_in(max).await;
    story.hears(private, ENGLISH.welcome).await;
    story.calm().await;
    assert_eq!(story.telegram.screen(max, private), ["bot: You are in. Welcome to Readers!"]);
    story.ends_well().await;
}

#[tokio::test]
async fn who_does_not_join_in_time_is_declined_and_may_ask_again() {
    for words in [&ENGLISH, &RUSSIAN] {
        let setting = Setting::by(By::Polling).with("MAJORDOMO_FEATURES__MEMBERSHIP__DECLINE_AFTER_S", "2");
        let story = gated(setting.speaking(words.language)).await;
        let max = story.telegram.person("Max", words.language);
        let private = ChatId(max.0);
        story.telegram.join(max, story.group).unwrap();
        story.hears(private, words.asked).await;
        story.until("declined", || story.telegram.asking(story.group).is_empty()).await;
        story.hears(private, words.closed).await;
        assert!(!story.telegram.is_inside(story.group, max));
        story.telegram.join(max, story.channel).unwrap();
        story.telegram.join(max, story.group).unwrap();
        story.comes_in(max).await;
        story.ends_well().await;
    }
}

#[tokio::test]
async fn a_guards_question_is_answered_in_time() {
    for (by, latency_ms) in [(By::Polling, 0), (By::Webhook, 0), (By::Polling, 1_500)] {
        let story = gated(Setting::by(by)).await;
        story.telegram.appoint_guard(story.group, true);
        let (max, mia) = (story.reader("Max", "en"), story.telegram.person("Mia", "en"));
        story.calm().await;
        story.telegram.fault(Fault::of_all(FaultKind::Latency(latency_ms)));
        let mark = story.telegram.mark();
        story.telegram.join(max, story.group).unwrap();
        story.telegram.join(mia, story.group).unwrap();
        story.comes_in(max).await;
        story.until("each question has its answer", || story.telegram.unanswered_queries().is_empty()).await;
        story.hears(ChatId(mia.0), ENGLISH.asked).await;
        let answers = story.telegram.calls("answerChatJoinRequestQuery");
        let mut results: Vec<_> = answers.iter().map(|it| (it.text("result").to_owned(), it.done)).collect();
        results.sort();
        assert_eq!(results, [("approve".to_owned(), true), ("queue".to_owned(), true)], "in time, each once");
        story.telegram.no_faults();
        story.subscribes(mia, ENGLISH.check).await;
        story.comes_in(mia).await;
        story.hears(ChatId(mia.0), ENGLISH.welcome).await;
        let said = story.done_in_group(mark).into_iter().filter(|it| it == "sendMessage").count();
        assert_eq!(said, 0);
        story.ends_well().await;
    }
}

#[tokio::test]
async fn a_question_whose_facts_take_too_long_is_left_open() {
    let story = gated(Setting::by(By::Polling)).await;
    story.telegram.appoint_guard(story.group, true);
    let max = story.reader("Max", "en");
    story.calm().await;
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Hang(7_000)));
    story.telegram.join(max, story.group).unwrap();
    let queued = |it: &majordomo::playground::telegram::Call| it.done && it.text("result") == "queue";
    story.called("answerChatJoinRequestQuery", queued).await;
    assert_eq!(story.telegram.asking(story.group), [max], "nobody is let in, or turned away, on doubt");
    story.telegram.no_faults();
}

#[tokio::test]
async fn a_person_who_blocks_the_bot_is_let_in_all_the_same() {
    let story = gated(Setting::by(By::Webhook)).await;
    let max = story.telegram.person("Max", "en");
    story.telegram.block(max);
    story.telegram.join(max, story.group).unwrap();
    let refused = |it: &majordomo::playground::telegram::Call| it.status == 403 && it.number("chat_id") == Some(max.0);
    story.called("sendMessage", refused).await;
    story.telegram.join(max, story.channel).unwrap();
    story.comes_in(max).await;
    story.ends_well().await;
}

#[tokio::test]
async fn a_power_cut_between_request_and_answer_loses_nobody() {
    let mut story = gated(Setting::by(By::Polling)).await;
    let (max, mia) = (story.reader("Max", "en"), story.telegram.person("Mia", "en"));
    story.calm().await;
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Latency(300)));
    story.telegram.join(max, story.group).unwrap();
    story.telegram.join(mia, story.group).unwrap();
    story.until("taken", || story.telegram.undelivered() == 0).await;
    story.kill9();
    story.telegram.no_faults();
    story.start().await;
    story.comes_in(max).await;
    story.hears(ChatId(mia.0), ENGLISH.asked).await;
    story.calm().await;
    story.restart().await;
    story.subscribes(mia, ENGLISH.check).await;
    story.comes_in(mia).await;
    story.hears(ChatId(mia.0), ENGLISH.welcome).await;
    assert_eq!(story.said(ChatId(mia.0), "You asked to join"), 1, "told once");
    story.ends_well().await;
}

#[tokio::test]
async fn an_admins_decision_closes_the_request_quietly() {
    let story = gated(Setting::by(By::Polling)).await;
    let max = story.telegram.person("Max", "en");
    story.telegram.join(max, story.group).unwrap();
    story.hears(ChatId(max.0), ENGLISH.asked).await;
    story.telegram.join(max, story.channel).unwrap(); // or he would be held back
    let _by_us_already = story.telegram.hand_of(story.ann).let_in(story.group, max);
    story.hears(ChatId(max.0), ENGLISH.welcome).await;
    story.untouched(max, "hello").await;
    story.calm().await;
    // Our own approval may have been on its way: that it comes second is no harm, and nobody hears of it.
    assert_eq!((story.telegram.early_calls(), story.telegram.asking(story.group)), (0, Vec::new()));
}

#[tokio::test]
async fn without_the_right_to_let_in_the_owner_is_told_once() {
    let story = Story::new().await;
    let owner = ChatId(story.ann.0);
    story.telegram.require_requests(story.group, true);
    let max = story.reader("Max", "en");
    story.calm().await;
    story.telegram.fault(Fault::of(
        "approveChatJoinRequest",
        FaultKind::Error(400, "Bad Request: not enough rights to manage chat join requests"),
    ));
    story.telegram.join(max, story.group).unwrap();
    story.hears(owner, "I may not let people in who ask to join Readers").await;
    story.calm().await;
    assert_eq!(story.said(owner, "I may not let people in"), 1);
    assert_eq!(story.telegram.asking(story.group), [max]);
}

#[tokio::test]
async fn strangers_who_come_in_are_held_and_told_by_polling() {
    strangers_who_come_in_are_held_and_told(By::Polling).await;
}

#[tokio::test]
async fn strangers_who_come_in_are_held_and_told_by_webhook() {
    strangers_who_come_in_are_held_and_told(By::Webhook).await;
}

async fn strangers_who_come_in_are_held_and_told(by: By) {
    let story = Story::begin(Setting::by(by)).await;
    let mia = story.telegram.person("Mia", "en");
    story.telegram.join(mia, story.group).unwrap();
    story.until("Mia is muted", || story.telegram.muted(story.group) == [mia]).await;
    story.hears(story.group, "Mia, to write here please join News first").await;
    story.calm().await;
    assert_eq!(story.said(story.group, "Mia, to write here"), 1, "two updates, one notice");
    story.telegram.leave(mia, story.group).unwrap();
    story.telegram.join(mia, story.group).unwrap();
    story.calm().await;
    assert_eq!(story.said(story.group, "Mia, to write here"), 1, "out and in again changes nothing");
    story.telegram.leave(mia, story.group).unwrap();
    story.telegram.join(mia, story.channel).unwrap();
    story.calm().await;
    story.telegram.join(mia, story.group).unwrap();
    story.until("a subscriber who comes back may write", || story.telegram.may_write(story.group, mia)).await;
    story.words_deleted("Mia, to write here").await;
    story.ends_well().await;
}

#[tokio::test]
async fn nobody_notices_that_a_subscriber_comes_in() {
    for by in [By::Polling, By::Webhook] {
        let story = Story::begin(Setting::by(by)).await;
        let max = story.reader("Max", "en");
        story.calm().await;
        let mark = story.telegram.mark();
        story.telegram.join(max, story.group).unwrap();
        story.calm().await;
        assert_eq!(story.done_in_group(mark), Vec::<String>::new());
        story.untouched(max, "hello").await;
        story.ends_well().await;
    }
}

#[tokio::test]
async fn whom_an_admin_brings_in_need_not_join_where_the_group_wants_that() {
    let story = Story::new().await;
    story.chooses(["Exceptions", "Whoever an admin adds"]).await;
    let (mia, max) = (story.telegram.person("Mia", "en"), story.telegram.person("Max", "en"));
    story.telegram.invite(story.ann, mia, story.group).unwrap();
    story.telegram.invite(story.sam, max, story.group).unwrap();
    story.until("Max is muted", || story.telegram.muted(story.group) == [max]).await;
    story.untouched(mia, "hello").await;
    story.ends_well().await;
}

#[tokio::test]
async fn newcomers_are_greeted_together_where_the_group_wants_that() {
    let story = Story::new().await;
    story.chooses(["Newcomers", "Greet those who have joined"]).await;
    let (max, mia) = (story.reader("Max", "en"), story.reader("Mia", "en"));
    story.calm().await;
    story.telegram.join(max, story.group).unwrap();
    story.hears(story.group, "Welcome, Max!").await;
    story.telegram.join(mia, story.group).unwrap();
    story.hears(story.group, "Welcome!\n• Max\n• Mia").await;
    assert_eq!(story.said(story.group, "Welcome"), 2, "said once, and edited");
    story.ends_well().await;
}

#[tokio::test]
async fn a_hundred_strangers_at_the_door_share_a_notice() {
    const MANY: usize = 100;
    let telegram = Options { webhook_time_scale: 0.05, ..Options::strict() };
    let story = Story::begin(Setting::by(By::Webhook).telegram(telegram)).await;
    for number in 0..MANY {
        let who = story.telegram.person(&format!("Guest {number}"), "en");
        story.telegram.join(who, story.group).unwrap();
    }
    story.until("everybody is muted", || story.telegram.muted(story.group).len() == MANY).await;
    story.hears(story.group, "98 people are waiting here").await;
    let notices = |it: &majordomo::playground::telegram::Happening| {
        it.by_bot && matches!(&it.what, What::Said { text, .. } if text.contains("please join"))
    };
    let said = story.telegram.story().iter().filter(|it| notices(it)).count();
    assert!(said <= 3, "two notices and the one that counts, not {said}");
    assert_eq!(story.telegram.early_calls(), 0);
}
