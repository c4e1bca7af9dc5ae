//! Stops a stranger: delete, mute and explain, in one decision.

use super::super::effect::{Button, Call, Does, Effect, Label, MessageRef, Owed};
use super::super::event::{Said, Status};
use super::super::text::{Arg, Text};
use super::super::types::{Language, MessageId, Moment, Person, Slot, ThreadId, UserId};
use super::draft::Draft;
use super::judge::Stranger;
use super::ledger::{self, Deed, What, Why};
use super::own::{self, Own};
use super::state::{CROWDS_MAX, Channel, Crowd, Entry, RECENT_MAX};
use super::{appeal, trouble, why};

/// The button "I have joined".
pub(super) const OK: &str = "m.ok";
/// Its argument under a collective notice, which stays when one of many has joined.
pub(super) const CROWD: &str = "c";

/// A mute needs this long to reach everybody; what was written meanwhile does not show that it failed, in ms.
const GRACE_MS: u64 = 10_000;
/// Characters of titles in a toast.
const NAMES_MAX: usize = 100;
/// Notices are counted over this long, in ms.
const MINUTE_MS: u64 = 60_000;

/// Stops a stranger who wrote.
pub(super) fn stop(draft: &mut Draft<'_>, said: &Said, stranger: Stranger<'_>) {
    draft.claim();
    draft.delete(MessageRef::Id(said.message));
    let channels = stranger.lacks.iter().map(|it| it.id).collect();
    let why = Why::Lacks { channels, fresh: false };
    let case = Case { who: &said.from, thread: said.thread, message: Some(said.message), what: What::Stopped, why };
    hold(draft, &case, stranger);
}

/// Whom to hold back, and what to write down about it.
pub(super) struct Case<'c> {
    /// Who.
    pub(super) who: &'c Person,
    /// The topic in which they are told.
    pub(super) thread: Option<ThreadId>,
    /// The message they wrote, if that is why.
    pub(super) message: Option<MessageId>,
    /// What is done.
    pub(super) what: What,
    /// Why.
    pub(super) why: Why,
}

/// Mutes somebody, unless they are muted already, and tells them why and what to do, unless they were just told.
pub(super) fn hold(draft: &mut Draft<'_>, case: &Case<'_>, stranger: Stranger<'_>) {
    if stranger.standing.status == Status::Kicked {
        return; // Restricting somebody who is banned would let them in again.
    }
    let now = draft.now();
    let known = stranger.entry.as_ref();
    let live = known.is_some_and(|it| now < it.until);
    let fresh_mute = known.is_some_and(|it| it.mine && now.since_ms(it.since) < GRACE_MS);
    let mute = !stranger.standing.muted && !fresh_mute;
    let mine = mute || known.is_some_and(|it| it.mine);
    let until = draft.state().policy.muted_until(draft.settings, now);
    if mute {
        self::mute(draft, case.who.id, until);
        let deed = Deed { until: Some(until), message: case.message, ..case.deed(draft) };
        ledger::note(draft, Some(case.who), &deed);
    }
    if live && !mute {
        return;
    }
    let mut entry = stranger.entry.clone().unwrap_or_default();
    entry.mine = mine;
    if mute {
        (entry.since, entry.ends) = (now, Some(until));
    }
    if !live {
        explain(draft, case, &stranger.lacks, &mut entry);
    }
    remember(draft, case.who.id, &entry);
}

impl Case<'_> {
    fn deed(&self, draft: &Draft<'_>) -> Deed {
        Deed::new(draft, self.who.id, &self.who.name, self.what, self.why.clone())
    }
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

fn mute(draft: &mut Draft<'_>, user: UserId, until: Moment) {
    let call = Call::Mute { chat: draft.place.id, user, until: Some(until) };
    draft.add(Effect::Telegram(Owed::new(call).reporting(trouble::MUTE))); // only a refusal is told
}

fn remember(draft: &mut Draft<'_>, user: UserId, entry: &Entry) {
    if entry.mine {
        draft.change().list(user);
    }
    if let Ok(value) = serde_json::to_vec(entry) {
        draft.add(Effect::Put { key: Entry::key(user), value });
    }
}

