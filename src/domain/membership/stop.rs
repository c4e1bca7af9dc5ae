//! Stops a stranger: delete, mute and explain, in one decision.

use super::super::effect::{Button, Call, Does, Effect, Label, MessageRef, Owed};
use super::super::event::Said;
use super::super::text::{Arg, Text};
use super::super::types::{Language, Moment, Slot, ThreadId, UserId};
use super::draft::Draft;
use super::hold::Held;
use super::judge::Stranger;
use super::ledger::{What, Why};
use super::own::{self, Own};
use super::state::{CROWDS_MAX, Channel, Crowd, Entry, RECENT_MAX};
use super::{appeal, raid, trouble, why};

pub(super) use super::hold::{Case, hold};

/// The button "I have joined".
pub(super) const OK: &str = "m.ok";
/// Its argument under a collective notice, which stays when one of many has joined.
pub(super) const CROWD: &str = "c";

/// Characters of titles in a toast.
const NAMES_MAX: usize = 100;
/// Notices are counted over this long, in ms.
const MINUTE_MS: u64 = 60_000;
/// A collective notice is edited at most this often, in ms: edits count as messages at Telegram, of which a group
/// takes 20 per minute.
const EDIT_MS: u64 = 6_000;

/// Stops a stranger who wrote.
pub(super) fn stop(draft: &mut Draft<'_>, said: &Said, stranger: Stranger<'_>) {
    if !draft.state().policy.dry {
        draft.claim();
        raid::delete(draft, said.message);
    }
    let channels = stranger.lacks.iter().map(|it| it.id).collect();
    let why = Why::Lacks { channels, fresh: false };
    let case = Case { who: &said.from, thread: said.thread, message: Some(said.message), what: What::Stopped, why };
    hold(draft, &case, stranger);
}

/// The buttons of a notice: one to each channel, the one to press afterwards, and what to do when it is wrong.
fn keyboard<'c>(
    draft: &Draft<'_>,
    language: Language,
    channels: impl Iterator<Item = &'c Channel>,
    only: Option<UserId>,
) -> Vec<Vec<Button>> {
    let open = |it: &Channel| {
        let url = it.url()?;
        Some(vec![Button { label: Label::Name(it.title.clone()), does: Does::Open(url) }])
    };
    let args = if only.is_some() { String::new() } else { CROWD.to_owned() };
    let label = Label::Text(Text::new(language, "membership-button-joined"));
    let press = Button { label, does: Does::Press { action: OK.to_owned(), args, only, until: None } };
    let doubt: Vec<_> = why::button(draft, language).into_iter().chain(appeal::button(draft, language, only)).collect();
    let doubt = Some(doubt).filter(|it| !it.is_empty());
    channels.filter_map(open).chain([vec![press]]).chain(doubt).collect()
}

pub(super) fn mute(draft: &mut Draft<'_>, user: UserId, until: Moment) {
    let call = Call::Mute { chat: draft.place.id, user, until: Some(until) };
    draft.add(Effect::Telegram(Owed::new(call).reporting(trouble::MUTE))); // only a refusal is told
}

pub(super) fn remember(draft: &mut Draft<'_>, user: UserId, entry: &Entry) {
    if entry.mine {
        draft.change().list(user);
    }
    if let Ok(value) = serde_json::to_vec(entry) {
        draft.add(Effect::Put { key: Entry::key(user), value });
    }
}

/// Says what to do: to this person alone, or to all who came lately when they are many.
pub(super) fn explain(draft: &mut Draft<'_>, held: &Held<'_, '_>, entry: &mut Entry, left: Option<u8>) {
    if let Some(old) = entry.slot.take().filter(|_| held.live) {
        take_away(draft, old);
    }
    let (now, case) = (draft.now(), held.case);
    let until = now.plus_ms(draft.state().policy.notice_ms(draft.settings));
    let language = draft.state().policy.language(case.who.language);
    entry.channels = held.lacks.iter().map(|it| it.id).collect();
    entry.language = language;
    entry.thread = case.thread;
    (entry.told, entry.until) = (now, until);
    // The last notice that a minute may see counts everybody else.
    if draft.state().raid.is_some() || notices(draft) + 1 >= most(draft) {
        count(draft, case.thread, language, until);
    } else {
        entry.slot = Some(notice(draft, held, language, until, left));
    }
}

