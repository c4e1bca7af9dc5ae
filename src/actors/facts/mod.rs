//! Loads facts from Telegram: once for everybody who asks at the same time, and never believing what an update contradicts.

#[cfg(test)]
mod tests;

use crate::actors::world::World;
use crate::clock;
use crate::domain::fact::{ChatRef, Fact, Unknown};
use crate::domain::limits::breaker::{Permit, Report, TripReason};
use crate::domain::types::ChatId;
use crate::protocol::facts::{FactsMsg, Key, Known};
use crate::protocol::port::Letter;
use crate::telegram::client::Client;
use crate::telegram::error::{ApiError, FloodScope};
use futures_util::future::FutureExt;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The actor.
pub struct FactsActor;

/// What the actor is started with.
pub struct Start {
    /// Everything it may reach.
    pub world: Arc<World>,
    /// The transport.
    pub client: Client,
    /// The largest file that is read: `limits.telegram.file_fact_bytes`.
    pub file_bytes: u32,
}

/// What it owns: the calls that loads need.
pub struct Facts {
    world: Arc<World>,
    client: Client,
    file_bytes: u32,
    /// Reads in flight at the same time.
    places: Arc<Semaphore>,
}

/// Reads in flight at the same time; others wait.
const READS: usize = 100;

/// How often a call that failed on its way is made again; fewer than open the breaker.
const HICCUPS: u32 = 1;
/// How long to wait before that.
const HICCUP_WAIT: Duration = Duration::from_millis(100);
/// How often a load is begun again because an update came in between.
const AGAIN: u32 = 3;

impl Actor for FactsActor {
    type Msg = Letter<FactsMsg>;
    type State = Facts;
    type Arguments = Start;

    async fn pre_start(
        &self,
        myself: ActorRef<Self::Msg>,
        start: Self::Arguments,
    ) -> Result<Facts, ActorProcessingErr> {
        let Start { world, client, file_bytes } = start;
        let facts = Facts { world, client, file_bytes, places: Arc::new(Semaphore::new(READS)) };
        // Loads that an earlier life of this actor had begun: begun again, so that nobody waits in vain.
        let left: Vec<_> = facts.world.facts.loads().keys().cloned().collect();
        left.into_iter().for_each(|key| facts.begin(key));
        facts.world.facts.port().bind(myself);
        Ok(facts)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        letter: Self::Msg,
        facts: &mut Facts,
    ) -> Result<(), ActorProcessingErr> {
        match letter.open() {
            FactsMsg::Begin(key) => facts.begin(key),
            FactsMsg::Loaded { key, fact } => facts.loaded(key, fact),
        }
        Ok(())
    }
}

