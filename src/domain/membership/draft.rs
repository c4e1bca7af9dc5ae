//! A decision while it is being written, next to the facts it is written from.

use super::super::effect::{Button, Call, Effect, MessageRef, Owed};
use super::super::event::{Happened, Place, Pressed, Standing};
use super::super::fact::{ChatInfo, ChatRef, Freshness, Need, Unknown};
use super::super::feature::{Decision, Facts};
use super::super::text::Text;
use super::super::types::{ChatId, MessageId, Moment, Slot, ThreadId, UserId};
use super::state::{Entry, State};
use std::borrow::Cow;
use std::sync::Arc;

/// A press lives 150 s at Telegram; an answer after this many ms is not worth a call.
pub(crate) const PRESS_MS: u64 = 140_000;

/// Reads facts and notes those that are still missing, so that one rule serves both `needs` and `decide`.
pub(super) struct Look<'a> {
    facts: &'a Facts<'a>,
    /// What is still missing.
    pub(super) missing: Vec<Need>,
}

impl<'a> Look<'a> {
    pub(super) const fn new(facts: &'a Facts<'a>) -> Self {
        Self { facts, missing: Vec::new() }
    }

    pub(super) const fn now(&self) -> Moment {
        self.facts.now
    }

    /// Ourselves.
    pub(super) const fn me(&self) -> UserId {
        UserId(self.facts.house.me)
    }

    /// Everything known.
    pub(super) const fn facts(&self) -> &'a Facts<'a> {
        self.facts
    }

    pub(super) fn member(
        &mut self,
        chat: ChatId,
        user: UserId,
        fresh: Freshness,
    ) -> Option<&'a Result<Standing, Unknown>> {
        let chat = ChatRef::Id(chat);
        let found = self.facts.member(&chat, user, fresh);
        if found.is_none() {
            self.missing.push(Need::Member { chat, user, fresh });
        }
        found
    }

    pub(super) fn chat(&mut self, chat: &ChatRef) -> Option<&'a Result<Arc<ChatInfo>, Unknown>> {
        let found = self.facts.chat(chat);
        if found.is_none() {
            self.missing.push(Need::Chat(chat.clone()));
        }
        found
    }

    /// The row of a person: `Some(None)` when there is none.
    pub(super) fn entry(&mut self, user: UserId) -> Option<Option<Entry>> {
        let key = Entry::key(user);
        match self.facts.row(&key) {
            Some(row) => Some(Entry::read(row)),
            None => {
                self.missing.push(Need::Row(key));
                None
            }
        }
    }
}

/// Where the answer to somebody goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Voice {
    /// As a reply to their message.
    Reply(MessageId, Option<ThreadId>),
    /// In place of the message whose button they pressed.
    Replace(MessageId, Option<ThreadId>),
}

/// A decision while it is being written.
pub(super) struct Draft<'a> {
    /// The chat it is about.
    pub(super) place: &'a Place,
    /// What is known.
    pub(super) facts: &'a Facts<'a>,
    state: Cow<'a, State>,
    effects: Vec<Effect>,
    claimed: bool,
    slots: u64,
}

impl<'a> Draft<'a> {
    pub(super) const fn new(state: &'a State, event: &'a Happened, facts: &'a Facts<'a>) -> Self {
        Self { place: &event.place, facts, state: Cow::Borrowed(state), effects: Vec::new(), claimed: false, slots: 0 }
    }

    pub(super) const fn now(&self) -> Moment {
        self.facts.now
    }

    /// The state as it stands.
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// The state, to be changed: it will be written.
    pub(super) fn change(&mut self) -> &mut State {
        self.state.to_mut()
    }

    /// This event is ours.
    pub(super) const fn claim(&mut self) {
        self.claimed = true;
    }

    pub(super) fn add(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn owe(&mut self, call: Call) {
        self.add(Effect::Telegram(Owed::new(call)));
    }

    pub(super) fn delete(&mut self, message: MessageRef) {
        self.owe(Call::Delete { chat: self.place.id, message });
    }

    /// A slot that this decision has not used yet.
    pub(super) const fn slot(&mut self) -> Slot {
        let slot = self.facts.slot(self.slots);
        self.slots += 1;
        slot
    }

    /// Says or edits, as the voice has it.
    pub(super) fn answer(&mut self, voice: Voice, text: Text, keyboard: Vec<Vec<Button>>) {
        match voice {
            Voice::Reply(message, thread) => self.say(thread, Some(message), text, keyboard),
            Voice::Replace(message, _) => {
                let (chat, message) = (self.place.id, MessageRef::Id(message));
                self.owe(Call::Edit { chat, message, text, keyboard });
            }
        }
    }

    pub(super) fn say(
        &mut self,
        thread: Option<ThreadId>,
        reply_to: Option<MessageId>,
        text: Text,
        keyboard: Vec<Vec<Button>>,
    ) {
        let (chat, slot) = (self.place.id, self.slot());
        self.owe(Call::Say { chat, slot, thread, reply_to, text, keyboard, silent: false, only: None });
    }

    /// Answers a press: with a toast, or with a window when the person must read it.
    pub(super) fn toast(&mut self, pressed: &Pressed, text: Text, alert: bool) {
        let call = Call::Answer { query: pressed.query.clone(), text: Some(text), alert };
        let owed = Owed { until: Some(self.now().plus_ms(PRESS_MS)), ..Owed::new(call) };
        self.add(Effect::Telegram(owed));
    }

    pub(super) fn finish(self) -> Decision<State> {
        let state = match self.state {
            Cow::Owned(state) => Some(state),
            Cow::Borrowed(_) => None,
        };
        Decision { claimed: self.claimed, state, effects: self.effects }
    }
}

impl Voice {
    pub(super) const fn thread(self) -> Option<ThreadId> {
        match self {
            Self::Reply(_, thread) | Self::Replace(_, thread) => thread,
        }
    }

    /// The message that further messages reply to.
    pub(super) const fn message(self) -> MessageId {
        match self {
            Self::Reply(message, _) | Self::Replace(message, _) => message,
        }
    }
}