/// Notices said in the last minute.
fn notices(draft: &mut Draft<'_>) -> usize {
    let now = draft.now();
    let recent = &mut draft.change().recent;
    recent.retain(|it| it.is_within(now, MINUTE_MS));
    recent.len()
}

/// Whether one more notice may be said now; then it counts as said.
pub(super) fn has_room(draft: &mut Draft<'_>) -> bool {
    let (room, now) = (notices(draft) + 1 < most(draft), draft.now());
    if room {
        draft.change().recent.push(now);
    }
    room
}

/// Notices that a minute may see.
fn most(draft: &Draft<'_>) -> usize {
    RECENT_MAX.min(draft.settings.notices_per_min as usize)
}

/// A notice for one person: they alone see it, where that is possible and they are in the group.
fn notice(draft: &mut Draft<'_>, held: &Held<'_, '_>, language: Language, until: Moment, left: Option<u8>) -> Slot {
    let Held { case, lacks, standing, .. } = held;
    let text = words(draft, held, language, left);
    let keyboard = keyboard(draft, language, lacks.iter().copied(), Some(case.who.id));
    let (slot, now) = (draft.slot(), draft.now());
    draft.change().recent.push(now);
    tell(draft, slot, case.thread, (text, keyboard), Some(case.who.id).filter(|_| standing.inside()));
    draft.add(Effect::WakeAt { key: wake(slot), at: until });
    slot
}

/// What somebody is told: in the group's own words, where it has some for that.
fn words(draft: &mut Draft<'_>, held: &Held<'_, '_>, language: Language, left: Option<u8>) -> Text {
    let Held { case, lacks, .. } = held;
    let say = |key| {
        Text::new(language, key)
            .with("person", Arg::Person { id: case.who.id, name: case.who.name.clone() })
            .with("channels", names(lacks.iter().copied()))
            .with("count", count_of(lacks.len()))
    };
    match left {
        Some(left) => say("membership-stop-warned").with("left", Arg::Number(i64::from(left))),
        None if case.what == What::Muted && case.message.is_some() => say("membership-stop-reacted"),
        None => match own::read(draft, Own::Notice) {
            Some(words) => own::text(language, &words.text, case.who, names(lacks.iter().copied())),
            None => say("membership-notice"),
        },
    }
}

/// Counts a person into the collective notice of their topic; in a raid there is one for all topics.
fn count(draft: &mut Draft<'_>, thread: Option<ThreadId>, language: Language, until: Moment) {
    let (now, raid) = (draft.now(), draft.state().raid.is_some());
    let full = notices(draft) >= most(draft) || raid;
    let stands_ms = draft.state().policy.notice_ms(draft.settings);
    let crowds = &mut draft.change().crowds;
    crowds.retain(|it| it.until.holds(now, stands_ms));
    let mine = crowds.iter().position(|it| it.thread == thread);
    let share = (full && !crowds.is_empty()) || crowds.len() >= CROWDS_MAX;
    let Some(at) = mine.or_else(|| share.then_some(0)) else { return gather(draft, thread, language, until) };
    let Some(crowd) = crowds.get_mut(at) else { return };
    crowd.count = crowd.count.saturating_add(1);
    crowd.until = until; // it stands as long as the last of them is muted
    let (slot, due) = (crowd.slot, crowd.edited.plus_ms(EDIT_MS));
    if !due.holds(now, EDIT_MS) {
        renew(draft, at);
    } else if crowd.shown + 1 == crowd.count {
        draft.add(Effect::WakeAt { key: format!("{RENEW}{}", slot.0), at: due });
    }
}

/// Says a new collective notice, for one person so far.
fn gather(draft: &mut Draft<'_>, thread: Option<ThreadId>, language: Language, until: Moment) {
    let (slot, now) = (draft.slot(), draft.now());
    let crowd = Crowd { slot, thread, count: 1, until, language, shown: 1, edited: now };
    let words = collective(draft, &crowd);
    let state = draft.change();
    state.recent.push(now);
    state.crowds.push(crowd);
    tell(draft, slot, thread, words, None);
    draft.add(Effect::WakeAt { key: wake(slot), at: until });
}

