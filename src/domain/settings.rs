//! The vocabulary of settings: a field, its default, its meaning and its limit, each said once and in one place.
//!
//! `settings!` makes of a list of fields the struct, its [`Default`], its reading from TOML, its checks, and its
//! part of the shipped `config.toml`:
//!
//! ```text
//! settings! {
//!     /// `[backup]`: when the house backs itself up.
//!     pub struct Backup {
//!         /// The hour of the day, in UTC, 0 to 23.      <- the comment in config.toml, without its backticks
//!         hour: u64 = 3, in 0..=23;                      <- type, default, limit
//!         /// Where backups are sent.
//!         url: String = String::new(), fits an_address;  <- a function says what is wrong with a value
//!         /// What is kept.
//!         keep: Keep;                                    <- a section of its own, `[backup.keep]`
//!     }
//! }
//! ```

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Deref;
use std::ops::RangeInclusive;

/// A section of the configuration. `settings!` implements it.
pub trait Section {
    /// Adds what the keys of this section and of those in it mean, in the order of the file.
    fn explain(at: &str, meanings: &mut Vec<Meaning>);

    /// Reports every value that is outside of its own limit.
    fn judge(&self, at: &str, check: &mut Check);
}

/// What a key means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// With dots.
    pub key: String,
    /// Line by line, in Markdown, each with the space it begins with.
    pub lines: &'static [&'static str],
}

/// Why a value cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What would work, as the end of a sentence that begins with "expected".
    pub expected: String,
    /// The value must not be shown: it holds a secret.
    pub hidden: bool,
}

impl<T: Into<String>> From<T> for Unfit {
    fn from(expected: T) -> Self {
        Self { expected: expected.into(), hidden: false }
    }
}

/// Collects what is wrong, so that everything can be told at once.
#[derive(Debug, Default)]
pub struct Check(Vec<Wrong>);

/// One value that cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Its key, with dots.
    pub key: String,
    /// What would work.
    pub unfit: Unfit,
}

impl Check {
    /// Reports a value, unless something is wrong with it already: the first word is the plainest.
    pub fn wrong(&mut self, key: &str, unfit: impl Into<Unfit>) {
        if self.0.iter().all(|it| it.key != key) {
            self.0.push(Wrong { key: key.to_owned(), unfit: unfit.into() });
        }
    }

    /// All that was found.
    #[must_use]
    pub fn done(self) -> Vec<Wrong> {
        self.0
    }
}

/// A whole number within bounds.
///
/// # Errors
/// It is outside.
pub fn within<T: PartialOrd + Display>(value: &T, bounds: &RangeInclusive<T>) -> Result<(), Unfit> {
    if bounds.contains(value) {
        return Ok(());
    }
    Err(format!("a whole number from {} to {}", bounds.start(), bounds.end()).into())
}

/// A rate: any number from 0, where 0 means no limit.
///
/// # Errors
/// It is negative, endless or no number.
pub fn a_rate(value: &f64) -> Result<(), Unfit> {
    if (0.0..=1e6).contains(value) { Ok(()) } else { Err("a number from 0 to 1000000 (0 = no limit)".into()) }
}

/// The key of a field in the section that stands there.
#[must_use]
pub fn key_of(at: &str, field: &str) -> String {
    if at.is_empty() { field.to_owned() } else { format!("{at}.{field}") }
}

/// What stands in a key for the names that people give.
pub const ANY: &str = "*";

/// Sections of one form, each under a name that people give: `[ai.providers.<name>]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Named<T>(pub BTreeMap<String, T>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Deref for Named<T> {
    type Target = BTreeMap<String, T>;

    fn deref(&self) -> &BTreeMap<String, T> {
        &self.0
    }
}

impl<T> FromIterator<(String, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl<T: Section> Section for Named<T> {
    fn explain(at: &str, meanings: &mut Vec<Meaning>) {
        T::explain(&key_of(at, ANY), meanings);
    }

    fn judge(&self, at: &str, check: &mut Check) {
        for (name, section) in &self.0 {
            let at = key_of(at, name);
            if !is_name(name) {
                check.wrong(&at, "a name of a-z, 0-9 and single `_` between them, as a variable can say it");
            }
            section.judge(&at, check);
        }
    }
}

/// Whether a section may be called so: names are part of the names of variables, where `__` stands for a dot.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
    plain && (1..=32).contains(&name.len()) && !name.starts_with('_') && !name.ends_with('_') && !name.contains("__")
}

/// Declares a section. Every field has its meaning above it; see the head of this file.
macro_rules! settings {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[doc = $line:literal])+ $field:ident: $type:ty $(= $default:expr $(, $how:ident $limit:expr)?)?;)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[doc = $line])+ pub $field: $type,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $crate::domain::settings::settings!(@default $($default)?),)+ }
            }
        }

        impl $crate::domain::settings::Section for $name {
            fn explain(at: &str, meanings: &mut Vec<$crate::domain::settings::Meaning>) {
                $(
                    let key = $crate::domain::settings::key_of(at, stringify!($field));
                    $crate::domain::settings::settings!(@explain key, meanings, [$($line)+], $type $(, $default)?);
                )+
            }

            fn judge(&self, at: &str, check: &mut $crate::domain::settings::Check) {
                $(
                    let key = $crate::domain::settings::key_of(at, stringify!($field));
                    let value = &self.$field;
                    $crate::domain::settings::settings!(@judge key, value, check $(, $default $(, $how $limit)?)?);
                )+
            }
        }
    };
    (@default $default:expr) => { $default };
    (@default) => { Default::default() };
    (@explain $key:ident, $meanings:ident, [$($line:literal)+], $type:ty, $default:expr) => {
        $meanings.push($crate::domain::settings::Meaning { key: $key, lines: &[$($line),+] });
    };
    (@explain $key:ident, $meanings:ident, [$($line:literal)+], $type:ty) => {
        <$type as $crate::domain::settings::Section>::explain(&$key, $meanings);
    };
    (@judge $key:ident, $value:ident, $check:ident, $default:expr, in $bounds:expr) => {
        if let Err(unfit) = $crate::domain::settings::within($value, &($bounds)) {
            $check.wrong(&$key, unfit);
        }
    };
    (@judge $key:ident, $value:ident, $check:ident, $default:expr, fits $limit:expr) => {
        if let Err(unfit) = $limit($value) {
            $check.wrong(&$key, unfit);
        }
    };
    (@judge $key:ident, $value:ident, $check:ident, $default:expr) => {
        let _ = (&$key, $value, &$check);
    };
    (@judge $key:ident, $value:ident, $check:ident) => {
        $crate::domain::settings::Section::judge($value, &$key, $check);
    };
}
pub(crate) use settings;
