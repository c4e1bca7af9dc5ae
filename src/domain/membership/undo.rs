//! `/undo`: takes back what was done to a person, in the last minutes, or in a raid.

use super::super::effect::{Button, Call, Does, Label, MessageRef};
use super::super::event::Pressed;
use super::super::fact::{Freshness, Permissions};
use super::super::text::{Arg, Text};
use super::super::types::{Language, MessageId, Moment, Person, UserId};
use super::afar;
use super::draft::{Draft, Voice};
use super::ledger::{self, Deed, What, Why};
use super::order::{DAY_MIN, Undo};
use super::person::{Exempt, Known, Mercy};
use super::state::{Entry, Question};
use super::stop::count_of;
use super::{press, raid, sweep, whom};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The button that confirms an undo of many.
pub(super) const ACTION: &str = "m.u";
/// How long it can be confirmed, in ms.
const CONFIRM_MS: u64 = 5 * 60_000;
const MINUTE_MS: u64 = 60_000;
/// What follows the number of a question in the button that undoes nothing.
const LEAVE: char = 'n';
/// People whom the question names.
const NAMES_MAX: usize = 8;

/// Deeds of the ledger, to be undone together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The number of the first.
    pub first: u64,
    /// The number after the last.
    pub end: u64,
    /// None before this moment.
    pub since: Moment,
    /// Only those of the raid that was noticed then, and those before it that carry no raid's mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raid: Option<Moment>,
    /// People whom it concerns.
    pub people: u32,
}

/// What became of somebody who was to be let off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Grace {
    /// Telegram does not say what they are here.
    Unsure,
    /// Nothing of ours holds them, and nothing is written about them.
    Nothing,
    /// They need not join any more.
    Given {
        /// As far as we know them.
        who: Person,
        /// Whether a mute of ours was lifted.
        lifted: bool,
        /// Whether they may not write all the same, by another hand than ours.
        held: bool,
    },
}

/// An admin wants something undone.
pub(super) fn asked(draft: &mut Draft<'_>, voice: Voice, asker: &Person, what: &Undo) {
    let language = asker.language;
    match what {
        Undo::Unnamed => draft.answer(voice, usage(language), Vec::new()),
        Undo::Person(whom) => {
            let Some(user) = whom::find(draft, voice, asker, whom) else { return };
            if let Some(grace) = pardon(draft, user, asker.id, Mercy::Undone) {
                let text = said_of(&grace, user, language);
                draft.answer(voice, text, Vec::new());
            }
        }
        Undo::Minutes(minutes) => {
            let Some(deeds) = ledger::newest(draft) else { return };
            let since = Moment(draft.now().0.saturating_sub(u64::from(*minutes) * MINUTE_MS));
            let (first, end) = (deeds.first().map_or(0, |(it, _)| *it), draft.state().deeds);
            many(draft, voice, language, &deeds, Span { first, end, since, raid: None, people: 0 });
        }
        Undo::Raid => {
            let Some(deeds) = ledger::newest(draft) else { return };
            match last_raid(&deeds) {
                Some(span) => many(draft, voice, language, &deeds, span),
                None => draft.answer(voice, Text::new(language, "membership-ledger-undo-no-raid"), Vec::new()),
            }
        }
    }
}

/// What was said after `/undo` cannot be undone: says what can.
pub(super) fn odd(draft: &mut Draft<'_>, voice: Voice, language: Language, word: String) {
    let text = Text::new(language, "membership-ledger-undo-odd")
        .with("word", Arg::Code(word))
        .with("lines", Arg::Lines(vec![usage(language)]));
    draft.answer(voice, text, Vec::new());
}

const fn usage(language: Language) -> Text {
    Text::new(language, "membership-ledger-undo-usage")
}

