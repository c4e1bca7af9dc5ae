//! From a file and the environment to settings, or to a list of everything that is wrong.

use super::env::{self, Environment};
use super::error::{ConfigError, Place, Problem};
use super::file::File;
use super::nearest::nearest;
use super::schema::{self, Expected};
use super::{Settings, Wrong};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The file that is read when none is named, if the working directory has it.
const USUAL_FILE: &str = "config.toml";

/// Settings, with where they came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// What holds.
    pub settings: Settings,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    /// Where each key came from that was set; all others are defaults.
    pub origins: BTreeMap<String, Origin>,
    /// The folder for short-lived files of this user (`XDG_RUNTIME_DIR`).
    pub runtime_dir: Option<PathBuf>,
}

/// Who said a setting.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The file, in this line.
    File(usize),
    /// This variable.
    Environment(String),
}

/// Settings from the named file (else from `config.toml` in the working directory, if there is one) and from
/// this process's environment, which wins.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn from_environment(path: Option<&Path>) -> Result<Loaded, ConfigError> {
    load(path, env::variables())
}

/// The same from a given environment.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn load(path: Option<&Path>, env: impl IntoIterator<Item = (String, String)>) -> Result<Loaded, ConfigError> {
    let usual = Path::new(USUAL_FILE);
    let file = match path.or_else(|| usual.exists().then_some(usual)) {
        Some(path) => Some(File::read(path)?),
        None => None,
    };
    Reading { file, env: Environment::read(env), ..Reading::default() }.finish()
}

/// A configuration while it is put together.
#[derive(Default)]
struct Reading {
    file: Option<File>,
    env: Environment,
    /// The values that hold so far.
    values: BTreeMap<String, Value>,
    origins: BTreeMap<String, Origin>,
    problems: Vec<Problem>,
}

impl Reading {
    fn finish(mut self) -> Result<Loaded, ConfigError> {
        self.take_file();
        self.take_environment();
        let mut tree = Table::new();
        for (key, value) in &self.values {
            schema::insert(&mut tree, key, value.clone());
        }
        let settings = Settings::deserialize(Value::Table(tree)).unwrap_or_default();
        self.judge(&settings);
        if !self.problems.is_empty() {
            return Err(ConfigError { problems: self.problems });
        }
        let file = self.file.map(|it| it.path().to_owned());
        Ok(Loaded { settings, file, origins: self.origins, runtime_dir: self.env.runtime_dir })
    }

    fn take_file(&mut self) {
        let Some(file) = &mut self.file else { return };
        self.problems.append(&mut file.problems);
        for (key, value) in std::mem::take(&mut file.leaves) {
            let origin = Origin::File(file.line_of(&key).unwrap_or_default());
            let place = file.place_of(&key, schema::is_secret(&key)).unwrap_or(Place::Default);
            match schema::try_value(&key, &value) {
                Ok(()) => {
                    self.origins.insert(key.clone(), origin);
                    self.values.insert(key, value);
                }
                Err(expected) => self.problems.push(wrong_type(&key, &value, &expected, place)),
            }
        }
        self.problems.sort_by_key(|it| match it.place {
            Place::File { line, column, .. } => (line, column),
            _ => (0, 0),
        });
    }

    fn take_environment(&mut self) {
        self.problems.append(&mut self.env.problems);
        for (key, name, value) in std::mem::take(&mut self.env.leaves) {
            match schema::try_value(&key, &value) {
                Ok(()) => {
                    self.origins.insert(key.clone(), Origin::Environment(name));
                    self.values.insert(key, value);
                }
                Err(expected) => {
                    self.problems.push(wrong_type(&key, &value, &expected, Place::Environment(name)));
                }
            }
        }
    }

    /// Adds what the values themselves have wrong, unless their key is in the list already.
    fn judge(&mut self, settings: &Settings) {
        let told: BTreeSet<String> = self.problems.iter().map(|it| it.key.clone()).collect();
        for wrong in settings.validate() {
            if !told.contains(&wrong.key) {
                self.problems.push(self.unfit(wrong));
            }
        }
    }

    fn unfit(&self, Wrong { key, unfit }: Wrong) -> Problem {
        let hidden = unfit.hidden || schema::is_secret(&key);
        let place = match self.origins.get(&key) {
            Some(Origin::Environment(name)) => Place::Environment(name.clone()),
            Some(Origin::File(_)) => {
                self.file.as_ref().and_then(|it| it.place_of(&key, hidden)).unwrap_or(Place::Default)
            }
            None => Place::Default,
        };
        let value = self.values.get(&key).or_else(|| schema::default_of(&key));
        let text = format!("expected {}{}", unfit.expected, found(value, hidden));
        Problem { key, place, text, nearest: None }
    }
}

fn wrong_type(key: &str, value: &Value, expected: &Expected, place: Place) -> Problem {
    let text = format!("expected {}{}", expected.words, found(Some(value), schema::is_secret(key)));
    let choices = expected.choices.iter().map(String::as_str);
    let near = value.as_str().and_then(|it| nearest(&it.to_lowercase(), choices)).map(String::from);
    Problem { key: key.into(), place, text, nearest: near }
}

/// The end of the sentence: what was there instead.
fn found(value: Option<&Value>, hidden: bool) -> String {
    match value {
        Some(value) if !hidden => {
            let text = value.to_string();
            let short: String = text.chars().take(60).map(|it| if it.is_control() { ' ' } else { it }).collect();
            format!(", found {short}{}", if short.len() < text.len() { "…" } else { "" })
        }
        _ => String::new(),
    }
}
