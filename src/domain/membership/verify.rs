//! `/verify`: checks one person, or everybody who is known, against the truth.

use super::super::event::{Pressed, Standing, Status};
use super::super::fact::{Freshness, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::{Language, Person, UserId};
use super::draft::{Draft, Voice};
use super::ledger::Why;
use super::stop::names;
use super::truth::{self, Aim, Found, Hand, Sight};
use super::walk::{self, Kind, Tally, Walk};

/// The button that stops a walk.
pub(super) const ACTION: &str = "m.v";
/// Names in a summary.
const NAMES_MAX: usize = 10;

/// An admin wants a check.
pub(super) fn asked(draft: &mut Draft<'_>, voice: Voice, asker: &Person, who: Option<UserId>) {
    if draft.state().channels.is_empty() {
        return draft.answer(voice, Text::new(asker.language, "membership-unprotected"), Vec::new());
    }
    match who {
        Some(who) => one(draft, voice, asker, who),
        None => {
            let walk = Walk::new(draft, Kind::Verify, asker.language);
            walk::order(draft, voice, walk);
        }
    }
}

/// One person, at once.
fn one(draft: &mut Draft<'_>, voice: Voice, asker: &Person, who: UserId) {
    let channels = draft.state().channels.clone();
    let group = draft.place.id;
    let (here, chat) = (draft.member(group, who, Freshness::Now), draft.chat(&group.into()));
    let sight = truth::look(draft, who, &channels, Freshness::Now);
    let (Some(here), Some(_), Some(sight)) = (here, chat, sight) else { return };
    if sight.unsure || matches!(here, Err(Unknown::Unavailable)) {
        return draft.answer(voice, Text::new(asker.language, "membership-cannot-check"), Vec::new());
    }
    truth::observe(draft, &sight);
    let person = sight.person(asker.language);
    let lacks = sight.lacks.iter().map(|it| it.id).collect();
    let hold = Some(Why::Lacks { channels: lacks, fresh: true });
    let found = truth::set_right(draft, &person, &sight, &Aim { hold, vanished: false, lift: Why::Joined });
    let lines = vec![channels_line(asker.language, &sight), here_line(asker.language, &sight, here, found)];
    let text = Text::new(asker.language, "membership-verify-one")
        .with("person", Arg::Person { id: who, name: person.name })
        .with("lines", Arg::Lines(lines));
    draft.answer(voice, text, Vec::new());
}

fn channels_line(language: Language, sight: &Sight<'_>) -> Text {
    match (sight.lacks.is_empty(), sight.blind.is_empty()) {
        (false, _) => Text::new(language, "membership-verify-one-lacks").with("channels", names(sight.lacks.iter())),
        (true, false) => Text::new(language, "membership-verify-one-blind"),
        (true, true) => Text::new(language, "membership-verify-one-all"),
    }
}

/// What they are here, and what was done.
fn here_line(language: Language, sight: &Sight<'_>, here: &Result<Standing, Unknown>, found: Found) -> Text {
    let admin = here.as_ref().is_ok_and(Standing::is_admin);
    let inside = here.as_ref().is_ok_and(Standing::inside);
    let muted = here.as_ref().is_ok_and(|it| it.muted);
    let banned = here.as_ref().is_ok_and(|it| it.status == Status::Kicked);
    let key = match found {
        Found::Lifted => "membership-verify-one-lifted",
        Found::Held => "membership-verify-one-held",
        Found::Waits => "membership-verify-one-waits",
        Found::Theirs => "membership-verify-one-theirs",
        _ if admin => "membership-verify-one-admin",
        _ if banned => "membership-verify-one-banned",
        _ if muted && sight.hand() != Hand::Ours => "membership-verify-one-theirs",
        _ if sight.exempt() => "membership-verify-one-exempt",
        Found::Unknown => "membership-verify-one-unknown",
        Found::Gone => "membership-verify-one-gone",
        _ if !inside => "membership-verify-one-gone",
        Found::Lacks => "membership-verify-one-later",
        Found::Fine | Found::Free | Found::Closed => "membership-verify-one-free",
    };
    Text::new(language, key)
}

/// The button was pressed.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    let group = draft.place.id;
    let (walk, presser) = (walk::current(draft), draft.member(group, pressed.from.id, Freshness::Recent));
    let (Some(walk), Some(presser)) = (walk, presser) else { return };
    draft.claim();
    let say = |key| Text::new(pressed.from.language, key);
    let may = match presser {
        Ok(it) => it.may(|it| it.can_restrict_members || it.can_change_info),
        Err(Unknown::Unavailable) => {
            return draft.toast(pressed, say("membership-toast-cannot-check"), false);
        }
        Err(_) => false,
    };
    let Some(walk) = walk.filter(|it| it.name() == args) else {
        return draft.toast(pressed, say("membership-verify-toast-over"), false);
    };
    if !may {
        return draft.toast(pressed, say("membership-verify-toast-not-allowed"), true);
    }
    walk::end(draft);
    draft.toast(pressed, say("membership-verify-toast-stopped"), false);
    let text = Text::new(walk.language, "membership-verify-stopped")
        .with("count", Arg::Number(walk.tally.looked.into()))
        .with("lines", Arg::Lines(lines(walk.language, &walk.tally)));
    walk.replace(draft, text, Vec::new());
}

/// Everybody has been looked at.
pub(super) fn finished(draft: &mut Draft<'_>, walk: &Walk) {
    let text = Text::new(walk.language, "membership-verify-done")
        .with("count", Arg::Number(walk.tally.looked.into()))
        .with("seconds-count", walk::seconds(draft, walk))
        .with("lines", Arg::Lines(lines(walk.language, &walk.tally)));
    walk.replace(draft, text, Vec::new());
}

/// What was found, a line each, as far as there is something to tell.
fn lines(language: Language, tally: &Tally) -> Vec<Text> {
    let counted = [
        ("membership-verify-line-fine", tally.fine + tally.closed),
        ("membership-verify-line-lifted", tally.lifted),
        ("membership-verify-line-held", tally.held),
        ("membership-verify-line-waits", tally.waits),
        ("membership-verify-line-lacks", tally.lacks),
        ("membership-verify-line-free", tally.free),
        ("membership-verify-line-theirs", tally.theirs),
        ("membership-verify-line-gone", tally.gone),
        ("membership-verify-line-unknown", tally.unknown),
    ];
    let line = |(key, count): (&'static str, u32)| Text::new(language, key).with("count", Arg::Number(count.into()));
    let mut lines: Vec<Text> = counted.into_iter().filter(|(_, count)| *count > 0).map(line).collect();
    if !tally.names.is_empty() {
        let some: Vec<&str> = tally.names.iter().take(NAMES_MAX).map(String::as_str).collect();
        lines.push(Text::new(language, "membership-verify-names").with("names", Arg::Word(some.join(", "))));
    }
    lines
}
