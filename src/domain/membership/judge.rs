//! Judges a message: may whoever wrote it write here?

use super::super::event::{ChatKind, Place, Said, Standing};
use super::super::fact::Freshness;
use super::super::types::{ANONYMOUS_ADMIN, CHANNEL_BOT, ChatId, TELEGRAM, UserId};
use super::draft::{Draft, Look};
use super::state::{About, Channel, Entry, State};
use super::trouble;

/// What a message's writer turned out to be.
#[derive(Debug)]
pub(super) enum Judgement<'a> {
    /// A subscriber, somebody who is never judged, or somebody of whom nothing can be known.
    Free,
    /// Facts are missing.
    Open,
    /// Not in all the channels, and nobody special here.
    Stranger(Stranger<'a>),
}

/// Somebody who should join first.
#[derive(Debug)]
pub(super) struct Stranger<'a> {
    /// The channels they are not in.
    pub(super) lacks: Vec<&'a Channel>,
    /// What they are in this group.
    pub(super) standing: &'a Standing,
    /// What we remember of them.
    pub(super) entry: Option<Entry>,
}

/// Judges. Looks at rights in the group only once somebody is known to be outside of a channel, so that a
/// subscriber costs one cached answer per channel.
pub(super) fn judge<'a>(state: &'a State, place: &Place, said: &Said, look: &mut Look<'a>) -> Judgement<'a> {
    if !may_judge(state, place, said, look) {
        return Judgement::Free;
    }
    let mut lacks = Vec::new();
    for channel in &state.channels {
        match look.member(channel.id, said.from.id, freshness(state, channel.id)) {
            Some(Ok(standing)) if !standing.inside() => lacks.push(channel),
            Some(Ok(_) | Err(_)) | None => {}
        }
    }
    if !look.missing.is_empty() {
        return Judgement::Open;
    }
    if lacks.is_empty() {
        return Judgement::Free;
    }
    let standing = look.member(place.id, said.from.id, Freshness::Recent);
    let (entry, known) = (look.entry(said.from.id), look.known(said.from.id));
    let (Some(standing), Some(entry), Some(known)) = (standing, entry, known) else { return Judgement::Open };
    match standing {
        Err(_) => Judgement::Free,
        Ok(standing) if standing.is_admin() => Judgement::Free,
        Ok(_) if known.is_some_and(|it| it.let_off(look.now()).is_some()) => Judgement::Free,
        Ok(standing) => Judgement::Stranger(Stranger { lacks, standing, entry }),
    }
}

/// Takes note of lookups that failed, and of those that work again.
pub(super) fn observe(draft: &mut Draft<'_>, state: &State, said: &Said) {
    let group = (draft.place.id, Freshness::Recent);
    let channels = state.channels.iter().map(|it| (it.id, freshness(state, it.id)));
    for (chat, fresh) in channels.chain([group]) {
        match draft.facts.member(&chat.into(), said.from.id, fresh) {
            Some(Err(why)) => trouble::lookup(draft, chat, why),
            Some(Ok(_)) => trouble::heal(draft, About::Lookup(chat)),
            None => {}
        }
    }
}

/// Whether this message is judged at all; for others nothing is looked up.
pub(super) fn may_judge(state: &State, place: &Place, said: &Said, look: &Look<'_>) -> bool {
    !state.channels.is_empty() && !state.policy.off && is_person(place, said, look) && !state.ails(About::Rights)
}

/// Whether a person of this group wrote that: not a chat, not a bot, not Telegram, and not we.
pub(super) fn is_person(place: &Place, said: &Said, look: &Look<'_>) -> bool {
    place.kind == ChatKind::Supergroup
        && !said.service
        && !said.automatic
        && said.sender_chat.is_none()
        && !said.from.is_bot
        && !is_service(said.from.id)
        && said.from.id != look.me()
}

/// Whether that is an account of Telegram's own, in whose name others write. It is never muted.
pub(super) fn is_service(user: UserId) -> bool {
    [ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM].contains(&user)
}

/// How old an answer may be. While a lookup is in trouble only a young answer shows that it works again.
pub(super) fn freshness(state: &State, chat: ChatId) -> Freshness {
    if state.ails(About::Lookup(chat)) { Freshness::Recent } else { Freshness::Cached }
}
