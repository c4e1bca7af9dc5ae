//! Orders of a group's admins beside `/protect`: what they are, who may give them, and who carries them out.

use super::super::command::Given;
use super::super::event::{Rights, Said};
use super::super::fact::ChatRef;
use super::super::types::{ChatId, Person, UserId};
use super::draft::{Draft, Voice};
use super::request::{Odd, targets};
use super::{afar, appeal, journal, knock, log_place, panel, setup, simulate, stats, transfer, undo, verify, why};
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `/protection`: the panel.
    Protection,
    /// `/verify`: one person, or everybody who is known.
    Verify(Option<UserId>),
    /// `/why`: what was done to a person.
    Why(Option<UserId>),
    /// `/undo`: let people off.
    Undo(Undo),
    /// `/simulate`: who would have been stopped, with these channels instead of the present ones.
    Simulate(Vec<ChatRef>),
    /// `/stats`.
    Stats,
    /// `/export`: the settings as a file.
    Export,
    /// `/import`: the settings from a file, by Telegram's id of it.
    Import(Option<String>),
    /// `/log`: this is where that group reports what it does.
    Log(Option<ChatId>),
}

/// What `/undo` takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// Everything done to one person.
    Person(UserId),
    /// Everything done in the last minutes.
    Minutes(u32),
    /// Everything done in the raid that goes on, or in the last one.
    Raid,
    /// Nothing was named.
    Unnamed,
}

impl Order {
    /// Reads a command.
    pub(super) fn read(given: &Given<'_>, said: &Said) -> Option<Result<Self, Odd>> {
        let person = || person(given, said);
        Some(Ok(match given.name.as_str() {
            "protection" => Self::Protection,
            "verify" => return Some(person().map(Self::Verify)),
            "why" => return Some(person().map(Self::Why)),
            "undo" => return Some(undo(given, said).map(Self::Undo)),
            "simulate" => return Some(targets(given, said).map(Self::Simulate)),
            "stats" => Self::Stats,
            "export" => Self::Export,
            "log" => Self::Log(group(given)),
            "import" => Self::Import(transfer::file(said)),
            _ => return None,
        }))
    }

    /// Whether an admin with these rights may give it.
    pub(super) const fn allowed(&self, rights: &Rights) -> bool {
        match self {
            Self::Verify(_) | Self::Why(_) | Self::Undo(_) => rights.can_restrict_members,
            Self::Protection | Self::Simulate(_) | Self::Stats | Self::Export | Self::Import(_) | Self::Log(_) => {
                rights.can_change_info
            }
        }
    }
}

/// Whom a command is about: named by id, the writer of the message it answers, or whom our notice is about that it
/// answers.
fn person(given: &Given<'_>, said: &Said) -> Result<Option<UserId>, Odd> {
    match given.words().next() {
        Some(word) => word.parse().ok().filter(|it| *it > 0).map(|it| Some(UserId(it))).ok_or_else(|| Odd::of(word)),
        None => Ok(said.reply_to.as_ref().and_then(|it| it.about.or(it.from))),
    }
}

/// The group that a command names by its id.
fn group(given: &Given<'_>) -> Option<ChatId> {
    given.words().next()?.parse().ok().filter(|it| *it < 0).map(ChatId)
}

/// `raid`, `30m`, `30` with a reply is still the person's; else an id, or minutes up to a day.
fn undo(given: &Given<'_>, said: &Said) -> Result<Undo, Odd> {
    const DAY_MIN: u32 = 24 * 60;
    let Some(word) = given.words().next() else {
        return Ok(person(given, said)?.map_or(Undo::Unnamed, Undo::Person));
    };
    if word.eq_ignore_ascii_case("raid") {
        return Ok(Undo::Raid);
    }
    let minutes = word.strip_suffix(['m', 'M']).or(Some(word).filter(|it| it.len() <= 4));
    match minutes.and_then(|it| it.parse().ok()).filter(|it| (1..=DAY_MIN).contains(it)) {
        Some(minutes) => Ok(Undo::Minutes(minutes)),
        None => person(given, said).map(|it| it.map_or(Undo::Unnamed, Undo::Person)),
    }
}

/// Carries an order out. Whoever gives it may.
pub(super) fn carry_out(draft: &mut Draft<'_>, voice: Voice, asker: &Person, order: &Order) {
    match order {
        Order::Protection => panel::open(draft, voice, asker),
        Order::Verify(who) => verify::asked(draft, voice, asker, *who),
        Order::Why(who) => why::asked(draft, voice, asker, *who),
        Order::Undo(what) => undo::asked(draft, voice, asker, *what),
        Order::Simulate(channels) => simulate::asked(draft, voice, asker, channels),
        Order::Stats => stats::asked(draft, voice, asker),
        Order::Export => transfer::export(draft, voice, asker),
        Order::Log(group) => log_place::asked(draft, voice, asker, *group),
        Order::Import(file) => transfer::import(draft, voice, asker, file.as_deref()),
    }
}

/// A press of a button that belongs to none of the first path.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &super::super::event::Pressed, action: &str, args: &str) -> bool {
    match action {
        setup::ACTION => setup::pressed(draft, pressed),
        panel::ACTION => panel::pressed(draft, pressed, args),
        appeal::ACTION | journal::ACTION => afar::pressed(draft, pressed, action, args),
        knock::ACTION => knock::pressed(draft, pressed, args),
        undo::ACTION => undo::pressed(draft, pressed, args),
        verify::ACTION => verify::pressed(draft, pressed, args),
        _ => return false,
    }
    true
}
