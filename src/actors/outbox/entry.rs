//! A debt in the outbox's memory: how far it is, and whose order it keeps.

use crate::domain::effect::{Call, Class, InDoubt, MessageRef, Owed};
use crate::domain::types::{ChatId, UserId};
use crate::protocol::outbox::Job;
use crate::store::rows::DebtState;

/// A debt and how far it is.
pub(super) struct Entry {
    /// The debt.
    pub(super) job: Job,
    /// Attempts so far.
    pub(super) attempts: u32,
    /// What it waits for.
    pub(super) phase: Phase,
    /// Its last call asked that one person alone sees the message.
    pub(super) ephemeral: bool,
}

/// What a debt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its turn in its order.
    Line,
    /// The gate, under this ticket.
    Gate(u64),
    /// A time.
    Retry,
    /// The message behind its slot.
    Slot,
    /// Its `sending` mark on the disk.
    Mark,
    /// A call in flight to return.
    Ground,
    /// The answer to its own call.
    Flight,
    /// A person's decision.
    Person,
}

/// Debts with the same order are paid one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Order {
    /// What people of a chat see.
    Visible(ChatId),
    /// What one person may do in a chat.
    Rights(ChatId, UserId),
    /// What everybody may do in a chat, and how they come in.
    Doors(ChatId),
}

impl Order {
    /// The order that a call keeps, if any.
    pub(super) const fn of(call: &Call) -> Option<Self> {
        match call {
            Call::Say { chat, .. }
            | Call::Offer { chat, .. }
            | Call::Document { chat, .. }
            | Call::Picture { chat, .. }
            | Call::Edit { chat, .. }
            | Call::Delete { chat, message: MessageRef::Slot(_) } => Some(Self::Visible(*chat)),
            Call::Mute { chat, user, .. }
            | Call::Unmute { chat, user, .. }
            | Call::Approve { chat, user }
            | Call::Decline { chat, user } => Some(Self::Rights(*chat, *user)),
            Call::Permit { chat, .. } | Call::EditInvite { chat, .. } => Some(Self::Doors(*chat)),
            Call::Delete { message: MessageRef::Id(_), .. }
            | Call::DeleteMany { .. }
            | Call::Unreact { .. }
            | Call::AnswerJoin { .. }
            | Call::Answer { .. }
            | Call::Invite { .. }
            | Call::SetCommands { .. }
            | Call::Typing { .. }
            | Call::Draft { .. }
            | Call::Leave { .. } => None,
        }
    }
}

impl Order {
    /// The chat it is in.
    pub(super) const fn chat(self) -> ChatId {
        match self {
            Self::Visible(chat) | Self::Rights(chat, _) | Self::Doors(chat) => chat,
        }
    }

    /// The same order in a group's new id.
    pub(super) const fn moved_to(self, to: ChatId) -> Self {
        match self {
            Self::Visible(_) => Self::Visible(to),
            Self::Rights(_, user) => Self::Rights(to, user),
            Self::Doors(_) => Self::Doors(to),
        }
    }
}

impl Entry {
    /// A debt that nothing has been done for.
    pub(super) const fn new(job: Job) -> Self {
        Self { job, attempts: 0, phase: Phase::Line, ephemeral: false }
    }

    /// The debt itself.
    pub(super) const fn owed(&self) -> &Owed {
        &self.job.debt.owed
    }

    /// Whether it must not be made twice, so that it needs its mark on the disk.
    pub(super) fn once(&self) -> bool {
        is_once(self.owed())
    }

    /// Whether its `sending` mark is on the disk.
    pub(super) fn marked(&self) -> bool {
        self.job.debt.state == DebtState::Sending
    }

    /// Whether a later debt makes this one pointless: a newer edit of the same message, a newer word on
    /// what the same person may do.
    pub(super) fn replaced_by(&self, newer: &Call) -> bool {
        if matches!(self.phase, Phase::Flight | Phase::Mark | Phase::Person) || self.owed().report.is_some() {
            return false;
        }
        match (&self.owed().call, newer) {
            (Call::Edit { message: old, .. }, Call::Edit { message: new, .. }) => old == new,
            (Call::Mute { .. } | Call::Unmute { .. }, Call::Mute { .. } | Call::Unmute { .. })
            | (Call::Permit { .. }, Call::Permit { .. }) => true,
            (Call::EditInvite { link: old, .. }, Call::EditInvite { link: new, .. }) => old == new,
            _ => false,
        }
    }
}

/// Whether a call shows, and its feature did not choose to repeat it.
pub(super) fn is_once(owed: &Owed) -> bool {
    owed.call.class() == Class::VisibleOnce && owed.in_doubt == InDoubt::List
}
