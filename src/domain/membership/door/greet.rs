//! Greets newcomers who are in all channels: one message a minute at most, which names them all.

use super::super::super::effect::{Call, Effect, MessageRef, Owed};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{Language, Moment, Person, Slot, UserId};
use super::super::draft::Draft;
use super::super::own::{self, Own};
use super::super::state::cut;
use super::super::stop::{self, count_of, names};
use serde::{Deserialize, Serialize};

/// The row of the last greeting.
const ROW: &str = "greeting";
/// For so long newcomers are added to it, in ms.
const MINUTE_MS: u64 = 60_000;
/// People that it names; the others are counted.
const NAMED_MAX: usize = 10;

/// The row `greeting` of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Greeting {
    /// Our name of the message.
    slot: Slot,
    /// When it was said.
    since: Moment,
    /// Its language: that of the first.
    language: Language,
    /// Who is named.
    people: Vec<(UserId, String)>,
    /// How many more came.
    more: usize,
}

/// Greets somebody: anew, or together with those who came a moment ago.
pub(super) fn greet(draft: &mut Draft<'_>, who: &Person) {
    let (row, own) = (draft.row(ROW), own::read(draft, Own::Greeting));
    let Some(row) = row.filter(|_| !draft.is_missing()) else { return };
    let (now, own) = (draft.now(), own.map(|it| it.text));
    let last = row.and_then(|it| serde_json::from_slice::<Greeting>(it).ok());
    let greeting = match last.filter(|it| now.since_ms(it.since) < MINUTE_MS) {
        Some(greeting) => add(draft, greeting, who, own.as_deref()),
        None => begin(draft, who, own.as_deref()),
    };
    draft.keep(ROW.to_owned(), &greeting);
}

fn begin(draft: &mut Draft<'_>, who: &Person, own: Option<&str>) -> Greeting {
    let (now, chat, slot) = (draft.now(), draft.place.id, draft.slot());
    let language = draft.state().policy.language(who.language);
    let greeting = Greeting { slot, since: now, language, people: vec![(who.id, cut(&who.name))], more: 0 };
    let text = greeting.text(draft, own);
    let call =
        Call::Say { chat, slot, thread: None, reply_to: None, text, keyboard: Vec::new(), silent: true, only: None };
    draft.add(Effect::Telegram(Owed::new(call).repeating()));
    let at = now.plus_ms(draft.state().policy.notice_ms(draft.settings));
    draft.add(Effect::WakeAt { key: stop::wake(slot), at });
    greeting
}

fn add(draft: &mut Draft<'_>, mut greeting: Greeting, who: &Person, own: Option<&str>) -> Greeting {
    if greeting.people.iter().any(|(it, _)| *it == who.id) {
        return greeting; // out and in again
    }
    if greeting.people.len() < NAMED_MAX {
        greeting.people.push((who.id, cut(&who.name)));
    } else {
        greeting.more += 1;
    }
    let (chat, message) = (draft.place.id, MessageRef::Slot(greeting.slot));
    let text = greeting.text(draft, own);
    draft.owe(Call::Edit { chat, message, text, keyboard: Vec::new() });
    greeting
}

impl Greeting {
    /// The group's own words, or ours.
    fn text(&self, draft: &Draft<'_>, own: Option<&str>) -> Text {
        if let Some(words) = own {
            return own::text_naming(self.language, words, self.names(), names(draft.state().channels.iter()));
        }
        let named = |(id, name): &(UserId, String)| Arg::Person { id: *id, name: name.clone() };
        if let [person] = self.people.as_slice() {
            return Text::new(self.language, "membership-door-greeting").with("person", named(person));
        }
        let line = |it| Text::new(self.language, "membership-door-greeting-line").with("person", named(it));
        Text::new(self.language, "membership-door-greetings")
            .with("lines", Arg::Lines(self.people.iter().map(line).collect()))
            .with("more", count_of(self.more))
    }
    /// Everybody in one line, for words that name one person.
    fn names(&self) -> Arg {
        if let [(id, name)] = self.people.as_slice() {
            return Arg::Person { id: *id, name: name.clone() };
        }
        let named: Vec<&str> = self.people.iter().map(|(_, name)| name.as_str()).collect();
        Arg::Word(named.join(", ") + if self.more > 0 { "…" } else { "" })
    }
}