/// Has a collective notice say how many there are.
fn renew(draft: &mut Draft<'_>, at: usize) {
    let now = draft.now();
    let Some(crowd) = draft.change().crowds.get_mut(at) else { return };
    (crowd.shown, crowd.edited) = (crowd.count, now);
    let crowd = crowd.clone();
    let (text, keyboard) = collective(draft, &crowd);
    let (chat, message) = (draft.place.id, MessageRef::Slot(crowd.slot));
    draft.owe(Call::Edit { chat, message, text, keyboard });
}

fn collective(draft: &Draft<'_>, crowd: &Crowd) -> (Text, Vec<Vec<Button>>) {
    let state = draft.state();
    let text = Text::new(crowd.language, "membership-crowd")
        .with("people", Arg::Number(i64::from(crowd.count)))
        .with("channels", names(state.channels.iter()))
        .with("count", count_of(state.channels.len()));
    (text, keyboard(draft, crowd.language, state.channels.iter(), None))
}

/// Says a notice: without a sound, and rather twice than never.
fn tell(
    draft: &mut Draft<'_>,
    slot: Slot,
    thread: Option<ThreadId>,
    (text, keyboard): (Text, Vec<Vec<Button>>),
    only: Option<UserId>,
) {
    let chat = draft.place.id;
    let call = Call::Say { chat, slot, thread, reply_to: None, text, keyboard, silent: true, only };
    draft.add(Effect::Telegram(Owed::new(call).repeating()));
}

/// The key of the wake that takes a notice away.
pub(super) fn wake(slot: Slot) -> String {
    format!("{NOTICE}{}", slot.0)
}

/// Takes a notice away before its time.
pub(super) fn take_away(draft: &mut Draft<'_>, slot: Slot) {
    draft.delete(MessageRef::Slot(slot));
    draft.add(Effect::NoWake { key: wake(slot) });
}

/// The key of the wake that renews a collective notice begins so.
const RENEW: &str = "crowd/";
/// How the key of a wake begins that takes a notice away.
pub(super) const NOTICE: &str = "notice/";

/// The time of a notice has come: to be taken away, or to be renewed.
pub(super) fn expire(draft: &mut Draft<'_>, key: &str) {
    if let Some(slot) = key.strip_prefix(RENEW).and_then(|it| it.parse().ok()).map(Slot) {
        draft.claim();
        let stands = |it: &Crowd| it.slot == slot && it.shown < it.count;
        if let Some(at) = draft.state().crowds.iter().position(stands) {
            renew(draft, at);
        }
        return;
    }
    let Some(slot) = key.strip_prefix(NOTICE).and_then(|it| it.parse().ok()).map(Slot) else { return };
    draft.claim();
    let crowd = draft.state().crowds.iter().find(|it| it.slot == slot).map(|it| it.until);
    let stands_ms = draft.state().policy.notice_ms(draft.settings);
    if let Some(until) = crowd.filter(|it| it.holds(draft.now(), stands_ms)) {
        return draft.add(Effect::WakeAt { key: wake(slot), at: until }); // somebody came after it was said
    }
    draft.delete(MessageRef::Slot(slot));
    if crowd.is_some() {
        draft.change().crowds.retain(|it| it.slot != slot);
    }
}

/// Titles in one line. A bold argument is one name, and is cut like one.
pub(super) fn names<'c>(channels: impl Iterator<Item = &'c Channel>) -> Arg {
    let titles: Vec<&str> = channels.map(|it| it.title.as_str()).collect();
    match titles.as_slice() {
        [title] => Arg::Bold((*title).to_owned()),
        titles => Arg::Word(titles.join(", ")),
    }
}

/// Titles for a toast, which holds 200 characters in all.
pub(super) fn short_names<'c>(channels: impl Iterator<Item = &'c Channel>) -> Arg {
    let titles: Vec<&str> = channels.map(|it| it.title.as_str()).collect();
    let all = titles.join(", ");
    let short: String = all.chars().take(NAMES_MAX).collect();
    Arg::Word(if short == all { all } else { format!("{short}…") })
}

/// A length, for plurals.
pub(super) fn count_of(length: usize) -> Arg {
    Arg::Number(i64::try_from(length).unwrap_or(i64::MAX))
}
