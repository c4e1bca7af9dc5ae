//! The private chat of somebody who set groups up: which they are and how they stand.

use super::super::command;
use super::super::effect::{Button, Does, Label};
use super::super::event::{Pressed, Said};
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language};
use super::draft::{Draft, Voice};
use super::state::State;
use super::stop::{count_of, names};
use super::word::{Mode, Report, Word};

/// The buttons that turn its pages.
pub(super) const ACTION: &str = "m.h";
/// Groups of one page, and of those in need of a hand that stand above the first.
const SHOWN: u32 = 20;
/// All rows of groups: keys from here ..
const FIRST: &str = "group/";
/// .. up to, but without, here.
const END: &str = "group0";
/// Rows of those among them that need a hand: keys from the first, below the second.
const AILING: (&str, &str) = ("ailing/", "ailing0");

/// A message in a private chat: `/groups` and `/privacy` are answered here.
pub(super) fn said(draft: &mut Draft<'_>, said: &Said) {
    match command::given(said, draft.facts) {
        Some(given) if given.name == "groups" => list(draft, said),
        Some(given) if given.name == "privacy" => privacy(draft, said),
        Some(_) | None => {}
    }
}

/// Says what is kept about people.
pub(super) fn privacy(draft: &mut Draft<'_>, said: &Said) {
    draft.claim();
    let text = Text::new(said.from.language, "membership-groups-privacy")
        .with("deeds", Arg::Number(i64::try_from(draft.settings.ledger_per_group).unwrap_or(i64::MAX)));
    draft.say(said.thread, Some(said.message), text, Vec::new());
}

fn list(draft: &mut Draft<'_>, said: &Said) {
    draft.claim();
    if let Some((text, keyboard)) = page(draft, said.from.language, None) {
        draft.say(said.thread, None, text, keyboard);
    }
}

/// Another page.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    draft.claim();
    let from = args.parse().ok().map(ChatId);
    if let Some((text, keyboard)) = page(draft, pressed.from.language, from) {
        draft.nod(pressed);
        draft.answer(Voice::Replace(pressed.message, pressed.thread), text, keyboard);
    }
}

/// One page of the list: the first, or that from this group on. `None` while the rows are not known.
fn page(draft: &mut Draft<'_>, language: Language, from: Option<ChatId>) -> Option<(Text, Vec<Vec<Button>>)> {
    let first = from.map_or_else(|| FIRST.to_owned(), key);
    let (rows, ailing) = (draft.rows(&first, END, SHOWN + 1), draft.rows(AILING.0, AILING.1, SHOWN));
    let (rows, ailing) = (rows?, ailing?);
    let (rows, next) = rows.split_at(rows.len().min(SHOWN as usize));
    let read = |(_, row): &(String, Vec<u8>)| serde_json::from_slice::<Report>(row).ok();
    // What needs a hand stands first, wherever it is in the list.
    let top: Vec<Report> = ailing.iter().filter(|_| from.is_none()).filter_map(read).collect();
    let mut reports: Vec<Report> = rows.iter().filter_map(read).collect();
    reports.retain(|it| !top.iter().any(|shown| shown.group == it.group));
    reports.sort_by(|a, b| (b.troubles > 0, &a.title, a.group).cmp(&(a.troubles > 0, &b.title, b.group)));
    let count = top.len() + reports.len();
    if count == 0 && from.is_none() {
        return Some((Text::new(language, "membership-groups-none"), Vec::new()));
    }
    let more = from.is_some() || !next.is_empty();
    let text = Text::new(language, if more { "membership-groups-page" } else { "membership-groups" })
        .with("count", count_of(count))
        .with("lines", Arg::Lines(top.iter().chain(&reports).flat_map(|it| lines(language, it)).collect()));
    let next = next.first().and_then(|(key, _)| key.strip_prefix(FIRST));
    let back = from.map(|_| button(language, "membership-groups-button-first", ""));
    let keyboard: Vec<_> =
        back.into_iter().chain(next.map(|it| button(language, "membership-groups-button-next", it))).collect();
    Some((text, Some(keyboard).filter(|it| !it.is_empty()).into_iter().collect()))
}

