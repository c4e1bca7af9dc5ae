//! `/protect` and `/unprotect`: who may, what is missing for it, and what comes of it.

use super::super::command;
use super::super::effect::{Button, Call, Does, Effect, Label, Owed};
use super::super::event::{ChatKind, Place, Rights, Said};
use super::super::fact::{ChatRef, Freshness, Permissions, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Person, Slot, UserId};
use super::check::{Check, may_invite};
use super::draft::{Draft, Look, Voice};
use super::ledger::{self, Deed, What, Why};
use super::order::{self, Order};
use super::request::{self, Asker, Odd};
use super::state::{About, CHANNELS_MAX, Channel, Entry, Question, Request, State};
use super::stop::{self, count_of, names};
use super::{setup, trouble, undo};

/// The button by which an anonymous admin shows who they are.
pub(super) const WHO: &str = "m.me";
/// The button by which a channel's admin agrees.
pub(super) const MAY: &str = "m.yes";
/// How long a question waits for its button, in ms.
pub(super) const ASK_MS: u64 = 3_600_000;
/// Telegram's limit of an invite link's name.
const LINK_NAME_MAX: usize = 32;

/// What is to be said and done about a request.
#[derive(Debug)]
pub(super) enum Ruling {
    /// Facts cannot be had just now.
    CannotCheck,
    /// Whoever asked is no admin who may change the group's info.
    NotAllowed,
    /// Whoever asked is no admin who may restrict people.
    MayNotRestrict,
    /// No channel was named.
    Usage,
    /// Something must be granted first.
    Missing(Missing),
    /// What was named cannot be had, whatever is granted: one line each.
    Mistaken(Vec<Text>),
    /// Named channels are not protected here, or none is.
    Unprotected,
    /// Go ahead with these; for those, one of their admins must agree.
    Protect {
        /// Clear.
        clear: Vec<Channel>,
        /// To be asked about.
        ask: Vec<Channel>,
    },
    /// An order that this admin may give.
    Order(Order),
    /// Let these go, and everybody who waits for them.
    Release {
        /// The channels.
        gone: Vec<Channel>,
        /// What everybody may do in the group.
        permissions: Permissions,
        /// The notices of those who wait.
        notices: Vec<Slot>,
    },
}

/// What stands between a request and its fulfilment.
#[derive(Debug)]
pub(super) struct Missing {
    /// The channels that were asked for.
    pub(super) wish: Vec<ChatRef>,
    /// What is granted and what is not.
    pub(super) check: Check,
}

/// Whether a person may have this; `None` while facts are missing.
pub(super) fn rule(
    state: &State,
    place: &Place,
    request: &Request,
    who: UserId,
    language: Language,
    look: &mut Look<'_>,
) -> Option<Ruling> {
    if let Request::Order(order @ Order::Why(whom)) = request
        && whom.as_ref().is_none_or(|it| it.is(who))
    {
        return Some(Ruling::Order(order.clone())); // anybody may ask about themselves
    }
    let allowed = |it: &Rights| match request {
        Request::Protect(_) | Request::Unprotect(_) => it.can_change_info,
        Request::Order(order) => order.allowed(*it),
    };
    match look.member(place.id, who, Freshness::Recent)? {
        Ok(standing) if standing.may(allowed) => {}
        Ok(_) | Err(Unknown::NotFound) => {
            let restricts = allowed(&Rights { can_restrict_members: true, ..Rights::default() });
            return Some(if restricts { Ruling::MayNotRestrict } else { Ruling::NotAllowed });
        }
        Err(Unknown::NoRights | Unknown::Unavailable | Unknown::TooLarge) => return Some(Ruling::CannotCheck),
    }
    match request {
        Request::Protect(targets) if targets.is_empty() => Some(Ruling::Usage),
        Request::Protect(targets) => protect(state, place, targets, who, language, look),
        Request::Unprotect(targets) => unprotect(state, place, targets, look),
        Request::Order(order) => Some(Ruling::Order(order.clone())),
    }
}

