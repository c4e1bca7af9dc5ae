//! An AI provider as everybody sees it: whether it may be asked now, and the way to the actor that asks it.

use super::port::{Port, Reply};
use crate::ai::{Failure, Picture, Provider};
use crate::clock;
use crate::domain::ai::route::{Standing, Verdict};
use crate::domain::ai::{Answer, Question, Task, Why};
use crate::domain::limits::breaker::{Breaker, BreakerRules, Change, Permit, Report, State};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// A provider that lets nobody in is looked at again after this long, in ms: somebody may have seen to its key.
const SHUT_MS: u64 = 300_000;
/// An open breaker that waits for its probe is looked at again after this long, in ms.
const PROBING_MS: u64 = 500;

/// What the actor of a provider is told.
pub enum UpstreamMsg {
    /// Ask this.
    Ask(Box<Asking>),
    /// The breaker has changed.
    Changed(Change),
    /// A look, for the operator.
    Check(Reply<Result<u64, String>>),
}

/// A question on its way to one model.
pub struct Asking {
    /// The model.
    pub model: String,
    /// The question.
    pub question: Arc<Question>,
    /// The pictures that its lines name.
    pub pictures: Arc<[Picture]>,
    /// Hears the words as they come.
    pub said: mpsc::UnboundedSender<String>,
    /// What came of it.
    pub reply: Reply<Result<Answer, Failure>>,
}

/// The handle.
#[derive(Clone)]
pub struct Upstream {
    /// Its name in the configuration.
    pub name: Arc<str>,
    /// Who answers.
    pub provider: Arc<dyn Provider>,
    /// The actor's end.
    pub port: Port<UpstreamMsg>,
    breaker: Arc<Mutex<Breaker>>,
    /// No call before this moment, in monotonic ms.
    paused_until: Arc<AtomicU64>,
}

impl Upstream {
    /// Around a provider that has not been asked yet.
    #[must_use]
    pub fn new(provider: Arc<dyn Provider>, rules: BreakerRules, queue: usize) -> Self {
        let breaker = Arc::new(Mutex::new(Breaker::new(rules)));
        let port = Port::unbound("provider", queue);
        Self { name: provider.name().into(), provider, port, breaker, paused_until: Arc::default() }
    }

    /// Whether and when it may be asked for this.
    #[must_use]
    pub fn standing(&self, task: Task, now: u64) -> Standing {
        let open_until = match self.breaker().state() {
            State::Closed { .. } | State::HalfOpen { probing_until: None, .. } => 0,
            State::Open { until, .. } => until,
            State::HalfOpen { probing_until: Some(until), .. } => until.min(now + PROBING_MS),
        };
        let paused_until = self.paused_until.load(Ordering::Acquire);
        let waits = [(open_until, Why::Down), (paused_until, Why::Busy)];
        Standing { can: self.provider.can(task), ..Standing::waiting(waits) }
    }

    /// Asks for one call. A call that is let through must be reported.
    #[must_use]
    pub fn permit(&self) -> Permit {
        self.breaker().allow(clock::tick_ms())
    }

    /// Takes note of what became of a call.
    pub fn report(&self, verdict: Option<Verdict>) {
        let now = clock::tick_ms();
        let pause_ms = match verdict {
            Some(Verdict::Busy { for_ms } | Verdict::Trip { for_ms, .. }) => for_ms.unwrap_or(0),
            Some(Verdict::Shut) => SHUT_MS,
            Some(Verdict::Absent | Verdict::Never(_)) | None => 0,
        };
        if pause_ms > 0 {
            self.paused_until.fetch_max(now.saturating_add(pause_ms), Ordering::AcqRel);
        }
        let report = match verdict {
            Some(Verdict::Trip { reason, .. }) => Report::Failure(reason),
            Some(Verdict::Busy { .. } | Verdict::Shut | Verdict::Absent | Verdict::Never(_)) | None => Report::Ok,
        };
        if let Some(change) = self.breaker().record(report, now) {
            let _log_only = self.port.tell(UpstreamMsg::Changed(change));
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