/// The last raid of which something can be undone: what carries its mark, and what was done while it had begun and
/// nobody had noticed.
fn last_raid(deeds: &[(u64, Deed)]) -> Option<Span> {
    let mark = deeds.iter().filter(|(_, it)| it.can_be_undone()).filter_map(|(_, it)| it.raid).max()?;
    let (last, _) = deeds.iter().rfind(|(_, it)| it.raid == Some(mark))?;
    let (first, since) = (deeds.first()?.0, Moment(mark.0.saturating_sub(raid::UNNOTICED_MS)));
    Some(Span { first, end: last + 1, since, raid: Some(mark), people: 0 })
}

/// What is said about an undo of one person.
pub(super) fn said_of(grace: &Grace, user: UserId, language: Language) -> Text {
    let (key, name) = match grace {
        Grace::Unsure => return Text::new(language, "membership-cannot-check"),
        Grace::Nothing if user.0 <= i64::from(DAY_MIN) => {
            let text = Text::new(language, "membership-ledger-undo-nothing-number");
            return text.with("count", Arg::Number(user.0)).with("command", Arg::Code(format!("/undo {}m", user.0)));
        }
        Grace::Nothing => ("membership-ledger-undo-nothing", user.0.to_string()),
        Grace::Given { who, held: true, .. } => ("membership-ledger-undone-held", who.name.clone()),
        Grace::Given { who, .. } => ("membership-ledger-undone-one", who.name.clone()),
    };
    Text::new(language, key).with("person", Arg::Person { id: user, name })
}

/// Lets somebody off for good: our mute is lifted, they need not join, and their notice goes. `None` while facts
/// are missing.
pub(super) fn pardon(draft: &mut Draft<'_>, user: UserId, by: UserId, how: Mercy) -> Option<Grace> {
    let here = draft.place.id;
    let (entry, known) = (draft.entry(user), draft.known(user));
    let (standing, chat) = (draft.member(here, user, Freshness::Recent), draft.chat(&here.into()));
    let known = known?;
    let deeds = ledger::about(draft, known.as_ref())?;
    let (entry, standing, chat) = (entry?, standing?, chat?);
    if entry.is_none() && deeds.is_empty() {
        return Some(Grace::Nothing);
    }
    let (Ok(standing), Ok(chat)) = (standing, chat) else { return Some(Grace::Unsure) };
    let who = person(user, known.as_ref(), entry.as_ref());
    let lifted = press::lift(draft, &who, entry.as_ref(), standing, &chat.permissions, Why::Admin(by));
    if !lifted {
        let deed = Deed::new(draft, user, &who.name, What::Exempted, Why::Admin(by));
        ledger::note(draft, Some(&who), &deed);
    }
    deeds.iter().for_each(|(number, deed)| ledger::take_back(draft, *number, deed, by));
    let exempt = Exempt { since: draft.now(), by, how, until: None };
    let_off(draft, &who, exempt);
    press::settled(draft, user, entry, true);
    let held = !lifted && (standing.muted || standing.status == super::super::event::Status::Kicked);
    Some(Grace::Given { who, lifted, held })
}

/// Writes down that somebody need not join.
pub(super) fn let_off(draft: &mut Draft<'_>, who: &Person, exempt: Exempt) {
    let now = draft.now();
    let known = draft.known(who.id).flatten();
    let known = known.unwrap_or_else(|| Known { inside: false, ..Known::new(who, now) });
    draft.engrave(who.id, Known { exempt: Some(exempt), warned: 0, ..known });
}

/// Somebody as far as we know them from our rows.
pub(super) fn person(user: UserId, known: Option<&Known>, entry: Option<&Entry>) -> Person {
    let name = known.map(|it| it.name.clone()).filter(|it| !it.is_empty());
    let name = name.unwrap_or_else(|| user.0.to_string());
    let language = entry.map(|it| it.language).unwrap_or_default();
    Person { id: user, name, username: None, language, is_bot: false }
}

