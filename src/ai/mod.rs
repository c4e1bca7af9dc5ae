//! AI providers behind one trait: chat, embeddings, transcription, moderation. IO alone: no actor, no store, no rule.
//!
//! One file per kind in `kinds/`, and one line in [`KINDS`]. What goes on between providers (order, pauses, breakers) is decided
//! in `domain::ai::route`; what is owed and paid is kept by whoever asks.

use crate::config::nearest::nearest;
use crate::config::{self, AiLimits, AiProvider};
use crate::domain::ai::route::{Candidate, OFFLINE, Routes};
use crate::domain::ai::{Answer, Question, Task, Usage};
use futures_util::future::{BoxFuture, FutureExt};
use kinds::offline::Offline;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

mod converse;
mod failure;
mod http;
mod kinds;
mod sort;
#[cfg(test)]
mod tests;

pub use failure::{Failure, Tried};
pub use kinds::KINDS;

/// What comes of a call.
pub type Ahead<'a, T> = BoxFuture<'a, Result<T, Failure>>;

/// Hears the words of an answer while they come, in order. It must not wait.
pub type Sink = dyn Fn(&str) + Send + Sync;

/// Somebody who answers: one entry of `[ai.providers]`.
pub trait Provider: Send + Sync {
    /// Its name in the configuration.
    fn name(&self) -> &str;

    /// The name of its kind.
    fn kind(&self) -> &'static str;

    /// Whether it can do this at all: known without asking it. What it cannot do fails with [`Failure::Cannot`].
    fn can(&self, task: Task) -> bool;

    /// Answers in a conversation. Whoever drops the answer ends the call and closes its connection.
    ///
    /// # Errors
    /// [`Failure`] says what may be done about it.
    fn chat<'a>(&'a self, asked: Chat<'a>) -> Ahead<'a, Answer>;

    /// Turns texts into vectors, one each, in their order.
    ///
    /// # Errors
    /// [`Failure`] says what may be done about it.
    fn embed<'a>(&'a self, model: &'a str, _texts: &'a [String]) -> Ahead<'a, Embedded> {
        cannot(self.name(), model, "embedding")
    }

    /// Writes down what is said in a recording.
    ///
    /// # Errors
    /// [`Failure`] says what may be done about it.
    fn transcribe<'a>(&'a self, model: &'a str, _recording: &'a Recording) -> Ahead<'a, Transcript> {
        cannot(self.name(), model, "transcription")
    }

    /// Says whether a text breaks the rules.
    ///
    /// # Errors
    /// [`Failure`] says what may be done about it.
    fn moderate<'a>(&'a self, model: &'a str, _text: &'a str) -> Ahead<'a, Moderated> {
        cannot(self.name(), model, "moderation")
    }

    /// A cheap look that costs no tokens: whether it is there, takes the key, and which models it offers.
    ///
    /// # Errors
    /// [`Failure`] says what may be done about it.
    fn check(&self) -> Ahead<'_, Checked>;
}

/// One question to one model.
#[derive(Clone, Copy)]
pub struct Chat<'a> {
    /// The model.
    pub model: &'a str,
    /// What is asked.
    pub question: &'a Question,
    /// The pictures its lines name, loaded. A line's picture that is not here is left out.
    pub pictures: &'a [Picture],
    /// Who hears the words while they come.
    pub sink: Option<&'a Sink>,
}

/// A picture that came with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// By which [`crate::domain::ai::Line::pictures`] names it.
    pub id: String,
    /// `image/jpeg`.
    pub mime: String,
    /// What is in the file.
    pub bytes: Vec<u8>,
}

/// Something that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// What is in the file.
    pub bytes: bytes::Bytes,
    /// Its name, whose ending tells providers what it is: `voice.ogg`.
    pub file_name: String,
    /// `audio/ogg`.
    pub mime: String,
    /// Probably spoken in this language, as two letters.
    pub language: Option<String>,
}

/// What is said in a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Transcript {
    /// The words.
    pub text: String,
    /// What it used. Providers that count seconds count no tokens.
    pub usage: Usage,
    /// How long the recording is, if the provider says so.
    pub seconds: Option<f64>,
}

/// Texts as vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// One per text, all of one length.
    pub vectors: Vec<Vec<f32>>,
    /// What it used, estimated when the provider does not say.
    pub usage: Usage,
}