fn protect(
    state: &State,
    place: &Place,
    targets: &[ChatRef],
    who: UserId,
    language: Language,
    look: &mut Look<'_>,
) -> Option<Ruling> {
    let mut check = Check::new(language);
    check.rights_here(place, look);
    let (mut clear, mut ask) = (Vec::<Channel>::new(), Vec::<Channel>::new());
    for target in targets.iter().take(CHANNELS_MAX + 1) {
        let found = look.facts().chat(target).and_then(|it| it.as_ref().ok());
        if let Some(info) = found.filter(|it| it.kind == ChatKind::Channel) {
            look.member(info.id, who, Freshness::Now); // asked for together with what we are there
        }
        let Some(channel) = check.channel(target, look) else { continue };
        if clear.iter().chain(&ask).any(|it| it.id == channel.id) {
            continue;
        }
        match may_invite(&channel, who, look) {
            Some(Ok(true)) => clear.push(channel),
            Some(Ok(false)) => ask.push(channel),
            Some(Err(())) => check.unsure = true,
            None => {}
        }
    }
    if !look.missing.is_empty() {
        return None;
    }
    let known = |it: &&Channel| state.channels.iter().any(|old| old.id == it.id);
    let more = clear.iter().chain(&ask).filter(|it| !known(it)).count();
    if targets.len() > CHANNELS_MAX || state.channels.len() + more > CHANNELS_MAX {
        check.mistaken = true;
        check.lines.push(Text::new(language, "membership-need-fewer").with("max", count_of(CHANNELS_MAX)));
    }
    Some(match check {
        Check { unsure: true, .. } => Ruling::CannotCheck,
        Check { mistaken: true, lines, .. } => Ruling::Mistaken(lines),
        Check { .. } if !check.lines.is_empty() => Ruling::Missing(Missing { wish: targets.to_vec(), check }),
        Check { .. } => Ruling::Protect { clear, ask },
    })
}

fn unprotect(state: &State, place: &Place, targets: &[ChatRef], look: &mut Look<'_>) -> Option<Ruling> {
    let named = |it: &&Channel| targets.is_empty() || targets.iter().any(|target| it.is(target));
    let gone: Vec<Channel> = state.channels.iter().filter(named).cloned().collect();
    if gone.is_empty() {
        return Some(Ruling::Unprotected);
    }
    let entries: Vec<_> = state.muted.iter().map(|it| look.entry(*it)).collect();
    let info = look.chat(&place.id.into())?;
    if !look.missing.is_empty() {
        return None;
    }
    let notices = entries.into_iter().flatten().flatten().filter_map(|it| it.slot);
    let notices = notices.chain(state.crowds.iter().map(|it| it.slot)).collect();
    Some(match info {
        Ok(info) => Ruling::Release { gone, permissions: info.permissions.clone(), notices },
        Err(_) => Ruling::CannotCheck,
    })
}

/// Answers a command that needs no facts: an odd word, an anonymous admin, nobody in particular.
pub(super) fn plain(draft: &mut Draft<'_>, said: &Said, asker: Asker, request: Result<Request, Odd>) {
    draft.claim();
    let language = said.from.language;
    let voice = Voice::Reply(said.message, said.thread);
    match (asker, request) {
        (Asker::Nobody, _) => draft.answer(voice, Text::new(language, "membership-not-allowed"), Vec::new()),
        (_, Err(Odd::PrivateLink)) => {
            draft.answer(voice, Text::new(language, "membership-private-link"), Vec::new());
        }
        (_, Err(Odd::Unreadable(word))) => {
            let text = Text::new(language, "membership-unreadable").with("word", Arg::Code(word));
            draft.answer(voice, text, Vec::new());
        }
        (_, Err(Odd::Person(word))) => {
            let text = Text::new(language, "membership-ledger-odd-person").with("word", Arg::Code(word));
            draft.answer(voice, text, Vec::new());
        }
        (_, Err(Odd::Undo(word))) => undo::odd(draft, voice, language, word),
        (_, Ok(request)) => who(draft, voice, language, request),
    }
}