impl Facts {
    /// Starts the call in a task of its own; its answer comes back as a message.
    fn begin(&self, key: Key) {
        let (world, client) = (self.world.clone(), self.client.clone());
        let (places, most) = (self.places.clone(), self.file_bytes);
        tokio::spawn(async move {
            let deadline = Duration::from_millis(world.cache.lookup_timeout_ms);
            // The call has the deadline; a pause that Telegram asked for may last longer, and is not "cannot be known".
            // A load that panics is an answer that cannot be known.
            let patience = deadline + Duration::from_millis(world.cache.flood_wait_ms);
            let (asked, of) = (bounded(key.clone(), most), world.clone());
            let load = AssertUnwindSafe(async move {
                let _place = places.acquire_owned().await;
                tokio::time::timeout(patience, load(&of, &client, &asked, deadline)).await
            });
            let fact = load.catch_unwind().await.ok().and_then(Result::ok);
            let fact = fact.unwrap_or_else(|| unknown(&key, Unknown::Unavailable));
            let mut letter = FactsMsg::Loaded { key, fact };
            // A full mailbox empties by itself, and between two lives of the actor the port keeps letters.
            while let Err((back, _)) = world.facts.port().offer(letter) {
                letter = back;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
    }

    fn loaded(&self, key: Key, fact: Fact) {
        let mut loads = self.world.facts.loads();
        let Some(mut load) = loads.remove(&key) else { return };
        if load.stale && load.again < AGAIN {
            load.stale = false;
            load.again += 1;
            load.asked_ms = clock::tick_ms();
            loads.insert(key.clone(), load);
            drop(loads);
            return self.begin(key);
        }
        // Under the lock: an update that contradicts it comes before (then the load is stale) or after (then it
        // takes the entry out again).
        if !load.stale {
            self.remember(&key, &fact, load.asked_ms);
        }
        drop(loads);
        for (need, asker) in load.waiting {
            asker.answer(need, fact.clone());
        }
    }

    /// Puts an answer into the cache, with a spread so that not everything ends at once.
    fn remember(&self, key: &Key, fact: &Fact, asked_ms: u64) {
        let limits = &self.world.cache;
        match (key, fact) {
            (Key::Member(ChatRef::Id(chat), user), Fact::Member(found)) => {
                let inside = matches!(found, Ok(standing) if standing.inside());
                let ttl_s = match found {
                    Ok(_) if inside => limits.positive_s,
                    Ok(_) => limits.negative_s,
                    // What cannot be known is asked again soon, but not with every message.
                    Err(_) => limits.negative_s.min(5),
                };
                let until_ms = asked_ms + spread(ttl_s * 1000, limits.jitter_percent);
                let known = Known { found: found.clone(), asked_ms, until_ms };
                self.world.facts.members.insert((*chat, *user), known);
            }
            (Key::Chat(_), Fact::Chat(Ok(info))) => {
                let until_ms = asked_ms + limits.recent_s * 1000;
                self.world.facts.chats.insert(info.id, Known { found: Ok(info.clone()), asked_ms, until_ms });
            }
            (Key::Admins(chat), Fact::Admins(Ok(admins))) => {
                let until_ms = asked_ms + limits.recent_s * 1000;
                self.world.facts.admins.insert(*chat, Known { found: Ok(admins.clone()), asked_ms, until_ms });
            }
            _ => {}
        }
    }
}

/// A file is never read beyond the house's own limit.
fn bounded(key: Key, most: u32) -> Key {
    match key {
        Key::File(file, max) => Key::File(file, max.min(most)),
        Key::Member(..) | Key::Chat(_) | Key::Admins(_) => key,
    }
}

fn spread(ms: u64, percent: u64) -> u64 {
    let width = ms * percent / 100;
    ms - width + clock::random_below(2 * width + 1)
}

const fn unknown(key: &Key, why: Unknown) -> Fact {
    match key {
        Key::Member(..) => Fact::Member(Err(why)),
        Key::Chat(_) => Fact::Chat(Err(why)),
        Key::Admins(_) => Fact::Admins(Err(why)),
        Key::File(..) => Fact::File(Err(why)),
    }
}

/// How often, and how long each time, a lookup waits for an open breaker: less than a press may wait altogether.
const BREAKER_WAITS: u32 = 8;
const BREAKER_WAIT: Duration = Duration::from_millis(50);

/// Asks Telegram, within the limiter and the breaker. A flood waits as long as the deadline allows.
async fn load(world: &World, client: &Client, key: &Key, deadline: Duration) -> Fact {
    let (mut hiccups, mut waited, mut left) = (0, 0, deadline);
    loop {
        world.limiter.read(chat_of(key)).await;
        if let Permit::Wait { until } = world.limiter.permit() {
            // A probe of somebody else's may be under way: a moment, then "not known" is the quicker answer.
            let far = until.saturating_sub(clock::tick_ms()) > world.cache.lookup_timeout_ms;
            if waited >= BREAKER_WAITS || (far && world.limiter.is_open()) {
                return unknown(key, Unknown::Unavailable);
            }
            waited += 1;
            tokio::time::sleep(BREAKER_WAIT).await;
            continue;
        }
        let begun = clock::tick_ms();
        let found = ask(client, key, left).await;
        left = left.saturating_sub(Duration::from_millis(clock::tick_ms() - begun));
        let (fact, error) = match found {
            Ok(fact) => (fact, None),
            Err(error) => (unknown(key, error.unknown()), Some(error)),
        };
        world.limiter.report(report(error.as_ref()));
        match error {
            Some(ApiError::Flood { retry_after_s, scope }) => {
                world.limiter.flood(scope_of(scope, chat_of(key)), retry_after_s);
            }
            // Asking changes nothing: one lost answer must not let a stranger pass.
            // Both attempts together have the deadline: somebody may wait for the answer.
            Some(ApiError::NotSent { .. } | ApiError::Ambiguous { .. }) if hiccups < HICCUPS && left > HICCUP_WAIT => {
                hiccups += 1;
                tokio::time::sleep(HICCUP_WAIT).await;
            }
            _ => return fact,
        }
    }
}

async fn ask(client: &Client, key: &Key, deadline: Duration) -> Result<Fact, ApiError> {
    Ok(match key {
        Key::Member(chat, user) => Fact::Member(Ok(client.get_chat_member(chat, *user, deadline).await?)),
        Key::Chat(chat) => Fact::Chat(Ok(Arc::new(client.get_chat(chat, deadline).await?))),
        Key::Admins(chat) => Fact::Admins(Ok(client.get_admins(*chat, deadline).await?.into())),
        Key::File(file, max) => {
            let found = client.get_file(file, *max, deadline).await?;
            Fact::File(found.map(|it| Arc::from(&it[..])).ok_or(Unknown::TooLarge))
        }
    })
}

const fn chat_of(key: &Key) -> Option<ChatId> {
    match key {
        Key::Member(ChatRef::Id(chat), _) | Key::Chat(ChatRef::Id(chat)) | Key::Admins(chat) => Some(*chat),
        Key::Member(ChatRef::Name(_), _) | Key::Chat(ChatRef::Name(_)) | Key::File(..) => None,
    }
}

/// The scope of a flood, as the gate knows it.
#[must_use]
pub fn scope_of(scope: FloodScope, chat: Option<ChatId>) -> crate::domain::limits::gate::Scope {
    match (scope, chat) {
        (FloodScope::Chat, Some(chat)) => crate::domain::limits::gate::Scope::Chat(chat),
        _ => crate::domain::limits::gate::Scope::Token,
    }
}

/// What the breaker should hear of a call: refusals are answers, not failures.
#[must_use]
pub const fn report(error: Option<&ApiError>) -> Report {
    match error {
        Some(ApiError::NotSent { .. }) => Report::Failure(TripReason::Unreachable),
        Some(ApiError::Ambiguous { .. }) => Report::Failure(TripReason::ServerError),
        _ => Report::Ok,
    }
}
