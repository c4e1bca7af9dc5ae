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

/// A server that speaks OpenAI's dialect and answers everything with these words, until it is dropped.
async fn model_server(at: &str, words: &'static str) -> tokio::task::JoinHandle<()> {
    let answer = move || async move {
        let chunk = |text: &str| serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]});
        let end = serde_json::json!({
            "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
        });
        let body = format!("data: {}\n\ndata: {end}\n\ndata: [DONE]\n\n", chunk(words));
        ([("content-type", "text/event-stream")], body)
    };
    let listener = tokio::net::TcpListener::bind(at).await.unwrap();
    let app = axum::Router::new().route("/v1/chat/completions", axum::routing::post(answer));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() })
}

#[tokio::test]
async fn while_its_provider_is_down_a_question_is_kept_and_answered_when_it_is_back() {
    let at = crate::harness::free_address().await;
    let setting = open(By::Polling)
        .unprotected()
        .with("MAJORDOMO_AI__PROVIDERS__HOME__KIND", "openai_compatible")
        .with("MAJORDOMO_AI__PROVIDERS__HOME__BASE_URL", &format!("http://{at}/v1"))
        .with("MAJORDOMO_AI__PROVIDERS__HOME__KEY", "sk-made-up-for-this-story")
        .with("MAJORDOMO_AI__PROVIDERS__HOME__MODEL", "small")
        .with("MAJORDOMO_LIMITS__GATEWAY__RETRY_MS", "50")
        .with("MAJORDOMO_LIMITS__GATEWAY__RETRY_CAP_MS", "300")
        .with("MAJORDOMO_LIMITS__BREAKER__OPEN_MS", "300");
    let mut story = Story::begin(setting).await;
    let chat = story.private(story.eve);
    story.telegram.whisper(story.eve, "Is anybody there?").unwrap();
    story.answers(chat, "No model can be reached at the moment").await;
    story.log.wait_for("ai.failed").await;
    story.log.wait_for("ai.waits").await;
    story.calm().await;
    // A kill within store.lazy_ms of a word that may be repeated would say it twice.
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    story.kill9();
    story.start().await;
    let server = model_server(&at, "Yes, *here* I am.").await;
    story.answers(chat, "Yes, here I am.").await;
    story.calm().await;
    let said = story.bot_said(chat);
    assert_eq!(said.iter().filter(|it| it.contains("here I am")).count(), 1, "{said:?}");
    assert_eq!(
        story.telegram.screen(story.eve, chat).iter().filter(|it| it.contains("No model")).count(),
        0,
        "{said:?}"
    );
    assert!(!story.log.text().contains("sk-made-up"), "the key is in no line of the log");
    server.abort();
}
