//! The raid guard: while strangers come far faster than usual, the group is kept quiet and its admins know.
//!
//! Only strangers count: people whom we stop, when they come in and when they write. A rush of subscribers is none.

use super::super::effect::{Button, Call, Does, Effect, Label, MessageRef, Owed, Target};
use super::super::event::{Note, Pressed};
use super::super::fact::Freshness;
use super::super::fact::{Permissions, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::{Language, MessageId, Moment, Slot};
use super::draft::{Draft, Voice};
use super::order::Undo;
use super::policy::LogPlace;
use super::state::cut;
use super::{Settings, journal, undo};
use serde::{Deserialize, Serialize};

/// The buttons of the message to the admins.
pub(super) const ACTION: &str = "m.r";
/// The alarm clock of a raid.
pub(super) const WAKE: &str = "raid";

const END: &str = "e";
const UNDO: &str = "u";
/// The row of what everybody might do before a raid closed the group.
const CLOSED: &str = "raid/permissions";
const MINUTE_MS: u64 = 60_000;
/// Strangers are counted by the minute: so long may a raid have gone on before it is noticed, in ms.
pub(super) const UNNOTICED_MS: u64 = MINUTE_MS;
/// Minutes over which it is learned what is usual; after ten times as many nothing is left of it.
const MEMORY_MIN: u32 = 60;
/// A raid is over when it has been quiet for this long, in ms.
const CALM_MS: u64 = 5 * MINUTE_MS;
/// When an admin has ended a raid, the next one begins after this long at the earliest, in ms.
const REST_MS: u64 = 10 * MINUTE_MS;
/// The message to the admins is edited at most this often, in ms.
const SHOW_MS: u64 = 10_000;
/// Deletions are collected for so long, in ms ..
const COLLECT_MS: u64 = 1_000;
/// .. and so many at most. Telegram takes 100 at once; they stand in the cell, which is small.
const COLLECT_MAX: usize = 40;

/// How many strangers come per minute: now, and usually.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pulse {
    /// The present minute since 1970.
    pub minute: u64,
    /// Strangers in it.
    pub count: u32,
    /// The moving average per minute, in thousandths.
    pub usual: u32,
    /// An admin has ended a raid: none begins before this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Moment>,
}

/// A raid that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raid {
    /// Since when.
    pub since: Moment,
    /// When strangers last came faster than usual.
    pub loud: Moment,
    /// People stopped.
    pub people: u32,
    /// Messages deleted.
    pub messages: u32,
    /// Messages that are to be deleted next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doomed: Vec<MessageId>,
    /// Where its admins are told ..
    pub at: LogPlace,
    /// .. and our name of that message.
    pub slot: Slot,
    /// Its language: the group's, or that of its admins.
    pub language: Language,
    /// When it was last said or edited.
    pub shown: Moment,
    /// It does not say yet how things stand.
    pub stale: bool,
    /// The alarm clock rings within a second.
    pub armed: bool,
    /// Nobody but the admins may write.
    pub closed: bool,
}

/// The row of a group that a raid has closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Closed {
    /// What everybody might do before.
    before: Permissions,
    /// What we have left of it.
    ours: Permissions,
}

impl Pulse {
    /// Whether nothing was ever counted.
    pub(super) fn is_still(&self) -> bool {
        *self == Self::default()
    }

    /// Counts a stranger, and answers how many there are in this minute.
    fn beat(&mut self, now: Moment, learn: bool) -> u32 {
        let minute = now.0 / MINUTE_MS;
        if minute != self.minute {
            if learn {
                self.learn(minute.saturating_sub(self.minute));
            }
            (self.minute, self.count) = (minute, 0);
        }
        self.count = self.count.saturating_add(1);
        self.count
    }

    /// The minute that was counted is over, and so many in all.
    fn learn(&mut self, minutes: u64) {
        let Some(empty) = minutes.checked_sub(1) else { return };
        let seen = self.count.saturating_mul(1_000);
        self.usual = (self.usual.saturating_mul(MEMORY_MIN - 1)).saturating_add(seen) / MEMORY_MIN;
        if empty > u64::from(MEMORY_MIN) * 10 {
            self.usual = 0;
        }
        for _ in 0..empty.min(u64::from(MEMORY_MIN) * 10) {
            self.usual = self.usual * (MEMORY_MIN - 1) / MEMORY_MIN;
        }
    }

    /// How many strangers in one minute are a raid.
    fn limit(&self, settings: Settings) -> u32 {
        (self.usual.saturating_mul(settings.raid_factor) / 1_000).max(settings.raid_min_per_min)
    }
}

