//! The gateway: puts questions to models, pays for each once, and sees to it that each has an end.
//!
//! A question is on the disk before it is here. It is marked as `out` there before a provider sees it; its answer and
//! the end of its row are one batch, and only then does its feature hear of it. So an answer is never paid for twice,
//! and a question that was out when the process ended is asked once more and not a third time.

pub mod desk;
mod news;
mod screen;

#[cfg(test)]
mod tests;

use super::intake::replay::pages;
use super::world::World;
use crate::clock;
use crate::config::Gateway as Limits;
use crate::domain::ai::{Asked, Why};
use crate::protocol::gateway::{GatewayMsg, Models, NoAnswer, Question, QuestionId};
use crate::protocol::port::{Letter, Reply};
use crate::store::keys::{self, Kind};
use crate::store::rows::{self, Asking};
use crate::store::{Batch, Store, StoreError};
use crate::telegram::client::Client;
use crate::telemetry::{Line, events};
use news::News;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

/// The actor.
pub struct GatewayActor;

/// What the gateway is started with.
pub struct Start {
    /// Everything it may reach.
    pub world: Arc<World>,
    /// Those who answer.
    pub models: Arc<dyn Models>,
    /// Telegram, to show answers that grow.
    pub client: Client,
    /// `[limits.gateway]`
    pub limits: Limits,
}

/// What it owns.
pub struct Gateway {
    world: Arc<World>,
    models: Arc<dyn Models>,
    client: Client,
    limits: Limits,
    questions: BTreeMap<QuestionId, Entry>,
    /// Everything that is with a provider or shown; ends with the actor.
    flying: JoinSet<()>,
    out: usize,
    ticks_at_ms: u64,
    closing: bool,
    draining: Vec<Reply<()>>,
}

/// A question in memory.
struct Entry {
    row: Asking,
    phase: Phase,
    flight: Option<AbortHandle>,
}

/// What a question waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Its turn, not before this moment in monotonic ms.
    Waits(u64),
    /// Its mark on the disk.
    Mark,
    /// A provider.
    Out,
    /// The disk, where its end is being written.
    Stored,
}

impl Actor for GatewayActor {
    type Msg = Letter<GatewayMsg>;
    type State = Gateway;
    type Arguments = Start;

    async fn pre_start(&self, myself: ActorRef<Self::Msg>, start: Start) -> Result<Gateway, ActorProcessingErr> {
        let Start { world, models, client, limits } = start;
        let mut gateway = Gateway {
            world,
            models,
            client,
            limits,
            questions: BTreeMap::new(),
            flying: JoinSet::new(),
            out: 0,
            ticks_at_ms: u64::MAX,
            closing: false,
            draining: Vec::new(),
        };
        let _all_of_it_is_read_now = gateway.world.gateway.catches_up();
        gateway.load(true).await?;
        gateway.world.gateway.port().bind(myself);
        gateway.pump();
        Ok(gateway)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        letter: Self::Msg,
        gateway: &mut Gateway,
    ) -> Result<(), ActorProcessingErr> {
        match letter.open() {
            GatewayMsg::Ask(questions) => questions.into_iter().for_each(|it| gateway.take(it)),
            GatewayMsg::TakeBack { chat, feature, token } => gateway.take_back((chat, feature), &token),
            GatewayMsg::Marked { question, written } => gateway.marked(question, written),
            GatewayMsg::Ended { question, ended } => gateway.ended(question, ended),
            GatewayMsg::Stored(question) => drop(gateway.questions.remove(&question)),
            GatewayMsg::Tick => {
                gateway.ticks_at_ms = u64::MAX;
                if gateway.world.gateway.catches_up() && gateway.load(false).await.is_err() {
                    gateway.world.gateway.fall_behind();
                }
            }
            GatewayMsg::Count(reply) => reply.send((gateway.questions.len() - gateway.out, gateway.out)),
            GatewayMsg::Drain(reply) => {
                gateway.closing = true;
                gateway.draining.push(reply);
            }
        }
        while gateway.flying.try_join_next().is_some() {}
        gateway.pump();
        Ok(())
    }
}

