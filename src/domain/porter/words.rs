//! What people are told when they may not ask: why, and what to do.

use crate::domain::account::Reason;
use crate::domain::fact::ChatRef;
use crate::domain::purse::{Key, Limit, Money, Spent};
use crate::domain::text::{Arg, Text};
use crate::domain::types::Language;

/// A limit is reached: whose, which, and when it ends.
#[must_use]
pub fn spent(spent: &Spent, language: Language) -> Text {
    let cap = Arg::Lines(vec![cap(spent.limit, spent.cap, language)]);
    let Some(ends) = spent.ends else {
        return Text::new(language, "porter-limit-large").with("cap", cap);
    };
    let key = match spent.key {
        Key::Person(_) => "porter-limit-person",
        Key::Chat(_) => "porter-limit-chat",
        Key::Provider(_) => "porter-limit-provider",
        Key::House => "porter-limit-house",
    };
    Text::new(language, key).with("cap", cap).with("time", Arg::Time(ends))
}

/// How much of what.
fn cap(limit: Limit, cap: u64, language: Language) -> Text {
    let key = match limit {
        Limit::PerMinute => "porter-cap-minute",
        Limit::PerHour => "porter-cap-hour",
        Limit::PerDay => "porter-cap-day",
        Limit::TokensPerDay => "porter-cap-tokens-day",
        Limit::TokensPerMonth => "porter-cap-tokens-month",
        Limit::MoneyPerDay => "porter-cap-money-day",
        Limit::MoneyPerMonth => "porter-cap-money-month",
    };
    let much = match limit {
        Limit::MoneyPerDay | Limit::MoneyPerMonth => Arg::Word(Money(cap).to_string()),
        Limit::PerMinute | Limit::PerHour | Limit::PerDay | Limit::TokensPerDay | Limit::TokensPerMonth => {
            Arg::Number(i64::try_from(cap).unwrap_or(i64::MAX))
        }
    };
    Text::new(language, key).with("cap", much)
}

/// Somebody may not ask.
#[must_use]
pub fn denied(reason: &Reason, language: Language) -> Text {
    let about = |key, channel: &ChatRef| {
        let channel = match channel {
            ChatRef::Name(name) => Arg::Link { label: format!("@{name}"), url: format!("https://t.me/{name}") },
            ChatRef::Id(id) => Arg::Code(id.0.to_string()),
        };
        Text::new(language, key).with("channel", channel)
    };
    match reason {
        Reason::Banned => Text::new(language, "porter-banned"),
        Reason::Inactive => Text::new(language, "porter-inactive"),
        Reason::NotListed => Text::new(language, "porter-not-listed"),
        Reason::NotInvited => Text::new(language, "porter-not-invited"),
        Reason::NotMember(channel) => about("porter-not-member", channel),
        Reason::Unclear(channel) => about("porter-unclear", channel),
    }
}
