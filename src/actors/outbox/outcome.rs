//! What came of a call decides what becomes of its debt.

use super::Outbox;
use super::entry::{Order, Phase};
use super::flight::deliver;
use super::start::tell_unknown;
use crate::clock;
use crate::domain::effect::{Call, Class};
use crate::domain::event::{ChatKind, Event, Happened, Outcome, Performed, Place};
use crate::domain::limits::backoff::Backoff;
use crate::domain::types::{ChatId, Ephemeral, Made, MessageId};
use crate::protocol::limiter::is_group;
use crate::protocol::outbox::{CallOutcome, JobId};
use crate::store::rows::{DebtState, Sent};
use crate::store::{Batch, Op, Store, keys, rows};
use crate::telemetry::{Line, events};

impl Outbox {
    /// A call has returned.
    pub(super) fn returned(&mut self, id: JobId, outcome: CallOutcome, took_us: u64) {
        let Some(entry) = self.jobs.get_mut(&id) else { return self.landed() };
        let flew = entry.phase == Phase::Flight;
        entry.phase = Phase::Line;
        if took_us > 0 {
            self.meters.took(took_us);
        }
        match outcome {
            CallOutcome::Done { message, ephemeral, link } => self.done(id, message, ephemeral, link),
            CallOutcome::Flood => self.flooded(id),
            CallOutcome::NotSent(why) => self.again(id, why),
            CallOutcome::Ambiguous(why) => self.doubted(id, why),
            CallOutcome::Gone(why) => self.gone(id, why),
            CallOutcome::Refused(why) if self.lacks_ephemeral(id, &why) => self.say_openly(id, &why),
            CallOutcome::Refused(why) => self.refused(id, &why),
            CallOutcome::Blocked(why) => self.blocked(id, &why),
            CallOutcome::Migrated(to) => self.migrated(id, to),
            CallOutcome::Unauthorised => self.try_again(id, clock::tick_ms() + self.limits.breaker.open_ms),
        }
        if flew {
            self.landed();
        }
    }

    fn done(&mut self, id: JobId, message: Option<MessageId>, ephemeral: Option<i64>, link: Option<String>) {
        let Some(entry) = self.jobs.get(&id) else { return };
        let mut batch = Batch::default();
        let call = &entry.owed().call;
        if let (Some(slot), Some(chat), Some(made)) = (call.makes(), call.chat(), made(call, message, ephemeral)) {
            self.slots.insert((id.0, slot), (chat, made));
            batch.put(keys::slot(id.0, slot), rows::write(&Sent::new(chat, made, clock::now())));
        }
        let reports = entry.owed().report.is_some() && entry.owed().call.class() == Class::VisibleOnce;
        batch.delete(keys::owed(id.0, id.1));
        self.ended.insert(id, ());
        match (reports, entry.once()) {
            (true, _) => self.report(id, Outcome::Done { message, link }, batch),
            (false, false) => self.strikes.0.append(&mut batch.0),
            // At once: a process that dies now would list it as unknown although it is known.
            (false, true) => {
                let store = self.world.store.clone();
                tokio::spawn(async move { store.commit(batch).await });
            }
        }
        self.remove(id, "done");
    }

    /// Whether it was refused because nobody can say something to one person alone here.
    fn lacks_ephemeral(&self, id: JobId, why: &str) -> bool {
        let asked = self.jobs.get(&id).is_some_and(|it| it.ephemeral);
        asked && why.starts_with("400 ") && why.to_ascii_lowercase().contains("ephemeral")
    }

    /// Said again, to everybody, as is everything from now on that was meant for one person.
    fn say_openly(&mut self, id: JobId, why: &str) {
        if !self.world.outbox.says_to_everybody() {
            Line::new(&events::UPSTREAM_NOT_EPHEMERAL)
                .actor("upstreams/telegram/outbox")
                .reason(why)
                .next("notices for one person are seen by everybody until the next start")
                .act("nothing; set telegram.ephemeral = false to keep it so")
                .emit();
        }
        self.world.outbox.say_to_everybody();
        self.unmark(id);
        self.consider(id);
    }

