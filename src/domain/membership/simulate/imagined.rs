//! What a simulation finds: everybody of the last day with all that any settings might look at, counted.

use super::super::super::event::Standing;
use super::super::super::types::{ANONYMOUS_ADMIN, Moment, Person, UserId};
use super::super::draft::Draft;
use super::super::person::Mercy;
use super::super::state::{Channel, cut};
use super::super::truth::{Found, Sight};
use super::trial::{Fate, Switch, Trial};
use crate::domain::fact::Freshness;
use serde::{Deserialize, Serialize};

/// People that are remembered by name.
const NAMES_MAX: usize = 60;
/// Messages, and reactions, of one person beyond so many are all alike: nobody can be warned more often.
const DEEDS_MAX: u32 = 21;
/// Kinds of people that are told apart; those beyond count with the kind that is most like theirs.
const CROWDS_MAX: usize = 300;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Imagined {
    /// People who wrote, of all who were looked at.
    pub(super) writers: u32,
    /// Their messages.
    pub(super) messages: u32,
    /// Those who lack a channel, or asked to be let in, by what matters of them.
    pub(super) crowds: Vec<Crowd>,
    /// Some of those who lack a channel, by name.
    pub(super) names: Vec<(String, Case)>,
}

/// What matters of somebody under any settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct Case {
    /// The channels they lack: the bit of each by its place in the list.
    #[serde(rename = "l")]
    pub(in super::super) lacks: u8,
    /// What else is known of them: bits of [`Case::INVITED`] and its like.
    #[serde(rename = "h")]
    pub(in super::super) how: u8,
    /// Messages.
    #[serde(rename = "w")]
    pub(in super::super) wrote: u32,
    /// Reactions.
    #[serde(rename = "r")]
    pub(in super::super) reacted: u32,
}

/// People who are alike in all that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Crowd {
    #[serde(flatten)]
    case: Case,
    /// How many people.
    #[serde(rename = "p")]
    people: u32,
    /// Their messages in all.
    #[serde(rename = "m")]
    messages: u32,
}

/// What settings would have done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Toll {
    /// People stopped who wrote.
    pub(super) people: u32,
    /// Messages that they wrote.
    pub(super) wrote: u32,
    /// Messages that would have been deleted.
    pub(super) deleted: u32,
    /// People who would have been muted, newcomers among them.
    pub(super) muted: u32,
    /// People who would only have been told.
    pub(super) told: u32,
    /// Newcomers who would have been muted as they came in.
    pub(super) newcomers: u32,
    /// People who need not join although they lack a channel.
    pub(super) excused: u32,
    /// People who asked to be let in and have all the channels.
    pub(super) admitted: u32,
    /// People who asked to be let in and lack one.
    pub(super) waiting: u32,
}

impl Case {
    /// An admin brought them in.
    pub(super) const INVITED: u8 = 1;
    /// An admin let them off.
    pub(super) const EXCUSED: u8 = 2;
    /// They came within the day, and not by a request.
    pub(super) const CAME: u8 = 4;
    /// They asked to be let in within the day.
    pub(super) const ASKED: u8 = 8;

    /// What matters of somebody who was looked at, and what they are; asks who brought them in where that matters.
    pub(in super::super) fn of(
        draft: &mut Draft<'_>,
        sight: &Sight<'_>,
        channels: &[Channel],
        since: Moment,
    ) -> (Found, Self) {
        let bit =
            |(place, channel): (usize, &Channel)| u8::from(sight.lacks.iter().any(|it| it.id == channel.id)) << place;
        let lacks = channels.iter().take(8).enumerate().map(bit).fold(0, |all, it| all | it);
        let known = sight.known.clone().unwrap_or_default();
        let (wrote, reacted) = (known.wrote_since(since), known.reacted_since(since));
        let lately = |it: Option<Moment>| it.is_some_and(|it| since <= it);
        let mercy = known.exempt.as_ref().map(|it| it.how);
        let invited =
            mercy == Some(Mercy::Invited) || known.brought.is_some_and(|it| lacks != 0 && is_admin(draft, it));
        let how = [
            (invited, Self::INVITED),
            (matches!(mercy, Some(Mercy::Appeal | Mercy::Undone)), Self::EXCUSED),
            (lately(known.came) && !lately(known.asked), Self::CAME),
            (lately(known.asked), Self::ASKED),
        ];
        let how = how.into_iter().filter(|(is, _)| *is).fold(0, |all, (_, it)| all | it);
        let (found, lacks) = match sight.here {
            _ if lacks == 0 => (Found::Fine, 0),
            Some(Ok(here)) if here.is_admin() => (Found::Free, 0),
            Some(Ok(_)) => (Found::Lacks, lacks),
            Some(Err(_)) | None => (Found::Unknown, 0),
        };
        (found, Self { lacks, how, wrote, reacted })
    }

