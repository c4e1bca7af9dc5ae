//! One answer of a model while it grows, whatever its dialect.

use super::failure::Failure;
use super::http::{Answering, Call, Http};
use super::sort::is_code;
use super::{Chat, Picture};
use crate::domain::ai::{Answer, Line, Question, Speaker, Usage};
use crate::domain::limits::TripReason;
use data_encoding::BASE64;
use serde_json::Value;

/// Said to models without a JSON mode of their own, and to those that want to hear the word.
pub(super) const AS_JSON: &str = "Answer with one JSON object and nothing else.";
/// What stands at the beginning of a conversation whose first line is the model's: some providers insist on a person.
const EARLIER: &str = "…";
/// About so many bytes of text make a token.
const TOKEN_BYTES: usize = 4;
/// About so many tokens are taken for a picture.
const PICTURE_TOKENS: u32 = 800;

/// How the parts of an answer are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Server-sent events.
    Events,
    /// One JSON value per line.
    Lines,
}

/// Why a model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It had said everything.
    Said,
    /// It had no tokens left.
    Cut,
    /// It, or its provider, did not want to go on; the reason is a short code.
    Refused(String),
}

impl End {
    /// For a reason that the other side wrote: only a plain code is repeated.
    pub fn refused(reason: &str) -> Self {
        Self::Refused(if is_code(reason) { reason.into() } else { "refused".into() })
    }
}

/// An answer as far as it has come.
#[derive(Default)]
pub(super) struct Draft<'a> {
    sink: Option<&'a super::Sink>,
    text: String,
    pub input: Option<u32>,
    pub output: Option<u32>,
    pub end: Option<End>,
}

impl Draft<'_> {
    /// Adds words, and shows them.
    pub fn say(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        self.text.push_str(words);
        if let Some(sink) = self.sink {
            sink(words);
        }
    }

    /// As the provider counts; who says nothing, or none for an answer that is there, is estimated: words are not free.
    fn usage(&self, call: Call<'_>) -> Usage {
        let said = |tokens: Option<u32>| tokens.filter(|it| *it > 0 || self.text.is_empty());
        let output = said(self.output).unwrap_or_else(|| tokens(&self.text));
        Usage { input: said(self.input).unwrap_or(call.input), output }
    }
}

/// A dialect: what is asked, and how one part of the answer is heard.
pub(super) struct Dialect {
    /// What follows the base URL.
    pub path: String,
    /// The question.
    pub body: Value,
    /// How parts are told apart.
    pub framing: Framing,
    /// Takes one part in.
    pub hear: fn(&Value, &mut Draft<'_>),
}

/// Asks, and follows the answer to its end.
///
/// # Errors
/// Whatever went wrong, with how far the answer had come.
pub(super) async fn converse(http: &Http, asked: &Chat<'_>, dialect: Dialect) -> Result<Answer, Failure> {
    let call = Call { doing: "chat", model: asked.model, input: estimate(asked.question, asked.pictures) };
    let mut draft = Draft { sink: asked.sink, ..Draft::default() };
    let followed = follow(http, call, &dialect, &mut draft).await;
    let usage = draft.usage(call);
    let begun = !draft.text.is_empty();
    if let Err(mut failure) = followed {
        let tried = failure.tried_mut();
        tried.begun = begun;
        if begun || draft.input.is_some() {
            tried.usage = usage;
        }
        return Err(failure);
    }
    let cut = draft.end == Some(End::Cut);
    let text = if asked.question.json { without_fence(&draft.text).to_owned() } else { draft.text };
    Ok(Answer { text, provider: http.name().into(), model: asked.model.into(), usage, cut })
}

async fn follow(http: &Http, call: Call<'_>, dialect: &Dialect, draft: &mut Draft<'_>) -> Result<(), Failure> {
    let mut answering = http.post(call, &dialect.path, &dialect.body).await?;
    let is_document = dialect.framing == Framing::Events && answering.is_document();
    loop {
        let part = match next(&mut answering, dialect.framing, is_document).await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            // Everything had been said: what becomes of the connection after that is nobody's loss.
            Err(_) if draft.end.is_some() => break,
            Err(failure) => return Err(failure),
        };
        let part = part.trim();
        if part == "[DONE]" {
            draft.end.get_or_insert(End::Said);
            break;
        }
        if !part.is_empty() {
            hear(http, call, dialect, part, draft)?;
        }
        if is_document {
            break;
        }
    }
    ended(http, call, draft)
}

