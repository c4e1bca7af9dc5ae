//! Which model is asked next: a value that takes what is known and `now`, and names the next or says until when none
//! can be asked.
//!
//! Models are tried in their order. One that fails makes way at once for the next that has been tried less often; it
//! comes back after a wait that doubles. A pause that a provider has asked for, an open breaker and a spent budget are
//! waits of the provider: whoever waits is passed over, and nobody is asked before his wait is over.

use super::{Task, Why};
use crate::domain::limits::{Backoff, TripReason};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

#[cfg(test)]
mod tests;

/// The provider that is always there and needs no network, and its only model.
pub const OFFLINE: &str = "offline";

/// A model of a provider, written `provider/model`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Candidate {
    /// The provider's name in the configuration.
    pub provider: String,
    /// The model, as the provider calls it: it may have slashes of its own.
    pub model: String,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.model)
    }
}

/// This is not `provider/model`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCandidate;

impl FromStr for Candidate {
    type Err = NoCandidate;

    fn from_str(text: &str) -> Result<Self, NoCandidate> {
        let (provider, model) = text.trim().split_once('/').ok_or(NoCandidate)?;
        if provider.is_empty() || model.is_empty() || text.chars().any(char::is_control) {
            return Err(NoCandidate);
        }
        Ok(Self { provider: provider.into(), model: model.into() })
    }
}

/// For each task whom to ask, the preferred one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes(BTreeMap<Task, Vec<Candidate>>);

impl Routes {
    /// Says the order for a task.
    pub fn set(&mut self, task: Task, order: Vec<Candidate>) {
        self.0.insert(task, order);
    }

    /// The order for a task, as it was said.
    #[must_use]
    pub fn of(&self, task: Task) -> &[Candidate] {
        self.0.get(&task).map_or(&[], Vec::as_slice)
    }

    /// Whom one question goes to, in this order: what the person has chosen, what the task prefers, and for what is said
    /// to people a cheaper model before none. Nobody is in it twice.
    #[must_use]
    pub fn list(&self, task: Task, prefer: Option<&str>) -> Vec<Candidate> {
        let cheaper = match task {
            Task::Chat | Task::Vision => self.of(Task::Cheap),
            Task::Cheap | Task::Transcription | Task::Embedding | Task::Moderation => &[],
        };
        let first = prefer.and_then(|it| it.parse().ok());
        let mut list: Vec<Candidate> = Vec::new();
        for it in first.into_iter().chain(self.of(task).iter().cloned()).chain(cheaper.iter().cloned()) {
            if !list.contains(&it) {
                list.push(it);
            }
        }
        list
    }
}

/// What a failure means: for the provider, and for this question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The provider asks for patience. It is well: the breaker hears of an answer.
    Busy {
        /// For so long, when it said so, in ms.
        for_ms: Option<u64>,
    },
    /// The provider failed: the breaker hears of it.
    Trip {
        /// How.
        reason: TripReason,
        /// It asked to be left alone for so long, in ms.
        for_ms: Option<u64>,
    },
    /// The provider lets nobody in until somebody sees to its key or its bill.
    Shut,
    /// This model is not there.
    Absent,
    /// This question gets no answer there, however often it is asked.
    Never(Never),
}

/// Why a model is not asked this question again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Never {
    /// Against its rules, too long, or in a form it does not take.
    Refused,
    /// It cannot do this, is not there, or lets us in no more.
    Cannot,
}

/// Where a candidate stands at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// It can do what is asked.
    pub can: bool,
    /// It may be asked from this moment on, in monotonic ms; 0 = at any time.
    pub free_at: u64,
    /// What it waits for.
    pub why: Why,
}

impl Standing {
    /// It may be asked.
    pub const FREE: Self = Self { can: true, free_at: 0, why: Why::Down };

    /// It waits for the last of these: pauses, the breaker, the budget, each with its end in monotonic ms.
    #[must_use]
    pub fn waiting(waits: impl IntoIterator<Item = (u64, Why)>) -> Self {
        let last = waits.into_iter().max_by_key(|it| it.0);
        last.map_or(Self::FREE, |(free_at, why)| Self { can: true, free_at, why })
    }
}

