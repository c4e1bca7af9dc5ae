//! A decision while it is being written, next to the facts it is written from.

use super::super::effect::{Button, Call, Effect, Lane, MessageRef, Owed, Target};
use super::super::event::{Happened, Note, Place, Pressed, Standing};
use super::super::fact::{ChatInfo, ChatRef, Freshness, Need, Unknown};
use super::super::feature::{Decision, Facts};
use super::super::text::Text;
use super::super::types::{ChatId, MessageId, Moment, Slot, ThreadId, UserId};
use super::Settings;
use super::person::{self, Known};
use super::state::{Entry, State, cut};
use super::stats::Day;
pub(super) use super::voice::Voice;
use super::word::Word;
use serde::Serialize;
use std::borrow::Cow;
use std::sync::Arc;

/// A press lives 150 s at Telegram; an answer after this many ms is not worth a call.
pub(crate) const PRESS_MS: u64 = 140_000;

/// Reads facts and notes those that are still missing, so that one rule says what it needs and what it wants.
pub(super) struct Look<'a> {
    facts: &'a Facts<'a>,
    /// When what is looked at happened, by Telegram's clock.
    pub(super) at: Moment,
    /// What is still missing.
    pub(super) missing: Vec<Need>,
}

impl<'a> Look<'a> {
    pub(super) const fn new(facts: &'a Facts<'a>, at: Moment) -> Self {
        Self { facts, at, missing: Vec::new() }
    }

    fn miss(&mut self, need: Need) {
        if !self.missing.contains(&need) {
            self.missing.push(need);
        }
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
            self.miss(Need::Member { chat, user, fresh });
        }
        found
    }

    pub(super) fn chat(&mut self, chat: &ChatRef) -> Option<&'a Result<Arc<ChatInfo>, Unknown>> {
        let found = self.facts.chat(chat);
        if found.is_none() {
            self.miss(Need::Chat(chat.clone()));
        }
        found
    }

    /// A row of ours here, by key: `Some(None)` when there is none.
    pub(super) fn row(&mut self, key: &str) -> Option<Option<&'a [u8]>> {
        let found = self.facts.row(key);
        if found.is_none() {
            self.miss(Need::Row(key.to_owned()));
        }
        found
    }

    /// The row of somebody whom we have seen: `Some(None)` when there is none.
    pub(super) fn known(&mut self, user: UserId) -> Option<Option<Known>> {
        self.row(&Known::key(user)).map(Known::read)
    }

    /// The row of somebody whom we told to join: `Some(None)` when there is none.
    pub(super) fn entry(&mut self, user: UserId) -> Option<Option<Entry>> {
        self.row(&Entry::key(user)).map(Entry::read)
    }
}

/// A decision while it is being written. Rules read facts from it and write what they want into it; what they
/// looked for and did not find is noted, so that the same rule says what it needs and, asked again, decides.
pub(super) struct Draft<'a> {
    /// The chat it is about.
    pub(super) place: &'a Place,
    /// What is known.
    pub(super) facts: &'a Facts<'a>,
    /// What the house has set.
    pub(super) settings: Settings,
    /// What the rules look at.
    pub(super) look: Look<'a>,
    /// The checklist was looked at already.
    pub(super) ticked: bool,
    /// The lane of every call: replies, unless nobody waits for them.
    pub(super) lane: Lane,
    state: Cow<'a, State>,
    /// Rows of people that this decision changes, and whether they must not be lost.
    people: Vec<(UserId, Known, bool)>,
    /// Today's numbers, with what this decision adds.
    today: Option<Day>,
    effects: Vec<Effect>,
    claimed: bool,
    slots: u64,
}

impl<'a> Draft<'a> {
    pub(super) const fn new(settings: Settings, state: &'a State, event: &'a Happened, facts: &'a Facts<'a>) -> Self {
        Self {
            place: &event.place,
            facts,
            settings,
            look: Look::new(facts, event.at),
            ticked: false,
            lane: Lane::Reply,
            state: Cow::Borrowed(state),
            people: Vec::new(),
            today: None,
            effects: Vec::new(),
            claimed: false,
            slots: 0,
        }
    }

