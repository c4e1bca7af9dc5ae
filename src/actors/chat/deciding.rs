//! Facts, then a decision: one event through the features, in their order.

use super::asking::Pending;
use super::commit::Committed;
use super::{Chat, Worked};
use crate::actors::intake::item::Item;
use crate::clock;
use crate::domain::command;
use crate::domain::effect::Effect;
use crate::domain::event::Event;
use crate::domain::fact::{Fact, Freshness, House, Need};
use crate::domain::feature::{Facts, Pace, ROUNDS, SLOTS, Verdict};
use crate::domain::types::UpdateId;
use crate::protocol::chat::Asker;
use crate::protocol::slot::Phase;
use crate::telemetry::metrics::hot;
use crate::telemetry::names::Verification;
use ractor::ActorProcessingErr;

/// Slots that a chat takes at once, for some decisions.
const SLOTS_TAKEN: u64 = 16 * SLOTS;

impl Chat {
    /// Works on an event as far as facts are there, and leaves the rows in order.
    pub(super) async fn advance(&mut self, pending: Pending) -> Result<Worked, ActorProcessingErr> {
        let worked = self.ask_all(pending).await?;
        self.tidy().await?;
        Ok(worked)
    }

    /// Asks one feature after the other.
    async fn ask_all(&mut self, mut pending: Pending) -> Result<Worked, ActorProcessingErr> {
        self.slot.begin(pending.item.happened.event.name(), Some(UpdateId(pending.item.id())));
        self.slot.set_phase(Phase::Awaiting);
        pending.forget_rows();
        let house = self.world.house();
        if pending.is_new() {
            pending.pace = self.pace(&pending.item, &house);
        }
        while pending.feature < self.world.features.len() {
            if pending.item.open_for(pending.feature) {
                self.slot.feature(Some(self.world.names[pending.feature]));
                let Some(verdict) = self.judge(&mut pending, &house).await? else {
                    self.slot.done();
                    return Ok(Worked::Waits(pending));
                };
                if self.carry_out(&pending, verdict).await? {
                    self.slot.done();
                    return Ok(Worked::Finished);
                }
            }
            pending.next_feature();
        }
        self.world.intake.finish(&pending.item, false);
        self.slot.done();
        Ok(Worked::Finished)
    }

    /// Counts a command against what its sender may ask for. Nothing else is counted here.
    fn pace(&self, item: &Item, house: &House) -> Pace {
        match &item.happened.event {
            Event::Said(said) if said.text.as_ref().is_some_and(|it| it.starts_with('/')) => {
                let command = command::parse(said, &house.username).is_some();
                let limited = command && !house.owned_by(said.from.id);
                if limited { self.world.requests.count(said.from.id) } else { Pace::Free }
            }
            _ => Pace::Free,
        }
    }

    /// Asks the feature until it needs nothing more; `None` while `pending` waits for what had to be asked for.
    async fn judge(&mut self, pending: &mut Pending, house: &House) -> Result<Option<Verdict>, ActorProcessingErr> {
        loop {
            let mut verdict = self.decide(pending, house);
            if verdict.needs.is_empty() || pending.rounds >= ROUNDS * 2 {
                return Ok(Some(verdict));
            }
            pending.rounds += 1;
            for need in verdict.needs.drain(..) {
                self.fulfil(need, pending).await?;
            }
            if pending.waits() {
                return Ok(None);
            }
        }
    }

    async fn fulfil(&mut self, need: Need, pending: &mut Pending) -> Result<(), ActorProcessingErr> {
        match need {
            Need::Row(ref name) => {
                let found = self.row(pending.feature, name).await?;
                pending.known.push((need, Fact::Row(found)));
            }
            Need::Rows { ref from, ref before, limit } => {
                let found = self.rows(pending.feature, from..before, limit).await?;
                pending.known.push((need, Fact::Rows(found)));
            }
            Need::Usage { user, since, limit } => {
                let found = self.usage(user, since, limit).await?;
                pending.known.push((need, Fact::Usage(found)));
            }
            Need::Stall => std::future::pending::<()>().await,
            other => match self.world.facts.peek(&other) {
                Some(fact) => {
                    hot().cache_hits.increment(1);
                    verified(&other, &fact, &pending.item);
                    pending.known.push((other, fact));
                }
                None => {
                    hot().cache_misses.increment(1);
                    let asker = Asker::Chat { address: self.myself.clone(), seq: pending.item.seq };
                    pending.expect(other.clone());
                    self.world.facts.load(other, asker);
                }
            },
        }
        Ok(())
    }

    /// Commits what the feature wants. Answers whether the event is finished.
    async fn carry_out(&mut self, pending: &Pending, verdict: Verdict) -> Result<bool, ActorProcessingErr> {
        let last = verdict.claimed || pending.feature + 1 == self.world.features.len();
        if verdict.state.is_none() && verdict.effects.iter().all(|it| matches!(it, Effect::Keep { .. })) {
            self.keep(pending.feature, verdict.effects)?;
            if last {
                self.world.intake.finish(&pending.item, false);
            }
            return Ok(last);
        }
        self.slot.set_phase(Phase::Store);
        let committed = self.commit(pending, verdict, last).await?;
        self.slot.set_phase(Phase::Awaiting);
        match committed {
            Committed::Yes => Ok(last),
            Committed::Before => Ok(true),
            // Another life of this chat has written since: the actor ends, and its next life reads what is there.
            Committed::Superseded => {
                self.slot.feature(None);
                Err("another life of this chat wrote first".into())
            }
        }
    }

    fn decide(&mut self, pending: &Pending, house: &House) -> Verdict {
        if self.slots.end - self.slots.start < SLOTS {
            let first = self.world.sequence.take(SLOTS_TAKEN);
            self.slots = first..first + SLOTS_TAKEN;
        }
        let feature = &self.world.features[pending.feature];
        let facts = Self::facts(pending, house, self.slots.start);
        self.guarded(pending, || feature.decide(&self.cells[pending.feature].0, &pending.item.happened, &facts))
    }

    /// Runs a feature's pure function where a crash of any kind is charged to (event, feature).
    fn guarded<T>(&self, pending: &Pending, rule: impl FnOnce() -> T) -> T {
        self.slot.set_phase(Phase::Deciding);
        let feature = u8::try_from(pending.feature).unwrap_or(u8::MAX);
        let answer = self.world.in_hand.during(UpdateId(pending.item.id()), feature, rule);
        self.slot.set_phase(Phase::Awaiting);
        answer
    }

    fn facts<'a>(pending: &'a Pending, house: &'a House, slots: u64) -> Facts<'a> {
        Facts { now: clock::now(), house, slots, pace: pending.pace, known: &pending.known }
    }
}

/// Counts a check of membership: the question of the rules that judge messages and presses.
pub(super) fn verified(need: &Need, fact: &Fact, item: &Item) {
    let (Need::Member { fresh: Freshness::Cached | Freshness::Now, .. }, Fact::Member(found)) = (need, fact) else {
        return;
    };
    let status = match found {
        Ok(standing) if standing.inside() => Verification::Verified,
        Ok(_) => Verification::Restricted,
        Err(_) => Verification::Unknown,
    };
    hot().verifications(status).increment(1);
    let ms = clock::tick_ms().saturating_sub(item.tick_ms);
    hot().verification_latency.record(std::time::Duration::from_millis(ms).as_secs_f64());
}
