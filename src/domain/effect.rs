//! What is wanted: the verbs of a decision, each inner enum belonging to the actor that performs it.

use super::event::Note;
use super::fact::{ChatRef, Permissions};
use super::text::Text;
use super::types::{ChatId, ChatNo, Language, MessageId, Moment, Slot, ThreadId, UserId};
use serde::{Deserialize, Serialize};

/// One thing that a decision wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A call to Telegram, owed until done.
    Telegram(Owed),
    /// An event for another chat, committed with this decision.
    Tell {
        /// Whom.
        to: Target,
        /// What.
        note: Note,
    },
    /// Wake this chat and feature with `Woke { key }` at that time. The same key again moves it.
    WakeAt {
        /// The feature's own key.
        key: String,
        /// When.
        at: Moment,
    },
    /// Forget the wake of that key.
    NoWake {
        /// The feature's own key.
        key: String,
    },
    /// Write a row of this feature in this chat.
    Put {
        /// The feature's own key.
        key: String,
        /// The row, self-describing (JSON), at most 64 KiB.
        value: Vec<u8>,
    },
    /// Write a row of this feature in this chat some time soon. Rules see it at once, but nothing waits for the
    /// disk: it is written with the chat's next batch, before the chat sleeps or the house stops, and after
    /// `limits.chat.keep_ms` at the latest. A crash loses it. A decision that only keeps writes nothing.
    Keep {
        /// The feature's own key.
        key: String,
        /// The row, as in [`Effect::Put`].
        value: Vec<u8>,
    },
    /// Delete a row of this feature in this chat.
    Drop {
        /// The feature's own key.
        key: String,
    },
    /// Make this person an owner of the house. Only the house's own feature asks for it.
    Own(UserId),
}

/// Whom a [`Effect::Tell`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Chat 0.
    House,
    /// A chat by Telegram's id.
    Chat(ChatId),
    /// A chat by our number.
    No(ChatNo),
}

/// A call that is owed to Telegram, with how it is to be treated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// The call.
    pub call: Call,
    /// After a crash or an unclear answer: for calls that are visible once only; others always repeat.
    #[serde(default)]
    pub in_doubt: InDoubt,
    /// Replies go before broadcasts.
    #[serde(default)]
    pub lane: Lane,
    /// A token with which the feature wants to be told the outcome. Of calls that repeat freely only a
    /// refusal is told: their success is what everybody expects, and wakes nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Not worth doing after this moment (a toast, a typing sign): dropped and counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// What happens to a visible call when nobody knows whether it was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InDoubt {
    /// It is listed under `pending` and not sent again by itself.
    #[default]
    List,
    /// It is sent again: for notices and placeholders, where twice is better than never.
    Repeat,
}

/// The two lanes of the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// An answer to somebody who waits.
    #[default]
    Reply,
    /// Everything else.
    Broadcast,
}

/// The classes of effects by what a repetition does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Done again without harm; "not modified" and "not found" count as done.
    Repeatable,
    /// Seen by people: doing it again shows.
    VisibleOnce,
}

/// A message of ours: by Telegram's id, or by our slot while that is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MessageRef {
    /// By id.
    Id(MessageId),
    /// By the slot it was said under, in the same chat.
    Slot(Slot),
}

/// A call to Telegram in our words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// `sendMessage`.
    Say {
        /// Where to.
        chat: ChatId,
        /// Our name of it.
        slot: Slot,
        /// The topic.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<ThreadId>,
        /// The message it answers; sent all the same when that is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
        /// The words.
        text: Text,
        /// Rows of buttons.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keyboard: Vec<Vec<Button>>,
        /// Without a sound.
        #[serde(default)]
        silent: bool,
    },
    /// `editMessageText`: the newest edit of a message replaces those that still wait.
    Edit {
        /// Where.
        chat: ChatId,
        /// Which message.
        message: MessageRef,
        /// The words.
        text: Text,
        /// Rows of buttons.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keyboard: Vec<Vec<Button>>,
    },
    /// `deleteMessage`.
    Delete {
        /// Where.
        chat: ChatId,
        /// Which message.
        message: MessageRef,
    },
    /// `restrictChatMember` with nothing allowed.
    Mute {
        /// Where.
        chat: ChatId,
        /// Whom.
        user: UserId,
        /// Until when; `None` until un-muted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Moment>,
    },
    /// `restrictChatMember` with the chat's default permissions.
    Unmute {
        /// Where.
        chat: ChatId,
        /// Whom.
        user: UserId,
        /// The chat's default permissions, as `getChat` gave them.
        permissions: Permissions,
    },
    /// `answerCallbackQuery`.
    Answer {
        /// The press.
        query: String,
        /// The toast; `None` answers without words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Text>,
        /// A window that must be closed instead of a toast.
        #[serde(default)]
        alert: bool,
    },
    /// `createChatInviteLink`; the outcome carries the link.
    Invite {
        /// Into which chat.
        chat: ChatId,
        /// The link's name, seen by the chat's admins only, at most 32 characters.
        name: String,
    },
    /// `setMyCommands` for one scope and language.
    SetCommands {
        /// For whom.
        scope: MenuScope,
        /// The language; `None` is the menu of all other languages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<Language>,
        /// Command and its one-line help.
        commands: Vec<(String, Text)>,
    },
    /// `leaveChat`.
    Leave {
        /// Which.
        chat: ChatId,
    },
}

