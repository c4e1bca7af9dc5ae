//! Debts come in: from decisions, or from the disk when the house starts or the outbox has caught up.

use super::Outbox;
use super::entry::{Entry, Order, Phase, is_once};
use crate::actors::intake::replay::pages;
use crate::protocol::outbox::{Job, JobId};
use crate::store::rows::{Debt, DebtState};
use crate::store::{Batch, Store, StoreError, keys, keys::Kind, rows};
use crate::telemetry::{Line, events};
use std::collections::BTreeMap;

impl Outbox {
    /// Reads what is owed from the disk: of what there is no room for, the oldest first, the rest later. A call
    /// that was on its way when the process ended is unknown, unless its feature lets it be repeated. Later looks
    /// (not `first`) find only what was never sent.
    pub(super) async fn load(&mut self, first: bool) -> Result<(), StoreError> {
        let room = self.limits.telegram.queue.saturating_sub(self.waiting()).max(1);
        let (mut found, mut more, mut doubts) = (BTreeMap::new(), false, Batch::default());
        pages(&self.world.store, Kind::Owed.all(), |key, value| {
            let (Some((chat, seq)), Ok(debt)) = (keys::chat_and_seq(key), rows::read::<Debt>(value)) else { return };
            if self.jobs.contains_key(&(chat, seq)) || self.ended.get(&(chat, seq)).is_some() {
                return;
            }
            let mut job = Job { chat, seq, debt, reserved: false };
            wake(&mut job, first, &mut doubts);
            found.insert((seq, chat), job);
            if found.len() > room {
                found.pop_last();
                more = true;
            }
        })
        .await?;
        if !doubts.0.is_empty() {
            // Before the next look at the disk: there they must not look like debts that were never sent.
            self.world.store.commit(doubts).await?;
        }
        found.into_values().for_each(|it| self.take(it));
        if more {
            self.world.outbox.fall_behind();
        }
        Ok(())
    }

    /// Takes a debt over. When there is no room it stays on the disk.
    pub(super) fn take(&mut self, job: Job) {
        let id = (job.chat, job.seq);
        let known = self.jobs.contains_key(&id) || self.ended.get(&id).is_some();
        let full = self.waiting() >= self.limits.telegram.queue || self.world.outbox.is_behind();
        if known || full {
            if job.reserved {
                self.world.limiter.refund(&job.debt.owed);
            }
            if !known {
                self.world.outbox.fall_behind();
            }
            return;
        }
        if job.debt.state == DebtState::Unknown {
            let entry = Entry { phase: Phase::Person, ..Entry::new(job) };
            self.jobs.insert(id, entry);
            return self.count_unknown();
        }
        let order = Order::of(&job.debt.owed.call);
        let entry = Entry::new(job);
        let Some(order) = order else {
            self.jobs.insert(id, entry);
            return self.consider(id);
        };
        let first = self.stand_in_line(order, id, &entry);
        self.jobs.insert(id, entry);
        if first {
            self.consider(id);
        }
    }

    /// Puts a debt at the end of its order, or in the place of one that it makes pointless. Answers
    /// whether it is its turn.
    fn stand_in_line(&mut self, order: Order, id: JobId, entry: &Entry) -> bool {
        let line = self.lines.entry(order).or_default();
        let older = line.iter().position(|it| self.jobs.get(it).is_some_and(|it| it.replaced_by(&entry.owed().call)));
        let Some(place) = older else {
            line.push_back(id);
            return line.len() == 1;
        };
        let old = std::mem::replace(&mut line[place], id);
        self.forget(old);
        place == 0
    }

    /// A debt that a newer one replaced: struck, and its ticket void.
    fn forget(&mut self, id: JobId) {
        if let Some(entry) = self.jobs.remove(&id) {
            if let Phase::Gate(ticket) = entry.phase {
                self.tickets.remove(&ticket);
            }
            metrics::counter!("bot_effects_total", "class" => "repeatable", "outcome" => "replaced").increment(1);
            self.strike(id);
        }
    }

    /// Deletes a debt's row some time soon: a repetition would not harm, or could not happen.
    pub(super) fn strike(&mut self, id: JobId) {
        self.ended.insert(id, ());
        self.strikes.delete(keys::owed(id.0, id.1));
    }

    /// Keeps the gauge of unknown debts true.
    pub(super) fn count_unknown(&mut self) {
        self.unknown = self.jobs.values().filter(|it| it.phase == Phase::Person).count();
        metrics::gauge!("bot_effects_unknown").set(super::count(self.unknown));
    }
}

/// Makes a debt what it is after the end of the process that owed it: also on the disk, if nobody knows any more
/// whether it was paid.
fn wake(job: &mut Job, first: bool, doubts: &mut Batch) {
    if job.debt.state == DebtState::Sending && !first {
        job.debt.state = DebtState::Owed;
    }
    if job.debt.state == DebtState::Sending && is_once(&job.debt.owed) {
        job.debt.state = DebtState::Unknown;
        job.debt.why = Some("the process ended while it was on its way".into());
        doubts.put(keys::owed(job.chat, job.seq), rows::write(&job.debt));
        tell_unknown(job);
    }
}

/// Says that nobody knows whether a visible call was done.
pub(super) fn tell_unknown(job: &Job) {
    metrics::counter!("bot_effects_total", "class" => "visible_once", "outcome" => "unknown").increment(1);
    Line::new(&events::EFFECT_UNKNOWN)
        .actor("upstreams/telegram/outbox")
        .reason(job.debt.why.as_deref().unwrap_or("no clear answer"))
        .field("method", job.debt.owed.call.method())
        .field("feature", &job.debt.feature)
        .field("id", format!("{}-{}", job.chat.0, job.seq))
        .next("it is listed and not sent again by itself")
        .act("majordomo pending list")
        .emit();
}
