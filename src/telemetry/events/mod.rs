//! The catalogue of log events. Ids are promises: they are never renamed.

mod house;
mod traffic;
mod tree;

pub use house::*;
pub use traffic::*;
pub use tree::*;

use crate::config::LogLevel;
use std::sync::LazyLock;

/// An event the log can tell.
#[derive(Debug)]
pub struct Kind {
    /// Its stable id.
    pub id: &'static str,
    /// Its level.
    pub level: LogLevel,
    /// What it means.
    pub meaning: &'static str,
    /// Its usual causes.
    pub causes: &'static [&'static str],
    /// What happens next by itself, where the line does not say it better.
    pub next: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// Every event, for `explain` and the tests.
pub static ALL: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| [tree::GROUP, traffic::GROUP, house::GROUP].concat());

/// What an operator wants to know about an event, as text for a terminal; `None` for an unknown id.
#[must_use]
pub fn explain(id: &str) -> Option<String> {
    let kind = find(id)?;
    let causes = kind.causes.iter().fold(String::new(), |page, it| page + &format!("  - {it}\n"));
    Some(format!(
        "{} ({})\n\nWhat it means\n  {}\n\nUsual causes\n{causes}\nWhat happens next\n  {}\n\nWhat to do\n  {}\n",
        kind.id,
        kind.level.label(),
        kind.meaning,
        kind.next,
        kind.remedy,
    ))
}

/// The event of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|it| it.id == id)
}

/// The known id that looks most like this one; `None` when nothing looks like it.
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    let scored = ALL.iter().map(|it| (strsim::jaro_winkler(id, it.id), it.id));
    scored.filter(|it| it.0 > 0.75).max_by(|a, b| a.0.total_cmp(&b.0)).map(|it| it.1)
}

impl LogLevel {
    /// The level in capitals, as lines show it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Declares the events of one group with all that is known about them.
macro_rules! catalogue {
    ($($name:ident = $id:literal, $level:ident {
        meaning: $meaning:literal,
        causes: [$($cause:literal),+ $(,)?],
        next: $next:literal,
        remedy: $remedy:literal $(,)?
    })*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $meaning)]
            pub static $name: Kind = Kind {
                id: $id,
                level: LogLevel::$level,
                meaning: $meaning,
                causes: &[$($cause),+],
                next: $next,
                remedy: $remedy,
            };
        )*
        pub(super) static GROUP: &[&Kind] = &[$(&$name),*];
    };
}
use catalogue;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_event_tells_meaning_causes_next_and_remedy() {
        assert!(ALL.len() >= 48, "the catalogue has {} entries", ALL.len());
        for kind in ALL.iter() {
            assert!(kind.meaning.len() > 20 && kind.meaning.ends_with('.'), "{} has no meaning", kind.id);
            assert!(kind.causes.iter().all(|it| it.len() > 5), "{} has an empty cause", kind.id);
            assert!(!kind.causes.is_empty(), "{} has no causes", kind.id);
            assert!(kind.remedy.len() >= 8 && kind.remedy.ends_with('.'), "{} has no remedy", kind.id);
            assert!(kind.next.len() > 5 && !kind.next.ends_with('.'), "{} does not say what comes next", kind.id);
        }
    }

    #[test]
    fn ids_are_unique_and_well_formed() {
        let ids: HashSet<_> = ALL.iter().map(|it| it.id).collect();
        assert_eq!(ids.len(), ALL.len());
        for id in ids {
            let parts: Vec<_> = id.split('.').collect();
            assert!((2..=3).contains(&parts.len()), "{id} has {} parts", parts.len());
            let lower = |it: &&str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            assert!(parts.iter().all(lower), "{id} is not lower case words");
        }
    }

    #[test]
    fn the_remedy_of_a_failure_fits_into_a_line() {
        for kind in ALL.iter().filter(|it| it.level >= LogLevel::Warn) {
            assert!(kind.remedy.len() <= 256, "{}: the remedy has {} bytes", kind.id, kind.remedy.len());
            assert!(kind.next.len() <= 256, "{}: what comes next has {} bytes", kind.id, kind.next.len());
        }
    }

    #[test]
    fn explain_says_it_all() {
        let text = explain("store.full").unwrap();
        for part in ["store.full (ERROR)", STORE_FULL.meaning, STORE_FULL.causes[0], STORE_FULL.next, STORE_FULL.remedy]
        {
            assert!(text.contains(part), "{part:?} is missing in {text}");
        }
        assert_eq!(explain("store.ful"), None);
    }

    #[test]
    fn a_mistyped_id_finds_its_neighbour() {
        let cases = [
            ("sup.child.crash", Some("sup.child.crashed")),
            ("store.ful", Some("store.full")),
            ("update.quarantine", Some("update.quarantined")),
            ("breaker.opened", Some("breaker.open")),
            ("zzz", None),
            ("", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(nearest(typed), expected, "{typed:?}");
        }
    }
}
