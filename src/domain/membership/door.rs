//! The group's door: people who come in, and people who ask to.

mod ask;
mod greet;

pub(super) use ask::{FIRST as ASK, performed, requested, woke};

use super::super::event::{ChatKind, Moved, Standing, Status};
use super::super::fact::{Freshness, Unknown};
use super::super::types::{ANONYMOUS_ADMIN, ChatId, Person, UserId};
use super::draft::Draft;
use super::judge::{self, Stranger};
use super::ledger::{self, Deed, What, Why};
use super::person::{Exempt, Known, Mercy};
use super::policy::Answer;
use super::press;
use super::state::{About, Channel, Entry};
use super::stop::{self, Case};
use super::trouble;
use super::word::Word;

/// A channel of the group, and whether somebody is in it; `None` when nobody can say.
type Tick = (Channel, Option<bool>);

/// Somebody came, went, or was changed by another hand.
pub(super) fn moved(draft: &mut Draft<'_>, moved: &Moved) {
    let guards = draft.place.kind == ChatKind::Supergroup && !draft.state().channels.is_empty();
    if !guards || moved.who.is_bot || judge::is_service(moved.who.id) || moved.who.id == draft.me() {
        return;
    }
    if moved.new.inside() || moved.new.status == Status::Kicked {
        ask::over(draft, moved);
    }
    if !moved.old.inside() && moved.new.inside() {
        came(draft, moved);
    }
}

/// Something about an open request: somebody joined or left a channel, or says so.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    match word {
        Word::Subscription { who, .. } => ask::again(draft, who.id),
        Word::Recheck { user } => ask::recheck(draft, *user),
        _ => {}
    }
}

/// Looks at somebody who has come in. What is not known keeps nobody out.
fn came(draft: &mut Draft<'_>, moved: &Moved) {
    let policy = draft.state().policy.clone();
    let mutes = !policy.late && policy.strangers == Answer::Mute && !draft.state().ails(About::Rights);
    if policy.off || moved.new.is_admin() || !(mutes || policy.greet || moved.new.muted) {
        return;
    }
    let who = &moved.who;
    let ticks = ticks(draft, who.id, Freshness::Cached, None);
    let (Some(entry), Some(known)) = (draft.entry(who.id), draft.known(who.id)) else { return };
    if draft.is_missing() {
        return;
    }
    let lacks: Vec<&Channel> = ticks.iter().filter(|(_, inside)| *inside == Some(false)).map(|(it, _)| it).collect();
    let ours = entry.as_ref().is_some_and(|it| it.mine);
    match lacks.is_empty() {
        true if moved.new.muted => back(draft, who, &moved.new, entry),
        true if policy.greet && ticks.iter().all(|(_, inside)| *inside == Some(true)) => greet::greet(draft, who),
        true => {}
        false if !mutes || moved.new.muted && !ours || known.is_some_and(|it| it.let_off(draft.now()).is_some()) => {}
        false => hold(draft, moved, lacks, entry),
    }
}

/// Where somebody stands with the channels; `unknown` is how one counts whom a channel does not know at all. Lookups
/// that fail because we are out of sight of a channel are noted, and so are those that work again.
fn ticks(draft: &mut Draft<'_>, user: UserId, fresh: Freshness, unknown: Option<bool>) -> Vec<Tick> {
    let channels = draft.state().channels.clone();
    let tick = |channel: Channel| {
        let fresh = if fresh == Freshness::Cached { judge::freshness(draft.state(), channel.id) } else { fresh };
        let inside = match draft.member(channel.id, user, fresh) {
            Some(Ok(standing)) => {
                trouble::heal(draft, About::Lookup(channel.id));
                Some(standing.inside())
            }
            Some(Err(why)) if judge::only_this_person(draft, channel.id, why) => {
                unknown.filter(|_| *why == Unknown::NotFound)
            }
            Some(Err(why)) => {
                trouble::lookup(draft, channel.id, why);
                None
            }
            None => None, // asked for; what follows is thrown away
        };
        (channel, inside)
    };
    channels.into_iter().map(tick).collect()
}

/// Somebody who has all channels comes back, and is muted: by us, or by another hand.
fn back(draft: &mut Draft<'_>, who: &Person, standing: &Standing, entry: Option<Entry>) {
    if !entry.as_ref().is_some_and(|it| it.mine) {
        return;
    }
    let Some(Ok(chat)) = draft.chat(&draft.place.id.into()) else { return };
    press::lift(draft, who, entry.as_ref(), standing, &chat.permissions, Why::Joined);
    press::settled(draft, who.id, entry, true);
}

/// Holds somebody back who lacks channels, unless an admin brought them in.
fn hold(draft: &mut Draft<'_>, moved: &Moved, lacks: Vec<&Channel>, entry: Option<Entry>) {
    let who = &moved.who;
    match brought(draft, moved) {
        Some(Ok(Some(admin))) => return exempt(draft, who, admin),
        Some(Ok(None)) => {}
        Some(Err(Unsure)) | None => return,
    }
    let why = Why::Lacks { channels: lacks.iter().map(|it| it.id).collect(), fresh: false };
    if draft.state().policy.dry {
        let deed = Deed::new(draft, who.id, &who.name, What::Muted, why);
        return ledger::note(draft, Some(who), &deed);
    }
    let case = Case { who, thread: None, message: None, what: What::Muted, why };
    stop::hold(draft, &case, Stranger { lacks, standing: &moved.new, entry });
}

/// It cannot be known just now.
struct Unsure;

/// Which admin of the group brought somebody in, by hand or by their link, if that counts here. `None` while that
/// is not known.
fn brought(draft: &mut Draft<'_>, moved: &Moved) -> Option<Result<Option<UserId>, Unsure>> {
    if !draft.state().policy.exempt_invited {
        return Some(Ok(None));
    }
    let by = match bringer(moved, draft.me()) {
        Some(ANONYMOUS_ADMIN) => return Some(Ok(Some(ANONYMOUS_ADMIN))),
        Some(by) => by,
        None => return Some(Ok(None)),
    };
    let group: ChatId = draft.place.id;
    Some(match draft.member(group, by, Freshness::Recent)? {
        Ok(it) => Ok(it.is_admin().then_some(by)),
        Err(Unknown::Unavailable) => Err(Unsure),
        Err(Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge) => Ok(None),
    })
}

/// Who let somebody in: by hand, or by their own invite link. Not we.
pub(super) fn bringer(moved: &Moved, me: UserId) -> Option<UserId> {
    let by = if moved.by.id == moved.who.id { moved.by_link } else { Some(moved.by.id) };
    by.filter(|it| *it != me)
}

fn exempt(draft: &mut Draft<'_>, who: &Person, by: UserId) {
    let deed = Deed::new(draft, who.id, &who.name, What::Exempted, Why::Admin(by));
    ledger::note(draft, Some(who), &deed);
    if draft.state().policy.dry {
        return;
    }
    let since = draft.now();
    let known = draft.known(who.id).flatten().unwrap_or_else(|| Known::new(who, since));
    draft.engrave(who.id, Known { exempt: Some(Exempt { since, by, how: Mercy::Invited, until: None }), ..known });
}
