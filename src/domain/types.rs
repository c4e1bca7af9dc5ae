//! The small values everybody shares: ids that cannot be mixed up, moments, languages.

use serde::{Deserialize, Serialize};

/// A person's Telegram id. Rights are always tied to it, never to a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

/// A chat's Telegram id: positive for people, negative for groups and channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChatId(pub i64);

/// Our own number of a chat. It survives the change from group to supergroup, which changes [`ChatId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChatNo(pub u64);

impl ChatNo {
    /// The chat that is no Telegram chat: house-wide state (owners, troubles told) lives there.
    pub const HOUSE: Self = Self(0);
}

/// A message's id within its chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub i64);

/// A message that one person alone sees: it has no [`MessageId`] (Bot API 10.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ephemeral {
    /// Its id within the chat; Telegram may use it again once the message is gone.
    pub id: i64,
    /// Who sees it.
    pub receiver: UserId,
}

/// A message of ours as Telegram knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Made {
    /// Everybody in the chat sees it.
    Open(MessageId),
    /// One person sees it.
    Ephemeral(Ephemeral),
}

/// A forum topic. General has none: it is addressed by leaving the id out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ThreadId(pub i64);

/// The id under which Telegram delivered an update. Ids jump; they order nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UpdateId(pub u64);

/// Our own name of a message we are going to send: the outbox learns the [`MessageId`] behind it.
/// Unique within its chat; a feature makes one from [`crate::domain::feature::Facts::slot`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub u64);

/// A point of wall time in milliseconds since 1970. Everything that is kept on disk uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub u64);

/// How far a clock may go back without anybody taking notice, in ms: time services correct by as much.
const CLOCK_SLACK_MS: u64 = 5_000;

impl Moment {
    /// This moment plus so many milliseconds.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Whether something that holds until this moment, and was said to for `most_ms` at most, holds now. What ends
    /// later than that was said by a clock that has been set back since, and is over.
    #[must_use]
    pub const fn holds(self, now: Self, most_ms: u64) -> bool {
        now.0 < self.0 && self.0 - now.0 <= most_ms.saturating_add(CLOCK_SLACK_MS)
    }

    /// Whether this moment is less than so many milliseconds ago. One that lies ahead was noted by a clock that has
    /// been set back since, and is long ago.
    #[must_use]
    pub const fn is_within(self, now: Self, ms: u64) -> bool {
        now.since_ms(self) < ms && self.0 <= now.0.saturating_add(CLOCK_SLACK_MS)
    }

    /// Milliseconds since an earlier moment; 0 when that one lies ahead.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The languages that every text for users exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, also the answer to a language we do not have.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// Every language, for tests and command menus.
    pub const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// Reads an IETF tag such as `ru-RU`, as Telegram's `language_code` carries it.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        match tag.split('-').next() {
            Some("ru") => Self::Ru,
            _ => Self::En,
        }
    }

    /// The two-letter code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }
}

/// The account in whose name anonymous admins of a group write.
pub const ANONYMOUS_ADMIN: UserId = UserId(1_087_968_824);
/// The account in whose name channels write in groups.
pub const CHANNEL_BOT: UserId = UserId(136_817_688);
/// Telegram's own service account, also the sender of a channel's automatic forwards.
pub const TELEGRAM: UserId = UserId(777_000);

/// Who a person is, as the update that brought them said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// First and last name, for showing only.
    pub name: String,
    /// Username without `@`, for showing only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The language of their app, English where unknown.
    #[serde(default)]
    pub language: Language,
    /// Whether it is a bot.
    #[serde(default)]
    pub is_bot: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_said_for_a_while_holds_for_that_while_and_never_longer_whatever_the_clock_does(
            said in 0_u64..1 << 45, most in 0_u64..1 << 30, clock in 0_u64..1 << 45,
        ) {
            let (until, now) = (Moment(said + most), Moment(clock));
            let holds = until.holds(now, most);
            prop_assert_eq!(holds, clock < said + most && clock + CLOCK_SLACK_MS >= said);
            let recent = Moment(said).is_within(now, most);
            let within = clock.saturating_sub(said) < most;
            prop_assert_eq!(recent, within && clock + CLOCK_SLACK_MS >= said);
        }
    }
}
