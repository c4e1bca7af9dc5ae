//! What was done can be read, appealed against and taken back.

use crate::harness::{By, GUARD, LIMIT, Setting, Story};
use majordomo::domain::types::{ChatId, MessageId, UserId};
use majordomo::playground::telegram::What;

/// What is said on the way, in one language.
struct Words {
    language: &'static str,
    notice: &'static str,
    wrong: &'static str,
    sent: &'static str,
    here: &'static str,
    waits: &'static str,
    accept: &'static str,
    reject: &'static str,
    accepted: &'static str,
    rejected: &'static str,
    decided: &'static str,
    yours: &'static str,
    because: &'static str,
    not_allowed: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    notice: "Eve, to write here please join News first",
    wrong: "This is wrong",
    sent: "I bring it to the admins in private",
    here: "It stands here in the group",
    waits: "An appeal waits for an admin",
    accept: "Accept",
    reject: "Reject",
    accepted: "Eve, an admin has accepted your appeal",
    rejected: "Eve, the admins have looked at your appeal and rejected it",
    decided: "All appeals are decided",
    yours: "What I did to you in Readers",
    because: "because not subscribed to News",
    not_allowed: "for admins who may restrict people",
};

const RUSSIAN: Words = Words {
    language: "ru",
    notice: "Eve, чтобы писать здесь, подпишитесь, пожалуйста, на канал News",
    wrong: "Это ошибка",
    sent: "Администраторы получат это лично",
    here: "Обращение видно администраторам здесь",
    waits: "1 обращение ждёт администратора",
    accept: "Принять",
    reject: "Отклонить",
    accepted: "Eve, администратор согласился с вами",
    rejected: "Eve, администраторы посмотрели ваше обращение и отказали",
    decided: "По всем обращениям решено",
    yours: "Что я сделал с вами в группе Readers",
    because: "причина: нет подписки на News",
    not_allowed: "администраторы с правом ограничивать участников",
};

fn private(who: UserId) -> ChatId {
    ChatId(who.0)
}

async fn speaking(by: By, words: &Words) -> Story {
    let story = Story::begin(Setting::by(by).speaking(words.language)).await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, words.notice).await;
    story
}

impl Story {
    /// Eve presses "This is wrong", and it reaches the private chat of the group's owner.
    async fn eve_appeals(&self, words: &Words) {
        let toast = self.press(self.eve, words.wrong).await;
        assert!(toast.text.contains(words.sent), "{toast:?}");
        self.hears(private(self.ann), words.waits).await;
        assert_eq!(self.said(self.group, words.waits), 0, "nobody else is troubled");
    }
}

impl Story {
    /// Somebody answers Eve's notice.
    fn answers_the_notice(&self, who: UserId, words: &str) {
        let sent = self.telegram.calls("sendMessage");
        let notice = sent.iter().find(|it| it.text("text").contains(ENGLISH.notice)).unwrap();
        let id = notice.result()["message_id"].as_i64().unwrap();
        self.telegram.reply(who, self.group, MessageId(id), words).unwrap();
    }
}

#[tokio::test]
async fn an_appeal_that_is_accepted_ends_it_by_polling() {
    accepted(By::Polling, &ENGLISH).await;
}

#[tokio::test]
async fn an_appeal_that_is_accepted_ends_it_by_webhook_in_russian() {
    accepted(By::Webhook, &RUSSIAN).await;
}

async fn accepted(by: By, words: &Words) {
    let story = speaking(by, words).await;
    story.eve_appeals(words).await;
    story.telegram.press(story.ann, private(story.ann), words.accept, LIMIT).await.unwrap();
    story.until("Eve may write", || story.telegram.may_write(story.group, story.eve)).await;
    story.hears(story.group, words.accepted).await;
    story.words_deleted(words.notice).await;
    story.hears(private(story.ann), words.decided).await;
    story.untouched(story.eve, "now I may, and am left alone").await;
    story.ends_well().await;
}

#[tokio::test]
async fn an_appeal_to_whom_nobody_can_write_stands_in_the_group_by_polling() {
    out_of_reach(By::Polling, &ENGLISH).await;
}

#[tokio::test]
async fn an_appeal_to_whom_nobody_can_write_stands_in_the_group_by_webhook_in_russian() {
    out_of_reach(By::Webhook, &RUSSIAN).await;
}

/// Bob set the group up and has never pressed Start.
async fn out_of_reach(by: By, words: &Words) {
    let story = Story::begin(Setting::by(by).unprotected().speaking(words.language)).await;
    let bob = story.telegram.person("Bob", words.language);
    story.telegram.join(bob, story.group).unwrap();
    story.telegram.promote(story.group, bob, &["can_change_info", "can_restrict_members"]);
    story.telegram.promote(story.channel, bob, &["can_invite_users"]);
    story.telegram.say(bob, story.group, "/protect @news").unwrap();
    story.hears(story.group, "News").await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, words.notice).await;
    let toast = story.press(story.eve, words.wrong).await;
    assert!(toast.text.contains(words.sent), "{toast:?}");
    story.hears(story.group, words.waits).await;
    let toast = story.press(story.eve, words.wrong).await;
    assert!(toast.text.contains(words.here), "now they hear where it is: {toast:?}");
    let toast = story.press(story.sam, words.accept).await;
    assert!(toast.text.contains(words.not_allowed), "{toast:?}");
    story.press(bob, words.accept).await;
    story.until("Eve may write", || story.telegram.may_write(story.group, story.eve)).await;
    story.hears(story.group, words.decided).await;
    story.ends_well().await;
}

