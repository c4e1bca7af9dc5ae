//! `gemini`: the Generative Language API of Google.

use super::openai::embedded;
use super::{Kind, Made};
use crate::ai::converse::{Dialect, Draft, End, Framing, base64, converse, count, system, tokens, turns};
use crate::ai::http::{Auth, Call, Http};
use crate::ai::{Ahead, Chat, Checked, Embedded, Failure, Provider};
use crate::clock;
use crate::config::{AiLimits, AiProvider};
use crate::domain::ai::{Answer, Speaker, Task};
use futures_util::future::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const KIND: Kind = Kind { name: "gemini", make, usual };

/// What stands before `/models`.
const USUAL: &str = "https://generativelanguage.googleapis.com/v1beta";

/// The key goes into a header: this API takes it in the address too, where logs and proxies would see it.
fn make(name: &str, settings: &AiProvider, limits: &AiLimits) -> Made {
    Ok(Arc::new(Gemini { http: Http::new(name, settings, limits, USUAL, Auth::Header("x-goog-api-key"))? }))
}

const fn usual(task: Task) -> Option<&'static str> {
    match task {
        Task::Chat | Task::Vision => Some("gemini-2.5-flash"),
        Task::Cheap => Some("gemini-2.5-flash-lite"),
        Task::Embedding => Some("gemini-embedding-001"),
        Task::Transcription | Task::Moderation => None,
    }
}

struct Gemini {
    http: Http,
}

impl Provider for Gemini {
    fn name(&self) -> &str {
        self.http.name()
    }

    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn can(&self, task: Task) -> bool {
        matches!(task, Task::Chat | Task::Vision | Task::Cheap | Task::Embedding)
    }

    fn chat<'a>(&'a self, asked: Chat<'a>) -> Ahead<'a, Answer> {
        async move {
            let path = format!("/models/{}:streamGenerateContent?alt=sse", segment(asked.model));
            let body = body(&asked);
            converse(&self.http, &asked, Dialect { path, body, framing: Framing::Events, hear }).await
        }
        .boxed()
    }

    fn embed<'a>(&'a self, model: &'a str, texts: &'a [String]) -> Ahead<'a, Embedded> {
        embed(&self.http, model, texts).boxed()
    }

    fn check(&self) -> Ahead<'_, Checked> {
        check(&self.http).boxed()
    }
}

/// A model's name as one part of an address.
fn segment(model: &str) -> String {
    let plain = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_' | b'~');
    let encode = |it: u8| if plain(&it) { char::from(it).to_string() } else { format!("%{it:02X}") };
    model.trim_start_matches("models/").bytes().map(encode).collect()
}

fn body(asked: &Chat<'_>) -> Value {
    let contents = turns(asked).into_iter().map(|turn| {
        let role = if turn.by == Speaker::Person { "user" } else { "model" };
        let pictures =
            turn.pictures.iter().map(|it| json!({ "inlineData": { "mimeType": it.mime, "data": base64(it) } }));
        let text = (!turn.text.is_empty()).then(|| json!({ "text": turn.text }));
        json!({ "role": role, "parts": pictures.chain(text).collect::<Vec<_>>() })
    });
    let mut body = json!({
        "contents": contents.collect::<Vec<_>>(),
        "generationConfig": { "maxOutputTokens": asked.question.max_tokens },
    });
    let said = system(asked.question);
    if !said.is_empty() {
        body["systemInstruction"] = json!({ "parts": [{ "text": said }] });
    }
    if asked.question.json {
        body["generationConfig"]["responseMimeType"] = "application/json".into();
    }
    body
}

/// One part of the stream: a whole answer has the same form.
fn hear(part: &Value, draft: &mut Draft<'_>) {
    // Some servers in between hand the parts over as one list.
    if let Some(parts) = part.as_array() {
        return parts.iter().for_each(|it| hear(it, draft));
    }
    let candidate = &part["candidates"][0];
    for it in candidate["content"]["parts"].as_array().into_iter().flatten() {
        if it["thought"].as_bool() != Some(true) {
            draft.say(it["text"].as_str().unwrap_or_default());
        }
    }
    let usage = &part["usageMetadata"];
    draft.input = count(&usage["promptTokenCount"]).or(draft.input);
    let thought = count(&usage["thoughtsTokenCount"]).unwrap_or(0);
    draft.output = count(&usage["candidatesTokenCount"]).map(|it| it.saturating_add(thought)).or(draft.output);
    if let Some(reason) = part["promptFeedback"]["blockReason"].as_str() {
        draft.end = Some(End::refused(reason));
    }
    match candidate["finishReason"].as_str() {
        None | Some("FINISH_REASON_UNSPECIFIED") => {}
        Some("STOP") => draft.end = Some(End::Said),
        Some("MAX_TOKENS") => draft.end = Some(End::Cut),
        Some(reason) => draft.end = Some(End::refused(reason)),
    }
}

#[derive(Deserialize)]
struct Vectors {
    embeddings: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    values: Vec<f32>,
}

async fn embed(http: &Http, model: &str, texts: &[String]) -> Result<Embedded, Failure> {
    let call = Call { doing: "embedding", model, input: texts.iter().map(|it| tokens(it)).sum() };
    let name = segment(model);
    let request = |it: &String| json!({ "model": format!("models/{name}"), "content": { "parts": [{ "text": it }] } });
    let body = json!({ "requests": texts.iter().map(request).collect::<Vec<_>>() });
    let answer: Vectors = http.fetch(call, &format!("/models/{name}:batchEmbedContents"), &body).await?;
    let vectors = answer.embeddings.into_iter().map(|it| it.values).collect();
    embedded(http, call, vectors, texts.len(), None)
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    models: Vec<Listing>,
}

#[derive(Deserialize)]
struct Listing {
    name: String,
}

async fn check(http: &Http) -> Result<Checked, Failure> {
    let begun_ms = clock::tick_ms();
    let call = Call { doing: "check", model: "", input: 0 };
    let listed: Listed = http.get(call, "/models?pageSize=1000").await?;
    let models = listed.models.into_iter().map(|it| it.name.trim_start_matches("models/").to_owned()).collect();
    Ok(Checked { models, took_ms: clock::tick_ms().saturating_sub(begun_ms) })
}