/// Asks an anonymous admin to show who they are.
fn who(draft: &mut Draft<'_>, voice: Voice, language: Language, mut request: Request) {
    let (now, until) = (draft.now(), draft.now().plus_ms(ASK_MS));
    match &mut request {
        Request::Protect(targets) | Request::Unprotect(targets) | Request::Order(Order::Simulate(targets)) => {
            targets.truncate(CHANNELS_MAX + 1);
        }
        Request::Order(_) => {}
    }
    let number = draft.change().ask(Question::Who(request), now, until);
    let label = Label::Text(Text::new(language, "membership-button-who"));
    let does = Does::Press { action: WHO.to_owned(), args: number.to_string(), only: None, until: Some(until) };
    draft.answer(voice, Text::new(language, "membership-who"), vec![vec![Button { label, does }]]);
}

/// Says that a command of ours has no place here. A basic group is told how to become a place for it, and what it
/// wished is remembered until then.
pub(super) fn elsewhere(draft: &mut Draft<'_>, said: &Said) {
    if draft.place.kind == ChatKind::Group
        && let Asker::Person(_) = request::asker(draft.place, said)
        && let Some(Ok(Request::Protect(wish))) =
            command::given(said, draft.facts).and_then(|it| request::read(&it, said))
        && !wish.is_empty()
    {
        draft.claim();
        return setup::wish_early(draft, said, wish);
    }
    let key = match draft.place.kind {
        ChatKind::Private => "membership-in-private",
        ChatKind::Group => "membership-basic-group",
        ChatKind::Supergroup | ChatKind::Channel | ChatKind::House => return,
    };
    draft.claim();
    draft.answer(Voice::Reply(said.message, said.thread), Text::new(said.from.language, key), Vec::new());
}

/// Carries a ruling out.
pub(super) fn carry_out(draft: &mut Draft<'_>, voice: Voice, asker: &Person, ruling: Ruling) {
    let language = asker.language;
    let say = |key| Text::new(language, key);
    match ruling {
        Ruling::CannotCheck => draft.answer(voice, say("membership-cannot-check"), Vec::new()),
        Ruling::NotAllowed => draft.answer(voice, say("membership-not-allowed"), Vec::new()),
        Ruling::MayNotRestrict => draft.answer(voice, say("membership-ledger-not-allowed"), Vec::new()),
        Ruling::Usage => draft.answer(voice, say("membership-usage"), Vec::new()),
        Ruling::Missing(missing) => setup::wish(draft, voice, asker, missing),
        Ruling::Mistaken(lines) => {
            draft.answer(voice, say("membership-mistaken").with("lines", Arg::Lines(lines)), Vec::new());
        }
        Ruling::Unprotected => {
            let channels = &draft.state().channels;
            let text = match channels.is_empty() {
                true => say("membership-unprotected"),
                false => say("membership-unprotected-named").with("channels", names(channels.iter())),
            };
            draft.answer(voice, text, Vec::new());
        }
        Ruling::Order(order) => order::carry_out(draft, voice, asker, &order),
        Ruling::Protect { clear, ask } => go_ahead(draft, voice, asker, clear, ask),
        Ruling::Release { gone, permissions, notices } => {
            release(draft, voice, language, &gone, &permissions);
            notices.into_iter().for_each(|it| stop::take_away(draft, it));
        }
    }
}

fn go_ahead(draft: &mut Draft<'_>, voice: Voice, asker: &Person, clear: Vec<Channel>, ask: Vec<Channel>) {
    let mut voice = voice;
    if !clear.is_empty() {
        let text = protected(asker.language, &clear);
        draft.change().tongue = asker.language;
        clear.into_iter().for_each(|it| take(draft, it, asker.id));
        draft.answer(voice, text, Vec::new());
        voice = Voice::Reply(voice.message(), voice.thread());
    }
    for channel in ask {
        may(draft, voice, asker, channel, Vec::new());
        voice = Voice::Reply(voice.message(), voice.thread());
    }
}

