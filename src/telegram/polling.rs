//! Long polling: asks for updates, hands them to intake, and confirms what intake has acknowledged.
//!
//! The offset confirms to Telegram every update below it, so it follows the acknowledged ones without a
//! gap, in the order of delivery. It is never "the greatest id so far": ids start anew somewhere else after
//! a quiet week. What intake could not acknowledge is delivered again, and intake knows duplicates.

mod patience;

#[cfg(test)]
mod tests;

use crate::clock;
use crate::domain::limits::Backoff;
use crate::protocol::intake::{BoxFuture, Intake, Reception, Taken, Unreadable};
use crate::telegram::raw::{self, RawUpdate};
use crate::telemetry::{Line, events};
use bytes::Bytes;
use patience::Patience;
use std::future::Future;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// Who we are in the log.
const ACTOR: &str = "intake/receiver";
/// How long to keep away after a 409: at first, and at most.
const CONFLICT: Backoff = Backoff { base_ms: 5_000, cap_ms: 60_000 };
/// An empty answer usually comes after a long wait; where it comes at once, this keeps the loop from spinning.
const AFTER_NOTHING: Duration = Duration::from_millis(50);
/// A call that waits as long as it may is no stalled call: so much more is left for the way there and back.
const NETWORK_S: u64 = 10;
/// The least wait after a failure, in ms, whatever is configured.
const LEAST_WAIT_MS: u64 = 100;
/// How long intake may take for all of a batch, in ms. It puts on disk what takes long, so this is never
/// reached while intake is well.
const ACKNOWLEDGE_MS: u64 = 25_000;

/// Where updates are asked for.
pub trait Updates: Send + Sync + 'static {
    /// One `getUpdates`: the body of its answer when that says `ok`. Offset 0 asks from the first
    /// unconfirmed update on.
    fn get_updates_raw(
        &self,
        offset: u64,
        limit: u32,
        wait_s: u64,
        allowed: &[&'static str],
    ) -> impl Future<Output = Result<Bytes, PollError>> + Send;
}

/// Why there was no answer with updates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PollError {
    /// 409: somebody else receives this bot's updates. Telegram's words.
    #[error("409: {0}")]
    Conflict(String),
    /// 401 or 404: the token is not, or no longer, a bot's.
    #[error("Telegram does not know this token")]
    Unauthorised,
    /// 429: so many seconds of silence are wanted.
    #[error("429: told to wait {0}s")]
    Flood(u64),
    /// No answer, or none that is Telegram's; without any URL.
    #[error("{0}")]
    Network(String),
}

/// Why polling ended by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// Nothing will come until the token is changed.
    #[error("Telegram refused the token for getUpdates; get a valid one from @BotFather and set telegram.token")]
    Unauthorised,
}

/// How to poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long one call may wait for updates, in seconds.
    pub wait_s: u64,
    /// How many updates one call may bring.
    pub limit: u32,
    /// How long without an answer before the call is begun anew, in seconds; plus up to a quarter.
    pub stall_s: u64,
    /// How long intake may take for all of a batch, in ms. What it has not acknowledged then is asked for
    /// again.
    pub acknowledge_ms: u64,
    /// Waits after a failure.
    pub retry: Backoff,
}

impl Options {
    /// The usual options around what the configuration says, within what Telegram takes.
    #[must_use]
    pub fn new(wait_s: u64, limit: u32, stall_s: u64, retry: Backoff) -> Self {
        let (wait_s, limit) = (wait_s.min(50), limit.clamp(1, 100));
        Self { wait_s, limit, stall_s, acknowledge_ms: ACKNOWLEDGE_MS, retry }
    }
}

/// Polls until `stop` is ready; a call under way is dropped then.
///
/// # Errors
/// When the token is refused.
pub async fn run<U: Updates>(
    updates: &U,
    intake: Arc<dyn Intake>,
    options: Options,
    stop: impl Future<Output = ()>,
) -> Result<(), Ended> {
    let mut poller = Poller::new(updates, intake, options);
    tokio::select! {
        biased;
        () = stop => Ok(()),
        ended = poller.poll_for_ever() => Err(ended),
    }
}

struct Poller<'a, U> {
    updates: &'a U,
    intake: Arc<dyn Intake>,
    options: Options,
    allowed: Vec<&'static str>,
    offset: u64,
    patience: Patience,
    failures: u32,
    conflicts: u32,
    reception: Option<Reception>,
}

