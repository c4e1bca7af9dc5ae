//! `[ai]`: the providers, whom to ask for what, and how long to wait for them.

use super::Secret;
use crate::domain::ai::Task;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[ai]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ai {
    /// `[ai.providers.<name>]`
    pub providers: BTreeMap<String, AiProvider>,
    /// `[ai.routes]`
    pub routes: AiRoutes,
    /// `[ai.limits]`
    pub limits: AiLimits,
}

/// `[ai.providers.<name>]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AiProvider {
    /// The kind.
    pub kind: String,
    /// Its address.
    pub base_url: String,
    /// The key.
    pub key: Secret,
    /// The model.
    pub model: String,
}

/// `[ai.routes]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AiRoutes {
    /// a
    pub chat: Vec<String>,
    /// a
    pub vision: Vec<String>,
    /// a
    pub transcription: Vec<String>,
    /// a
    pub embedding: Vec<String>,
    /// a
    pub moderation: Vec<String>,
    /// a
    pub cheap: Vec<String>,
}

/// `[ai.limits]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AiLimits {
    /// a
    pub connect_ms: u64,
    /// a
    pub first_byte_ms: u64,
    /// a
    pub idle_ms: u64,
    /// a
    pub total_ms: u64,
    /// a
    pub answer_bytes: usize,
    /// a
    pub in_flight: usize,
    /// a
    pub offline_word_ms: u64,
}

impl Default for AiLimits {
    fn default() -> Self {
        Self {
            connect_ms: 5_000,
            first_byte_ms: 60_000,
            idle_ms: 30_000,
            total_ms: 180_000,
            answer_bytes: 8 << 20,
            in_flight: 32,
            offline_word_ms: 20,
        }
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