    /// It was not done, and the gate knows until when nothing may be: it does not count as an attempt.
    fn flooded(&mut self, id: JobId) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        entry.attempts = entry.attempts.saturating_sub(1);
        self.unmark(id);
        self.consider(id);
    }

    /// Surely not done: tried again for as long as it takes.
    fn again(&mut self, id: JobId, why: String) {
        self.unmark(id);
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        entry.job.debt.why = Some(why);
        let breaker = &self.limits.breaker;
        let backoff = Backoff { base_ms: breaker.retry_base_ms, cap_ms: breaker.retry_cap_ms };
        let wait_ms = backoff.wait_ms(entry.attempts, clock::random_below(u64::MAX)).max(50);
        self.try_again(id, clock::tick_ms() + wait_ms);
    }

    /// Nobody knows: repeated where that does no harm, else listed for a person to decide.
    fn doubted(&mut self, id: JobId, why: String) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        if !entry.once() {
            return self.again(id, why);
        }
        entry.phase = Phase::Person;
        entry.job.debt.state = DebtState::Unknown;
        entry.job.debt.why = Some(why);
        let job = entry.job.clone();
        let mut batch = Batch::default();
        batch.put(keys::owed(id.0, id.1), rows::write(&job.debt));
        tell_unknown(&job);
        if job.debt.owed.report.is_some() {
            self.report(id, Outcome::Unknown, batch);
        } else {
            self.world.store.later(batch);
        }
        self.count_unknown();
        if let Some(order) = Order::of(&job.debt.owed.call) {
            self.next_in_line(order, id);
        }
    }

    fn gone(&mut self, id: JobId, why: String) {
        let Some(entry) = self.jobs.get(&id) else { return };
        match &entry.owed().call {
            // Too old, and not because an earlier attempt has answered it: the words are still owed.
            Call::Answer { text: Some(text), .. } if entry.attempts == 1 => {
                let words = Some(text.clone());
                self.answered_before(id, words);
            }
            call if call.class() == Class::Repeatable => self.close(id, "done"),
            _ => self.refused(id, &why),
        }
    }

    fn refused(&mut self, id: JobId, why: &str) {
        let Some(entry) = self.jobs.get(&id) else { return };
        metrics::counter!("bot_errors_total", "type" => "refused").increment(1);
        Line::new(&events::UPSTREAM_REFUSED)
            .actor("upstreams/telegram/outbox")
            .reason(why)
            .field("method", entry.owed().call.method())
            .field("feature", &entry.job.debt.feature)
            .field("chat", entry.owed().call.chat().map_or(0, |it| it.0))
            .next("the effect is dropped, everything else goes on")
            .act("if rights are missing, give them back in the group; else report it")
            .emit();
        self.refuse(id, why);
    }

    fn blocked(&mut self, id: JobId, why: &str) {
        let Some(entry) = self.jobs.get(&id) else { return };
        Line::new(&events::UPSTREAM_BLOCKED)
            .actor("upstreams/telegram/outbox")
            .reason(why)
            .field("chat", entry.owed().call.chat().map_or(0, |it| it.0))
            .emit();
        self.refuse(id, why);
    }

    /// Struck as impossible; its feature hears of it if it asked to.
    fn refuse(&mut self, id: JobId, why: &str) {
        let Some(entry) = self.jobs.get(&id) else { return };
        if entry.owed().report.is_some() {
            let mut batch = Batch::default();
            batch.delete(keys::owed(id.0, id.1));
            self.ended.insert(id, ());
            self.report(id, Outcome::Refused { reason: why.to_owned() }, batch);
            self.remove(id, "refused");
        } else {
            self.close(id, "refused");
        }
    }

    /// The group has a new id: what is owed to it goes there. What it owes to messages of the old id is void:
    /// they are not there, and their ids may be those of others.
    fn migrated(&mut self, id: JobId, to: ChatId) {
        let Some(old) = self.jobs.get(&id).and_then(|it| it.owed().call.chat()) else { return };
        self.unmark(id);
        if old == to {
            // It was moved while it was in flight.
            return if self.is_of_the_old_group(id) { self.close(id, "gone") } else { self.consider(id) };
        }
        let world = self.world.clone();
        tokio::spawn(async move { world.intake.migrate(old, to).await });
        let ids: Vec<_> =
            self.jobs.iter().filter(|(_, it)| it.owed().call.chat() == Some(old)).map(|(id, _)| *id).collect();
        for it in &ids {
            if let Some(entry) = self.jobs.get_mut(it) {
                let call = &entry.job.debt.owed.call;
                if entry.phase == Phase::Flight && Order::of(call).is_none() && call.changes().is_some() {
                    continue; // it will be told itself that the group is gone
                }
                entry.job.debt.owed.call = entry.job.debt.owed.call.clone().moved_to(to);
            }
        }
        self.move_lines(old, to);
        for it in &ids {
            let flies = self.jobs.get(it).is_none_or(|it| it.phase == Phase::Flight);
            if !flies && self.is_of_the_old_group(*it) {
                self.close(*it, "gone");
            }
        }
        self.consider(id);
    }

    fn move_lines(&mut self, old: ChatId, to: ChatId) {
        let moved: Vec<_> = self.lines.keys().filter(|it| it.chat() == old).copied().collect();
        for order in moved {
            if let Some(line) = self.lines.remove(&order) {
                self.lines.entry(order.moved_to(to)).or_default().extend(line);
            }
        }
    }

    /// Struck without a word to its feature.
    pub(super) fn close(&mut self, id: JobId, outcome: &'static str) {
        self.strike(id);
        self.remove(id, outcome);
    }

    /// Not worth doing any more.
    pub(super) fn expire(&mut self, id: JobId) {
        if let Some(entry) = self.jobs.get(&id) {
            Line::new(&events::EFFECT_DROPPED)
                .actor("upstreams/telegram/outbox")
                .reason("it came too late to be worth anything")
                .field("method", entry.owed().call.method())
                .next("nothing else is affected")
                .act("nothing")
                .emit();
        }
        self.close(id, "expired");
    }

    /// The feature hears what came of it: the outcome is stored and queued in one batch.
    fn report(&self, id: JobId, outcome: Outcome, mut batch: Batch) {
        let Some(entry) = self.jobs.get(&id) else { return };
        let Some(token) = entry.owed().report.clone() else { return };
        let chat = self.world.intake.numbers().id(id.0).unwrap_or(ChatId(0));
        let kind = if is_group(chat) { ChatKind::Supergroup } else { ChatKind::Private };
        let place = Place { id: chat, kind, title: String::new(), username: None };
        let feature = entry.job.debt.feature.clone();
        let event = Event::Performed(Performed { feature, token, outcome });
        let happened = Happened { update: None, at: clock::now(), place, event };
        let seq = self.world.sequence.take(1);
        let row = rows::Queued::of_own(happened.clone());
        batch.0.push(Op::Put { key: keys::queued(id.0, seq), value: rows::write(&row), expect: Some(0) });
        let world = self.world.clone();
        tokio::spawn(async move {
            for _ in 0..600 {
                match world.store.commit(batch.clone()).await {
                    Ok(()) => return world.intake.push_own(id.0, seq, happened),
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(500)).await,
                }
            }
            deliver(world.outbox.port(), crate::protocol::outbox::OutboxMsg::Tick).await;
        });
    }

    /// Surely not done: the mark on the disk must not say otherwise for long.
    pub(super) fn unmark(&mut self, id: JobId) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        if entry.marked() {
            entry.job.debt.state = DebtState::Owed;
            let mut batch = Batch::default();
            batch.put(keys::owed(id.0, id.1), rows::write(&entry.job.debt));
            self.world.store.later(batch);
        }
    }

    fn remove(&mut self, id: JobId, outcome: &'static str) {
        let Some(entry) = self.jobs.remove(&id) else { return };
        self.meters.ended(entry.owed().call.class(), outcome);
        if let Phase::Gate(ticket) = entry.phase {
            self.tickets.remove(&ticket);
        }
        if let Some(order) = Order::of(&entry.owed().call) {
            self.next_in_line(order, id);
        }
    }

    /// Takes a debt out of its order; the next one has its turn.
    pub(super) fn next_in_line(&mut self, order: Order, id: JobId) {
        let Some(line) = self.lines.get_mut(&order) else { return };
        line.retain(|it| *it != id);
        match line.front().copied() {
            Some(next) => self.consider(next),
            None => drop(self.lines.remove(&order)),
        }
    }
}

/// The message that a call made. One that only its receiver sees has an id of another kind.
fn made(call: &Call, message: Option<MessageId>, ephemeral: Option<i64>) -> Option<Made> {
    match (call, ephemeral) {
        (Call::Say { only: Some(receiver), .. }, Some(id)) => {
            Some(Made::Ephemeral(Ephemeral { id, receiver: *receiver }))
        }
        _ => message.map(Made::Open),
    }
}
