//! `ollama`: models on a machine of one's own.

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

pub(super) const KIND: Kind = Kind { name: "ollama", make, usual };

/// What stands before `/api`.
const USUAL: &str = "http://127.0.0.1:11434";

/// A key is needed only where somebody has put a door in front of it.
fn make(name: &str, settings: &AiProvider, limits: &AiLimits) -> Made {
    Ok(Arc::new(Ollama { http: Http::new(name, settings, limits, USUAL, Auth::Bearer)? }))
}

/// It has what was pulled: `ai.providers.<name>.model` or `ai.routes` names it.
const fn usual(_task: Task) -> Option<&'static str> {
    None
}

struct Ollama {
    http: Http,
}

impl Provider for Ollama {
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
            let body = body(&asked);
            converse(&self.http, &asked, Dialect { path: "/api/chat".into(), body, framing: Framing::Lines, hear })
                .await
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

fn body(asked: &Chat<'_>) -> Value {
    let said = system(asked.question);
    let first = (!said.is_empty()).then(|| json!({ "role": "system", "content": said }));
    let turns = turns(asked).into_iter().map(|turn| {
        let role = if turn.by == Speaker::Person { "user" } else { "assistant" };
        let mut message = json!({ "role": role, "content": turn.text });
        if !turn.pictures.is_empty() {
            message["images"] = turn.pictures.iter().map(|it| base64(it)).collect::<Vec<_>>().into();
        }
        message
    });
    let mut body = json!({
        "model": asked.model,
        "messages": first.into_iter().chain(turns).collect::<Vec<_>>(),
        "stream": true,
        "options": { "num_predict": asked.question.max_tokens },
    });
    if asked.question.json {
        body["format"] = "json".into();
    }
    body
}

/// One line of the stream.
fn hear(part: &Value, draft: &mut Draft<'_>) {
    draft.say(part["message"]["content"].as_str().unwrap_or_default());
    draft.input = count(&part["prompt_eval_count"]).or(draft.input);
    draft.output = count(&part["eval_count"]).or(draft.output);
    if part["done"].as_bool() == Some(true) {
        let is_cut = part["done_reason"].as_str() == Some("length");
        draft.end = Some(if is_cut { End::Cut } else { End::Said });
    }
}

#[derive(Deserialize)]
struct Vectors {
    embeddings: Vec<Vec<f32>>,
    #[serde(default)]
    prompt_eval_count: Option<u32>,
}

async fn embed(http: &Http, model: &str, texts: &[String]) -> Result<Embedded, Failure> {
    let call = Call { doing: "embedding", model, input: texts.iter().map(|it| tokens(it)).sum() };
    let answer: Vectors = http.fetch(call, "/api/embed", &json!({ "model": model, "input": texts })).await?;
    embedded(http, call, answer.embeddings, texts.len(), answer.prompt_eval_count)
}

#[derive(Deserialize)]
struct Pulled {
    #[serde(default)]
    models: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    name: String,
}

async fn check(http: &Http) -> Result<Checked, Failure> {
    let begun_ms = clock::tick_ms();
    let call = Call { doing: "check", model: "", input: 0 };
    let pulled: Pulled = http.get(call, "/api/tags").await?;
    let models = pulled.models.into_iter().map(|it| it.name).collect();
    Ok(Checked { models, took_ms: clock::tick_ms().saturating_sub(begun_ms) })
}