impl Gateway {
    /// Reads from the disk what is asked. What was out when the process ended (or this actor, when it is not the first
    /// look) counts as lost once more.
    async fn load(&mut self, first: bool) -> Result<(), StoreError> {
        let (mut found, most) = (Vec::new(), self.limits.queue);
        let mut more = false;
        // As they are before the look: a row that is read may be gone, and out of this list, when it comes to be judged.
        let ending = self.world.gateway.ends().clone();
        pages(&self.world.store, Kind::Asked.all(), |key, value| {
            let (Some(id), Ok(row)) = (keys::chat_and_seq(key), rows::read::<Asking>(value)) else { return };
            match self.questions.contains_key(&id) || ending.contains(&id) {
                true => {}
                false if self.questions.len() + found.len() < most => {
                    found.push(Question { chat: id.0, seq: id.1, row });
                }
                false => more = true,
            }
        })
        .await?;
        for mut question in found {
            if first && question.row.out {
                question.row.out = false;
                question.row.lost += 1;
            }
            self.take(question);
        }
        if more {
            self.world.gateway.fall_behind();
        }
        Ok(())
    }

    /// Takes a question over. When there is no room it stays on the disk.
    fn take(&mut self, question: Question) {
        let id = (question.chat, question.seq);
        if self.questions.contains_key(&id) {
            return;
        }
        if self.questions.len() >= self.limits.queue {
            return self.world.gateway.fall_behind();
        }
        let entry = Entry { row: question.row, phase: Phase::Waits(0), flight: None };
        let lost = entry.row.lost >= Asking::LOST_MAX;
        self.questions.insert(id, entry);
        if lost {
            self.end(id, Asked::Over(Why::Unknown));
        }
    }

    /// Everything that may have become possible.
    fn pump(&mut self) {
        if self.closing {
            if self.out == 0 {
                self.draining.drain(..).for_each(|it| it.send(()));
            }
            return;
        }
        let (now_ms, now) = (clock::tick_ms(), clock::now());
        let due = |it: &Entry| matches!(it.phase, Phase::Waits(at) if at <= now_ms);
        let mut ready: Vec<_> = self.questions.iter().filter(|(_, it)| due(it)).map(|(id, _)| *id).collect();
        ready.sort_unstable_by_key(|(_, seq)| *seq);
        for id in ready {
            let over = self.questions.get(&id).is_some_and(|it| it.row.ask.until < now);
            if over {
                self.end(id, Asked::Over(Why::Late));
            } else if self.out < self.limits.at_once {
                self.mark(id);
            }
        }
        metrics::gauge!("ai_questions_waiting").set(count(self.questions.len() - self.out));
        self.tick_later();
    }

    /// Its row says that it is out before anybody sees it.
    fn mark(&mut self, id: QuestionId) {
        let Some(entry) = self.questions.get_mut(&id) else { return };
        entry.phase = Phase::Mark;
        entry.row.out = true;
        self.out += 1;
        let mut batch = Batch::default();
        batch.put(keys::asked(id.0, id.1), rows::write(&entry.row));
        let (store, port) = (self.world.store.clone(), self.world.gateway.port().clone());
        tokio::spawn(async move {
            let written = store.commit(batch).await.is_ok();
            news::deliver(&port, GatewayMsg::Marked { question: id, written }).await;
        });
    }

    /// The mark is on the disk: now it may be asked.
    fn marked(&mut self, id: QuestionId, written: bool) {
        let Some(entry) = self.questions.get_mut(&id).filter(|it| it.phase == Phase::Mark) else {
            return self.forget(id); // it was taken back while its mark was written
        };
        if !written {
            entry.phase = Phase::Waits(clock::tick_ms() + self.limits.retry_ms);
            entry.row.out = false;
            self.out -= 1;
            return;
        }
        entry.phase = Phase::Out;
        let (said, shown) = mpsc::unbounded_channel();
        let answering = self.models.answer(entry.row.ask.question.clone(), said);
        let screen = screen::Screen::new(&self.world, &self.client, &self.limits, id.0, entry.row.ask.show.clone());
        let (port, deadline) = (self.world.gateway.port().clone(), Duration::from_millis(self.limits.deadline_ms));
        entry.flight = Some(self.flying.spawn(async move {
            // The screen ends when nothing is said any more, so that none of its edits comes after the answer.
            let answer = async { tokio::time::timeout(deadline, answering).await };
            let (answer, ()) = tokio::join!(answer, screen.run(shown));
            let late = NoAnswer { why: Why::Down, again_ms: Some(clock::tick_ms()), maybe_paid: true };
            let ended = answer.unwrap_or(Err(late));
            news::deliver(&port, GatewayMsg::Ended { question: id, ended }).await;
        }));
    }

