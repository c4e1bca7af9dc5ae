//! One chat with one office that obeys words, and everything around it that is needed for that.

use super::super::{ChatActor, Start};
use crate::actors::intake::port::{IntakeParts, IntakePort};
use crate::actors::world::{Parts, Sequence, World};
use crate::config::{self, ChatLimits, Settings};
use crate::domain::effect::{Effect, Target};
use crate::domain::event::{ChatKind, Event, Happened, Note, Place, Said};
use crate::domain::fact::{House, Need};
use crate::domain::feature::{Command, Decision, Facts, Rules};
use crate::domain::limits::breaker::{Breaker, BreakerRules};
use crate::domain::limits::gate::{GateLimits, SendGate};
use crate::domain::play::{Play, person};
use crate::domain::types::{ChatId, ChatNo, Moment, UpdateId, UserId};
use crate::protocol::chat::ChatMsg;
use crate::protocol::facts::FactsPort;
use crate::protocol::gateway::GatewayPort;
use crate::protocol::health::HealthBoard;
use crate::protocol::inhand::InHand;
use crate::protocol::intake::Taken;
use crate::protocol::limiter::LimiterPort;
use crate::protocol::outbox::OutboxPort;
use crate::protocol::slot::Slots;
use crate::protocol::timer::TimerPort;
use crate::store::{Handle, Store, keys};
use crate::telegram::CallbackKey;
use crate::telegram::update::Decoded;
use crate::telemetry::names::Via;
use ractor::{Actor, ActorRef};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const GROUP: ChatId = ChatId(-1_000_000_000_500);

/// Obeys words: `keep a 1`, `put a 1`, `drop a`, several with `;`, `row a`, `rows a c 5`, `tell 7`.
#[derive(Clone, Default)]
struct Obedient(Arc<Mutex<Vec<String>>>);

fn words(event: &Happened) -> Vec<Vec<&str>> {
    let Event::Said(Said { text: Some(text), .. }) = &event.event else { return Vec::new() };
    text.split(';').map(|it| it.split_whitespace().collect()).collect()
}

fn needs(event: &Happened) -> Vec<Need> {
    let need = |it: &Vec<&str>| match it[..] {
        ["row", key] => Some(Need::Row(key.into())),
        ["rows", from, before, limit] => {
            Some(Need::Rows { from: from.into(), before: before.into(), limit: limit.parse().unwrap() })
        }
        ["usage", user, since, limit] => Some(usage(user, since, limit)),
        _ => None,
    };
    words(event).iter().filter_map(need).collect()
}

fn usage(user: &str, since: &str, limit: &str) -> Need {
    let (user, since, limit) = (UserId(user.parse().unwrap()), since.parse().unwrap(), limit.parse().unwrap());
    Need::Usage { user, since, limit }
}

impl Rules for Obedient {
    type State = ();

    fn name(&self) -> &'static str {
        "obedient"
    }

    fn commands(&self) -> &'static [Command] {
        &[]
    }

    fn updates(&self) -> &'static [&'static str] {
        &["message"]
    }

    fn decide(&self, (): &(), event: &Happened, facts: &Facts<'_>) -> Decision<()> {
        let needs: Vec<_> = needs(event).into_iter().filter(|it| facts.get(it).is_none()).collect();
        if !needs.is_empty() {
            return Decision::needing(needs);
        }
        let text = |it: &[u8]| String::from_utf8(it.to_vec()).unwrap();
        let mut effects = Vec::new();
        for it in words(event) {
            match it[..] {
                ["keep", key, value] => effects.push(Effect::Keep { key: key.into(), value: value.into() }),
                ["long", key, bytes] => {
                    effects.push(Effect::Keep { key: key.into(), value: vec![b'x'; bytes.parse().unwrap()] });
                }
                ["put", key, value] => effects.push(Effect::Put { key: key.into(), value: value.into() }),
                ["drop", key] => effects.push(Effect::Drop { key: key.into() }),
                ["row", key] => self.0.lock().unwrap().push(facts.row(key).unwrap().map_or("-".into(), text)),
                ["rows", from, before, _] => {
                    let rows = facts.rows(from, before).unwrap().iter();
                    let rows: Vec<_> = rows.map(|(key, it)| format!("{key}={}", text(it))).collect();
                    self.0.lock().unwrap().push(rows.join(" "));
                }
                ["usage", user, since, limit] => {
                    let rows = facts.usage(&usage(user, since, limit)).unwrap().iter();
                    let rows: Vec<_> = rows.map(|(it, used)| format!("{}:{}", it.day, used.answers)).collect();
                    self.0.lock().unwrap().push(rows.join(" "));
                }
                ["tell", many] => effects.extend((1..=many.parse().unwrap()).map(|n: i64| Effect::Tell {
                    to: Target::Chat(ChatId(n)),
                    note: Note::Numbered(n.unsigned_abs()),
                })),
                _ => panic!("not understood: {it:?}"),
            }
        }
        Decision::claimed(effects)
    }
}

/// The chat, life after life.
pub(super) struct Stage {
    pub(super) world: Arc<World>,
    pub(super) no: ChatNo,
    /// How many chats were asked to start.
    pub(super) started: Arc<AtomicU64>,
    answers: Arc<Mutex<Vec<String>>>,
    lives: u64,
    updates: AtomicU64,
    _folder: TempDir,
}

