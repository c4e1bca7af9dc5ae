//! What a simulation finds: counted so that it can be read for any of its channels and any answer to strangers.

use super::super::super::types::Person;
use super::super::policy::Answer;
use super::super::state::{Channel, cut};
use super::super::truth::Found;
use serde::{Deserialize, Serialize};

/// People that are remembered by name.
const NAMES_MAX: usize = 60;
/// Messages of one person beyond so many are all alike: nobody can be warned more often.
const WROTE_MAX: u32 = 21;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Imagined {
    /// Messages of all who were looked at.
    pub(super) messages: u32,
    /// Those who lack a channel, by which they lack and how much they wrote.
    pub(super) crowds: Vec<Crowd>,
    /// Some of them: their name, and which channels they lack.
    pub(super) names: Vec<(String, u8)>,
}

/// People who lack the same channels and wrote as many messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Crowd {
    /// The channels: the bit of each by its place in the list.
    lacks: u8,
    /// Messages of each, cut at [`WROTE_MAX`].
    wrote: u32,
    /// How many people.
    people: u32,
    /// Their messages in all.
    messages: u32,
}

/// What settings would have done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Toll {
    /// People stopped.
    pub(super) people: u32,
    /// Messages that they wrote.
    pub(super) wrote: u32,
    /// Messages that would have been deleted.
    pub(super) deleted: u32,
    /// People who would have been muted.
    pub(super) muted: u32,
}

impl Imagined {
    /// Counts one person.
    pub(in super::super) fn add(
        &mut self,
        found: Found,
        who: &Person,
        channels: &[Channel],
        lacks: &[Channel],
        wrote: u32,
    ) {
        self.messages = self.messages.saturating_add(wrote);
        if found != Found::Lacks {
            return;
        }
        let bit = |(place, channel): (usize, &Channel)| u8::from(lacks.iter().any(|it| it.id == channel.id)) << place;
        let lacks = channels.iter().take(8).enumerate().map(bit).fold(0, |all, it| all | it);
        let each = wrote.min(WROTE_MAX);
        match self.crowds.iter_mut().find(|it| (it.lacks, it.wrote) == (lacks, each)) {
            Some(crowd) => {
                crowd.people = crowd.people.saturating_add(1);
                crowd.messages = crowd.messages.saturating_add(wrote);
            }
            None => self.crowds.push(Crowd { lacks, wrote: each, people: 1, messages: wrote }),
        }
        if self.names.len() < NAMES_MAX {
            self.names.push((cut(&who.name), lacks));
        }
    }

    /// What would have become of those who lack one of these channels.
    pub(super) fn toll(&self, chosen: u8, answer: Answer) -> Toll {
        let mut sum = Toll::default();
        for crowd in self.crowds.iter().filter(|it| it.lacks & chosen != 0) {
            let (deleted, muted) = match answer {
                Answer::Mute => (crowd.people, crowd.people),
                Answer::Delete => (crowd.messages, 0),
                Answer::Warn(times) => {
                    let most = u32::from(times) + 1; // with the next one they are muted
                    (
                        crowd.wrote.min(most).saturating_mul(crowd.people),
                        if crowd.wrote >= most { crowd.people } else { 0 },
                    )
                }
            };
            sum.people = sum.people.saturating_add(crowd.people);
            sum.wrote = sum.wrote.saturating_add(crowd.messages);
            sum.deleted = sum.deleted.saturating_add(deleted);
            sum.muted = sum.muted.saturating_add(muted);
        }
        sum
    }

    /// Some of those who lack one of these channels, at most so many.
    pub(super) fn some(&self, chosen: u8, most: usize) -> Vec<&str> {
        let lacking = self.names.iter().filter(|(_, lacks)| lacks & chosen != 0);
        lacking.take(most).map(|(name, _)| name.as_str()).collect()
    }
}