/// What came of one round.
#[derive(Debug)]
enum Trouble {
    Poll(PollError),
    Stalled,
    Refused { retry_after_s: u32 },
    Unacknowledged,
}

impl<'a, U: Updates> Poller<'a, U> {
    fn new(updates: &'a U, intake: Arc<dyn Intake>, options: Options) -> Self {
        Self {
            updates,
            allowed: intake.enabled_updates(),
            intake,
            offset: 0,
            patience: Patience::new(options.stall_s.max(options.wait_s.saturating_add(NETWORK_S))),
            options,
            failures: 0,
            conflicts: 0,
            reception: None,
        }
    }

    async fn poll_for_ever(&mut self) -> Ended {
        loop {
            match self.round().await {
                Ok(()) => self.go_on(),
                Err(Trouble::Poll(PollError::Unauthorised)) => return Ended::Unauthorised,
                Err(trouble) => self.rest(&trouble).await,
            }
        }
    }

    /// Asks once, and waits until intake has acknowledged what came.
    async fn round(&mut self) -> Result<(), Trouble> {
        let body = self.ask().await?;
        let batch = raw::split(&body).map_err(|error| Trouble::Poll(PollError::Network(error.to_string())))?;
        if batch.is_empty() {
            tokio::time::sleep(AFTER_NOTHING).await;
            return Ok(());
        }
        if batch.iter().all(|it| it.id.is_none()) {
            return Err(Trouble::Poll(PollError::Network("getUpdates answered updates without an id".into())));
        }
        let limit = Duration::from_millis(self.options.acknowledge_ms);
        let (ids, offers) = self.offer_all(batch);
        let answers = answers_within(limit, offers).await;
        self.confirm(&ids, &answers)
    }

    /// Until the way is known to be open it asks without waiting: a quiet bot is ready at once.
    async fn ask(&mut self) -> Result<Bytes, Trouble> {
        let Options { limit, wait_s, .. } = self.options;
        let wait_s = if self.reception == Some(Reception::Open) { wait_s } else { 0 };
        let call = self.updates.get_updates_raw(self.offset, limit, wait_s, &self.allowed);
        match self.patience.wait_for(call, clock::random_below(1_000)).await {
            Some(answer) => answer.map_err(Trouble::Poll),
            None => Err(Trouble::Stalled),
        }
    }

    /// Hands in a batch in its order, without waiting for answers in between.
    fn offer_all(&self, batch: Vec<RawUpdate>) -> (Vec<Option<u64>>, Vec<BoxFuture<'static, Taken>>) {
        let hand_in = |update: RawUpdate| match update.id {
            None => self.intake.keep(update.json, Unreadable::NoId),
            Some(_) if raw::is_too_deep(&update.json) => self.intake.keep(update.json, Unreadable::TooDeep),
            Some(_) => self.intake.offer(update.json),
        };
        batch.into_iter().map(|it| (it.id, hand_in(it))).unzip()
    }

    /// Moves the offset behind the last update before the first that is not acknowledged.
    fn confirm(&mut self, ids: &[Option<u64>], answers: &[Option<Taken>]) -> Result<(), Trouble> {
        for (id, answer) in ids.iter().zip(answers) {
            match answer {
                Some(Taken::Done | Taken::Duplicate | Taken::Kept) => {
                    self.offset = id.map_or(self.offset, |it| it.saturating_add(1));
                }
                Some(Taken::Refused { retry_after_s }) => {
                    return Err(Trouble::Refused { retry_after_s: *retry_after_s });
                }
                None => return Err(Trouble::Unacknowledged),
            }
        }
        Ok(())
    }

    fn go_on(&mut self) {
        (self.failures, self.conflicts) = (0, 0);
        if self.reception == Some(Reception::Paused) {
            Line::new(&events::INTAKE_RESUMED).actor(ACTOR).reason("getUpdates is answered again").emit();
        }
        self.receive(Reception::Open);
    }

    fn receive(&mut self, reception: Reception) {
        if self.reception != Some(reception) {
            self.reception = Some(reception);
            self.intake.reception(reception);
        }
    }

