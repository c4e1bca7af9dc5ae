//! The story against a scripted house: told well it passes, told wrongly it says what was wrong.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::config::{LogLevel, Settings};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

/// What the scripted house gets wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    NeverMutes,
    MutesSubscribers,
    NeverRestarts,
    LosesItsTongue,
}

/// A house that knows the story by heart.
struct Scripted {
    flaw: Flaw,
    lines: broadcast::Sender<LogLine>,
    running: Option<JoinHandle<()>>,
}

impl Scripted {
    fn with(flaw: Flaw) -> Self {
        Self { flaw, lines: broadcast::channel(64).0, running: None }
    }
}

impl Stage for Scripted {
    fn log(&mut self) -> broadcast::Receiver<LogLine> {
        self.lines.subscribe()
    }

    async fn start(&mut self, settings: Settings) -> Result<(), String> {
        let base = format!("{}/bot{}", settings.telegram.api_url, &*settings.telegram.token);
        let actor = Actor { base, flaw: self.flaw, lines: self.lines.clone(), http: reqwest::Client::new() };
        self.running = Some(tokio::spawn(async move { actor.play().await }));
        Ok(())
    }

    async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
        }
    }
}

struct Actor {
    base: String,
    flaw: Flaw,
    lines: broadcast::Sender<LogLine>,
    http: reqwest::Client,
}

impl Actor {
    async fn call(&self, method: &str, params: Value) -> Value {
        let request = self.http.post(format!("{}/{method}", self.base)).header("content-type", "application/json");
        let text = request.body(params.to_string()).send().await.unwrap().text().await.unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["result"].take()
    }

    fn log(&self, id: &str) {
        let line =
            LogLine { level: LogLevel::Error, id: id.into(), text: format!("18:31:33.412 ERROR {id} chats/02/7#1") };
        let _ = self.lines.send(line);
    }

    async fn play(&self) {
        let mut offset = 0;
        loop {
            let updates = self.call("getUpdates", json!({ "offset": offset, "timeout": 50 })).await;
            for update in updates.as_array().into_iter().flatten() {
                offset = update["update_id"].as_u64().unwrap() + 1;
                if update["callback_query"].is_object() {
                    self.pressed(&update["callback_query"]).await;
                } else if update["message"]["text"].is_string() {
                    self.said(&update["message"]).await;
                }
            }
        }
    }

    async fn is_subscriber(&self, user: &Value) -> bool {
        let member = self.call("getChatMember", json!({ "chat_id": "@news", "user_id": user })).await;
        member["status"] == "member" || member["status"] == "creator"
    }

    async fn say(&self, chat: &Value, text: &str) {
        self.call("sendMessage", json!({ "chat_id": chat, "text": text })).await;
    }

    async fn said(&self, message: &Value) {
        let (chat, user) = (&message["chat"]["id"], &message["from"]["id"]);
        match message["text"].as_str().unwrap() {
            "/protect @news" => self.say(chat, "Only subscribers of News can write here now.").await,
            "/drill crash" => {
                self.log("sup.child.crashed");
                if self.flaw != Flaw::NeverRestarts {
                    self.log("sup.child.restarted");
                }
                self.say(chat, "Still here.").await;
            }
            "/drill panic" => {
                (0..3).for_each(|_| self.log("sup.child.crashed"));
                self.log("update.quarantined");
            }
            "/drill ok" if self.flaw == Flaw::LosesItsTongue => {}
            "/drill ok" => self.say(chat, "Still here.").await,
            _ if self.flaw == Flaw::MutesSubscribers || !self.is_subscriber(user).await => {
                self.stop_stranger(message).await;
            }
            _ => {}
        }
    }

    async fn stop_stranger(&self, message: &Value) {
        let (chat, user) = (&message["chat"]["id"], &message["from"]["id"]);
        self.call("deleteMessage", json!({ "chat_id": chat, "message_id": message["message_id"] })).await;
        if self.flaw != Flaw::NeverMutes {
            let permissions = json!({ "can_send_messages": false });
            self.call("restrictChatMember", json!({ "chat_id": chat, "user_id": user, "permissions": permissions }))
                .await;
        }
        let markup = json!({ "inline_keyboard": [[{ "text": "I have joined", "callback_data": "v1" }]] });
        let name = message["from"]["first_name"].as_str().unwrap();
        let text = format!("{name}, please join News first.");
        self.call("sendMessage", json!({ "chat_id": chat, "text": text, "reply_markup": markup })).await;
    }

