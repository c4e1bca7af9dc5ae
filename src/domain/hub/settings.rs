//! How conversations are set.

use crate::domain::settings::settings;

settings! {
    /// How conversations are set: `[features.hub]` of the configuration.
    #[derive(Eq)]
    pub struct Settings {
        /// Whether this office is open: people talk with models. Closed unless you open it: answers may cost money.
        enabled: bool = false;
        /// Who the model is to be, where a chat has not said otherwise.
        persona: String = "You are Majordomo, a helpful assistant in a Telegram chat. Answer in the language of the question, briefly and truthfully; say so when you do not know.".into();
        /// What of a conversation is sent along with a question, in tokens of three bytes; older lines are summed up.
        context_tokens: u32 = 6_000, in 100..=1_000_000;
        /// How long an answer may be, in tokens.
        answer_tokens: u32 = 2_000, in 16..=100_000;
        /// How long a question may be, in characters.
        question_chars: u32 = 8_000, in 10..=16_000;
        /// Questions that may wait behind a running one, per topic.
        waiting_max: u32 = 5, in 0..=20;
        /// Whether a new question replaces the one that is running, instead of waiting behind it.
        replace: bool = false;
        /// Messages that one answer may become.
        messages_max: u32 = 8, in 1..=30;
        /// How long a question is kept while no provider can answer, in seconds.
        give_up_s: u64 = 3_600, in 5..=86_400;
        /// Whether each answer names the model.
        sign: bool = false;
    }
}
