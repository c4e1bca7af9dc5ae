//! The ledger of what asking has cost: by day, person, chat and model.

use super::calendar;
use super::money::Money;
use crate::domain::ai::Usage;
use crate::domain::types::{ChatNo, Moment, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a row of the ledger is about. Rows of one person stand together, ordered by day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Who asked.
    pub person: UserId,
    /// The day by UTC, counted from 1970.
    pub day: u32,
    /// Where, by our number.
    pub chat: ChatNo,
    /// Which model, as `provider/model`.
    pub model: String,
}

/// What was used: the row's value. As JSON its names are short, for there are many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Used {
    /// Answers.
    #[serde(rename = "n", skip_serializing_if = "is_none")]
    pub answers: u64,
    /// Of these, answers that had been given before and cost nothing.
    #[serde(rename = "c", skip_serializing_if = "is_none")]
    pub cached: u64,
    /// Tokens of questions.
    #[serde(rename = "i", skip_serializing_if = "is_none")]
    pub input: u64,
    /// Tokens of answers.
    #[serde(rename = "o", skip_serializing_if = "is_none")]
    pub output: u64,
    /// What it cost.
    #[serde(rename = "m", skip_serializing_if = "costs_nothing")]
    pub money: Money,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn is_none(it: &u64) -> bool {
    *it == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn costs_nothing(it: &Money) -> bool {
    it.0 == 0
}

/// The longest name of a model that a row is kept under.
const MODEL_BYTES: usize = 120;
/// What numbers of people and chats are shifted by, so that their bytes stand in their order.
const SIGN: u64 = 1 << 63;

impl Entry {
    /// Of an answer that came now. A name that is too long is cut.
    #[must_use]
    pub fn new(person: UserId, chat: ChatNo, (provider, model): (&str, &str), now: Moment) -> Self {
        let mut name = format!("{provider}/{model}");
        name.truncate(name.floor_char_boundary(MODEL_BYTES));
        Self { person, day: day_of(now), chat, model: name }
    }

    /// The key of its row: person, day, chat in bytes of their order, then the model.
    #[must_use]
    pub fn key(&self) -> Vec<u8> {
        let mut key = Self::key_from(self.person, self.day);
        key.extend_from_slice(&self.chat.0.to_be_bytes());
        key.extend_from_slice(self.model.as_bytes());
        key
    }

    /// What the keys of a person's rows begin with.
    #[must_use]
    pub fn key_of(person: UserId) -> Vec<u8> {
        (person.0.cast_unsigned() ^ SIGN).to_be_bytes().to_vec()
    }

    /// The least key of a person's rows from that day on.
    #[must_use]
    pub fn key_from(person: UserId, day: u32) -> Vec<u8> {
        let mut key = Self::key_of(person);
        key.extend_from_slice(&day.to_be_bytes());
        key
    }

    /// What a key is about.
    #[must_use]
    pub fn of_key(key: &[u8]) -> Option<Self> {
        let person = u64::from_be_bytes(key.get(..8)?.try_into().ok()?) ^ SIGN;
        let day = u32::from_be_bytes(key.get(8..12)?.try_into().ok()?);
        let chat = u64::from_be_bytes(key.get(12..20)?.try_into().ok()?);
        let model = String::from_utf8(key.get(20..)?.to_vec()).ok()?;
        Some(Self { person: UserId(person.cast_signed()), day, chat: ChatNo(chat), model })
    }

    /// Whether its day is longer ago than so many days: the janitor drops it. A day that lies ahead was written by a
    /// clock that was wrong, and stays until it is over.
    #[must_use]
    pub fn is_over(&self, now: Moment, days: u32) -> bool {
        self.day.saturating_add(days) <= day_of(now)
    }
}

impl Used {
    /// One answer that was paid for.
    #[must_use]
    pub fn paid(usage: Usage, money: Money) -> Self {
        Self { answers: 1, cached: 0, input: u64::from(usage.input), output: u64::from(usage.output), money }
    }

    /// One answer that was there already.
    #[must_use]
    pub const fn from_cache() -> Self {
        Self { answers: 1, cached: 1, input: 0, output: 0, money: Money(0) }
    }

    /// Adds another.
    pub const fn add(&mut self, other: Self) {
        self.answers = self.answers.saturating_add(other.answers);
        self.cached = self.cached.saturating_add(other.cached);
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
        self.money = self.money.plus(other.money);
    }

    /// Tokens of questions and answers.
    #[must_use]
    pub const fn tokens(&self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// The number of a day as rows have it.
#[must_use]
pub fn day_of(now: Moment) -> u32 {
    u32::try_from(calendar::day(now)).unwrap_or(u32::MAX)
}

/// What a person, or everybody, has used: for `/usage`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Today.
    pub today: Used,
    /// This month, today included.
    pub month: Used,
    /// This month by model, the dearest first.
    pub models: Vec<(String, Used)>,
    /// By day: the last is today, and those without a row are there too.
    pub days: Vec<Used>,
}

/// Sums rows up; `days` of them are shown one by one.
#[must_use]
pub fn summary<'a>(rows: impl IntoIterator<Item = (&'a Entry, &'a Used)>, now: Moment, days: u32) -> Summary {
    let today = day_of(now);
    let month = u32::try_from(calendar::first_of_month(now)).unwrap_or(u32::MAX);
    let first = today.saturating_sub(days.saturating_sub(1));
    let mut sum = Summary { days: vec![Used::default(); days as usize], ..Summary::default() };
    let mut models: BTreeMap<&str, Used> = BTreeMap::new();
    for (entry, used) in rows.into_iter().filter(|it| it.0.day <= today) {
        if let Some(day) = entry.day.checked_sub(first).and_then(|it| sum.days.get_mut(it as usize)) {
            day.add(*used);
        }
        if entry.day >= month {
            sum.month.add(*used);
            models.entry(&entry.model).or_default().add(*used);
        }
        if entry.day == today {
            sum.today.add(*used);
        }
    }
    sum.models = models.into_iter().map(|(model, used)| (model.to_owned(), used)).collect();
    sum.models.sort_by(|a, b| dearer(&b.1, &a.1).then_with(|| a.0.cmp(&b.0)));
    sum
}

fn dearer(one: &Used, other: &Used) -> std::cmp::Ordering {
    (one.money, one.tokens(), one.answers).cmp(&(other.money, other.tokens(), other.answers))
}

/// By what the operator wants the ledger summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By person.
    User,
    /// By chat.
    Chat,
    /// By model.
    Model,
}