/// Telegram's `BotCommandScope` as far as we use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MenuScope {
    /// Private chats.
    Private,
    /// Groups.
    Groups,
    /// The admins of groups.
    GroupAdmins,
    /// One chat.
    Chat(ChatId),
}

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// The words on it.
    pub label: Label,
    /// What it does.
    pub does: Does,
}

/// The words on a button: of the catalogue, or a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Label {
    /// Words of the catalogue.
    Text(Text),
    /// A name, for example a channel's title; cut at 40 characters.
    Name(String),
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Does {
    /// Opens an address.
    Open(String),
    /// Sends us a signed press: `action` and `args` together at most 24 bytes of ASCII.
    Press {
        /// `<feature>.<verb>`, short.
        action: String,
        /// Arguments.
        args: String,
        /// Who may press; `None` is anybody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only: Option<UserId>,
        /// When it goes stale; `None` never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Moment>,
    },
}

impl Call {
    /// Telegram's name of the method, for metrics and logs.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Say { .. } => "sendMessage",
            Self::Edit { .. } => "editMessageText",
            Self::Delete { .. } => "deleteMessage",
            Self::Mute { .. } | Self::Unmute { .. } => "restrictChatMember",
            Self::Answer { .. } => "answerCallbackQuery",
            Self::Invite { .. } => "createChatInviteLink",
            Self::SetCommands { .. } => "setMyCommands",
            Self::Leave { .. } => "leaveChat",
        }
    }

    /// The class of the call: what a repetition does.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Say { .. } | Self::Invite { .. } => Class::VisibleOnce,
            _ => Class::Repeatable,
        }
    }

    /// Whether it counts against the message limits (it creates or edits a message).
    #[must_use]
    pub const fn counts_as_message(&self) -> bool {
        matches!(self, Self::Say { .. } | Self::Edit { .. })
    }

    /// Whether it keeps its place among the chat's visible calls.
    #[must_use]
    pub const fn keeps_order(&self) -> bool {
        matches!(self, Self::Say { .. } | Self::Edit { .. })
    }

    /// The same call in another chat: its group became a supergroup.
    #[must_use]
    pub fn moved_to(mut self, to: ChatId) -> Self {
        match &mut self {
            Self::Say { chat, .. }
            | Self::Edit { chat, .. }
            | Self::Delete { chat, .. }
            | Self::Mute { chat, .. }
            | Self::Unmute { chat, .. }
            | Self::Invite { chat, .. }
            | Self::Leave { chat } => *chat = to,
            Self::Answer { .. } | Self::SetCommands { .. } => {}
        }
        self
    }

    /// The chat it acts in, where it acts in one.
    #[must_use]
    pub const fn chat(&self) -> Option<ChatId> {
        match self {
            Self::Say { chat, .. }
            | Self::Edit { chat, .. }
            | Self::Delete { chat, .. }
            | Self::Mute { chat, .. }
            | Self::Unmute { chat, .. }
            | Self::Invite { chat, .. }
            | Self::Leave { chat } => Some(*chat),
            Self::Answer { .. } | Self::SetCommands { .. } => None,
        }
    }
}

impl Owed {
    /// A reply in the usual way.
    #[must_use]
    pub const fn new(call: Call) -> Self {
        Self { call, in_doubt: InDoubt::List, lane: Lane::Reply, report: None, until: None }
    }

    /// The same, sent again when in doubt.
    #[must_use]
    pub const fn repeating(mut self) -> Self {
        self.in_doubt = InDoubt::Repeat;
        self
    }

    /// The same, with its outcome reported under this token.
    #[must_use]
    pub fn reporting(mut self, token: impl Into<String>) -> Self {
        self.report = Some(token.into());
        self
    }
}

impl From<ChatId> for ChatRef {
    fn from(id: ChatId) -> Self {
        Self::Id(id)
    }
}