fn hear(http: &Http, call: Call<'_>, dialect: &Dialect, part: &str, draft: &mut Draft<'_>) -> Result<(), Failure> {
    let Ok(value) = serde_json::from_str::<Value>(part) else {
        return Err(http.malformed(call, format!("{} bytes of its answer are no JSON", part.len())));
    };
    if !value["error"].is_null() {
        return Err(http.refused(call, &value));
    }
    (dialect.hear)(&value, draft);
    Ok(())
}

/// Whether what has come is an answer.
fn ended(http: &Http, call: Call<'_>, draft: &Draft<'_>) -> Result<(), Failure> {
    let refused = |why: &str| Err(Failure::Refused { tried: http.tried(call), why: why.into() });
    match &draft.end {
        Some(End::Refused(why)) => refused(why),
        Some(End::Cut) if draft.text.is_empty() => refused("all tokens used before the first word"),
        Some(End::Said) if draft.text.is_empty() => refused("an empty answer"),
        Some(End::Said | End::Cut) => Ok(()),
        None if draft.text.is_empty() => Err(http.malformed(call, "an answer with nothing in it".into())),
        None => Err(http.down(call, TripReason::Unreachable, "its answer ended too early".into())),
    }
}

async fn next(answering: &mut Answering<'_>, framing: Framing, is_document: bool) -> Result<Option<String>, Failure> {
    match framing {
        Framing::Events if is_document => answering.whole().await.map(Some),
        Framing::Events => answering.event().await,
        Framing::Lines => answering.line().await,
    }
}

/// What one side said before the other spoke.
pub(super) struct Turn<'a> {
    pub by: Speaker,
    pub text: String,
    pub pictures: Vec<&'a Picture>,
}

/// The conversation as providers want it: both sides in turn, a person first, nothing empty.
pub(super) fn turns<'a>(asked: &Chat<'a>) -> Vec<Turn<'a>> {
    let mut turns: Vec<Turn<'a>> = Vec::new();
    for line in &asked.question.lines {
        let pictures = shown(line, asked.pictures);
        if line.text.trim().is_empty() && pictures.is_empty() {
            continue;
        }
        match turns.last_mut().filter(|it| it.by == line.by) {
            Some(turn) => {
                if !turn.text.is_empty() && !line.text.is_empty() {
                    turn.text.push_str("\n\n");
                }
                turn.text.push_str(&line.text);
                turn.pictures.extend(pictures);
            }
            None => turns.push(Turn { by: line.by, text: line.text.clone(), pictures }),
        }
    }
    if turns.first().is_none_or(|it| it.by == Speaker::Model) {
        turns.insert(0, Turn { by: Speaker::Person, text: EARLIER.into(), pictures: Vec::new() });
    }
    turns
}

fn shown<'a>(line: &Line, pictures: &'a [Picture]) -> Vec<&'a Picture> {
    line.pictures.iter().filter_map(|id| pictures.iter().find(|it| it.id == *id)).collect()
}

/// The system prompt, with the wish for JSON in words.
pub(super) fn system(question: &Question) -> String {
    let parts = [question.system.as_str(), if question.json { AS_JSON } else { "" }];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n\n")
}

pub(super) fn base64(picture: &Picture) -> String {
    BASE64.encode(&picture.bytes)
}

/// A number of tokens in a part of an answer.
pub(super) fn count(value: &Value) -> Option<u32> {
    value.as_u64().map(|it| u32::try_from(it).unwrap_or(u32::MAX))
}

/// About how many tokens a text has: for when the provider does not say.
pub(super) fn tokens(text: &str) -> u32 {
    u32::try_from(text.len().div_ceil(TOKEN_BYTES)).unwrap_or(u32::MAX)
}

fn estimate(question: &Question, pictures: &[Picture]) -> u32 {
    let lines = question.lines.iter().map(|it| tokens(&it.text)).fold(tokens(&question.system), u32::saturating_add);
    let pictures = u32::try_from(pictures.len()).unwrap_or(u32::MAX).saturating_mul(PICTURE_TOKENS);
    lines.saturating_add(pictures)
}

/// The inside of a code block that is all there is.
fn without_fence(text: &str) -> &str {
    let text = text.trim();
    let inside = text.strip_prefix("```").and_then(|it| it.strip_suffix("```"));
    inside.and_then(|it| it.split_once('\n')).map_or(text, |(_, body)| body.trim())
}
