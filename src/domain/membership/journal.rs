//! The log place: a chat or topic in which a group's deeds are told to its admins, few messages for many deeds.

use super::super::effect::{Button, Call, Does, Effect, Label, Lane, MessageRef, Owed};
use super::super::event::{Outcome, Pressed};
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Moment, Slot, UserId};
use super::draft::Draft;
use super::ledger::{Deed, What};
use super::person::Mercy;
use super::policy::{LogPlace, is_default};
use super::state::{About, State};
use super::{afar, appeal, trouble, undo, why};
use serde::{Deserialize, Serialize};

/// The buttons of the log.
pub(super) const ACTION: &str = "m.l";
/// The alarm clock of its messages.
pub(super) const WAKE: &str = "log";
/// The token under which it is heard whether the log could be written.
pub(super) const TOKEN: &str = "log";
/// What was done to this person?
const WHY: char = 'w';
/// Undo it.
const UNDO: char = 'u';

/// A deed waits so long for others, in ms.
const GATHER_MS: u64 = 2_000;
/// From one message or edit to the next, in ms.
const PAUSE_MS: u64 = 10_000;
/// A message that counts goes on counting for so long, in ms.
const COUNTS_MS: u64 = 60_000;
/// More deeds than so many at once are counted instead of told one by one.
const LINES_MAX: usize = 5;
/// A log that could not be written to is left alone for so long, in ms.
const BROKEN_MS: u64 = 3_600_000;
/// Kinds of deeds.
const KINDS: usize = 7;

/// What the log place is still to hear of, and the message that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Journal {
    /// Numbers of the first deeds that wait.
    #[serde(skip_serializing_if = "is_default")]
    pub waiting: Vec<u64>,
    /// How many deeds of each kind wait.
    #[serde(skip_serializing_if = "is_default")]
    pub counts: [u32; KINDS],
    /// An alarm clock is set.
    #[serde(skip_serializing_if = "is_default")]
    pub due: bool,
    /// When something was said last.
    pub spoke: Moment,
    /// The message that counts, since when, and what it has counted.
    #[serde(skip_serializing_if = "is_default")]
    pub crowd: Option<(Slot, Moment, [u32; KINDS])>,
    /// Since when it cannot be written to.
    #[serde(skip_serializing_if = "is_default")]
    pub broken: Option<Moment>,
}

const fn kind(what: What) -> usize {
    match what {
        What::Warned => 0,
        What::Stopped => 1,
        What::Muted => 2,
        What::Lifted => 3,
        What::Approved => 4,
        What::Declined => 5,
        What::Exempted => 6,
    }
}

const COUNTED: [&str; KINDS] = [
    "membership-ledger-many-warned",
    "membership-ledger-many-stopped",
    "membership-ledger-many-muted",
    "membership-ledger-many-lifted",
    "membership-ledger-many-approved",
    "membership-ledger-many-declined",
    "membership-ledger-many-exempted",
];

/// The log place, as long as it can be written to as far as we know.
pub(super) fn place(state: &State) -> Option<LogPlace> {
    state.policy.log.filter(|_| state.journal.broken.is_none())
}

/// The language in which this group's admins are spoken to.
pub(super) fn language(draft: &Draft<'_>) -> Language {
    draft.state().policy.language(draft.state().tongue)
}

/// A deed was written down.
pub(super) fn noted(draft: &mut Draft<'_>, number: u64, deed: &Deed) {
    if draft.state().policy.log.is_none() {
        return;
    }
    let now = draft.now();
    let journal = &mut draft.change().journal;
    if journal.waiting.len() < LINES_MAX {
        journal.waiting.push(number);
    }
    if let Some(count) = journal.counts.get_mut(kind(deed.what)) {
        *count = count.saturating_add(1);
    }
    if !std::mem::replace(&mut journal.due, true) {
        let pause = journal.broken.map_or(journal.spoke.plus_ms(PAUSE_MS), |it| it.plus_ms(BROKEN_MS));
        let at = pause.max(now.plus_ms(GATHER_MS));
        draft.add(Effect::WakeAt { key: WAKE.to_owned(), at });
    }
}

/// It is time to tell what waits.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    let journal = draft.state().journal.clone();
    let Some(at) = draft.state().policy.log else {
        if journal != Journal::default() {
            draft.change().journal = Journal::default();
        }
        return;
    };
    let Some(group) = why::title(draft) else { return };
    let now = draft.now();
    let counting = journal.crowd.filter(|(_, since, _)| since.is_within(now, COUNTS_MS));
    let many = journal.counts.iter().sum::<u32>() as usize > journal.waiting.len();
    let crowd = if many || counting.is_some() {
        Some(count(draft, at, group, &journal.counts, counting))
    } else {
        if lines(draft, at, group, &journal.waiting).is_none() {
            return;
        }
        None
    };
    let spoke = if journal.counts == [0; KINDS] { journal.spoke } else { now };
    draft.change().journal = Journal { spoke, crowd, broken: journal.broken, ..Journal::default() };
}

/// Says a few deeds, a line each. `None` while they are not known.
fn lines(draft: &mut Draft<'_>, at: LogPlace, group: String, numbers: &[u64]) -> Option<()> {
    let rows: Vec<_> = numbers.iter().map(|it| draft.row(&Deed::key(*it))).collect();
    let rows: Vec<_> = rows.into_iter().collect::<Option<_>>()?;
    let deeds: Vec<Deed> = rows.into_iter().filter_map(Deed::read).collect();
    if deeds.is_empty() {
        return Some(());
    }
    let language = language(draft);
    let lines = deeds.iter().map(|it| why::brief(draft, it, language)).collect();
    let mut people: Vec<&Deed> = Vec::new();
    deeds.iter().for_each(|it| {
        if !people.iter().any(|known| known.who == it.who) {
            people.push(it);
        }
    });
    let alone = people.len() == 1;
    let keyboard = people.iter().map(|it| buttons(draft.place.id, language, it, alone)).collect();
    let text = head(language, "membership-ledger-log", group).with("lines", Arg::Lines(lines));
    write(draft, at, text, keyboard);
    Some(())
}

