//! How conversations are set.

use serde::{Deserialize, Serialize};

/// `[features.hub]`: people talk with models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether it is open.
    pub enabled: bool,
    /// Who the model is to be, where a chat has not said otherwise.
    pub persona: String,
    /// What of a conversation is sent along with a question, in tokens (about three bytes each); older lines are
    /// summed up.
    pub context_tokens: u32,
    /// How long an answer may be, in tokens.
    pub answer_tokens: u32,
    /// How long a question may be, in characters.
    pub question_chars: u32,
    /// Questions that may wait behind a running one, per topic.
    pub waiting_max: u32,
    /// Whether a new question replaces the one that is running, instead of waiting behind it.
    pub replace: bool,
    /// Messages that one answer may become.
    pub messages_max: u32,
    /// How long a question is kept while no provider can answer, in seconds.
    pub give_up_s: u64,
    /// Whether each answer names the model.
    pub sign: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            persona: "You are Majordomo, a helpful assistant in a Telegram chat. Answer in the language of the question, briefly and truthfully; say so when you do not know.".into(),
            context_tokens: 6_000,
            answer_tokens: 2_000,
            question_chars: 8_000,
            waiting_max: 5,
            replace: false,
            messages_max: 8,
            give_up_s: 3_600,
            sign: false,
        }
    }
}
