//! How one group is guarded: what its admins have chosen, and the house's choice where they have not.

use super::super::types::{ChatId, Language, Moment, ThreadId};
use super::Settings;
use serde::{Deserialize, Serialize};

/// What the admins of one group have chosen. `None` is "as the house has it".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the panel")]
pub struct Policy {
    /// The guard is switched off; channels and texts stay.
    #[serde(skip_serializing_if = "is_default")]
    pub off: bool,
    /// Dry run: everything is judged and written into the ledger, nothing is done.
    #[serde(skip_serializing_if = "is_default")]
    pub dry: bool,
    /// What happens to a stranger who writes.
    #[serde(skip_serializing_if = "is_default")]
    pub strangers: Answer,
    /// The language of notices; each person's own where it is not set.
    #[serde(skip_serializing_if = "is_default")]
    pub language: Option<Language>,
    /// How long a notice stands, in seconds.
    #[serde(skip_serializing_if = "is_default")]
    pub notice_ttl_s: Option<u64>,
    /// Newcomers who have joined the channels are greeted.
    #[serde(skip_serializing_if = "is_default")]
    pub greet: bool,
    /// Whoever an admin of the group let in need not join a channel.
    #[serde(skip_serializing_if = "is_default")]
    pub exempt_invited: bool,
    /// A reaction counts as writing.
    #[serde(skip_serializing_if = "is_default")]
    pub reactions: bool,
    /// Newcomers may write until they are judged by their first message.
    #[serde(skip_serializing_if = "is_default")]
    pub late: bool,
    /// Join requests are left to the admins.
    #[serde(skip_serializing_if = "is_default")]
    pub requests_off: bool,
    /// A join request that is still open is declined after so many seconds; `Some(0)` never.
    #[serde(skip_serializing_if = "is_default")]
    pub decline_after_s: Option<u64>,
    /// Notices carry no button to appeal.
    #[serde(skip_serializing_if = "is_default")]
    pub no_appeals: bool,
    /// Messages in the name of a channel that is none of the group's own are let through.
    #[serde(skip_serializing_if = "is_default")]
    pub channels_welcome: bool,
    /// While a raid lasts nobody but the admins may write.
    #[serde(skip_serializing_if = "is_default")]
    pub lockdown: bool,
    /// Where actions are reported.
    #[serde(skip_serializing_if = "is_default")]
    pub log: Option<LogPlace>,
}

/// What happens to a stranger who writes. The message goes in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Muted until they have joined.
    #[default]
    Mute,
    /// Told so many times, then muted.
    Warn(u8),
    /// Told, never muted.
    Delete,
}

/// A chat, or a topic of it, in which the group's actions are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPlace {
    /// The chat.
    pub chat: ChatId,
    /// The topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
}

/// Telegram takes a mute that ends within 30 s for one that never ends; this keeps clear of it, in ms.
const MUTE_MIN_MS: u64 = 60_000;

impl Policy {
    /// Whether nothing was chosen.
    pub(super) fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// How long a notice stands, in ms.
    pub(super) fn notice_ms(&self, settings: Settings) -> u64 {
        self.notice_ttl_s.unwrap_or(settings.notice_ttl_s).saturating_mul(1_000)
    }

    /// Until when somebody is muted who is muted now: as long as the notice that explains it, so that nobody
    /// stays muted with no button in sight.
    pub(super) fn muted_until(&self, settings: Settings, now: Moment) -> Moment {
        now.plus_ms(self.notice_ms(settings).max(MUTE_MIN_MS))
    }

    /// The language in which somebody is spoken to.
    pub(super) fn language(&self, own: Language) -> Language {
        self.language.unwrap_or(own)
    }
}

/// Whether that is as it was in the beginning, and need not be written.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
