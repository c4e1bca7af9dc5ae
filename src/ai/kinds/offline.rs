//! `offline`: answers without a network and without a model, always the same way, from what is in the conversation.
//!
//! It keeps the program useful with no key at all, and is the counterpart of demo and tests. Its words are an answer like
//! any model's: in the language of the question, as Markdown, word by word.

use super::Kind;
use crate::ai::converse::tokens;
use crate::ai::{Ahead, Chat, Checked, Embedded, Failure, Moderated, Provider, Recording, Transcript, Tried};
use crate::config::AiLimits;
use crate::domain::ai::route::OFFLINE;
use crate::domain::ai::{Answer, Question, Speaker, Task, Usage};
use futures_util::future::FutureExt;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use words::{ENGLISH, RUSSIAN, Words};

mod words;

/// A text with this in it is found to break the rules, so that moderation can be tried.
const FORBIDDEN: &str = "[forbidden]";
/// How many numbers its vectors have.
const DIMENSIONS: usize = 64;
/// What it repeats of a line is cut at this many characters.
const REPEATED_CHARS: usize = 400;

pub(super) const KIND: Kind =
    Kind { name: OFFLINE, make: |name, _, limits| Ok(Arc::new(Offline::new(name, limits))), usual: |_| Some(OFFLINE) };

/// The provider.
pub(in crate::ai) struct Offline {
    name: String,
    word_ms: u64,
    text_bytes: usize,
}

impl Offline {
    pub fn new(name: &str, limits: &AiLimits) -> Self {
        Self { name: name.into(), word_ms: limits.offline_word_ms, text_bytes: limits.answer_bytes }
    }
}

impl Provider for Offline {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn can(&self, _task: Task) -> bool {
        true
    }

    fn chat<'a>(&'a self, asked: Chat<'a>) -> Ahead<'a, Answer> {
        self.answer(asked).boxed()
    }

    fn embed<'a>(&'a self, _model: &'a str, texts: &'a [String]) -> Ahead<'a, Embedded> {
        let input = texts.iter().map(|it| tokens(it)).fold(0, u32::saturating_add);
        let vectors = texts.iter().map(|it| vector(it)).collect();
        async move { Ok(Embedded { vectors, usage: Usage { input, output: 0 } }) }.boxed()
    }

    fn transcribe<'a>(&'a self, _model: &'a str, recording: &'a Recording) -> Ahead<'a, Transcript> {
        let words = if recording.language.as_deref() == Some("ru") { &RUSSIAN } else { &ENGLISH };
        let text = words.heard.replace("{bytes}", &recording.bytes.len().to_string());
        async move { Ok(Transcript { text, usage: Usage::default(), seconds: None }) }.boxed()
    }

    fn moderate<'a>(&'a self, _model: &'a str, text: &'a str) -> Ahead<'a, Moderated> {
        let flagged = text.to_lowercase().contains(FORBIDDEN);
        let categories = if flagged { vec![OFFLINE.to_owned()] } else { Vec::new() };
        async move { Ok(Moderated { flagged, categories }) }.boxed()
    }

    fn check(&self) -> Ahead<'_, Checked> {
        async { Ok(Checked { models: vec![OFFLINE.into()], took_ms: 0 }) }.boxed()
    }
}

impl Offline {
    async fn answer(&self, asked: Chat<'_>) -> Result<Answer, Failure> {
        let question = asked.question;
        let Some(line) = question.lines.last().filter(|it| it.text.len() <= self.text_bytes) else {
            let tried =
                Tried { provider: self.name.clone(), model: asked.model.into(), doing: "chat", ..Tried::default() };
            return Err(Failure::TooLong { tried: Box::new(tried), why: "ai.limits.answer_bytes".into() });
        };
        let words = if is_russian(&line.text) { &RUSSIAN } else { &ENGLISH };
        let whole = if question.json { as_json(question) } else { words_for(question, words) };
        let mut said = String::new();
        let mut cut = false;
        for word in whole.split_inclusive(char::is_whitespace) {
            cut = tokens(&said) >= question.max_tokens;
            if cut {
                break;
            }
            said.push_str(word);
            if let Some(sink) = asked.sink {
                sink(word);
            }
            if self.word_ms > 0 {
                tokio::time::sleep(Duration::from_millis(self.word_ms)).await;
            }
        }
        let input =
            question.lines.iter().map(|it| tokens(&it.text)).fold(tokens(&question.system), u32::saturating_add);
        let usage = Usage { input, output: tokens(&said) };
        Ok(Answer { text: said, provider: self.name.clone(), model: asked.model.into(), usage, cut })
    }
}