/// Deletes what a stranger wrote: at once, or in a raid together with others.
pub(super) fn delete(draft: &mut Draft<'_>, message: MessageId) {
    if draft.state().raid.is_none() {
        return draft.delete(MessageRef::Id(message));
    }
    if let Some(raid) = &mut draft.change().raid {
        raid.doomed.push(message);
        raid.messages = raid.messages.saturating_add(1);
        raid.stale = true;
        if raid.doomed.len() >= COLLECT_MAX {
            sweep(draft);
        }
    }
    arm(draft);
}

/// Counts somebody who is stopped now. Too many of them are a raid.
pub(super) fn beat(draft: &mut Draft<'_>) {
    let (now, settings) = (draft.now(), draft.settings);
    let state = draft.change();
    let count = state.pulse.beat(now, state.raid.is_none());
    let loud = count >= state.pulse.limit(settings);
    match &mut state.raid {
        Some(raid) => {
            raid.people = raid.people.saturating_add(1);
            raid.stale = true;
            raid.loud = if loud { now } else { raid.loud };
        }
        None if loud && !state.pulse.rest.is_some_and(|it| it.holds(now, REST_MS)) => begin(draft, count),
        None => return,
    }
    arm(draft);
}

fn arm(draft: &mut Draft<'_>) {
    let at = draft.now().plus_ms(COLLECT_MS);
    if let Some(raid) = draft.change().raid.as_mut().filter(|it| !it.armed) {
        raid.armed = true;
        draft.add(Effect::WakeAt { key: WAKE.to_owned(), at });
    }
}

fn begin(draft: &mut Draft<'_>, people: u32) {
    let (now, slot, here) = (draft.now(), draft.slot(), LogPlace { chat: draft.place.id, thread: None });
    let at = draft.state().policy.log.unwrap_or(here);
    let closed = draft.state().policy.lockdown && close(draft);
    let raid = Raid {
        since: now,
        loud: now,
        people,
        messages: 0,
        doomed: Vec::new(),
        at,
        slot,
        language: journal::language(draft),
        shown: now,
        stale: false,
        armed: false,
        closed,
    };
    let (text, keyboard) = (on(draft, &raid), keyboard(draft, &raid, true));
    draft.change().raid = Some(raid);
    let LogPlace { chat, thread } = at;
    let say = Call::Say { chat, slot, thread, reply_to: None, text, keyboard, silent: false, only: None };
    draft.add(Effect::Telegram(Owed::new(say).repeating()));
    let (key, place) = (key(draft), draft.place.clone());
    let text = Text::new(Language::En, "membership-raid-trouble").with("group", Arg::Bold(cut(&place.title)));
    draft.add(Effect::Tell { to: Target::House, note: Note::Trouble { key, place, text, remedy: None } });
}

/// Takes everybody's right to send away, and remembers what it was.
fn close(draft: &mut Draft<'_>) -> bool {
    let chat = draft.place.id;
    let Some(Ok(info)) = draft.chat(&chat.into()) else { return false };
    let before = info.permissions.clone();
    let kept = |(name, may): (&String, &bool)| (name.clone(), *may && !name.starts_with("can_send_"));
    let ours = Permissions(before.0.iter().map(kept).collect());
    if ours == before {
        return false;
    }
    draft.put(CLOSED.to_owned(), &Closed { before, ours: ours.clone() });
    draft.owe(Call::Permit { chat, permissions: ours });
    true
}

/// Gives back what was taken away, unless an admin has changed it meanwhile. `None` while facts are missing.
fn open(draft: &mut Draft<'_>) -> Option<()> {
    let chat = draft.place.id;
    let (row, info) = (draft.row(CLOSED), draft.chat(&chat.into()));
    let (row, info) = (row?, info?);
    draft.drop_row(CLOSED.to_owned());
    let Some(Closed { before, ours }) = row.and_then(|it| serde_json::from_slice(it).ok()) else { return Some(()) };
    // What we hear may be a minute old, so that it is still as before. In doubt nobody stays silenced.
    let untouched = info.as_ref().map_or(true, |it| it.permissions == ours || it.permissions == before);
    if untouched {
        draft.owe(Call::Permit { chat, permissions: before });
    }
    Some(())
}

/// The alarm clock rings: what was collected is deleted, the admins see how it stands, or it is over.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    if draft.state().raid.is_none() {
        return;
    }
    sweep(draft);
    let now = draft.now();
    let Some(raid) = &mut draft.change().raid else { return };
    raid.armed = false;
    let (over, show) = (raid.loud.plus_ms(CALM_MS), raid.shown.plus_ms(SHOW_MS));
    if !over.holds(now, CALM_MS) {
        return end(draft);
    }
    if raid.stale && !show.holds(now, SHOW_MS) {
        (raid.stale, raid.shown) = (false, now);
        let raid = raid.clone();
        tell(draft, &raid, on(draft, &raid), true);
    }
    let next = draft.state().raid.as_ref().filter(|it| it.stale).map_or(over, |_| show.min(over));
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at: next });
}

