//! What a button of the panel sets: its code, what it does to the policy, and whether it is so already.

use super::super::super::types::Language;
use super::super::Settings;
use super::super::policy::{Answer, Policy};
use super::super::word::Mode;
use super::pages::Page;

/// One choice. A button names what will be, not a change of it: so two presses are no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// Guard, rehearse, or nothing.
    Mode(Mode),
    /// What happens to strangers.
    Strangers(Answer),
    /// Reactions count as writing.
    Reactions(bool),
    /// In a raid only the admins may write.
    Lockdown(bool),
    /// Messages in the name of a channel are let through.
    Channels(bool),
    /// Notices can be appealed against.
    Appeals(bool),
    /// The language of notices.
    Language(Option<Language>),
    /// How many minutes a notice stands.
    Minutes(u32),
    /// Newcomers are greeted.
    Greet(bool),
    /// Whoever an admin invites need not join.
    Invited(bool),
    /// Newcomers are judged by their first message only.
    Late(bool),
    /// Join requests are answered by us.
    Requests(bool),
    /// Join requests are declined after so many hours; 0 is never.
    Decline(u32),
    /// No reports any more.
    NoLog,
}

/// How often somebody can be warned before they are muted.
pub(super) const WARNINGS: std::ops::RangeInclusive<u8> = 1..=5;
/// How long a notice can stand, in minutes.
pub(super) const MINUTES: [u32; 5] = [1, 5, 15, 60, 1_440];
/// After how many hours a join request can be declined.
pub(super) const HOURS: [u32; 4] = [0, 1, 24, 168];

const HOUR_S: u64 = 3_600;

impl Set {
    /// Its code in a button.
    pub(super) fn code(self) -> String {
        let flag = |letter: char, on: bool| format!("{letter}{}", u8::from(on));
        match self {
            Self::Mode(Mode::On) => "m1".into(),
            Self::Mode(Mode::Dry) => "md".into(),
            Self::Mode(Mode::Off) => "m0".into(),
            Self::Strangers(Answer::Mute) => "sm".into(),
            Self::Strangers(Answer::Delete) => "sd".into(),
            Self::Strangers(Answer::Warn(times)) => format!("s{times}"),
            Self::Reactions(on) => flag('k', on),
            Self::Lockdown(on) => flag('x', on),
            Self::Channels(on) => flag('h', on),
            Self::Appeals(on) => flag('a', on),
            Self::Language(language) => format!("l{}", language.map_or("", Language::code)),
            Self::Minutes(minutes) => format!("n{minutes}"),
            Self::Greet(on) => flag('g', on),
            Self::Invited(on) => flag('i', on),
            Self::Late(on) => flag('w', on),
            Self::Requests(on) => flag('q', on),
            Self::Decline(hours) => format!("c{hours}"),
            Self::NoLog => "o".into(),
        }
    }

    /// Reads a code.
    pub(super) fn read(code: &str) -> Option<Self> {
        let (letter, rest) = code.split_at_checked(1)?;
        let on = || ["0", "1"].iter().position(|it| *it == rest).map(|it| it == 1);
        Some(match (letter, rest) {
            ("m", "1") => Self::Mode(Mode::On),
            ("m", "d") => Self::Mode(Mode::Dry),
            ("m", "0") => Self::Mode(Mode::Off),
            ("s", "m") => Self::Strangers(Answer::Mute),
            ("s", "d") => Self::Strangers(Answer::Delete),
            ("s", _) => Self::Strangers(Answer::Warn(rest.parse().ok().filter(|it| WARNINGS.contains(it))?)),
            ("k", _) => Self::Reactions(on()?),
            ("x", _) => Self::Lockdown(on()?),
            ("h", _) => Self::Channels(on()?),
            ("a", _) => Self::Appeals(on()?),
            ("l", "") => Self::Language(None),
            ("l", _) => Self::Language(Some(Language::ALL.into_iter().find(|it| it.code() == rest)?)),
            ("n", _) => Self::Minutes(rest.parse().ok().filter(|it| MINUTES.contains(it))?),
            ("g", _) => Self::Greet(on()?),
            ("i", _) => Self::Invited(on()?),
            ("w", _) => Self::Late(on()?),
            ("q", _) => Self::Requests(on()?),
            ("c", _) => Self::Decline(rest.parse().ok().filter(|it| HOURS.contains(it))?),
            ("o", "") => Self::NoLog,
            _ => return None,
        })
    }

