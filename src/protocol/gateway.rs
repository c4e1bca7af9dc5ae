//! How questions to models reach the actor that asks them.

use super::port::{Port, Reply};
use crate::domain::ai::{Answer, Why};
use crate::domain::types::ChatNo;
use crate::store::rows::Asking;
use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// A question with its place in the store.
#[derive(Clone, Debug)]
pub struct Question {
    /// The chat that asks.
    pub chat: ChatNo,
    /// Its sequence: the name of its row.
    pub seq: u64,
    /// The row.
    pub row: Asking,
}

/// The name of a question.
pub type QuestionId = (ChatNo, u64);

/// Why there is no answer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// Why.
    pub why: Why,
    /// When it is worth asking again, in monotonic ms; `None` when it never is.
    pub again_ms: Option<u64>,
    /// A provider may have begun to work, and to charge.
    pub maybe_paid: bool,
}

/// What the gateway is told.
#[derive(Debug)]
pub enum GatewayMsg {
    /// New questions, already on the disk.
    Ask(Vec<Question>),
    /// The answer is not wanted any more.
    TakeBack {
        /// The chat.
        chat: ChatNo,
        /// The feature that asked.
        feature: &'static str,
        /// Its token.
        token: String,
    },
    /// That it is with a provider is on the disk (or could not be written).
    Marked {
        /// Which question.
        question: QuestionId,
        /// Whether it is.
        written: bool,
    },
    /// The providers have answered, or will not now.
    Ended {
        /// Which question.
        question: QuestionId,
        /// What came.
        ended: Result<Answer, NoAnswer>,
    },
    /// What came of it is on the disk and with its feature.
    Stored(QuestionId),
    /// A time has come that the gateway waited for.
    Tick,
    /// What is asked, for the operator: waiting, and with a provider.
    Count(Reply<(usize, usize)>),
    /// Tell when nothing is out any more.
    Drain(Reply<()>),
}

/// The handle.
#[derive(Clone)]
pub struct GatewayPort {
    port: Port<GatewayMsg>,
    behind: Arc<AtomicBool>,
    /// Questions whose end is being written: their rows are still there, and not to be asked again.
    ends: Arc<Mutex<HashSet<QuestionId>>>,
}

impl GatewayPort {
    /// A port whose actor has not started. `capacity` counts messages.
    #[must_use]
    pub fn unbound(capacity: usize) -> Self {
        Self { port: Port::unbound("gateway", capacity), behind: Arc::default(), ends: Arc::default() }
    }

    /// The actor's end.
    #[must_use]
    pub const fn port(&self) -> &Port<GatewayMsg> {
        &self.port
    }

    /// Hands over new questions. What the gateway cannot take stays on the disk, where it looks again.
    pub fn ask(&self, questions: Vec<Question>) {
        if !questions.is_empty() && self.port.tell(GatewayMsg::Ask(questions)).is_err() {
            self.behind.store(true, Ordering::Release);
        }
    }

    /// An answer is not wanted any more. When that is lost, the answer finds nobody who waits for it.
    pub fn take_back(&self, chat: ChatNo, feature: &'static str, token: String) {
        let _else_the_answer_is_dropped = self.port.tell(GatewayMsg::TakeBack { chat, feature, token });
    }

    /// Notes that there are questions on the disk that the gateway does not know.
    pub fn fall_behind(&self) {
        self.behind.store(true, Ordering::Release);
    }

    /// Questions whose end is being written. Hold the lock for a moment only.
    pub fn ends(&self) -> MutexGuard<'_, HashSet<QuestionId>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are questions on the disk that the gateway does not know.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire)
    }

    /// The same, and it is about to look.
    #[must_use]
    pub fn catches_up(&self) -> bool {
        self.behind.swap(false, Ordering::AcqRel)
    }
}

/// An answer on its way.
pub type Answering = Pin<Box<dyn Future<Output = Result<Answer, NoAnswer>> + Send>>;

/// Those who answer: every provider there is, in the order of the configuration.
pub trait Models: Send + Sync + 'static {
    /// Asks one after the other until one has answered. What is said comes through `said` as it is said; when the
    /// next provider begins, an empty string comes first: what was said before does not count.
    fn answer(&self, question: crate::domain::ai::Question, said: mpsc::UnboundedSender<String>) -> Answering;
}
