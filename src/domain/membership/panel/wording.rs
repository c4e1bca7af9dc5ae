//! The panel's pages about the group's own words.

use super::super::super::effect::Label;
use super::super::super::text::{Arg, Text};
use super::super::super::types::Person;
use super::super::own::{self, Own, WORDS_MAX};
use super::super::state::Channel;
use super::super::stop::{count_of, names};
use super::Verb;
use super::pages::Page;
use super::parts::{Pen, Rows, opens};

/// What is said at present.
pub(super) fn words(pen: &mut Pen<'_, '_>, own: Own, reader: &Person) -> Option<(Text, Rows)> {
    let known = own::read(pen.draft, own);
    if pen.draft.is_missing() {
        return None;
    }
    let mut row = vec![pen.button(pen.say("membership-panel-button-write"), Verb::Ask(own))];
    let text = match known {
        None => pen.say(own_key(own, "membership-panel-notice-usual", "membership-panel-greeting-usual")),
        Some(words) => {
            row.push(pen.button(pen.say("membership-panel-button-usual"), Verb::Usual(own)));
            let channels = names(pen.draft.state().channels.iter());
            let shown = own::text(pen.language, &words.text, reader, channels);
            pen.say(own_key(own, "membership-panel-notice-own", "membership-panel-greeting-own"))
                .with("shown", Arg::Lines(vec![shown]))
        }
    };
    Some((text, vec![row, pen.back(before(own))]))
}

const fn before(own: Own) -> Page {
    match own {
        Own::Notice => Page::Notices,
        Own::Greeting => Page::Newcomers,
    }
}

const fn own_key(own: Own, notice: &'static str, greeting: &'static str) -> &'static str {
    match own {
        Own::Notice => notice,
        Own::Greeting => greeting,
    }
}

/// Words are awaited.
pub(super) fn asked(pen: &Pen<'_, '_>, own: Own, unfit: Option<usize>) -> (Text, Rows) {
    let text = match unfit {
        None => pen.say("membership-panel-asked"),
        Some(0) => pen.say("membership-panel-asked-words"),
        Some(length) => pen.say("membership-panel-asked-shorter").with("length", count_of(length)),
    };
    let text = text
        .with("max", count_of(WORDS_MAX))
        .with("sign-name", Arg::Code("{name}".to_owned()))
        .with("sign-channels", Arg::Code("{channels}".to_owned()));
    (text, vec![pen.back(Page::Words(own))])
}

/// Exactly what will be said, with the buttons to the channels that it will have.
pub(super) fn preview(pen: &Pen<'_, '_>, reader: &Person) -> Option<(Text, Rows)> {
    let written = pen.panel.written.as_ref()?;
    let channels = &pen.draft.state().channels;
    let text = own::text(pen.language, &written.words, reader, names(channels.iter()));
    let open = |it: &Channel| Some(vec![opens(Label::Name(it.title.clone()), it.url()?)]);
    let mut rows: Rows = channels.iter().filter_map(open).collect();
    rows.push(vec![
        pen.button(pen.say("membership-panel-button-keep"), Verb::Keep),
        pen.to("membership-panel-button-discard", Page::Words(written.own)),
    ]);
    Some((text, rows))
}

/// Words were kept or given up: the row that says so is written by this very decision.
pub(super) fn changed(pen: &Pen<'_, '_>, key: &'static str, own: Own) -> (Text, Rows) {
    (pen.say(key), vec![pen.back(before(own))])
}
