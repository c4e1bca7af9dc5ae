//! An amount of money, without fractions that a computer cannot hold.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Millionths of the currency in which the providers bill. Which one that is stands nowhere: prices and limits are
/// in the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub u64);

/// Millionths in one.
pub const ONE: u64 = 1_000_000;
/// Digits after the point.
const DIGITS: usize = 6;
/// The largest amount that is read, so that sums of amounts stay far from the end of their type.
const MOST: u64 = 1_000_000_000 * ONE;

/// It is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount of money such as 20 or 0.0015, at most 1000000000, with at most six digits after the point")]
pub struct NotMoney;

impl Money {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Rounded up to whole hundredths, for people who need no more.
    #[must_use]
    pub const fn cents_up(self) -> u64 {
        self.0.div_ceil(ONE / 100)
    }
}

impl fmt::Display for Money {
    /// At least two digits after the point, and as many more as are not 0: `20.00`, `0.0015`.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:06}", self.0 % ONE);
        let (cents, rest) = fraction.split_at(2);
        write!(to, "{}.{cents}{}", self.0 / ONE, rest.trim_end_matches('0'))
    }
}

impl FromStr for Money {
    type Err = NotMoney;

    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > DIGITS {
            return Err(NotMoney);
        }
        let whole: u64 = whole.parse().map_err(|_| NotMoney)?;
        let fraction: u64 = format!("{fraction:0<DIGITS$}").parse().map_err(|_| NotMoney)?;
        let sum = whole.checked_mul(ONE).and_then(|it| it.checked_add(fraction)).ok_or(NotMoney)?;
        if sum <= MOST { Ok(Self(sum)) } else { Err(NotMoney) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, expect) in [
            ("20", Ok(20_000_000)),
            ("20.00", Ok(20_000_000)),
            ("0.5", Ok(500_000)),
            ("0.000001", Ok(1)),
            ("007.10", Ok(7_100_000)),
            ("1000000000", Ok(MOST)),
            ("1000000000.000001", Err(NotMoney)),
            ("0.0000001", Err(NotMoney)),
            ("99999999999999999999", Err(NotMoney)),
            ("-1", Err(NotMoney)),
            ("+1", Err(NotMoney)),
            ("1,5", Err(NotMoney)),
            ("1.", Err(NotMoney)),
            (".5", Err(NotMoney)),
            ("1.2.3", Err(NotMoney)),
            ("1e3", Err(NotMoney)),
            ("", Err(NotMoney)),
            ("$5", Err(NotMoney)),
            ("٣", Err(NotMoney)),
        ] {
            assert_eq!(text.parse::<Money>().map(|it| it.0), expect, "{text:?}");
        }
    }

    #[test]
    fn amounts_are_shown_with_two_digits_or_as_many_as_they_need() {
        for (amount, expect) in
            [(0, "0.00"), (1, "0.000001"), (1_500, "0.0015"), (500_000, "0.50"), (12_345_600, "12.3456")]
        {
            assert_eq!(Money(amount).to_string(), expect);
        }
        for (amount, cents) in [(0, 0), (1, 1), (10_000, 1), (10_001, 2)] {
            assert_eq!(Money(amount).cents_up(), cents);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(amount in 0..=MOST) {
            prop_assert_eq!(Money(amount).to_string().parse(), Ok(Money(amount)));
        }
    }
}
