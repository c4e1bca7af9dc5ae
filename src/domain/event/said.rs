//! A message that somebody wrote, as rules see it.

use crate::domain::types::{ChatId, MessageId, Person, ThreadId, UserId};
use serde::{Deserialize, Serialize};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "Telegram says so many things of a message that are or are not")]
pub struct Said {
    /// Its id.
    pub message: MessageId,
    /// Its topic; `None` in General and outside of forums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
    /// Who wrote it, as far as Telegram tells (see `sender_chat`).
    pub from: Person,
    /// Set when it was written in the name of a chat: an anonymous admin's group, a channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_chat: Option<ChatId>,
    /// Text or caption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// It is a new version of an older message.
    #[serde(default)]
    pub edited: bool,
    /// It was forwarded; the channel it came from, if it came from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Origin>,
    /// It was sent through an inline bot.
    #[serde(default)]
    pub via_bot: bool,
    /// A linked channel's post that Telegram copied here by itself.
    #[serde(default)]
    pub automatic: bool,
    /// A service message (somebody joined, the title changed): nobody said anything.
    #[serde(default)]
    pub service: bool,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ReplyTo>,
    /// The album it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// The file it carries, when it is a plain file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// What it carries.
    #[serde(default)]
    pub content: Content,
}

/// A file that somebody sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Telegram's id of it, with which it can be loaded.
    pub file: String,
    /// Its name as the sender's device says; may be empty, and is a stranger's words.
    #[serde(default)]
    pub name: String,
    /// Its size in bytes as Telegram says, 0 when it does not.
    #[serde(default)]
    pub bytes: u64,
}

/// The kinds of messages, by what they carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Words alone.
    #[default]
    Text,
    /// A photo, also a live one.
    Photo,
    /// A video.
    Video,
    /// A moving picture without sound.
    Animation,
    /// Music.
    Audio,
    /// A voice message.
    Voice,
    /// A round video.
    VideoNote,
    /// A file.
    Document,
    /// A sticker.
    Sticker,
    /// A contact.
    Contact,
    /// A place, also one with a name.
    Location,
    /// A poll.
    Poll,
    /// A forwarded story.
    Story,
    /// A die or the like.
    Dice,
    /// A game.
    Game,
    /// Anything else: invoices, checklists, giveaways, paid media, what nobody knows yet; and service messages.
    Other,
}

/// Where a forwarded message came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The channel, when it came from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChatId>,
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTo {
    /// Its id.
    pub message: MessageId,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<UserId>,
    /// The first person whom it mentions, if a bot wrote it: whoever answers our notice means that person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<UserId>,
    /// The channel that it had been forwarded from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChatId>,
    /// The file it carries, when it is a plain file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
}