    /// Says what is wrong, and waits.
    async fn rest(&mut self, trouble: &Trouble) {
        let wait_ms = self.wait_ms(trouble);
        let was_open = self.reception != Some(Reception::Paused);
        match trouble {
            Trouble::Stalled => stalled(self.patience.limit_s()),
            Trouble::Poll(PollError::Conflict(words)) => conflict(words, wait_ms),
            Trouble::Poll(error) if was_open => paused(error, wait_ms, "nothing, unless it lasts: majordomo doctor"),
            Trouble::Refused { .. } if was_open => {
                paused("intake can store nothing", wait_ms, "majordomo doctor; look at the disk");
            }
            Trouble::Unacknowledged if was_open => {
                paused("intake does not finish or store what it was given", wait_ms, "majordomo tree");
            }
            Trouble::Poll(_) | Trouble::Refused { .. } | Trouble::Unacknowledged => {}
        }
        if !matches!(trouble, Trouble::Stalled) || self.patience.is_tried() {
            self.receive(Reception::Paused);
        }
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
    }

    fn wait_ms(&mut self, trouble: &Trouble) -> u64 {
        match trouble {
            Trouble::Stalled => 0,
            Trouble::Poll(PollError::Conflict(_)) => {
                let ceiling = CONFLICT.ceiling_ms(self.conflicts);
                self.conflicts = self.conflicts.saturating_add(1);
                CONFLICT.base_ms + clock::random_below(ceiling - CONFLICT.base_ms + 1)
            }
            Trouble::Poll(PollError::Flood(s)) => s.saturating_mul(1000) + clock::random_below(1000),
            // It is our own disk that is waited for, so there is nobody to be spared by longer and longer waits.
            Trouble::Refused { retry_after_s } => u64::from(*retry_after_s) * 1000 + clock::random_below(500),
            Trouble::Unacknowledged | Trouble::Poll(PollError::Network(_) | PollError::Unauthorised) => self.retry_ms(),
        }
    }

    /// At least half of the ceiling, so that a dead network is not asked in a tight loop.
    fn retry_ms(&mut self) -> u64 {
        let half = (self.options.retry.ceiling_ms(self.failures) / 2).max(LEAST_WAIT_MS);
        self.failures = self.failures.saturating_add(1);
        half + clock::random_below(half + 1)
    }
}

/// Waits for all answers, whichever comes first; those that took too long are `None`.
async fn answers_within(limit: Duration, mut offers: Vec<BoxFuture<'static, Taken>>) -> Vec<Option<Taken>> {
    let mut answers = vec![None; offers.len()];
    let all = std::future::poll_fn(|cx| {
        for (offer, answer) in offers.iter_mut().zip(&mut answers).filter(|(_, answer)| answer.is_none()) {
            if let Poll::Ready(taken) = offer.as_mut().poll(cx) {
                *answer = Some(taken);
            }
        }
        if answers.contains(&None) { Poll::Pending } else { Poll::Ready(()) }
    });
    let _ = tokio::time::timeout(limit, all).await;
    answers
}

fn stalled(next_s: u64) {
    Line::new(&events::INTAKE_STALLED)
        .actor(ACTOR)
        .reason("getUpdates gave no answer, not even an empty one")
        .next(format_args!("the call is begun anew and may take {next_s}s"))
        .act("nothing, unless it repeats: then look at the network in between")
        .emit();
}

fn paused(reason: impl std::fmt::Display, wait_ms: u64, act: &str) {
    Line::new(&events::INTAKE_PAUSED)
        .actor(ACTOR)
        .reason(reason)
        .next(format_args!("asks again in {wait_ms}ms and goes on asking; Telegram keeps updates for 24h"))
        .act(act)
        .emit();
}

fn conflict(words: &str, wait_ms: u64) {
    let (reason, act) = if words.contains("webhook") {
        ("a webhook is set for this bot, so Telegram gives no updates to getUpdates", WEBHOOK_ACTIVE)
    } else {
        ("another process asks for this bot's updates with the same token", OTHER_POLLER)
    };
    Line::new(&events::INTAKE_CONFLICT)
        .actor(ACTOR)
        .reason(reason)
        .next(format_args!("asks again in {wait_ms}ms"))
        .act(act)
        .emit();
}

const WEBHOOK_ACTIVE: &str = "if it is yours, set telegram.mode = \"webhook\"; else restart, which removes it, and \
                              if it comes back, revoke the token with @BotFather: somebody else has it";
const OTHER_POLLER: &str = "stop the other process; if there is none of yours, revoke the token with @BotFather: \
                            somebody else has it";
