//! What an office is: pure rules over its own state per chat.

use super::effect::{Call, Effect, Owed};
use super::event::{Happened, Standing};
use super::fact::{Admin, ChatInfo, ChatRef, Fact, Freshness, House, Need, Unknown};
use super::purse::{Entry, Used};
use super::types::{ChatId, Moment, Slot, UserId};
use serde::{Serialize, de::DeserializeOwned};
use std::any::Any;
use std::sync::Arc;

/// An office's rules. They are pure: same arguments, same answer, nothing touched.
///
/// `decide` is asked again with what has been learned until it names no [`Decision::needs`] (at most
/// [`ROUNDS`] times), so that a rule can look at one fact before it asks for the next.
pub trait Rules: Send + Sync + 'static {
    /// What the feature keeps per chat: its hot cell, at most 8 KiB as JSON.
    type State: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Its name: in `config.toml`, in keys of the store, in logs.
    fn name(&self) -> &'static str;

    /// Whether a chat with this state counts as one that the feature looks after, for the metrics.
    fn active(&self, _state: &Self::State) -> bool {
        false
    }

    /// Whether an alarm clock of this key has what we know compared with the truth. Such a one rings at once after
    /// the state of an earlier moment was put back.
    fn compares(&self, _key: &str) -> bool {
        false
    }

    /// The commands it answers to.
    fn commands(&self) -> &'static [Command];

    /// The Telegram update kinds it must be sent (`allowed_updates`).
    fn updates(&self) -> &'static [&'static str];

    /// Decides, or says what it must know first.
    fn decide(&self, state: &Self::State, event: &Happened, facts: &Facts<'_>) -> Decision<Self::State>;
}

/// How often a rule is asked about one event before the facts known by then must do.
pub const ROUNDS: usize = 6;

/// Slots set aside for one decision: so many messages it may say at most.
pub const SLOTS: u64 = 64;

/// A command of the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// Without the slash.
    pub name: &'static str,
    /// Where it may be given.
    pub scope: Scope,
    /// The catalogue's key of its one-line help.
    pub help: &'static str,
}

/// Where a command may be given. A name is unique within its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// In private chats.
    Private,
    /// In groups, by anybody.
    Group,
    /// In groups, shown to admins.
    GroupAdmin,
    /// In private chats, by owners of the house.
    Owner,
}

/// A feature's answer to an event.
#[derive(Clone, Debug)]
pub struct Decision<S> {
    /// Facts that are missing. When there are any, the rest of the decision is not carried out: they are looked up
    /// and the rule is asked again. A fact that is known is never named.
    pub needs: Vec<Need>,
    /// Whether later features should not be asked.
    pub claimed: bool,
    /// The new state, if it changed.
    pub state: Option<S>,
    /// What is wanted.
    pub effects: Vec<Effect>,
}

impl<S> Decision<S> {
    /// Nothing to do here: the next feature is asked.
    #[must_use]
    pub const fn passed() -> Self {
        Self { needs: Vec::new(), claimed: false, state: None, effects: Vec::new() }
    }

    /// This event was mine.
    #[must_use]
    pub const fn claimed(effects: Vec<Effect>) -> Self {
        Self { needs: Vec::new(), claimed: true, state: None, effects }
    }

    /// First these facts.
    #[must_use]
    pub const fn needing(needs: Vec<Need>) -> Self {
        Self { needs, claimed: false, state: None, effects: Vec::new() }
    }

    /// With a new state.
    #[must_use]
    pub fn with_state(mut self, state: S) -> Self {
        self.state = Some(state);
        self
    }

    /// With one more effect.
    #[must_use]
    pub fn and(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }
}

/// What a rule may know: the time, the house, and the facts that were loaded for it.
pub struct Facts<'a> {
    /// Wall time now.
    pub now: Moment,
    /// What the whole house knows.
    pub house: &'a House,
    /// The first free slot; see [`Facts::slot`].
    pub slots: u64,
    /// Whether the person asks for more than they may.
    pub pace: Pace,
    /// What was asked for and found.
    pub known: &'a [(Need, Fact)],
}

/// How a person's requests stand against their limit. Guards judge messages whatever it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Within it.
    #[default]
    Free,
    /// Beyond it for the first time: they are told once.
    SlowDown,
    /// Beyond it, and told already.
    Silent,
}

