//! `[ai]`: the providers, whom to ask for what, and how long to wait for them.

use super::Secret;
use super::check::nothing_or_an_address;
use crate::domain::ai::Task;
use crate::domain::ai::route::Candidate;
use crate::domain::settings::{Named, Unfit, settings};

settings! {
    /// `[ai]`: who answers questions.
    pub struct Ai {
        /// `[ai.limits]`
        limits: AiLimits;
        /// `[ai.routes]`
        routes: AiRoutes;
        /// `[ai.providers.<name>]`
        providers: Named<AiProvider>;
    }
}

settings! {
    /// `[ai.limits]`: of every call to a provider.
    pub struct AiLimits {
        /// A connection is made within this, in ms.
        connect_ms: u64 = 5_000, in 1..=60_000;
        /// The first byte of an answer is there within this, in ms.
        first_byte_ms: u64 = 60_000, in 1..=600_000;
        /// A provider that is silent in the middle of its answer for longer than this is given up, in ms.
        idle_ms: u64 = 30_000, in 1..=600_000;
        /// The whole answer is there within this, in ms.
        total_ms: u64 = 180_000, in 1..=3_600_000;
        /// Largest answer that is read, in bytes.
        answer_bytes: usize = 8 << 20, in 1024..=256 << 20;
        /// Calls in flight to one provider at the same time; whoever comes after them goes to the next one.
        in_flight: usize = 32, in 1..=10_000;
        /// How long the offline provider takes for a word, in ms.
        offline_word_ms: u64 = 20, in 0..=1_000;
    }
}

settings! {
    /// `[ai.routes]`: whom to ask for what.
    pub struct AiRoutes {
        /// Who talks with people: a list of provider/model, the preferred one first; the next is asked when one fails. Empty:
        /// every provider that has a model for it, by name; without any provider the built-in `offline/offline`.
        chat: Vec<String> = Vec::new(), fits candidates;
        /// Who looks at pictures.
        vision: Vec<String> = Vec::new(), fits candidates;
        /// Who writes down what is said in a recording.
        transcription: Vec<String> = Vec::new(), fits candidates;
        /// Who turns texts into vectors.
        embedding: Vec<String> = Vec::new(), fits candidates;
        /// Who judges whether a text breaks the rules.
        moderation: Vec<String> = Vec::new(), fits candidates;
        /// Who does what need not be clever, and answers people before nobody does.
        cheap: Vec<String> = Vec::new(), fits candidates;
    }
}

settings! {
    /// `[ai.providers.<name>]`: one of those who answer.
    pub struct AiProvider {
        /// What it is: openai, anthropic, gemini, ollama, or `openai_compatible` for any other server. Empty: the same as its name.
        kind: String = String::new(), fits a_kind;
        /// Where it is, if not at the kind's usual address: all that stands before `/chat/completions`, `/messages`,
        /// `/models` or `/api`, like `http://127.0.0.1:8000/v1`.
        base_url: String = String::new(), fits nothing_or_an_address;
        /// Its key. Secret: better kept in `MAJORDOMO_AI__PROVIDERS__NAME__KEY` than here.
        key: Secret = Secret::default();
        /// The model that talks when `ai.routes` does not say which. Empty: the kind's usual one, if it has any.
        model: String = String::new();
    }
}

impl AiRoutes {
    /// The list for a task.
    #[must_use]
    pub fn of(&self, task: Task) -> &[String] {
        match task {
            Task::Chat => &self.chat,
            Task::Vision => &self.vision,
            Task::Transcription => &self.transcription,
            Task::Embedding => &self.embedding,
            Task::Moderation => &self.moderation,
            Task::Cheap => &self.cheap,
        }
    }
}

impl AiProvider {
    /// The name of its kind.
    #[must_use]
    pub fn kind<'a>(&'a self, name: &'a str) -> &'a str {
        if self.kind.is_empty() { name } else { &self.kind }
    }
}

fn candidates(list: &[String]) -> Result<(), Unfit> {
    match list.iter().all(|it| it.parse::<Candidate>().is_ok()) {
        true => Ok(()),
        false => Err("a list, each a provider and its model, like \"openai/gpt-5-mini\"".into()),
    }
}

fn a_kind(kind: &str) -> Result<(), Unfit> {
    match kind.len() <= 32 && kind.bytes().all(|it| it.is_ascii_lowercase() || it == b'_') {
        true => Ok(()),
        false => Err("a kind of provider, like \"openai_compatible\"".into()),
    }
}