/// Two buttons about one person; named when there are several.
fn buttons(group: ChatId, language: Language, deed: &Deed, alone: bool) -> Vec<Button> {
    let button = |letter, one, named| {
        let label = match alone {
            true => Text::new(language, one),
            false => Text::new(language, named).with("name", Arg::Word(deed.name.clone())),
        };
        let (action, args) = (ACTION.to_owned(), afar::args(group, letter, deed.who));
        Button { label: Label::Text(label), does: Does::Press { action, args, only: None, until: None } }
    };
    vec![
        button(WHY, "membership-ledger-button-why", "membership-ledger-button-why-named"),
        button(UNDO, "membership-ledger-button-undo", "membership-ledger-button-undo-named"),
    ]
}

/// Counts deeds instead of telling them: in the message that counts already, or in a new one.
fn count(
    draft: &mut Draft<'_>,
    at: LogPlace,
    group: String,
    new: &[u32; KINDS],
    counting: Option<(Slot, Moment, [u32; KINDS])>,
) -> (Slot, Moment, [u32; KINDS]) {
    let (language, now) = (language(draft), draft.now());
    let before = counting.map_or([0; KINDS], |(.., counts)| counts);
    let sum: [u32; KINDS] = std::array::from_fn(|n| sum_of(&before, n).saturating_add(sum_of(new, n)));
    let line = |(key, count): (&&'static str, &u32)| {
        (*count > 0).then(|| Text::new(language, key).with("count", Arg::Number((*count).into())))
    };
    let lines = COUNTED.iter().zip(&sum).filter_map(line).collect();
    let text = head(language, "membership-ledger-log-many", group).with("lines", Arg::Lines(lines));
    match counting {
        Some((slot, since, _)) => {
            let message = MessageRef::Slot(slot);
            draft.broadcast(Call::Edit { chat: at.chat, message, text, keyboard: Vec::new() });
            (slot, since, sum)
        }
        None => (write(draft, at, text, Vec::new()), now, sum),
    }
}

fn sum_of(counts: &[u32; KINDS], n: usize) -> u32 {
    counts.get(n).copied().unwrap_or_default()
}

fn head(language: Language, key: &'static str, group: String) -> Text {
    Text::new(language, key).with("group", Arg::Bold(group))
}

/// Says something in the log place, and hears whether that worked.
pub(super) fn write(draft: &mut Draft<'_>, at: LogPlace, text: Text, keyboard: Vec<Vec<Button>>) -> Slot {
    let slot = draft.slot();
    let LogPlace { chat, thread } = at;
    let call = Call::Say { chat, slot, thread, reply_to: None, text, keyboard, silent: true, only: None };
    let owed = Owed { lane: Lane::Broadcast, ..Owed::new(call).repeating().reporting(TOKEN) };
    draft.add(Effect::Telegram(owed));
    slot
}

/// Tells the log place something else, if there is one.
pub(super) fn say(draft: &mut Draft<'_>, text: Text) {
    if let Some(at) = place(draft.state()) {
        write(draft, at, text, Vec::new());
    }
}

/// Whether the log could be written to.
pub(super) fn performed(draft: &mut Draft<'_>, outcome: &Outcome) {
    match outcome {
        Outcome::Done { .. } => {
            if draft.state().journal.broken.is_some() {
                draft.change().journal.broken = None;
            }
            trouble::heal(draft, About::Log);
        }
        Outcome::Refused { .. } => {
            let now = draft.now();
            let journal = &mut draft.change().journal;
            (journal.broken, journal.crowd) = (Some(now), None);
            trouble::log(draft);
            appeal::without_log(draft);
        }
        Outcome::Unknown => {}
    }
}

/// A button of the log was pressed, in that chat.
pub(super) fn pressed(draft: &mut Draft<'_>, at: ChatId, pressed: &Pressed, args: &str) {
    draft.claim();
    let say = |key| Text::new(pressed.from.language, key);
    let Some((letter, user)) = afar::read(args) else {
        return draft.toast(pressed, say("membership-toast-over"), false);
    };
    if afar::may_restrict(draft, pressed) != Some(true) {
        return;
    }
    match letter {
        WHY => tell_why(draft, at, pressed, user),
        UNDO => {
            if let Some(grace) = undo::pardon(draft, user, pressed.from.id, Mercy::Undone) {
                let text = undo::said_of(&grace, user, pressed.from.language);
                draft.toast(pressed, text, true);
            }
        }
        _ => draft.toast(pressed, say("membership-toast-over"), false),
    }
}

/// Says everything about somebody under the line of the log.
fn tell_why(draft: &mut Draft<'_>, chat: ChatId, pressed: &Pressed, user: UserId) {
    let Some(text) = why::report(draft, user, pressed.from.language, false) else { return };
    let (slot, thread, keyboard) = (draft.slot(), pressed.thread, Vec::new());
    let reply_to = Some(pressed.message);
    let call = Call::Say { chat, slot, thread, reply_to, text, keyboard, silent: true, only: None };
    draft.add(Effect::Telegram(Owed::new(call).repeating()));
    draft.toast(pressed, Text::new(pressed.from.language, "membership-ledger-toast-below"), false);
}
