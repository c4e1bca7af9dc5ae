//! The private chat of somebody who asked to be let in: the checklist that ticks itself.

use super::super::effect::{Button, Call, Does, Effect, Label, MessageRef, Owed};
use super::super::event::Pressed;
use super::super::fact::Freshness;
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Moment, Slot};
use super::draft::Draft;
use super::state::Channel;
use super::stop::{count_of, short_names};
use super::word::{Knock, Word};
use serde::{Deserialize, Serialize};

/// The button of the checklist.
pub(super) const ACTION: &str = "m.k";
/// Between two looks that one checklist's button is worth, in ms.
const PAUSE_MS: u64 = 5_000;
/// Checklists of one person that are remembered; the oldest are forgotten first.
const KNOCKS_MAX: u32 = 20;
/// All rows of checklists: keys from here ..
const FIRST: &str = "knock/";
/// .. up to, but without, here.
const END: &str = "knock0";
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 86_400_000;

/// The row `knock/<group>` of a private chat: a checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Checklist {
    /// What it shows.
    knock: Knock,
    /// Our name of the message.
    slot: Slot,
    /// When its button last made us look.
    checked: Moment,
}

/// A group tells what to join, or what was decided.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    match word {
        Word::Knock(knock) => show(draft, knock),
        Word::Decided { group, approved } => close(draft, *group, *approved),
        _ => {}
    }
}

/// The button was pressed.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    draft.claim();
    let say = |key| Text::new(pressed.from.language, key);
    let group = args.parse().map_or(draft.place.id, ChatId);
    let Some(list) = read(draft, group) else { return };
    let now = draft.now();
    let Some(mut list) = list else { return draft.toast(pressed, say("membership-door-toast-over"), false) };
    if now.since_ms(list.checked) < PAUSE_MS {
        return draft.toast(pressed, say("membership-door-toast-wait"), false);
    }
    let mut unsure = false;
    for (channel, inside) in &mut list.knock.channels {
        match draft.member(channel.id, pressed.from.id, Freshness::Now) {
            Some(Ok(standing)) => *inside = standing.inside(),
            Some(Err(_)) | None => unsure = true,
        }
    }
    list.checked = now;
    let lacks: Vec<&Channel> = list.knock.channels.iter().filter(|(_, it)| !it).map(|(it, _)| it).collect();
    let (text, alert) = match () {
        () if unsure => (say("membership-toast-cannot-check"), false),
        () if lacks.is_empty() => (say("membership-door-toast-in"), false),
        () => {
            let names = short_names(lacks.iter().copied());
            (say("membership-door-toast-lacks").with("count", count_of(lacks.len())).with("channels", names), true)
        }
    };
    if !unsure {
        draft.tell(group, Word::Recheck { user: pressed.from.id });
    }
    draft.toast(pressed, text, alert);
    draft.put(key(group), &list);
}

/// Shows what to join: in a new message, or in the one that stands.
fn show(draft: &mut Draft<'_>, knock: &Knock) {
    let (Some(before), Some(rows)) = (read(draft, knock.group), draft.rows(FIRST, END, KNOCKS_MAX)) else { return };
    let (chat, text, keyboard) = (draft.place.id, words(knock), keyboard(knock));
    let (slot, checked) = match before {
        Some(it) if it.knock.at == knock.at => {
            let message = MessageRef::Slot(it.slot);
            draft.owe(Call::Edit { chat, message, text, keyboard });
            (it.slot, it.checked)
        }
        before => {
            match before {
                Some(it) => draft.delete(MessageRef::Slot(it.slot)), // they asked again
                None => make_room(draft, rows),
            }
            let slot = draft.slot();
            let call =
                Call::Say { chat, slot, thread: None, reply_to: None, text, keyboard, silent: false, only: None };
            draft.add(Effect::Telegram(Owed::new(call).repeating()));
            (slot, Moment::default())
        }
    };
    draft.put(key(knock.group), &Checklist { knock: knock.clone(), slot, checked });
}

