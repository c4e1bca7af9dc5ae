//! Holds strangers back: what is done about them, by the group's own choice, and that it is done once.

use super::super::effect::Lane;
use super::super::event::{Standing, Status};
use super::super::types::{MessageId, Person, ThreadId};
use super::draft::Draft;
use super::judge::Stranger;
use super::ledger::{self, Deed, What, Why};
use super::person::Known;
use super::policy::Answer;
use super::state::{Channel, Entry};
use super::{raid, stop};

/// A mute or a warning needs this long to reach everybody; what was written meanwhile shows neither that a mute
/// failed nor that a warning was passed over, in ms.
const GRACE_MS: u64 = 10_000;

/// Whom to hold back, and what to write down about it.
pub(super) struct Case<'c> {
    /// Who.
    pub(super) who: &'c Person,
    /// The topic in which they are told.
    pub(super) thread: Option<ThreadId>,
    /// The message they wrote, if that is why.
    pub(super) message: Option<MessageId>,
    /// What is done.
    pub(super) what: What,
    /// Why.
    pub(super) why: Why,
}

/// What is done about somebody.
enum Measure {
    /// Nothing further: they were just told, or have done nothing yet.
    Nothing,
    /// They are told.
    Tell,
    /// They are told that so many tries are left.
    Warn(u8),
    /// They are told and muted.
    Mute,
}

/// Does about somebody what the group has chosen, and tells them why and what to do, unless they were just told.
pub(super) fn hold(draft: &mut Draft<'_>, case: &Case<'_>, stranger: Stranger<'_>) {
    let Stranger { lacks, standing, entry, .. } = stranger;
    if standing.status == Status::Kicked {
        return; // Restricting somebody who is banned would let them in again.
    }
    if draft.state().policy.dry {
        return rehearse(draft, case, entry);
    }
    let entry = entry.filter(|it| !it.dry).unwrap_or_default();
    let stands_ms = draft.state().policy.notice_ms(draft.settings);
    let held = Held { case, lacks, standing, live: entry.until.holds(draft.now(), stands_ms) };
    match measure(draft, case, standing, &entry) {
        Measure::Nothing => {}
        Measure::Tell if held.live => {}
        Measure::Tell => tell_off(draft, &held, entry, None),
        Measure::Warn(left) => tell_off(draft, &held, entry, Some(left)),
        Measure::Mute => mute_and_tell(draft, &held, entry),
    }
}

/// Somebody who is held back, and what is known of them.
pub(super) struct Held<'h, 'c> {
    /// Who, and why.
    pub(super) case: &'h Case<'c>,
    /// The channels they are not in.
    pub(super) lacks: Vec<&'h Channel>,
    /// What they are in this group.
    pub(super) standing: &'h Standing,
    /// Their notice still stands.
    pub(super) live: bool,
}

fn measure(draft: &mut Draft<'_>, case: &Case<'_>, standing: &Standing, entry: &Entry) -> Measure {
    match draft.state().policy.strangers {
        Answer::Mute => Measure::Mute,
        // A newcomer has written nothing yet of which they could be warned.
        Answer::Delete | Answer::Warn(_) if case.message.is_none() => Measure::Nothing,
        Answer::Delete => Measure::Tell,
        // Whoever is muted already was warned enough; in a raid nobody is.
        Answer::Warn(_) if standing.muted || draft.state().raid.is_some() => Measure::Mute,
        // The rest of an album, or what was written before the warning could be read.
        Answer::Warn(_) if entry.told.is_within(draft.now(), GRACE_MS) => Measure::Nothing,
        Answer::Warn(most) => {
            let warned = draft.known(case.who.id).flatten().map_or(0, |it| it.warned);
            most.checked_sub(warned + 1).map_or(Measure::Mute, Measure::Warn)
        }
    }
}

/// Writes down what would have been done: once while their notice would stand.
fn rehearse(draft: &mut Draft<'_>, case: &Case<'_>, entry: Option<Entry>) {
    let now = draft.now();
    if entry.as_ref().is_some_and(|it| now < it.until) {
        return;
    }
    let deed = match draft.state().policy.strangers {
        Answer::Mute => case.deed(draft, case.what),
        Answer::Delete | Answer::Warn(_) if case.message.is_none() => return,
        Answer::Delete | Answer::Warn(_) => case.deed(draft, What::Warned),
    };
    ledger::note(draft, Some(case.who), &deed);
    if entry.is_none_or(|it| it.dry) {
        let until = now.plus_ms(draft.state().policy.notice_ms(draft.settings));
        draft.keep(Entry::key(case.who.id), &Entry { until, dry: true, ..Entry::default() });
    }
}

/// Tells somebody, who is not muted.
fn tell_off(draft: &mut Draft<'_>, held: &Held<'_, '_>, mut entry: Entry, left: Option<u8>) {
    let case = held.case;
    beat(draft);
    if left.is_some() {
        let (now, known) = (draft.now(), draft.known(case.who.id).flatten());
        let known = known.unwrap_or_else(|| Known::new(case.who, now));
        draft.engrave(case.who.id, Known { warned: known.warned.saturating_add(1), ..known });
    }
    let deed = case.deed(draft, What::Warned);
    ledger::note(draft, Some(case.who), &deed);
    stop::explain(draft, held, &mut entry, left);
    stop::remember(draft, case.who.id, &entry);
}

/// Mutes somebody, unless they are muted already, and tells them, unless they were told of it.
fn mute_and_tell(draft: &mut Draft<'_>, held: &Held<'_, '_>, mut entry: Entry) {
    let (now, case) = (draft.now(), held.case);
    let fresh_mute = entry.mine && entry.since.is_within(now, GRACE_MS);
    let mute = !held.standing.muted && !fresh_mute;
    if held.live && !mute {
        return;
    }
    beat(draft);
    let told = held.live && entry.mine;
    if mute {
        let until = draft.state().policy.muted_until(draft.settings, now);
        stop::mute(draft, case.who.id, until);
        let deed = Deed { until: Some(until), ..case.deed(draft, case.what) };
        ledger::note(draft, Some(case.who), &deed);
        (entry.mine, entry.since, entry.ends) = (true, now, Some(until));
    }
    if !told {
        stop::explain(draft, held, &mut entry, None);
    }
    stop::remember(draft, case.who.id, &entry);
}

/// Counts them towards a raid: people who have just done something, not those whom we went to look for.
fn beat(draft: &mut Draft<'_>) {
    if draft.lane == Lane::Reply {
        raid::beat(draft);
    }
}

impl Case<'_> {
    fn deed(&self, draft: &Draft<'_>, what: What) -> Deed {
        Deed { message: self.message, ..Deed::new(draft, self.who.id, &self.who.name, what, self.why.clone()) }
    }
}
