//! How an actor ended, told from what ractor reports.

use ractor::{ActorCell, ActorId, SupervisionEvent};
use std::fmt;

/// The word with which a supervisor stops a child.
pub const SHUTDOWN: &str = "shutdown";

/// How an actor ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It had nothing more to do: stopped without a word, or with `normal`.
    Normal,
    /// It was asked to end, or drained, or ended itself with a word of its own. Deliberate, so no crash.
    Shutdown(String),
    /// It was killed, or its task was cancelled.
    Killed(String),
    /// It panicked or returned an error.
    Failed(String),
    /// It is a supervisor that gave up. The words are its first cause.
    GaveUp(String),
}

/// The error with which a supervisor ends when it gives up, so that its own supervisor knows.
#[derive(Debug, thiserror::Error)]
#[error("gave up: {0}")]
pub struct GaveUp(pub String);

impl Exit {
    /// Reads an event about an actor's end; other events are none.
    #[must_use]
    pub fn of(event: &SupervisionEvent) -> Option<(ActorId, Self)> {
        match event {
            SupervisionEvent::ActorFailed(who, error) => Some((id(who), Self::of_error(error.as_ref()))),
            SupervisionEvent::ActorTerminated(who, _state, word) => Some((id(who), Self::of_word(word.as_deref()))),
            SupervisionEvent::ActorStarted(_) | SupervisionEvent::ProcessGroupChanged(_) => None,
        }
    }

    /// Whether a transient child is restarted after it.
    #[must_use]
    pub fn is_abnormal(&self) -> bool {
        match self {
            Self::Normal | Self::Shutdown(_) => false,
            Self::Killed(_) | Self::Failed(_) | Self::GaveUp(_) => true,
        }
    }

    /// One of a closed set of words, for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Shutdown(_) => "shutdown",
            Self::Killed(_) => "killed",
            Self::Failed(_) => "failed",
            Self::GaveUp(_) => "gave_up",
        }
    }

    fn of_error(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Self {
        match error.downcast_ref::<GaveUp>() {
            Some(GaveUp(cause)) => Self::GaveUp(cause.clone()),
            None => Self::Failed(error.to_string()),
        }
    }

    fn of_word(word: Option<&str>) -> Self {
        match word {
            None | Some("normal") => Self::Normal,
            Some("killed") => Self::Killed("killed".into()),
            Some("actor_task_cancelled") => Self::Killed("its task was cancelled".into()),
            Some(word) => Self::Shutdown(word.to_owned()),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal => out.write_str("normal"),
            Self::Shutdown(word) | Self::Killed(word) | Self::Failed(word) => out.write_str(word),
            Self::GaveUp(cause) => write!(out, "gave up: {cause}"),
        }
    }
}

fn id(who: &ActorCell) -> ActorId {
    who.get_id()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_otp_would() {
        let table: &[(Option<&str>, Exit, bool)] = &[
            (None, Exit::Normal, false),
            (Some("normal"), Exit::Normal, false),
            (Some("shutdown"), Exit::Shutdown("shutdown".into()), false),
            (Some("Drained"), Exit::Shutdown("Drained".into()), false),
            (Some("idle"), Exit::Shutdown("idle".into()), false),
            (Some("killed"), Exit::Killed("killed".into()), true),
            (Some("actor_task_cancelled"), Exit::Killed("its task was cancelled".into()), true),
        ];
        for (word, exit, abnormal) in table {
            assert_eq!(&Exit::of_word(*word), exit);
            assert_eq!(exit.is_abnormal(), *abnormal, "{word:?}");
        }
    }

    #[test]
    fn a_supervisor_that_gave_up_is_told_from_other_failures() {
        let gave_up: Box<dyn std::error::Error + Send + Sync> = Box::new(GaveUp("no disk".into()));
        assert_eq!(Exit::of_error(gave_up.as_ref()), Exit::GaveUp("no disk".into()));
        let other: Box<dyn std::error::Error + Send + Sync> = "no disk".into();
        assert_eq!(Exit::of_error(other.as_ref()), Exit::Failed("no disk".into()));
    }
}
