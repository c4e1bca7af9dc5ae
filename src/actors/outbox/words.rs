//! Words that come after their press has had an empty answer: a message instead of a toast.

use super::Outbox;
use crate::clock;
use crate::domain::effect::{Call, Owed};
use crate::domain::event::Pressed;
use crate::domain::offices;
use crate::domain::text::{Arg, Text};
use crate::domain::types::{ChatId, Slot};
use crate::protocol::limiter::is_group;
use crate::protocol::outbox::{Job, JobId};
use crate::protocol::timer::WakeKey;
use crate::store::rows::{Debt, DebtState};
use crate::store::{Batch, Store, keys, rows};

/// Whose such words are.
const HOUSE: &str = "house";

impl Outbox {
    /// The press has had an empty answer, because its decision took long: the words follow as a message where
    /// the button is. In a group they name the person they are for, and go away after a while.
    pub(super) fn answered_before(&mut self, id: JobId, words: Option<Text>) {
        let query = match self.jobs.get(&id).map(|it| &it.owed().call) {
            Some(Call::Answer { query, .. }) => query.clone(),
            _ => String::new(),
        };
        let chat = self.world.intake.numbers().id(id.0);
        let (Some(text), Some(chat)) = (words, chat) else { return self.close(id, "done") };
        let pressed = self.late.get(&query);
        let slot = Slot(self.world.sequence.take(1));
        let seq = self.world.sequence.take(1);
        let debt = Debt {
            owed: Owed::new(said(chat, slot, text, pressed.as_deref())).repeating(),
            feature: HOUSE.into(),
            state: DebtState::Owed,
            since: clock::now(),
            why: None,
        };
        let mut batch = Batch::default();
        batch.put(keys::owed(id.0, seq), rows::write(&debt));
        if is_group(chat) {
            let key = WakeKey { chat: id.0, feature: HOUSE.into(), key: offices::away(slot) };
            let now = clock::now();
            let at = now.plus_ms(self.world.runtime.press_words_s * 1_000);
            batch.put(keys::wake(at.0, id.0, HOUSE, &key.key), rows::write(&rows::Since { at: now }));
            self.world.timer.set(key, at, now);
        }
        self.world.store.later(batch);
        self.close(id, "answered_late");
        self.take(Job { chat: id.0, seq, debt, reserved: false });
    }
}

fn said(chat: ChatId, slot: Slot, text: Text, pressed: Option<&Pressed>) -> Call {
    let text = match pressed {
        Some(pressed) if is_group(chat) => {
            let person = Arg::Person { id: pressed.from.id, name: pressed.from.name.clone() };
            Text::new(text.language, "house-press-words").with("person", person).with("words", Arg::Lines(vec![text]))
        }
        _ => text,
    };
    let thread = pressed.and_then(|it| it.thread);
    Call::Say { chat, slot, thread, reply_to: None, text, keyboard: Vec::new(), silent: true, only: None }
}