/// Says what to do: to this person alone, or to all who came lately when they are many.
fn explain(draft: &mut Draft<'_>, case: &Case<'_>, lacks: &[&Channel], entry: &mut Entry) {
    let now = draft.now();
    let until = now.plus_ms(draft.state().policy.notice_ms(draft.settings));
    let most = RECENT_MAX.min(draft.settings.notices_per_min as usize);
    let language = draft.state().policy.language(case.who.language);
    let state = draft.change();
    state.recent.retain(|it| now.since_ms(*it) < MINUTE_MS);
    let many = state.recent.len() >= most;
    entry.channels = lacks.iter().map(|it| it.id).collect();
    entry.language = language;
    entry.thread = case.thread;
    entry.until = until;
    if many {
        entry.slot = None;
        count(draft, case.thread, language, until);
    } else {
        entry.slot = Some(notice(draft, case, language, lacks, until));
    }
}

/// A notice for one person.
fn notice(draft: &mut Draft<'_>, case: &Case<'_>, language: Language, lacks: &[&Channel], until: Moment) -> Slot {
    let now = draft.now();
    draft.change().recent.push(now);
    let text = match own::read(draft, Own::Notice) {
        Some(words) => own::text(language, &words.text, case.who, names(lacks.iter().copied())),
        None => Text::new(language, "membership-notice")
            .with("person", Arg::Person { id: case.who.id, name: case.who.name.clone() })
            .with("channels", names(lacks.iter().copied()))
            .with("count", count_of(lacks.len())),
    };
    let keyboard = keyboard(draft, language, lacks.iter().copied(), Some(case.who.id));
    let slot = draft.slot();
    tell(draft, slot, case.thread, text, keyboard);
    draft.add(Effect::WakeAt { key: wake(slot), at: until });
    slot
}

/// Counts a person into the collective notice of their topic.
fn count(draft: &mut Draft<'_>, thread: Option<ThreadId>, language: Language, until: Moment) {
    let now = draft.now();
    let crowds = &mut draft.change().crowds;
    crowds.retain(|it| now < it.until);
    let mine = crowds.iter().position(|it| it.thread == thread);
    let place = mine.or_else(|| (crowds.len() >= CROWDS_MAX).then_some(0)); // too many topics share one
    if let Some(crowd) = place.and_then(|it| crowds.get_mut(it)) {
        crowd.count = crowd.count.saturating_add(1);
        crowd.until = until; // it stands as long as the last of them is muted
        let crowd = crowd.clone();
        let (text, keyboard) = collective(draft, &crowd);
        let (chat, message) = (draft.place.id, MessageRef::Slot(crowd.slot));
        draft.owe(Call::Edit { chat, message, text, keyboard });
        return;
    }
    let crowd = Crowd { slot: draft.slot(), thread, count: 1, until, language };
    draft.change().crowds.push(crowd.clone());
    let (text, keyboard) = collective(draft, &crowd);
    tell(draft, crowd.slot, thread, text, keyboard);
    draft.add(Effect::WakeAt { key: wake(crowd.slot), at: until });
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
fn tell(draft: &mut Draft<'_>, slot: Slot, thread: Option<ThreadId>, text: Text, keyboard: Vec<Vec<Button>>) {
    let chat = draft.place.id;
    let call = Call::Say { chat, slot, thread, reply_to: None, text, keyboard, silent: true, only: None };
    draft.add(Effect::Telegram(Owed::new(call).repeating()));
}

/// The key of the wake that takes a notice away.
pub(super) fn wake(slot: Slot) -> String {
    format!("notice/{}", slot.0)
}

/// Takes a notice away before its time.
pub(super) fn take_away(draft: &mut Draft<'_>, slot: Slot) {
    draft.delete(MessageRef::Slot(slot));
    draft.add(Effect::NoWake { key: wake(slot) });
}

/// Takes a notice away whose time has come.
pub(super) fn expire(draft: &mut Draft<'_>, key: &str) {
    let Some(slot) = key.strip_prefix("notice/").and_then(|it| it.parse().ok()).map(Slot) else { return };
    draft.claim();
    let crowd = draft.state().crowds.iter().find(|it| it.slot == slot).map(|it| it.until);
    if let Some(until) = crowd.filter(|it| draft.now() < *it) {
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
