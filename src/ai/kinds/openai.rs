//! `openai`: the API of OpenAI, and the dialect that `openai_compatible` servers speak too.

use super::{Kind, Made};
use crate::ai::converse::{Dialect, Draft, End, Framing, base64, converse, count, system, tokens, turns};
use crate::ai::http::{Auth, Call, Http};
use crate::ai::{Ahead, Chat, Checked, Embedded, Failure, Moderated, Provider, Recording, Transcript};
use crate::clock;
use crate::config::{AiLimits, AiProvider};
use crate::domain::ai::{Answer, Speaker, Task, Usage};
use futures_util::future::FutureExt;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const KIND: Kind = Kind { name: "openai", make, usual: |task| Some(usual(task)) };

/// What stands before `/chat/completions`.
const USUAL: &str = "https://api.openai.com/v1";

fn make(name: &str, settings: &AiProvider, limits: &AiLimits) -> Made {
    let http = Http::new(name, settings, limits, USUAL, Auth::Bearer)?;
    Ok(Arc::new(OpenAi { http, kind: KIND.name, most: "max_completion_tokens" }))
}

const fn usual(task: Task) -> &'static str {
    match task {
        Task::Chat | Task::Vision => "gpt-5-mini",
        Task::Cheap => "gpt-5-nano",
        Task::Transcription => "gpt-4o-mini-transcribe",
        Task::Embedding => "text-embedding-3-small",
        Task::Moderation => "omni-moderation-latest",
    }
}

/// A server that speaks this dialect.
pub(super) struct OpenAi {
    pub http: Http,
    pub kind: &'static str,
    /// The field that limits the answer: OpenAI's newer models refuse the older name, other servers know only that.
    pub most: &'static str,
}

impl Provider for OpenAi {
    fn name(&self) -> &str {
        self.http.name()
    }

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn can(&self, _task: Task) -> bool {
        true
    }

    fn chat<'a>(&'a self, asked: Chat<'a>) -> Ahead<'a, Answer> {
        async move {
            let body = self.body(&asked);
            let path = "/chat/completions".into();
            converse(&self.http, &asked, Dialect { path, body, framing: Framing::Events, hear }).await
        }
        .boxed()
    }

    fn embed<'a>(&'a self, model: &'a str, texts: &'a [String]) -> Ahead<'a, Embedded> {
        embed(&self.http, model, texts).boxed()
    }

    fn transcribe<'a>(&'a self, model: &'a str, recording: &'a Recording) -> Ahead<'a, Transcript> {
        transcribe(&self.http, model, recording).boxed()
    }

    fn moderate<'a>(&'a self, model: &'a str, text: &'a str) -> Ahead<'a, Moderated> {
        moderate(&self.http, model, text).boxed()
    }

    fn check(&self) -> Ahead<'_, Checked> {
        check(&self.http).boxed()
    }
}