fn button(language: Language, key: &'static str, args: &str) -> Button {
    let does = Does::Press { action: ACTION.to_owned(), args: args.to_owned(), only: None, until: None };
    Button { label: Label::Text(Text::new(language, key)), does }
}

/// How a group stands, and what was found when it was last compared with the truth.
fn lines(language: Language, report: &Report) -> Vec<Text> {
    let checked = report.reconciled.as_ref().map(|it| it.text(language, "membership-groups-reconciled"));
    [line(language, report)].into_iter().chain(checked).collect()
}

fn line(language: Language, report: &Report) -> Text {
    let key = match report.mode {
        _ if report.troubles > 0 => "membership-groups-trouble",
        Mode::On => "membership-groups-on",
        Mode::Off => "membership-groups-off",
        Mode::Dry => "membership-groups-dry",
    };
    let title = match &report.username {
        Some(name) => Arg::Link { label: report.title.clone(), url: format!("https://t.me/{name}") },
        None => Arg::Bold(report.title.clone()),
    };
    Text::new(language, key).with("group", title).with("channels", names(report.channels.iter()))
}

/// A group reports to one of those who set it up.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    match word {
        Word::Group(report) => {
            draft.put(key(report.group), report);
            match report.troubles {
                0 => draft.drop_row(ailing(report.group)),
                _ => draft.put(ailing(report.group), report),
            }
        }
        Word::Gone { group } => {
            draft.drop_row(key(*group));
            draft.drop_row(ailing(*group));
        }
        _ => {}
    }
}

fn key(group: ChatId) -> String {
    format!("{FIRST}{}", group.0)
}

fn ailing(group: ChatId) -> String {
    format!("{}{}", AILING.0, group.0)
}

/// Tells those who set this group up, and its channels, what has changed since.
pub(super) fn report(draft: &mut Draft<'_>, before: &State) {
    let now = draft.state();
    let same = now.channels == before.channels && now.policy == before.policy && now.owners == before.owners;
    if same && troubles(now) == troubles(before) && now.reconciled == before.reconciled {
        return;
    }
    let group = draft.place.id;
    let report = report_of(draft, group);
    let ids = |it: &State| it.channels.iter().map(|it| it.id).collect::<Vec<_>>();
    let (old, new, owners) = (ids(before), ids(now), now.owners.clone());
    for channel in new.iter().filter(|it| !old.contains(it)) {
        draft.tell(*channel, Word::Linked { group });
    }
    for channel in old.iter().filter(|it| !new.contains(it)) {
        draft.tell(*channel, Word::Unlinked { group });
    }
    for owner in before.owners.iter().filter(|it| !owners.contains(it)) {
        draft.tell(ChatId(owner.0), Word::Gone { group });
    }
    for owner in owners {
        let word = if new.is_empty() { Word::Gone { group } } else { Word::Group(report.clone()) };
        draft.tell(ChatId(owner.0), word);
    }
}

/// The group has another id: its channels, and those who set it up, know it by that from now on.
pub(super) fn moved(draft: &mut Draft<'_>, to: ChatId) {
    let (from, report) = (draft.place.id, report_of(draft, to));
    let channels: Vec<_> = report.channels.iter().map(|it| it.id).collect();
    if channels.is_empty() || from == to {
        return;
    }
    for channel in channels {
        draft.tell(channel, Word::Unlinked { group: from });
        draft.tell(channel, Word::Linked { group: to });
    }
    for owner in draft.state().owners.clone() {
        draft.tell(ChatId(owner.0), Word::Gone { group: from });
        draft.tell(ChatId(owner.0), Word::Group(report.clone()));
    }
}

fn report_of(draft: &Draft<'_>, group: ChatId) -> Report {
    let state = draft.state();
    Report {
        group,
        title: draft.title(),
        username: draft.place.username.clone(),
        channels: state.channels.clone(),
        mode: mode(state),
        troubles: troubles(state),
        reconciled: state.reconciled.clone(),
        at: draft.now(),
    }
}

const fn mode(state: &State) -> Mode {
    match () {
        () if state.policy.off => Mode::Off,
        () if state.policy.dry => Mode::Dry,
        () => Mode::On,
    }
}

/// How many things do not work and are known not to.
fn troubles(state: &State) -> u32 {
    u32::try_from(state.troubles.iter().filter(|it| it.told).count()).unwrap_or(u32::MAX)
}
