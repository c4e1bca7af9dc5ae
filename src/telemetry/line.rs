//! One log line: an event of the catalogue with its fields, written in one piece.

use super::events::Kind;
use super::{log, text};
use crate::clock;
use crate::config::LogLevel;
use std::fmt::Display;

/// A line in the making. Nothing is formatted when the level is not shown.
#[must_use = "a line is written by `emit`"]
pub struct Line(Option<Box<Parts>>);

/// What a line says; every text is masked, escaped and limited already.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) kind: &'static Kind,
    pub(super) at_us: u64,
    pub(super) actor: String,
    pub(super) reason: String,
    pub(super) cause: Option<String>,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) counts: Vec<String>,
    pub(super) next: String,
    pub(super) act: String,
    /// How many like this were held back, and within how many seconds.
    pub(super) repeats: Option<(u64, u64)>,
}

impl Line {
    /// Begins a line about this event.
    pub fn new(kind: &'static Kind) -> Self {
        Self(log::is_shown(kind.level).then(|| Box::new(Parts::new(kind))))
    }

    /// Who it is about: the actor's path with its generation, `chats/02/-100123#7`.
    pub fn actor(self, path: impl Display) -> Self {
        self.with(|it| it.actor = text::clean(path))
    }

    /// The cause, in words. Repeats of the same event and cause are folded; numbers make no new cause.
    pub fn reason(self, reason: impl Display) -> Self {
        self.with(|it| it.reason = text::clean(reason))
    }

    /// What repeats of this event are told apart by, where the words of the reason vary.
    /// Without it, the reason counts.
    pub fn cause(self, cause: impl Display) -> Self {
        self.with(|it| it.cause = Some(text::clean(cause)))
    }

    /// One more fact, in the order given. Texts that are plain numbers or booleans are such in JSON, too.
    /// The short `u` is the update's id (`update_id` in JSON).
    pub fn field(self, name: &'static str, value: impl Display) -> Self {
        self.with(|it| it.fields.push((name, text::clean(value))))
    }

    /// What ties the lines of one matter together; people are shown it as "Ref".
    pub fn corr(self, corr: impl Display) -> Self {
        self.field("corr", corr)
    }

    /// The person it is about.
    pub fn user(self, id: i64) -> Self {
        self.field("user_id", id)
    }

    /// The group it is about.
    pub fn chat(self, id: i64) -> Self {
        self.field("group_id", id)
    }

    /// The channel it is about.
    pub fn channel(self, id: i64) -> Self {
        self.field("channel_id", id)
    }

    /// How far a limit is used up: `crash 2/3 of this update`.
    pub fn count(self, words: impl Display) -> Self {
        self.with(|it| it.counts.push(text::clean(words)))
    }

    /// What happens next by itself.
    pub fn next(self, what: impl Display) -> Self {
        self.with(|it| it.next = text::clean(what))
    }

    /// What the operator should do, a command where there is one.
    pub fn act(self, what: impl Display) -> Self {
        self.with(|it| it.act = text::clean(what))
    }

    /// Writes it. It never fails and never blocks for long.
    pub fn emit(self) {
        if let Some(parts) = self.finished() {
            log::take(parts);
        }
    }

    /// The line with what a warning must have.
    pub(super) fn finished(self) -> Option<Parts> {
        let mut parts = *self.0?;
        if parts.kind.level >= LogLevel::Warn {
            parts.fill_in();
        }
        Some(parts)
    }

    fn with(mut self, set: impl FnOnce(&mut Parts)) -> Self {
        if let Some(parts) = &mut self.0 {
            set(parts);
        }
        self
    }

    /// A line of a level that is off.
    #[cfg(test)]
    pub(super) fn off() -> Self {
        Self(None)
    }

    /// A line that is shown at any level.
    #[cfg(test)]
    pub(super) fn always(kind: &'static Kind) -> Self {
        Self(Some(Box::new(Parts::new(kind))))
    }
}

impl Parts {
    fn new(kind: &'static Kind) -> Self {
        Self {
            kind,
            at_us: clock::now_us(),
            actor: String::new(),
            reason: String::new(),
            cause: None,
            fields: Vec::new(),
            counts: Vec::new(),
            next: String::new(),
            act: String::new(),
            repeats: None,
        }
    }

    /// Every warning says what happens next and what to do.
    fn fill_in(&mut self) {
        if self.next.is_empty() {
            self.next = self.kind.next.to_owned();
        }
        if self.act.is_empty() {
            self.act = self.kind.remedy.to_owned();
        }
    }
}
