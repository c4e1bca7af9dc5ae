//! The names of backups that the house makes by itself, and what they tell.

use crate::domain::types::Moment;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

const BEFORE: &str = "majordomo-";
const AFTER: &str = ".backup";
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// Why a backup is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Somebody asked for it. It is never deleted by itself.
    Manual,
    /// Its time of the day had come.
    Daily,
    /// Another version of the program was about to use the store.
    Upgrade,
}

impl Why {
    /// As names and manifests say it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Daily => "daily",
            Self::Upgrade => "upgrade",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::Manual, Self::Daily, Self::Upgrade].into_iter().find(|it| it.text() == text)
    }
}

/// `majordomo-20261121T030000Z-daily.backup`
#[must_use]
pub fn file_name(at: Moment, why: Why) -> String {
    let at = i64::try_from(at.0).ok().and_then(|it| Timestamp::from_millisecond(it).ok()).unwrap_or(Timestamp::MAX);
    format!("{BEFORE}{}-{}{AFTER}", at.strftime(TIME), why.text())
}

/// When and why a file of this name was made; `None` when the name is not one of ours.
pub(super) fn of_name(name: &str) -> Option<(Moment, Why)> {
    let (at, why) = name.strip_prefix(BEFORE)?.strip_suffix(AFTER)?.split_once('-')?;
    let at = DateTime::strptime(TIME, at).ok()?.to_zoned(TimeZone::UTC).ok()?;
    // A second backup of the same second has a number behind: `daily-2`.
    let why = why.split_once('-').map_or(why, |it| it.0);
    Some((Moment(u64::try_from(at.timestamp().as_millisecond()).ok()?), Why::of(why)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_and_others_are_left_alone() {
        let at = Moment(1_795_230_000_000);
        for why in [Why::Manual, Why::Daily, Why::Upgrade] {
            assert_eq!(of_name(&file_name(at, why)), Some((at, why)));
        }
        assert_eq!(file_name(at, Why::Daily), "majordomo-20261121T030000Z-daily.backup");
        assert_eq!(of_name("majordomo-20261121T030000Z-daily-2.backup"), Some((at, Why::Daily)));
        for other in ["x", "majordomo-20261121T030000Z-daily", "majordomo-2026-daily.backup", ".majordomo.backup"] {
            assert_eq!(of_name(other), None, "{other}");
        }
    }
}
