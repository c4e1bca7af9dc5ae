//! From "it is its turn" to the call: slot, breaker, gate, mark, flight.

use super::Outbox;
use super::calls::Written;
use super::entry::Phase;
use crate::clock;
use crate::domain::effect::{Call, MessageRef};
use crate::domain::event::Pressed;
use crate::domain::limits::breaker::Permit;
use crate::domain::limits::gate::{Asked, Lane, Ticket, Verdict, Weight};
use crate::domain::types::{ChatId, Made, MessageId, Slot};
use crate::protocol::limiter::{LimiterPort, asked};
use crate::protocol::outbox::{CallOutcome, JobId, OutboxMsg};
use crate::protocol::port::Port;
use crate::store::rows::{DebtState, Sent};
use crate::store::{Batch, Record, Store, keys, rows};
use crate::telegram::error::ApiError;
use crate::telegram::request::{EncodeContext, encode, is_ephemeral};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

impl Outbox {
    /// Looks what a debt whose turn it is needs next.
    pub(super) fn consider(&mut self, id: JobId) {
        let Some(entry) = self.jobs.get(&id) else { return };
        if entry.phase != Phase::Line {
            return;
        }
        if entry.owed().until.is_some_and(|it| it < clock::now()) {
            return self.expire(id);
        }
        if let Call::Answer { query, text, .. } = &entry.owed().call
            && self.answered.get(query).is_some_and(|by| by != Some(id))
        {
            let words = text.clone();
            return self.answered_before(id, words);
        }
        if let Some(slot) = slot_of(&entry.owed().call) {
            match self.slots.get(&(id.0, slot)) {
                None => return self.look_up(id, slot),
                Some(_) if self.left_behind(id) => return self.close(id, "gone"),
                Some(_) => {}
            }
        }
        if let Some(message) = self.deletes(id)
            && self.deleted.get(&message).is_some_and(|by| by != id)
        {
            return self.close(id, "done");
        }
        self.pass_gate(id);
    }

    /// The message that a debt deletes, as far as it is known.
    fn deletes(&self, id: JobId) -> Option<(ChatId, MessageId)> {
        match self.jobs.get(&id)?.owed().call {
            Call::Delete { chat, message: MessageRef::Id(message) } => Some((chat, message)),
            Call::Delete { chat, message: MessageRef::Slot(slot) } => match self.slots.get(&(id.0, slot))?.1 {
                Made::Open(message) => Some((chat, message)),
                Made::Ephemeral(_) => None,
            },
            _ => None,
        }
    }

    /// Whether a debt changes a message that we said in another chat than the one it is for: in a group, before
    /// it became this supergroup, where the same id may be somebody else's message.
    fn left_behind(&self, id: JobId) -> bool {
        let Some(call) = self.jobs.get(&id).map(|it| &it.owed().call) else { return false };
        let said = slot_of(call).and_then(|slot| self.slots.get(&(id.0, slot)));
        said.is_some_and(|(chat, _)| Some(chat) != call.chat())
    }

    /// Whether a debt changes a message that a group has left behind when it became a supergroup.
    pub(super) fn is_of_the_old_group(&self, id: JobId) -> bool {
        let named = self.jobs.get(&id).and_then(|it| it.owed().call.changes());
        matches!(named, Some(MessageRef::Id(_))) || self.left_behind(id)
    }

