//! The outbox: pays every debt to Telegram, in order where order shows, and knows which cannot be known.

mod calls;
mod entry;
mod flight;
mod latest;
mod meters;
mod outcome;
mod settle;
mod start;
mod words;

#[cfg(test)]
mod tests;

use super::world::World;
use crate::clock;
use crate::domain::event::Pressed;
use crate::domain::types::{ChatId, ChatNo, Made, MessageId, Slot};
use crate::protocol::outbox::{JobId, OutboxMsg};
use crate::protocol::port::Letter;
use crate::store::{Batch, Store};
use crate::telegram::client::Client;
use calls::{Calls, Means};
use entry::{Entry, Order, Phase};
use latest::Latest;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// The actor.
pub struct OutboxActor;

/// What the outbox is started with.
pub struct Start {
    /// Everything it may reach.
    pub world: Arc<World>,
    /// The transport.
    pub client: Client,
    /// `[telegram]`
    pub settings: crate::config::Telegram,
    /// `[limits]`
    pub limits: crate::config::Limits,
}

/// What it owns: the debts in memory, and the order of those that must keep one.
pub struct Outbox {
    world: Arc<World>,
    client: Client,
    settings: crate::config::Telegram,
    limits: crate::config::Limits,
    calls: Calls,
    jobs: HashMap<JobId, Entry>,
    lines: HashMap<Order, VecDeque<JobId>>,
    tickets: HashMap<u64, JobId>,
    /// Debts that are tried again at a time, in monotonic ms.
    retries: BinaryHeap<Reverse<(u64, JobId)>>,
    /// Debts that wait for a call to return, because as many are in flight as may.
    grounded: VecDeque<JobId>,
    in_flight: usize,
    /// What our own messages became: in which chat, since a supergroup has none of the group it was, and which.
    slots: Latest<(ChatNo, Slot), (ChatId, Made)>,
    /// Presses that have had their answer, and the debt that brought it (none: it was an empty one).
    answered: Latest<String, Option<JobId>>,
    /// Presses whose words come after an empty answer: where they belong, and for whom they are.
    late: Latest<String, Arc<Pressed>>,
    /// Messages that we deleted of late or are deleting, and the debt that does it.
    deleted: Latest<(ChatId, MessageId), JobId>,
    ticks_at_ms: u64,
    draining: Vec<crate::protocol::port::Reply<()>>,
    /// The house is closing: nothing is launched any more.
    closing: bool,
    /// Debts that ended lately: their rows may still be on the disk.
    ended: Latest<JobId, ()>,
    /// Debts that wait for a person; they take no room from others.
    unknown: usize,
    meters: meters::Meters,
    /// Rows of debts that have ended, to be deleted at the end of the message in hand.
    strikes: Batch,
}

/// Slots remembered in memory; others are on the disk.
const SLOTS: usize = 20_000;
/// Presses that wait for their words.
const LATE: usize = 2_000;
/// Debts that ended lately and are remembered: more than end while the row of one lives on.
const ENDED: usize = 50_000;

impl Actor for OutboxActor {
    type Msg = Letter<OutboxMsg>;
    type State = Outbox;
    type Arguments = Start;

