//! Other hands: people restricted or let go by others, and what others did to us.

use super::super::effect::Effect;
use super::super::event::{Moved, Standing, Status};
use super::super::feature::Facts;
use super::draft::Draft;
use super::state::{About, Entry, State};
use super::{board, erase, trouble};

/// Whether somebody else, neither we nor they themselves, changed what this person may do here. An admin who
/// only lets a restricted person in again changes nothing of that.
pub(super) fn is_anothers(moved: &Moved, facts: &Facts<'_>) -> bool {
    let restricted = |it: &Standing| matches!(it.status, Status::RestrictedInside | Status::RestrictedOutside);
    let (old, new) = (&moved.old, &moved.new);
    let came_or_went = restricted(old) && restricted(new) && old.status != new.status;
    let same = came_or_went && (old.muted, old.until) == (new.muted, new.until);
    !same && moved.by.id.0 != facts.house.me && moved.by.id != moved.who.id
}

/// Another hand changed the standing of somebody whom we had muted: what they are now is not ours to change.
pub(super) fn close(draft: &mut Draft<'_>, moved: &Moved) {
    let user = moved.who.id;
    if draft.state().freed.iter().any(|(it, _)| *it == user) {
        draft.change().freed.retain(|(it, _)| *it != user);
    }
    if draft.state().lists(user) {
        draft.change().strike(user);
    } else if !draft.state().unlisted || draft.entry(user).flatten().is_none() {
        return;
    }
    draft.add(Effect::Drop { key: Entry::key(user) });
}

/// Our own standing here changed.
pub(super) fn settle(draft: &mut Draft<'_>, placed: &Moved) {
    if !placed.new.inside() {
        return forget(draft);
    }
    if draft.state().channels.is_empty() {
        return;
    }
    if placed.new.may(|it| it.can_invite_users) {
        trouble::heal(draft, About::Door);
    }
    if placed.new.may(|it| it.can_delete_messages && it.can_restrict_members) {
        trouble::heal(draft, About::Rights);
        trouble::heal(draft, About::Refused);
    } else {
        trouble::rights(draft);
    }
}

/// We are out of this group: nothing of it is ours any more, and nobody need be troubled by it.
pub(super) fn forget(draft: &mut Draft<'_>) {
    if *draft.state() == State::default() {
        return;
    }
    board::leave(draft);
    trouble::heal_all(draft);
    *draft.change() = State::default();
    erase::begin(draft);
}
