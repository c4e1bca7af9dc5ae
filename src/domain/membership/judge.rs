//! Judges a message: may whoever wrote it write here?

use super::super::event::{ChatKind, Place, Said, Standing};
use super::super::fact::{Freshness, Unknown};
use super::super::types::{ANONYMOUS_ADMIN, CHANNEL_BOT, ChatId, Person, TELEGRAM, UserId};
use super::draft::{Draft, Look};
use super::state::{About, Channel, Entry, State};
use super::trouble;

/// Telegram keeps updates so long for us, in ms.
const EDIT_MS: u64 = 24 * 3_600_000;

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
    match may_judge(state, place, said, look) {
        true => weigh(state, place, said.from.id, look),
        false => Judgement::Free,
    }
}

/// Judges somebody, whatever they did.
pub(super) fn weigh<'a>(state: &'a State, place: &Place, who: UserId, look: &mut Look<'a>) -> Judgement<'a> {
    let mut lacks = Vec::new();
    for channel in &state.channels {
        match look.member(channel.id, who, freshness(state, channel.id)) {
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
    let standing = look.member(place.id, who, Freshness::Recent);
    let (entry, known) = (look.entry(who), look.known(who));
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
    observe_of(draft, state, said.from.id);
}

/// The same of lookups about anybody.
pub(super) fn observe_of(draft: &mut Draft<'_>, state: &State, who: UserId) {
    let group = (draft.place.id, Freshness::Recent);
    let channels = state.channels.iter().map(|it| (it.id, freshness(state, it.id)));
    for (chat, fresh) in channels.chain([group]) {
        match draft.facts.member(&chat.into(), who, fresh) {
            Some(Err(why)) if state.ails(About::Lookup(chat)) || !only_this_person(draft, chat, why) => {
                trouble::lookup(draft, chat, why);
            }
            Some(Err(_)) => {}
            Some(Ok(_)) => trouble::heal(draft, About::Lookup(chat)),
            None => {}
        }
    }
}

/// Whether it is this person who cannot be found, a deleted account for example, and not the chat that is out of
/// sight: then we still see ourselves in it.
pub(super) fn only_this_person(draft: &mut Draft<'_>, chat: ChatId, why: &Unknown) -> bool {
    match why {
        Unknown::Unavailable => false,
        Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge => {
            let me = draft.me();
            draft.member(chat, me, Freshness::Now).is_some_and(|it| it.as_ref().is_ok_and(Standing::is_admin))
        }
    }
}

/// Whether this message is judged at all; for others nothing is looked up.
pub(super) fn may_judge(state: &State, place: &Place, said: &Said, look: &Look<'_>) -> bool {
    guards(state) && is_person(place, said, look) && !(said.edited && is_stale(look))
}

/// Whether anybody is judged here at present.
pub(super) fn guards(state: &State) -> bool {
    !state.channels.is_empty() && !state.policy.off && !state.ails(About::Rights)
}

/// Whether nobody can have edited that just now. Telegram also reports changes that nobody made (a preview that
/// was loaded, a field that we do not read), under the time of the last edit by hand or of writing; and what was
/// done by hand it reports within a day, or never.
pub(super) fn is_stale(look: &Look<'_>) -> bool {
    look.now().since_ms(look.at) > EDIT_MS
}

/// Whether a person of this group wrote that: not a chat, not a bot, not Telegram, and not we.
pub(super) fn is_person(place: &Place, said: &Said, look: &Look<'_>) -> bool {
    place.kind == ChatKind::Supergroup
        && !said.service
        && !said.automatic
        && said.sender_chat.is_none()
        && is_somebody(&said.from, look)
}

/// Whether that is a person: not a bot, not an account of Telegram's own, and not we.
pub(super) fn is_somebody(who: &Person, look: &Look<'_>) -> bool {
    !who.is_bot && !is_service(who.id) && who.id != look.me()
}

/// Whether that is an account of Telegram's own, in whose name others write. It is never muted.
pub(super) fn is_service(user: UserId) -> bool {
    [ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM].contains(&user)
}

/// How old an answer may be. While a lookup is in trouble only a young answer shows that it works again.
pub(super) fn freshness(state: &State, chat: ChatId) -> Freshness {
    if state.ails(About::Lookup(chat)) { Freshness::Recent } else { Freshness::Cached }
}
