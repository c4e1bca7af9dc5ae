//! `openai_compatible`: any server that speaks OpenAI's dialect: OpenRouter, Groq, vLLM, llama.cpp, LM Studio.

use super::openai::OpenAi;
use super::{Kind, Made};
use crate::ai::http::{Auth, Http};
use crate::config::{AiLimits, AiProvider};
use crate::domain::ai::Task;
use std::sync::Arc;

pub(super) const KIND: Kind = Kind { name: "openai_compatible", make, usual };

/// There is no usual address: `ai.providers.<name>.base_url` says it, up to what stands before `/chat/completions`.
fn make(name: &str, settings: &AiProvider, limits: &AiLimits) -> Made {
    let http = Http::new(name, settings, limits, "", Auth::Bearer)?;
    Ok(Arc::new(OpenAi { http, kind: KIND.name, most: "max_tokens" }))
}

/// Every server has other models: `ai.providers.<name>.model` or `ai.routes` names them.
const fn usual(_task: Task) -> Option<&'static str> {
    None
}
