//! The actor of one AI provider: its calls in flight live and die with it, and with nobody else's.

use crate::ai::{Chat, Failure, Sink, Tried};
use crate::clock;
use crate::domain::limits::TripReason;
use crate::domain::limits::breaker::Change;
use crate::protocol::port::Letter;
use crate::protocol::upstream::{Asking, Upstream, UpstreamMsg};
use crate::telemetry::{Line, events};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How long a look at a provider may take.
const LOOK: Duration = Duration::from_secs(10);

/// The actor.
pub struct ProviderActor;

/// What it owns: the calls in flight.
pub struct Calls {
    upstream: Upstream,
    flying: JoinSet<()>,
}

impl Actor for ProviderActor {
    type Msg = Letter<UpstreamMsg>;
    type State = Calls;
    type Arguments = Upstream;

    async fn pre_start(&self, myself: ActorRef<Self::Msg>, upstream: Upstream) -> Result<Calls, ActorProcessingErr> {
        upstream.port.bind(myself);
        Ok(Calls { upstream, flying: JoinSet::new() })
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        letter: Self::Msg,
        calls: &mut Calls,
    ) -> Result<(), ActorProcessingErr> {
        match letter.open() {
            UpstreamMsg::Ask(asking) => {
                calls.flying.spawn(ask(calls.upstream.clone(), *asking));
            }
            UpstreamMsg::Changed(change) => tell(&calls.upstream, change),
            UpstreamMsg::Check(reply) => {
                let provider = Arc::clone(&calls.upstream.provider);
                calls.flying.spawn(async move {
                    let looked = tokio::time::timeout(LOOK, provider.check()).await;
                    reply.send(match looked {
                        Ok(Ok(found)) => Ok(found.took_ms),
                        Ok(Err(failure)) => Err(failure.to_string()),
                        Err(_late) => Err(format!("no answer within {} s", LOOK.as_secs())),
                    });
                });
            }
        }
        while let Some(ended) = calls.flying.try_join_next() {
            ended.map_err(|it| format!("a call to {} has crashed: {it}", calls.upstream.name))?;
        }
        Ok(())
    }
}

/// One call, with what it means for all others.
async fn ask(upstream: Upstream, asking: Asking) {
    let Asking { model, question, pictures, said, reply } = asking;
    let begun_us = clock::tick_us();
    let hear = move |words: &str| drop(said.send(words.to_owned()));
    let sink: &Sink = &hear;
    let chat = Chat { model: &model, question: &question, pictures: &pictures, sink: Some(sink) };
    let answer = upstream.provider.chat(chat).await;
    upstream.report(answer.as_ref().err().map(Failure::verdict));
    let outcome = answer.as_ref().err().map_or("ok", Failure::name);
    metrics::counter!("ai_calls_total", "outcome" => outcome).increment(1);
    metrics::histogram!("ai_call_seconds").record(Duration::from_micros(clock::tick_us() - begun_us).as_secs_f64());
    match &answer {
        Ok(it) => {
            metrics::counter!("ai_tokens_total", "direction" => "input").increment(it.usage.input.into());
            metrics::counter!("ai_tokens_total", "direction" => "output").increment(it.usage.output.into());
        }
        Err(failure) => Line::new(&events::AI_FAILED)
            .actor(format!("upstreams/{}/client", upstream.name))
            .reason(failure.to_string())
            .emit(),
    }
    reply.send(answer);
}

fn tell(upstream: &Upstream, change: Change) {
    let actor = format!("upstreams/{}/client", upstream.name);
    match change {
        Change::Opened { reason, until } => Line::new(&events::BREAKER_OPEN)
            .actor(actor)
            .reason(reason.name())
            .next(format!(
                "one attempt in {}s; questions go to the next provider, or wait",
                until.saturating_sub(clock::tick_ms()) / 1000
            ))
            .act("if it lasts: look at the provider's status page")
            .emit(),
        Change::Closed => Line::new(&events::BREAKER_CLOSED).actor(actor).emit(),
    }
}

/// The answer of a call whose actor is gone: it may have been paid for.
#[must_use]
pub fn gone(upstream: &Upstream, model: &str) -> Failure {
    let tried = Tried {
        provider: upstream.name.to_string(),
        model: model.into(),
        doing: "chat",
        begun: true,
        ..Tried::default()
    };
    let why = "the call ended with its actor".to_owned();
    Failure::Down { tried: Box::new(tried), reason: TripReason::Unreachable, why, retry_after_ms: None }
}