impl Facts<'_> {
    /// The n-th new slot of this decision (n from 0, below [`SLOTS`]): unique within the chat.
    #[must_use]
    pub const fn slot(&self, n: u64) -> Slot {
        Slot(self.slots + n)
    }

    /// The answer to a need, if it has been loaded.
    #[must_use]
    pub fn get(&self, need: &Need) -> Option<&Fact> {
        self.known.iter().find(|(it, _)| it == need).map(|(_, fact)| fact)
    }

    /// A person's standing in a chat, if it has been loaded.
    #[must_use]
    pub fn member(&self, chat: &ChatRef, user: UserId, fresh: Freshness) -> Option<&Result<Standing, Unknown>> {
        self.known.iter().find_map(|(need, fact)| match (need, fact) {
            (Need::Member { chat: c, user: u, fresh: f }, Fact::Member(found))
                if c == chat && *u == user && *f == fresh =>
            {
                Some(found)
            }
            _ => None,
        })
    }

    /// What a chat is, if it has been loaded.
    #[must_use]
    pub fn chat(&self, chat: &ChatRef) -> Option<&Result<Arc<ChatInfo>, Unknown>> {
        self.known.iter().find_map(|(need, fact)| match (need, fact) {
            (Need::Chat(c), Fact::Chat(found)) if c == chat => Some(found),
            _ => None,
        })
    }

    /// The admins of a chat, if they have been loaded.
    #[must_use]
    pub fn admins(&self, chat: ChatId) -> Option<&Result<Arc<[Admin]>, Unknown>> {
        self.known.iter().find_map(|(need, fact)| match (need, fact) {
            (Need::Admins(c), Fact::Admins(found)) if *c == chat => Some(found),
            _ => None,
        })
    }

    /// What is in a file, if it has been loaded.
    #[must_use]
    pub fn file(&self, id: &str) -> Option<&Result<Arc<[u8]>, Unknown>> {
        self.known.iter().find_map(|(need, fact)| match (need, fact) {
            (Need::File { file, .. }, Fact::File(found)) if file == id => Some(found),
            _ => None,
        })
    }

    /// What somebody has used, if it has been loaded.
    #[must_use]
    pub fn usage(&self, need: &Need) -> Option<&[(Entry, Used)]> {
        match self.get(need) {
            Some(Fact::Usage(found)) => Some(found),
            Some(_) | None => None,
        }
    }

    /// A row of this feature, if it has been loaded: `Some(None)` when there is no such row.
    #[must_use]
    pub fn row(&self, key: &str) -> Option<Option<&[u8]>> {
        self.known.iter().find_map(|(need, fact)| match (need, fact) {
            (Need::Row(k), Fact::Row(found)) if k == key => Some(found.as_deref()),
            _ => None,
        })
    }

    /// The rows of this feature with keys in [`from`, `before`), if they have been loaded: ascending by key, and
    /// no more than were asked for.
    #[must_use]
    pub fn rows(&self, from: &str, before: &str) -> Option<&[(String, Vec<u8>)]> {
        self.known.iter().find_map(|(need, fact)| match (need, fact) {
            (Need::Rows { from: f, before: b, .. }, Fact::Rows(found)) if f == from && b == before => {
                Some(found.as_slice())
            }
            _ => None,
        })
    }
}

/// A feature's state in one chat with its type forgotten, so that different features stand in one list.
pub type Cell = Arc<dyn Any + Send + Sync>;

/// A decision with the state's type forgotten.
pub struct Verdict {
    /// See [`Decision::needs`].
    pub needs: Vec<Need>,
    /// Whether later features should not be asked.
    pub claimed: bool,
    /// The new state and the same as JSON for the store.
    pub state: Option<(Cell, Vec<u8>)>,
    /// What is wanted.
    pub effects: Vec<Effect>,
}

/// [`Rules`] with the state's type forgotten; every `Rules` is one.
pub trait Feature: Send + Sync + 'static {
    /// See [`Rules::name`].
    fn name(&self) -> &'static str;
    /// See [`Rules::active`].
    fn active(&self, cell: &Cell) -> bool;
    /// See [`Rules::compares`].
    fn compares(&self, key: &str) -> bool;
    /// See [`Rules::commands`].
    fn commands(&self) -> &'static [Command];
    /// See [`Rules::updates`].
    fn updates(&self) -> &'static [&'static str];
    /// The state of a chat that the store knows nothing about.
    fn fresh(&self) -> Cell;
    /// Reads a state from the store's JSON.
    ///
    /// # Errors
    /// When the JSON is not this feature's state.
    fn load(&self, json: &[u8]) -> Result<Cell, serde_json::Error>;
    /// See [`Rules::decide`].
    fn decide(&self, cell: &Cell, event: &Happened, facts: &Facts<'_>) -> Verdict;
}

impl<R: Rules> Feature for R {
    fn name(&self) -> &'static str {
        Rules::name(self)
    }

    fn active(&self, cell: &Cell) -> bool {
        cell.downcast_ref::<R::State>().is_some_and(|state| Rules::active(self, state))
    }

    fn compares(&self, key: &str) -> bool {
        Rules::compares(self, key)
    }

    fn commands(&self) -> &'static [Command] {
        Rules::commands(self)
    }

    fn updates(&self) -> &'static [&'static str] {
        Rules::updates(self)
    }

    fn fresh(&self) -> Cell {
        Arc::new(R::State::default())
    }

    fn load(&self, json: &[u8]) -> Result<Cell, serde_json::Error> {
        Ok(Arc::new(serde_json::from_slice::<R::State>(json)?))
    }

    fn decide(&self, cell: &Cell, event: &Happened, facts: &Facts<'_>) -> Verdict {
        let fresh;
        let state = match cell.downcast_ref::<R::State>() {
            Some(state) => state,
            None => {
                fresh = R::State::default();
                &fresh
            }
        };
        let decision = Rules::decide(self, state, event, facts);
        let state = decision.state.and_then(|state| {
            let json = serde_json::to_vec(&state).ok()?;
            Some((Arc::new(state) as Cell, json))
        });
        Verdict { needs: decision.needs, claimed: decision.claimed, state, effects: decision.effects }
    }
}

/// Short for a Telegram effect that is a plain reply.
#[must_use]
pub const fn telegram(call: Call) -> Effect {
    Effect::Telegram(Owed::new(call))
}
