//! `[limits.ai]`: how much may be asked of models, and what they cost.

use crate::domain::purse::price::Own;
use crate::domain::purse::{Budget, Caps, Money, Price, Prices, Unknown};
use crate::domain::settings::{Unfit, settings};
use std::collections::BTreeMap;

settings! {
    /// `[limits.ai]`: how much may be asked of models, and what they cost.
    pub struct Spending {
        /// `[limits.ai.free]`
        free: FreeLimits;
        /// `[limits.ai.premium]`
        premium: PremiumLimits;
        /// `[limits.ai.enterprise]`
        enterprise: EnterpriseLimits;
        /// `[limits.ai.chat]`
        chat: AiChatLimits;
        /// `[limits.ai.provider]`
        provider: ProviderLimits;
        /// `[limits.ai.house]`
        house: HouseLimits;
        /// `[limits.ai.keep]`
        keep: AiKeepLimits;
    }
}

settings! {
    /// `[limits.ai.keep]`: prices, queue, and what is kept.
    pub struct AiKeepLimits {
        /// Your own prices, which win over those built in: `"openai/gpt-5 1.25 10.00"` is money per million tokens of questions and of answers;
        /// `"work/*"` is every model of the provider `work`, a third number the price of a minute of a recording.
        prices: Vec<String> = Vec::new(), fits prices;
        /// What a model costs whose price nobody knows, as above; `"refuse"`: it is not asked.
        unknown_price: String = "10.00 50.00".into(), fits an_unknown_price;
        /// Limits of single providers instead of limits.ai.provider: `"openai money_per_month=20.00 per_min=60"`.
        providers: Vec<String> = Vec::new(), fits providers;
        /// Tokens that a picture is taken to have before a provider has counted.
        picture_tokens: u64 = 1_600, in 1..=1_000_000;
        /// Questions that may wait for their turn; the last tenth of the places is for enterprise, the one before it for premium.
        queue: usize = 1_000, in 10..=1_000_000;
        /// How many of better tiers may go before somebody who is first of their own.
        overtakes: u32 = 8, in 0..=1_000;
        /// Questions that may be under way at once.
        under_way: usize = 1_000, in 1..=1_000_000;
        /// People, chats and providers whose counters are in memory; the others are read when they come.
        counters: usize = 50_000, in 100..=10_000_000;
    }
}

/// The largest limit that can be written.
const MOST: u64 = 1_000_000_000_000;

