//! The words of one paragraph, heading or cell while they are gathered, each with its style.

use super::page::Style;

/// Words in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Never empty.
    pub(super) text: String,
    pub(super) style: Style,
}

/// Runs in the order of reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) runs: Vec<Run>,
    /// The newest run is complete: what follows begins another one.
    is_sealed: bool,
}

impl Leaf {
    pub(super) fn push(&mut self, text: &str, style: Style) {
        match self.runs.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.style == style && !self.is_sealed => last.text.push_str(text),
            _ => {
                self.is_sealed = false;
                self.runs.push(Run { text: text.to_owned(), style });
            }
        }
    }

    /// What follows begins a run of its own.
    pub(super) fn seal(&mut self) {
        self.is_sealed = true;
    }

    /// What stands there since that run, without styles.
    pub(super) fn plain(&self, since: usize) -> String {
        self.runs[since.min(self.runs.len())..].iter().map(|it| it.text.as_str()).collect()
    }
}
