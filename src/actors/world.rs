//! What every actor of the house may reach: ports, features, and what the whole house knows.

use super::chat::held::Held;
use super::chat::writing::Writing;
use super::intake::port::IntakePort;
use super::requests::Requests;
use crate::config::{CacheLimits, ChatLimits, RequestLimits, Runtime};
use crate::domain::account::Account;
use crate::domain::event::{Event, Happened};
use crate::domain::fact::House;
use crate::domain::feature::Feature;
use crate::domain::types::{Moment, UserId};
use crate::protocol::backup::BackupPort;
use crate::protocol::facts::FactsPort;
use crate::protocol::gateway::GatewayPort;
use crate::protocol::inhand::InHand;
use crate::protocol::limiter::LimiterPort;
use crate::protocol::outbox::OutboxPort;
use crate::protocol::timer::TimerPort;
use crate::store::{Handle, StoreError, boot};
use crate::telemetry::{Line, events};
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

/// The ports and shared values. One per process; everything in it is cheap to reach.
pub struct World {
    /// The offices, guards first.
    pub features: Vec<Arc<dyn Feature>>,
    /// Their names, in the same order.
    pub names: Vec<&'static str>,
    /// The store.
    pub store: Handle,
    /// Where events come in and wait.
    pub intake: IntakePort,
    /// Where facts are known or loaded.
    pub facts: FactsPort,
    /// Where debts to Telegram are paid.
    pub outbox: OutboxPort,
    /// Where questions to models go.
    pub gateway: GatewayPort,
    /// Where wakes wait.
    pub timer: TimerPort,
    /// `[runtime]`
    pub runtime: Runtime,
    /// `[limits.membership_cache]`
    pub cache: CacheLimits,
    /// `[limits.chat]`
    pub chat: ChatLimits,
    /// What the rows of all awake chats weigh.
    pub held: Arc<Held>,
    /// Which chats have a write under way.
    pub writing: Writing,
    /// Telegram's limiter and breaker.
    pub limiter: LimiterPort,
    /// What people may ask for.
    pub requests: Requests,
    /// What each thread is deciding, for the next process if this one dies of it.
    pub in_hand: InHand,
    /// Numbers that never come again.
    pub sequence: Arc<Sequence>,
    /// Where copies of the store are asked for.
    pub backups: BackupPort,
    /// When the state of an earlier moment was put back, if it was.
    restored: OnceLock<Moment>,
    /// The house is closing: nobody waits for a full disk any more.
    pub closing: AtomicBool,
    house: RwLock<Arc<House>>,
}

/// The parts of a [`World`].
pub struct Parts {
    /// See [`World::features`].
    pub features: Vec<Arc<dyn Feature>>,
    /// See [`World::store`].
    pub store: Handle,
    /// See [`World::intake`].
    pub intake: IntakePort,
    /// See [`World::facts`].
    pub facts: FactsPort,
    /// See [`World::outbox`].
    pub outbox: OutboxPort,
    /// See [`World::gateway`].
    pub gateway: GatewayPort,
    /// See [`World::timer`].
    pub timer: TimerPort,
    /// See [`World::runtime`].
    pub runtime: Runtime,
    /// See [`World::cache`].
    pub cache: CacheLimits,
    /// See [`World::chat`].
    pub chat: ChatLimits,
    /// See [`World::limiter`].
    pub limiter: LimiterPort,
    /// `[limits.requests]`
    pub requests: RequestLimits,
    /// See [`World::in_hand`].
    pub in_hand: InHand,
    /// See [`World::sequence`].
    pub sequence: Arc<Sequence>,
    /// What is known of the house so far.
    pub house: House,
}

