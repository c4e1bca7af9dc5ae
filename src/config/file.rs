//! The configuration file: its text, and where in it each key stands.

use super::error::{ConfigError, Place, Problem};
use super::nearest::nearest_key;
use super::schema;
use crate::domain::settings::ANY;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// A file that could be read and parsed.
pub(super) struct File {
    path: PathBuf,
    text: String,
    /// The values under known keys, in the order of the file.
    pub leaves: Vec<(String, Value)>,
    /// Where each known key and its value stand.
    spans: HashMap<String, Range<usize>>,
    /// What is wrong with the keys.
    pub problems: Vec<Problem>,
}

impl File {
    /// Reads and parses; keys that do not exist are collected, not fatal.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let whole = |text: String| ConfigError {
            problems: vec![Problem { key: String::new(), place: Place::WholeFile(path.into()), text, nearest: None }],
        };
        let size = std::fs::metadata(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
        if !size.is_file() || size.len() > LARGEST {
            return Err(whole(format!("is no configuration: expected a text file of at most {LARGEST} bytes")));
        }
        let bytes = std::fs::read(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
        let text = String::from_utf8(bytes)
            .map_err(|error| whole(format!("is not UTF-8 text (byte {})", error.utf8_error().valid_up_to())))?;
        Self::parse(path.into(), text)
    }

    fn parse(path: PathBuf, text: String) -> Result<Self, ConfigError> {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let mut file = Self { path, text, leaves: Vec::new(), spans: HashMap::new(), problems: Vec::new() };
        let text = file.text.clone();
        let (tree, errors) = DeTable::parse_recoverable(&text);
        if !errors.is_empty() {
            return Err(file.not_toml(&errors));
        }
        let values: Table = toml::from_str(&text).map_err(|error| file.not_toml(&[error]))?;
        file.walk(tree.get_ref(), &values, schema::defaults(), "");
        Ok(file)
    }

    /// Where the value of a key stands, if the file has it. A hidden value is blanked.
    pub fn place_of(&self, key: &str, hidden: bool) -> Option<Place> {
        let span = self.spans.get(key)?;
        Some(self.place(span.clone(), hidden))
    }

    /// The line of a key's value, from 1.
    pub fn line_of(&self, key: &str) -> Option<usize> {
        self.spans.get(key).map(|span| 1 + self.text[..span.start].matches('\n').count())
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn walk(&mut self, tree: &DeTable<'_>, values: &Table, known: &Table, prefix: &str) {
        let mut entries: Vec<_> = tree.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, node) in entries {
            let word: &str = name.get_ref();
            let key = format!("{prefix}{word}");
            let Some(value) = values.get(word) else { continue };
            match (known.get(word).or_else(|| known.get(ANY)), node.get_ref(), value) {
                (Some(Value::Table(known)), DeValue::Table(tree), Value::Table(values)) => {
                    self.walk(tree, values, known, &format!("{key}."));
                }
                (None, ..) => self.unknown(&key, name.span()),
                (Some(Value::Table(_)), ..) => self.no_section(&key, node),
                (Some(_), DeValue::Table(_), _) => self.no_value(&key, name.span()),
                (Some(_), ..) => {
                    self.spans.insert(key.clone(), node.span());
                    self.leaves.push((key, value.clone()));
                }
            }
        }
    }

    fn unknown(&mut self, key: &str, span: Range<usize>) {
        let keys = schema::keys_near(key);
        let near = nearest_key(key, &keys).or_else(|| nearest_section(key));
        self.problem(key, span, "there is no such key".into(), near.map(String::from));
    }

    fn no_section(&mut self, key: &str, node: &Spanned<DeValue<'_>>) {
        let text = format!("expected a section, [{key}], found {}", a(node.get_ref().type_str()));
        self.problem(key, node.span(), text, None);
    }

    fn no_value(&mut self, key: &str, span: Range<usize>) {
        self.problem(key, span, "expected a value, found a section".into(), None);
    }

    fn problem(&mut self, key: &str, span: Range<usize>, text: String, nearest: Option<String>) {
        let place = self.place(span, true);
        self.problems.push(Problem { key: escaped(key), place, text, nearest });
    }

    fn not_toml(&self, errors: &[toml::de::Error]) -> ConfigError {
        let problem = |error: &toml::de::Error| Problem {
            key: String::new(),
            place: error.span().map_or_else(|| Place::WholeFile(self.path.clone()), |it| self.place(it, false)),
            text: format!("this is not TOML: {}", blank_secrets(&one_line(error.message()))),
            nearest: None,
        };
        ConfigError { problems: errors.iter().take(10).map(problem).collect() }
    }

    fn place(&self, span: Range<usize>, hidden: bool) -> Place {
        let start = self.text.floor_char_boundary(span.start);
        let begin = self.text[..start].rfind('\n').map_or(0, |it| it + 1);
        let end = self.text[start..].find('\n').map_or(self.text.len(), |it| start + it);
        let line = self.text[begin..end].trim_end_matches('\r');
        let column = 1 + self.text[begin..start].chars().count();
        let width = self.text[start..self.text.floor_char_boundary(span.end).clamp(start, end)].chars().count();
        let excerpt = excerpt(line, hidden);
        let room = excerpt.chars().count().saturating_sub(column - 1);
        Place::File {
            file: self.path.clone(),
            line: 1 + self.text[..begin].matches('\n').count(),
            column,
            width: width.clamp(1, room.max(1)),
            excerpt,
        }
    }
}

/// A line as it may be shown: without what could be a secret, without control characters, cut at 160.
fn excerpt(line: &str, hidden: bool) -> String {
    let (name, value) = line.split_once('=').unwrap_or((line, ""));
    let name_of_secret = ["token", "secret", "password", "key"].iter().any(|it| name.to_lowercase().contains(it));
    let shown = if value.is_empty() {
        blank_secrets(line)
    } else if hidden || name_of_secret {
        format!("{name}= …")
    } else {
        format!("{name}={}", blank_secrets(value))
    };
    shown.chars().take(160).map(|it| if it.is_control() && it != '\t' { '\u{fffd}' } else { it }).collect()
}

/// Blanks every word that has the shape of a bot's token.
fn blank_secrets(text: &str) -> String {
    let inside = |it: char| it.is_ascii_alphanumeric() || matches!(it, ':' | '_' | '-');
    let mut shown = String::with_capacity(text.len());
    for word in text.split_inclusive(|it| !inside(it)) {
        let bare = word.trim_end_matches(|it| !inside(it));
        let long = bare.len() >= 20 && bare.contains(|it: char| it.is_ascii_digit());
        shown.push_str(if long { "…" } else { bare });
        shown.push_str(&word[bare.len()..]);
    }
    shown
}

fn nearest_section(key: &str) -> Option<&'static str> {
    let sections = schema::keys().iter().flat_map(|it| it.match_indices('.').map(|(at, _)| &it[..at]));
    super::nearest::nearest(key, sections)
}

fn one_line(message: &str) -> String {
    message.lines().map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ")
}

fn escaped(key: &str) -> String {
    key.chars().take(100).flat_map(char::escape_debug).collect()
}

fn a(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {noun}")
}