    async fn pre_start(&self, myself: ActorRef<Self::Msg>, start: Start) -> Result<Outbox, ActorProcessingErr> {
        let means = Means {
            client: start.client.clone(),
            port: start.world.outbox.port().clone(),
            limiter: start.world.limiter.clone(),
            deadline: Duration::from_millis(start.settings.call_timeout_ms),
        };
        let mut outbox = Outbox {
            calls: Calls::start(means),
            jobs: HashMap::new(),
            lines: HashMap::new(),
            tickets: HashMap::new(),
            retries: BinaryHeap::new(),
            grounded: VecDeque::new(),
            in_flight: 0,
            slots: Latest::new(SLOTS),
            answered: Latest::new(SLOTS),
            late: Latest::new(LATE),
            deleted: Latest::new(SLOTS),
            ticks_at_ms: u64::MAX,
            draining: Vec::new(),
            closing: false,
            ended: Latest::new(ENDED),
            unknown: 0,
            meters: meters::Meters::new(),
            strikes: Batch::default(),
            world: start.world,
            client: start.client,
            settings: start.settings,
            limits: start.limits,
        };
        outbox.world.outbox.caught_up();
        outbox.load(true).await?;
        outbox.world.outbox.port().bind(myself);
        outbox.tick_later();
        Ok(outbox)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        letter: Self::Msg,
        outbox: &mut Outbox,
    ) -> Result<(), ActorProcessingErr> {
        match letter.open() {
            OutboxMsg::Owe(jobs) => jobs.into_iter().for_each(|it| outbox.take(it)),
            OutboxMsg::Returned(calls) => {
                calls.into_iter().for_each(|it| outbox.returned(it.job, it.outcome, it.took_us));
            }
            OutboxMsg::Marked { job, written } => outbox.marked(job, written),
            OutboxMsg::SlotFound { job, message } => outbox.slot_found(job, message),
            OutboxMsg::Tick => outbox.tick().await,
            OutboxMsg::AnswerNow(pressed) => outbox.answer_now(pressed),
            OutboxMsg::List(reply) => reply.send(outbox.list()),
            OutboxMsg::Settle { job, resend, reply } => reply.send(outbox.settle(job, resend)),
            OutboxMsg::Drain(reply) => {
                outbox.closing = true;
                outbox.draining.push(reply);
            }
        }
        outbox.pump();
        outbox.world.store.later(std::mem::take(&mut outbox.strikes));
        if outbox.calls.has_ended() {
            return Err("the task of the calls in flight has ended".into());
        }
        Ok(())
    }
}

impl Outbox {
    /// Everything that may have become possible: calls the gate lets through, retries that are due.
    fn pump(&mut self) {
        if self.closing {
            if self.in_flight == 0 {
                self.draining.drain(..).for_each(|it| it.send(()));
            }
            return;
        }
        let now = clock::tick_ms();
        while self.retries.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            if let Some(Reverse((_, id))) = self.retries.pop() {
                self.retry(id);
            }
        }
        loop {
            let next = self.world.limiter.gate().next(clock::tick_ms());
            let Some(ticket) = next else { break };
            match self.tickets.remove(&ticket.id) {
                Some(id) => self.admitted(id),
                // A debt that was replaced while it waited: its place goes to the next one.
                None => self.world.limiter.gate().refund(&ticket.asked, clock::tick_ms()),
            }
        }
        self.tick_later();
    }

    /// A debt whose time to be tried again has come.
    fn retry(&mut self, id: JobId) {
        if let Some(entry) = self.jobs.get_mut(&id)
            && entry.phase == Phase::Retry
        {
            entry.phase = Phase::Line;
            self.consider(id);
        }
    }

    async fn tick(&mut self) {
        self.ticks_at_ms = u64::MAX;
        if self.world.outbox.is_behind() && self.waiting() < self.limits.telegram.queue / 2 {
            self.world.outbox.caught_up();
            if self.load(false).await.is_err() {
                self.world.outbox.fall_behind();
            }
        }
        metrics::gauge!("bot_outbox_depth").set(count(self.waiting()));
        let waits = self.jobs.values().filter(|it| it.phase != Phase::Person);
        let oldest = waits.map(|it| clock::now().since_ms(it.job.debt.since)).max().unwrap_or(0);
        metrics::gauge!("bot_outbox_oldest_seconds").set(Duration::from_millis(oldest).as_secs_f64());
    }

    /// Debts in memory that will be paid without anybody's help.
    fn waiting(&self) -> usize {
        self.jobs.len().saturating_sub(self.unknown)
    }

    /// Has the outbox look again when the gate or a retry is next worth it.
    fn tick_later(&mut self) {
        let now = clock::tick_ms();
        let gate = self.world.limiter.gate().next_wake(now);
        let retry = self.retries.peek().map(|Reverse((at, _))| *at);
        let behind = self.world.outbox.is_behind().then_some(now + 500);
        let Some(at) = [gate, retry, behind].into_iter().flatten().min() else { return };
        let at = at.max(now + 1);
        if at >= self.ticks_at_ms && self.ticks_at_ms > now {
            return;
        }
        self.ticks_at_ms = at;
        let port = self.world.outbox.port().clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(at - now)).await;
            let _restarted_meanwhile = port.tell(OutboxMsg::Tick);
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
const fn count(n: usize) -> f64 {
    n as f64
}
