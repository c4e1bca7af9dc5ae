//! The environment as a source of settings.

#![expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]

use super::error::{Place, Problem};
use super::nearest::nearest;
use super::schema::{self, PREFIX};
use std::path::PathBuf;
use toml::Value;

/// What of the environment matters to us.
#[derive(Default)]
pub(super) struct Environment {
    /// The values of known keys, with the names of their variables.
    pub leaves: Vec<(String, String, Value)>,
    /// Variables that begin like ours and are none.
    pub problems: Vec<Problem>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
}

/// Whether the environment asks for no colours (`NO_COLOR`, or a terminal that has none).
#[must_use]
pub fn no_color() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty());
    set("NO_COLOR").is_some() || set("TERM").is_some_and(|it| it == "dumb")
}

/// All variables. What is no UTF-8 comes with replacement characters and is refused later, if it is ours.
pub(super) fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into(), value.to_string_lossy().into()))
}

impl Environment {
    /// Picks our variables out of all.
    pub fn read(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut ours: Vec<_> = variables.into_iter().filter(|(name, _)| is_ours(name)).collect();
        ours.sort();
        let mut found = Self::default();
        for (name, value) in ours {
            match schema::key_of(&name) {
                _ if name == RUNTIME_DIR => {
                    found.runtime_dir = Some(value.into()).filter(|it: &PathBuf| it.is_absolute());
                }
                _ if value.contains('\u{fffd}') => found.problems.push(not_text(&name)),
                Some(key) => {
                    let value = value_for(&key, &value);
                    found.leaves.push((key, name, value));
                }
                None => found.problems.push(unknown(&name)),
            }
        }
        found
    }
}

const RUNTIME_DIR: &str = "XDG_RUNTIME_DIR";

fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX) || name == RUNTIME_DIR
}

/// Reads the text in the way the key's default suggests; what does not fit stays text and is refused later.
fn value_for(key: &str, text: &str) -> Value {
    let plain = text.trim();
    let read = match schema::default_of(key) {
        Some(Value::Integer(_)) => plain.parse().ok().map(Value::Integer),
        Some(Value::Float(_)) => plain.parse().ok().map(Value::Float),
        Some(Value::Boolean(_)) => plain.parse().ok().map(Value::Boolean),
        Some(Value::Array(_)) => Some(list(key, plain)),
        _ => None,
    };
    read.unwrap_or_else(|| Value::String(text.into()))
}

/// Parts between commas, as numbers where the key takes numbers.
fn list(key: &str, text: &str) -> Value {
    let parts = || text.split(',').map(str::trim).filter(|it| !it.is_empty());
    let texts = Value::Array(parts().map(|it| Value::String(it.into())).collect());
    if schema::try_value(key, &texts).is_ok() {
        return texts;
    }
    let number = |it: &str| it.parse().map_or_else(|_| Value::String(it.into()), Value::Integer);
    Value::Array(parts().map(number).collect())
}

fn unknown(name: &str) -> Problem {
    let names: Vec<String> = schema::keys().iter().map(|it| schema::env_name(it)).collect();
    let near = nearest(name, names.iter().map(String::as_str)).map(String::from);
    let text = "there is no such setting (the name is MAJORDOMO_ and the key in capitals, with `__` for each dot)";
    Problem { key: String::new(), place: Place::Environment(name.into()), text: text.into(), nearest: near }
}

fn not_text(name: &str) -> Problem {
    let text = "expected UTF-8 text".into();
    Problem { key: String::new(), place: Place::Environment(name.into()), text, nearest: None }
}
