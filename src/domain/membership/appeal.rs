//! Appeals: somebody says that they were stopped wrongly, and the admins decide.

use super::super::effect::{Button, Call, Does, Effect, Label, Lane, MessageRef};
use super::super::event::Pressed;
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Moment, Person, Slot, ThreadId, UserId};
use super::draft::Draft;
use super::person::Mercy;
use super::policy::{LogPlace, is_default};
use super::undo::{self, Grace};
use super::{afar, journal, stop, why};
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
/// Of those, so many stand in the message with their buttons; the others move up.
const SHOWN: usize = 5;
/// Decided ones that still stand in the message.
const DECIDED: usize = 4;
/// The slot of a message is known for 72 h; this keeps clear of it, in ms.
const STANDS_MS: u64 = 48 * 3_600_000;
/// How long the group's own message stands when all is decided, in ms.
const CLEAR_MS: u64 = 60_000;
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
    let (before, entry) = (plea(draft, user), draft.entry(user));
    let (Some(before), Some(entry), Some(mut page)) = (before, entry, Page::read(draft)) else { return };
    let say = |key| Text::new(pressed.from.language, key);
    let recent = before.filter(|it| draft.now().since_ms(it.at) < AGAIN_MS);
    let verdict = recent.map(|it| it.verdict.map(|it| it.accepted));
    let key = match (verdict, entry) {
        (Some(None), _) => "membership-appeal-toast-waits",
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
            page.show(draft);
            "membership-appeal-toast-made"
        }
    };
    draft.toast(pressed, say(key), true);
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
    if waits || draft.state().docket.decided.contains(&user) {
        let docket = &mut draft.change().docket;
        docket.open.retain(|it| *it != user);
        docket.decided.retain(|it| *it != user);
    }
    draft.drop_row(key.to_owned());
}

/// The log place cannot be written to: what waits is shown in the group instead.
pub(super) fn without_log(draft: &mut Draft<'_>) {
    let here = draft.place.id;
    let docket = &draft.state().docket;
    if docket.open.is_empty() || docket.copies.iter().any(|(chat, _)| *chat == here) {
        return;
    }
    let Some(page) = Page::read(draft) else { return };
    let (language, at) = (journal::language(draft), LogPlace { chat: here, thread: None });
    let (text, keyboard) = (page.text(draft, language), page.keyboard(draft, language));
    let slot = draft.notify(at, Lane::Reply, text, keyboard);
    draft.change().docket.copies.push((here, slot));
}

fn plea(draft: &mut Draft<'_>, user: UserId) -> Option<Option<Plea>> {
    draft.row(&Plea::key(user)).map(Plea::read)
}

/// An admin decides.
fn judged(draft: &mut Draft<'_>, pressed: &Pressed, user: UserId, accepted: bool) {
    let (may, plea, page) = (afar::may_restrict(draft, pressed), plea(draft, user), Page::read(draft));
    let (Some(true), Some(plea), Some(page)) = (may, plea, page) else { return };
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
            decide(draft, pressed, plea, (accepted, grace), page);
            draft.toast(pressed, say("membership-toast-thanks"), false);
        }
    }
}

