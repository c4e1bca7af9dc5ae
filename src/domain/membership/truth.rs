//! One person against the truth: what they are in the channels and here, and what is to be set right.

use super::super::event::{Standing, Status};
use super::super::fact::{Freshness, Permissions, Unknown};
use super::super::types::{ChatId, Language, Moment, Person, UserId};
use super::draft::Draft;
use super::judge::Stranger;
use super::ledger::{What, Why};
use super::person::Known;
use super::policy::Answer;
use super::state::{About, Channel, Entry};
use super::stats::Day;
use super::{press, stop, trouble};

/// Telegram counts in whole seconds: the end of a mute may be told so much earlier than we asked for, in ms.
const SECOND_MS: u64 = 2_000;
/// A call that had to wait is given a later end than was decided, in ms.
const LATE_MS: u64 = 120_000;
/// A mute that was decided so lately may still be on its way, in ms.
const UNDER_WAY_MS: u64 = 60_000;

/// All that is known of somebody.
pub(super) struct Sight<'a> {
    /// Who.
    pub(super) user: UserId,
    /// The channels they are not in.
    pub(super) lacks: Vec<Channel>,
    /// The channels into which we cannot look.
    pub(super) blind: Vec<ChatId>,
    /// That they were told to join.
    pub(super) entry: Option<Entry>,
    /// What the group remembers of them.
    pub(super) known: Option<Known>,
    /// Telegram does not answer just now: nothing follows from this sight.
    pub(super) unsure: bool,
    /// What they are here; looked at only where it matters.
    pub(super) here: Option<&'a Result<Standing, Unknown>>,
    permissions: Option<&'a Permissions>,
}

/// What is wanted of [`set_right`].
pub(super) struct Aim {
    /// Why somebody is held who lacks a channel; `None` holds nobody.
    pub(super) hold: Option<Why>,
    /// Hold only those whose mute was ours and is gone before its time.
    pub(super) vanished: bool,
    /// Why somebody is let go who lacks none.
    pub(super) lift: Why,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// In all channels, and nothing to be done.
    Fine,
    /// An admin, or somebody who need not join.
    Free,
    /// In all channels: our mute was lifted.
    Lifted,
    /// Not in all channels: held now.
    Held,
    /// Not in all channels, and muted by us already.
    Waits,
    /// Not in all channels, and left alone for that.
    Lacks,
    /// Restricted by another hand: not ours to change.
    Theirs,
    /// Our mute was over; nothing is left to remember.
    Closed,
    /// Not in the group.
    Gone,
    /// It could not be found out.
    Unknown,
}

/// Whose restriction it is that keeps somebody from writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    /// They may write.
    Nobody,
    /// Ours.
    Ours,
    /// Another's.
    Other,
}

/// Asks for what will be written down, next to all else: today's numbers.
pub(super) fn prepare(draft: &mut Draft<'_>) {
    let _only_asked_for = draft.row(&Day::key(Day::of(draft.now())));
}

/// Looks at somebody; `None` while facts are missing. What they are here is asked for anew, where it matters.
pub(super) fn look<'a>(
    draft: &mut Draft<'a>,
    user: UserId,
    channels: &[Channel],
    fresh: Freshness,
) -> Option<Sight<'a>> {
    let (entry, known) = (draft.entry(user), draft.known(user));
    let (mut lacks, mut blind, mut unsure, mut open) = (Vec::new(), Vec::new(), false, false);
    for channel in channels {
        match draft.member(channel.id, user, fresh) {
            None => open = true,
            Some(Ok(it)) if it.inside() => {}
            Some(Ok(_)) => lacks.push(channel.clone()),
            Some(Err(Unknown::Unavailable)) => unsure = true,
            Some(Err(_)) => blind.push(channel.id), // what cannot be looked up at all keeps nobody out
        }
    }
    let (Some(entry), Some(known), false) = (entry, known, open) else { return None };
    let now = draft.now();
    let known = known.map(|it| Known { exempt: it.let_off(now).cloned(), ..it }); // one that is over is none
    let mut sight = Sight { user, lacks, blind, entry, known, unsure, here: None, permissions: None };
    if !sight.lacks.is_empty() || sight.entry.is_some() {
        let group = draft.place.id;
        let (here, chat) = (draft.member(group, user, Freshness::Now), draft.chat(&group.into()));
        let (Some(here), Some(chat)) = (here, chat) else { return None };
        sight.unsure |= matches!(here, Err(Unknown::Unavailable)) || matches!(chat, Err(Unknown::Unavailable));
        (sight.here, sight.permissions) = (Some(here), chat.as_ref().ok().map(|it| &it.permissions));
    }
    Some(sight)
}

impl Sight<'_> {
    /// Whether they need not join.
    pub(super) fn exempt(&self) -> bool {
        self.known.as_ref().is_some_and(|it| it.exempt.is_some())
    }

    /// Who keeps them from writing, as far as that is known.
    pub(super) fn hand(&self) -> Hand {
        match self.here {
            Some(Ok(here)) => hand(self.entry.as_ref(), here),
            Some(Err(_)) | None => Hand::Nobody,
        }
    }

    /// The person, as far as we know them.
    pub(super) fn person(&self, language: Language) -> Person {
        let name = self.known.as_ref().map(|it| it.name.clone()).filter(|it| !it.is_empty());
        Person {
            id: self.user,
            name: name.unwrap_or_else(|| self.user.0.to_string()),
            username: None,
            language: self.entry.as_ref().map_or(language, |it| it.language),
            is_bot: false,
        }
    }
}

