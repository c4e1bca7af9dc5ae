//! What models cost, in money per million tokens.
//!
//! The table holds what the providers' public price lists said in October 2026 (Anthropic) and August 2026 (the
//! others), for conversations of up to 200,000 tokens, in US dollars. Prices change: those of the configuration win.

use super::money::Money;
use crate::domain::ai::Usage;
use std::fmt;

/// What a model costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// A million tokens of questions.
    pub input: Money,
    /// A million tokens of answers.
    pub output: Money,
    /// A minute of a recording that is written down.
    pub minute: Money,
}

/// Whose model: the provider by its name and its kind in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model<'a> {
    /// The provider's name, for example `work`.
    pub provider: &'a str,
    /// Its kind, for example `openai`.
    pub kind: &'a str,
    /// The model.
    pub model: &'a str,
}

/// A price of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// A provider's name or kind.
    provider: String,
    /// A model, or what its name begins with when `*` follows.
    model: String,
    price: Price,
}

/// What becomes of a model whose price nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It is not asked.
    Refuse,
    /// It is taken to cost so much.
    Assume(Price),
}

/// All prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    own: Vec<Own>,
    unknown: Unknown,
}

/// It is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "prices like \"openai/gpt-5 1.25 10.00\" or \"openrouter/* 2 8\": provider, model, money per million tokens of \
     questions and of answers, and if need be per minute of a recording"
)]
pub struct NotAPrice;

const MILLION: u128 = 1_000_000;
const MINUTE_S: u128 = 60;

impl Price {
    const fn new(input: u64, output: u64) -> Self {
        Self { input: Money(input), output: Money(output), minute: Money(0) }
    }

    /// Nothing.
    pub const FREE: Self = Self::new(0, 0);

    /// What this use costs, rounded up to a millionth.
    #[must_use]
    pub fn of(&self, usage: Usage) -> Money {
        self.of_tokens(u64::from(usage.input), u64::from(usage.output))
    }

    /// What so many tokens cost, rounded up.
    #[must_use]
    pub fn of_tokens(&self, input: u64, output: u64) -> Money {
        let cost = |tokens: u64, price: Money| u128::from(tokens).saturating_mul(u128::from(price.0));
        up(cost(input, self.input).saturating_add(cost(output, self.output)), MILLION)
    }

    /// What a recording of so many seconds costs, rounded up.
    #[must_use]
    pub fn of_seconds(&self, seconds: u64) -> Money {
        up(u128::from(seconds).saturating_mul(u128::from(self.minute.0)), MINUTE_S)
    }

    /// Reads `1.25 10.00`, or `0 0 0.006` with the price of a minute.
    ///
    /// # Errors
    /// It is something else.
    pub fn read(words: &str) -> Result<Self, NotAPrice> {
        let mut words = words.split_whitespace().map(|it| it.parse::<Money>().map_err(|_| NotAPrice));
        let (Some(input), Some(output)) = (words.next(), words.next()) else { return Err(NotAPrice) };
        let minute = words.next().unwrap_or(Ok(Money(0)))?;
        if words.next().is_some() { Err(NotAPrice) } else { Ok(Self { input: input?, output: output?, minute }) }
    }
}

fn up(amount: u128, by: u128) -> Money {
    Money(u64::try_from(amount.div_ceil(by)).unwrap_or(u64::MAX))
}

impl Own {
    /// Reads `openai/gpt-5 1.25 10.00`.
    ///
    /// # Errors
    /// It is something else.
    pub fn read(line: &str) -> Result<Self, NotAPrice> {
        let (named, price) = line.trim().split_once(char::is_whitespace).ok_or(NotAPrice)?;
        let (provider, model) = named.split_once('/').ok_or(NotAPrice)?;
        if provider.is_empty() || model.is_empty() {
            return Err(NotAPrice);
        }
        Ok(Self { provider: provider.into(), model: model.into(), price: Price::read(price)? })
    }

    fn is_of(&self, model: Model<'_>) -> bool {
        self.provider == model.provider || self.provider == model.kind
    }
}

impl Prices {
    /// Those of the configuration before those of the table.
    #[must_use]
    pub const fn new(own: Vec<Own>, unknown: Unknown) -> Self {
        Self { own, unknown }
    }

    /// What a model costs; `None` when nobody knows and it must not be asked for that.
    #[must_use]
    pub fn of(&self, model: Model<'_>) -> Option<Price> {
        match (self.known(model), self.unknown) {
            (Some(price), _) => Some(price),
            (None, Unknown::Assume(price)) => Some(price),
            (None, Unknown::Refuse) => None,
        }
    }

