//! Presses of membership's buttons.

use super::super::effect::{Call, Effect, MessageRef};
use super::super::event::{Place, Pressed, Standing, Status};
use super::super::fact::{ChatRef, Freshness, Permissions, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::{Person, UserId};
use super::check::{self, Check};
use super::draft::{Draft, Look, Voice};
use super::ledger::{self, Deed, What, Why};
use super::protect::{self, Ruling};
use super::state::{Channel, Entry, Question, Request, State};
use super::stop::{self, count_of, short_names};

/// How long a notice stays of somebody who has joined without pressing, in ms.
const LINGER_MS: u64 = 10_000;

/// What a press comes to.
#[derive(Debug)]
pub(super) enum Pressing<'a> {
    /// No button of ours.
    NotOurs,
    /// Facts are missing.
    Open,
    /// Facts cannot be had just now.
    CannotCheck,
    /// The question is answered already, or too old.
    Over,
    /// "I have joined", but not there yet.
    Lacks(Vec<&'a Channel>),
    /// "I have joined", and that is so.
    Joined {
        /// What we remember of them.
        entry: Option<Entry>,
        /// What they are in this group.
        standing: &'a Standing,
        /// What everybody may do in it.
        permissions: &'a Permissions,
    },
    /// An anonymous admin showed who they are.
    Who(u32, Ruling),
    /// Somebody agrees for a channel, but may not.
    MayNot(&'a Channel),
    /// A channel's admin agrees, but something is missing.
    Missing(Check),
    /// A channel's admin agrees; then this is done about the channels that go.
    Agreed(u32, &'a Channel, UserId, Option<Ruling>),
}

/// Finds out what a press comes to.
pub(super) fn weigh<'a>(
    state: &'a State,
    place: &Place,
    pressed: &Pressed,
    (action, args): (&str, &str),
    look: &mut Look<'a>,
) -> Pressing<'a> {
    match action {
        stop::OK => joined(state, place, pressed, look),
        protect::WHO | protect::MAY => question(state, place, pressed, args, look),
        _ => Pressing::NotOurs,
    }
}

fn joined<'a>(state: &'a State, place: &Place, pressed: &Pressed, look: &mut Look<'a>) -> Pressing<'a> {
    let user = pressed.from.id;
    let (entry, standing) = (look.entry(user), look.member(place.id, user, Freshness::Recent));
    let chat = look.chat(&place.id.into());
    let (mut lacks, mut unsure) = (Vec::new(), false);
    for channel in &state.channels {
        match look.member(channel.id, user, Freshness::Now) {
            Some(Ok(there)) if there.inside() => {}
            Some(Ok(_)) => lacks.push(channel),
            Some(Err(Unknown::Unavailable)) => unsure = true,
            // What cannot be looked up at all keeps nobody out; the owner knows.
            Some(Err(Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge)) | None => {}
        }
    }
    let (true, Some(entry), Some(standing), Some(chat)) = (look.missing.is_empty(), entry, standing, chat) else {
        return Pressing::Open;
    };
    match (standing, chat) {
        _ if !lacks.is_empty() => Pressing::Lacks(lacks),
        (Ok(standing), Ok(chat)) if !unsure => Pressing::Joined { entry, standing, permissions: &chat.permissions },
        _ => Pressing::CannotCheck,
    }
}

fn question<'a>(state: &'a State, place: &Place, pressed: &Pressed, args: &str, look: &mut Look<'a>) -> Pressing<'a> {
    let number = args.parse().ok();
    let Some((number, asked)) = number.and_then(|it| Some((it, state.question(it, look.now())?))) else {
        return Pressing::Over;
    };
    let ruling = match asked {
        Question::Who(request) => {
            let who = &pressed.from;
            protect::rule(state, place, request, who.id, who.language, look).map(|it| Pressing::Who(number, it))
        }
        Question::May { channel, asker, instead_of } => {
            let asked_by = look.member(place.id, *asker, Freshness::Recent);
            let gone = Request::Unprotect(instead_of.iter().copied().map(ChatRef::Id).collect());
            let gone = match instead_of.is_empty() {
                true => Some(None),
                false => protect::rule(state, place, &gone, *asker, pressed.from.language, look).map(Some),
            };
            let pressing = agreed(number, channel, *asker, place, pressed, look);
            match (pressing, asked_by, gone) {
                (None, ..) | (_, None, _) | (.., None) => None,
                (_, _, Some(Some(Ruling::CannotCheck))) => Some(Pressing::CannotCheck),
                (Some(Pressing::Agreed(number, channel, asker, _)), Some(Ok(it)), Some(gone))
                    if it.may(|it| it.can_change_info) =>
                {
                    Some(Pressing::Agreed(number, channel, asker, gone))
                }
                (pressing, Some(Ok(it)), _) if it.may(|it| it.can_change_info) => pressing,
                (_, Some(Ok(_) | Err(Unknown::NotFound)), _) => Some(Pressing::Over),
                (_, Some(Err(Unknown::NoRights | Unknown::Unavailable | Unknown::TooLarge)), _) => {
                    Some(Pressing::CannotCheck)
                }
            }
        }
        Question::Undo(_) => return Pressing::Over,
    };
    ruling.filter(|_| look.missing.is_empty()).unwrap_or(Pressing::Open)
}

fn agreed<'a>(
    number: u32,
    channel: &'a Channel,
    asker: UserId,
    place: &Place,
    pressed: &Pressed,
    look: &mut Look<'a>,
) -> Option<Pressing<'a>> {
    let mut check = Check::new(pressed.from.language);
    check.rights_here(place, look);
    check.rights_there(channel, look);
    Some(match check::may_invite(channel, pressed.from.id, look)? {
        Ok(false) => Pressing::MayNot(channel),
        Err(()) => Pressing::CannotCheck,
        Ok(true) if check.unsure => Pressing::CannotCheck,
        Ok(true) if !check.lines.is_empty() => Pressing::Missing(check),
        Ok(true) => Pressing::Agreed(number, channel, asker, None),
    })
}