    async fn pressed(&self, query: &Value) {
        let (chat, user) = (&query["message"]["chat"]["id"], &query["from"]["id"]);
        let joined = self.is_subscriber(user).await;
        let text = if joined { "Thank you!" } else { "Not yet: please join News." };
        if joined {
            let permissions = self.call("getChat", json!({ "chat_id": chat })).await["permissions"].take();
            self.call("restrictChatMember", json!({ "chat_id": chat, "user_id": user, "permissions": permissions }))
                .await;
            self.call("deleteMessage", json!({ "chat_id": chat, "message_id": query["message"]["message_id"] })).await;
        }
        self.call("answerCallbackQuery", json!({ "callback_query_id": query["id"], "text": text })).await;
    }
}

/// What was written to a screen.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn played(flaw: Flaw, layout: Layout) -> (Result<Summary, Failure>, String) {
    let paper = Paper::default();
    let screen = Screen::new(Box::new(paper.clone()), layout);
    let limit = Duration::from_secs(2);
    let outcome = story::play_within(limit, Scripted::with(flaw), DemoOptions { fast: true }, screen).await;
    let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    (outcome, text)
}

#[tokio::test]
async fn a_good_house_comes_out_as_told() {
    let (outcome, text) = played(Flaw::None, Layout::Plain).await;
    let summary = outcome.unwrap();
    assert_eq!((summary.crashes, summary.restarts, summary.quarantined), (4, 1, 1));
    assert!(summary.is_whole());
    assert!(!text.contains('\u{1b}'), "a pipe gets no colours");
    let told = [
        "chat | [Readers] Ann: /protect @news",
        "chat | [Readers] Sam: Good morning!",
        "chat | [Readers] bot deletes Eve's message \"hello, who wants to buy a watch?\"",
        "chat | [Readers] bot mutes Eve",
        "chat | [Readers] Eve sees: \"Not yet: please join News.\"",
        "chat | [News] Eve joins News",
        "chat | [Readers] bot un-mutes Eve",
        "log  | 18:31:33.412 ERROR sup.child.crashed",
        "log  | 18:31:33.412 ERROR update.quarantined",
        "Updates lost: 0.",
    ];
    let mut rest = text.as_str();
    for line in told {
        let at = rest.find(line);
        assert!(at.is_some(), "{line} in its place in:\n{text}");
        rest = &rest[at.unwrap()..];
    }
}

#[tokio::test]
async fn a_bad_house_is_found_out() {
    let cases = [
        (Flaw::NeverMutes, "Eve is muted"),
        (Flaw::MutesSubscribers, "Sam's message is deleted, or Sam muted"),
        (Flaw::NeverRestarts, "the log tells of a restart"),
        (Flaw::LosesItsTongue, "the chat goes on"),
    ];
    let all = cases.map(|(flaw, words)| async move { (played(flaw, Layout::Plain).await.0, words) });
    let all: Vec<_> = all.into_iter().map(tokio::spawn).collect();
    for one in all {
        let (outcome, words) = one.await.unwrap();
        let failure = outcome.unwrap_err().to_string();
        assert!(failure.contains(words), "{words:?} in {failure:?}");
    }
}

#[tokio::test]
async fn wide_terminals_get_two_columns_of_even_width() {
    let (outcome, text) = played(Flaw::None, Layout::Columns { width: 120 }).await;
    assert!(outcome.is_ok());
    let bare = |line: &str| {
        let mut out = String::new();
        let mut steering = false;
        for it in line.chars() {
            match (steering, it) {
                (false, '\u{1b}') => steering = true,
                (true, 'm') => steering = false,
                (true, _) => {}
                (false, it) => out.push(it),
            }
        }
        out
    };
    let rows: Vec<String> = text.lines().map(bare).filter(|it| it.contains('│')).collect();
    assert!(rows.len() > 15);
    for row in rows {
        let at = row.chars().position(|it| it == '│').unwrap();
        assert_eq!(at, 49, "{row}");
        assert!(row.chars().count() <= 120, "{row}");
    }
}

#[tokio::test]
async fn a_house_that_does_not_start_says_why() {
    struct Closed;
    impl Stage for Closed {
        fn log(&mut self) -> broadcast::Receiver<LogLine> {
            broadcast::channel(1).1
        }
        async fn start(&mut self, _: Settings) -> Result<(), String> {
            Err("no room".into())
        }
        async fn stop(&mut self) {}
    }
    let screen = Screen::new(Box::new(Paper::default()), Layout::Plain);
    let failure = play(Closed, DemoOptions { fast: true }, screen).await.unwrap_err();
    assert_eq!(failure.to_string(), "the house did not start: no room");
}