/// A section of limits; money is written as people write it.
macro_rules! caps {
    ($(#[$about:meta])* $name:ident: $min:literal, $hour:literal, $day:literal, $tokens:literal, $money:literal, $month:literal) => {
        settings! {
            $(#[$about])*
            pub struct $name {
                /// Questions per minute. 0 = no limit.
                per_min: u64 = $min, in 0..=MOST;
                /// Questions per hour. 0 = no limit.
                per_hour: u64 = $hour, in 0..=MOST;
                /// Questions per day by UTC. 0 = no limit.
                per_day: u64 = $day, in 0..=MOST;
                /// Tokens of questions and answers per day. 0 = no limit.
                tokens_per_day: u64 = $tokens, in 0..=MOST;
                /// Tokens of questions and answers per month. 0 = no limit.
                tokens_per_month: u64 = 0, in 0..=MOST;
                /// Money per day, in the currency of the prices, for example `"0.50"`. `"0"` = no limit.
                money_per_day: String = $money.into(), fits an_amount;
                /// Money per month. `"0"` = no limit.
                money_per_month: String = $month.into(), fits an_amount;
            }
        }

        impl $name {
            /// The limits as numbers. An amount that cannot be read is none; the configuration refuses it.
            #[must_use]
            pub fn caps(&self) -> Caps {
                Caps {
                    per_min: self.per_min,
                    per_hour: self.per_hour,
                    per_day: self.per_day,
                    tokens_per_day: self.tokens_per_day,
                    tokens_per_month: self.tokens_per_month,
                    money_per_day: money(&self.money_per_day),
                    money_per_month: money(&self.money_per_month),
                }
            }
        }
    };
}

caps! {
    /// `[limits.ai.free]`: of each person in the tier free.
    FreeLimits: 10, 100, 500, 200_000, "0.50", "5.00"
}
caps! {
    /// `[limits.ai.premium]`: of each person in the tier premium.
    PremiumLimits: 30, 500, 5_000, 2_000_000, "5.00", "50.00"
}
caps! {
    /// `[limits.ai.enterprise]`: of each person in the tier enterprise.
    EnterpriseLimits: 0, 0, 0, 0, "0", "0"
}
caps! {
    /// `[limits.ai.chat]`: of all people in one chat together.
    AiChatLimits: 30, 0, 0, 0, "0", "0"
}
caps! {
    /// `[limits.ai.provider]`: of each provider.
    ProviderLimits: 0, 0, 0, 0, "0", "0"
}
caps! {
    /// `[limits.ai.house]`: of everybody together. The last word: it is never passed, however many ask at once.
    HouseLimits: 0, 0, 0, 0, "5.00", "20.00"
}

impl Spending {
    /// All limits as the purse wants them.
    #[must_use]
    pub fn budget(&self) -> Budget {
        let provider = self.provider.caps();
        Budget {
            person: [self.free.caps(), self.premium.caps(), self.enterprise.caps()],
            chat: self.chat.caps(),
            provider,
            providers: self.keep.providers.iter().filter_map(|it| named(it, provider)).collect::<BTreeMap<_, _>>(),
            house: self.house.caps(),
            holds: self.keep.under_way,
            kept: self.keep.counters,
        }
    }

    /// All prices.
    #[must_use]
    pub fn prices(&self) -> Prices {
        let own = self.keep.prices.iter().filter_map(|it| Own::read(it).ok()).collect();
        Prices::new(own, unknown(&self.keep.unknown_price).unwrap_or(Unknown::Refuse))
    }
}

fn money(text: &str) -> u64 {
    text.parse::<Money>().map_or(0, |it| it.0)
}

fn an_amount(value: &str) -> Result<(), Unfit> {
    value.parse::<Money>().map(drop).map_err(|it| it.to_string().into())
}

fn prices(value: &[String]) -> Result<(), Unfit> {
    value.iter().try_for_each(|it| Own::read(it).map(drop)).map_err(|it| it.to_string().into())
}

fn unknown(text: &str) -> Option<Unknown> {
    if text == "refuse" { Some(Unknown::Refuse) } else { Price::read(text).ok().map(Unknown::Assume) }
}

fn an_unknown_price(value: &str) -> Result<(), Unfit> {
    let fits = unknown(value).is_some();
    if fits {
        Ok(())
    } else {
        Err("\"refuse\", or money per million tokens of questions and of answers, like \"10.00 50.00\"".into())
    }
}

fn providers(value: &[String]) -> Result<(), Unfit> {
    if value.iter().all(|it| named(it, Caps::default()).is_some()) {
        return Ok(());
    }
    Err("limits like \"openai money_per_month=20.00 per_min=60\", with the keys of limits.ai.provider".into())
}

/// Reads `openai money_per_month=20.00 per_min=60`; what is not said is as for every provider.
fn named(line: &str, usual: Caps) -> Option<(String, Caps)> {
    let mut words = line.split_whitespace();
    let name = words.next().filter(|it| !it.contains('='))?;
    let mut caps = usual;
    for word in words {
        let (key, value) = word.split_once('=')?;
        let number = || value.parse::<u64>().ok();
        let amount = || value.parse::<Money>().ok().map(|it| it.0);
        match key {
            "per_min" => caps.per_min = number()?,
            "per_hour" => caps.per_hour = number()?,
            "per_day" => caps.per_day = number()?,
            "tokens_per_day" => caps.tokens_per_day = number()?,
            "tokens_per_month" => caps.tokens_per_month = number()?,
            "money_per_day" => caps.money_per_day = amount()?,
            "money_per_month" => caps.money_per_month = amount()?,
            _ => return None,
        }
    }
    Some((name.to_owned(), caps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Tier;
    use crate::domain::purse::Limit;
    use crate::domain::purse::price::Model;

    #[test]
    fn the_house_has_a_budget_from_the_first_day_and_tiers_rise() {
        let budget = Spending::default().budget();
        assert_eq!(budget.house.of(Limit::MoneyPerMonth), Some(20_000_000));
        for limit in Limit::ALL {
            let caps = Tier::ALL.map(|it| budget.person(it).of(limit).unwrap_or(u64::MAX));
            assert!(caps.is_sorted(), "{limit:?}: {caps:?}");
        }
    }

    #[test]
    fn a_provider_can_have_limits_of_its_own() {
        let mut limits = Spending::default();
        limits.provider.per_min = 5;
        limits.keep.providers = vec!["openai money_per_month=20.00 per_min=60".into(), "free".into()];
        let budget = limits.budget();
        assert_eq!(budget.provider("openai").of(Limit::PerMinute), Some(60));
        assert_eq!(budget.provider("openai").of(Limit::MoneyPerMonth), Some(20_000_000));
        assert_eq!(budget.provider("free"), &limits.provider.caps());
        assert_eq!(budget.provider("another"), &limits.provider.caps());
        for wrong in
            ["", "per_min=1", "openai per_min", "openai per_min=-1", "openai money_per_day=1,5", "openai speed=1"]
        {
            assert_eq!(named(wrong, Caps::default()), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_price_that_nobody_knows_is_assumed_or_the_model_refused() {
        let mut limits = Spending::default();
        let model = Model { provider: "mine", kind: "compatible", model: "x" };
        assert_eq!(limits.prices().of(model).map(|it| it.to_string()).as_deref(), Some("10.00 50.00"));
        limits.keep.unknown_price = "refuse".into();
        assert_eq!(limits.prices().of(model), None);
        limits.keep.prices = vec!["mine/* 0 0".into()];
        assert_eq!(limits.prices().of(model), Some(Price::FREE));
    }
}