impl World {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        let names = parts.features.iter().map(|it| it.name()).collect();
        Arc::new(Self {
            features: parts.features,
            names,
            store: parts.store,
            intake: parts.intake,
            facts: parts.facts,
            outbox: parts.outbox,
            gateway: parts.gateway,
            timer: parts.timer,
            runtime: parts.runtime,
            cache: parts.cache,
            chat: parts.chat,
            held: Arc::default(),
            writing: Writing::default(),
            limiter: parts.limiter,
            requests: Requests::new(parts.requests),
            in_hand: parts.in_hand,
            sequence: parts.sequence,
            backups: BackupPort::default(),
            restored: OnceLock::new(),
            closing: AtomicBool::new(false),
            house: RwLock::new(Arc::new(parts.house)),
        })
    }

    /// What the whole house knows now.
    #[must_use]
    pub fn house(&self) -> Arc<House> {
        self.house.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads from the store, and waits while it is full or busy: neither is the reader's fault.
    ///
    /// # Errors
    /// Everything else that the store says.
    pub async fn patiently<T, F: Future<Output = Result<T, StoreError>>>(
        &self,
        read: impl Fn() -> F,
    ) -> Result<T, StoreError> {
        loop {
            match read().await {
                Err(StoreError::Full | StoreError::Busy) if !self.closing.load(Ordering::Acquire) => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                answer => return answer,
            }
        }
    }

    /// Notes when the state of an earlier moment was put back. Only the first call counts.
    pub fn set_restored(&self, at: Option<Moment>) {
        if let Some(at) = at {
            let _second = self.restored.set(at);
        }
    }

    /// Whether an event of our own belongs to the time that was lost in a restore: what it would show to people
    /// may have been shown then.
    #[must_use]
    pub fn is_of_lost_time(&self, happened: &Happened) -> bool {
        let at = match &happened.event {
            Event::Woke { late_ms, .. } => happened.at.0.saturating_sub(*late_ms),
            _ => happened.at.0,
        };
        happened.update.is_none() && self.restored.get().is_some_and(|it| at <= it.0)
    }

    /// Changes what the whole house knows.
    pub fn update_house(&self, change: impl FnOnce(&mut House)) {
        let mut house = self.house.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut house));
    }

    /// Lets every decision from now on know these accounts.
    pub fn set_accounts(&self, accounts: Vec<Account>) {
        if accounts.is_empty() {
            return;
        }
        self.update_house(|house| {
            let known = Arc::make_mut(&mut house.accounts);
            for account in accounts {
                known.set(account, usize::MAX); // how many there may be, the rule has decided
            }
        });
    }

    /// Makes a person an owner, and closes the owner link.
    pub fn add_owner(&self, user: UserId) {
        Line::new(&events::SEC_OWNER_CLAIMED)
            .user(user.0)
            .next("this person may command the house")
            .act("if it was not you: stop, delete the bot's token at @BotFather, begin anew with owner.ids set")
            .emit();
        self.update_house(|house| {
            let mut owners = house.owners.to_vec();
            if !owners.contains(&user) {
                owners.push(user);
            }
            house.owners = owners.into();
            house.claim = None;
        });
    }
}

/// Numbers that rise across restarts: the boot counter above 40 bits that count.
#[derive(Debug)]
pub struct Sequence(AtomicU64);

impl Sequence {
    /// Begins the numbers of this boot. Boots are counted on the disk, so no clock is involved.
    #[must_use]
    pub const fn of_boot(boot: u64) -> Self {
        Self(AtomicU64::new(boot::first_of(boot)))
    }

    /// The first of `n` fresh numbers.
    pub fn take(&self, n: u64) -> u64 {
        self.0.fetch_add(n, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testkit::{Telegram, Town};
    use super::*;
    use crate::domain::event::{ChatKind, Note, Place};
    use crate::domain::types::{ChatId, UpdateId};
    use serde_json::json;

    #[tokio::test]
    async fn after_a_restore_our_own_events_of_the_lost_time_are_known() {
        let town = Town::new(Telegram::new(|_, _| Ok(json!(true))).await, |_| {}).await;
        let place = Place { id: ChatId(-5), kind: ChatKind::Supergroup, title: String::new(), username: None };
        let event = |update, at, event| Happened { update, at: Moment(at), place: place.clone(), event };
        let woke = |late_ms| Event::Woke { feature: "x".into(), key: "y".into(), late_ms };
        let told = || Event::Told(Note::Numbered(1));
        let cases = [
            (event(None, 900, told()), true, "told before the restore"),
            (event(None, 1_100, told()), false, "told since"),
            (event(None, 1_500, woke(600)), true, "it should have rung before"),
            (event(None, 1_500, woke(400)), false, "it was late for another reason"),
            (event(Some(UpdateId(7)), 900, Event::Other), false, "people's own words are held whole, or released"),
        ];
        assert!(cases.iter().all(|it| !town.world.is_of_lost_time(&it.0)), "nothing was restored");
        town.world.set_restored(Some(Moment(1_000)));
        for (happened, lost, why) in cases {
            assert_eq!(town.world.is_of_lost_time(&happened), lost, "{why}");
        }
    }
}