/// A line of the operator's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Whose: Telegram's id of a person or chat, or a model as `provider/model`.
    pub of: String,
    /// Answers.
    pub answers: u64,
    /// Of these from what was answered before.
    pub cached: u64,
    /// Tokens of questions.
    pub input_tokens: u64,
    /// Tokens of answers.
    pub output_tokens: u64,
    /// Millionths of the currency of the prices.
    pub money_micros: u64,
}

/// Sums the ledger up from that day on. `chat` says the name of a chat.
#[must_use]
pub fn lines(
    rows: impl IntoIterator<Item = (Entry, Used)>,
    by: By,
    since: u32,
    chat: impl Fn(ChatNo) -> String,
) -> Vec<Line> {
    let mut sums: BTreeMap<String, Used> = BTreeMap::new();
    for (entry, used) in rows.into_iter().filter(|it| it.0.day >= since) {
        let of = match by {
            By::User => entry.person.0.to_string(),
            By::Chat => chat(entry.chat),
            By::Model => entry.model,
        };
        sums.entry(of).or_default().add(used);
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by(|a, b| dearer(&b.1, &a.1).then_with(|| a.0.cmp(&b.0)));
    let line = |(of, it): (String, Used)| Line {
        of,
        answers: it.answers,
        cached: it.cached,
        input_tokens: it.input,
        output_tokens: it.output,
        money_micros: it.money.0,
    };
    sums.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    const NOW: Moment = Moment(20_778 * calendar::DAY_MS + 1); // 2026-11-21
    const ANN: UserId = UserId(7);

    fn entry(person: i64, day: u32, chat: u64, model: &str) -> Entry {
        Entry { person: UserId(person), day, chat: ChatNo(chat), model: model.into() }
    }

    fn used(answers: u64, money: u64) -> Used {
        Used { answers, input: answers * 10, output: answers, money: Money(money), cached: 0 }
    }

    #[test]
    fn a_row_is_compact_and_tolerates_what_it_does_not_know() {
        let row = serde_json::to_string(&used(3, 4_200)).unwrap();
        assert_eq!(row, r#"{"n":3,"i":30,"o":3,"m":4200}"#);
        assert_eq!(serde_json::from_str::<Used>(r#"{"n":3,"i":30,"o":3,"m":4200,"z":[]}"#).unwrap(), used(3, 4_200));
        assert_eq!(serde_json::to_string(&Used::from_cache()).unwrap(), r#"{"n":1,"c":1}"#);
    }

    #[test]
    fn a_summary_is_of_today_this_month_each_model_and_each_day() {
        let rows = [
            (entry(7, 20_778, 1, "a/x"), used(1, 5)),
            (entry(7, 20_778, 2, "b/y"), used(2, 0)),
            (entry(7, 20_758, 1, "a/x"), used(4, 7)),  // 2026-11-01
            (entry(7, 20_757, 1, "a/x"), used(8, 90)), // 2026-10-31
            (entry(7, 20_779, 1, "a/x"), used(9, 99)), // tomorrow, by a clock that was wrong
        ];
        let sum = summary(rows.iter().map(|it| (&it.0, &it.1)), NOW, 30);
        assert_eq!((sum.today.answers, sum.today.money), (3, Money(5)));
        assert_eq!((sum.month.answers, sum.month.money), (7, Money(12)));
        assert_eq!(
            sum.models,
            [
                ("a/x".to_owned(), {
                    let mut it = used(1, 5);
                    it.add(used(4, 7));
                    it
                }),
                ("b/y".to_owned(), used(2, 0))
            ]
        );
        assert_eq!(sum.days.len(), 30);
        assert_eq!((sum.days[29].answers, sum.days[9].answers, sum.days[8].answers), (3, 4, 8));
        assert_eq!(sum.days.iter().map(|it| it.answers).sum::<u64>(), 15);
    }

    #[test]
    fn the_operators_lists_are_by_person_chat_or_model_and_the_dearest_stands_first() {
        let rows = [
            (entry(7, 20_778, 1, "a/x"), used(1, 5)),
            (entry(8, 20_778, 1, "b/y"), used(2, 50)),
            (entry(7, 20_700, 2, "b/y"), used(4, 500)),
        ];
        for (by, since, expect) in [
            (By::User, 20_000, vec![("7", 505), ("8", 50)]),
            (By::User, 20_778, vec![("8", 50), ("7", 5)]),
            (By::Chat, 20_000, vec![("chat 2", 500), ("chat 1", 55)]),
            (By::Model, 20_000, vec![("b/y", 550), ("a/x", 5)]),
            (By::Model, 20_779, vec![]),
        ] {
            let lines = lines(rows.clone(), by, since, |it| format!("chat {}", it.0));
            let found: Vec<_> = lines.iter().map(|it| (it.of.as_str(), it.money_micros)).collect();
            assert_eq!(found, expect, "{by:?} since {since}");
        }
    }

    #[test]
    fn rows_are_kept_for_so_many_days() {
        for (day, days, over) in
            [(20_778, 1, false), (20_777, 1, true), (20_749, 30, false), (20_748, 30, true), (30_000, 1, false)]
        {
            assert_eq!(entry(7, day, 1, "a").is_over(NOW, days), over, "{day} for {days}");
        }
    }

    #[test]
    fn the_name_of_a_model_is_cut_between_characters() {
        let entry = Entry::new(ANN, ChatNo(1), ("a", &"ю".repeat(200)), NOW);
        assert!(entry.model.len() <= MODEL_BYTES && entry.model.starts_with("a/ю"));
        assert_eq!(entry.day, 20_778);
    }

    proptest! {
        #[test]
        fn keys_are_read_back_and_stand_in_the_order_of_person_day_and_chat(
            one in (any::<i64>(), any::<u32>(), any::<u64>(), "[a-zю/]{0,9}"),
            two in (any::<i64>(), any::<u32>(), any::<u64>(), "[a-zю/]{0,9}"),
        ) {
            let of = |(person, day, chat, model): (i64, u32, u64, String)| entry(person, day, chat, &model);
            let (one, two) = (of(one), of(two));
            prop_assert_eq!(Entry::of_key(&one.key()), Some(one.clone()));
            prop_assert_eq!(one.cmp(&two), one.key().cmp(&two.key()));
            prop_assert!(one.key().starts_with(&Entry::key_of(one.person)));
            prop_assert!(one.key() >= Entry::key_from(one.person, one.day));
        }

        #[test]
        fn no_key_is_misread(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(entry) = Entry::of_key(&bytes) {
                prop_assert_eq!(entry.key(), bytes);
            }
        }
    }
}
