//! A group hears of somebody who joined or left one of its channels, and of the channel itself.
//!
//! The word is only the occasion: what is done follows from a look at the truth, so words may come late, twice
//! or in the wrong order. `tests/fanning.rs` has the table of orders.

use super::super::effect::Lane;
use super::super::fact::{Freshness, Unknown};
use super::super::types::{ChatId, Person};
use super::draft::Draft;
use super::ledger::Why;
use super::state::{About, Channel};
use super::truth::{self, Aim};
use super::word::Word;
use super::{protect, trouble};

/// A channel tells.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    let lane = std::mem::replace(&mut draft.lane, Lane::Broadcast); // nobody waits for it
    match word {
        Word::Subscription { channel, .. } | Word::Heard { channel, .. } if !asks(draft, *channel) => {
            unlink(draft, *channel);
        }
        Word::Changed { channel, .. } if !asks(draft, channel.id) => unlink(draft, channel.id),
        Word::Subscription { channel: _, who, inside: true } => joined(draft, who),
        Word::Subscription { channel, who, inside: false } => left(draft, *channel, who),
        Word::Changed { channel, ours } => changed(draft, channel, *ours),
        Word::Heard { channel, yes } => heard(draft, *channel, *yes),
        _ => {}
    }
    draft.lane = lane;
}

/// Whether this group asks for that channel.
pub(super) fn asks(draft: &Draft<'_>, channel: ChatId) -> bool {
    draft.state().channels.iter().any(|it| it.id == channel)
}

/// We do not ask for that channel any more, and it does not know; unless somebody who sets the group up waits for
/// that very channel.
fn unlink(draft: &mut Draft<'_>, channel: ChatId) {
    if !draft.state().setting_up {
        draft.tell(channel, Word::Unlinked { group: draft.place.id });
    }
}

/// Lets somebody write again who is in all the channels now, if it is we who keep them from it.
fn joined(draft: &mut Draft<'_>, who: &Person) {
    let (entry, _known) = (draft.entry(who.id), draft.known(who.id));
    truth::prepare(draft);
    if entry.flatten().is_none() {
        return;
    }
    let channels = draft.state().channels.clone();
    let Some(sight) = truth::look(draft, who.id, &channels, Freshness::Recent) else { return };
    if !sight.unsure && sight.lacks.is_empty() {
        truth::set_right(draft, who, &sight, &Aim { hold: None, vanished: false, lift: Why::Joined });
    }
}

/// Holds somebody back who has left, if they are in this group. Of all others nothing is written.
fn left(draft: &mut Draft<'_>, channel: ChatId, who: &Person) {
    if who.is_bot || who.id == draft.me() || !truth::mutes(draft) {
        return;
    }
    let (known, _entry) = (draft.known(who.id).flatten(), draft.entry(who.id));
    truth::prepare(draft);
    if !known.is_some_and(|it| it.inside && it.let_off(draft.now()).is_none()) {
        return;
    }
    let channels = draft.state().channels.clone();
    let Some(sight) = truth::look(draft, who.id, &channels, Freshness::Recent) else { return };
    if !sight.unsure && sight.lacks.iter().any(|it| it.id == channel) {
        let hold = Some(Why::Left(channel));
        truth::set_right(draft, who, &sight, &Aim { hold, vanished: false, lift: Why::Joined });
    }
}

/// The channel has room for us, or not.
fn heard(draft: &mut Draft<'_>, channel: ChatId, yes: bool) {
    if draft.chat(&draft.place.id.into()).is_none() {
        return; // the group's own title, for the words to its owner
    }
    trouble::heard(draft, channel, yes);
}

/// The channel has another name, or we may look into it no more, or again.
fn changed(draft: &mut Draft<'_>, channel: &Channel, ours: bool) {
    if draft.chat(&draft.place.id.into()).is_none() {
        return; // the group's own title, for the words to its owner
    }
    let known = draft.state().channels.iter().find(|it| it.id == channel.id);
    let same = known.is_some_and(|it| (&it.title, &it.username) == (&channel.title, &channel.username));
    if !same && !channel.title.is_empty() {
        let now = draft.now();
        draft.change().protect(channel.clone(), now);
    }
    if !ours {
        return trouble::lookup(draft, channel.id, &Unknown::NoRights);
    }
    trouble::heal(draft, About::Lookup(channel.id));
    protect::want_link(draft, channel.id);
}
