//! Why a provider gave no answer, told apart by what may be done about it.

use crate::domain::ai::Usage;
use crate::domain::ai::route::{Never, Verdict};
use crate::domain::limits::TripReason;
use thiserror::Error;

/// A call that brought no answer. Its words name what was tried, and never a key, a text of a person, or what the
/// other side wrote beyond one short code.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Failure {
    /// Too many requests, or the provider is overloaded.
    #[error("{tried}: it asks for patience{}", said(*.retry_after_ms))]
    Flood {
        /// What was tried.
        tried: Box<Tried>,
        /// No call before so many ms are over, when the provider said how long.
        retry_after_ms: Option<u64>,
    },
    /// Our own limit: so many calls to this provider are in flight already. Nothing was sent.
    #[error("{tried}: {limit} calls are in flight already (ai.limits.in_flight)")]
    Full {
        /// What was tried.
        tried: Box<Tried>,
        /// The limit.
        limit: usize,
    },
    /// It cannot be reached, stays silent, is broken, or went away in the middle of its answer.
    #[error("{tried}: {why}{}", said(*.retry_after_ms))]
    Down {
        /// What was tried.
        tried: Box<Tried>,
        /// What the breaker hears.
        reason: TripReason,
        /// In words.
        why: String,
        /// No call before so many ms are over, when the provider said so.
        retry_after_ms: Option<u64>,
    },
    /// The key is refused.
    #[error("{tried}: the key is refused ({why}); correct ai.providers.{}.key", .tried.provider)]
    Key {
        /// What was tried.
        tried: Box<Tried>,
        /// Status and code.
        why: String,
    },
    /// The account has no money left there.
    #[error("{tried}: the account is used up ({why}); see to it at the provider")]
    Spent {
        /// What was tried.
        tried: Box<Tried>,
        /// Status and code.
        why: String,
    },
    /// There is no such model, or nothing at all at this address.
    #[error("{tried}: no such model ({why}); correct ai.routes, or ai.providers.{}.base_url", .tried.provider)]
    Model {
        /// What was tried.
        tried: Box<Tried>,
        /// Status and code.
        why: String,
    },
    /// The question is longer than the model can take.
    #[error("{tried}: the question is too long for this model ({why})")]
    TooLong {
        /// What was tried.
        tried: Box<Tried>,
        /// Status and code.
        why: String,
    },
    /// It does not want to answer this question: against its rules, or in a form it does not take.
    #[error("{tried}: refused ({why})")]
    Refused {
        /// What was tried.
        tried: Box<Tried>,
        /// Status and code, or the reason it ended with.
        why: String,
    },
    /// It answered something that is not its protocol.
    #[error("{tried}: {why}")]
    Malformed {
        /// What was tried.
        tried: Box<Tried>,
        /// What is wrong, in our words.
        why: String,
    },
    /// This kind of provider cannot do that at all; [`super::Provider::can`] says so before.
    #[error("{tried}: this kind of provider cannot do that")]
    Cannot {
        /// What was tried.
        tried: Box<Tried>,
    },
}

/// What was tried, and how far it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// The provider's name in the configuration.
    pub provider: String,
    /// The model, if the call named one.
    pub model: String,
    /// What it was to do: `chat`, `embedding`, `check`.
    pub doing: &'static str,
    /// Words of the answer had come already, and people may have seen them.
    pub begun: bool,
    /// What it had used by then, as the provider counts, or estimated when it had not said. Zero when it surely used
    /// nothing.
    pub usage: Usage,
}

impl std::fmt::Display for Tried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { provider, model, doing, begun, .. } = self;
        let slash = if model.is_empty() { "" } else { "/" };
        let begun = if *begun { ", in the middle of its answer" } else { "" };
        write!(f, "{doing} with {provider}{slash}{model}{begun}")
    }
}

impl Failure {
    /// What was tried, and how far it came.
    #[must_use]
    pub fn tried(&self) -> &Tried {
        match self {
            Self::Flood { tried, .. }
            | Self::Full { tried, .. }
            | Self::Down { tried, .. }
            | Self::Key { tried, .. }
            | Self::Spent { tried, .. }
            | Self::Model { tried, .. }
            | Self::TooLong { tried, .. }
            | Self::Refused { tried, .. }
            | Self::Malformed { tried, .. }
            | Self::Cannot { tried } => tried,
        }
    }

    pub(super) fn tried_mut(&mut self) -> &mut Tried {
        match self {
            Self::Flood { tried, .. }
            | Self::Full { tried, .. }
            | Self::Down { tried, .. }
            | Self::Key { tried, .. }
            | Self::Spent { tried, .. }
            | Self::Model { tried, .. }
            | Self::TooLong { tried, .. }
            | Self::Refused { tried, .. }
            | Self::Malformed { tried, .. }
            | Self::Cannot { tried } => tried,
        }
    }

    /// What it means for the next question and for this one.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Flood { retry_after_ms, .. } => Verdict::Busy { for_ms: *retry_after_ms },
            Self::Full { .. } => Verdict::Busy { for_ms: None },
            Self::Down { reason, retry_after_ms, .. } => Verdict::Trip { reason: *reason, for_ms: *retry_after_ms },
            Self::Malformed { .. } => Verdict::Trip { reason: TripReason::Garbled, for_ms: None },
            Self::Key { .. } | Self::Spent { .. } => Verdict::Shut,
            Self::Model { .. } => Verdict::Absent,
            Self::TooLong { .. } | Self::Refused { .. } => Verdict::Never(Never::Refused),
            Self::Cannot { .. } => Verdict::Never(Never::Cannot),
        }
    }

    /// A fixed name for metrics and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Flood { .. } => "flood",
            Self::Full { .. } => "full",
            Self::Down { .. } => "down",
            Self::Key { .. } => "key",
            Self::Spent { .. } => "spent",
            Self::Model { .. } => "model",
            Self::TooLong { .. } => "too_long",
            Self::Refused { .. } => "refused",
            Self::Malformed { .. } => "malformed",
            Self::Cannot { .. } => "cannot",
        }
    }
}

fn said(retry_after_ms: Option<u64>) -> String {
    retry_after_ms.map_or_else(String::new, |ms| format!(", for {ms} ms"))
}
