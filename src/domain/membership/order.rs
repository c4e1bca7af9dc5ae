//! Orders of a group's admins beside `/protect`: what they are, who may give them, and who carries them out.

use super::super::command::Given;
use super::super::event::{Rights, Said};
use super::super::fact::ChatRef;
use super::super::types::{ChatId, Person};
use super::draft::{Draft, Voice};
use super::request::{Odd, targets};
use super::whom::{self, Whom};
use super::{
    afar, appeal, groups, journal, knock, log_place, pair, panel, raid, setup, simulate, stats, transfer, undo, verify,
    why,
};
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `/protection`: the panel.
    Protection,
    /// `/verify`: one person, or everybody who is known.
    Verify(Option<Whom>),
    /// `/why`: what was done to a person.
    Why(Option<Whom>),
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// Everything done to one person.
    Person(Whom),
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
        let person = || whom::read(given, said);
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
    pub(super) const fn allowed(&self, rights: Rights) -> bool {
        match self {
            Self::Verify(_) | Self::Why(_) | Self::Undo(_) => rights.can_restrict_members,
            Self::Protection | Self::Simulate(_) | Self::Stats | Self::Export | Self::Import(_) | Self::Log(_) => {
                rights.can_change_info
            }
        }
    }
}

/// The group that a command names by its id.
fn group(given: &Given<'_>) -> Option<ChatId> {
    given.words().next()?.parse().ok().filter(|it| *it < 0).map(ChatId)
}

/// The longest time that can be undone at once.
pub(super) const DAY_MIN: u32 = 24 * 60;

/// `raid`, a time with its unit (`30m`, `2 h`), a person by id or @name, or whoever wrote what is answered. A number
/// alone is always an id.
fn undo(given: &Given<'_>, said: &Said) -> Result<Undo, Odd> {
    let words = given.args.to_lowercase();
    if ["raid", "набег", "наплыв"].contains(&words.as_str()) {
        return Ok(Undo::Raid);
    }
    match minutes(&words) {
        Some(minutes @ 1..=DAY_MIN) => Ok(Undo::Minutes(minutes)),
        Some(_) => Err(Odd::undo(given.args)),
        None => {
            whom::read(given, said).map(|it| it.map_or(Undo::Unnamed, Undo::Person)).map_err(|_| Odd::undo(given.args))
        }
    }
}

/// A time in minutes: a number and its unit.
fn minutes(words: &str) -> Option<u32> {
    let split = words.find(|it: char| !it.is_ascii_digit())?;
    let (number, unit) = words.split_at(split);
    let factor = match unit.trim() {
        "m" | "min" | "minute" | "minutes" | "м" | "мин" | "минут" | "минуты" | "минуту" => 1,
        "h" | "hour" | "hours" | "ч" | "час" | "часа" | "часов" => 60,
        "d" | "day" | "д" | "день" => DAY_MIN,
        _ => return None,
    };
    Some(number.parse::<u32>().ok()?.saturating_mul(factor))
}

/// Carries an order out. Whoever gives it may.
pub(super) fn carry_out(draft: &mut Draft<'_>, voice: Voice, asker: &Person, order: &Order) {
    match order {
        Order::Protection => panel::open(draft, voice, asker),
        Order::Verify(None) => verify::asked(draft, voice, asker, None),
        Order::Why(None) => why::asked(draft, voice, asker, None),
        Order::Verify(Some(whom)) => {
            if let Some(who) = whom::find(draft, voice, asker, whom) {
                verify::asked(draft, voice, asker, Some(who));
            }
        }
        Order::Why(Some(whom)) => {
            if let Some(who) = whom::find(draft, voice, asker, whom) {
                why::asked(draft, voice, asker, Some(who));
            }
        }
        Order::Undo(what) => undo::asked(draft, voice, asker, what),
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
        groups::ACTION => groups::pressed(draft, pressed, args),
        knock::ACTION => knock::pressed(draft, pressed, args),
        pair::ACTION => pair::pressed(draft, pressed, args),
        simulate::ACTION => simulate::pressed(draft, pressed, args),
        undo::ACTION => undo::pressed(draft, pressed, args),
        raid::ACTION => raid::pressed(draft, pressed, args),
        transfer::ACTION => transfer::pressed(draft, pressed, args),
        verify::ACTION => verify::pressed(draft, pressed, args),
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_its_unit_and_nothing_else_is_one() {
        for (words, expect) in [
            ("30m", Some(30)),
            ("30 min", Some(30)),
            ("5 минут", Some(5)),
            ("2h", Some(120)),
            ("2 часа", Some(120)),
            ("1d", Some(1_440)),
            ("99999999h", Some(u32::MAX)),
            ("0m", Some(0)),
            ("1002", None),
            ("30", None),
            ("m", None),
            ("30x", None),
            ("99999999999m", None),
            ("@eve", None),
            ("", None),
        ] {
            assert_eq!(minutes(words), expect, "{words:?}");
        }
    }
}