    /// The price that is known: of this provider before those of its kind, of this model before those that begin
    /// alike, and the longest beginning first.
    #[must_use]
    pub fn known(&self, model: Model<'_>) -> Option<Price> {
        let own = self.own.iter().filter(|it| it.is_of(model));
        let best = own.filter_map(|it| Some((it.provider == model.provider, fit(&it.model, model.model)?, it.price)));
        best.max_by_key(|(named, fit, _)| (*named, *fit)).map(|it| it.2).or_else(|| listed(model))
    }
}

/// How well a pattern fits a model: letters in common, and one more when nothing is left open.
fn fit(pattern: &str, model: &str) -> Option<usize> {
    match pattern.strip_suffix('*') {
        Some(start) if model.starts_with(start) => Some(start.len()),
        Some(_) => None,
        None => (pattern == model).then_some(pattern.len() + 1),
    }
}

fn listed(model: Model<'_>) -> Option<Price> {
    let known = TABLE.iter().filter(|it| it.0 == model.kind);
    known.filter_map(|it| Some((fit(it.1, model.model)?, it.2))).max_by_key(|it| it.0).map(|it| it.1)
}

impl fmt::Display for Price {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {}", self.input, self.output)?;
        if self.minute.0 > 0 { write!(to, " {}", self.minute) } else { Ok(()) }
    }
}