    fn ended(&mut self, id: QuestionId, ended: Result<crate::domain::ai::Answer, NoAnswer>) {
        let Some(entry) = self.questions.get_mut(&id).filter(|it| it.phase == Phase::Out) else { return };
        self.out -= 1;
        match ended {
            Ok(answer) => self.end(id, Asked::Answer(answer)),
            Err(NoAnswer { why, again_ms: None, .. }) => self.end(id, Asked::Over(why)),
            Err(NoAnswer { why, .. }) if entry.row.ask.until <= clock::now() => self.end(id, Asked::Over(why)),
            Err(NoAnswer { why, again_ms: Some(at), .. }) => {
                entry.phase = Phase::Waits(at.max(clock::tick_ms() + self.limits.retry_ms));
                entry.row.out = false;
                self.wait(id, why);
            }
        }
    }

    /// It is kept, and its feature hears of that once.
    fn wait(&mut self, id: QuestionId, why: Why) {
        let Some(entry) = self.questions.get_mut(&id) else { return };
        let first = !std::mem::replace(&mut entry.row.told, true);
        let mut batch = Batch::default();
        batch.put(keys::asked(id.0, id.1), rows::write(&entry.row));
        if !first {
            return self.world.store.later(batch);
        }
        Line::new(&events::AI_WAITS)
            .actor("upstreams/ai/gateway")
            .reason(format!("{why:?}"))
            .field("question", format!("{}-{}", id.0.0, id.1))
            .emit();
        News::of(&self.world, id.0, &entry.row, Asked::Waits(why)).write(&self.world, batch, None);
    }

    /// Its end: the row goes and its feature hears of it, in one batch.
    fn end(&mut self, id: QuestionId, outcome: Asked) {
        let Some(entry) = self.questions.get_mut(&id) else { return };
        entry.phase = Phase::Stored;
        let result = match &outcome {
            Asked::Answer(_) => "answered",
            Asked::Over(_) | Asked::Waits(_) => "over",
        };
        metrics::counter!("ai_questions_total", "outcome" => result).increment(1);
        let mut batch = Batch::default();
        batch.delete(keys::asked(id.0, id.1));
        News::of(&self.world, id.0, &entry.row, outcome).write(&self.world, batch, Some(id));
    }

    /// Nobody wants the answer any more. What is written already comes and finds nobody.
    fn take_back(&mut self, (chat, feature): (crate::domain::types::ChatNo, &str), token: &str) {
        let of_chat = self.questions.range((chat, 0)..=(chat, u64::MAX));
        let mut found = of_chat.filter(|(_, it)| it.row.feature == feature && it.row.ask.token == token);
        let Some(id) = found.next().map(|(id, _)| *id) else { return };
        let phase = self.questions.get(&id).map(|it| it.phase);
        if phase == Some(Phase::Stored) {
            return;
        }
        if let Some(entry) = self.questions.remove(&id) {
            self.out -= usize::from(matches!(entry.phase, Phase::Mark | Phase::Out));
            entry.flight.iter().for_each(AbortHandle::abort);
        }
        self.forget(id);
        metrics::counter!("ai_questions_total", "outcome" => "taken_back").increment(1);
    }

    /// Its row goes. Until it is gone, no look at the disk takes it for a question.
    fn forget(&self, id: QuestionId) {
        let mut batch = Batch::default();
        batch.delete(keys::asked(id.0, id.1));
        let world = Arc::clone(&self.world);
        world.gateway.ends().insert(id);
        tokio::spawn(async move {
            news::write(&world, batch).await;
            world.gateway.ends().remove(&id);
        });
    }

    /// Has the gateway look again when the next question is due.
    fn tick_later(&mut self) {
        let now = clock::tick_ms();
        let waits = self.questions.values().filter_map(|it| match it.phase {
            Phase::Waits(at) if at > now => Some(at),
            // Too many are out: the next one that ends makes room, and says so.
            Phase::Waits(_) | Phase::Mark | Phase::Out | Phase::Stored => None,
        });
        let look = now + self.limits.retry_ms;
        let at = waits.min().unwrap_or(u64::MAX).min(if self.world.gateway.is_behind() { look } else { u64::MAX });
        if at == u64::MAX || (at >= self.ticks_at_ms && self.ticks_at_ms > now) {
            return;
        }
        self.ticks_at_ms = at;
        let port = self.world.gateway.port().clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(at - now)).await;
            let _restarted_meanwhile = port.tell(GatewayMsg::Tick);
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
const fn count(n: usize) -> f64 {
    n as f64
}
