//! The circuit breaker: leaves an upstream alone that has failed several times in a row.
//!
//! It counts failures in a row, not a share of failures: with few calls a share says nothing, and with
//! many calls an upstream that is down fails in a row at once.

/// When it opens and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerRules {
    /// Failures in a row that open it. 0 = it never opens.
    pub failures: u32,
    /// How long it stays open, and how long a probe may take before another one is sent, in ms.
    pub open_ms: u64,
    /// Probes in a row that must succeed before it closes.
    pub successes: u32,
}

/// Why a call counts as a failure of the upstream. A refusal (400, 403, 429) is an answer, not a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TripReason {
    /// No connection: name not found, refused, reset, no TLS.
    Unreachable,
    /// Connected, but no answer within the deadline.
    TimedOut,
    /// It answered that it is broken (5xx).
    ServerError,
    /// It answered something that is not its protocol.
    Garbled,
}

impl TripReason {
    /// A fixed name for logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::ServerError => "server_error",
            Self::Garbled => "garbled",
        }
    }
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The upstream answered, be it a refusal.
    Ok,
    /// It failed.
    Failure(TripReason),
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Yes.
    Go,
    /// Yes, as the one probe that shows whether the upstream is back; its report must follow.
    Probe,
    /// No; ask again at this moment.
    Wait {
        /// Monotonic ms.
        until: u64,
    },
}

/// A change that is worth a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It opened.
    Opened {
        /// The failure that opened it.
        reason: TripReason,
        /// When it lets the first probe through.
        until: u64,
    },
    /// It closed: the upstream is back.
    Closed,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Calls go through; so many in a row have failed.
    Closed {
        /// Failures in a row.
        failures: u32,
    },
    /// No call goes through.
    Open {
        /// The failure that opened it.
        reason: TripReason,
        /// Until when.
        until: u64,
    },
    /// One probe at a time goes through.
    HalfOpen {
        /// Probes in a row that have succeeded.
        successes: u32,
        /// Until when the probe under way has the turn; `None` when there is none.
        probing_until: Option<u64>,
    },
}

/// The breaker of one upstream.
#[derive(Clone, Debug)]
pub struct Breaker {
    rules: BreakerRules,
    state: State,
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub const fn new(rules: BreakerRules) -> Self {
        Self { rules, state: State::Closed { failures: 0 } }
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Asks for one call. A probe whose report never comes loses its turn after `open_ms`.
    pub fn allow(&mut self, now: u64) -> Permit {
        let successes = match self.state {
            State::Closed { .. } => return Permit::Go,
            State::Open { until, .. } | State::HalfOpen { probing_until: Some(until), .. } if now < until => {
                return Permit::Wait { until };
            }
            State::Open { .. } => 0,
            State::HalfOpen { successes, .. } => successes,
        };
        let probing_until = Some(now.saturating_add(self.rules.open_ms));
        self.state = State::HalfOpen { successes, probing_until };
        Permit::Probe
    }

    /// Something came from the upstream of its own accord, so it can be reached: when it has been left alone for so
    /// long at least, the next call is the probe.
    pub const fn hope(&mut self, now: u64, least_ms: u64) {
        if let State::Open { reason, until } = self.state {
            let opened = until.saturating_sub(self.rules.open_ms);
            if now < until && now >= opened.saturating_add(least_ms) {
                self.state = State::Open { reason, until: now };
            }
        }
    }

    /// Takes note of what became of a call. What is reported while it is open, or half open without a
    /// probe under way, belongs to a call from before and changes nothing.
    pub fn record(&mut self, report: Report, now: u64) -> Option<Change> {
        match (self.state, report) {
            (State::Open { .. } | State::HalfOpen { probing_until: None, .. }, _) => None,
            (State::Closed { .. }, Report::Ok) => {
                self.state = State::Closed { failures: 0 };
                None
            }
            (State::Closed { failures }, Report::Failure(reason)) => {
                let failures = failures.saturating_add(1);
                self.state = State::Closed { failures };
                (self.rules.failures != 0 && failures >= self.rules.failures).then(|| self.open(reason, now))
            }
            (State::HalfOpen { .. }, Report::Failure(reason)) => Some(self.open(reason, now)),
            (State::HalfOpen { successes, .. }, Report::Ok) => {
                let successes = successes.saturating_add(1);
                self.state = State::HalfOpen { successes, probing_until: None };
                (successes >= self.rules.successes).then(|| self.close())
            }
        }
    }

    fn open(&mut self, reason: TripReason, now: u64) -> Change {
        let until = now.saturating_add(self.rules.open_ms);
        self.state = State::Open { reason, until };
        Change::Opened { reason, until }
    }

    fn close(&mut self) -> Change {
        self.state = State::Closed { failures: 0 };
        Change::Closed
    }
}
