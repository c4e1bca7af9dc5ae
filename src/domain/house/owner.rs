//! The house's own chat: who becomes its owner, and what its owners are told.

use super::super::effect::{Effect, MenuScope, Target};
use super::super::event::{Note, Remedy};
use super::super::fact::Claim;
use super::super::feature::{Command, Decision, Facts, telegram};
use super::super::offices;
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Person, Slot, UserId};
use super::state::{Alarm, State};
use sha2::{Digest, Sha256};

/// What a code that somebody sent is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    /// There is no open link, or it is used or too old.
    Over,
    /// This account has sent too many wrong ones.
    Exhausted,
    /// It is not the code of the open link.
    Wrong,
    /// It is.
    Right,
}

/// Somebody opened an owner link.
pub(super) fn claim(state: &State, facts: &Facts<'_>, all: &[Command], code: &str, who: &Person) -> Decision<State> {
    let say = |key| deliver(who.id, Text::new(who.language, key));
    let suspect = |why| Effect::Suspect { user: who.id, why };
    if facts.house.owned_by(who.id) {
        return Decision::claimed(vec![say("house-claim-yours-already")]);
    }
    let open = facts.house.claim.as_ref();
    match (worth(state, facts, open, code, who.id), open) {
        (Worth::Over, _) | (_, None) => Decision::claimed(vec![say("house-claim-over")]),
        (Worth::Exhausted, _) => {
            Decision::claimed(vec![say("house-claim-exhausted"), suspect("too many wrong owner links")])
        }
        (Worth::Wrong, Some(open)) => {
            let mut state = state.clone();
            state.count(&open.code_sha256, who.id);
            Decision::claimed(vec![say("house-claim-wrong"), suspect("a wrong owner link")]).with_state(state)
        }
        (Worth::Right, Some(open)) => own(state, open, all, who),
    }
}

fn worth(state: &State, facts: &Facts<'_>, open: Option<&Claim>, code: &str, user: UserId) -> Worth {
    let is_open = |it: &&Claim| it.expires.holds(facts.now, Claim::LIFE_MS) && state.used != Some(it.code_sha256);
    let Some(open) = open.filter(is_open) else {
        return Worth::Over;
    };
    if state.wrong(&open.code_sha256, user) >= open.tries {
        return Worth::Exhausted;
    }
    let sent: [u8; 32] = Sha256::digest(code.as_bytes()).into();
    if sent == open.code_sha256 { Worth::Right } else { Worth::Wrong }
}

/// The link worked: it works once.
fn own(state: &State, open: &Claim, all: &[Command], who: &Person) -> Decision<State> {
    let mut state = state.clone();
    state.used = Some(open.code_sha256);
    (state.tried, state.tries) = (None, Vec::new());
    let welcome = deliver(who.id, Text::new(who.language, "house-claim-welcome"));
    let mut effects = vec![Effect::Own(who.id), welcome];
    for alarm in state.alarms.iter_mut().filter(|it| !it.told) {
        alarm.told = true;
        effects.extend(alarm.text.clone().map(|text| deliver(who.id, text)));
    }
    effects.extend(offices::menu(all, MenuScope::Chat(ChatId(who.id.0))).into_iter().map(telegram));
    Decision::claimed(effects).with_state(state)
}

/// Something needs an owner's hand: each owner is told once.
pub(super) fn trouble(
    state: &State,
    facts: &Facts<'_>,
    (key, text): (&str, &Text),
    remedy: Option<Remedy>,
) -> Decision<State> {
    if state.alarms.iter().any(|it| it.key == key) {
        return Decision::claimed(Vec::new());
    }
    let effects = tell_owners(facts, text, remedy);
    let mut state = state.clone();
    state.alarm(key, text, !effects.is_empty());
    Decision::claimed(effects).with_state(state)
}

/// It works again: whoever heard of the trouble hears of that too.
pub(super) fn healed(state: &State, facts: &Facts<'_>, key: &str) -> Decision<State> {
    let Some(at) = state.alarms.iter().position(|it| it.key == key) else { return Decision::claimed(Vec::new()) };
    let mut state = state.clone();
    let effects = match state.alarms.remove(at) {
        Alarm { told: false, .. } => Vec::new(),
        Alarm { text: None, .. } => tell_owners(facts, &Text::new(Language::En, "house-healed"), None),
        Alarm { text: Some(text), .. } => {
            let healed = Text::new(Language::En, "house-healed-of").with("trouble", Arg::Lines(vec![text]));
            tell_owners(facts, &healed, None)
        }
    };
    Decision::claimed(effects).with_state(state)
}

fn tell_owners(facts: &Facts<'_>, text: &Text, remedy: Option<Remedy>) -> Vec<Effect> {
    facts.house.owners.iter().map(|owner| deliver_with(*owner, text.clone(), remedy)).collect()
}

/// For somebody's private chat, which says it in their language and under a slot of its own.
fn deliver(user: UserId, text: Text) -> Effect {
    deliver_with(user, text, None)
}

fn deliver_with(user: UserId, text: Text, remedy: Option<Remedy>) -> Effect {
    let language = text.language;
    let note = Note::Deliver { text, language, slot: Slot(0), remedy, back: None };
    Effect::Tell { to: Target::Chat(ChatId(user.0)), note }
}
