//! Stretches of the calendar over which spending is counted, in UTC.

use crate::domain::types::Moment;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A kind of stretch. Each begins where the one before it ends, by the clock of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// From second 0 of a minute.
    Minute,
    /// From minute 0 of an hour.
    Hour,
    /// From midnight.
    Day,
    /// From midnight of the first.
    Month,
}

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
/// A day of UTC, which has no leap seconds as computers count.
pub const DAY_MS: u64 = 24 * HOUR_MS;

impl Period {
    /// All, the shortest first.
    pub const ALL: [Self; 4] = [Self::Minute, Self::Hour, Self::Day, Self::Month];

    /// The number of the stretch that this moment is in. Numbers grow with time, one by one.
    #[must_use]
    pub fn number(self, at: Moment) -> u64 {
        match self {
            Self::Minute => at.0 / MINUTE_MS,
            Self::Hour => at.0 / HOUR_MS,
            Self::Day => at.0 / DAY_MS,
            Self::Month => month(at),
        }
    }

    /// When the stretch of that number is over: the first moment of the next.
    #[must_use]
    pub fn end(self, number: u64) -> Moment {
        let next = number.saturating_add(1);
        match self {
            Self::Minute => Moment(next.saturating_mul(MINUTE_MS)),
            Self::Hour => Moment(next.saturating_mul(HOUR_MS)),
            Self::Day => Moment(next.saturating_mul(DAY_MS)),
            Self::Month => month_start(next),
        }
    }
}

/// The number of the day that this moment is in, counted from 1970.
#[must_use]
pub const fn day(at: Moment) -> u64 {
    at.0 / DAY_MS
}

/// The date of a day by its number; the last that there is for numbers beyond.
#[must_use]
pub fn date(day: u64) -> Date {
    let at = i64::try_from(day.saturating_mul(DAY_MS)).unwrap_or(i64::MAX);
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX);
    at.to_zoned(TimeZone::UTC).date()
}

/// The number of a day by its date; `None` for days before 1970.
#[must_use]
pub fn day_of(date: Date) -> Option<u64> {
    let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
    u64::try_from(at).ok().map(|it| it / DAY_MS)
}

/// The first day of the month that this moment is in.
#[must_use]
pub fn first_of_month(at: Moment) -> u64 {
    day(month_start(month(at)))
}

/// Months since the year 0.
fn month(at: Moment) -> u64 {
    let date = date(day(at));
    u64::try_from(i64::from(date.year()) * 12 + i64::from(date.month()) - 1).unwrap_or(0)
}

fn month_start(number: u64) -> Moment {
    let year = i16::try_from(number / 12).unwrap_or(i16::MAX);
    let month = i8::try_from(number % 12 + 1).unwrap_or(1);
    let day = Date::new(year, month, 1).ok().and_then(day_of);
    day.map_or(Moment(u64::MAX), |it| Moment(it.saturating_mul(DAY_MS)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Moment {
        Moment(u64::try_from(text.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond)).unwrap_or(0))
    }

    #[test]
    fn stretches_end_where_the_calendar_says() {
        for (now, period, end) in [
            ("2026-11-21T23:59:59.999Z", Period::Minute, "2026-11-22T00:00:00Z"),
            ("2026-11-21T23:00:00Z", Period::Hour, "2026-11-22T00:00:00Z"),
            ("2026-11-21T00:00:00Z", Period::Day, "2026-11-22T00:00:00Z"),
            ("2026-11-21T00:00:00Z", Period::Month, "2026-12-01T00:00:00Z"),
            ("2026-12-31T23:59:59.999Z", Period::Month, "2027-01-01T00:00:00Z"),
            ("2028-02-29T12:00:00Z", Period::Month, "2028-03-01T00:00:00Z"),
            ("1970-01-01T00:00:00Z", Period::Month, "1970-02-01T00:00:00Z"),
        ] {
            assert_eq!(period.end(period.number(at(now))), at(end), "{now} {period:?}");
        }
    }

    #[test]
    fn the_first_of_the_month_is_a_day() {
        assert_eq!(date(first_of_month(at("2026-11-21T10:00:00Z"))).to_string(), "2026-11-01");
        assert_eq!(date(20_778).to_string(), "2026-11-21");
        assert_eq!(day_of(date(20_778)), Some(20_778));
        assert_eq!(day_of(Date::constant(1969, 12, 31)), None);
    }

    proptest! {
        #[test]
        fn each_stretch_begins_where_the_one_before_it_ends(ms in 0_u64..4_000_000_000_000) {
            for period in Period::ALL {
                let number = period.number(Moment(ms));
                let end = period.end(number);
                prop_assert!(ms < end.0);
                prop_assert_eq!(period.number(end), number + 1);
                prop_assert_eq!(period.number(Moment(end.0 - 1)), number);
            }
        }

        #[test]
        fn no_number_is_too_large(number in proptest::num::u64::ANY) {
            for period in Period::ALL {
                prop_assert!(period.end(number).0 > 0);
            }
            prop_assert!(date(number).year() >= 1970);
            prop_assert!(Period::Month.number(Moment(number)) >= 1970 * 12);
        }
    }
}
