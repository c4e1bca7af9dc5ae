//! What a wrong configuration is answered with: where, what was expected, what was probably meant.

use std::fmt;
use std::path::PathBuf;

/// Everything that is wrong with the configuration. Nothing starts with it; the exit code is 78.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// All problems, those of the file first, in its order.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The key, with dots; empty where no key can be named.
    pub key: String,
    /// Where it was said.
    pub place: Place,
    /// What is wrong and what was expected.
    pub text: String,
    /// What was probably meant.
    pub nearest: Option<String>,
}

/// Where a setting was said.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the file.
    File {
        /// Which.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// The line itself, secrets blanked.
        excerpt: String,
        /// How many characters the caret underlines.
        width: usize,
    },
    /// The file as a whole.
    WholeFile(PathBuf),
    /// In a variable of this name.
    Environment(String),
    /// Nowhere: it is the default, or not set.
    Default,
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}\n")?;
        }
        let what = match self.problems.len() {
            1 => "1 problem".to_owned(),
            many => format!("{many} problems"),
        };
        write!(f, "{what} in the configuration. Correct this, then: majordomo config check")
    }
}

impl Problem {
    /// All of it in one line, without the excerpt of the file.
    #[must_use]
    pub fn line(&self) -> String {
        Sentence(self).to_string()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Sentence(self))?;
        self.place.draw(f)
    }
}

/// Where, what, and what was probably meant.
struct Sentence<'a>(&'a Problem);

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(problem) = self;
        match &problem.place {
            Place::File { file, line, column, .. } => write!(f, "{}:{line}:{column}: ", file.display())?,
            Place::WholeFile(file) => write!(f, "{}: ", file.display())?,
            Place::Environment(name) => write!(f, "environment variable {name}: ")?,
            Place::Default => {}
        }
        if !problem.key.is_empty() {
            write!(f, "{}: ", problem.key)?;
        }
        write!(f, "{}", problem.text)?;
        match &problem.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl Place {
    /// The line with a caret under the spot.
    fn draw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::File { line, column, excerpt, width, .. } = self else { return Ok(()) };
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let indent: String = excerpt.chars().take(column - 1).map(|it| if it == '\t' { '\t' } else { ' ' }).collect();
        write!(f, "\n {margin} |\n {number} | {excerpt}\n {margin} | {indent}{}", "^".repeat((*width).max(1)))
    }
}