/// One life of it.
pub(super) struct Life {
    pub(super) actor: ActorRef<ChatMsg>,
    end: JoinHandle<()>,
}

impl Life {
    /// Waits until it has ended.
    pub(super) async fn ended(self) {
        tokio::time::timeout(Duration::from_secs(20), self.end).await.expect("the chat ends").unwrap();
    }
}

impl Stage {
    pub(super) fn new(chat: ChatLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::default();
        let store =
            config::Store { path: folder.path().into(), lazy_ms: 5, reserve_bytes: 0, ..settings.store.clone() };
        let store = Handle::memory(&store).unwrap();
        let answers = Arc::default();
        let features: Vec<Arc<dyn crate::domain::feature::Feature>> = vec![Arc::new(Obedient(Arc::clone(&answers)))];
        let facts = FactsPort::unbound(settings.limits.membership_cache.clone());
        let (outbox, sequence) = (OutboxPort::unbound(100), Arc::new(Sequence::of_boot(1)));
        let gate = GateLimits {
            overall_per_s: 0.0,
            chat_per_s: 0.0,
            group_per_min: 0.0,
            other_per_s: 0.0,
            algorithm: crate::actors::requests::algorithm(config::Algorithm::TokenBucket),
            queue: 100,
        };
        let breaker = Breaker::new(BreakerRules { failures: 3, open_ms: 1, successes: 1 });
        let limiter = LimiterPort::new(SendGate::new(gate), breaker);
        let intake = IntakePort::new(IntakeParts {
            limiter: limiter.clone(),
            store: store.clone(),
            outbox: outbox.clone(),
            health: HealthBoard::new(&["store", "replay", "intake"]),
            via: Via::Polling,
            facts: facts.clone(),
            key: Arc::new(CallbackKey::load_or_make(folder.path()).unwrap()),
            sequence: sequence.clone(),
            updates: vec!["message"],
            names: vec!["obedient"],
            limits: settings.runtime.clone(),
        });
        let started = Arc::new(AtomicU64::new(0));
        let counter = started.clone();
        intake.set_starter(Box::new(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        }));
        let no = intake.numbers().number(GROUP);
        let (in_hand, _) = InHand::open(&folder.path().join("inhand"), 8).unwrap();
        let world = World::new(Parts {
            features,
            store,
            intake,
            facts,
            outbox,
            gateway: GatewayPort::unbound(100),
            timer: TimerPort::default(),
            runtime: settings.runtime,
            cache: settings.limits.membership_cache,
            chat,
            limiter,
            requests: settings.limits.requests,
            in_hand,
            sequence,
            house: House::default(),
        });
        Self { world, no, started, answers, lives: 0, updates: AtomicU64::new(0), _folder: folder }
    }

    /// The next life begins.
    pub(super) async fn begin(&mut self) -> Life {
        self.lives += 1;
        let start = Start {
            world: self.world.clone(),
            no: self.no,
            generation: self.lives,
            slots: Slots::default(),
            path: "chats/test".into(),
        };
        let (actor, end) = Actor::spawn(None, ChatActor, start).await.unwrap();
        Life { actor, end }
    }

    /// What the supervisor says of a life that has ended.
    pub(super) fn buried(&self) {
        self.world.intake.desk().detach(self.no, self.lives);
    }

    /// Somebody says these words; the answer comes when they are obeyed.
    pub(super) fn say(&self, text: &str) -> oneshot::Receiver<Taken> {
        let update = UpdateId(self.updates.fetch_add(1, Ordering::Relaxed) + 1);
        let mut said = Play::new(Obedient::default()).words(7, text);
        said.from = person(7);
        let place = Place { id: GROUP, kind: ChatKind::Supergroup, title: "Group".into(), username: None };
        let happened = Happened { update: Some(update), at: Moment(1), place, event: Event::Said(said) };
        let decoded = Decoded { update, kind: "message", chat: Some(GROUP), person: None, press: false, happened };
        let (waiter, done) = oneshot::channel();
        self.world.intake.take_in(bytes::Bytes::from_static(b"{}"), decoded, waiter);
        done
    }

    /// The same, and waits; what was read meanwhile comes back.
    pub(super) async fn obey(&self, text: &str) -> Vec<String> {
        let done = tokio::time::timeout(Duration::from_secs(20), self.say(text)).await;
        assert_eq!(done.expect("it is obeyed").unwrap(), Taken::Done, "{text}");
        std::mem::take(&mut *self.answers.lock().unwrap())
    }

    /// A row as the store has it.
    pub(super) async fn stored(&self, name: &str) -> Option<String> {
        let row = self.world.store.get(self.key(name)).await.unwrap();
        row.map(|it| String::from_utf8(it.value).unwrap())
    }

    /// Where the store has it.
    pub(super) fn key(&self, name: &str) -> Vec<u8> {
        keys::row(self.no, "obedient", name)
    }

    /// Waits until the store has this.
    pub(super) async fn becomes(&self, name: &str, value: &str) {
        for _ in 0..2_000 {
            if self.stored(name).await.as_deref() == Some(value) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("never stored: {name}={value}, but {:?}", self.stored(name).await);
    }

    /// How many rows of any kind the store has.
    pub(super) async fn everything(&self) -> usize {
        self.world.store.scan(vec![], None, usize::MAX).await.unwrap().len()
    }
}
