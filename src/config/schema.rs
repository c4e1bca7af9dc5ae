//! The keys there are, read from the defaults, with what each may hold.

use super::{AiProvider, Settings};
use crate::domain::settings::{ANY, is_name};
use serde::Deserialize;
use std::sync::LazyLock;
use toml::{Table, Value};

/// What comes before every variable of ours.
pub(super) const PREFIX: &str = "MAJORDOMO_";

/// The defaults, with one entry named [`ANY`] where people give names.
static DEFAULTS: LazyLock<Table> = LazyLock::new(|| {
    let mut settings = Settings::default();
    settings.ai.providers.0.insert(ANY.into(), AiProvider::default());
    Table::try_from(settings).unwrap_or_default()
});
static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| all_keys().into_iter().filter(|it| !is_form(it)).collect());
static FORMS: LazyLock<Vec<String>> = LazyLock::new(|| all_keys().into_iter().filter(|it| is_form(it)).collect());

fn all_keys() -> Vec<String> {
    let mut keys = Vec::new();
    collect(&DEFAULTS, "", &mut keys);
    keys
}

fn is_form(key: &str) -> bool {
    key.split('.').any(|it| it == ANY)
}

/// The keys whose values are never shown: those that show a text as a mask.
static SECRETS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let is_secret = |key: &&String| matches!(default_of(key), Some(Value::String(_))) && masks(key);
    keys().iter().chain(forms()).filter(is_secret).map(String::as_str).collect()
});

/// Every key, with dots; a section's own keys stand together.
#[must_use]
pub fn keys() -> &'static [String] {
    &KEYS
}

/// The keys that exist once for each name that people give, with [`ANY`] in its place.
#[must_use]
pub(super) fn forms() -> &'static [String] {
    &FORMS
}

/// The form of a key that people have named.
fn form_of(key: &str) -> Option<&'static String> {
    forms().iter().find(|form| {
        let (before, after) = form.split_once(ANY).unwrap_or((form, ""));
        let name = key.strip_prefix(before).and_then(|it| it.strip_suffix(after));
        name.is_some_and(|it| !it.is_empty() && !it.contains('.'))
    })
}

/// Every key of these settings: with the names that were given.
#[must_use]
pub fn keys_of(settings: &Settings) -> Vec<String> {
    let mut keys = Vec::new();
    collect(&Table::try_from(settings).unwrap_or_default(), "", &mut keys);
    keys
}

/// The key that a variable of this name sets.
pub(super) fn key_of(variable: &str) -> Option<String> {
    let plain = keys().iter().find(|it| env_name(it) == variable).cloned();
    plain.or_else(|| {
        forms().iter().find_map(|form| {
            let name = env_name(form);
            let (before, after) = name.split_once(ANY)?;
            let given = variable.strip_prefix(before)?.strip_suffix(after)?.to_lowercase();
            is_name(&given).then(|| form.replacen(ANY, &given, 1))
        })
    })
}

/// Every key that may have been meant by one that does not exist: a name in it is taken as given.
pub(super) fn keys_near(key: &str) -> Vec<String> {
    let named = forms().iter().filter_map(|form| {
        let (before, _) = form.split_once(ANY)?;
        let given = key.strip_prefix(before)?.split('.').next()?;
        Some(form.replacen(ANY, given, 1))
    });
    keys().iter().cloned().chain(named).collect()
}

/// Whether there is a setting that a variable of this name sets.
#[must_use]
pub fn is_variable(name: &str) -> bool {
    key_of(name).is_some()
}

/// The environment variable that sets a key.
#[must_use]
pub fn env_name(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// The defaults as a tree.
pub(super) fn defaults() -> &'static Table {
    &DEFAULTS
}

/// The default of a key.
pub(super) fn default_of(key: &str) -> Option<&'static Value> {
    find(&DEFAULTS, key).or_else(|| find(&DEFAULTS, form_of(key)?))
}

/// What stands under a dotted key.
fn find<'a>(tree: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => tree.get(key),
        Some((head, tail)) => find(tree.get(head)?.as_table()?, tail),
    }
}

/// Whether the value of this key is never shown.
pub(super) fn is_secret(key: &str) -> bool {
    SECRETS.contains(&form_of(key).map_or(key, String::as_str))
}

/// Whether a text under this key is shown as another.
fn masks(key: &str) -> bool {
    let text = Value::String("a text".into());
    let mut tree = Table::new();
    insert(&mut tree, key, text.clone());
    let settings = Settings::deserialize(Value::Table(tree)).unwrap_or_default();
    let shown = Table::try_from(&settings).unwrap_or_default();
    find(&shown, key).is_some_and(|it| *it != text && Some(it) != default_of(key))
}

/// Puts a value under a dotted key.
pub(super) fn insert(tree: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            tree.insert(key.into(), value);
        }
        Some((head, tail)) => {
            let section = tree.entry(head).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                insert(section, tail, value);
            }
        }
    }
}

/// Tries one value alone under its key; the error says what was expected.
pub(super) fn try_value(key: &str, value: &Value) -> Result<(), Expected> {
    let mut tree = Table::new();
    insert(&mut tree, key, value.clone());
    match Settings::deserialize(Value::Table(tree)) {
        Ok(_) => Ok(()),
        Err(error) => Err(expected(key, error.message())),
    }
}

/// What a key takes.
pub(super) struct Expected {
    /// In words.
    pub words: String,
    /// The words of which it takes one.
    pub choices: Vec<String>,
}

fn expected(key: &str, message: &str) -> Expected {
    let wanted = message.rsplit_once("expected ").map_or("", |(_, it)| it);
    if message.starts_with("unknown variant") {
        let choices: Vec<String> = wanted.split('`').skip(1).step_by(2).map(String::from).collect();
        return Expected { words: format!("one of {}", choices.join(", ")), choices };
    }
    let list = if matches!(default_of(key), Some(Value::Array(_))) { "a list, each " } else { "" };
    let words = match wanted.trim_end() {
        "a sequence" => "a list in brackets, like [1, 2]".into(),
        it if it.starts_with('u') => format!("{list}a whole number, not negative and not too large"),
        it if it.starts_with('i') => format!("{list}a whole number"),
        it if it.starts_with('f') => format!("{list}a number"),
        "a boolean" => "true or false".into(),
        it if it.contains("string") => format!("{list}a text in quotes"),
        "" => message.lines().next().unwrap_or_default().to_owned(),
        it => format!("{list}{it}"),
    };
    Expected { words, choices: Vec::new() }
}

/// A section's own keys come before those of the sections in it, as in a file.
fn collect(tree: &Table, prefix: &str, keys: &mut Vec<String>) {
    keys.extend(tree.iter().filter(|(_, value)| !value.is_table()).map(|(name, _)| format!("{prefix}{name}")));
    for (name, value) in tree {
        if let Value::Table(section) = value {
            collect(section, &format!("{prefix}{name}."), keys);
        }
    }
}