/// It is decided: written down, shown, and told.
fn decide(draft: &mut Draft<'_>, pressed: &Pressed, plea: Plea, (accepted, grace): (bool, Grace), mut page: Page) {
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
    page.show(draft);
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

/// The message that shows the appeals, while it is written.
struct Page {
    pleas: Vec<Plea>,
}

impl Page {
    /// Reads those that stand in the message; `None` while they are not known.
    fn read(draft: &mut Draft<'_>) -> Option<Self> {
        let docket = draft.state().docket.clone();
        let shown: Vec<_> = docket.decided.iter().chain(docket.open.iter().take(SHOWN + 1)).copied().collect();
        let pleas: Vec<_> = shown.into_iter().map(|it| plea(draft, it)).collect();
        let pleas: Option<Vec<_>> = pleas.into_iter().collect();
        Some(Self { pleas: pleas?.into_iter().flatten().collect() })
    }

    /// Says the message, or edits it where it stands.
    fn show(&self, draft: &mut Draft<'_>) {
        let (now, here) = (draft.now(), draft.place.id);
        let docket = &mut draft.change().docket;
        if now.since_ms(docket.since) > STANDS_MS {
            docket.copies.clear();
        }
        if docket.copies.is_empty() {
            docket.decided.clear();
            docket.since = now;
            return self.publish(draft);
        }
        let (docket, language) = (draft.state().docket.clone(), journal::language(draft));
        for (chat, slot) in docket.copies {
            let (text, keyboard) = (self.text(draft, language), self.keyboard(draft, language));
            draft.owe(Call::Edit { chat, message: MessageRef::Slot(slot), text, keyboard });
            if docket.open.is_empty() && chat == here {
                draft.add(Effect::WakeAt { key: stop::wake(slot), at: now.plus_ms(CLEAR_MS) });
            }
        }
        if docket.open.is_empty() {
            let docket = &mut draft.change().docket;
            (docket.copies, docket.decided) = (Vec::new(), Vec::new());
        }
    }

    /// Says it where admins see it: in the log place or the group, and to those who set the group up.
    fn publish(&self, draft: &mut Draft<'_>) {
        let language = journal::language(draft);
        let group = LogPlace { chat: draft.place.id, thread: self.pleas.last().and_then(|it| it.thread) };
        let log = journal::place(draft.state());
        let first = log.unwrap_or(group);
        let owners = draft.state().owners.clone();
        let owners = owners.into_iter().map(|it| LogPlace { chat: ChatId(it.0), thread: None });
        let mut copies = Vec::new();
        for at in [first].into_iter().chain(owners) {
            let (text, keyboard) = (self.text(draft, language), self.keyboard(draft, language));
            let slot = match log.is_some_and(|it| it == at) {
                true => journal::write(draft, at, text, keyboard), // it is heard when that fails
                false => draft.notify(at, if at == first { Lane::Reply } else { Lane::Broadcast }, text, keyboard),
            };
            copies.push((at.chat, slot));
        }
        draft.change().docket.copies = copies;
    }

    fn of(&self, users: &[UserId]) -> impl Iterator<Item = &Plea> {
        users.iter().filter_map(|user| self.pleas.iter().find(|it| it.who.id == *user))
    }

    fn text(&self, draft: &Draft<'_>, language: Language) -> Text {
        let docket = &draft.state().docket;
        let line = |it: &Plea| {
            let key = match &it.verdict {
                None => "membership-appeal-line",
                Some(Verdict { accepted: true, .. }) => "membership-appeal-line-accepted",
                Some(Verdict { accepted: false, .. }) => "membership-appeal-line-rejected",
            };
            let text = Text::new(language, key)
                .with("person", Arg::Person { id: it.who.id, name: it.who.name.clone() })
                .with("channels", why::titles(&draft.state().channels, &it.lacked))
                .with("time", Arg::Time(it.at));
            match &it.verdict {
                Some(Verdict { by, name, .. }) => text.with("admin", Arg::Person { id: *by, name: name.clone() }),
                None => text,
            }
        };
        let decided = self.of(&docket.decided).map(line);
        let open = self.of(docket.open.get(..SHOWN).unwrap_or(&docket.open)).map(line);
        let more = docket.open.len().saturating_sub(SHOWN);
        let more =
            (more > 0).then(|| Text::new(language, "membership-appeal-more").with("count", stop::count_of(more)));
        let key = if docket.open.is_empty() { "membership-appeal-settled" } else { "membership-appeal-open" };
        Text::new(language, key)
            .with("count", stop::count_of(docket.open.len()))
            .with("lines", Arg::Lines(decided.chain(open).chain(more).collect()))
    }

    /// Two buttons for each who waits; named when there are several.
    fn keyboard(&self, draft: &Draft<'_>, language: Language) -> Vec<Vec<Button>> {
        let docket = &draft.state().docket;
        let group = draft.place.id;
        let shown = docket.open.get(..SHOWN).unwrap_or(&docket.open);
        let button = |plea: &Plea, letter, one, named| {
            let label = match docket.open.len() {
                1 => Text::new(language, one),
                _ => Text::new(language, named).with("name", Arg::Word(plea.who.name.clone())),
            };
            let (action, args) = (ACTION.to_owned(), afar::args(group, letter, plea.who.id));
            Button { label: Label::Text(label), does: Does::Press { action, args, only: None, until: None } }
        };
        let row = |it: &Plea| {
            vec![
                button(it, ACCEPT, "membership-appeal-accept", "membership-appeal-accept-named"),
                button(it, REJECT, "membership-appeal-reject", "membership-appeal-reject-named"),
            ]
        };
        self.of(shown).map(row).collect()
    }
}
