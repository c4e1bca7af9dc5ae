//! The facts that rules ask for: read here without a message when they are known, else loaded by their actor.

use super::chat::Asker;
use super::port::Port;
use crate::clock;
use crate::config::CacheLimits;
use crate::domain::event::Standing;
use crate::domain::fact::{Admin, ChatInfo, ChatRef, Fact, Freshness, Need, Unknown};
use crate::domain::types::{ChatId, UserId};
use moka::sync::Cache;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// What the facts actor is told.
#[derive(Debug)]
pub enum FactsMsg {
    /// Begin a load that is in the port's table.
    Begin(Key),
    /// A load has ended.
    Loaded {
        /// Which.
        key: Key,
        /// What was found.
        fact: Fact,
    },
}

/// What can be loaded and shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A person in a chat.
    Member(ChatRef, UserId),
    /// A chat.
    Chat(ChatRef),
    /// The admins of a chat.
    Admins(ChatId),
    /// A file, and the most bytes of it that are wanted. Files are not kept: each is read once.
    File(String, u32),
}

/// A person's standing and how long it may be believed.
#[derive(Clone, Debug)]
pub struct Known<T> {
    /// What was found.
    pub found: Result<T, Unknown>,
    /// When it was asked for, in monotonic ms.
    pub asked_ms: u64,
    /// Until when [`Freshness::Cached`] may use it.
    pub until_ms: u64,
}

/// The handle. Hits cost a lookup; nothing is sent.
#[derive(Clone)]
pub struct FactsPort {
    /// People in chats, by id.
    pub members: Cache<(ChatId, UserId), Known<Standing>>,
    /// Chats, by id.
    pub chats: Cache<ChatId, Known<Arc<ChatInfo>>>,
    /// Admins of chats, by id.
    pub admins: Cache<ChatId, Known<Arc<[Admin]>>>,
    /// Since when it is worth asking again of whom in a chat nothing could be known, in monotonic ms.
    cleared: Cache<ChatId, u64>,
    limits: CacheLimits,
    port: Port<FactsMsg>,
    loads: Arc<Mutex<HashMap<Key, Load>>>,
}

/// One load under way and everybody who waits for it. Kept in the port, so that nobody waits in vain when
/// the actor crashes.
#[derive(Debug)]
pub struct Load {
    /// When it was asked for, in monotonic ms.
    pub asked_ms: u64,
    /// Who waits.
    pub waiting: Vec<(Need, Asker)>,
    /// An update came in between: what is on its way must not be believed.
    pub stale: bool,
    /// How often it was begun again for that.
    pub again: u32,
}

impl FactsPort {
    /// A port whose cache is empty and whose actor has not started.
    #[must_use]
    pub fn unbound(limits: CacheLimits) -> Self {
        Self {
            members: Cache::new(limits.entries),
            chats: Cache::new(limits.entries / 10 + 1),
            admins: Cache::new(limits.entries / 100 + 1),
            cleared: Cache::new(limits.entries / 10 + 1),
            port: Port::unbound("facts", 10_000),
            loads: Arc::default(),
            limits,
        }
    }

    /// The actor's end.
    #[must_use]
    pub const fn port(&self) -> &Port<FactsMsg> {
        &self.port
    }

    /// The loads under way. Hold the lock for a moment only.
    pub fn loads(&self) -> MutexGuard<'_, HashMap<Key, Load>> {
        self.loads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limits of the cache.
    #[must_use]
    pub const fn limits(&self) -> &CacheLimits {
        &self.limits
    }

    /// The fact, if it is known and young enough.
    #[must_use]
    pub fn peek(&self, need: &Need) -> Option<Fact> {
        let now = clock::tick_ms();
        match need {
            Need::Member { chat: ChatRef::Id(chat), user, fresh } => {
                let known = self.members.get(&(*chat, *user))?;
                let doubtful = known.found.is_err() && self.cleared.get(chat).is_some_and(|it| known.asked_ms <= it);
                (!doubtful && self.believes(&known, *fresh, now)).then_some(Fact::Member(known.found))
            }
            Need::Chat(ChatRef::Id(chat)) => {
                let known = self.chats.get(chat)?;
                self.believes(&known, Freshness::Recent, now).then_some(Fact::Chat(known.found))
            }
            Need::Admins(chat) => {
                let known = self.admins.get(chat)?;
                self.believes(&known, Freshness::Recent, now).then_some(Fact::Admins(known.found))
            }
            _ => None,
        }
    }

    /// Asks for a fact, or joins those who wait for it; the answer comes to the asker as a message.
    pub fn load(&self, need: Need, asker: Asker) {
        let Some(key) = Key::of(&need) else {
            let nothing = nothing_known(&need);
            return asker.answer(need, nothing);
        };
        let mut loads = self.loads();
        if let Some(load) = loads.get_mut(&key) {
            // Whoever wants to know it now does not want an answer that was asked for earlier.
            load.stale |= matches!(need, Need::Member { fresh: Freshness::Now, .. });
            return load.waiting.push((need, asker));
        }
        let waiting = vec![(need, asker)];
        loads.insert(key.clone(), Load { asked_ms: clock::tick_ms(), waiting, stale: false, again: 0 });
        if self.port.tell(FactsMsg::Begin(key.clone())).is_err() {
            let refused = loads.remove(&key).map(|it| it.waiting).unwrap_or_default();
            drop(loads);
            for (need, asker) in refused {
                let nothing = nothing_known(&need);
                asker.answer(need, nothing);
            }
        }
    }