#[tokio::test]
async fn an_appeal_is_rejected_in_the_owners_private_chat() {
    for words in [&ENGLISH, &RUSSIAN] {
        let story = speaking(By::Polling, words).await;
        story.eve_appeals(words).await;
        let toast = story.telegram.press(story.ann, private(story.ann), words.reject, LIMIT).await.unwrap();
        assert!(!toast.text.is_empty());
        story.hears(story.group, words.rejected).await;
        story.hears(private(story.ann), words.decided).await;
        assert!(story.telegram.muted(story.group).contains(&story.eve), "to the end of it");
        story.ends_well().await;
    }
}

#[tokio::test]
async fn whoever_was_stopped_reads_why_in_private() {
    for words in [&ENGLISH, &RUSSIAN] {
        let story = speaking(By::Polling, words).await;
        story.telegram.whisper(story.eve, &format!("/start why_{}", story.group.0)).unwrap();
        story.hears(private(story.eve), words.yours).await;
        story.hears(private(story.eve), words.because).await;
        assert_eq!(story.said(story.group, words.because), 0, "nobody else reads it");
        story.ends_well().await;
    }
}

#[tokio::test]
async fn an_admin_reads_why_and_undoes_it() {
    let story = speaking(By::Polling, &ENGLISH).await;
    let eve = story.eve;
    story.ann_asks(&format!("/why {}", eve.0), "What I did to Eve in Readers").await;
    story.hears(story.group, "message deleted and muted, because not subscribed to News").await;
    story.answers_the_notice(story.sam, "/undo");
    story.hears(story.group, ENGLISH.not_allowed).await;
    story.answers_the_notice(story.ann, "/undo");
    story.hears(story.group, "Eve may write here again").await;
    story.until("Eve may write", || story.telegram.may_write(story.group, eve)).await;
    story.untouched(eve, "I need not join").await;
    story.ann_asks(&format!("/why {}", eve.0), "no channel need be joined").await;
    story.ends_well().await;
}

#[tokio::test]
async fn an_admins_own_mute_survives_every_undo() {
    let story = speaking(By::Polling, &ENGLISH).await;
    story.telegram.restrict(story.group, story.eve, &[]);
    story.calm().await;
    story.answers_the_notice(story.ann, "/undo");
    story.hears(story.group, "an admin restricted them").await;
    story.calm().await;
    assert!(story.telegram.muted(story.group).contains(&story.eve));
    story.ends_well().await;
}

#[tokio::test]
async fn an_undo_of_many_goes_on_after_a_kill() {
    const MANY: usize = 24;
    // Few notices, so that the group's budget of messages is left for the answers.
    let setting = Setting::by(By::Polling).with("MAJORDOMO_FEATURES__MEMBERSHIP__NOTICES_PER_MIN", "1");
    let mut story = Story::begin(setting).await;
    let guests = story.guests(MANY);
    for who in &guests {
        story.telegram.say(*who, story.group, "hello").unwrap();
    }
    story.until("everybody is muted", || story.telegram.muted(story.group).len() == MANY).await;
    story.ann_asks("/undo 30m", "Undo 24 mutes of 24 people, held back since").await;
    story.hears(story.group, "and 16 more").await;
    let toast = story.press(story.sam, "Undo").await;
    assert!(toast.text.contains(ENGLISH.not_allowed), "{toast:?}");
    assert_eq!(story.press(story.ann, "Undo").await.text, "Thank you!");
    story.until("the first may write", || story.telegram.muted(story.group).len() < MANY).await;
    story.restart().await;
    story.until("all may write", || story.telegram.muted(story.group).is_empty()).await;
    story.hears(story.group, "let 24 people off").await;
    let said = |it: &What| matches!(it, What::Said { text, .. } if text.contains("Undo 24 mutes"));
    assert_eq!(story.telegram.story().iter().filter(|it| said(&it.what)).count(), 1, "asked once");
    story.untouched(guests[0], "let off for a day").await;
    assert_eq!(story.telegram.early_calls(), 0);
}

#[tokio::test]
async fn the_log_place_hears_of_everything_in_few_words() {
    const MANY: usize = 12;
    let story = Story::new().await;
    let log = story.telegram.supergroup("Log", story.ann);
    story.telegram.place_bot(log, &GUARD);
    story.telegram.say(story.ann, log, &format!("/log {}", story.group.0)).unwrap();
    story.calm().await;
    story.stopped(story.eve, "hello").await;
    story.hears(log, "Eve: message deleted and muted, because not subscribed to News").await;
    let toast = story.telegram.press(story.ann, log, "Why", LIMIT).await.unwrap();
    assert_eq!(toast.text, "I have written it below.");
    story.hears(log, "What I did to Eve in Readers").await;
    let toast = story.telegram.press(story.ann, log, "Undo", LIMIT).await.unwrap();
    assert!(toast.text.contains("Eve may write here again"), "{toast:?}");
    story.until("Eve may write", || story.telegram.may_write(story.group, story.eve)).await;
    for who in story.guests(MANY) {
        story.telegram.say(who, story.group, "hello").unwrap();
    }
    story.hears(log, "12 people stopped").await;
    let words = story.telegram.calls("sendMessage");
    let there = words.iter().filter(|it| it.number("chat_id") == Some(log.0)).count();
    assert!(there <= 6, "{there} messages: two answers, the line, the lifted mute, and the one that counts");
    story.ends_well().await;
}
