//! One log line: an event of the catalogue with its fields, written in one piece.

use super::events::Kind;
use std::fmt::Display;

/// A line in the making. Nothing is formatted when the level is not shown.
pub struct Line {
    kind: &'static Kind,
    text: String,
}

impl Line {
    /// Begins a line about this event.
    #[must_use]
    pub fn new(kind: &'static Kind) -> Self {
        Self { kind, text: String::new() }
    }

    /// Who it is about: the actor's path with its generation, `chats/02/-100123#7`.
    #[must_use]
    pub fn actor(self, path: impl Display) -> Self {
        self.field("actor", path)
    }

    /// The cause, in words.
    #[must_use]
    pub fn reason(self, reason: impl Display) -> Self {
        self.field("reason", reason)
    }

    /// One more fact, in the order given.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Display) -> Self {
        self.text.push_str(&format!(" {name}={value}"));
        self
    }

    /// What happens next by itself.
    #[must_use]
    pub fn next(self, what: impl Display) -> Self {
        self.field("next", what)
    }

    /// What the operator should do, a command where there is one.
    #[must_use]
    pub fn act(self, what: impl Display) -> Self {
        self.field("do", what)
    }

    /// Writes it.
    pub fn emit(self) {
        eprintln!("{}{}", self.kind.id, self.text);
    }
}