/// Answers a press, always.
pub(super) fn answer(draft: &mut Draft<'_>, pressed: &Pressed, args: &str, pressing: Pressing<'_>) {
    let say = |key| Text::new(pressed.from.language, key);
    match pressing {
        Pressing::NotOurs => return,
        Pressing::Open | Pressing::CannotCheck => draft.toast(pressed, say("membership-toast-cannot-check"), false),
        Pressing::Over => draft.toast(pressed, say("membership-toast-over"), false),
        Pressing::Lacks(channels) => {
            let language = draft.state().policy.language(pressed.from.language);
            let text = Text::new(language, "membership-toast-lacks")
                .with("count", count_of(channels.len()))
                .with("channels", short_names(channels.into_iter()));
            draft.toast(pressed, text, true);
        }
        Pressing::Joined { entry, standing, permissions } => {
            welcome(draft, pressed, args, entry, standing, permissions);
        }
        Pressing::Who(_, Ruling::NotAllowed) => draft.toast(pressed, say("membership-not-allowed"), true),
        Pressing::Who(_, Ruling::MayNotRestrict) => {
            draft.toast(pressed, say("membership-ledger-not-allowed"), true);
        }
        Pressing::Who(_, Ruling::CannotCheck) => {
            draft.toast(pressed, say("membership-toast-cannot-check"), false);
        }
        Pressing::Who(number, ruling) => {
            draft.change().answered(number);
            draft.toast(pressed, say("membership-toast-thanks"), false);
            protect::carry_out(draft, Voice::Replace(pressed.message, pressed.thread), &pressed.from, ruling);
        }
        Pressing::MayNot(channel) => {
            let text = say("membership-toast-may-not").with("channel", Arg::Word(channel.title.clone()));
            draft.toast(pressed, text, true);
        }
        Pressing::Missing(check) => {
            draft.toast(pressed, say("membership-toast-missing"), true);
            let keyboard = check::remedies(check.language, &check.remedies, &draft.facts.house.username);
            let text = say("membership-missing-agree").with("lines", Arg::Lines(check.lines));
            draft.answer(Voice::Reply(pressed.message, pressed.thread), text, keyboard);
        }
        Pressing::Agreed(number, channel, asker, gone) => agree(draft, pressed, number, (channel, asker), gone),
    }
    draft.claim();
}

