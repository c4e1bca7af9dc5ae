//! Who of those who set a group up can be written to in private: whoever never pressed Start, or has blocked us, cannot.

use super::super::event::{Outcome, Standing};
use super::super::fact::{Freshness, Unknown};
use super::super::types::{Moment, UserId};
use super::draft::Draft;
use super::state::OWNERS_MAX;
use super::{appeal, board};

/// The token under which it is heard whether an admin could be written to; their id follows.
pub(super) const TOKEN: &str = "plea/";
/// Whoever could not be written to is left alone for so long, in ms.
const DEAF_MS: u64 = 24 * 3_600_000;

/// What is known of somebody's standing here.
type Seen = Result<Standing, Unknown>;

/// Those who set the group up, fit, and can be written to as far as we know; `None` while that is not known.
pub(super) fn setters(draft: &mut Draft<'_>, fits: fn(&Seen) -> bool) -> Option<Vec<UserId>> {
    let (here, now) = (draft.place.id, draft.now());
    let is_deaf = |it: &UserId| draft.state().deaf.iter().any(|(deaf, at)| deaf == it && is_lately(*at, now));
    let owners: Vec<_> = draft.state().owners.iter().filter(|it| !is_deaf(it)).copied().collect();
    let found: Vec<_> = owners.into_iter().map(|it| (it, draft.member(here, it, Freshness::Recent))).collect();
    let found: Option<Vec<_>> = found.into_iter().map(|(who, standing)| Some((who, standing?))).collect();
    Some(found?.into_iter().filter(|(_, it)| fits(it)).map(|(who, _)| who).collect())
}

/// Whether somebody may decide about people here.
pub(super) fn may_restrict(standing: &Seen) -> bool {
    standing.as_ref().is_ok_and(|it| it.may(|it| it.can_restrict_members))
}

/// Whether nothing shows that somebody is no admin any more: they hear what is wrong also when nobody can be looked up.
pub(super) fn may_be_admin(standing: &Seen) -> bool {
    standing.as_ref().map_or(true, Standing::is_admin)
}

/// What came of an appeal's way into somebody's private chat. Answers whether it is about one.
pub(super) fn performed(draft: &mut Draft<'_>, token: &str, outcome: &Outcome) -> bool {
    let Some(admin) = token.strip_prefix(TOKEN).and_then(|it| it.parse().ok()).map(UserId) else { return false };
    if matches!(outcome, Outcome::Refused { .. }) {
        remember(draft, admin);
        appeal::unheard(draft, admin);
    }
    true
}

/// Word of a trouble did not reach somebody.
pub(super) fn undelivered(draft: &mut Draft<'_>, admin: UserId) {
    draft.claim();
    if draft.state().owners.contains(&admin) {
        remember(draft, admin);
        appeal::unheard(draft, admin);
        board::unheard(draft);
    }
}

fn remember(draft: &mut Draft<'_>, admin: UserId) {
    let now = draft.now();
    let deaf = &mut draft.change().deaf;
    deaf.retain(|(it, at)| *it != admin && is_lately(*at, now));
    if deaf.len() >= OWNERS_MAX {
        deaf.remove(0);
    }
    deaf.push((admin, now));
}

const fn is_lately(at: Moment, now: Moment) -> bool {
    now.since_ms(at) < DEAF_MS
}
