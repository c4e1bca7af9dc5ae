//! How much may be asked and spent: by whom, of what, and in which stretch of the calendar.

use super::calendar::Period;
use super::counter::Sum;
use crate::domain::account::Tier;
use std::collections::BTreeMap;

/// What is limited, over which stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// Questions in a minute.
    PerMinute,
    /// Questions in an hour.
    PerHour,
    /// Questions in a day.
    PerDay,
    /// Tokens in a day, of questions and answers.
    TokensPerDay,
    /// Tokens in a month.
    TokensPerMonth,
    /// Money in a day.
    MoneyPerDay,
    /// Money in a month.
    MoneyPerMonth,
}

/// How much of each; 0 is no limit. Money in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// See [`Limit::PerMinute`].
    pub per_min: u64,
    /// See [`Limit::PerHour`].
    pub per_hour: u64,
    /// See [`Limit::PerDay`].
    pub per_day: u64,
    /// See [`Limit::TokensPerDay`].
    pub tokens_per_day: u64,
    /// See [`Limit::TokensPerMonth`].
    pub tokens_per_month: u64,
    /// See [`Limit::MoneyPerDay`].
    pub money_per_day: u64,
    /// See [`Limit::MoneyPerMonth`].
    pub money_per_month: u64,
}

/// All limits, and how much of the counting is kept in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Of one person, by tier: free, premium, enterprise.
    pub person: [Caps; 3],
    /// Of all people of one chat together.
    pub chat: Caps,
    /// Of each provider for which nothing else is said.
    pub provider: Caps,
    /// Of a provider by its name.
    pub providers: BTreeMap<String, Caps>,
    /// Of everybody together.
    pub house: Caps,
    /// Questions that may be under way at once.
    pub holds: usize,
    /// People, chats and providers whose counters are in memory.
    pub kept: usize,
}

impl Limit {
    /// All, in the order of the configuration.
    pub const ALL: [Self; 7] = [
        Self::PerMinute,
        Self::PerHour,
        Self::PerDay,
        Self::TokensPerDay,
        Self::TokensPerMonth,
        Self::MoneyPerDay,
        Self::MoneyPerMonth,
    ];

    /// Over which stretch it counts.
    #[must_use]
    pub const fn period(self) -> Period {
        match self {
            Self::PerMinute => Period::Minute,
            Self::PerHour => Period::Hour,
            Self::PerDay | Self::TokensPerDay | Self::MoneyPerDay => Period::Day,
            Self::TokensPerMonth | Self::MoneyPerMonth => Period::Month,
        }
    }

    /// What it counts of a sum.
    pub(super) const fn of(self, sum: &Sum) -> u64 {
        match self {
            Self::PerMinute | Self::PerHour | Self::PerDay => sum.asked,
            Self::TokensPerDay | Self::TokensPerMonth => sum.tokens,
            Self::MoneyPerDay | Self::MoneyPerMonth => sum.money,
        }
    }
}

impl Caps {
    /// How much of this; `None` is no limit.
    #[must_use]
    pub const fn of(&self, limit: Limit) -> Option<u64> {
        let cap = match limit {
            Limit::PerMinute => self.per_min,
            Limit::PerHour => self.per_hour,
            Limit::PerDay => self.per_day,
            Limit::TokensPerDay => self.tokens_per_day,
            Limit::TokensPerMonth => self.tokens_per_month,
            Limit::MoneyPerDay => self.money_per_day,
            Limit::MoneyPerMonth => self.money_per_month,
        };
        if cap == 0 { None } else { Some(cap) }
    }
}

impl Budget {
    /// Of a person of that tier.
    #[must_use]
    pub const fn person(&self, tier: Tier) -> &Caps {
        let [free, premium, enterprise] = &self.person;
        match tier {
            Tier::Free => free,
            Tier::Premium => premium,
            Tier::Enterprise => enterprise,
        }
    }

    /// Of a provider.
    #[must_use]
    pub fn provider(&self, name: &str) -> &Caps {
        self.providers.get(name).unwrap_or(&self.provider)
    }
}
