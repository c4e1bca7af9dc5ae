//! Appeals: somebody says that they were stopped wrongly, and the admins decide.

mod page;

use super::super::effect::{Button, Does, Effect, Label};
use super::super::event::Pressed;
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Moment, Person, Slot, ThreadId, UserId};
use super::draft::Draft;
use super::person::Mercy;
use super::policy::is_default;
use super::undo::{self, Grace};
use super::{afar, journal, reach, stop, why};
use page::Page;
use serde::{Deserialize, Serialize};

/// The button "This is wrong", and the admins' answers to it.
pub(super) const ACTION: &str = "m.a";
/// The rows of appeals, and the alarm clocks that take them away.
pub(super) const KEY: &str = "appeal/";
/// An appeal is accepted.
const ACCEPT: char = 'y';
/// An appeal is rejected.
const REJECT: char = 'n';

/// One appeal per person in so many ms.
const AGAIN_MS: u64 = 24 * 3_600_000;
/// An appeal waits so long for an admin, in ms.
const WAITS_MS: u64 = 3 * AGAIN_MS;
/// Appeals that may wait at the same time.
const OPEN_MAX: usize = 10;
/// Decided ones that still stand in the message.
const DECIDED: usize = 4;
/// How long the word to the person stands in the group, in ms.
const WORD_MS: u64 = 120_000;

/// The appeals of a group that wait, and the messages that show them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Docket {
    /// Who waits, oldest first.
    #[serde(skip_serializing_if = "is_default")]
    pub open: Vec<UserId>,
    /// Who was decided about since the message was said, newest last.
    #[serde(skip_serializing_if = "is_default")]
    pub decided: Vec<UserId>,
    /// Where the message stands.
    #[serde(skip_serializing_if = "is_default")]
    pub copies: Vec<Spot>,
    /// When it was said.
    pub since: Moment,
}

/// One message that shows the appeals: the chat, and our name of it. A pair, because the cell is small.
pub type Spot = (ChatId, Slot);

/// The row `appeal/<user>`: what somebody appealed against, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plea {
    /// Who.
    who: Person,
    /// When.
    at: Moment,
    /// What they lacked when they were stopped.
    lacked: Vec<ChatId>,
    /// The topic in which they were stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thread: Option<ThreadId>,
    /// What was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
}

/// What an admin decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Verdict {
    accepted: bool,
    by: UserId,
    name: String,
}

impl Plea {
    fn key(user: UserId) -> String {
        format!("{KEY}{}", user.0)
    }

    fn read(row: Option<&[u8]>) -> Option<Self> {
        serde_json::from_slice(row?).ok()
    }
}

/// The button of a notice, unless the group has none.
pub(super) fn button(draft: &Draft<'_>, language: Language, only: Option<UserId>) -> Option<Button> {
    let label = Label::Text(Text::new(language, "membership-appeal-button"));
    let does = Does::Press { action: ACTION.to_owned(), args: String::new(), only, until: None };
    (!draft.state().policy.no_appeals).then_some(Button { label, does })
}

/// A button of an appeal was pressed: by the person, or by an admin, here or elsewhere.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    draft.claim();
    match afar::read(args) {
        Some((ACCEPT, user)) => judged(draft, pressed, user, true),
        Some((REJECT, user)) => judged(draft, pressed, user, false),
        Some(_) | None => plead(draft, pressed),
    }
}

