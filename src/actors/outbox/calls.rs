//! The calls in flight: all of them in one task, so that three calls of one decision wake nobody three times.

use crate::actors::facts::{report, scope_of};
use crate::clock;
use crate::domain::effect::Call;
use crate::domain::types::ChatId;
use crate::protocol::limiter::LimiterPort;
use crate::protocol::outbox::{CallOutcome, JobId, OutboxMsg, Returned};
use crate::protocol::port::Port;
use crate::telegram::client::{Client, Done};
use crate::telegram::error::ApiError;
use crate::telegram::request::{Request, picture};
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

/// A call on its way to being a request.
pub(super) enum Written {
    /// It is one.
    Ready(Request),
    /// It is drawn first, on a thread that may take its time.
    Picture(Call),
}

impl Written {
    async fn request(self) -> Result<Request, String> {
        match self {
            Self::Ready(request) => Ok(request),
            Self::Picture(call) => {
                let drawn = tokio::task::spawn_blocking(move || picture(&call)).await;
                drawn.map_err(|it| it.to_string())?.map_err(|it| it.to_string())
            }
        }
    }
}

/// Where calls are handed in. Those in flight end by themselves when it is dropped. The outbox bounds how many
/// there are.
pub(super) struct Calls(mpsc::UnboundedSender<Wanted>);

/// A call that is to be made.
struct Wanted {
    job: JobId,
    chat: Option<ChatId>,
    written: Written,
}

impl Calls {
    /// Starts the task.
    pub(super) fn start(means: Means) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(run(receiver, means));
        Self(sender)
    }

    /// Makes a call to a chat; its outcome comes as [`OutboxMsg::Returned`].
    pub(super) fn make(&self, job: JobId, chat: Option<ChatId>, written: Written) {
        let _seen_by_has_ended = self.0.send(Wanted { job, chat, written });
    }

    /// Whether the task has ended by itself: nothing would ever return then.
    pub(super) fn has_ended(&self) -> bool {
        self.0.is_closed()
    }
}

async fn run(mut wanted: mpsc::UnboundedReceiver<Wanted>, means: Means) {
    let mut flying = FuturesUnordered::new();
    let mut open = true;
    while open || !flying.is_empty() {
        tokio::select! {
            biased;
            next = wanted.recv(), if open => match next {
                Some(next) => flying.push(call(&means, next)),
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

async fn call(means: &Means, Wanted { job, chat, written }: Wanted) -> Returned {
    let begun = clock::tick_us();
    let unmade = |outcome| Returned { job, outcome, took_us: clock::tick_us() - begun };
    let request = match written.request().await {
        Ok(request) => request,
        Err(why) => return unmade(CallOutcome::Refused(why)),
    };
    // A pause that began since the outbox let it go: while a picture was drawn, for example.
    if means.limiter.gate().paused_until(chat) > clock::tick_ms() {
        return unmade(CallOutcome::Flood);
    }
    let answer = means.client.send(request, means.deadline).await;
    means.limiter.report(report(answer.as_ref().err()));
    // Here and not when the outbox hears of it: what it does until then must not be early.
    if let Err(ApiError::Flood { retry_after_s, scope }) = &answer {
        means.limiter.flood(scope_of(*scope, chat), *retry_after_s);
    }
    let outcome = answer.map_or_else(super::flight::outcome_of, |Done { message, ephemeral, link }| {
        CallOutcome::Done { message, ephemeral, link }
    });
    Returned { job, outcome, took_us: clock::tick_us() - begun }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::actors::testkit::{Telegram, Town, until};
    use crate::domain::effect::MessageRef;
    use crate::domain::limits::gate::Scope;
    use crate::domain::types::{ChatNo, MessageId};
    use crate::telegram::CallbackKey;
    use crate::telegram::request::{EncodeContext, encode};

    const GROUP: ChatId = ChatId(-1_000_000_001_234);
    const OTHER: ChatId = ChatId(-1_000_000_005_678);
    const JOB: JobId = (ChatNo(7), 1);

    /// The task of the calls, on an outbox that hears nothing yet.
    async fn calls() -> (Town, Calls) {
        let telegram = Telegram::new(|_, _| Err((429, "Too Many Requests: retry after 9"))).await;
        let town = Town::new(telegram, |_| ()).await;
        let (client, limiter) = (town.client.clone(), town.world.limiter.clone());
        let port = town.world.outbox.port().clone();
        let means = Means { client, port, limiter, deadline: Duration::from_secs(30) };
        (town, Calls::start(means))
    }

    fn delete(chat: ChatId) -> Written {
        let call = Call::Delete { chat, message: MessageRef::Id(MessageId(5)) };
        let key = CallbackKey::of([1; 32]);
        let context = EncodeContext { key: &key, now: clock::now(), ephemeral: false };
        Written::Ready(encode(&context, &call, |_| None).unwrap())
    }

    #[tokio::test]
    async fn a_pause_holds_before_the_outbox_hears_of_it() {
        let (town, calls) = calls().await;
        calls.make(JOB, Some(GROUP), delete(GROUP));
        let paused = || town.world.limiter.gate().paused_until(Some(GROUP)) > clock::tick_ms();
        until("the chat to be left alone", paused).await;
    }

    #[tokio::test]
    async fn what_was_on_its_way_when_a_pause_began_is_not_made() {
        let (town, calls) = calls().await;
        town.world.limiter.gate().flood(Scope::Chat(GROUP), 60, clock::tick_ms());
        calls.make(JOB, Some(GROUP), delete(GROUP));
        calls.make(JOB, Some(OTHER), delete(OTHER));
        town.telegram.calls(1).await;
        let chats: Vec<_> = town.telegram.seen().into_iter().map(|(_, body)| body["chat_id"].clone()).collect();
        assert_eq!(chats, [serde_json::json!(OTHER.0)]);
    }
}