/// Deletes what was collected.
fn sweep(draft: &mut Draft<'_>) {
    let chat = draft.place.id;
    let Some(raid) = draft.change().raid.as_mut() else { return };
    let messages = std::mem::take(&mut raid.doomed);
    match messages.as_slice() {
        [] => {}
        [one] => draft.delete(MessageRef::Id(*one)),
        _ => draft.owe(Call::DeleteMany { chat, messages }),
    }
}

/// The raid is over: everything is as it was, and the admins see what it came to.
fn end(draft: &mut Draft<'_>) {
    if draft.state().raid.as_ref().is_some_and(|it| it.closed) && open(draft).is_none() {
        return;
    }
    sweep(draft);
    let now = draft.now();
    let state = draft.change();
    (state.pulse.minute, state.pulse.count) = (now.0 / MINUTE_MS, 0); // the raid teaches nothing
    let Some(raid) = state.raid.take() else { return };
    let text = numbers(draft, &raid, "membership-raid-over")
        .with("minutes", Arg::Number(i64::try_from(now.since_ms(raid.since) / MINUTE_MS + 1).unwrap_or(i64::MAX)));
    tell(draft, &raid, text, false);
    draft.add(Effect::NoWake { key: WAKE.to_owned() });
    let note = Note::Healed { key: key(draft) };
    draft.add(Effect::Tell { to: Target::House, note });
}

fn tell(draft: &mut Draft<'_>, raid: &Raid, text: Text, on: bool) {
    let keyboard = keyboard(draft, raid, on);
    draft.owe(Call::Edit { chat: raid.at.chat, message: MessageRef::Slot(raid.slot), text, keyboard });
}

fn on(draft: &Draft<'_>, raid: &Raid) -> Text {
    let closed = if raid.closed { "membership-raid-closed" } else { "membership-raid-open" };
    let closed = Text::new(raid.language, closed);
    numbers(draft, raid, "membership-raid-on").with("closed", Arg::Lines(vec![closed]))
}

fn numbers(draft: &Draft<'_>, raid: &Raid, key: &'static str) -> Text {
    Text::new(raid.language, key)
        .with("group", Arg::Bold(cut(&draft.place.title)))
        .with("people", Arg::Number(i64::from(raid.people)))
        .with("messages", Arg::Number(i64::from(raid.messages)))
}

/// Buttons work in the group itself; in a log place the words name the commands.
fn keyboard(draft: &Draft<'_>, raid: &Raid, on: bool) -> Vec<Vec<Button>> {
    let button = |key: &'static str, args: &str| {
        let does = Does::Press { action: ACTION.to_owned(), args: args.to_owned(), only: None, until: None };
        vec![Button { label: Label::Text(Text::new(raid.language, key)), does }]
    };
    if raid.at.chat != draft.place.id {
        return Vec::new();
    }
    let end = on.then(|| button("membership-raid-button-end", END));
    end.into_iter().chain([button("membership-raid-button-undo", UNDO)]).collect()
}

fn key(draft: &Draft<'_>) -> String {
    format!("membership/{}/raid", draft.place.id.0)
}

/// An admin pressed one of the buttons.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    draft.claim();
    let Some(standing) = draft.member(draft.place.id, pressed.from.id, Freshness::Recent) else { return };
    let say = |key| Text::new(pressed.from.language, key);
    match standing {
        Ok(it) if it.may(|it| it.can_restrict_members) => {}
        Ok(_) | Err(Unknown::NotFound) => return draft.toast(pressed, say("membership-raid-toast-admins"), true),
        Err(_) => return draft.toast(pressed, say("membership-toast-cannot-check"), false),
    }
    match args {
        UNDO => {
            draft.toast(pressed, say("membership-toast-thanks"), false);
            undo::asked(draft, Voice::Reply(pressed.message, pressed.thread), &pressed.from, &Undo::Raid);
        }
        _ if draft.state().raid.is_none() => draft.toast(pressed, say("membership-raid-toast-over"), false),
        _ => {
            let rest = draft.now().plus_ms(REST_MS);
            draft.change().pulse.rest = Some(rest);
            draft.toast(pressed, say("membership-raid-toast-ended"), false);
            end(draft);
        }
    }
}
