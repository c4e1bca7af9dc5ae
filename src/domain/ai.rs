//! Asking a model: what is asked and what comes back, in words that hold for every provider.

pub mod route;

use super::types::{ChatId, MessageId, Moment, Slot, ThreadId, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a model is to do. Each task has a list of models of its own, the preferred one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Answer in a conversation.
    Chat,
    /// The same, with pictures to look at.
    Vision,
    /// Write down what is said in a recording.
    Transcription,
    /// Turn text into numbers that are near each other when its meaning is.
    Embedding,
    /// Say whether a text breaks the rules.
    Moderation,
    /// What need not be clever: a summary of what was said before.
    Cheap,
}

impl Task {
    /// All, in the order of the configuration.
    pub const ALL: [Self; 6] =
        [Self::Chat, Self::Vision, Self::Transcription, Self::Embedding, Self::Moderation, Self::Cheap];
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chat => "chat",
            Self::Vision => "vision",
            Self::Transcription => "transcription",
            Self::Embedding => "embedding",
            Self::Moderation => "moderation",
            Self::Cheap => "cheap",
        })
    }
}

/// Whose words a line of a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// Somebody in the chat.
    Person,
    /// A model, earlier.
    Model,
}

/// One line of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Whose.
    pub by: Speaker,
    /// The words. In groups they begin with who said them.
    pub text: String,
    /// Pictures that came with them, by Telegram's file id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<String>,
}

/// What a model is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What kind of thing it is to do.
    pub task: Task,
    /// Who it is to be, and how to answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub system: String,
    /// The conversation, oldest first; the last line is what is asked.
    pub lines: Vec<Line>,
    /// Output tokens at most.
    pub max_tokens: u32,
    /// Answer with one JSON value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub json: bool,
    /// A model that the person has chosen, as `provider/model`: tried first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefer: Option<String>,
}

/// What was used, in tokens, as the provider counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Of the question.
    pub input: u32,
    /// Of the answer.
    pub output: u32,
}

/// What a model said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its words, as Markdown.
    pub text: String,
    /// Whose model it is: the provider's name in the configuration.
    pub provider: String,
    /// The model.
    pub model: String,
    /// What it used.
    pub usage: Usage,
    /// It had more to say than [`Question::max_tokens`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// A question that is owed an answer, which costs money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// With which the feature knows the answer again.
    pub token: String,
    /// The question.
    pub question: Question,
    /// On whose account it goes.
    pub account: UserId,
    /// Where people see that an answer is coming.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show: Option<Show>,
    /// When it is not worth asking any more.
    pub until: Moment,
}

/// Where an answer grows before people's eyes. It ends as a message of the feature's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Show {
    /// The chat.
    pub chat: ChatId,
    /// The topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Our name of the message that the feature has said as a placeholder, and will edit into the answer; `None`
    /// where a draft is shown instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The feature that asked.
    pub feature: String,
    /// Its token.
    pub token: String,
    /// What came.
    pub outcome: Asked,
}

/// How far a question is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The answer.
    Answer(Answer),
    /// No provider can answer now. It is kept and asked again; the answer or the end is still to come.
    Waits(Why),
    /// There will be no answer.
    Over(Why),
}

/// Why there is no answer (yet).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// All providers for this task are down, or stay silent.
    Down,
    /// All of them ask for patience.
    Busy,
    /// The money for this day or month is spent.
    Budget,
    /// No provider is configured that can do this.
    Nobody,
    /// The providers refuse this question: too long, or against their rules.
    Refused,
    /// It took too long to be worth an answer.
    Late,
    /// The house ended twice while it was asked: it may have been paid for, and is not asked a third time.
    Unknown,
}