impl OpenAi {
    fn body(&self, asked: &Chat<'_>) -> Value {
        let mut body = json!({
            "model": asked.model,
            "messages": Self::messages(asked),
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        body[self.most] = asked.question.max_tokens.into();
        if asked.question.json {
            body["response_format"] = json!({ "type": "json_object" });
        }
        body
    }

    fn messages(asked: &Chat<'_>) -> Vec<Value> {
        // JSON mode wants to hear the word in the conversation.
        let said = system(asked.question);
        let first = (!said.is_empty()).then(|| json!({ "role": "system", "content": said }));
        let turns = turns(asked).into_iter().map(|turn| {
            let role = if turn.by == Speaker::Person { "user" } else { "assistant" };
            if turn.pictures.is_empty() {
                return json!({ "role": role, "content": turn.text });
            }
            let text = (!turn.text.is_empty()).then(|| json!({ "type": "text", "text": turn.text }));
            let pictures = turn.pictures.iter().map(|it| {
                let url = format!("data:{};base64,{}", it.mime, base64(it));
                json!({ "type": "image_url", "image_url": { "url": url } })
            });
            json!({ "role": role, "content": text.into_iter().chain(pictures).collect::<Vec<_>>() })
        });
        first.into_iter().chain(turns).collect()
    }
}

/// One chunk, or one whole answer of a server that does not stream.
fn hear(part: &Value, draft: &mut Draft<'_>) {
    let choice = &part["choices"][0];
    for place in ["delta", "message"] {
        if let Some(refusal) = choice[place]["refusal"].as_str() {
            draft.say(refusal);
        }
        draft.say(choice[place]["content"].as_str().unwrap_or_default());
    }
    match choice["finish_reason"].as_str() {
        // A router says `error` and breaks off.
        None | Some("" | "error") => {}
        Some("length") => draft.end = Some(End::Cut),
        Some("content_filter") => draft.end = Some(End::Refused("content_filter".into())),
        Some(_) => draft.end = Some(End::Said),
    }
    // Groq's stands elsewhere while it streams.
    for usage in [&part["usage"], &part["x_groq"]["usage"]] {
        draft.input = count(&usage["prompt_tokens"]).or(draft.input);
        draft.output = count(&usage["completion_tokens"]).or(draft.output);
    }
}

#[derive(Deserialize)]
struct Vectors {
    data: Vec<Vector>,
    #[serde(default)]
    usage: Option<Value>,
}

#[derive(Deserialize)]
struct Vector {
    #[serde(default)]
    index: usize,
    embedding: Vec<f32>,
}

async fn embed(http: &Http, model: &str, texts: &[String]) -> Result<Embedded, Failure> {
    let input = texts.iter().map(|it| tokens(it)).fold(0, u32::saturating_add);
    let call = Call { doing: "embedding", model, input };
    let body = json!({ "model": model, "input": texts, "encoding_format": "float" });
    let mut answer: Vectors = http.fetch(call, "/embeddings", &body).await?;
    answer.data.sort_by_key(|it| it.index);
    let vectors: Vec<_> = answer.data.into_iter().map(|it| it.embedding).collect();
    let used = answer.usage.as_ref().and_then(|it| count(&it["prompt_tokens"]));
    embedded(http, call, vectors, texts.len(), used)
}

/// As many vectors as texts, all of one length.
pub(super) fn embedded(
    http: &Http,
    call: Call<'_>,
    vectors: Vec<Vec<f32>>,
    texts: usize,
    used: Option<u32>,
) -> Result<Embedded, Failure> {
    let length = vectors.first().map_or(0, Vec::len);
    if vectors.len() != texts || vectors.iter().any(|it| it.is_empty() || it.len() != length) {
        let why = format!("{} vectors, not all alike, for {texts} texts", vectors.len());
        return Err(http.malformed(call, why));
    }
    Ok(Embedded { vectors, usage: Usage { input: used.unwrap_or(call.input), output: 0 } })
}

#[derive(Deserialize)]
struct Heard {
    text: String,
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    usage: Value,
}

async fn transcribe(http: &Http, model: &str, recording: &Recording) -> Result<Transcript, Failure> {
    let call = Call { doing: "transcription", model, input: 0 };
    let length = u64::try_from(recording.bytes.len()).unwrap_or(u64::MAX);
    let file = Part::stream_with_length(recording.bytes.clone(), length).file_name(recording.file_name.clone());
    let file = file.mime_str(&recording.mime).map_err(|_| {
        let why = "the kind of the recording fits into no header".into();
        Failure::Refused { tried: http.tried(call), why }
    })?;
    let mut form = Form::new().text("model", model.to_owned()).text("response_format", "json").part("file", file);
    if let Some(language) = &recording.language {
        form = form.text("language", language.clone());
    }
    let heard: Heard = http.upload(call, "/audio/transcriptions", form).await?;
    let used = |name: &str| count(&heard.usage[name]).unwrap_or(0);
    let usage = Usage { input: used("input_tokens"), output: used("output_tokens") };
    let seconds = heard.duration.or_else(|| heard.usage["seconds"].as_f64());
    Ok(Transcript { text: heard.text, usage, seconds })
}

#[derive(Deserialize)]
struct Judged {
    results: Vec<Judgement>,
}

#[derive(Deserialize)]
struct Judgement {
    flagged: bool,
    #[serde(default)]
    categories: BTreeMap<String, Value>,
}

async fn moderate(http: &Http, model: &str, text: &str) -> Result<Moderated, Failure> {
    let call = Call { doing: "moderation", model, input: 0 };
    let judged: Judged = http.fetch(call, "/moderations", &json!({ "model": model, "input": text })).await?;
    if judged.results.is_empty() {
        return Err(http.malformed(call, "a moderation without a result".into()));
    }
    let mut moderated = Moderated::default();
    for it in judged.results {
        moderated.flagged |= it.flagged;
        let broken = it.categories.into_iter().filter(|(_, is)| is.as_bool() == Some(true));
        moderated.categories.extend(broken.map(|(name, _)| name));
    }
    Ok(moderated)
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    data: Vec<Map<String, Value>>,
}

/// The list of models, as most servers have it.
pub(super) async fn check(http: &Http) -> Result<Checked, Failure> {
    let begun_ms = clock::tick_ms();
    let call = Call { doing: "check", model: "", input: 0 };
    let listed: Listed = http.get(call, "/models").await?;
    let models = listed.data.iter().filter_map(|it| it.get("id")?.as_str().map(String::from)).collect();
    Ok(Checked { models, took_ms: clock::tick_ms().saturating_sub(begun_ms) })
}
