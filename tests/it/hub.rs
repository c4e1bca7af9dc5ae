//! Conversations with the whole program and the provider that needs no network.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use crate::harness::{By, Setting, Story};
use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::Call;
use serde_json::Value;

/// The office is open, and words come slowly enough to be watched.
fn open(by: By) -> Setting {
    Setting::by(by)
        .with("MAJORDOMO_FEATURES__HUB__ENABLED", "true")
        .with("MAJORDOMO_LIMITS__GATEWAY__SHOW_EVERY_MS", "200")
        .with("MAJORDOMO_LIMITS__GATEWAY__SHOW_EVERY_IN_GROUPS_MS", "200")
}

impl Story {
    /// What the bot has said in a chat, edits included, oldest first.
    fn bot_said(&self, chat: ChatId) -> Vec<String> {
        let said = |call: &Call| {
            let here = call.done && call.number("chat_id") == Some(chat.0);
            here.then(|| call.params.get("text").and_then(Value::as_str).map(str::to_owned)).flatten()
        };
        let mut calls: Vec<_> =
            ["sendMessage", "editMessageText"].into_iter().flat_map(|it| self.telegram.calls(it)).collect();
        calls.sort_by_key(|it| it.n);
        calls.iter().filter_map(|it| said(it)).collect()
    }

    async fn answers(&self, chat: ChatId, words: &str) {
        let holds = || self.bot_said(chat).iter().any(|it| it.contains(words));
        self.until(&format!("an answer with {words:?}"), holds).await;
    }

    fn private(&self, who: UserId) -> ChatId {
        self.telegram.started(who);
        ChatId(who.0)
    }
}

#[tokio::test]
async fn in_private_words_are_answered_and_remembered_by_polling() {
    remembered(By::Polling).await;
}

#[tokio::test]
async fn in_private_words_are_answered_and_remembered_by_webhook() {
    remembered(By::Webhook).await;
}

async fn remembered(by: By) {
    let story = Story::begin(open(by).unprotected()).await;
    let chat = story.private(story.eve);
    story.telegram.whisper(story.eve, "My cat is called Behemoth").unwrap();
    story.answers(chat, "Behemoth").await;
    story.calm().await;
    let drafts = story.telegram.calls("sendMessageDraft");
    assert!(!drafts.is_empty(), "the answer was seen growing");
    let said = story.bot_said(chat).concat();
    assert!(!said.contains("**"), "no raw markup: {said}");
}

#[tokio::test]
async fn in_a_group_the_answer_stands_where_it_was_announced() {
    let story = Story::begin(open(By::Polling)).await;
    let before = story.bot_said(story.group).len();
    story.telegram.say(story.sam, story.group, "good morning to all").unwrap();
    story.telegram.say(story.sam, story.group, "/ai what is a samovar?").unwrap();
    story.answers(story.group, "samovar").await;
    story.calm().await;
    let said = story.bot_said(story.group).split_off(before);
    assert!(said[0].contains("One moment"), "{said:?}");
    let messages = story.telegram.calls("sendMessage");
    let here = messages.iter().filter(|it| it.number("chat_id") == Some(story.group.0) && it.done).count();
    assert_eq!(here, before + 1, "one message, which became the answer: {said:?}");
}

#[tokio::test]
async fn a_stranger_is_not_answered_but_stopped() {
    let story = Story::begin(open(By::Polling)).await;
    story.telegram.say(story.eve, story.group, "/ai what is a samovar?").unwrap();
    story.stopped(story.eve, "please join").await;
    story.calm().await;
    assert!(story.bot_said(story.group).iter().all(|it| !it.contains("One moment")));
}

#[tokio::test]
async fn a_question_that_was_out_when_the_house_was_killed_is_answered_once() {
    let mut story = Story::begin(open(By::Polling).unprotected()).await;
    let chat = story.private(story.eve);
    story.telegram.whisper(story.eve, "Tell me about samovars").unwrap();
    story.called("sendMessageDraft", |_| true).await;
    story.kill9();
    story.start().await;
    story.answers(chat, "samovars").await;
    story.calm().await;
    let answers = story.bot_said(chat).iter().filter(|it| it.contains("samovars")).count();
    assert_eq!(answers, 1, "{:?}", story.bot_said(chat));
}

#[tokio::test]
async fn it_speaks_russian() {
    let story = Story::begin(open(By::Polling).unprotected().speaking("ru")).await;
    let chat = story.private(story.eve);
    story.telegram.whisper(story.eve, "/stop").unwrap();
    story.answers(chat, "Сейчас никакой ответ не готовится").await;
    story.telegram.whisper(story.eve, "/forget").unwrap();
    story.answers(chat, "Забывать было нечего").await;
}
