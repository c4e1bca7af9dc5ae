//! How debts to Telegram reach the actor that pays them.

use super::port::{Port, Reply};
use crate::domain::event::Pressed;
use crate::domain::types::{ChatId, ChatNo, Made, MessageId};
use crate::store::rows::Debt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A debt with its place in the store.
#[derive(Clone, Debug)]
pub struct Job {
    /// The chat that owes it.
    pub chat: ChatNo,
    /// Its sequence: the name of its row.
    pub seq: u64,
    /// The debt.
    pub debt: Debt,
    /// A place in the limiter was taken for it when it was decided, and its row says `sending` if it must.
    pub reserved: bool,
}

/// The name of a debt.
pub type JobId = (ChatNo, u64);

/// What the outbox is told.
#[derive(Debug)]
pub enum OutboxMsg {
    /// New debts, already on the disk.
    Owe(Vec<Job>),
    /// Calls have returned.
    Returned(Vec<Returned>),
    /// `sending` is on the disk (or could not be written).
    Marked {
        /// Which debt.
        job: JobId,
        /// Whether it is.
        written: bool,
    },
    /// A time has come that the outbox waited for.
    Tick,
    /// A press that must get its answer now, decided or not.
    AnswerNow(Arc<Pressed>),
    /// What is owed, for the operator.
    List(Reply<Vec<Pending>>),
    /// The operator has decided about a debt.
    Settle {
        /// Which.
        job: JobId,
        /// Send it again, or drop it.
        resend: bool,
        /// Whether there was such a debt.
        reply: Reply<bool>,
    },
    /// A slot's message was looked up in the store.
    SlotFound {
        /// The debt that needs it.
        job: JobId,
        /// The message and the chat it was said in, as far as they are known; an error when the store could not say.
        message: Result<Option<(Option<ChatId>, Made)>, String>,
    },
    /// Tell when nothing is in flight any more.
    Drain(Reply<()>),
}

/// A call that has returned.
#[derive(Debug)]
pub struct Returned {
    /// Which debt.
    pub job: JobId,
    /// What came of it.
    pub outcome: CallOutcome,
    /// How long it took, in us.
    pub took_us: u64,
}

/// What came of a call, as far as the outbox must tell cases apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    /// Done, with the message or the link it made.
    Done {
        /// The message.
        message: Option<MessageId>,
        /// The id of the message, when one person alone sees it.
        ephemeral: Option<i64>,
        /// The link.
        link: Option<String>,
    },
    /// Surely not done, and a repetition may work: no connection.
    NotSent(String),
    /// Nobody knows.
    Ambiguous(String),
    /// Not done: Telegram asked for patience, and the gate knows for how long.
    Flood,
    /// Not done, and never will be.
    Refused(String),
    /// What it is about is gone, or already as wanted: for calls that repeat freely that counts as done.
    Gone(String),
    /// The chat cannot be written to any more.
    Blocked(String),
    /// The group has another id now.
    Migrated(ChatId),
    /// The token is not accepted.
    Unauthorised,
}

/// A debt as the operator sees it.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Its name.
    pub job: JobId,
    /// The debt.
    pub debt: Debt,
    /// Attempts so far.
    pub attempts: u32,
}

/// The handle.
#[derive(Clone)]
pub struct OutboxPort {
    port: Port<OutboxMsg>,
    behind: Arc<AtomicBool>,
    everybody: Arc<AtomicBool>,
}

impl OutboxPort {
    /// A port whose actor has not started. `capacity` counts messages, each of which may carry some debts.
    #[must_use]
    pub fn unbound(capacity: usize) -> Self {
        Self { port: Port::unbound("outbox", capacity), behind: Arc::default(), everybody: Arc::default() }
    }

    /// The actor's end.
    #[must_use]
    pub const fn port(&self) -> &Port<OutboxMsg> {
        &self.port
    }

    /// Hands over new debts. What the outbox cannot take stays on the disk, where it looks once it has
    /// caught up.
    pub fn owe(&self, jobs: Vec<Job>) {
        if !jobs.is_empty() && self.port.tell(OutboxMsg::Owe(jobs)).is_err() {
            self.fall_behind();
        }
    }

    /// Notes that there are debts on the disk that the outbox was not told about.
    pub fn fall_behind(&self) {
        self.behind.store(true, Ordering::Release);
    }

    /// Whether there are such debts.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire)
    }

    /// Telegram has refused a message for one person alone: it is not asked for again in this process.
    pub fn say_to_everybody(&self) {
        self.everybody.store(true, Ordering::Release);
    }

    /// Whether that has happened.
    #[must_use]
    pub fn says_to_everybody(&self) -> bool {
        self.everybody.load(Ordering::Acquire)
    }

    /// The outbox is about to look at the disk.
    pub fn caught_up(&self) {
        self.behind.store(false, Ordering::Release);
    }
}