fn words_for(question: &Question, words: &Words) -> String {
    let asked = question.lines.last().map_or("", |it| it.text.as_str());
    let low = asked.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|it| low.contains(it));
    if question.task == Task::Cheap {
        return summary(question);
    }
    let body = if says(words.asks_for_past) {
        past(question, words)
    } else if says(words.asks_who) {
        words.who.to_owned()
    } else {
        restated(question, words)
    };
    format!("{body}\n\n{}", words.sign)
}

/// What the person said before.
fn past(question: &Question, words: &Words) -> String {
    let before = question.lines.len().saturating_sub(1);
    let said = question.lines.iter().take(before).filter(|it| it.by == Speaker::Person);
    let quoted: Vec<_> = said.enumerate().map(|(n, it)| format!("{}. {}", n + 1, plain(&it.text))).collect();
    if quoted.is_empty() { words.nothing_before.into() } else { format!("{}\n\n{}", words.before, quoted.join("\n")) }
}

/// The question in other words: its own, counted.
fn restated(question: &Question, words: &Words) -> String {
    let line = question.lines.last();
    let text = line.map_or("", |it| it.text.as_str());
    let rows = [
        (words.words, text.split_whitespace().count()),
        (words.characters, text.chars().count()),
        (words.lines, question.lines.len()),
        (words.pictures, line.map_or(0, |it| it.pictures.len())),
    ];
    let table: Vec<_> = rows.iter().map(|(name, count)| format!("| {name} | {count} |")).collect();
    let quoted = plain(text);
    format!(
        "## {}\n\n> {quoted}\n\n{}\n\n| | |\n|---|---:|\n{}\n\n{}\n\n- {}\n- {}",
        words.heading,
        words.counted,
        table.join("\n"),
        words.how,
        words.key,
        words.home,
    )
}

/// The beginning of each line.
fn summary(question: &Question) -> String {
    let lines = question.lines.iter().map(|it| it.text.split(['.', '\n']).next().unwrap_or_default().trim());
    lines.filter(|it| !it.is_empty()).map(|it| format!("- {}", plain(it))).collect::<Vec<_>>().join("\n")
}

fn as_json(question: &Question) -> String {
    let text = question.lines.last().map_or("", |it| it.text.as_str());
    json!({ "offline": true, "question": text, "words": text.split_whitespace().count() }).to_string()
}

/// A text on one line, shortened.
fn plain(text: &str) -> String {
    let one = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = one.chars().take(REPEATED_CHARS).collect();
    if short.len() < one.len() { short + "…" } else { short }
}

fn is_russian(text: &str) -> bool {
    text.chars().any(|it| matches!(it, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё'))
}

/// Texts that share words are near each other.
fn vector(text: &str) -> Vec<f32> {
    let mut sums = [0f32; DIMENSIONS];
    for word in text.to_lowercase().split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()) {
        let hash = fnv(word.as_bytes());
        let place = usize::try_from(hash % 64).unwrap_or(0);
        sums[place % DIMENSIONS] += if hash >> 63 == 0 { 1.0 } else { -1.0 };
    }
    let length = sums.iter().map(|it| it * it).sum::<f32>().sqrt();
    if length == 0.0 {
        sums[0] = 1.0;
        return sums.to_vec();
    }
    sums.iter().map(|it| it / length).collect()
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, it| (hash ^ u64::from(*it)).wrapping_mul(0x0000_0100_0000_01b3))
}