/// The oldest checklist is forgotten when there are too many.
fn make_room(draft: &mut Draft<'_>, rows: &[(String, Vec<u8>)]) {
    if rows.len() < KNOCKS_MAX as usize {
        return;
    }
    let at = |row: &[u8]| serde_json::from_slice::<Checklist>(row).map_or(Moment::default(), |it| it.knock.at);
    if let Some((oldest, _)) = rows.iter().min_by_key(|(_, row)| at(row)) {
        draft.drop_row(oldest.clone());
    }
}

/// It is decided: the checklist says so.
fn close(draft: &mut Draft<'_>, group: ChatId, approved: bool) {
    let Some(Some(Checklist { knock, slot, .. })) = read(draft, group) else { return };
    let key = if approved { "membership-door-in" } else { "membership-door-closed" };
    let text = Text::new(knock.language, key).with("group", group_of(&knock));
    let (chat, message) = (draft.place.id, MessageRef::Slot(slot));
    draft.owe(Call::Edit { chat, message, text, keyboard: Vec::new() });
    draft.drop_row(self::key(group));
}

fn words(knock: &Knock) -> Text {
    let line = |(channel, inside): &(Channel, bool)| {
        let key = if *inside { "membership-door-ticked" } else { "membership-door-open" };
        let channel = match channel.url() {
            Some(url) => Arg::Link { label: channel.title.clone(), url },
            None => Arg::Bold(channel.title.clone()),
        };
        Text::new(knock.language, key).with("channel", channel)
    };
    let time = knock.until.map(|it| time(knock.language, it.since_ms(knock.at)));
    Text::new(knock.language, "membership-door-knock")
        .with("group", group_of(knock))
        .with("count", count_of(knock.channels.len()))
        .with("lines", Arg::Lines(knock.channels.iter().map(line).collect()))
        .with("time", Arg::Lines(time.into_iter().collect()))
}

/// How long they have, in the largest unit that it fills.
fn time(language: Language, ms: u64) -> Text {
    let (key, unit_ms) = match ms {
        _ if ms >= 2 * DAY_MS => ("membership-door-days", DAY_MS),
        _ if ms >= 2 * HOUR_MS => ("membership-door-hours", HOUR_MS),
        _ => ("membership-door-minutes", MINUTE_MS),
    };
    Text::new(language, key).with("count", Arg::Number(i64::try_from(ms.div_ceil(unit_ms)).unwrap_or(i64::MAX)))
}

/// A button for each channel that is missing, and the one for the impatient.
fn keyboard(knock: &Knock) -> Vec<Vec<Button>> {
    let open = |channel: &Channel| {
        let url = channel.url()?;
        Some(vec![Button { label: Label::Name(channel.title.clone()), does: Does::Open(url) }])
    };
    let label = Label::Text(Text::new(knock.language, "membership-door-button-check"));
    let args = knock.group.0.to_string();
    let press = Does::Press { action: ACTION.to_owned(), args, only: Some(knock.who), until: None };
    let missing = knock.channels.iter().filter(|(_, inside)| !inside);
    missing.filter_map(|(it, _)| open(it)).chain([vec![Button { label, does: press }]]).collect()
}

/// The group by name, with the way there where it is public.
fn group_of(knock: &Knock) -> Arg {
    match &knock.username {
        Some(name) => Arg::Link { label: knock.title.clone(), url: format!("https://t.me/{name}") },
        None => Arg::Bold(knock.title.clone()),
    }
}

fn key(group: ChatId) -> String {
    format!("{FIRST}{}", group.0)
}

/// A checklist: `Some(None)` when there is none.
fn read(draft: &mut Draft<'_>, group: ChatId) -> Option<Option<Checklist>> {
    draft.row(&key(group)).map(|row| serde_json::from_slice(row?).ok())
}