/// What a moderator says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moderated {
    /// It breaks the rules.
    pub flagged: bool,
    /// Which, in the provider's words: `violence`, `self-harm`.
    pub categories: Vec<String>,
}

/// What a look at a provider brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The models it offers; may be empty where a server does not list any.
    pub models: Vec<String>,
    /// How long it took, in ms.
    pub took_ms: u64,
}

/// Why a provider cannot be set up. Names no key and no address: both may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unusable {
    /// Its address.
    #[error("ai.providers.{provider}.base_url is no address that begins with http:// or https://")]
    Address {
        /// The provider.
        provider: String,
    },
    /// Its key.
    #[error("ai.providers.{provider}.key has characters in it that no key has")]
    Key {
        /// The provider.
        provider: String,
    },
    /// Its kind.
    #[error("ai.providers.{provider}.kind: expected one of {}", kinds::names())]
    Kind {
        /// The provider.
        provider: String,
        /// What stands there.
        kind: String,
    },
    /// This machine can make no client.
    #[error("no connections can be made for ai.providers.{provider}: {why}")]
    Http {
        /// The provider.
        provider: String,
        /// Why not.
        why: String,
    },
}

impl Unusable {
    /// What was probably meant.
    #[must_use]
    pub fn nearest(&self) -> Option<&'static str> {
        match self {
            Self::Kind { kind, .. } => nearest(kind, KINDS.iter().map(|it| it.name)),
            Self::Address { .. } | Self::Key { .. } | Self::Http { .. } => None,
        }
    }
}

/// Everybody who can be asked, and in which order.
pub struct Providers {
    all: BTreeMap<String, Arc<dyn Provider>>,
    routes: Routes,
}

impl Providers {
    /// Makes all that are configured, and the offline one, which is always there. Nothing is called yet.
    ///
    /// # Errors
    /// An entry that cannot work.
    pub fn new(settings: &config::Ai) -> Result<Self, Unusable> {
        let mut all: BTreeMap<String, Arc<dyn Provider>> = BTreeMap::new();
        all.insert(OFFLINE.into(), Arc::new(Offline::new(OFFLINE, &settings.limits)));
        for (name, provider) in settings.providers.iter() {
            all.insert(name.clone(), make(name, provider, &settings.limits)?);
        }
        Ok(Self { all, routes: routes(settings) })
    }

    /// The provider of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Provider>> {
        self.all.get(name)
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.all.values()
    }

    /// Whom to ask for what, in which order.
    #[must_use]
    pub fn routes(&self) -> &Routes {
        &self.routes
    }
}

fn make(name: &str, settings: &AiProvider, limits: &AiLimits) -> Result<Arc<dyn Provider>, Unusable> {
    let kind = kinds::of(settings.kind(name))
        .ok_or_else(|| Unusable::Kind { provider: name.into(), kind: settings.kind(name).into() })?;
    (kind.make)(name, settings, limits)
}

/// The configured order; for a task without one, every provider that has a model for it, by name; with no provider at
/// all, the offline one.
fn routes(settings: &config::Ai) -> Routes {
    let mut routes = Routes::default();
    for task in Task::ALL {
        let said = settings.routes.of(task).iter().filter_map(|it| it.parse().ok());
        let mut list: Vec<Candidate> = said.collect();
        if list.is_empty() {
            list.extend(settings.providers.iter().filter_map(|(name, it)| usual(name, it, task)));
        }
        if settings.providers.is_empty() && list.is_empty() {
            list.push(Candidate { provider: OFFLINE.into(), model: OFFLINE.into() });
        }
        routes.set(task, list);
    }
    routes
}

/// The model of a provider that is asked when nobody has said which.
fn usual(name: &str, settings: &AiProvider, task: Task) -> Option<Candidate> {
    let talks = matches!(task, Task::Chat | Task::Vision | Task::Cheap);
    let own = (talks && !settings.model.is_empty()).then_some(settings.model.as_str());
    let model = own.or_else(|| (kinds::of(settings.kind(name))?.usual)(task))?;
    Some(Candidate { provider: name.into(), model: model.into() })
}

fn cannot<'a, T: Send + 'a>(provider: &str, model: &str, doing: &'static str) -> Ahead<'a, T> {
    let tried = Tried { provider: provider.into(), model: model.into(), doing, ..Tried::default() };
    async move { Err(Failure::Cannot { tried: Box::new(tried) }) }.boxed()
}
