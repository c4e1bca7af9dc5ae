//! A decision while it is being written.

use super::super::effect::{Call, Effect, MessageRef, Owed};
use super::super::event::{ChatKind, Happened, Said, Standing};
use super::super::fact::{ChatRef, Freshness, Need, Unknown};
use super::super::feature::{Decision, Facts};
use super::super::text::Text;
use super::super::types::{MessageId, Moment, Slot, ThreadId, UserId};
use super::Settings;
use super::state::{State, Talk};

/// Reads facts and notes those that are missing, so that a rule says in one go what it needs and what it wants.
pub(super) struct Scene<'a> {
    pub(super) settings: &'a Settings,
    pub(super) event: &'a Happened,
    pub(super) facts: &'a Facts<'a>,
    before: &'a State,
    now: State,
    missing: Vec<Need>,
    effects: Vec<Effect>,
    claimed: bool,
    slots: u64,
}

impl<'a> Scene<'a> {
    pub(super) fn new(settings: &'a Settings, state: &'a State, event: &'a Happened, facts: &'a Facts<'a>) -> Self {
        let (missing, effects) = (Vec::new(), Vec::new());
        Self { settings, event, facts, before: state, now: state.clone(), missing, effects, claimed: false, slots: 0 }
    }

    /// What it comes to.
    pub(super) fn decision(self) -> Decision<State> {
        if !self.missing.is_empty() {
            return Decision::needing(self.missing);
        }
        let state = (self.now != *self.before).then_some(self.now);
        Decision { needs: Vec::new(), claimed: self.claimed, state, effects: self.effects }
    }

    pub(super) const fn moment(&self) -> Moment {
        self.facts.now
    }

    pub(super) const fn is_private(&self) -> bool {
        matches!(self.event.place.kind, ChatKind::Private)
    }

    /// Nobody else is asked.
    pub(super) const fn claim(&mut self) {
        self.claimed = true;
    }

    pub(super) const fn state(&self) -> &State {
        &self.now
    }

    pub(super) fn change(&mut self, change: impl FnOnce(&mut State)) {
        change(&mut self.now);
    }

    pub(super) fn add(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// A topic's conversation; `None` while it is not loaded.
    pub(super) fn talk(&mut self, thread: Option<ThreadId>) -> Option<Talk> {
        let key = Talk::key(thread);
        match self.facts.row(&key) {
            Some(row) => Some(row.and_then(|it| serde_json::from_slice(it).ok()).unwrap_or_default()),
            None => {
                self.missing.push(Need::Row(key));
                None
            }
        }
    }

    /// Keeps a topic's conversation.
    pub(super) fn keep(&mut self, thread: Option<ThreadId>, talk: &Talk) {
        let value = serde_json::to_vec(talk).unwrap_or_default();
        self.add(Effect::Put { key: Talk::key(thread), value });
    }

    /// All conversations of the chat; `None` while they are not loaded.
    pub(super) fn talks(&mut self) -> Option<Vec<(String, Talk)>> {
        let [from, before] = ["talk/", "talk0"].map(str::to_owned);
        match self.facts.rows(&from, &before) {
            Some(rows) => {
                let read = |row: &[u8]| serde_json::from_slice(row).unwrap_or_default();
                Some(rows.iter().map(|(key, row)| (key.clone(), read(row))).collect())
            }
            None => {
                self.missing.push(Need::Rows { from, before, limit: u32::MAX });
                None
            }
        }
    }

    /// What somebody is in this chat; `None` while it is not known.
    pub(super) fn standing(&mut self, user: UserId) -> Option<Result<Standing, Unknown>> {
        let (chat, fresh) = (ChatRef::Id(self.event.place.id), Freshness::Recent);
        let found = self.facts.member(&chat, user, fresh).cloned();
        if found.is_none() {
            self.missing.push(Need::Member { chat, user, fresh });
        }
        found
    }

    /// A name for a new message.
    pub(super) const fn slot(&mut self) -> Slot {
        self.slots += 1;
        self.facts.slot(self.slots - 1)
    }

    /// Says something; visible once, unless it may be repeated.
    pub(super) fn say(
        &mut self,
        thread: Option<ThreadId>,
        reply_to: Option<MessageId>,
        text: Text,
        repeat: bool,
    ) -> Slot {
        let slot = self.slot();
        let chat = self.event.place.id;
        let call = Call::Say { chat, slot, thread, reply_to, text, keyboard: Vec::new(), silent: false, only: None };
        let owed = Owed::new(call);
        self.add(Effect::Telegram(if repeat { owed.repeating() } else { owed }));
        slot
    }

    /// Answers a message.
    pub(super) fn reply(&mut self, said: &Said, text: Text) {
        let reply_to = (!self.is_private()).then_some(said.message);
        self.say(said.thread, reply_to, text, true);
    }

    /// Changes a message of ours.
    pub(super) fn edit(&mut self, slot: Slot, text: Text) {
        let (chat, message) = (self.event.place.id, MessageRef::Slot(slot));
        self.add(Effect::Telegram(Owed::new(Call::Edit { chat, message, text, keyboard: Vec::new() })));
    }
}
