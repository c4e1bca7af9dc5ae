//! The house's own chat, in which accounts are changed: one after the other, whoever orders it from where.
//!
//! Each account that differs from a new one is a row here, `account/<id>`: the hot cell is too small for them, and a
//! change writes one. Every decision anywhere reads them from memory ([`House::accounts`](crate::domain::fact::House)),
//! where a change arrives once it is on the disk.

use super::invite::{Invitation, Worth};
use super::order::Change;
use super::{Settings, State, Word, role_of};
use crate::domain::account::{Account, Role};
use crate::domain::effect::{Effect, Target};
use crate::domain::event::Note;
use crate::domain::fact::Need;
use crate::domain::feature::{Decision, Facts};
use crate::domain::text::{Arg, Text};
use crate::domain::types::{ChatId, Person, UserId};

const DAY_MS: u64 = 86_400_000;

/// The key of somebody's row.
pub(super) fn key(user: UserId) -> String {
    format!("{}{}", super::ROWS, user.0)
}

/// The house's chat was told something.
pub(super) fn told(settings: &Settings, state: &State, word: &Word, facts: &Facts<'_>) -> Decision<State> {
    match word {
        Word::Change { by, user, change, quiet } => changed(settings, facts, by, *user, *change, *quiet),
        Word::Invite { by, hash, uses, days, tier } => {
            if role_of(by.id, facts) < Role::Admin {
                return Decision::claimed(vec![say(by, Text::new(by.language, "porter-refused"))]);
            }
            let life_ms = u64::from(*days) * DAY_MS;
            let mut state = state.clone();
            state.invitations.open(Invitation { hash: *hash, tier: *tier, uses: *uses, made: facts.now, life_ms });
            let text = Text::new(by.language, "porter-invited")
                .with("count", Arg::Number(i64::from(*uses)))
                .with("tier", Arg::Word(tier.name().to_owned()))
                .with("until", Arg::Time(facts.now.plus_ms(life_ms)));
            Decision::claimed(vec![say(by, text)]).with_state(state)
        }
        Word::Code { who, hash } => came(settings, state, facts, who, *hash),
        Word::Say { .. } => Decision::claimed(Vec::new()),
    }
}

fn changed(
    settings: &Settings,
    facts: &Facts<'_>,
    by: &Person,
    user: UserId,
    change: Change,
    quiet: bool,
) -> Decision<State> {
    let Some(row) = facts.row(&key(user)) else { return Decision::needing(vec![Need::Row(key(user))]) };
    let mut account = read(row, user, facts);
    if let Some(key) = refusal(facts, by.id, &account, change) {
        return Decision::claimed(vec![say(by, Text::new(by.language, key))]);
    }
    change.apply(&mut account);
    if !fits(settings, facts, &account) {
        return Decision::claimed(vec![say(by, Text::new(by.language, "porter-crowded"))]);
    }
    let said = (!quiet).then(|| {
        let (what, to) = match change {
            Change::Tier(tier) => (0, tier.name()),
            Change::Ban => (1, ""),
            Change::Unban => (2, ""),
            Change::Allow => (3, ""),
            Change::Disallow => (4, ""),
            Change::Role(role) => (5, role.name()),
            Change::Rest => (6, ""),
        };
        let name = if account.name.is_empty() { user.0.to_string() } else { account.name.clone() };
        let text = Text::new(by.language, "porter-changed")
            .with("person", Arg::Person { id: user, name })
            .with("what", Arg::Number(what))
            .with("to", Arg::Word(to.to_owned()));
        say(by, text)
    });
    Decision::claimed(keep(account).into_iter().chain(said).collect())
}

/// Why somebody may not order this; the key of the words.
pub(super) fn refusal(facts: &Facts<'_>, by: UserId, account: &Account, change: Change) -> Option<&'static str> {
    let (mine, theirs) = (role_of(by, facts), role_of(account.user, facts).max(account.role));
    match () {
        () if mine < change.needs() => Some("porter-refused"),
        () if by == account.user && matches!(change, Change::Ban | Change::Rest | Change::Role(_)) => {
            Some("porter-refused-self")
        }
        () if by != account.user && theirs >= mine => Some("porter-refused-above"),
        () => None,
    }
}

/// Somebody sent an invitation code.
fn came(
    settings: &Settings,
    state: &State,
    facts: &Facts<'_>,
    who: &Person,
    hash: Option<super::invite::Hash>,
) -> Decision<State> {
    let Some(row) = facts.row(&key(who.id)) else { return Decision::needing(vec![Need::Row(key(who.id))]) };
    let mut account = read(row, who.id, facts);
    let text = |key| say(who, Text::new(who.language, key));
    if account.allowed {
        return Decision::claimed(vec![text("porter-code-already")]);
    }
    let mut state = state.clone();
    let worth = state.invitations.take(hash, who.id, settings.code_tries, facts.now);
    let suspect = |why| Effect::Suspect { user: who.id, why };
    let effects = match worth {
        Worth::Accepted(tier) => {
            account.allowed = true;
            account.tier = account.tier.max(tier);
            account.name = cut(&who.name);
            if !fits(settings, facts, &account) {
                return Decision::claimed(vec![text("porter-crowded")]); // the invitation is not used up by it
            }
            let mut effects = keep(account);
            effects.push(text("porter-code-accepted"));
            effects
        }
        Worth::Over => vec![text("porter-code-over")],
        Worth::Wrong => vec![text("porter-code-wrong"), suspect("a wrong invitation code")],
        Worth::Exhausted => vec![text("porter-code-exhausted"), suspect("too many wrong invitation codes")],
    };
    Decision::claimed(effects).with_state(state)
}

fn read(row: Option<&[u8]>, user: UserId, facts: &Facts<'_>) -> Account {
    let read = row.and_then(|it| serde_json::from_slice(it).ok());
    read.unwrap_or_else(|| Account::new(user, facts.now))
}

fn fits(settings: &Settings, facts: &Facts<'_>, account: &Account) -> bool {
    let accounts = &facts.house.accounts;
    account.is_plain() || accounts.get(account.user).is_some() || accounts.iter().len() < settings.accounts as usize
}

fn keep(account: Account) -> Vec<Effect> {
    let key = key(account.user);
    let row = match account.is_plain() {
        true => Effect::Drop { key },
        false => Effect::Put { key, value: serde_json::to_vec(&account).unwrap_or_default() },
    };
    vec![row, Effect::Account(Box::new(account))]
}

/// Names are cut, so that a row stays small.
fn cut(name: &str) -> String {
    name.chars().filter(|it| !crate::domain::text::is_harmful(*it)).take(40).collect()
}

/// In somebody's private chat, from which they spoke to us.
fn say(who: &Person, text: Text) -> Effect {
    Effect::Tell { to: Target::Chat(ChatId(who.id.0)), note: Note::Porter(Box::new(Word::Say { text })) }
}
