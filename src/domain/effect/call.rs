//! A call to Telegram in our words.

use super::Class;
use super::button::{Button, Choice};
use super::parts::{JoinVerdict, MenuScope, MessageRef};
use crate::domain::chart::Chart;
use crate::domain::fact::Permissions;
use crate::domain::text::Text;
use crate::domain::types::{ChatId, Language, MessageId, Moment, Slot, ThreadId, UserId};
use serde::{Deserialize, Serialize};

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
        /// In a supergroup: seen by this person alone, where the API has that (10.2); where it has not,
        /// everybody sees it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only: Option<UserId>,
    },
    /// `sendMessage` with a keyboard in the place of the letters, from which somebody chooses a chat for us: in
    /// private chats only. Without choices that keyboard is taken away.
    Offer {
        /// Where to.
        chat: ChatId,
        /// Our name of it.
        slot: Slot,
        /// The words.
        text: Text,
        /// The buttons, a row each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        choices: Vec<Choice>,
    },
    /// `sendDocument`: a text file of ours.
    Document {
        /// Where to.
        chat: ChatId,
        /// Our name of the message.
        slot: Slot,
        /// The topic.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<ThreadId>,
        /// The message it answers; sent all the same when that is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
        /// The file's name, with its ending.
        name: String,
        /// What is in it: text, at most 48 KiB ([`super::DOCUMENT_MAX_BYTES`]); more is refused.
        content: String,
        /// The words under it, cut at 1,024 UTF-16 units.
        caption: Text,
        /// Without a sound.
        #[serde(default)]
        silent: bool,
    },
    /// `sendPhoto`: a chart, drawn when it is sent.
    Picture {
        /// Where to.
        chat: ChatId,
        /// Our name of the message.
        slot: Slot,
        /// The topic.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<ThreadId>,
        /// The message it answers; sent all the same when that is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
        /// What is drawn.
        chart: Chart,
        /// The words under it, cut at 1,024 UTF-16 units.
        caption: Text,
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
    /// `deleteMessages`: those that are not there are skipped.
    DeleteMany {
        /// Where.
        chat: ChatId,
        /// Which: 1 to 100 ([`super::DELETE_MANY_MAX`]), split by whoever decides.
        messages: Vec<MessageId>,
    },
    /// `deleteMessageReaction`: takes away what somebody set under a message (Bot API 10.3).
    Unreact {
        /// Where.
        chat: ChatId,
        /// Which message.
        message: MessageId,
        /// Whose reaction.
        user: UserId,
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
    /// `setChatPermissions`: what everybody may do in a group.
    Permit {
        /// Where.
        chat: ChatId,
        /// All of them; one that is left out is taken away.
        permissions: Permissions,
    },
    /// `approveChatJoinRequest`; somebody who is inside already, or asks no more, counts as done.
    Approve {
        /// Where.
        chat: ChatId,
        /// Whom.
        user: UserId,
    },
    /// `declineChatJoinRequest`; somebody who asks no more counts as done.
    Decline {
        /// Where.
        chat: ChatId,
        /// Whom.
        user: UserId,
    },
    /// `answerChatJoinRequestQuery`: worth nothing [`super::JOIN_QUERY_MS`] after the request, see [`super::Owed::until`].
    AnswerJoin {
        /// The query of the request.
        query: String,
        /// The answer.
        verdict: JoinVerdict,
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
        /// Whoever follows it asks to join, and an admin or we decide.
        #[serde(default)]
        by_request: bool,
    },
    /// `editChatInviteLink`, for a link that we made.
    EditInvite {
        /// Into which chat.
        chat: ChatId,
        /// The link.
        link: String,
        /// Its name, as for [`Call::Invite`].
        name: String,
        /// Whoever follows it asks to join.
        by_request: bool,
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
    /// `sendChatAction`: somebody is being answered. Shown for five seconds; never owed.
    Typing {
        /// Where.
        chat: ChatId,
        /// The topic.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<ThreadId>,
    },
    /// `sendMessageDraft`: what has been written of an answer so far, in a private chat (Bot API 9.3). Shown for half a
    /// minute; never owed.
    Draft {
        /// Where.
        chat: ChatId,
        /// The topic.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<ThreadId>,
        /// Its number, not 0: the same number is the same draft.
        draft: u64,
        /// The words so far.
        text: Text,
    },
    /// `leaveChat`.
    Leave {
        /// Which.
        chat: ChatId,
    },
}

/// The chat in which a call acts, borrowed as the call is: to be read, or to be changed.
macro_rules! chat_of {
    ($call:expr) => {
        match $call {
            Call::Say { chat, .. }
            | Call::Offer { chat, .. }
            | Call::Document { chat, .. }
            | Call::Picture { chat, .. }
            | Call::Edit { chat, .. }
            | Call::Delete { chat, .. }
            | Call::DeleteMany { chat, .. }
            | Call::Unreact { chat, .. }
            | Call::Mute { chat, .. }
            | Call::Unmute { chat, .. }
            | Call::Permit { chat, .. }
            | Call::Approve { chat, .. }
            | Call::Decline { chat, .. }
            | Call::Invite { chat, .. }
            | Call::EditInvite { chat, .. }
            | Call::Typing { chat, .. }
            | Call::Draft { chat, .. }
            | Call::Leave { chat } => Some(chat),
            Call::AnswerJoin { .. } | Call::Answer { .. } | Call::SetCommands { .. } => None,
        }
    };
}

impl Call {
    /// Telegram's name of the method, for metrics and logs. For an edit or deletion of a message that one person
    /// alone sees, the request has another name than the call.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Say { .. } | Self::Offer { .. } => "sendMessage",
            Self::Document { .. } => "sendDocument",
            Self::Picture { .. } => "sendPhoto",
            Self::Edit { .. } => "editMessageText",
            Self::Delete { .. } => "deleteMessage",
            Self::DeleteMany { .. } => "deleteMessages",
            Self::Unreact { .. } => "deleteMessageReaction",
            Self::Mute { .. } | Self::Unmute { .. } => "restrictChatMember",
            Self::Permit { .. } => "setChatPermissions",
            Self::Approve { .. } => "approveChatJoinRequest",
            Self::Decline { .. } => "declineChatJoinRequest",
            Self::AnswerJoin { .. } => "answerChatJoinRequestQuery",
            Self::Answer { .. } => "answerCallbackQuery",
            Self::Invite { .. } => "createChatInviteLink",
            Self::EditInvite { .. } => "editChatInviteLink",
            Self::SetCommands { .. } => "setMyCommands",
            Self::Typing { .. } => "sendChatAction",
            Self::Draft { .. } => "sendMessageDraft",
            Self::Leave { .. } => "leaveChat",
        }
    }

    /// The class of the call: what a repetition does.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Say { .. }
            | Self::Offer { .. }
            | Self::Document { .. }
            | Self::Picture { .. }
            | Self::Invite { .. } => Class::VisibleOnce,
            Self::Edit { .. }
            | Self::Delete { .. }
            | Self::DeleteMany { .. }
            | Self::Unreact { .. }
            | Self::Mute { .. }
            | Self::Unmute { .. }
            | Self::Permit { .. }
            | Self::Approve { .. }
            | Self::Decline { .. }
            | Self::AnswerJoin { .. }
            | Self::Answer { .. }
            | Self::EditInvite { .. }
            | Self::SetCommands { .. }
            | Self::Typing { .. }
            | Self::Draft { .. }
            | Self::Leave { .. } => Class::Repeatable,
        }
    }

    /// Whether it counts against the message limits (it creates or edits a message).
    #[must_use]
    pub const fn counts_as_message(&self) -> bool {
        self.makes().is_some() || matches!(self, Self::Edit { .. })
    }

    /// The slot of the message that it makes.
    #[must_use]
    pub const fn makes(&self) -> Option<Slot> {
        match self {
            Self::Say { slot, .. }
            | Self::Offer { slot, .. }
            | Self::Document { slot, .. }
            | Self::Picture { slot, .. } => Some(*slot),
            _ => None,
        }
    }

    /// The same call in another chat: its group became a supergroup. The message it answers stays behind.
    #[must_use]
    pub fn moved_to(mut self, to: ChatId) -> Self {
        if let Self::Say { reply_to, thread, .. }
        | Self::Document { reply_to, thread, .. }
        | Self::Picture { reply_to, thread, .. } = &mut self
        {
            (*reply_to, *thread) = (None, None);
        }
        if let Some(chat) = chat_of!(&mut self) {
            *chat = to;
        }
        self
    }

    /// The message of its chat that it changes, or the first of them, if it changes any.
    #[must_use]
    pub fn changes(&self) -> Option<MessageRef> {
        match self {
            Self::Edit { message, .. } | Self::Delete { message, .. } => Some(*message),
            Self::DeleteMany { messages, .. } => messages.first().map(|it| MessageRef::Id(*it)),
            Self::Unreact { message, .. } => Some(MessageRef::Id(*message)),
            Self::Say { .. }
            | Self::Offer { .. }
            | Self::Document { .. }
            | Self::Picture { .. }
            | Self::Mute { .. }
            | Self::Unmute { .. }
            | Self::Permit { .. }
            | Self::Approve { .. }
            | Self::Decline { .. }
            | Self::AnswerJoin { .. }
            | Self::Answer { .. }
            | Self::Invite { .. }
            | Self::EditInvite { .. }
            | Self::SetCommands { .. }
            | Self::Typing { .. }
            | Self::Draft { .. }
            | Self::Leave { .. } => None,
        }
    }

    /// The chat it acts in, where it acts in one.
    #[must_use]
    pub const fn chat(&self) -> Option<ChatId> {
        match chat_of!(self) {
            Some(chat) => Some(*chat),
            None => None,
        }
    }
}
