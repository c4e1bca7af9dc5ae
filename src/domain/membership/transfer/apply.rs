//! The button "Apply" under what would change: rights and channels are looked at again, then all of it is done, or none.

use super::super::super::event::{Pressed, Standing};
use super::super::super::fact::{ChatRef, Freshness, Unknown};
use super::super::super::text::{Arg, Text};
use super::super::check;
use super::super::draft::{Draft, Voice};
use super::super::own::{Own, Words};
use super::super::protect::{self, Ruling};
use super::super::state::{Request, State};
use super::super::stop::{count_of, names};
use super::file::File;
use super::{PENDING, Pending};

/// The button.
pub(in super::super) const ACTION: &str = "m.t";

/// The button was pressed.
pub(in super::super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    let say = |key| Text::new(pressed.from.language, key);
    let Some(row) = draft.row(PENDING) else { return };
    let pending: Option<Pending> = row.and_then(|it| serde_json::from_slice(it).ok());
    let who = pressed.from.id;
    let fits = |it: &Pending| it.number.to_string() == args && it.by == who && draft.now() < it.until;
    let Some(Pending { file, .. }) = pending.filter(fits) else {
        draft.claim();
        return draft.toast(pressed, say("membership-toast-over"), false);
    };
    let Some(rights) = draft.member(draft.place.id, who, Freshness::Recent) else {
        return look_ahead(draft, pressed, &file);
    };
    let key = match rights {
        Ok(standing) if standing.may(|it| it.can_change_info) => None,
        Ok(Standing { .. }) | Err(Unknown::NotFound) => Some("membership-not-allowed"),
        Err(Unknown::NoRights | Unknown::Unavailable | Unknown::TooLarge) => Some("membership-toast-cannot-check"),
    };
    if let Some(key) = key {
        draft.claim();
        return draft.toast(pressed, say(key), true);
    }
    let Some((more, less)) = rulings(draft, pressed, &file) else { return };
    draft.claim();
    for ruling in more.iter().chain(&less) {
        match ruling {
            Ruling::Protect { .. } | Ruling::Release { .. } => {}
            Ruling::Missing(missing) => {
                draft.toast(pressed, say("membership-toast-missing"), true);
                let check = &missing.check;
                let keyboard = check::remedies(check.language, &check.remedies, &draft.facts.house.username);
                let text = say("membership-transfer-grant").with("lines", Arg::Lines(check.lines.clone()));
                return draft.answer(Voice::Reply(pressed.message, pressed.thread), text, keyboard);
            }
            Ruling::Mistaken(lines) => {
                draft.toast(pressed, say("membership-transfer-mistaken"), true);
                let text = say("membership-mistaken").with("lines", Arg::Lines(lines.clone()));
                return draft.answer(Voice::Reply(pressed.message, pressed.thread), text, Vec::new());
            }
            Ruling::CannotCheck
            | Ruling::NotAllowed
            | Ruling::MayNotRestrict
            | Ruling::Usage
            | Ruling::Unprotected
            | Ruling::Order(_) => {
                return draft.toast(pressed, say("membership-toast-cannot-check"), true);
            }
        }
    }
    carry_out(draft, pressed, file, more, less);
}

/// Asks for everything at once that the rules about channels will want, so that they need no more rounds.
fn look_ahead(draft: &mut Draft<'_>, pressed: &Pressed, file: &File) {
    let (me, who) = (draft.me(), pressed.from.id);
    for channel in new_ones(draft.state(), file) {
        draft.member(channel, me, Freshness::Recent);
        draft.member(channel, who, Freshness::Now);
        draft.chat(&ChatRef::Id(channel));
    }
}

fn new_ones(state: &State, file: &File) -> Vec<super::super::super::types::ChatId> {
    let known = |id| state.channels.iter().any(|it| it.id == id);
    file.channels.iter().map(|it| it.id).filter(|it| !known(*it)).collect()
}

/// What the usual rules say to the channels that come and to those that go; `None` while facts are missing.
fn rulings(draft: &mut Draft<'_>, pressed: &Pressed, file: &File) -> Option<(Option<Ruling>, Option<Ruling>)> {
    let (who, language) = (pressed.from.id, pressed.from.language);
    let mut kept = draft.state().clone();
    kept.channels.retain(|it| file.channels.iter().any(|named| named.id == it.id));
    let more: Vec<_> = new_ones(draft.state(), file).into_iter().map(ChatRef::Id).collect();
    let gone = draft.state().channels.iter().filter(|it| !kept.channels.contains(it));
    let less: Vec<_> = gone.map(|it| ChatRef::Id(it.id)).collect();
    let state = draft.state().clone();
    let place = draft.place;
    let mut rule = |state: &State, request: Request, empty: bool| match empty {
        true => Some(None),
        false => protect::rule(state, place, &request, who, language, &mut draft.look).map(Some),
    };
    let empty = (more.is_empty(), less.is_empty());
    let more = rule(&kept, Request::Protect(more), empty.0);
    let less = rule(&state, Request::Unprotect(less), empty.1);
    more.zip(less)
}

fn carry_out(draft: &mut Draft<'_>, pressed: &Pressed, file: File, more: Option<Ruling>, less: Option<Ruling>) {
    let say = |key| Text::new(pressed.from.language, key);
    draft.drop_row(PENDING.to_owned());
    draft.toast(pressed, say("membership-toast-thanks"), false);
    let (here, below) =
        (Voice::Replace(pressed.message, pressed.thread), Voice::Reply(pressed.message, pressed.thread));
    let policy = file.settings.onto(&draft.state().policy);
    if policy != draft.state().policy {
        draft.change().policy = policy;
    }
    let (by, at) = (pressed.from.id, draft.now());
    for (key, text) in [(Own::Notice, file.texts.notice), (Own::Greeting, file.texts.greeting)] {
        match text {
            Some(text) => draft.put(key.key().to_owned(), &Words { text, by, at }),
            None => draft.drop_row(key.key().to_owned()),
        }
    }
    match (more, less) {
        // Nothing that was asked for goes before what comes in its place: else everybody could write meanwhile.
        (Some(Ruling::Protect { clear, ask }), Some(Ruling::Release { gone, .. })) if clear.is_empty() => {
            let text = say("membership-transfer-applied-later").with("channels", names(gone.iter()));
            draft.answer(here, text.with("count", count_of(gone.len())), Vec::new());
            let instead_of: Vec<_> = gone.iter().map(|it| it.id).collect();
            ask.into_iter().for_each(|it| protect::may(draft, below, &pressed.from, it, instead_of.clone()));
        }
        (more, less) => {
            draft.answer(here, say("membership-transfer-applied"), Vec::new());
            more.into_iter().chain(less).for_each(|it| protect::carry_out(draft, below, &pressed.from, it));
        }
    }
}
