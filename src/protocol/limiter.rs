//! The limiter and the breaker of Telegram as everybody sees them: asked here without a message, owned by their actors.

use super::port::Port;
use crate::clock;
use crate::domain::effect::{Lane, Owed};
use crate::domain::limits::breaker::{Breaker, Change, Permit, Report, State};
use crate::domain::limits::gate::{Asked, Lane as GateLane, Scope, SendGate, Verdict, Weight};
use crate::domain::types::ChatId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An open breaker tries anew at most this often because updates come, in ms.
const HOPE_MS: u64 = 1_000;

/// What the limiter's actor is told.
#[derive(Debug)]
pub enum LimiterMsg {
    /// Telegram said "too many requests": keep the pause on the disk.
    Paused {
        /// For what.
        scope: Scope,
        /// For how long.
        retry_after_s: u64,
    },
}

/// What the breaker's actor is told.
#[derive(Debug)]
pub enum BreakerMsg {
    /// It has changed.
    Changed(Change),
    /// One call is let through to see whether the upstream is back.
    Probing,
}

/// The handle of both.
#[derive(Clone)]
pub struct LimiterPort {
    gate: Arc<Mutex<SendGate>>,
    breaker: Arc<Mutex<Breaker>>,
    /// The limiter actor's end.
    pub limiter: Port<LimiterMsg>,
    /// The breaker actor's end.
    pub guard: Port<BreakerMsg>,
}

impl LimiterPort {
    /// Around these values.
    #[must_use]
    pub fn new(gate: SendGate, breaker: Breaker) -> Self {
        Self {
            gate: Arc::new(Mutex::new(gate)),
            breaker: Arc::new(Mutex::new(breaker)),
            limiter: Port::unbound("limiter", 1024),
            guard: Port::unbound("breaker", 1024),
        }
    }

    /// The gate. Hold the lock for a moment only.
    pub fn gate(&self) -> MutexGuard<'_, SendGate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a call that is about to be decided, if there is one right now.
    #[must_use]
    pub fn reserve(&self, owed: &Owed) -> bool {
        matches!(self.gate().ask(asked(owed), clock::tick_ms()), Verdict::Go)
    }

    /// Gives back a place that was taken for a call that is not made.
    pub fn refund(&self, owed: &Owed) {
        self.gate().refund(&asked(owed), clock::tick_ms());
    }

    /// Waits for a place for a read (`getChatMember`, `getChat`).
    pub async fn read(&self, chat: Option<ChatId>) {
        let asked = Asked { chat, is_group: chat.is_some_and(is_group), lane: GateLane::Reply, weight: Weight::Other };
        loop {
            let now = clock::tick_ms();
            let verdict = self.gate().ask(asked, now);
            let Verdict::WaitUntil(at) = verdict else { return };
            tokio::time::sleep(std::time::Duration::from_millis(at.saturating_sub(now).max(5))).await;
        }
    }

    /// Obeys a "too many requests" at once, and has it kept.
    pub fn flood(&self, scope: Scope, retry_after_s: u64) {
        let scope = self.gate().flood(scope, retry_after_s, clock::tick_ms());
        let _kept_when_there_is_room = self.limiter.tell(LimiterMsg::Paused { scope, retry_after_s });
    }

    /// Asks the breaker for one call.
    #[must_use]
    pub fn permit(&self) -> Permit {
        let permit = self.breaker.lock().unwrap_or_else(PoisonError::into_inner).allow(clock::tick_ms());
        if permit == Permit::Probe {
            let _log_only = self.guard.tell(BreakerMsg::Probing);
        }
        permit
    }

    /// An update has come. After an outage many come at once, and what is to be known about them should not have to
    /// wait for the breaker's next attempt: who cannot be looked up is let through.
    pub fn heard(&self) {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).hope(clock::tick_ms(), HOPE_MS);
    }

    /// Whether nobody is trying the upstream at the moment.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let state = self.breaker.lock().unwrap_or_else(PoisonError::into_inner).state();
        matches!(state, State::Open { .. })
    }

    /// Tells the breaker what became of a call.
    pub fn report(&self, report: Report) {
        let change = self.breaker.lock().unwrap_or_else(PoisonError::into_inner).record(report, clock::tick_ms());
        if let Some(change) = change {
            let _log_only = self.guard.tell(BreakerMsg::Changed(change));
        }
    }
}

/// A debt as the gate sees it.
#[must_use]
pub fn asked(owed: &Owed) -> Asked {
    let chat = owed.call.chat();
    let weight = if owed.call.counts_as_message() { Weight::Message } else { Weight::Other };
    let lane = match owed.lane {
        Lane::Reply => GateLane::Reply,
        Lane::Broadcast => GateLane::Broadcast,
    };
    Asked { chat, is_group: chat.is_some_and(is_group), lane, weight }
}

/// Groups and channels have negative ids.
#[must_use]
pub const fn is_group(chat: ChatId) -> bool {
    chat.0 < 0
}