/// Kind, model, and millionths of a dollar per million tokens of questions and of answers.
#[rustfmt::skip]
const TABLE: &[(&str, &str, Price)] = &[
    ("offline", "*", Price::FREE),
    ("ollama", "*", Price::FREE),
    ("local", "*", Price::FREE),
    ("openai", "gpt-5.6-sol*", Price::new(5_000_000, 30_000_000)),
    ("openai", "gpt-5.6-terra*", Price::new(2_000_000, 12_000_000)),
    ("openai", "gpt-5.6-luna*", Price::new(200_000, 1_200_000)),
    ("openai", "gpt-5.5-pro*", Price::new(30_000_000, 180_000_000)),
    ("openai", "gpt-5.5*", Price::new(5_000_000, 30_000_000)),
    ("openai", "gpt-5.4-pro*", Price::new(30_000_000, 180_000_000)),
    ("openai", "gpt-5.4-mini*", Price::new(750_000, 4_500_000)),
    ("openai", "gpt-5.4-nano*", Price::new(200_000, 1_250_000)),
    ("openai", "gpt-5.4*", Price::new(2_500_000, 15_000_000)),
    ("openai", "gpt-5.2-pro*", Price::new(21_000_000, 168_000_000)),
    ("openai", "gpt-5.2*", Price::new(1_750_000, 14_000_000)),
    ("openai", "gpt-5.1*", Price::new(1_250_000, 10_000_000)),
    ("openai", "gpt-5-pro*", Price::new(15_000_000, 120_000_000)),
    ("openai", "gpt-5-mini*", Price::new(250_000, 2_000_000)),
    ("openai", "gpt-5-nano*", Price::new(50_000, 400_000)),
    ("openai", "gpt-5", Price::new(1_250_000, 10_000_000)),
    ("openai", "gpt-5-2*", Price::new(1_250_000, 10_000_000)), // dated: gpt-5-2025-08-07
    ("openai", "gpt-4.1-mini*", Price::new(400_000, 1_600_000)),
    ("openai", "gpt-4.1-nano*", Price::new(100_000, 400_000)),
    ("openai", "gpt-4.1*", Price::new(2_000_000, 8_000_000)),
    ("openai", "gpt-4o-mini-transcribe*", Price { input: Money(3_000_000), output: Money(5_000_000), minute: Money(3_000) }),
    ("openai", "gpt-4o-transcribe*", Price { input: Money(6_000_000), output: Money(10_000_000), minute: Money(6_000) }),
    ("openai", "gpt-4o-mini*", Price::new(150_000, 600_000)),
    ("openai", "gpt-4o*", Price::new(2_500_000, 10_000_000)),
    ("openai", "o1-pro*", Price::new(150_000_000, 600_000_000)),
    ("openai", "o1*", Price::new(15_000_000, 60_000_000)),
    ("openai", "o3-pro*", Price::new(20_000_000, 80_000_000)),
    ("openai", "o3-mini*", Price::new(1_100_000, 4_400_000)),
    ("openai", "o3*", Price::new(10_000_000, 40_000_000)),
    ("openai", "o4-mini*", Price::new(1_100_000, 4_400_000)),
    ("openai", "whisper-1", Price { input: Money(0), output: Money(0), minute: Money(6_000) }),
    ("openai", "text-embedding-3-small", Price::new(20_000, 0)),
    ("openai", "text-embedding-3-large", Price::new(130_000, 0)),
    ("openai", "omni-moderation*", Price::FREE),
    ("anthropic", "claude-fable-5*", Price::new(10_000_000, 50_000_000)),
    ("anthropic", "claude-mythos-5*", Price::new(10_000_000, 50_000_000)),
    ("anthropic", "claude-opus-5-5*", Price::new(4_000_000, 20_000_000)),
    ("anthropic", "claude-opus-5*", Price::new(5_000_000, 25_000_000)),
    ("anthropic", "claude-opus-4-1*", Price::new(15_000_000, 75_000_000)),
    ("anthropic", "claude-opus-4-0*", Price::new(15_000_000, 75_000_000)),
    ("anthropic", "claude-opus-4-2*", Price::new(15_000_000, 75_000_000)), // dated: claude-opus-4-20250514
    ("anthropic", "claude-opus-4-*", Price::new(5_000_000, 25_000_000)),
    ("anthropic", "claude-sonnet-5*", Price::new(2_000_000, 10_000_000)),
    ("anthropic", "claude-sonnet-4*", Price::new(3_000_000, 15_000_000)),
    ("anthropic", "claude-haiku-5-5*", Price::new(500_000, 2_500_000)), // of long questions; short ones cost a fifth
    ("anthropic", "claude-haiku-4-5*", Price::new(1_000_000, 5_000_000)),
    ("anthropic", "claude-3-7-sonnet*", Price::new(3_000_000, 15_000_000)),
    ("anthropic", "claude-3-5-sonnet*", Price::new(3_000_000, 15_000_000)),
    ("anthropic", "claude-3-5-haiku*", Price::new(800_000, 4_000_000)),
    ("anthropic", "claude-3-opus*", Price::new(15_000_000, 75_000_000)),
    ("anthropic", "claude-3-haiku*", Price::new(250_000, 1_250_000)),
    ("gemini", "gemini-3.6-flash*", Price::new(1_500_000, 7_500_000)),
    ("gemini", "gemini-3.5-flash-lite*", Price::new(300_000, 2_500_000)),
    ("gemini", "gemini-3.5-flash*", Price::new(1_500_000, 9_000_000)),
    ("gemini", "gemini-3.1-flash-lite*", Price::new(250_000, 1_500_000)),
    ("gemini", "gemini-3.1-pro*", Price::new(2_000_000, 12_000_000)),
    ("gemini", "gemini-3-pro*", Price::new(2_000_000, 12_000_000)),
    ("gemini", "gemini-3-flash*", Price::new(500_000, 3_000_000)),
    ("gemini", "gemini-2.5-pro*", Price::new(1_250_000, 10_000_000)),
    ("gemini", "gemini-2.5-flash-lite*", Price::new(100_000, 400_000)),
    ("gemini", "gemini-2.5-flash*", Price::new(300_000, 2_500_000)),
    ("gemini", "gemini-2.0-flash-lite*", Price::new(75_000, 300_000)),
    ("gemini", "gemini-2.0-flash*", Price::new(100_000, 400_000)),
    ("gemini", "gemini-embedding-001", Price::new(150_000, 0)),
    ("groq", "llama-3.3-70b-versatile", Price::new(590_000, 790_000)),
    ("groq", "llama-3.1-8b-instant", Price::new(50_000, 80_000)),
    ("groq", "openai/gpt-oss-120b", Price::new(150_000, 600_000)),
    ("groq", "openai/gpt-oss-20b", Price::new(75_000, 300_000)),
    ("groq", "whisper-large-v3-turbo", Price { input: Money(0), output: Money(0), minute: Money(667) }),
    ("groq", "whisper-large-v3", Price { input: Money(0), output: Money(0), minute: Money(1_850) }),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn prices(own: &[&str], unknown: Unknown) -> Prices {
        Prices::new(own.iter().map(|it| Own::read(it).unwrap()).collect(), unknown)
    }

    const fn model(provider: &'static str, kind: &'static str, model: &'static str) -> Model<'static> {
        Model { provider, kind, model }
    }

    #[test]
    fn well_known_models_have_their_price_also_with_a_date_and_under_another_name_of_the_provider() {
        let prices = prices(&[], Unknown::Refuse);
        for (kind, name, expect) in [
            ("openai", "gpt-5.4", "2.50 15.00"),
            ("openai", "gpt-5.4-mini-2026-03-17", "0.75 4.50"),
            ("openai", "gpt-5.4-pro", "30.00 180.00"),
            ("openai", "gpt-5-2025-08-07", "1.25 10.00"),
            ("openai", "gpt-4o-mini", "0.15 0.60"),
            ("openai", "gpt-4o-2024-11-20", "2.50 10.00"),
            ("openai", "whisper-1", "0.00 0.00 0.006"),
            ("anthropic", "claude-opus-4-20250514", "15.00 75.00"),
            ("anthropic", "claude-opus-4-8", "5.00 25.00"),
            ("anthropic", "claude-opus-5-5-20261001", "4.00 20.00"),
            ("anthropic", "claude-sonnet-4-5-20250929", "3.00 15.00"),
            ("gemini", "gemini-2.5-flash-lite", "0.10 0.40"),
            ("groq", "openai/gpt-oss-120b", "0.15 0.60"),
            ("ollama", "llama3.2:3b", "0.00 0.00"),
            ("offline", "offline", "0.00 0.00"),
        ] {
            let found = prices.of(model("mine", kind, name));
            assert_eq!(found.map(|it| it.to_string()).as_deref(), Some(expect), "{kind}/{name}");
        }
    }

    #[test]
    fn a_model_that_nobody_knows_is_refused_or_costs_what_is_assumed() {
        for unknown in [model("x", "openai", "gpt-9"), model("x", "compatible", "gpt-5"), model("x", "gemini", "gpt-5")]
        {
            assert_eq!(prices(&[], Unknown::Refuse).of(unknown), None, "{unknown:?}");
            let dear = Price::read("10 50").unwrap();
            assert_eq!(prices(&[], Unknown::Assume(dear)).of(unknown), Some(dear));
        }
    }

    #[test]
    fn own_prices_win_and_the_nearest_of_them_first() {
        let prices = prices(
            &[
                "openai/* 9 9",
                "openai/gpt-5* 8 8",
                "openai/gpt-5 7 7",
                "work/* 6 6",
                "openrouter/meta/llama-3* 0.1 0.2",
            ],
            Unknown::Refuse,
        );
        for (asked, expect) in [
            (model("main", "openai", "gpt-5"), "7.00 7.00"),
            (model("main", "openai", "gpt-5.4"), "8.00 8.00"),
            (model("main", "openai", "o3"), "9.00 9.00"),
            (model("work", "openai", "gpt-5"), "6.00 6.00"), // what is said of this one provider goes first
            (model("openrouter", "compatible", "meta/llama-3.3"), "0.10 0.20"),
        ] {
            assert_eq!(prices.of(asked).map(|it| it.to_string()).as_deref(), Some(expect), "{asked:?}");
        }
    }

    #[test]
    fn a_line_that_is_no_price_is_refused() {
        for line in [
            "",
            "openai/gpt-5",
            "openai/gpt-5 1",
            "gpt-5 1 2",
            "/gpt-5 1 2",
            "openai/ 1 2",
            "openai/gpt-5 1 2 3 4",
            "openai/gpt-5 1 -2",
        ] {
            assert_eq!(Own::read(line), Err(NotAPrice), "{line:?}");
        }
        assert_eq!(Own::read("a/b 1 2 0.006").unwrap().price.minute, Money(6_000));
    }

    #[test]
    fn the_table_says_nothing_twice() {
        let mut seen = BTreeSet::new();
        assert!(TABLE.iter().all(|it| seen.insert((it.0, it.1))));
        assert!(TABLE.len() > 60);
    }

    #[test]
    fn costs_are_rounded_up() {
        let price = Price::read("1.25 10 0.006").unwrap();
        for (input, output, expect) in
            [(0, 0, 0), (1, 0, 2), (0, 1, 10), (1_000, 500, 6_250), (1_000_000, 1_000_000, 11_250_000)]
        {
            assert_eq!(price.of(Usage { input, output }), Money(expect));
        }
        for (seconds, expect) in [(0, 0), (1, 100), (60, 6_000), (61, 6_100)] {
            assert_eq!(price.of_seconds(seconds), Money(expect));
        }
    }

    proptest! {
        #[test]
        fn a_cost_is_never_less_than_exact_nor_a_millionth_more(
            input in 0_u64..1 << 32, output in 0_u64..1 << 32, per in 0_u64..1 << 28, out in 0_u64..1 << 28,
        ) {
            let cost = Price::new(per, out).of_tokens(input, output);
            let exact = u128::from(input) * u128::from(per) + u128::from(output) * u128::from(out);
            prop_assert!(u128::from(cost.0) * MILLION >= exact);
            prop_assert!(u128::from(cost.0) * MILLION < exact + MILLION);
        }
    }
}