    /// The fact, known or loaded, for whoever is no chat. The lookup itself has a deadline.
    pub async fn ask(&self, need: Need) -> Fact {
        if let Some(fact) = self.peek(&need) {
            return fact;
        }
        let (caller, mut answer) = mpsc::channel(1);
        self.load(need.clone(), Asker::Caller(caller));
        answer.recv().await.unwrap_or_else(|| nothing_known(&need))
    }

    /// Forgets what is known about a person in a chat: an update says that it has changed.
    pub fn forget_member(&self, chat: ChatId, user: UserId) {
        let mut loads = self.loads();
        doubt(&mut loads, &Key::Member(ChatRef::Id(chat), user));
        self.members.invalidate(&(chat, user));
    }

    /// Forgets of whom in a chat nothing could be known: our own standing in it has changed.
    pub fn forget_doubts(&self, chat: ChatId) {
        self.cleared.insert(chat, clock::tick_ms());
    }

    /// Forgets what is known about a chat.
    pub fn forget_chat(&self, chat: ChatId) {
        let mut loads = self.loads();
        doubt(&mut loads, &Key::Chat(ChatRef::Id(chat)));
        self.chats.invalidate(&chat);
    }

    /// Forgets who the admins of a chat are: an update says that one has come, gone or changed.
    pub fn forget_admins(&self, chat: ChatId) {
        let mut loads = self.loads();
        doubt(&mut loads, &Key::Admins(chat));
        self.admins.invalidate(&chat);
    }

    fn believes<T>(&self, known: &Known<T>, fresh: Freshness, now_ms: u64) -> bool {
        match fresh {
            Freshness::Cached => now_ms < known.until_ms,
            Freshness::Recent => known.found.is_ok() && now_ms < known.asked_ms + self.limits.recent_s * 1000,
            Freshness::Now => false,
        }
    }
}

/// A load under way must not be believed: it may have been answered before what we know now.
fn doubt(loads: &mut HashMap<Key, Load>, key: &Key) {
    if let Some(load) = loads.get_mut(key) {
        load.stale = true;
    }
}

/// The answer to a need when nothing can be found out.
#[must_use]
pub const fn nothing_known(need: &Need) -> Fact {
    match need {
        Need::Member { .. } => Fact::Member(Err(Unknown::Unavailable)),
        Need::Chat(_) => Fact::Chat(Err(Unknown::Unavailable)),
        Need::Admins(_) => Fact::Admins(Err(Unknown::Unavailable)),
        Need::File { .. } => Fact::File(Err(Unknown::Unavailable)),
        Need::Row(_) | Need::Stall => Fact::Row(None),
        Need::Rows { .. } => Fact::Rows(Vec::new()),
        Need::Usage { .. } => Fact::Usage(Vec::new()),
    }
}

impl Key {
    /// What to load for a need, if it is to be loaded at all.
    #[must_use]
    pub fn of(need: &Need) -> Option<Self> {
        match need {
            Need::Member { chat, user, .. } => Some(Self::Member(chat.clone(), *user)),
            Need::Chat(chat) => Some(Self::Chat(chat.clone())),
            Need::Admins(chat) => Some(Self::Admins(*chat)),
            Need::File { file, max } => Some(Self::File(file.clone(), *max)),
            Need::Row(_) | Need::Rows { .. } | Need::Usage { .. } | Need::Stall => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_about_a_chats_people_are_forgotten_together_and_nothing_else_is() {
        let facts = FactsPort::unbound(CacheLimits::default());
        let (ours, other) = (ChatId(-5), ChatId(-6));
        let need =
            |chat: ChatId, user| Need::Member { chat: ChatRef::Id(chat), user: UserId(user), fresh: Freshness::Cached };
        let (asked_ms, until_ms) = (clock::tick_ms(), u64::MAX);
        let know = |chat, user, found| facts.members.insert((chat, UserId(user)), Known { found, asked_ms, until_ms });
        know(ours, 1, Err(Unknown::NoRights));
        know(ours, 2, Ok(Standing::default()));
        know(other, 1, Err(Unknown::NoRights));
        let known = |chat, user| facts.peek(&need(chat, user)).is_some();
        assert!(known(ours, 1) && known(ours, 2) && known(other, 1));
        facts.forget_doubts(ours);
        assert_eq!([known(ours, 1), known(ours, 2), known(other, 1)], [false, true, true]);
        let asked_ms = clock::tick_ms() + 1;
        let later = Known { found: Err(Unknown::NoRights), asked_ms, until_ms };
        facts.members.insert((ours, UserId(1)), later);
        assert!(known(ours, 1), "an answer to a later question is believed");
    }
}