/// Counts what is to be undone, and asks before it is.
fn many(draft: &mut Draft<'_>, voice: Voice, language: Language, deeds: &[(u64, Deed)], span: Span) {
    let held: Vec<&Deed> = deeds.iter().filter(|it| span.covers(it.0, &it.1)).map(|(_, it)| it).collect();
    let Some(first) = held.first() else {
        return draft.answer(voice, Text::new(language, "membership-ledger-undo-none"), Vec::new());
    };
    let mut seen = HashSet::new();
    let people: Vec<&&Deed> = held.iter().filter(|it| seen.insert(it.who)).collect();
    let span = Span { people: u32::try_from(people.len()).unwrap_or(u32::MAX), ..span };
    let names: Vec<String> = people.iter().take(NAMES_MAX).map(|it| called(it)).collect();
    let names = Text::new(language, "membership-ledger-undo-names")
        .with("names", Arg::Word(names.join(", ")))
        .with("more-count", count_of(people.len().saturating_sub(NAMES_MAX)));
    let text = Text::new(language, "membership-ledger-undo-ask")
        .with("count", count_of(held.len()))
        .with("people", count_of(people.len()))
        .with("time", Arg::Time(first.at))
        .with("lines", Arg::Lines(vec![names]));
    ask(draft, voice, language, span, text);
}

fn called(deed: &Deed) -> String {
    if deed.name.is_empty() { deed.who.0.to_string() } else { deed.name.clone() }
}

fn ask(draft: &mut Draft<'_>, voice: Voice, language: Language, span: Span, text: Text) {
    let (now, until) = (draft.now(), draft.now().plus_ms(CONFIRM_MS));
    let number = draft.change().ask(Question::Undo(span), now, until);
    let button = |key: &'static str, args: String| {
        let does = Does::Press { action: ACTION.to_owned(), args, only: None, until: Some(until) };
        vec![Button { label: Label::Text(Text::new(language, key)), does }]
    };
    let undo = button("membership-ledger-button-undo", number.to_string());
    let leave = button("membership-ledger-button-leave", format!("{number}{LEAVE}"));
    draft.answer(voice, text, vec![undo, leave]);
}

impl Span {
    /// Whether the deed of that number is one of those.
    pub(super) fn covers(&self, number: u64, deed: &Deed) -> bool {
        let raid = self.raid.is_none() || deed.raid.is_none() || self.raid == deed.raid;
        (self.first..self.end).contains(&number) && deed.can_be_undone() && self.since <= deed.at && raid
    }
}

/// The button was pressed: once, and by somebody who may.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    draft.claim();
    let say = |key| Text::new(pressed.from.language, key);
    let (args, leave) = args.strip_suffix(LEAVE).map_or((args, false), |it| (it, true));
    let number: Option<u32> = args.parse().ok();
    let question = number.and_then(|it| draft.state().question(it, draft.now()).map(|what| (it, what.clone())));
    let Some((number, Question::Undo(span))) = question else {
        return draft.toast(pressed, say("membership-toast-over"), false);
    };
    if afar::may_restrict(draft, pressed) != Some(true) {
        return;
    }
    if leave {
        draft.change().answered(number);
        draft.nod(pressed);
        return progress(draft, pressed.message, say("membership-ledger-undo-left"));
    }
    match sweep::goes_on(draft) {
        None => return,
        Some(true) => return draft.toast(pressed, say("membership-ledger-undo-busy"), true),
        Some(false) => {}
    }
    draft.change().answered(number);
    draft.toast(pressed, say("membership-toast-thanks"), false);
    sweep::begin(draft, span, pressed);
}

/// Edits the message that tells how it goes.
pub(super) fn progress(draft: &mut Draft<'_>, message: MessageId, text: Text) {
    let (chat, message) = (draft.place.id, MessageRef::Id(message));
    draft.broadcast(Call::Edit { chat, message, text, keyboard: Vec::new() });
}

/// Lets somebody write again whom an undo of many concerns.
pub(super) fn free(draft: &mut Draft<'_>, user: UserId, entry: Entry, permissions: &Permissions) {
    let (chat, now) = (draft.place.id, draft.now());
    draft.broadcast(Call::Unmute { chat, user, permissions: permissions.clone() });
    draft.change().free(user, now);
    press::settled(draft, user, Some(entry), true);
}
