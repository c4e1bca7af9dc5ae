//! The one message that tells the admins what does not work, where nobody who set the group up can be written to in
//! private: in the log place, else in the group. It is said once, kept true while it stands, and goes when all is well.

use super::super::effect::{Button, Call, Effect, MessageRef, Owed};
use super::super::event::{Outcome, Standing};
use super::super::fact::Freshness;
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Slot, ThreadId, UserId};
use super::draft::Draft;
use super::policy::LogPlace;
use super::state::{About, Trouble};
use super::{check, journal, reach, trouble};
use serde::{Deserialize, Serialize};

/// The alarm clock that takes it away, and the token under which it is heard whether it could be said.
pub(super) const KEY: &str = "board";
/// It stands so long at most, in ms: Telegram deletes nothing that is older than 48 h.
const STANDS_MS: u64 = 40 * 3_600_000;
/// Owners of the house who are looked for in the group.
const OWNERS_MAX: usize = 8;

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// The log place; else it stands in the group itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log: Option<ChatId>,
    /// Our name of it.
    slot: Slot,
    /// It was said to one person alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    only: bool,
}

/// Somebody could not be written to. When nobody else can, the message says what they would have heard.
pub(super) fn unheard(draft: &mut Draft<'_>) {
    let told = draft.state().troubles.iter().any(|it| it.told);
    if told
        && draft.state().board.is_none()
        && reach::setters(draft, reach::may_be_admin).is_some_and(|it| it.is_empty())
    {
        show(draft);
    }
}

/// Nobody who set the group up can be written to: what is wrong is shown in another way, once.
pub(super) fn show(draft: &mut Draft<'_>) {
    if draft.state().board.is_some() {
        return renew(draft);
    }
    if let Some(log) = journal::place(draft.state()) {
        return say(draft, Some(log), None);
    }
    let (Some(house), Some(reader)) = (house_knows(draft), reader(draft)) else { return };
    if !house {
        say(draft, None, reader);
    }
}

/// Whether an owner of the house, who hears of every trouble, is an admin here; `None` while that is not known.
fn house_knows(draft: &mut Draft<'_>) -> Option<bool> {
    let here = draft.place.id;
    let owners: Vec<_> = draft.facts.house.owners.iter().take(OWNERS_MAX).copied().collect();
    let seen: Vec<_> = owners.into_iter().map(|it| draft.member(here, it, Freshness::Recent)).collect();
    let seen: Option<Vec<_>> = seen.into_iter().collect();
    Some(seen?.into_iter().any(|it| it.as_ref().is_ok_and(Standing::is_admin)))
}

/// An admin who set the group up and is in it: they alone need see it. `None` while that is not known.
fn reader(draft: &mut Draft<'_>) -> Option<Option<UserId>> {
    let (here, owners) = (draft.place.id, draft.state().owners.clone());
    let seen: Vec<_> = owners.into_iter().map(|it| (it, draft.member(here, it, Freshness::Recent))).collect();
    let seen: Option<Vec<_>> = seen.into_iter().map(|(who, standing)| Some((who, standing?))).collect();
    Some(seen?.into_iter().rev().find(|(_, it)| it.as_ref().is_ok_and(Standing::is_admin)).map(|(who, _)| who))
}

fn say(draft: &mut Draft<'_>, log: Option<LogPlace>, only: Option<UserId>) {
    draft.find_title();
    let (slot, at) = (draft.slot(), draft.now().plus_ms(STANDS_MS));
    let (text, keyboard) = words(draft, log.is_some());
    let (chat, thread): (_, Option<ThreadId>) = log.map_or((draft.place.id, None), |it| (it.chat, it.thread));
    let call = Call::Say { chat, slot, thread, reply_to: None, text, keyboard, silent: true, only };
    draft.add(Effect::Telegram(Owed::new(call).repeating().reporting(KEY)));
    draft.add(Effect::WakeAt { key: KEY.to_owned(), at });
    draft.change().board = Some(Board { log: log.map(|it| it.chat), slot, only: only.is_some() });
}