    fn pass_gate(&mut self, id: JobId) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        if entry.job.reserved {
            entry.job.reserved = false;
            return self.admitted(id);
        }
        let asked = asked(entry.owed());
        if self.world.limiter.gate().ask(asked, clock::tick_ms()) == Verdict::Go {
            return self.admitted(id);
        }
        let ticket = Ticket { id: self.world.sequence.take(1), asked };
        let queued = self.world.limiter.gate().enqueue(ticket);
        match queued {
            Ok(()) => {
                entry.phase = Phase::Gate(ticket.id);
                self.tickets.insert(ticket.id, id);
            }
            Err(_full) => self.try_again(id, clock::tick_ms() + 1_000),
        }
    }

    /// The gate has let it through.
    pub(super) fn admitted(&mut self, id: JobId) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        if entry.once() && !entry.marked() {
            entry.phase = Phase::Mark;
            entry.job.debt.state = DebtState::Sending;
            let mut batch = Batch::default();
            batch.put(keys::owed(id.0, id.1), rows::write(&entry.job.debt));
            let (store, port) = (self.world.store.clone(), self.world.outbox.port().clone());
            tokio::spawn(async move {
                let written = store.commit(batch).await.is_ok();
                deliver(&port, OutboxMsg::Marked { job: id, written }).await;
            });
            return;
        }
        self.fly(id);
    }

    /// The mark is on the disk: now the call may be made.
    pub(super) fn marked(&mut self, id: JobId, written: bool) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        if entry.phase != Phase::Mark {
            return;
        }
        if written {
            return self.fly(id);
        }
        entry.job.debt.state = DebtState::Owed;
        self.try_again(id, clock::tick_ms() + 1_000);
    }

    /// The last step before the call: whatever has changed since the gate let it through is seen here.
    fn fly(&mut self, id: JobId) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        if entry.phase == Phase::Flight {
            return;
        }
        entry.phase = Phase::Line;
        if self.closing {
            return self.unmark(id);
        }
        if let Call::Answer { query, text, .. } = &entry.job.debt.owed.call
            && self.answered.get(query).is_some_and(|by| by != Some(id))
        {
            let words = text.clone();
            return self.answered_before(id, words);
        }
        if self.in_flight >= self.settings.calls_in_flight {
            entry.phase = Phase::Ground;
            return self.grounded.push_back(id);
        }
        let behind_ms = self.world.intake.clocks().behind_ms();
        let context = EncodeContext {
            key: &self.world.intake.parts().key,
            now: clock::now().plus_ms(behind_ms),
            ephemeral: self.settings.ephemeral && !self.world.outbox.says_to_everybody(),
        };
        let slots = &self.slots;
        let written = match &entry.job.debt.owed.call {
            Call::Picture { .. } => Ok(Written::Picture(entry.job.debt.owed.call.clone())),
            call => encode(&context, &by_their_clock(call, behind_ms), |slot| slots.get(&(id.0, slot)).map(|it| it.1))
                .map(Written::Ready),
        };
        let written = match written {
            Ok(written) => written,
            Err(why) => return self.returned(id, CallOutcome::Refused(why.to_string()), 0),
        };
        let owed = &entry.job.debt.owed;
        let chat = owed.call.chat();
        if let Some(at) = not_before(&self.world.limiter, chat) {
            self.world.limiter.refund(owed);
            self.unmark(id);
            return self.try_again(id, at);
        }
        entry.phase = Phase::Flight;
        entry.attempts += 1;
        entry.ephemeral = is_ephemeral(&context, &entry.job.debt.owed.call);
        if let Call::Answer { query, .. } = &entry.job.debt.owed.call {
            self.answered.insert(query.clone(), Some(id));
        }
        if let Some(message) = self.deletes(id) {
            self.deleted.insert(message, id);
        }
        self.in_flight += 1;
        self.calls.make(id, chat, written);
    }

    /// Tries a debt again at a time.
    pub(super) fn try_again(&mut self, id: JobId, at_ms: u64) {
        if let Some(entry) = self.jobs.get_mut(&id) {
            entry.phase = Phase::Retry;
            self.retries.push(Reverse((at_ms, id)));
        }
    }

    /// A call has returned: the next one that waits for room may go.
    pub(super) fn landed(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
        while self.in_flight < self.settings.calls_in_flight {
            let Some(id) = self.grounded.pop_front() else { return };
            if self.jobs.get(&id).is_some_and(|it| it.phase == Phase::Ground) {
                self.fly(id);
            }
        }
    }

    fn look_up(&mut self, id: JobId, slot: Slot) {
        if let Some(entry) = self.jobs.get_mut(&id) {
            entry.phase = Phase::Slot;
        }
        let (store, port) = (self.world.store.clone(), self.world.outbox.port().clone());
        tokio::spawn(async move {
            let row = store.get(keys::slot(id.0, slot)).await;
            let sent = |it: Record| rows::read::<Sent>(&it.value).ok().map(|it| (it.chat, it.made()));
            let message = row.map(|it| it.and_then(sent)).map_err(|error| error.to_string());
            deliver(&port, OutboxMsg::SlotFound { job: id, message }).await;
        });
    }

    /// The message behind a slot, or the word that there is none: then there is nothing to edit or delete.
    pub(super) fn slot_found(&mut self, id: JobId, message: Result<Option<(Option<ChatId>, Made)>, String>) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        if entry.phase != Phase::Slot {
            return;
        }
        let slot = slot_of(&entry.owed().call);
        entry.phase = Phase::Line;
        match (slot, message) {
            (_, Err(why)) => {
                entry.job.debt.why = Some(why);
                self.try_again(id, clock::tick_ms() + 1_000);
            }
            (Some(slot), Ok(Some((chat, message)))) => {
                let Some(chat) = chat.or(entry.owed().call.chat()) else { return };
                self.slots.insert((id.0, slot), (chat, message));
                self.consider(id);
            }
            _ => self.close(id, "gone"),
        }
    }

    /// Answers a press with nothing, because its decision takes long.
    pub(super) fn answer_now(&mut self, pressed: Arc<Pressed>) {
        let query = pressed.query.clone();
        self.late.insert(query.clone(), pressed);
        let asked = Asked { chat: None, is_group: false, lane: Lane::Reply, weight: Weight::Other };
        let now = clock::tick_ms();
        if self.answered.get(&query).is_some() || self.world.limiter.gate().ask(asked, now) != Verdict::Go {
            return;
        }
        self.answered.insert(query.clone(), None);
        let call = Call::Answer { query, text: None, alert: false };
        let context = EncodeContext { key: &self.world.intake.parts().key, now: clock::now(), ephemeral: false };
        let Ok(request) = encode(&context, &call, |_| None) else { return };
        let client = self.client.clone();
        let deadline = Duration::from_millis(self.settings.call_timeout_ms);
        tokio::spawn(async move {
            // Nothing is owed here: the words, when they come, go by another way.
            let _best_effort = client.send(request, deadline).await;
        });
    }
}

