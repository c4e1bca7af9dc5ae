//! Porter: knows who may ask models, in which tier, and what they have used.
//!
//! Orders are given in private chats and carried out in the house's own chat, one after the other (`desk.rs`).

mod desk;
pub mod invite;
mod order;
mod page;
mod settings;
mod usage;
pub mod words;

#[cfg(test)]
mod tests;

pub use order::Change;
pub use settings::{Mode, Settings};

use super::account::{Account, Role, Status, Tier};
use super::command;
use super::effect::{Call, Effect, MessageRef, Owed, Target};
use super::event::{ChatKind, Event, Happened, Note, Pressed, Said, Verdict};
use super::feature::{Command, Decision, Facts, Pace, Rules, Scope, telegram};
use super::text::Text;
use super::types::{Person, UserId};
use invite::{Hash, Invitations};
use order::Order;
use page::Press;
use serde::{Deserialize, Serialize};

/// Its name in the configuration, in keys and logs.
pub const NAME: &str = "porter";
/// What the keys of accounts begin with, in the house's own chat.
pub const ROWS: &str = "account/";
/// A press lives 150 s at Telegram; an answer after this many ms is not worth a call.
const PRESS_MS: u64 = 140_000;

const COMMANDS: &[Command] = &[
    Command { name: "usage", scope: Scope::Private, help: "porter-help-usage" },
    Command { name: "code", scope: Scope::Private, help: "porter-help-code" },
    Command { name: "users", scope: Scope::Owner, help: "porter-help-users" },
    Command { name: "user", scope: Scope::Owner, help: "porter-help-user" },
    Command { name: "tier", scope: Scope::Owner, help: "porter-help-tier" },
    Command { name: "ban", scope: Scope::Owner, help: "porter-help-ban" },
    Command { name: "unban", scope: Scope::Owner, help: "porter-help-unban" },
    Command { name: "allow", scope: Scope::Owner, help: "porter-help-allow" },
];

/// The office.
#[derive(Clone, Debug, Default)]
pub struct Porter {
    settings: Settings,
}

/// What it keeps in the house's own chat; in others nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Invitations, and who has guessed.
    pub invitations: Invitations,
}

/// What the house's own chat is told, and what it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// Somebody wants an account changed.
    Change {
        /// Who.
        by: Person,
        /// Whose.
        user: UserId,
        /// How.
        change: Change,
        /// They have seen it already: words only when it is refused.
        #[serde(default)]
        quiet: bool,
    },
    /// Somebody opens an invitation.
    Invite {
        /// Who.
        by: Person,
        /// The hash of the code.
        hash: Hash,
        /// How many may come.
        uses: u32,
        /// For how many days.
        days: u32,
        /// Into which tier.
        tier: Tier,
    },
    /// Somebody sent a code.
    Code {
        /// Who.
        who: Person,
        /// Its hash; `None` when it can be no code.
        hash: Option<Hash>,
    },
    /// The answer, for the private chat of who spoke.
    Say {
        /// The words.
        text: Text,
    },
}

#[cfg(test)]
impl Word {
    /// Short, for the tables of stories.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Say { text } => format!("tell {}", text.key),
            Self::Change { .. } | Self::Invite { .. } | Self::Code { .. } => "tell porter".into(),
        }
    }
}

impl Porter {
    /// With these settings.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Rules for Porter {
    type State = State;

    fn name(&self) -> &'static str {
        NAME
    }

    fn commands(&self) -> &'static [Command] {
        COMMANDS
    }

    fn updates(&self) -> &'static [&'static str] {
        &["message", "callback_query"]
    }

    fn decide(&self, state: &State, event: &Happened, facts: &Facts<'_>) -> Decision<State> {
        match (&event.event, event.place.kind) {
            (Event::Told(Note::Porter(word)), ChatKind::House) => desk::told(&self.settings, state, word, facts),
            (Event::Told(Note::Porter(word)), ChatKind::Private) => match &**word {
                Word::Say { text } => Decision::claimed(vec![answer(event, facts, text.clone())]),
                Word::Change { .. } | Word::Invite { .. } | Word::Code { .. } => Decision::claimed(Vec::new()),
            },
            (Event::Said(said), ChatKind::Private) => self.said(event, said, facts),
            (Event::Pressed(pressed), ChatKind::Private) => self.pressed(event, pressed, facts),
            (Event::Performed(it), ChatKind::Private) if it.feature == NAME => {
                usage::performed(&self.settings, event, it, facts)
            }
            _ => Decision::passed(),
        }
    }
}

/// What somebody may do to others' accounts. One whose account is closed may nothing.
#[must_use]
pub fn role_of(user: UserId, facts: &Facts<'_>) -> Role {
    match facts.house.accounts.get(user) {
        _ if facts.house.owned_by(user) => Role::Owner,
        Some(Account { status: Status::Active, role, .. }) => *role,
        Some(_) | None => Role::Viewer,
    }
}

