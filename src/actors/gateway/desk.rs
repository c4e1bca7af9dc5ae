//! The desk: takes a question from one model to the next until one has answered.

use super::super::provider::gone;
use crate::ai::{Failure, Picture, Providers};
use crate::clock;
use crate::config::Gateway as Limits;
use crate::domain::ai::route::{Candidate, Choice, Patience, Standing, Trail};
use crate::domain::ai::{Answer, Question, Why};
use crate::domain::limits::Backoff;
use crate::domain::limits::breaker::{BreakerRules, Permit};
use crate::protocol::gateway::{Answering, Models, NoAnswer};
use crate::protocol::port::Reply;
use crate::protocol::upstream::{Asking, Upstream, UpstreamMsg};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// All providers, and in which order they are asked. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    upstreams: Arc<BTreeMap<String, Upstream>>,
    providers: Arc<Providers>,
    patience: Patience,
}

impl Desk {
    /// Over these providers, none of which has been asked yet.
    #[must_use]
    pub fn new(providers: Arc<Providers>, rules: BreakerRules, limits: &Limits) -> Self {
        let upstream = |it: &Arc<dyn crate::ai::Provider>| Upstream::new(Arc::clone(it), rules, limits.queue);
        let upstreams = providers.iter().map(|it| (it.name().to_owned(), upstream(it))).collect();
        let backoff = Backoff { base_ms: limits.retry_ms, cap_ms: limits.retry_cap_ms };
        let patience = Patience { calls: limits.calls_per_round, backoff };
        Self { upstreams: Arc::new(upstreams), providers, patience }
    }

    /// Each provider, for its branch of the tree.
    pub fn upstreams(&self) -> impl Iterator<Item = &Upstream> {
        self.upstreams.values()
    }

    async fn work(self, question: Question, said: mpsc::UnboundedSender<String>) -> Result<Answer, NoAnswer> {
        let list = self.providers.routes().list(question.task, question.prefer.as_deref());
        let task = question.task;
        let (question, pictures): (_, Arc<[Picture]>) = (Arc::new(question), Arc::new([]));
        let (mut trail, mut maybe_paid) = (Trail::default(), false);
        loop {
            let now = clock::tick_ms();
            let nobody = Standing { can: false, ..Standing::FREE };
            let standing =
                |it: &Candidate| self.upstreams.get(&it.provider).map_or(nobody, |it| it.standing(task, now));
            let who = match trail.next(&list, standing, self.patience, now) {
                Choice::Ask(who) => who,
                Choice::Later { at, why } => return Err(NoAnswer { why, again_ms: Some(at), maybe_paid }),
                Choice::Over(why @ (Why::Down | Why::Busy | Why::Budget)) => {
                    let again_ms = Some(now.saturating_add(self.patience.backoff.cap_ms));
                    return Err(NoAnswer { why, again_ms, maybe_paid });
                }
                Choice::Over(why) => return Err(NoAnswer { why, again_ms: None, maybe_paid }),
            };
            let Some(upstream) = self.upstreams.get(&who.provider) else { continue };
            if let Permit::Wait { .. } = upstream.permit() {
                continue; // somebody else is its probe: its standing says so now
            }
            match ask(upstream, &who.model, &question, &pictures, &said).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => {
                    maybe_paid |= failure.tried().begun;
                    let random = u64::from_le_bytes(clock::random::<8>());
                    trail.failed(&who, failure.verdict(), self.patience, clock::tick_ms(), random);
                    // What was said so far does not count: the next one begins anew.
                    let _nobody_looks = said.send(String::new());
                }
            }
        }
    }
}

impl Models for Desk {
    fn answer(&self, question: Question, said: mpsc::UnboundedSender<String>) -> Answering {
        Box::pin(self.clone().work(question, said))
    }
}

async fn ask(
    upstream: &Upstream,
    model: &str,
    question: &Arc<Question>,
    pictures: &Arc<[Picture]>,
    said: &mpsc::UnboundedSender<String>,
) -> Result<Answer, Failure> {
    let (reply, answer) = Reply::pair();
    let (question, pictures) = (Arc::clone(question), Arc::clone(pictures));
    let asking = Asking { model: model.to_owned(), question, pictures, said: said.clone(), reply };
    if upstream.port.tell(UpstreamMsg::Ask(Box::new(asking))).is_err() {
        return Err(gone(upstream, model));
    }
    answer.await.unwrap_or_else(|_| Err(gone(upstream, model)))
}