    pub(super) const fn is(&self, how: u8) -> bool {
        self.how & how != 0
    }

    /// How unlike another they are.
    const fn distance(&self, other: &Self) -> u32 {
        let deeds = self.wrote.abs_diff(other.wrote) + self.reacted.abs_diff(other.reacted);
        deeds + 100 * (self.how ^ other.how).count_ones() + 10_000 * (self.lacks ^ other.lacks).count_ones()
    }
}

/// Whether somebody who brought another in is an admin here. In doubt they are not.
fn is_admin(draft: &mut Draft<'_>, who: UserId) -> bool {
    let here = draft.place.id;
    who == ANONYMOUS_ADMIN
        || draft.member(here, who, Freshness::Cached).is_some_and(|it| it.as_ref().is_ok_and(Standing::is_admin))
}

impl Imagined {
    /// Counts one person.
    pub(in super::super) fn add(&mut self, who: &Person, case: Case) {
        self.writers = self.writers.saturating_add(u32::from(case.wrote > 0));
        self.messages = self.messages.saturating_add(case.wrote);
        if case.lacks == 0 && !case.is(Case::ASKED) {
            return;
        }
        if case.lacks != 0 && self.names.len() < NAMES_MAX {
            self.names.push((cut(&who.name), case));
        }
        let kind = Case { wrote: case.wrote.min(DEEDS_MAX), reacted: case.reacted.min(DEEDS_MAX), ..case };
        let full = self.crowds.len() >= CROWDS_MAX;
        let nearest = self.crowds.iter_mut().min_by_key(|it| it.case.distance(&kind));
        match nearest.filter(|it| full || it.case == kind) {
            Some(crowd) => {
                crowd.people = crowd.people.saturating_add(1);
                crowd.messages = crowd.messages.saturating_add(case.wrote);
            }
            None => self.crowds.push(Crowd { case: kind, people: 1, messages: case.wrote }),
        }
    }

    /// What would have become of everybody.
    pub(super) fn toll(&self, trial: Trial) -> Toll {
        let mut toll = Toll::default();
        self.crowds.iter().for_each(|it| it.count(trial, &mut toll));
        toll
    }

    /// Some of those whom that would have befallen, with how many messages each wrote; at most so many.
    pub(super) fn some(&self, trial: Trial, befell: fn(&Fate) -> bool, most: usize) -> Vec<String> {
        let named = self.names.iter().filter(|(_, case)| befell(&trial.fate(case)));
        let word = |(name, case): &(String, Case)| match case.wrote {
            0 => name.clone(),
            wrote => format!("{name} ({wrote})"),
        };
        named.take(most).map(word).collect()
    }
}

impl Crowd {
    /// Adds these people to what settings would have done.
    fn count(&self, trial: Trial, toll: &mut Toll) {
        let Self { case, people, messages } = self;
        let add = |sum: &mut u32, more: u32| *sum = sum.saturating_add(more);
        if case.is(Case::ASKED) && trial.has(Switch::Requests) {
            let waits = trial.asks(case) && !case.is(Case::EXCUSED);
            add(if waits { &mut toll.waiting } else { &mut toll.admitted }, *people);
        }
        let fate = trial.fate(case);
        match fate {
            Fate::Free => return,
            Fate::Excused => return add(&mut toll.excused, *people),
            Fate::Told => add(&mut toll.told, *people),
            Fate::Muted | Fate::AtTheDoor => add(&mut toll.muted, *people),
        }
        if case.wrote > 0 {
            add(&mut toll.people, *people);
            add(&mut toll.wrote, *messages);
        }
        match fate {
            Fate::AtTheDoor => add(&mut toll.newcomers, *people),
            // Whoever is only told goes on writing.
            Fate::Told => add(&mut toll.deleted, *messages),
            Fate::Muted => add(&mut toll.deleted, trial.patience().min(case.wrote).saturating_mul(*people)),
            Fate::Free | Fate::Excused => {}
        }
    }
}
