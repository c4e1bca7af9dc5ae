//! Settings that are tried out, and what they would do to somebody.

use super::super::policy::{Answer, Policy};
use super::imagined::Case;
use serde::{Deserialize, Serialize};

/// Settings that are tried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trial {
    /// The channels that are asked for: the bit of each by its place in the list.
    pub(super) chosen: u8,
    /// What happens to strangers.
    pub(super) answer: Answer,
    /// What is switched on: the bit of each [`Switch`].
    pub(super) switches: u8,
}

/// What can be switched on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    /// Whoever an admin brought in need not join.
    Invited,
    /// Whoever an admin let off need not join.
    Excused,
    /// Reactions count as writing.
    Reactions,
    /// Newcomers are looked at when they write.
    Late,
    /// Join requests are answered by us.
    Requests,
}

/// What would become of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing.
    Free,
    /// Nothing, although they lack a channel: they need not join.
    Excused,
    /// They are told, and what they write is deleted.
    Told,
    /// They are muted, sooner or later.
    Muted,
    /// They are muted as they come in.
    AtTheDoor,
}

impl Switch {
    /// All of them, in the order of their buttons.
    pub(super) const ALL: [Self; 5] = [Self::Invited, Self::Excused, Self::Reactions, Self::Late, Self::Requests];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Trial {
    /// The group's own settings, with these channels. A field that is new must be thought about here: either it can be
    /// tried out, or it changes nobody's fate.
    pub(super) fn of(policy: &Policy, chosen: u8) -> Self {
        let Policy {
            strangers,
            exempt_invited,
            reactions,
            late,
            requests_off,
            off: _,              // what is tried out is a guard that is on
            dry: _,              // .. and in earnest: a rehearsal judges the same people
            language: _,         // words
            notice_ttl_s: _,     // how long a mute lasts at a time, not whom it befalls
            greet: _,            // a word to those who may write
            decline_after_s: _,  // when a request that waits is declined, not which
            no_appeals: _,       // a button of the notice
            lockdown: _,         // acts only while a raid lasts, on everybody alike, and is taken back after it
            channels_welcome: _, // messages in a channel's name: of nobody whom we know
            log: _,              // where it is told
        } = policy;
        let on = [
            (Switch::Invited, *exempt_invited),
            (Switch::Excused, true),
            (Switch::Reactions, *reactions),
            (Switch::Late, *late),
            (Switch::Requests, !*requests_off),
        ];
        let switches = on.into_iter().filter(|(_, on)| *on).fold(0, |all, (it, _)| all | it.bit());
        Self { chosen, answer: *strangers, switches }
    }

    pub(super) const fn has(self, switch: Switch) -> bool {
        self.switches & switch.bit() != 0
    }

    /// With that turned over.
    pub(super) const fn turned(self, switch: Switch) -> Self {
        Self { switches: self.switches ^ switch.bit(), ..self }
    }

    /// Whether somebody lacks a channel that is asked for.
    pub(super) const fn asks(self, case: &Case) -> bool {
        case.lacks & self.chosen != 0
    }

    /// With so many messages somebody is muted: those before only bring a word.
    pub(super) fn patience(self) -> u32 {
        match self.answer {
            Answer::Mute => 1,
            Answer::Warn(times) => u32::from(times) + 1,
            Answer::Delete => u32::MAX,
        }
    }

    /// What would become of somebody.
    pub(super) fn fate(self, case: &Case) -> Fate {
        let deeds = case.wrote.saturating_add(if self.has(Switch::Reactions) { case.reacted } else { 0 });
        let at_the_door = case.is(Case::CAME) && !self.has(Switch::Late) && self.answer == Answer::Mute;
        let excused =
            case.is(Case::INVITED) && self.has(Switch::Invited) || case.is(Case::EXCUSED) && self.has(Switch::Excused);
        match () {
            () if !self.asks(case) || deeds == 0 && !at_the_door => Fate::Free,
            () if excused => Fate::Excused,
            () if at_the_door => Fate::AtTheDoor,
            () if deeds >= self.patience() => Fate::Muted,
            () => Fate::Told,
        }
    }
}