/// Sends a message that must arrive: a full mailbox empties by itself.
pub(super) async fn deliver(port: &Port<OutboxMsg>, message: OutboxMsg) {
    let mut message = message;
    for _ in 0..600 {
        match port.offer(message) {
            Ok(()) => return,
            Err((back, _)) => message = back,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Until when a call may not be made, because of a pause that Telegram asked for, or the breaker.
fn not_before(limiter: &LimiterPort, chat: Option<ChatId>) -> Option<u64> {
    let now = clock::tick_ms();
    let paused = limiter.gate().paused_until(chat);
    if paused > now {
        return Some(paused);
    }
    match limiter.permit() {
        // Looked at again each second: the breaker may close before its time.
        Permit::Wait { until } => Some(until.min(now + 1_000)),
        Permit::Go | Permit::Probe => None,
    }
}

/// A call whose time is told by Telegram's clock, when we know that ours is behind it.
fn by_their_clock(call: &Call, behind_ms: u64) -> Cow<'_, Call> {
    match call {
        Call::Mute { chat, user, until: Some(until) } if behind_ms > 0 => {
            Cow::Owned(Call::Mute { chat: *chat, user: *user, until: Some(until.plus_ms(behind_ms)) })
        }
        call => Cow::Borrowed(call),
    }
}

const fn slot_of(call: &Call) -> Option<Slot> {
    match call {
        Call::Edit { message: MessageRef::Slot(slot), .. } | Call::Delete { message: MessageRef::Slot(slot), .. } => {
            Some(*slot)
        }
        _ => None,
    }
}

pub(super) fn outcome_of(error: ApiError) -> CallOutcome {
    match error {
        ApiError::Ambiguous { why } => CallOutcome::Ambiguous(why),
        ApiError::NotSent { why } => CallOutcome::NotSent(why),
        ApiError::Flood { .. } => CallOutcome::Flood,
        ApiError::Blocked { description } => CallOutcome::Blocked(description),
        ApiError::Migrated { to } => CallOutcome::Migrated(to),
        ApiError::Unauthorised => CallOutcome::Unauthorised,
        ApiError::Malformed { .. } => CallOutcome::Done { message: None, ephemeral: None, link: None },
        ApiError::Gone { description, .. } => CallOutcome::Gone(description),
        ApiError::Rejected { code, description } => CallOutcome::Refused(format!("{code} {description}")),
        ApiError::Conflict { description } => CallOutcome::Refused(description),
    }
}
