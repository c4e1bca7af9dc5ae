//! The tree as data: what a supervisor starts, in which order, and what it does when a child ends.

use super::backoff::Backoff;
use super::intensity::Intensity;
use crate::protocol::slot::Slots;
use ractor::ActorCell;
use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A boxed future.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// Starts a child, linked to the parent it is given. An error is the reason in words.
pub type Start = Arc<dyn Fn(Started) -> BoxFuture<Result<ActorCell, String>> + Send + Sync>;

/// Which ends of a child call for a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Every end.
    Permanent,
    /// Only a crash or a kill.
    Transient,
    /// None; the child is forgotten when it ends.
    Temporary,
}

/// Who else is restarted when one child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Nobody.
    OneForOne,
    /// Everybody.
    OneForAll,
    /// Those that were started after it.
    RestForOne,
}

/// How a child is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Asked, and killed when it has not ended within this time.
    Within(Duration),
    /// Killed at once.
    Kill,
}

/// What a supervisor does when restarts do not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnGiveUp {
    /// It stops its children and ends itself as failed, so that its own supervisor decides.
    Escalate,
    /// It leaves the child alone for so many milliseconds, and then tries again.
    Park {
        /// How long.
        ms: u64,
    },
}

/// What a child is started with.
#[derive(Clone)]
pub struct Started {
    /// Its supervisor, to be linked with.
    pub parent: ActorCell,
    /// 1 for the first start, then one more each time.
    pub generation: u64,
    /// Its path, `upstreams/telegram/outbox`.
    pub path: String,
    /// Where it may enter what it is doing.
    pub slots: Slots,
}

/// One child.
#[derive(Clone)]
pub struct ChildSpec {
    /// Unique among its siblings; the last part of its path.
    pub id: String,
    /// When it is restarted.
    pub restart: Restart,
    /// How it is stopped.
    pub stop: Stop,
    /// How long its start may take.
    pub start_within: Duration,
    /// Whether it supervises others.
    pub is_supervisor: bool,
    /// How it is started.
    pub start: Start,
}

/// One supervisor.
#[derive(Clone)]
pub struct SupervisorSpec {
    /// Unique among its siblings; empty for the root, whose children's paths begin with their own ids.
    pub id: String,
    /// Who else is restarted when one child is.
    pub strategy: Strategy,
    /// How many restarts, in which time, are too many. Counted per child when children of `one_for_one`
    /// are parked, otherwise for the supervisor as a whole.
    pub intensity: Intensity,
    /// How long a restart waits.
    pub backoff: Backoff,
    /// What happens after that.
    pub on_give_up: OnGiveUp,
    /// Started in this order, stopped in reverse.
    pub children: Vec<ChildSpec>,
}

/// Why a spec is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// Two children would have one path.
    #[error("supervisor `{parent}` has two children called `{id}`: give each its own id")]
    Duplicate {
        /// The supervisor.
        parent: String,
        /// The id used twice.
        id: String,
    },
    /// An id that cannot be a part of a path.
    #[error("a child of supervisor `{parent}` is called `{id}`: an id is 1 to 64 characters without `/` and `#`")]
    BadId {
        /// The supervisor.
        parent: String,
        /// The id.
        id: String,
    },
}

impl ChildSpec {
    /// A permanent worker with 5 s to stop and 30 s to start.
    pub fn worker<F, Fut>(id: impl Into<String>, start: F) -> Self
    where
        F: Fn(Started) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<ActorCell, String>> + Send + 'static,
    {
        Self {
            id: id.into(),
            restart: Restart::Permanent,
            stop: Stop::Within(Duration::from_secs(5)),
            start_within: Duration::from_secs(30),
            is_supervisor: false,
            start: Arc::new(move |it| Box::pin(start(it))),
        }
    }

    /// The same child with another restart kind.
    #[must_use]
    pub fn restart(self, restart: Restart) -> Self {
        Self { restart, ..self }
    }

    /// The same child, stopped in another way.
    #[must_use]
    pub fn stop(self, stop: Stop) -> Self {
        Self { stop, ..self }
    }

    /// The same child with another deadline for its start.
    #[must_use]
    pub fn start_within(self, start_within: Duration) -> Self {
        Self { start_within, ..self }
    }
}

impl SupervisorSpec {
    /// Refuses what cannot be supervised.
    ///
    /// # Errors
    /// See [`SpecError`].
    pub fn validate(&self) -> Result<(), SpecError> {
        let mut seen = HashSet::new();
        for child in &self.children {
            validate_id(&self.id, &child.id)?;
            if !seen.insert(child.id.as_str()) {
                return Err(SpecError::Duplicate { parent: self.id.clone(), id: child.id.clone() });
            }
        }
        Ok(())
    }
}

/// Refuses an id that cannot be a part of a path.
///
/// # Errors
/// [`SpecError::BadId`].
pub fn validate_id(parent: &str, id: &str) -> Result<(), SpecError> {
    let bad = id.is_empty() || id.chars().count() > 64 || id.contains(['/', '#']) || id.chars().any(char::is_control);
    if bad {
        return Err(SpecError::BadId { parent: parent.to_owned(), id: id.escape_debug().to_string() });
    }
    Ok(())
}

/// A child's path under its parent's.
#[must_use]
pub fn join(parent: &str, id: &str) -> String {
    if parent.is_empty() { id.to_owned() } else { format!("{parent}/{id}") }
}

impl fmt::Debug for ChildSpec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, restart, stop, .. } = self;
        write!(out, "ChildSpec({id}, {restart:?}, {stop:?})")
    }
}

impl fmt::Debug for SupervisorSpec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, strategy, children, .. } = self;
        write!(out, "SupervisorSpec({id}, {strategy:?}, {children:?})")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn spec(ids: &[&str]) -> SupervisorSpec {
        let child = |id: &&str| ChildSpec::worker(*id, |_| async { Err("never started".to_owned()) });
        SupervisorSpec {
            id: "house".into(),
            strategy: Strategy::OneForOne,
            intensity: Intensity { max: 1, period_ms: 1000 },
            backoff: Backoff::default(),
            on_give_up: OnGiveUp::Escalate,
            children: ids.iter().map(child).collect(),
        }
    }

    #[test]
    fn different_ids_are_accepted() {
        assert_eq!(spec(&["a", "b"]).validate(), Ok(()));
        assert_eq!(spec(&[]).validate(), Ok(()));
    }

    #[test]
    fn a_duplicate_id_is_refused_in_words() {
        let refused = spec(&["a", "b", "a"]).validate().unwrap_err().to_string();
        assert_eq!(refused, "supervisor `house` has two children called `a`: give each its own id");
    }

    #[test]
    fn an_id_that_cannot_be_in_a_path_is_refused() {
        for id in ["", "a/b", "a#1", "a\nb", &"x".repeat(65)] {
            assert!(matches!(spec(&[id]).validate(), Err(SpecError::BadId { .. })), "{id:?}");
        }
    }

    #[test]
    fn paths_begin_below_the_root() {
        assert_eq!(join("", "store"), "store");
        assert_eq!(join("chats", "02"), "chats/02");
    }
}
