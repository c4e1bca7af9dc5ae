//! Letters: what people send, beside plain words also pictures, voices, polls, forwards, in topics and as answers.

use crate::domain::types::{ChatId, MessageId, UserId};
use bytes::Bytes;

/// Something to be sent: `telegram.send(eve, group, Letter::photo().saying("look").in_topic(7))`.
#[derive(Clone, Debug)]
pub struct Letter {
    pub(super) words: String,
    pub(super) content: Content,
    pub(super) thread: Option<i64>,
    pub(super) answers: Option<MessageId>,
    pub(super) via: Option<UserId>,
    pub(super) origin: Origin,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Words,
    Photo,
    Video,
    Voice,
    VideoNote,
    Sticker,
    Animation,
    Audio,
    Document { name: String, mime: String, bytes: Bytes },
    Contact { name: String },
    Location,
    Poll { question: String, options: Vec<String> },
    Story { of: ChatId },
}

#[derive(Clone, Debug)]
pub(super) enum Origin {
    Own,
    Channel(ChatId),
    Person(UserId),
    Hidden(String),
}

impl Letter {
    const fn of(content: Content) -> Self {
        Self { words: String::new(), content, thread: None, answers: None, via: None, origin: Origin::Own }
    }

    /// Plain words.
    #[must_use]
    pub fn words(words: &str) -> Self {
        Self::of(Content::Words).saying(words)
    }

    /// A photo.
    #[must_use]
    pub const fn photo() -> Self {
        Self::of(Content::Photo)
    }

    /// A video.
    #[must_use]
    pub const fn video() -> Self {
        Self::of(Content::Video)
    }

    /// A voice message.
    #[must_use]
    pub const fn voice() -> Self {
        Self::of(Content::Voice)
    }

    /// A round video.
    #[must_use]
    pub const fn video_note() -> Self {
        Self::of(Content::VideoNote)
    }

    /// A sticker.
    #[must_use]
    pub const fn sticker() -> Self {
        Self::of(Content::Sticker)
    }

    /// A silent film that repeats.
    #[must_use]
    pub const fn animation() -> Self {
        Self::of(Content::Animation)
    }

    /// A piece of music.
    #[must_use]
    pub const fn audio() -> Self {
        Self::of(Content::Audio)
    }

    /// A file with this content, which the bot can load.
    #[must_use]
    pub fn document(name: &str, mime: &str, bytes: impl Into<Bytes>) -> Self {
        Self::of(Content::Document { name: name.into(), mime: mime.into(), bytes: bytes.into() })
    }

    /// A contact.
    #[must_use]
    pub fn contact(name: &str) -> Self {
        Self::of(Content::Contact { name: name.into() })
    }

    /// A place on the map.
    #[must_use]
    pub const fn location() -> Self {
        Self::of(Content::Location)
    }

    /// A poll.
    #[must_use]
    pub fn poll(question: &str, options: &[&str]) -> Self {
        let options = options.iter().map(ToString::to_string).collect();
        Self::of(Content::Poll { question: question.into(), options })
    }

    /// A channel's story, forwarded.
    #[must_use]
    pub const fn story(of: ChatId) -> Self {
        Self::of(Content::Story { of })
    }

    /// With these words: below a file, or the words themselves.
    #[must_use]
    pub fn saying(self, words: &str) -> Self {
        Self { words: words.into(), ..self }
    }

    /// In a topic.
    #[must_use]
    pub fn in_topic(self, topic: i64) -> Self {
        Self { thread: Some(topic), ..self }
    }

    /// As an answer to a message.
    #[must_use]
    pub fn answering(self, message: MessageId) -> Self {
        Self { answers: Some(message), ..self }
    }

    /// Made by another bot that was asked inline.
    #[must_use]
    pub fn via(self, bot: UserId) -> Self {
        Self { via: Some(bot), ..self }
    }

    /// Forwarded from a channel.
    #[must_use]
    pub fn from_channel(self, channel: ChatId) -> Self {
        Self { origin: Origin::Channel(channel), ..self }
    }

    /// Forwarded from a person.
    #[must_use]
    pub fn from_person(self, person: UserId) -> Self {
        Self { origin: Origin::Person(person), ..self }
    }

    /// Forwarded from somebody who hides behind a name.
    #[must_use]
    pub fn from_somebody(self, name: &str) -> Self {
        Self { origin: Origin::Hidden(name.into()), ..self }
    }

    /// The permission that it takes.
    pub(super) const fn right(&self) -> &'static str {
        match self.content {
            Content::Words | Content::Contact { .. } | Content::Location => "can_send_messages",
            Content::Photo => "can_send_photos",
            Content::Video | Content::Story { .. } => "can_send_videos",
            Content::Voice => "can_send_voice_notes",
            Content::VideoNote => "can_send_video_notes",
            Content::Sticker | Content::Animation => "can_send_other_messages",
            Content::Audio => "can_send_audios",
            Content::Document { .. } => "can_send_documents",
            Content::Poll { .. } => "can_send_polls",
        }
    }
}
