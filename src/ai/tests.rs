//! Every kind against small servers on this machine that answer as told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod answers;
mod failures;
mod offline;
mod other;
mod server;

use super::{Chat, Picture, Provider, Providers};
use crate::config::{Ai, AiLimits, AiProvider};
use crate::domain::ai::{Line, Question, Speaker, Task};
use std::sync::{Arc, Mutex};

/// The key of all providers here: it must be seen in the headers of requests, and nowhere else.
pub(super) const KEY: &str = "sk-canary-4f1d9b";
/// What a person writes here: it must be seen in the bodies of requests, and nowhere else.
pub(super) const WORDS: &str = "canary words of a person";
/// The kinds that talk over a network.
pub(super) const DISTANT: [&str; 5] = ["openai", "openai_compatible", "anthropic", "gemini", "ollama"];

pub(super) fn limits() -> AiLimits {
    AiLimits { first_byte_ms: 5_000, idle_ms: 5_000, total_ms: 10_000, answer_bytes: 1 << 20, ..AiLimits::default() }
}

pub(super) fn provider(kind: &str, base_url: &str, limits: AiLimits) -> Arc<dyn Provider> {
    let one = AiProvider { kind: kind.into(), base_url: base_url.into(), key: KEY.into(), model: String::new() };
    let settings = Ai { providers: [("one".to_owned(), one)].into_iter().collect(), limits, ..Ai::default() };
    Arc::clone(Providers::new(&settings).unwrap().get("one").unwrap())
}

pub(super) fn line(by: Speaker, text: &str) -> Line {
    Line { by, text: text.into(), pictures: Vec::new() }
}

pub(super) fn question(text: &str) -> Question {
    let lines = vec![line(Speaker::Person, text)];
    Question { task: Task::Chat, system: "Be brief.".into(), lines, max_tokens: 500, json: false, prefer: None }
}

pub(super) fn asked<'a>(question: &'a Question, pictures: &'a [Picture]) -> Chat<'a> {
    Chat { model: "m-1", question, pictures, sink: None }
}

/// Hears what a sink hears.
#[derive(Clone, Default)]
pub(super) struct Ear(Arc<Mutex<Vec<String>>>);

impl Ear {
    pub fn sink(&self) -> Box<super::Sink> {
        let heard = Arc::clone(&self.0);
        Box::new(move |words: &str| heard.lock().unwrap().push(words.to_owned()))
    }

    pub fn heard(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}
