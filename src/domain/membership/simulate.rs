//! `/simulate`: who of the last day would have been stopped by other settings.

use super::super::effect::{Button, Does, Label};
use super::super::fact::ChatRef;
use super::super::text::{Arg, Text};
use super::super::types::Person;
use super::check::Check;
use super::draft::{Draft, Voice};
use super::protect::{self, ASK_MS};
use super::state::{CHANNELS_MAX, Channel, Question, Request};
use super::stop::{count_of, names};
use super::walk::{self, Kind, Walk};

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
    if channels.is_empty() {
        found.clone_from(&draft.state().channels);
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

/// Everybody of the last day has been looked at.
pub(super) fn finished(draft: &mut Draft<'_>, walk: &Walk, channels: &[Channel]) {
    let (language, tally) = (walk.language, &walk.tally);
    let number = |it: u32| Arg::Number(it.into());
    let mut lines = Vec::new();
    for channel in channels.iter().filter(|_| channels.len() > 1) {
        let count = tally.channels.iter().find(|(it, _)| *it == channel.id).map_or(0, |(_, count)| *count);
        let line = Text::new(language, "membership-simulate-line-channel").with("count", number(count));
        lines.push(line.with("channel", Arg::Bold(channel.title.clone())));
    }
    if !tally.names.is_empty() {
        let some = Arg::Word(tally.names.join(", "));
        lines.push(Text::new(language, "membership-verify-names").with("names", some));
    }
    if tally.unknown > 0 {
        lines.push(Text::new(language, "membership-verify-line-unknown").with("count", number(tally.unknown)));
    }
    let key = match tally.looked {
        0 => "membership-simulate-nobody",
        _ => "membership-simulate-done",
    };
    let text = Text::new(language, key)
        .with("people", number(tally.lacks))
        .with("count", number(tally.looked))
        .with("channels", names(channels.iter()))
        .with("lines", Arg::Lines(lines));
    let keyboard = protect_now(draft, walk, channels);
    walk.replace(draft, text, keyboard);
}

/// The button that goes on with `/protect`, for channels that are not asked for yet.
fn protect_now(draft: &mut Draft<'_>, walk: &Walk, channels: &[Channel]) -> Vec<Vec<Button>> {
    let known = |it: &&Channel| draft.state().channels.iter().any(|old| old.id == it.id);
    let new: Vec<ChatRef> = channels.iter().filter(|it| !known(it)).map(|it| ChatRef::Id(it.id)).collect();
    if new.is_empty() {
        return Vec::new();
    }
    let (now, until) = (draft.now(), draft.now().plus_ms(ASK_MS));
    let number = draft.change().ask(Question::Who(Request::Protect(new)), now, until);
    let label = Label::Text(Text::new(walk.language, "membership-simulate-button-protect"));
    let args = number.to_string();
    let does = Does::Press { action: protect::WHO.to_owned(), args, only: None, until: Some(until) };
    vec![vec![Button { label, does }]]
}