/// How often and how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Calls for one question, at most: each may be paid for.
    pub calls: u32,
    /// Between two calls of one question to one model.
    pub backoff: Backoff,
}

/// What is known of one question's way so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    steps: Vec<Step>,
    calls: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    who: Candidate,
    calls: u32,
    free_at: u64,
    why: Why,
    never: Option<Never>,
}

/// What to do with a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Ask this one.
    Ask(Candidate),
    /// Nobody may be asked now; look again at this moment.
    Later {
        /// Monotonic ms.
        at: u64,
        /// What the first to come back waits for.
        why: Why,
    },
    /// There will be no answer.
    Over(Why),
}

impl Trail {
    /// Takes note of a call that brought no answer. `random` chooses the wait before the same model is asked again.
    pub fn failed(&mut self, who: &Candidate, verdict: Verdict, patience: Patience, now: u64, random: u64) {
        self.calls = self.calls.saturating_add(1);
        let step = self.step(who);
        let wait_ms = patience.backoff.wait_ms(step.calls, random);
        step.calls = step.calls.saturating_add(1);
        let asked_ms = match verdict {
            Verdict::Busy { for_ms } | Verdict::Trip { for_ms, .. } => for_ms.unwrap_or(0),
            Verdict::Shut | Verdict::Absent | Verdict::Never(_) => 0,
        };
        step.free_at = now.saturating_add(wait_ms.max(asked_ms));
        match verdict {
            Verdict::Busy { .. } => step.why = Why::Busy,
            Verdict::Trip { .. } => step.why = Why::Down,
            Verdict::Shut | Verdict::Absent => step.never = Some(Never::Cannot),
            Verdict::Never(never) => step.never = Some(never),
        }
    }

    /// How many calls were made for this question.
    #[must_use]
    pub const fn calls(&self) -> u32 {
        self.calls
    }

    /// The next step of a question.
    #[must_use]
    pub fn next(
        &self,
        list: &[Candidate],
        standing: impl Fn(&Candidate) -> Standing,
        patience: Patience,
        now: u64,
    ) -> Choice {
        let able = list.iter().filter(|it| self.known(it).is_none_or(|step| step.never.is_none()));
        let able = able.map(|it| (it, standing(it))).filter(|(_, it)| it.can);
        let mut able: Vec<_> = able.map(|(who, standing)| self.look(who, standing)).collect();
        if able.is_empty() {
            return Choice::Over(self.end());
        }
        // A stable sort: among those who were tried as often, the order of the list holds.
        able.sort_by_key(|it| it.calls);
        let first = able.iter().min_by_key(|it| it.free_at).map_or(Why::Down, |it| it.why);
        if self.calls >= patience.calls {
            return Choice::Over(first);
        }
        match able.iter().find(|it| it.free_at <= now) {
            Some(it) => Choice::Ask(it.who.clone()),
            None => Choice::Later { at: able.iter().map(|it| it.free_at).min().unwrap_or(now), why: first },
        }
    }

    fn look<'a>(&self, who: &'a Candidate, standing: Standing) -> Look<'a> {
        let Some(step) = self.known(who) else {
            return Look { who, calls: 0, free_at: standing.free_at, why: standing.why };
        };
        let (free_at, why) =
            if standing.free_at > step.free_at { (standing.free_at, standing.why) } else { (step.free_at, step.why) };
        Look { who, calls: step.calls, free_at, why }
    }

    /// Why there is nobody left.
    fn end(&self) -> Why {
        let refused = self.steps.iter().any(|it| it.never == Some(Never::Refused));
        if refused { Why::Refused } else { Why::Nobody }
    }

    fn known(&self, who: &Candidate) -> Option<&Step> {
        self.steps.iter().find(|it| it.who == *who)
    }

    fn step(&mut self, who: &Candidate) -> &mut Step {
        let at = self.steps.iter().position(|it| it.who == *who).unwrap_or_else(|| {
            self.steps.push(Step { who: who.clone(), calls: 0, free_at: 0, why: Why::Down, never: None });
            self.steps.len() - 1
        });
        &mut self.steps[at]
    }
}

/// A candidate with everything that is known of it.
struct Look<'a> {
    who: &'a Candidate,
    calls: u32,
    free_at: u64,
    why: Why,
}
