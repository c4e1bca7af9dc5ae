//! What one spender has used in the current stretches of the calendar, and in those that a clock may come back to.

use super::calendar::Period;
use crate::domain::types::Moment;
use serde::{Deserialize, Serialize};

/// What was used. As a row it is three numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64, u64)", into = "(u64, u64, u64)")]
pub(super) struct Sum {
    /// Questions.
    pub(super) asked: u64,
    /// Tokens of questions and answers.
    pub(super) tokens: u64,
    /// Millionths.
    pub(super) money: u64,
}

/// Stretches of each kind that are remembered.
const KEPT: usize = 4;

/// Sums by minute, hour, day and month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Counter([Stretches; 4]);

/// The latest stretches of one kind in which something was used, in order.
///
/// One that is forgotten never opens again: what is used before the oldest one that is remembered counts there. So
/// a clock that is set back finds what was spent, and one that was far ahead for a moment does no harm either: the
/// stretches between are opened when they come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Stretches(Vec<(u64, Sum)>);

/// In which stretch of each kind something was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks([u64; 4]);

impl From<(u64, u64, u64)> for Sum {
    fn from((asked, tokens, money): (u64, u64, u64)) -> Self {
        Self { asked, tokens, money }
    }
}

impl From<Sum> for (u64, u64, u64) {
    fn from(it: Sum) -> Self {
        (it.asked, it.tokens, it.money)
    }
}

impl Sum {
    pub(super) const fn add(&mut self, other: Self) {
        self.asked = self.asked.saturating_add(other.asked);
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.money = self.money.saturating_add(other.money);
    }

    pub(super) const fn take(&mut self, other: Self) {
        self.asked = self.asked.saturating_sub(other.asked);
        self.tokens = self.tokens.saturating_sub(other.tokens);
        self.money = self.money.saturating_sub(other.money);
    }
}

impl Counter {
    /// What counts now against a limit over that period, and when that stretch is over.
    pub(super) fn now(&self, period: Period, now: Moment) -> (Sum, Moment) {
        let stretches = &self.0[period as usize];
        let number = stretches.number(period.number(now));
        (stretches.sum(number), period.end(number))
    }

    /// Counts something as used now.
    pub(super) fn add(&mut self, used: Sum, now: Moment) -> Marks {
        Marks(Period::ALL.map(|period| {
            let stretches = &mut self.0[period as usize];
            let number = stretches.number(period.number(now));
            stretches.open(number).add(used);
            number
        }))
    }

    /// Takes what was counted there and puts something else in its place. What is forgotten stays so.
    pub(super) fn change(&mut self, marks: Marks, from: Sum, to: Sum) {
        for (stretches, number) in self.0.iter_mut().zip(marks.0) {
            if let Some((_, sum)) = stretches.0.iter_mut().find(|it| it.0 == number) {
                sum.take(from);
                sum.add(to);
            }
        }
    }

    /// Whether nothing in it is of this month or the one before: then it need not be kept.
    pub(super) fn is_over(&self, now: Moment) -> bool {
        let months = &self.0[Period::Month as usize];
        months.0.iter().all(|it| it.0.saturating_add(1) < Period::Month.number(now))
    }
}

impl Stretches {
    /// The stretch in which something of that number counts.
    fn number(&self, number: u64) -> u64 {
        match self.0.first() {
            Some((oldest, _)) if self.0.len() >= KEPT => number.max(*oldest),
            Some(_) | None => number,
        }
    }

    fn sum(&self, number: u64) -> Sum {
        self.0.iter().find(|it| it.0 == number).map_or_else(Sum::default, |it| it.1)
    }

    fn open(&mut self, number: u64) -> &mut Sum {
        let at = match self.0.binary_search_by_key(&number, |it| it.0) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (number, Sum::default()));
                if self.0.len() > KEPT {
                    self.0.remove(0);
                    at.saturating_sub(1)
                } else {
                    at
                }
            }
        };
        &mut self.0[at].1
    }
}