/// Somebody says that this is wrong.
fn plead(draft: &mut Draft<'_>, pressed: &Pressed) {
    let user = pressed.from.id;
    let (before, entry, heard) = (plea(draft, user), draft.entry(user), reachable(draft));
    let (Some(before), Some(entry), Some(mut page)) = (before, entry, Page::read(draft)) else { return };
    let Some(heard) = heard else { return };
    let say = |key| Text::new(pressed.from.language, key);
    let recent = before.filter(|it| draft.now().since_ms(it.at) < AGAIN_MS);
    let verdict = recent.map(|it| it.verdict.map(|it| it.accepted));
    let key = match (verdict, entry) {
        (Some(None), _) => match Place::of(draft) {
            Place::Log => "membership-appeal-toast-waits-log",
            Place::Private => "membership-appeal-toast-waits-private",
            Place::Group => "membership-appeal-toast-waits",
        },
        (Some(Some(true)), _) => "membership-appeal-toast-was-accepted",
        (Some(Some(false)), _) => "membership-appeal-toast-was-rejected",
        (None, _) if draft.state().policy.no_appeals => "membership-toast-over",
        (None, None) => "membership-appeal-toast-nothing",
        (None, Some(_)) if draft.state().docket.open.len() >= OPEN_MAX => "membership-appeal-toast-many",
        (None, Some(entry)) => {
            let (who, at) = (pressed.from.clone(), draft.now());
            let plea = Plea { who, at, lacked: entry.channels, thread: entry.thread, verdict: None };
            draft.put(Plea::key(user), &plea);
            draft.add(Effect::WakeAt { key: Plea::key(user), at: at.plus_ms(AGAIN_MS) });
            let docket = &mut draft.change().docket;
            docket.open.retain(|it| *it != user); // theirs of a day ago
            docket.decided.retain(|it| *it != user);
            docket.open.push(user);
            draft.count(|it| it.appeals = it.appeals.saturating_add(1));
            page.pleas.retain(|it| it.who.id != user);
            page.pleas.push(plea);
            page.show(draft, &heard);
            match Place::of(draft) {
                Place::Log => "membership-appeal-toast-made-log",
                Place::Private => "membership-appeal-toast-made-private",
                Place::Group => "membership-appeal-toast-made",
            }
        }
    };
    draft.toast(pressed, say(key), true);
}

/// Where the admins read what waits.
enum Place {
    /// In the log place.
    Log,
    /// In their private chats.
    Private,
    /// In the group.
    Group,
}

impl Place {
    fn of(draft: &Draft<'_>) -> Self {
        let stands = |chat: ChatId| draft.state().docket.copies.iter().any(|(it, _)| *it == chat);
        match journal::place(draft.state()) {
            Some(log) if stands(log.chat) && log.chat != draft.place.id => Self::Log,
            _ if stands(draft.place.id) => Self::Group,
            _ => Self::Private,
        }
    }
}

/// Those who set the group up, may decide, and can be written to as far as we know; `None` while it is not known.
fn reachable(draft: &mut Draft<'_>) -> Option<Vec<UserId>> {
    reach::setters(draft, reach::may_restrict)
}

/// An admin could not be written to. When none of them can, what waits is shown in the group.
pub(super) fn unheard(draft: &mut Draft<'_>, admin: UserId) {
    let docket = &draft.state().docket;
    if !docket.copies.iter().any(|(chat, _)| chat.0 == admin.0) {
        return;
    }
    let docket = &mut draft.change().docket;
    docket.copies.retain(|(chat, _)| chat.0 != admin.0);
    if docket.copies.is_empty() {
        in_group(draft);
    }
}

/// A day after an appeal: it is forgotten, unless it still waits and has not waited too long.
pub(super) fn woke(draft: &mut Draft<'_>, key: &str) {
    draft.claim();
    let Some(row) = draft.row(key) else { return };
    let Some(plea) = Plea::read(row) else { return draft.drop_row(key.to_owned()) };
    let (now, user) = (draft.now(), plea.who.id);
    let waits = draft.state().docket.open.contains(&user);
    if waits && now.since_ms(plea.at) < WAITS_MS {
        return draft.add(Effect::WakeAt { key: key.to_owned(), at: now.plus_ms(AGAIN_MS) });
    }
    if waits {
        lapsed(draft, &plea);
    }
    if waits || draft.state().docket.decided.contains(&user) {
        let docket = &mut draft.change().docket;
        docket.open.retain(|it| *it != user);
        docket.decided.retain(|it| *it != user);
    }
    draft.drop_row(key.to_owned());
}

/// Nobody has decided: the person hears that, and that they may ask again.
fn lapsed(draft: &mut Draft<'_>, plea: &Plea) {
    let text = Text::new(draft.state().policy.language(plea.who.language), "membership-appeal-lapsed")
        .with("person", Arg::Person { id: plea.who.id, name: plea.who.name.clone() })
        .with("channels", why::titles(&draft.state().channels, &plea.lacked));
    draft.murmur(Some(plea.who.id), plea.thread, None, (text, Vec::new()), WORD_MS);
}