    /// Sets it.
    pub(super) fn apply(self, policy: &mut Policy) {
        match self {
            Self::Mode(mode) => (policy.off, policy.dry) = (mode == Mode::Off, mode == Mode::Dry),
            Self::Strangers(answer) => policy.strangers = answer,
            Self::Reactions(on) => policy.reactions = on,
            Self::Lockdown(on) => policy.lockdown = on,
            Self::Channels(on) => policy.channels_welcome = on,
            Self::Appeals(on) => policy.no_appeals = !on,
            Self::Language(language) => policy.language = language,
            Self::Minutes(minutes) => policy.notice_ttl_s = Some(u64::from(minutes) * 60),
            Self::Greet(on) => policy.greet = on,
            Self::Invited(on) => policy.exempt_invited = on,
            Self::Late(on) => policy.late = on,
            Self::Requests(on) => policy.requests_off = !on,
            Self::Decline(hours) => policy.decline_after_s = Some(u64::from(hours) * HOUR_S),
            Self::NoLog => policy.log = None,
        }
    }

    /// Whether it is so.
    pub(super) fn holds(self, policy: &Policy, settings: Settings) -> bool {
        match self {
            Self::Mode(mode) => mode_of(policy) == mode,
            Self::Strangers(answer) => policy.strangers == answer,
            Self::Reactions(on) => policy.reactions == on,
            Self::Lockdown(on) => policy.lockdown == on,
            Self::Channels(on) => policy.channels_welcome == on,
            Self::Appeals(on) => policy.no_appeals != on,
            Self::Language(language) => policy.language == language,
            Self::Minutes(minutes) => policy.notice_ms(settings) == u64::from(minutes) * 60_000,
            Self::Greet(on) => policy.greet == on,
            Self::Invited(on) => policy.exempt_invited == on,
            Self::Late(on) => policy.late == on,
            Self::Requests(on) => policy.requests_off != on,
            Self::Decline(hours) => policy.decline_after_s == Some(u64::from(hours) * HOUR_S),
            Self::NoLog => policy.log.is_none(),
        }
    }

    /// The page that shows it.
    pub(super) const fn page(self) -> Page {
        match self {
            Self::Mode(_) => Page::Home,
            Self::Strangers(_) | Self::Reactions(_) | Self::Lockdown(_) | Self::Channels(_) | Self::Appeals(_) => {
                Page::Strangers
            }
            Self::Language(_) | Self::Minutes(_) => Page::Notices,
            Self::Greet(_) | Self::Late(_) => Page::Newcomers,
            Self::Invited(_) => Page::Exempt(None),
            Self::Requests(_) | Self::Decline(_) => Page::Requests,
            Self::NoLog => Page::Log,
        }
    }
}

/// Whether a group with this policy is guarded.
pub(super) const fn mode_of(policy: &Policy) -> Mode {
    match (policy.off, policy.dry) {
        (true, _) => Mode::Off,
        (false, true) => Mode::Dry,
        (false, false) => Mode::On,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every choice there is.
    fn all() -> Vec<Set> {
        let both = |of: fn(bool) -> Set| [of(false), of(true)];
        let mut all = vec![Set::Mode(Mode::On), Set::Mode(Mode::Dry), Set::Mode(Mode::Off), Set::NoLog];
        all.extend([Answer::Mute, Answer::Delete].map(Set::Strangers));
        all.extend(WARNINGS.map(|it| Set::Strangers(Answer::Warn(it))));
        all.extend([None, Some(Language::En), Some(Language::Ru)].map(Set::Language));
        all.extend(MINUTES.map(Set::Minutes));
        all.extend(HOURS.map(Set::Decline));
        for of in [Set::Reactions, Set::Lockdown, Set::Appeals, Set::Greet, Set::Invited, Set::Late, Set::Requests] {
            all.extend(both(of));
        }
        all
    }

    #[test]
    fn every_choice_reads_back_and_holds_once_it_is_set() {
        assert_eq!(all().len(), 37);
        for set in all() {
            assert_eq!(Set::read(&set.code()), Some(set), "{set:?}");
            let mut policy = Policy { log: None, ..Policy::default() };
            set.apply(&mut policy);
            assert!(set.holds(&policy, Settings::default()), "{set:?}");
            let again = policy.clone();
            set.apply(&mut policy);
            assert_eq!(policy, again, "{set:?} twice");
        }
    }

    #[test]
    fn what_is_no_choice_is_none() {
        for code in ["", "s0", "s6", "s255", "n2", "n", "c2", "lxx", "k", "k2", "m", "z1", "o1", "ж", "s-1"] {
            assert_eq!(Set::read(code), None, "{code}");
        }
    }
}
