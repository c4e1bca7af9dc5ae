//! `anthropic`: the Messages API of Anthropic.

use super::openai;
use super::{Kind, Made};
use crate::ai::converse::{Dialect, Draft, End, Framing, base64, converse, count, system, turns};
use crate::ai::http::{Auth, Http};
use crate::ai::{Ahead, Chat, Checked, Provider};
use crate::config::{AiLimits, AiProvider};
use crate::domain::ai::{Answer, Speaker, Task};
use futures_util::future::FutureExt;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const KIND: Kind = Kind { name: "anthropic", make, usual };

/// What stands before `/messages`.
const USUAL: &str = "https://api.anthropic.com/v1";
/// The API that is spoken here; it is named in every request.
const VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

fn make(name: &str, settings: &AiProvider, limits: &AiLimits) -> Made {
    let http = Http::new(name, settings, limits, USUAL, Auth::Header("x-api-key"))?;
    Ok(Arc::new(Anthropic { http: http.with("anthropic-version", VERSION) }))
}

const fn usual(task: Task) -> Option<&'static str> {
    match task {
        Task::Chat | Task::Vision => Some("claude-sonnet-4-5"),
        Task::Cheap => Some("claude-haiku-4-5"),
        Task::Transcription | Task::Embedding | Task::Moderation => None,
    }
}

struct Anthropic {
    http: Http,
}

impl Provider for Anthropic {
    fn name(&self) -> &str {
        self.http.name()
    }

    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn can(&self, task: Task) -> bool {
        matches!(task, Task::Chat | Task::Vision | Task::Cheap)
    }

    fn chat<'a>(&'a self, asked: Chat<'a>) -> Ahead<'a, Answer> {
        async move {
            let body = body(&asked);
            converse(&self.http, &asked, Dialect { path: "/messages".into(), body, framing: Framing::Events, hear })
                .await
        }
        .boxed()
    }

    fn check(&self) -> Ahead<'_, Checked> {
        openai::check(&self.http).boxed()
    }
}

fn body(asked: &Chat<'_>) -> Value {
    let messages = turns(asked).into_iter().map(|turn| {
        let role = if turn.by == Speaker::Person { "user" } else { "assistant" };
        let pictures = turn.pictures.iter().map(|it| {
            let source = json!({ "type": "base64", "media_type": it.mime, "data": base64(it) });
            json!({ "type": "image", "source": source })
        });
        let text = (!turn.text.is_empty()).then(|| json!({ "type": "text", "text": turn.text }));
        json!({ "role": role, "content": pictures.chain(text).collect::<Vec<_>>() })
    });
    let mut body = json!({
        "model": asked.model,
        "max_tokens": asked.question.max_tokens,
        "messages": messages.collect::<Vec<_>>(),
        "stream": true,
    });
    // It has no JSON mode without a schema: the system prompt asks for it.
    let said = system(asked.question);
    if !said.is_empty() {
        body["system"] = said.into();
    }
    body
}

/// One event of the stream, or one whole message.
fn hear(part: &Value, draft: &mut Draft<'_>) {
    match part["type"].as_str().unwrap_or_default() {
        "message_start" => used(&part["message"]["usage"], draft),
        "content_block_start" => draft.say(part["content_block"]["text"].as_str().unwrap_or_default()),
        "content_block_delta" => draft.say(part["delta"]["text"].as_str().unwrap_or_default()),
        "message_delta" => {
            used(&part["usage"], draft);
            stopped(&part["delta"]["stop_reason"], draft);
        }
        "message" => {
            let blocks = part["content"].as_array().into_iter().flatten();
            blocks.filter_map(|it| it["text"].as_str()).for_each(|it| draft.say(it));
            used(&part["usage"], draft);
            stopped(&part["stop_reason"], draft);
        }
        // `message_stop` comes after the reason, `ping` at any time, and others may be added.
        _ => {}
    }
}

fn stopped(reason: &Value, draft: &mut Draft<'_>) {
    match reason.as_str() {
        None => {}
        Some("max_tokens" | "model_context_window_exceeded") => draft.end = Some(End::Cut),
        Some("refusal") => draft.end = Some(End::Refused("refusal".into())),
        Some(_) => draft.end = Some(End::Said),
    }
}

/// What was read from and written to the cache of prompts is input too.
fn used(usage: &Value, draft: &mut Draft<'_>) {
    let input = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
    let parts = input.iter().filter_map(|it| count(&usage[*it]));
    draft.input = parts.reduce(u32::saturating_add).or(draft.input);
    draft.output = count(&usage["output_tokens"]).or(draft.output);
}
