//! The calls in flight: all of them in one task, so that three calls of one decision wake nobody three times.

use crate::actors::facts::report;
use crate::clock;
use crate::protocol::limiter::LimiterPort;
use crate::protocol::outbox::{CallOutcome, JobId, OutboxMsg, Returned};
use crate::protocol::port::Port;
use crate::telegram::client::{Client, Done};
use crate::telegram::request::Request;
use futures_util::future::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::time::Duration;
use tokio::sync::mpsc;

/// What every call needs.
#[derive(Clone)]
pub(super) struct Means {
    /// The transport.
    pub(super) client: Client,
    /// Who hears of the outcome.
    pub(super) port: Port<OutboxMsg>,
    /// Who hears how Telegram is.
    pub(super) limiter: LimiterPort,
    /// How long a call may take.
    pub(super) deadline: Duration,
}

/// Where calls are handed in. Those in flight end by themselves when it is dropped. The outbox bounds how many
/// there are.
pub(super) struct Calls(mpsc::UnboundedSender<(JobId, Request)>);

impl Calls {
    /// Starts the task.
    pub(super) fn start(means: Means) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(run(receiver, means));
        Self(sender)
    }

    /// Makes a call; its outcome comes as [`OutboxMsg::Returned`].
    pub(super) fn make(&self, job: JobId, request: Request) {
        let _seen_by_has_ended = self.0.send((job, request));
    }

    /// Whether the task has ended by itself: nothing would ever return then.
    pub(super) fn has_ended(&self) -> bool {
        self.0.is_closed()
    }
}

async fn run(mut wanted: mpsc::UnboundedReceiver<(JobId, Request)>, means: Means) {
    let mut flying = FuturesUnordered::new();
    let mut open = true;
    while open || !flying.is_empty() {
        tokio::select! {
            biased;
            next = wanted.recv(), if open => match next {
                Some((job, request)) => flying.push(call(&means, job, request)),
                None => open = false,
            },
            Some(first) = flying.next() => {
                let mut landed = vec![first];
                // Those that have returned together are told together.
                while let Some(Some(next)) = flying.next().now_or_never() {
                    landed.push(next);
                }
                super::flight::deliver(&means.port, OutboxMsg::Returned(landed)).await;
            }
        }
    }
}

async fn call(means: &Means, job: JobId, request: Request) -> Returned {
    let begun = clock::tick_us();
    let answer = means.client.send(request, means.deadline).await;
    means.limiter.report(report(answer.as_ref().err()));
    let outcome = answer.map_or_else(super::flight::outcome_of, |Done { message, ephemeral, link }| {
        CallOutcome::Done { message, ephemeral, link }
    });
    Returned { job, outcome, took_us: clock::tick_us() - begun }
}