fn agree(
    draft: &mut Draft<'_>,
    pressed: &Pressed,
    number: u32,
    (channel, asker): (&Channel, UserId),
    gone: Option<Ruling>,
) {
    let known = draft.state().channels.iter().any(|it| it.id == channel.id);
    let leave = if let Some(Ruling::Release { gone, .. }) = &gone { gone.len() } else { 0 };
    draft.change().answered(number);
    if !known && draft.state().channels.len() - leave >= super::state::CHANNELS_MAX {
        draft.toast(pressed, Text::new(pressed.from.language, "membership-toast-over"), false);
        return;
    }
    draft.toast(pressed, Text::new(pressed.from.language, "membership-toast-thanks"), false);
    let text = protect::protected(pressed.from.language, std::slice::from_ref(channel));
    protect::take(draft, channel.clone(), asker);
    draft.answer(Voice::Replace(pressed.message, pressed.thread), text, Vec::new());
    if let Some(gone @ Ruling::Release { .. }) = gone {
        protect::carry_out(draft, Voice::Reply(pressed.message, pressed.thread), &pressed.from, gone);
    }
}

/// Lets somebody write again who has joined, and says so.
fn welcome(
    draft: &mut Draft<'_>,
    pressed: &Pressed,
    args: &str,
    entry: Option<Entry>,
    standing: &Standing,
    permissions: &Permissions,
) {
    let user = pressed.from.id;
    let lifted = lift(draft, &pressed.from, entry.as_ref(), standing, permissions, Why::Joined);
    let again = draft.state().frees(user, draft.now()); // pressed twice: the un-mute may be on its way still
    let held = !lifted && (standing.status == Status::Kicked || standing.muted && !again);
    let key = if held { "membership-toast-held" } else { "membership-toast-welcome" };
    let language = draft.state().policy.language(pressed.from.language);
    draft.toast(pressed, Text::new(language, key), held);
    // A message that only this person sees has no id: it goes by our name of it. And one of which nothing is
    // remembered is about to go by its own alarm clock.
    let open = args != stop::CROWD && !pressed.ephemeral && entry.is_some();
    if open {
        draft.delete(MessageRef::Id(pressed.message));
    }
    settled(draft, user, entry, !open);
}

/// Whether there is a mute of ours to lift. Restricting an admin is refused; restricting somebody who is banned
/// would let them in again.
pub(super) fn lifts(entry: Option<&Entry>, standing: &Standing) -> bool {
    entry.is_some_and(|it| it.mine) && !standing.is_admin() && standing.status != Status::Kicked
}

/// Lifts a mute that is still ours, and writes it down. Answers whether there was one to lift.
pub(super) fn lift(
    draft: &mut Draft<'_>,
    who: &Person,
    entry: Option<&Entry>,
    standing: &Standing,
    permissions: &Permissions,
    why: Why,
) -> bool {
    let lift = lifts(entry, standing);
    if lift {
        draft.owe(Call::Unmute { chat: draft.place.id, user: who.id, permissions: permissions.clone() });
        let now = draft.now();
        draft.change().free(who.id, now);
        if why == Why::Joined {
            let channels = entry.map(|it| it.channels.clone()).unwrap_or_default();
            draft.count(|it| it.won(&channels));
        }
        let deed = Deed::new(draft, who.id, &who.name, What::Lifted, why);
        ledger::note(draft, Some(who), &deed);
    }
    lift
}

/// Forgets that somebody was told to join, who has joined by now without a press. Their notice stays a moment:
/// they may be on their way to its button, and find there that all is well.
pub(super) fn linger(draft: &mut Draft<'_>, user: UserId, entry: &Entry) {
    draft.add(Effect::Drop { key: Entry::key(user) });
    if let Some(slot) = entry.slot {
        let at = draft.now().plus_ms(LINGER_MS);
        draft.add(Effect::WakeAt { key: stop::wake(slot), at });
    }
    draft.strike(user);
}

/// Forgets that somebody was told to join; their notice goes too, unless it is gone already.
pub(super) fn settled(draft: &mut Draft<'_>, user: UserId, entry: Option<Entry>, notice: bool) {
    if let Some(entry) = entry {
        draft.add(Effect::Drop { key: Entry::key(user) });
        if let Some(slot) = entry.slot {
            if notice {
                draft.delete(MessageRef::Slot(slot));
            }
            draft.add(Effect::NoWake { key: stop::wake(slot) });
        }
    }
    draft.strike(user);
}
