//! `/simulate`: who of the last day would have been stopped by other settings.

mod imagined;
mod shown;
mod trial;

pub(super) use imagined::{Case, Imagined};

use super::super::effect::{Effect, MessageRef};
use super::super::event::Pressed;
use super::super::fact::{ChatRef, Freshness, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::Person;
use super::check::Check;
use super::draft::{Draft, Voice};
use super::protect::ASK_MS;
use super::state::{CHANNELS_MAX, Channel};
use super::stop::count_of;
use super::walk::{self, Kind, Walk};
use shown::Shown;
use trial::Trial;

/// The buttons under a result.
pub(super) const ACTION: &str = "m.w";
/// The row of the result that can still be turned over, and the alarm clock that forgets it.
pub(super) const WAKE: &str = "simulated";

/// An admin wants to know. Nothing is done to anybody, and the group need not be guarded yet.
pub(super) fn asked(draft: &mut Draft<'_>, voice: Voice, asker: &Person, channels: &[ChatRef]) {
    let language = asker.language;
    let mut check = Check::new(language);
    let mut found: Vec<Channel> = Vec::new();
    for target in channels.iter().take(CHANNELS_MAX) {
        let channel = check.channel(target, &mut draft.look);
        found.extend(channel.filter(|it| !found.iter().any(|known| known.id == it.id)));
    }
    if draft.is_missing() {
        return;
    }
    if channels.len() > CHANNELS_MAX {
        check.lines.push(Text::new(language, "membership-need-fewer").with("max", count_of(CHANNELS_MAX)));
    }
    // What is named is tried out beside what is required already.
    for known in &draft.state().channels {
        if found.len() < CHANNELS_MAX && !found.iter().any(|it| it.id == known.id) {
            found.push(known.clone());
        }
    }
    let key = match check {
        Check { unsure: true, .. } => "membership-cannot-check",
        Check { lines, .. } if !lines.is_empty() => {
            let text = Text::new(language, "membership-missing").with("lines", Arg::Lines(lines));
            return draft.answer(voice, text, Vec::new());
        }
        Check { .. } if found.is_empty() => "membership-simulate-usage",
        Check { .. } => {
            let walk = Walk::new(draft, Kind::Simulate(found), language);
            return walk::order(draft, voice, walk);
        }
    };
    draft.answer(voice, Text::new(language, key), Vec::new());
}

/// Everybody of the last day has been looked at: from now on the buttons show what other settings would have done.
pub(super) fn finished(draft: &mut Draft<'_>, walk: &Walk, channels: &[Channel]) {
    let Some(message) = walk.message else { return };
    let until = draft.now().plus_ms(ASK_MS);
    let shown = Shown {
        number: walk.name(),
        language: walk.language,
        channels: channels.to_vec(),
        trial: Trial::of(&draft.state().policy, u8::MAX),
        own: draft.state().policy.strangers,
        unknown: walk.tally.unknown,
        imagined: walk.tally.imagined.clone(),
        until,
    };
    shown.show(draft, message);
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at: until });
}

/// An hour later: nothing is kept of it.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    if let Some(Some(shown)) = Shown::read(draft)
        && shown.until <= draft.now()
    {
        draft.drop_row(WAKE.to_owned());
    }
}

/// A button under the result: other settings, and what they would have done.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    draft.claim();
    let (shown, standing) = (Shown::read(draft), draft.member(draft.place.id, pressed.from.id, Freshness::Recent));
    let (Some(shown), Some(standing)) = (shown, standing) else { return };
    let say = |key| Text::new(pressed.from.language, key);
    match standing {
        Ok(standing) if standing.may(|it| it.can_change_info) => {}
        Ok(_) | Err(Unknown::NotFound) => return draft.toast(pressed, say("membership-not-allowed"), true),
        Err(_) => return draft.toast(pressed, say("membership-toast-cannot-check"), false),
    }
    let split = args.find(|it: char| !it.is_ascii_digit()).unwrap_or(args.len());
    let (number, verb) = args.split_at(split);
    let live = shown.filter(|it| it.number == number && draft.now() < it.until);
    let Some(shown) = live else { return draft.toast(pressed, say("membership-simulate-toast-over"), true) };
    match shown.turned(verb) {
        Some(shown) => {
            draft.nod(pressed);
            shown.show(draft, MessageRef::Id(pressed.message));
        }
        None => draft.toast(pressed, say("membership-simulate-toast-one"), true),
    }
}
