//! The list of kinds. A new kind is its file in this folder, and here its module and its line.

use super::{Provider, Unusable};
use crate::config::{AiLimits, AiProvider};
use crate::domain::ai::Task;
use std::sync::Arc;

mod anthropic;
mod gemini;
pub(super) mod offline;
mod ollama;
mod openai;
mod openai_compatible;

/// All kinds there are.
pub const KINDS: &[Kind] = &[
    openai::KIND, //
    openai_compatible::KIND,
    anthropic::KIND,
    gemini::KIND,
    ollama::KIND,
    offline::KIND,
];

/// A provider, or why it cannot be made.
pub type Made = Result<Arc<dyn Provider>, Unusable>;

/// A kind of provider: what its file offers to this list.
pub struct Kind {
    /// Its name in the configuration.
    pub name: &'static str,
    /// Makes one of its kind.
    pub make: fn(&str, &AiProvider, &AiLimits) -> Made,
    /// The model for a task when nobody has said which.
    pub usual: fn(Task) -> Option<&'static str>,
}

/// The kind of that name.
pub(super) fn of(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|it| it.name == name)
}

/// All names, for somebody who has written another.
pub(super) fn names() -> String {
    KINDS.iter().map(|it| it.name).collect::<Vec<_>>().join(", ")
}
