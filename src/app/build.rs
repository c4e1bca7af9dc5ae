//! Everything that must be there before the tree starts: store, keys, ports, and what was left from the last time.

use super::folder::{self, Kept};
use super::{Exit, Options, restore};
use crate::actors::chat::published;
use crate::actors::gateway::desk::Desk;
use crate::actors::intake::port::{IntakeParts, IntakePort};
use crate::actors::intake::replay::pages;
use crate::actors::operator::Operator;
use crate::actors::receiver::{Receiver, remembered};
use crate::actors::world::{Parts, Sequence, World};
use crate::ai::Providers;
use crate::clock;
use crate::config::{LEAST_FILES, Loaded, Settings, open_files, shares};
use crate::domain::account::Accounts;
use crate::domain::fact::{Claim, House as HouseFacts};
use crate::domain::limits::breaker::{Breaker, BreakerRules};
use crate::domain::limits::gate::{GateLimits, SendGate};
use crate::domain::offices;
use crate::domain::types::UserId;
use crate::protocol::control::socket_path;
use crate::protocol::facts::FactsPort;
use crate::protocol::gateway::GatewayPort;
use crate::protocol::health::HealthBoard;
use crate::protocol::limiter::LimiterPort;
use crate::protocol::outbox::OutboxPort;
use crate::protocol::timer::TimerPort;
use crate::protocol::wake::Wakers;
use crate::store::{Handle, OpenError, StoreError, keys};
use crate::supervisors::census_view::draw;
use crate::supervisors::ground::Ground;
use crate::supervisors::last_words;
use crate::supervisors::tree::Soil;
use crate::telegram::client::Client;
use crate::telegram::error::ApiError;
use crate::telegram::source::Source;
use crate::telemetry::metrics;
use crate::telemetry::names::Via;
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;

/// Why a house could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store, after it was opened.
    #[error("the store: {0}")]
    Store(#[from] StoreError),
    /// A setting that only shows now.
    #[error("{0}")]
    Config(String),
    /// A file in the store's folder.
    #[error("{0}")]
    File(String),
    /// The tree.
    #[error("the house could not be started: {0}")]
    Tree(String),
}

impl StartError {
    /// The exit code that belongs to it.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Open(_) | Self::Store(_) | Self::File(_) => Exit::Store,
            Self::Config(_) => Exit::Config,
            Self::Tree(_) => Exit::GaveUp,
        }
    }
}

impl StartError {
    /// Whether there is no room on the disk: that ends by itself.
    pub(super) const fn is_full(&self) -> bool {
        matches!(self, Self::Open(OpenError::Full { .. }) | Self::Store(StoreError::Full))
    }
}

/// What [`build`] makes.
pub(super) struct Built {
    pub(super) soil: Soil,
    pub(super) owner_code: Option<String>,
    pub(super) waiting: usize,
}

/// How long the first look at Telegram may take: without network the house starts all the same.
const FIRST_LOOK: Duration = Duration::from_secs(3);
/// Wrong codes that one account may send.
const CLAIM_TRIES: u32 = 5;

pub(super) async fn build(loaded: Loaded, options: Options, ground: &Ground) -> Result<Built, StartError> {
    let settings = within_the_files(loaded.settings)?;
    let client = Client::new(&settings.telegram).map_err(|it| StartError::Config(it.to_string()))?;
    let Kept { store, key, secret, boot, in_hand, left } = folder::open(&settings).await?;
    let restored = restore::tell(&store).await?;
    crate::telemetry::keep_secret(&secret);
    let sequence = Arc::new(Sequence::of_boot(boot));
    let features = offices::features(&settings.features);
    let facts = FactsPort::unbound(settings.limits.membership_cache.clone());
    let health = HealthBoard::new(&["store", "replay", "intake"]);
    let outbox = OutboxPort::unbound(settings.limits.telegram.queue);
    let limiter = LimiterPort::new(SendGate::new(gate_limits(&settings)), Breaker::new(breaker_rules(&settings)));
    let intake = IntakePort::new(IntakeParts {
        limiter: limiter.clone(),
        store: store.clone(),
        outbox: outbox.clone(),
        health: health.clone(),
        via: if settings.telegram.by_webhook() { Via::Webhook } else { Via::Polling },
        facts: facts.clone(),
        key,
        sequence: sequence.clone(),
        updates: offices::updates(&features),
        names: features.iter().map(|it| it.name()).collect(),
        limits: settings.runtime.clone(),
    });
    intake.load_blame(&left.into_iter().map(|(event, feature)| (event.0, feature)).collect::<Vec<_>>()).await?;
    let waiting = intake.replay().await?;
    let (house, owner_code) = first_facts(&settings, &store, &client, options).await?;
    let world = World::new(Parts {
        features,
        store,
        intake,
        facts,
        outbox,
        gateway: GatewayPort::unbound(settings.limits.gateway.queue),
        timer: TimerPort::default(),
        runtime: settings.runtime.clone(),
        cache: settings.limits.membership_cache.clone(),
        chat: settings.limits.chat.clone(),
        limiter,
        requests: settings.limits.requests.clone(),
        in_hand,
        sequence,
        house,
    });
    world.set_restored(restored);
    let recorded = metrics::install().map_err(|it| StartError::Tree(it.to_string()))?;
    let source = source(&client, &settings);
    let soil = Soil {
        desk: desk(&settings)?,
        receiver: Receiver {
            world: world.clone(),
            source,
            settings: settings.clone(),
            health: health.clone(),
            secret,
            adopt: options.adopt,
            fatal: Arc::new(|why| end(why, Exit::Store)),
        },
        operator: operator(&world, &health, ground),
        socket: socket_path(&settings.store.path, loaded.runtime_dir.as_deref()),
        metrics: Arc::new(move || recorded.render()),
        client,
        health,
        wakers: wakers_of(&world.intake, settings.runtime.shards),
        world,
        settings,
    };
    Ok(Built { soil, owner_code, waiting })
}