/// The log place cannot be written to: what waits is shown to the admins in another way.
pub(super) fn without_log(draft: &mut Draft<'_>) {
    let (page, heard) = (Page::read(draft), reachable(draft));
    let (Some(page), Some(heard), Some(log)) = (page, heard, draft.state().policy.log) else { return };
    let docket = &draft.state().docket;
    let stood = docket.copies.iter().any(|(chat, _)| *chat == log.chat);
    if stood && !docket.open.is_empty() {
        draft.change().docket.copies.retain(|(chat, _)| *chat != log.chat);
        page.publish(draft, &heard);
    }
}

/// Shows what waits in the group: one message without a sound.
fn in_group(draft: &mut Draft<'_>) {
    if draft.state().docket.open.is_empty() {
        return;
    }
    if let Some(page) = Page::read(draft) {
        page.say_here(draft);
    }
}

fn plea(draft: &mut Draft<'_>, user: UserId) -> Option<Option<Plea>> {
    draft.row(&Plea::key(user)).map(Plea::read)
}

/// An admin decides.
fn judged(draft: &mut Draft<'_>, pressed: &Pressed, user: UserId, accepted: bool) {
    let heard = reachable(draft);
    let (may, plea, page) = (afar::may_restrict(draft, pressed), plea(draft, user), Page::read(draft));
    let (Some(true), Some(plea), Some(page), Some(heard)) = (may, plea, page, heard) else { return };
    let say = |key| Text::new(pressed.from.language, key);
    let Some(plea) = plea.filter(|it| it.verdict.is_none()) else {
        return draft.toast(pressed, say("membership-appeal-toast-decided"), false);
    };
    let grace = match accepted {
        true => undo::pardon(draft, user, pressed.from.id, Mercy::Appeal),
        false => Some(Grace::Nothing),
    };
    match grace {
        None => {}
        Some(Grace::Unsure) => draft.toast(pressed, say("membership-toast-cannot-check"), false),
        Some(grace) => {
            decide(draft, pressed, plea, (accepted, grace), page, &heard);
            draft.toast(pressed, say("membership-toast-thanks"), false);
        }
    }
}

/// It is decided: written down, shown, and told.
fn decide(
    draft: &mut Draft<'_>,
    pressed: &Pressed,
    plea: Plea,
    (accepted, grace): (bool, Grace),
    mut page: Page,
    heard: &[UserId],
) {
    let (user, by) = (plea.who.id, &pressed.from);
    let plea = Plea { verdict: Some(Verdict { accepted, by: by.id, name: super::state::cut(&by.name) }), ..plea };
    draft.put(Plea::key(user), &plea);
    let docket = &mut draft.change().docket;
    docket.open.retain(|it| *it != user);
    docket.decided.retain(|it| *it != user);
    if docket.decided.len() >= DECIDED {
        docket.decided.remove(0);
    }
    docket.decided.push(user);
    draft.count(|it| it.accepted = it.accepted.saturating_add(accepted.into()));
    let held = matches!(grace, Grace::Given { held: true, .. });
    tell(draft, &plea, accepted, held);
    page.pleas.retain(|it| it.who.id != user);
    page.pleas.push(plea);
    page.show(draft, heard);
}

/// Tells the person, where they were stopped: a word that goes away.
fn tell(draft: &mut Draft<'_>, plea: &Plea, accepted: bool, held: bool) {
    let language = draft.state().policy.language(plea.who.language);
    let key = match (accepted, held) {
        (true, false) => "membership-appeal-accepted",
        (true, true) => "membership-appeal-accepted-held",
        (false, _) => "membership-appeal-rejected",
    };
    let text = Text::new(language, key)
        .with("person", Arg::Person { id: plea.who.id, name: plea.who.name.clone() })
        .with("channels", why::titles(&draft.state().channels, &plea.lacked))
        .with("count", stop::count_of(plea.lacked.len()));
    draft.murmur(Some(plea.who.id), plea.thread, None, (text, Vec::new()), WORD_MS);
}