/// Sets right what is wrong, both ways, and says what it found.
pub(super) fn set_right(draft: &mut Draft<'_>, who: &Person, sight: &Sight<'_>, aim: &Aim) -> Found {
    let here = match sight.here {
        None => return if sight.exempt() { Found::Free } else { Found::Fine },
        Some(Err(_)) => return Found::Unknown,
        Some(Ok(here)) => here,
    };
    if here.is_admin() || here.status == Status::Kicked {
        forget(draft, sight);
        return if here.is_admin() { Found::Free } else { Found::Gone };
    }
    let free = sight.lacks.is_empty() || sight.exempt();
    // Un-muted by us a moment ago: that may be on its way still.
    let freed = sight.entry.is_none() && draft.state().frees(sight.user, draft.now());
    let here = &Standing { muted: here.muted && !freed, ..here.clone() };
    match (hand(sight.entry.as_ref(), here), free) {
        (Hand::Other, _) => {
            disown(draft, sight);
            Found::Theirs
        }
        (Hand::Ours | Hand::Nobody, true) => let_go(draft, who, sight, here, aim),
        (Hand::Ours, false) => Found::Waits,
        (Hand::Nobody, false) => hold(draft, who, sight, here, aim),
    }
}

/// Whether strangers are muted here at all, just now.
pub(super) fn mutes(draft: &Draft<'_>) -> bool {
    let state = draft.state();
    !state.policy.off
        && state.policy.strangers == Answer::Mute
        && !state.ails(About::Rights)
        && !state.channels.is_empty()
}

/// Takes note of channels into which nobody can look.
pub(super) fn observe(draft: &mut Draft<'_>, sight: &Sight<'_>) {
    for channel in &sight.blind {
        trouble::lookup(draft, *channel, &Unknown::NoRights);
    }
}

fn let_go(draft: &mut Draft<'_>, who: &Person, sight: &Sight<'_>, here: &Standing, aim: &Aim) -> Found {
    let Some(entry) = &sight.entry else {
        return if sight.exempt() { Found::Free } else { Found::Fine };
    };
    let Some(permissions) = sight.permissions else { return Found::Unknown };
    let over = !here.muted && entry.ends() <= draft.now();
    let lifted = !over && press::lift(draft, who, Some(entry), here, permissions, aim.lift.clone());
    if lifted {
        press::linger(draft, sight.user, entry);
        return Found::Lifted;
    }
    forget(draft, sight);
    match entry.mine {
        true => Found::Closed,
        false => Found::Fine,
    }
}

fn hold(draft: &mut Draft<'_>, who: &Person, sight: &Sight<'_>, here: &Standing, aim: &Aim) -> Found {
    if !here.inside() {
        absent(draft, sight);
        return Found::Gone;
    }
    let now = draft.now();
    let ours = sight.entry.as_ref().filter(|it| it.mine);
    if ours.is_some_and(|it| now.since_ms(it.since) < UNDER_WAY_MS) {
        return Found::Waits;
    }
    let vanished = ours.is_some_and(|it| now < it.ends());
    if aim.vanished && !vanished {
        let over = sight.entry.is_some();
        forget(draft, sight);
        return if over { Found::Closed } else { Found::Lacks };
    }
    let Some(why) = aim.hold.clone().filter(|_| sight.known.is_some() && mutes(draft)) else { return Found::Lacks };
    let thread = sight.entry.as_ref().and_then(|it| it.thread);
    let case = stop::Case { who, thread, message: None, what: What::Muted, why };
    let lacks = sight.lacks.iter().collect();
    stop::hold(draft, &case, Stranger { lacks, standing: here, entry: sight.entry.clone() });
    Found::Held
}

/// Nothing is left to remember of what we told them.
fn forget(draft: &mut Draft<'_>, sight: &Sight<'_>) {
    if sight.entry.is_some() {
        press::settled(draft, sight.user, sight.entry.clone(), true);
    }
}

/// The mute is another hand's now.
fn disown(draft: &mut Draft<'_>, sight: &Sight<'_>) {
    if sight.entry.as_ref().is_some_and(|it| it.mine) {
        draft.drop_row(Entry::key(sight.user));
        draft.strike(sight.user);
    }
}

/// They are not in the group: an update was lost.
fn absent(draft: &mut Draft<'_>, sight: &Sight<'_>) {
    if let Some(known) = sight.known.as_ref().filter(|it| it.inside) {
        draft.remember(sight.user, Known { inside: false, ..known.clone() });
    }
}

/// Our mutes end at a time that we chose; a mute that ends otherwise is another's.
fn hand(entry: Option<&Entry>, here: &Standing) -> Hand {
    if !here.muted {
        return Hand::Nobody;
    }
    let ours = |entry: &Entry, until: Moment| {
        let ends = entry.ends();
        ends.0 <= until.0 + SECOND_MS && until.0 <= ends.0 + LATE_MS
    };
    match (entry.filter(|it| it.mine), here.until) {
        (Some(entry), Some(until)) if ours(entry, until) => Hand::Ours,
        _ => Hand::Other,
    }
}