/// Asks the channel's admins whether this group may ask for their channel; when they agree, those others go.
pub(super) fn may(draft: &mut Draft<'_>, voice: Voice, asker: &Person, channel: Channel, instead_of: Vec<ChatId>) {
    let (now, until) = (draft.now(), draft.now().plus_ms(ASK_MS));
    let text = Text::new(asker.language, "membership-may")
        .with("person", Arg::Person { id: asker.id, name: asker.name.clone() })
        .with("channel", Arg::Bold(channel.title.clone()));
    let number = draft.change().ask(Question::May { channel, asker: asker.id, instead_of }, now, until);
    let label = Label::Text(Text::new(asker.language, "membership-button-agree"));
    let does = Does::Press { action: MAY.to_owned(), args: number.to_string(), only: None, until: Some(until) };
    draft.answer(voice, text, vec![vec![Button { label, does }]]);
}

/// Protects for the subscribers of this channel from now on.
pub(super) fn take(draft: &mut Draft<'_>, channel: Channel, owner: UserId) {
    let (id, now) = (channel.id, draft.now());
    let state = draft.change();
    state.protect(channel, now);
    state.own(owner);
    state.since.get_or_insert(now);
    for about in [About::Lookup(id), About::Rights, About::Refused] {
        trouble::heal(draft, about);
    }
    want_link(draft, id);
}

/// Asks for an invite link to a channel that no button could open otherwise.
pub(super) fn want_link(draft: &mut Draft<'_>, id: ChatId) {
    if draft.state().channels.iter().any(|it| it.id == id && it.url().is_none()) {
        let name = draft.title().chars().take(LINK_NAME_MAX).collect();
        let call = Call::Invite { chat: id, name, by_request: false };
        let owed = Owed::new(call).repeating().reporting(link_token(id.0));
        draft.add(Effect::Telegram(owed));
    }
}

/// The token under which a channel's new invite link comes back.
pub(super) fn link_token(channel: i64) -> String {
    format!("link/{channel}")
}

/// "Only subscribers of .. can write here now."
pub(super) fn protected(language: Language, channels: &[Channel]) -> Text {
    let closed = || channels.iter().filter(|it| it.username.is_none());
    let text = match closed().next() {
        None => Text::new(language, "membership-protected"),
        Some(_) => Text::new(language, "membership-protected-by-link").with("closed", names(closed())),
    };
    text.with("channels", names(channels.iter())).with("count", count_of(channels.len()))
}

/// Lets channels go, and everybody whom the list names.
fn release(draft: &mut Draft<'_>, voice: Voice, language: Language, gone: &[Channel], permissions: &Permissions) {
    let chat = draft.place.id;
    let state = draft.change();
    state.channels.retain(|it| !gone.contains(it));
    let muted = std::mem::take(&mut state.muted);
    state.crowds.clear();
    for channel in gone {
        for about in [About::Lookup(channel.id), About::Link(channel.id), About::Unheard(channel.id)] {
            trouble::heal(draft, about);
        }
    }
    if draft.state().channels.is_empty() {
        trouble::heal_all(draft);
    }
    let text = Text::new(language, "membership-released")
        .with("channels", names(gone.iter()))
        .with("left", names(draft.state().channels.iter()))
        .with("left-count", count_of(draft.state().channels.len()));
    draft.answer(voice, text, Vec::new());
    for user in muted {
        draft.owe(Call::Unmute { chat, user, permissions: permissions.clone() });
        draft.add(Effect::Drop { key: Entry::key(user) });
        let name = draft.known(user).flatten().unwrap_or_default().name;
        let deed = Deed::new(draft, user, &name, What::Lifted, Why::Released);
        ledger::note(draft, None, &deed);
    }
}