/// What does not work has changed while it stands.
pub(super) fn renew(draft: &mut Draft<'_>) {
    let Some(board) = draft.state().board else { return };
    draft.find_title();
    let chat = board.log.unwrap_or(draft.place.id);
    let message = MessageRef::Slot(board.slot);
    if !draft.state().troubles.iter().any(|it| it.told) {
        return take_down(draft, board);
    }
    let (text, keyboard) = words(draft, board.log.is_some());
    draft.owe(Call::Edit { chat, message, text, keyboard });
}

/// We are out of the group: what stands in it is out of our hands.
pub(super) fn leave(draft: &mut Draft<'_>) {
    if draft.state().board.is_some_and(|it| it.log.is_none()) {
        draft.change().board = None;
        draft.add(Effect::NoWake { key: KEY.to_owned() });
    }
}

/// All is well: the log place reads that, and the group is as it was.
fn take_down(draft: &mut Draft<'_>, board: Board) {
    draft.change().board = None;
    draft.add(Effect::NoWake { key: KEY.to_owned() });
    let message = MessageRef::Slot(board.slot);
    let Some(chat) = board.log else { return draft.delete(message) };
    let language = journal::language(draft);
    let text = Text::new(language, "membership-board-over").with("group", Arg::Bold(draft.title()));
    draft.owe(Call::Edit { chat, message, text, keyboard: Vec::new() });
}

/// It has stood long enough; `/protection` goes on showing what is wrong.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    if let Some(board) = draft.state().board {
        draft.change().board = None;
        let chat = board.log.unwrap_or(draft.place.id);
        draft.owe(Call::Delete { chat, message: MessageRef::Slot(board.slot) });
    }
}

/// Whether it could be said. What cannot be shown to one person is shown to all, and what the log place refuses stands
/// in the group; what the group refuses too, nobody can be told.
pub(super) fn performed(draft: &mut Draft<'_>, outcome: &Outcome) {
    let (Outcome::Refused { .. }, Some(board)) = (outcome, draft.state().board) else { return };
    let reader = if board.log.is_some() { reader(draft) } else { Some(None) };
    let Some(reader) = reader else { return };
    draft.change().board = None;
    draft.add(Effect::NoWake { key: KEY.to_owned() });
    if board.log.is_some() || board.only {
        say(draft, None, reader);
    }
}

fn words(draft: &Draft<'_>, log: bool) -> (Text, Vec<Vec<Button>>) {
    let language = journal::language(draft);
    let told = draft.state().troubles.iter().filter(|it| it.told);
    let lines = told.map(|it| line(draft, language, it)).collect();
    let text = match log {
        true => Text::new(language, "membership-board-log").with("group", Arg::Bold(draft.title())),
        false => Text::new(language, "membership-board-group"),
    };
    (text.with("lines", Arg::Lines(lines)), remedies(draft, language))
}

/// What does not work here, in one line.
pub(super) fn line(draft: &Draft<'_>, language: Language, trouble: &Trouble) -> Text {
    let say = |key| Text::new(language, key);
    let title = |id: ChatId| {
        let known = draft.state().channels.iter().find(|it| it.id == id);
        Arg::Bold(known.map_or_else(|| id.0.to_string(), |it| it.title.clone()))
    };
    match trouble.about {
        About::Lookup(chat) if chat != draft.place.id => {
            say("membership-panel-trouble-lookup").with("channel", title(chat))
        }
        About::Lookup(_) | About::Rights | About::Refused => say("membership-panel-trouble-rights"),
        About::Link(chat) => say("membership-panel-trouble-link").with("channel", title(chat)),
        About::Door => say("membership-door-panel-rights"),
        About::Crowded => say("membership-door-panel-crowded"),
        About::Log => say("membership-ledger-trouble-log").with("group", Arg::Bold(draft.title())),
        About::Unheard(chat) => say("membership-panel-trouble-unheard").with("channel", title(chat)),
    }
}

/// Buttons that lead where what does not work is set right.
pub(super) fn remedies(draft: &Draft<'_>, language: Language) -> Vec<Vec<Button>> {
    let mut wanted = Vec::new();
    for it in draft.state().troubles.iter().filter_map(|it| trouble::remedy(it.about, draft.place.id)) {
        if !wanted.contains(&it) {
            wanted.push(it);
        }
    }
    check::remedies(language, &wanted, &draft.facts.house.username)
}
