//! What is kept of a chat's conversations.

use super::super::ai::{Line, Speaker};
use super::super::types::{Language, MessageId, Moment, Slot, ThreadId, UserId};
use serde::{Deserialize, Serialize};

/// Topics of one chat in which questions may run at the same time.
pub(super) const RUNNING_MAX: usize = 20;
/// The longest persona, in characters.
pub(super) const PERSONA_CHARS: usize = 1_000;
/// The longest name of a model, in characters.
pub(super) const MODEL_CHARS: usize = 120;
/// The largest conversation as a row, in bytes: below the store's limit with room for escapes.
const TALK_BYTES: usize = 40_000;

/// The hot cell of a chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Who the model is to be here, when the chat has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona: Option<String>,
    /// The model that is preferred here, as `provider/model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefer: Option<String>,
    /// Questions that are out, at most one answer per topic.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<Running>,
    /// The number of the next question.
    pub next: u64,
}

/// A question that is out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// With which its answer comes back.
    pub token: String,
    /// Its topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
    /// The message that asks.
    pub message: MessageId,
    /// Who asks.
    pub by: UserId,
    /// Their language.
    #[serde(default)]
    pub language: Language,
    /// Since when.
    pub since: Moment,
    /// The message that says that an answer is coming, and becomes the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
    /// It sums up so many old lines instead of answering anybody; 0 for an answer.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sums_up: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
const fn is_zero(it: &usize) -> bool {
    *it == 0
}

/// The row of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Talk {
    /// What was said before the lines, in short.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// What was said, oldest first.
    pub lines: Vec<Line>,
    /// Questions behind the one that is out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
    /// Who answered last, as `provider/model`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub answered_by: String,
}

/// A question that waits for the one before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The message that asks.
    pub message: MessageId,
    /// Who asks.
    pub by: UserId,
    /// Their language.
    #[serde(default)]
    pub language: Language,
    /// What.
    pub text: String,
}

impl State {
    /// The answer that a topic waits for.
    #[must_use]
    pub fn answering(&self, thread: Option<ThreadId>) -> Option<&Running> {
        self.running.iter().find(|it| it.thread == thread && it.sums_up == 0)
    }
}

impl Talk {
    /// The key of a topic's row.
    #[must_use]
    pub fn key(thread: Option<ThreadId>) -> String {
        format!("talk/{}", thread.map_or(0, |it| it.0))
    }

    /// What it is worth, in tokens, counted high: three bytes each.
    #[must_use]
    pub fn tokens(&self) -> u32 {
        let bytes = self.summary.len() + self.lines.iter().map(|it| it.text.len() + 12).sum::<usize>();
        u32::try_from(bytes / 3).unwrap_or(u32::MAX)
    }

    /// Adds a line. What is too old to be kept at all goes.
    pub(super) fn add(&mut self, by: Speaker, text: String) {
        self.lines.push(Line { by, text, pictures: Vec::new() });
        let mut bytes: usize = self.lines.iter().map(|it| it.text.len()).sum();
        while bytes > TALK_BYTES && self.lines.len() > 1 {
            bytes -= self.lines.remove(0).text.len();
        }
    }

    /// The lines that fit into so many tokens, the newest; at least the last.
    #[must_use]
    pub fn recent(&self, tokens: u32) -> Vec<Line> {
        let mut left =
            usize::try_from(tokens).unwrap_or(usize::MAX).saturating_mul(3).saturating_sub(self.summary.len());
        let fits = |it: &&Line| {
            let fits = it.text.len() + 12 <= left;
            left = left.saturating_sub(it.text.len() + 12);
            fits
        };
        let count = self.lines.iter().rev().take_while(fits).count().max(1).min(self.lines.len());
        self.lines[self.lines.len() - count..].to_vec()
    }
}
