//! The list of kinds. A new kind is its file and one line here (and its module's name above).

use super::{Provider, Unusable, anthropic, gemini, offline, ollama, openai, openai_compatible};
use crate::config::{AiLimits, AiProvider};
use crate::domain::ai::Task;
use std::sync::Arc;

/// A kind of provider: what its file offers to this list.
pub struct Kind {
    /// Its name in the configuration.
    pub name: &'static str,
    /// Makes one of its kind.
    pub make: fn(&str, &AiProvider, &AiLimits) -> Result<Arc<dyn Provider>, Unusable>,
    /// The model for a task when nobody has said which.
    pub usual: fn(Task) -> Option<&'static str>,
}

/// All kinds there are.
pub const KINDS: &[Kind] =
    &[openai::KIND, anthropic::KIND, gemini::KIND, openai_compatible::KIND, ollama::KIND, offline::KIND];

/// The kind of that name.
pub(super) fn of(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|it| it.name == name)
}

/// All names, for somebody who has written another.
pub(super) fn names() -> String {
    KINDS.iter().map(|it| it.name).collect::<Vec<_>>().join(", ")
}
