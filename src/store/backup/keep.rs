//! Which backups are kept, and when the next one is due: pure arithmetic over times.

use super::name::Why;
use crate::domain::types::Moment;
use jiff::Timestamp;
use std::collections::BTreeSet;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// How many backups are kept, counted backwards from the newest; days without a backup do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The newest of so many days.
    pub daily: usize,
    /// The newest of so many weeks, which begin on Monday.
    pub weekly: usize,
    /// The newest of so many months.
    pub monthly: usize,
    /// So many of those before an upgrade, whatever their age.
    pub upgrades: usize,
}

/// Whether each of these backups is kept. The newest always is, and so are all that somebody asked for.
#[must_use]
pub fn kept(backups: &[(Moment, Why)], keep: Keep) -> Vec<bool> {
    type Period = fn(Moment) -> i64;
    let mut order: Vec<usize> = (0..backups.len()).filter(|it| backups[*it].1 != Why::Manual).collect();
    order.sort_by_key(|it| std::cmp::Reverse(backups[*it].0));
    let mut chosen: BTreeSet<usize> = order.first().copied().into_iter().collect();
    let periods: [(Period, usize); 3] = [(day, keep.daily), (week, keep.weekly), (month, keep.monthly)];
    for (period, most) in periods {
        let mut seen = BTreeSet::new();
        for at in &order {
            if seen.len() >= most {
                break;
            }
            if seen.insert(period(backups[*at].0)) {
                chosen.insert(*at);
            }
        }
    }
    chosen.extend(order.iter().filter(|it| backups[**it].1 == Why::Upgrade).take(keep.upgrades));
    (0..backups.len()).map(|it| backups[it].1 == Why::Manual || chosen.contains(&it)).collect()
}

/// The first moment after this one at which the clock in UTC shows this hour.
#[must_use]
pub const fn next_after(last: Moment, hour: u64) -> Moment {
    let today = last.0 / DAY_MS * DAY_MS + hour * HOUR_MS;
    Moment(if today > last.0 { today } else { today + DAY_MS })
}

fn day(at: Moment) -> i64 {
    i64::try_from(at.0 / DAY_MS).unwrap_or(i64::MAX)
}

/// Weeks since the Monday before 1970 began, which was a Thursday.
fn week(at: Moment) -> i64 {
    (day(at) + 3) / 7
}

fn month(at: Moment) -> i64 {
    let at = i64::try_from(at.0).ok().and_then(|it| Timestamp::from_millisecond(it).ok()).unwrap_or(Timestamp::MAX);
    let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    i64::from(date.year()) * 12 + i64::from(date.month())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEEP: Keep = Keep { daily: 7, weekly: 4, monthly: 6, upgrades: 3 };
    /// 2026-01-01 03:00 UTC, a Thursday.
    const NEW_YEAR: u64 = 1_767_236_400_000;

    fn left(backups: &[(Moment, Why)]) -> Vec<(Moment, Why)> {
        let keep = kept(backups, KEEP);
        backups.iter().zip(keep).filter(|it| it.1).map(|it| *it.0).collect()
    }

    #[test]
    fn after_a_year_of_days_seven_days_four_weeks_and_six_months_are_there() {
        let mut there = Vec::new();
        for day in 0..365 {
            there.push((Moment(NEW_YEAR + day * DAY_MS), Why::Daily));
            there = left(&there);
        }
        let names: Vec<_> =
            there.iter().map(|it| super::super::name::file_name(it.0, it.1)[10..18].to_owned()).collect();
        let expected = [
            "20260731", "20260831", "20260930", "20261031", "20261130", "20261213", "20261220", "20261225", "20261226",
            "20261227", "20261228", "20261229", "20261230", "20261231",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn what_somebody_asked_for_and_the_last_upgrades_stay_however_old() {
        let old = |day: u64, why| (Moment(day * DAY_MS), why);
        let mut all: Vec<_> = (0..5).map(|day| old(day, Why::Upgrade)).chain([old(1, Why::Manual)]).collect();
        all.extend((0..400).map(|day| old(20_000 + day, Why::Daily)));
        let left = left(&all);
        let upgrades = left.iter().filter(|it| it.1 == Why::Upgrade).count();
        assert_eq!((upgrades, left.iter().filter(|it| it.1 == Why::Manual).count()), (3, 1));
    }

    #[test]
    fn the_next_one_is_at_its_hour_and_never_now() {
        let at = |day: u64, hour: u64| Moment(day * DAY_MS + hour * HOUR_MS);
        let cases = [(at(5, 2), at(5, 3)), (at(5, 3), at(6, 3)), (at(5, 23), at(6, 3)), (Moment(0), at(0, 3))];
        for (last, next) in cases {
            assert_eq!(next_after(last, 3), next);
        }
    }

    fn backups() -> impl Strategy<Value = Vec<(Moment, Why)>> {
        let why = prop_oneof![Just(Why::Daily), Just(Why::Daily), Just(Why::Upgrade), Just(Why::Manual)];
        proptest::collection::vec(((0..900 * 24_u64).prop_map(|it| Moment(NEW_YEAR + it * HOUR_MS)), why), 0..120)
    }

    proptest! {
        #[test]
        fn the_newest_stays_few_are_left_and_a_second_look_deletes_nothing_more(all in backups()) {
            let there = left(&all);
            prop_assert_eq!(&left(&there), &there);
            let own = |it: &[(Moment, Why)]| it.iter().filter(|it| it.1 != Why::Manual).count();
            prop_assert!(own(&there) <= 7 + 4 + 6 + 3);
            prop_assert_eq!(there.len() - own(&there), all.len() - own(&all));
            let newest = all.iter().filter(|it| it.1 != Why::Manual).map(|it| it.0).max();
            prop_assert_eq!(there.iter().filter(|it| it.1 != Why::Manual).map(|it| it.0).max(), newest);
        }

        #[test]
        fn a_day_among_the_last_seven_that_have_one_keeps_its_newest(all in backups()) {
            let there = left(&all);
            let mut days: Vec<_> = all.iter().filter(|it| it.1 != Why::Manual).map(|it| day(it.0)).collect();
            days.sort_unstable();
            days.dedup();
            for it in days.iter().rev().take(7) {
                let newest = all.iter().filter(|b| b.1 != Why::Manual && day(b.0) == *it).map(|b| b.0).max();
                prop_assert!(there.iter().any(|b| Some(b.0) == newest));
            }
        }

        #[test]
        fn the_next_one_is_within_a_day(last in 0..u64::MAX / 4, hour in 0..24_u64) {
            let next = next_after(Moment(last), hour);
            prop_assert!(next.0 > last && next.0 - last <= DAY_MS);
            prop_assert_eq!(next.0 % DAY_MS, hour * HOUR_MS);
        }
    }
}