    /// Whether something is missing: then what is decided now is thrown away, and decided again with more facts.
    pub(super) const fn is_missing(&self) -> bool {
        !self.look.missing.is_empty()
    }

    /// Whether this event is ours already.
    pub(super) const fn is_claimed(&self) -> bool {
        self.claimed
    }

    /// Ourselves.
    pub(super) const fn me(&self) -> UserId {
        self.look.me()
    }

    /// What somebody is in a chat; `None` while that is not known.
    pub(super) fn member(
        &mut self,
        chat: ChatId,
        user: UserId,
        fresh: Freshness,
    ) -> Option<&'a Result<Standing, Unknown>> {
        self.look.member(chat, user, fresh)
    }

    /// What a chat is; `None` while that is not known.
    pub(super) fn chat(&mut self, chat: &ChatRef) -> Option<&'a Result<Arc<ChatInfo>, Unknown>> {
        self.look.chat(chat)
    }

    /// A row of ours here, by key: `Some(None)` when there is none.
    pub(super) fn row(&mut self, key: &str) -> Option<Option<&'a [u8]>> {
        self.look.row(key)
    }

    /// Rows of ours here with keys in [`from`, `before`), ascending, so many at most; `None` while they are not known.
    pub(super) fn rows(&mut self, from: &str, before: &str, limit: u32) -> Option<&'a [(String, Vec<u8>)]> {
        let found = self.facts.rows(from, before);
        if found.is_none() {
            self.look.miss(Need::Rows { from: from.to_owned(), before: before.to_owned(), limit });
        }
        found
    }

    /// What is in a file, up to so many bytes; `None` while that is not known.
    pub(super) fn file(&mut self, id: &str, max: u32) -> Option<&'a Result<Arc<[u8]>, Unknown>> {
        let found = self.facts.file(id);
        if found.is_none() {
            self.look.miss(Need::File { file: id.to_owned(), max });
        }
        found
    }

    /// What is remembered of somebody whom we told to join: `Some(None)` when that is nothing.
    pub(super) fn entry(&mut self, user: UserId) -> Option<Option<Entry>> {
        self.look.entry(user)
    }

    /// What is remembered of somebody, with what this decision adds: `Some(None)` when that is nothing.
    pub(super) fn known(&mut self, user: UserId) -> Option<Option<Known>> {
        match self.people.iter().find(|(it, ..)| *it == user) {
            Some((_, known, _)) => Some(Some(known.clone())),
            None => self.look.known(user),
        }
    }

    /// Remembers this of somebody; a crash may forget it.
    pub(super) fn remember(&mut self, user: UserId, known: Known) {
        self.stage(user, known, false);
    }

    /// Remembers this of somebody, for sure.
    pub(super) fn engrave(&mut self, user: UserId, known: Known) {
        self.stage(user, known, true);
    }

    /// Counts something into today's numbers; a crash may forget the last of them.
    pub(super) fn count(&mut self, add: impl FnOnce(&mut Day)) {
        if self.today.is_none() {
            let Some(row) = self.row(&Day::key(Day::of(self.now()))) else { return };
            self.today = Some(row.and_then(|it| serde_json::from_slice(it).ok()).unwrap_or_default());
        }
        if let Some(today) = &mut self.today {
            add(today);
        }
    }

    fn stage(&mut self, user: UserId, known: Known, sure: bool) {
        let before = self.people.iter().position(|(it, ..)| *it == user).map(|it| self.people.swap_remove(it).2);
        self.people.push((user, known, sure || before == Some(true)));
    }

    /// Writes a row.
    pub(super) fn put(&mut self, key: String, value: &impl Serialize) {
        if let Ok(value) = serde_json::to_vec(value) {
            self.add(Effect::Put { key, value });
        }
    }

    /// Writes a row that may be lost in a crash, and forces nothing to the disk.
    pub(super) fn keep(&mut self, key: String, value: &impl Serialize) {
        if let Ok(value) = serde_json::to_vec(value) {
            self.add(Effect::Keep { key, value });
        }
    }

    /// Deletes a row.
    pub(super) fn drop_row(&mut self, key: String) {
        self.add(Effect::Drop { key });
    }

    /// Owes a call that nobody waits for.
    pub(super) fn broadcast(&mut self, call: Call) {
        self.add(Effect::Telegram(Owed { lane: Lane::Broadcast, ..Owed::new(call) }));
    }

    /// Tells another chat.
    pub(super) fn tell(&mut self, chat: ChatId, word: Word) {
        self.add(Effect::Tell { to: Target::Chat(chat), note: Note::Membership(Box::new(word)) });
    }

    /// Looks the chat's title up where the event brought none: a word of another chat, an alarm clock.
    pub(super) fn find_title(&mut self) {
        if self.place.title.is_empty() {
            self.look.chat(&self.place.id.into());
        }
    }

    pub(super) const fn now(&self) -> Moment {
        self.facts.now
    }

    /// The state as it stands.
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Whether the state will be written.
    pub(super) const fn is_changed(&self) -> bool {
        matches!(self.state, Cow::Owned(_))
    }

    /// The state, to be changed: it will be written.
    pub(super) fn change(&mut self) -> &mut State {
        self.state.to_mut()
    }

    /// Takes somebody off the list of those muted by us, if they stand there: else the state stays unwritten.
    pub(super) fn strike(&mut self, user: UserId) {
        if self.state().lists(user) {
            self.change().strike(user);
        }
    }

    /// This event is ours.
    pub(super) const fn claim(&mut self) {
        self.claimed = true;
    }

    pub(super) fn add(&mut self, mut effect: Effect) {
        if let (Effect::Telegram(owed), Lane::Broadcast) = (&mut effect, self.lane) {
            owed.lane = Lane::Broadcast;
        }
        self.effects.push(effect);
    }

    /// The chat's title; events of our own carry none, and then it is what a lookup told, if there was one.
    pub(super) fn title(&self) -> String {
        let looked_up = || self.facts.chat(&self.place.id.into())?.as_ref().ok().map(|it| it.title.as_str());
        cut(Some(self.place.title.as_str()).filter(|it| !it.is_empty()).or_else(looked_up).unwrap_or_default())
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

    /// Answers a press without words: what is seen is the answer.
    pub(super) fn nod(&mut self, pressed: &Pressed) {
        self.answer_press(pressed, None, false);
    }

    /// Answers a press: with a toast, or with a window when the person must read it.
    pub(super) fn toast(&mut self, pressed: &Pressed, text: Text, alert: bool) {
        self.answer_press(pressed, Some(text), alert);
    }

    fn answer_press(&mut self, pressed: &Pressed, text: Option<Text>, alert: bool) {
        let call = Call::Answer { query: pressed.query.clone(), text, alert };
        let owed = Owed { until: Some(self.now().plus_ms(PRESS_MS)), ..Owed::new(call) };
        self.add(Effect::Telegram(owed));
    }

    pub(super) fn finish(mut self) -> Decision<State> {
        if let Some(day) = self.today.take() {
            self.keep(Day::key(Day::of(self.now())), &day);
        }
        for (user, known, sure) in std::mem::take(&mut self.people) {
            let before = self.facts.row(&Known::key(user)).flatten();
            let before = Known::read(before);
            person::list(&mut self, user, before.as_ref(), &known);
            person::index(&mut self, user, before.as_ref(), &known);
            match sure {
                true => self.put(Known::key(user), &known),
                false => self.keep(Known::key(user), &known),
            }
        }
        let state = match self.state {
            Cow::Owned(state) => Some(state),
            Cow::Borrowed(_) => None,
        };
        Decision { needs: self.look.missing, claimed: self.claimed, state, effects: self.effects }
    }
}