impl Porter {
    fn said(&self, event: &Happened, said: &Said, facts: &Facts<'_>) -> Decision<State> {
        let Some(given) = command::given(said, facts).filter(|_| facts.pace == Pace::Free) else {
            return Decision::passed();
        };
        match given.name.as_str() {
            "usage" => return usage::asked(&self.settings, event, said, facts),
            "code" if given.args.is_empty() => return reply(event, facts, said, "porter-how-enter"),
            "code" => {
                let word = Word::Code { who: said.from.clone(), hash: invite::hash(given.args) };
                return Decision::claimed(vec![tell(word)]);
            }
            _ => {}
        }
        // Whoever looks after nobody is told nothing of these: to them there is no such command.
        let role = role_of(said.from.id, facts);
        let Some(order) = order::read(&given).filter(|_| role > Role::Viewer) else { return Decision::passed() };
        let by = said.from.clone();
        match order {
            Order::Unclear(key) => reply(event, facts, said, key),
            Order::List(page) => {
                let (text, rows) = self.list(page, &by, facts);
                Decision::claimed(vec![say(event, facts, said, text, rows)])
            }
            Order::Show(user) => {
                let (text, rows) = card(user, None, &by, facts);
                Decision::claimed(vec![say(event, facts, said, text, rows)])
            }
            Order::Change(user, change) => {
                Decision::claimed(vec![tell(Word::Change { by, user, change, quiet: false })])
            }
            Order::Invite(hash, uses, days, tier) => {
                // The code stands in that message: it goes, as far as Telegram lets us.
                let delete = Call::Delete { chat: event.place.id, message: MessageRef::Id(said.message) };
                Decision::claimed(vec![telegram(delete), tell(Word::Invite { by, hash, uses, days, tier })])
            }
        }
    }

    fn pressed(&self, event: &Happened, pressed: &Pressed, facts: &Facts<'_>) -> Decision<State> {
        let Verdict::Valid { action, args } = &pressed.verdict else { return Decision::passed() };
        let Some(press) = Press::read(args).filter(|_| action == page::ACTION) else { return Decision::passed() };
        let by = &pressed.from;
        let answer = |key: Option<&'static str>| {
            let text = key.map(|it| Text::new(by.language, it));
            let call = Call::Answer { query: pressed.query.clone(), text, alert: false };
            Effect::Telegram(Owed::new(call).until(facts.now.plus_ms(PRESS_MS)))
        };
        if role_of(by.id, facts) == Role::Viewer {
            return Decision::claimed(vec![answer(Some("porter-refused"))]);
        }
        let edit = |(text, keyboard)| {
            let message = MessageRef::Id(pressed.message);
            telegram(Call::Edit { chat: event.place.id, message, text, keyboard })
        };
        match press {
            Press::List(page) => Decision::claimed(vec![edit(self.list(page, by, facts)), answer(None)]),
            Press::Card(user) => Decision::claimed(vec![edit(card(user, None, by, facts)), answer(None)]),
            Press::Change(user, change) => {
                let account = facts.house.accounts.of(user, facts.now);
                if let Some(key) = desk::refusal(facts, by.id, &account, change) {
                    return Decision::claimed(vec![answer(Some(key))]);
                }
                let word = Word::Change { by: by.clone(), user, change, quiet: true };
                let shown = card(user, Some(change), by, facts);
                Decision::claimed(vec![tell(word), edit(shown), answer(Some("porter-done"))])
            }
        }
    }

    fn list(&self, page: usize, reader: &Person, facts: &Facts<'_>) -> (Text, page::Rows) {
        page::list(&facts.house.accounts, page, self.settings.page as usize, reader.id, reader.language)
    }
}

/// An account as it is, or as it is about to be.
fn card(user: UserId, change: Option<Change>, reader: &Person, facts: &Facts<'_>) -> (Text, page::Rows) {
    let kept = facts.house.accounts.get(user).is_some();
    let mut account = facts.house.accounts.of(user, facts.now);
    if let Some(change) = change {
        change.apply(&mut account);
    }
    account.role = account.role.max(role_of(user, facts));
    page::card(&account, kept || change.is_some(), (reader.id, role_of(reader.id, facts)), reader.language)
}

fn tell(word: Word) -> Effect {
    Effect::Tell { to: Target::House, note: Note::Porter(Box::new(word)) }
}

fn reply(event: &Happened, facts: &Facts<'_>, said: &Said, key: &'static str) -> Decision<State> {
    Decision::claimed(vec![say(event, facts, said, Text::new(said.from.language, key), Vec::new())])
}

/// What the house's own chat answers: twice is better than never.
fn answer(event: &Happened, facts: &Facts<'_>, text: Text) -> Effect {
    let call = Call::Say {
        chat: event.place.id,
        slot: facts.slot(0),
        thread: None,
        reply_to: None,
        text,
        keyboard: Vec::new(),
        silent: false,
        only: None,
    };
    Effect::Telegram(Owed::new(call).repeating())
}

fn say(event: &Happened, facts: &Facts<'_>, said: &Said, text: Text, keyboard: page::Rows) -> Effect {
    telegram(Call::Say {
        chat: event.place.id,
        slot: facts.slot(0),
        thread: said.thread,
        reply_to: None,
        text,
        keyboard,
        silent: false,
        only: None,
    })
}