fn source(client: &Client, settings: &Settings) -> Source {
    Source { client: client.clone(), deadline: Duration::from_millis(settings.telegram.call_timeout_ms) }
}

/// All providers, none of which has been asked yet.
fn desk(settings: &Settings) -> Result<Desk, StartError> {
    let providers = Providers::new(&settings.ai).map_err(|it| StartError::Config(it.to_string()))?;
    Ok(Desk::new(Arc::new(providers), breaker_rules(settings), &settings.limits.gateway))
}

/// Asks for no more connections than there are files for, and refuses to begin what would fail in the middle.
fn within_the_files(mut settings: Settings) -> Result<Settings, StartError> {
    let files = open_files();
    if files < LEAST_FILES {
        return Err(StartError::Config(format!(
            "{files} open files are allowed, and at least {LEAST_FILES} are needed: raise the limit \
             (ulimit -n 1024, or LimitNOFILE=1024 in the unit of the service)"
        )));
    }
    settings.telegram.calls_in_flight = settings.telegram.calls_in_flight.min(shares().calls);
    Ok(settings)
}

/// Who answers the operator's commands.
fn operator(world: &Arc<World>, health: &HealthBoard, ground: &Ground) -> Arc<Operator> {
    let census = ground.census.clone();
    let tree = Box::new(move || draw(&census.snapshot(), clock::tick_ms()));
    Arc::new(Operator { world: world.clone(), health: health.clone(), tree })
}

/// One waker per shard, which intake pulls for the chats that have something to do.
fn wakers_of(intake: &IntakePort, shards: usize) -> Wakers {
    let wakers = Wakers::new(shards);
    let starter = wakers.clone();
    intake.set_starter(Box::new(move |chat| starter.wake(chat)));
    wakers
}

/// Says why, and ends the process.
#[expect(clippy::disallowed_methods, reason = "the last words are written")]
pub(super) fn end(why: &str, exit: Exit) {
    last_words::write(why);
    crate::telemetry::flush();
    std::process::exit(i32::from(exit.code()));
}

/// Who we are and who owns us, as far as it can be known before the tree is there.
async fn first_facts(
    settings: &Settings,
    store: &Handle,
    client: &Client,
    options: Options,
) -> Result<(HouseFacts, Option<String>), StartError> {
    let (id, username) = match client.get_me(FIRST_LOOK).await {
        Ok(me) => (me.id.0, me.username),
        Err(ApiError::Unauthorised) => {
            let words = "Telegram does not accept telegram.token: get a valid one from @BotFather and set \
                         MAJORDOMO_TELEGRAM__TOKEN, or token under [telegram] in config.toml";
            return Err(StartError::Config(words.into()));
        }
        Err(_) => remembered(store).await?.unwrap_or_default(),
    };
    if id != 0 {
        store.claim_bot(id, options.adopt).await?;
    }
    let mut owners: Vec<UserId> = settings.owner.ids.iter().map(|it| UserId(*it)).collect();
    pages(store, keys::meta("own/"), |key, _| {
        let id = std::str::from_utf8(key).ok().and_then(|it| it.rsplit('/').next()?.parse().ok());
        owners.extend(id.map(UserId));
    })
    .await?;
    let accounts = published::accounts(store, offices::PORTER, offices::ACCOUNTS).await?;
    let code = owners.is_empty().then(|| BASE64URL_NOPAD.encode(&clock::random::<16>()));
    let claim = code.as_ref().map(|code| Claim {
        code_sha256: Sha256::digest(code.as_bytes()).into(),
        expires: clock::now().plus_ms(Claim::LIFE_MS),
        tries: CLAIM_TRIES,
    });
    if let Some(code) = &code {
        crate::telemetry::keep_secret(code);
    }
    Ok((
        HouseFacts { me: id, username, owners: owners.into(), accounts: Arc::new(Accounts::new(accounts)), claim },
        code,
    ))
}

const fn gate_limits(settings: &Settings) -> GateLimits {
    let telegram = &settings.limits.telegram;
    GateLimits {
        overall_per_s: telegram.overall_per_s,
        chat_per_s: telegram.chat_per_s,
        group_per_min: telegram.group_per_min,
        other_per_s: telegram.other_per_s,
        algorithm: crate::actors::requests::algorithm(telegram.algorithm),
        queue: telegram.queue,
    }
}

const fn breaker_rules(settings: &Settings) -> BreakerRules {
    let breaker = &settings.limits.breaker;
    BreakerRules { failures: breaker.failures, open_ms: breaker.open_ms, successes: breaker.successes }
}
