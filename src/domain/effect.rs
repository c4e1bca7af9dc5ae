//! What is wanted: the verbs of a decision, each inner enum belonging to the actor that performs it.

mod button;
mod call;
mod parts;

pub use button::{Button, Choice, Does, Label, Wanted};
pub use call::Call;
pub use parts::{JoinVerdict, MenuScope, MessageRef};

use super::account::Account;
use super::ai::Ask;
use super::event::Note;
use super::fact::ChatRef;
use super::types::{ChatId, ChatNo, Moment, UserId};
use serde::{Deserialize, Serialize};

/// How long Telegram waits for the answer to a join request that came as a query, in ms (Bot API 10.1).
pub const JOIN_QUERY_MS: u64 = 10_000;
/// Messages that one [`Call::DeleteMany`] may name at most.
pub const DELETE_MANY_MAX: usize = 100;
/// The largest content of a [`Call::Document`], in bytes: with its escapes it must fit into a row of the store.
pub const DOCUMENT_MAX_BYTES: usize = 48 * 1024;

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
    /// disk: it is written after `limits.chat.keep_ms` at the latest, and before the chat sleeps or the house
    /// stops. A crash loses it. A decision that only keeps writes nothing.
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
    /// A question to a model: paid for once, and its answer comes as [`super::event::Event::Answered`].
    Ask(Ask),
    /// The answer to this feature's question of that token is not wanted any more: it is not asked if it has not
    /// been yet, and no answer comes.
    Unask {
        /// The token of the question.
        token: String,
    },
    /// Make this person an owner of the house. Only the house's own feature asks for it.
    Own(UserId),
    /// Let every decision know this account as it is now, once this one is on the disk. Only the house's own chat
    /// asks for it; the account's row is its own matter.
    Account(Box<Account>),
    /// This person could not prove to be an owner: said in the log, for the operator.
    Suspect {
        /// Who.
        user: UserId,
        /// What they tried.
        why: &'static str,
    },
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

    /// The same, not worth doing after that moment.
    #[must_use]
    pub const fn until(mut self, moment: Moment) -> Self {
        self.until = Some(moment);
        self
    }
}

impl From<ChatId> for ChatRef {
    fn from(id: ChatId) -> Self {
        Self::Id(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chart::Chart;
    use crate::domain::text::Text;
    use crate::domain::types::{ChatId, Language, MessageId, Slot, ThreadId};

    #[test]
    fn what_moves_to_a_supergroup_names_no_message_of_the_group_it_was() {
        let (old, new) = (ChatId(-5), ChatId(-1_005));
        let say = Call::Say {
            chat: old,
            slot: Slot(1),
            thread: Some(ThreadId(3)),
            reply_to: Some(MessageId(7)),
            text: Text::new(Language::En, "x"),
            keyboard: Vec::new(),
            silent: false,
            only: None,
        };
        let moved = say.moved_to(new);
        assert_eq!((moved.chat(), moved.changes()), (Some(new), None));
        assert!(matches!(moved, Call::Say { thread: None, reply_to: None, .. }));
        let picture = Call::Picture {
            chat: old,
            slot: Slot(2),
            thread: Some(ThreadId(3)),
            reply_to: Some(MessageId(7)),
            chart: Chart { title: Text::new(Language::En, "x"), days: Vec::new(), panels: Vec::new() },
            caption: Text::new(Language::En, "x"),
            silent: false,
        };
        assert!(matches!(picture.moved_to(new), Call::Picture { thread: None, reply_to: None, .. }));
        let delete = Call::Delete { chat: old, message: MessageRef::Id(MessageId(7)) };
        assert_eq!(delete.changes(), Some(MessageRef::Id(MessageId(7))), "its performer leaves it behind");
    }
}
