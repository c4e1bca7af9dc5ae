//! A running house: started in order, drained and stopped in order.

use super::Options;
use super::build::{Built, StartError, build};
use crate::clock;
use crate::config::Loaded;
use crate::domain::types::UserId;
use crate::protocol::control::{Handler, Request, Response};
use crate::protocol::health::HealthBoard;
use crate::protocol::outbox::OutboxMsg;
use crate::store::Store;
use crate::supervisors::control::Handle as Tree;
use crate::supervisors::ground::Ground;
use crate::supervisors::last_words;
use crate::supervisors::supervisor::spawn_root;
use crate::supervisors::tree::{Soil, tree};
use crate::supervisors::watchdog::{Patience, Watchdog};
use crate::telemetry::{Line, events};
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A running house.
pub struct House {
    soil: Soil,
    tree: Tree,
    pinger: tokio::task::JoinHandle<()>,
    _watchdog: Watchdog,
    owner_code: Option<String>,
}

impl House {
    /// Opens the store, reads back what waits, and starts the tree.
    ///
    /// # Errors
    /// In words for the operator, with the exit code that belongs to them.
    pub async fn start(loaded: Loaded, options: Options) -> Result<Self, StartError> {
        let begun = clock::tick_ms();
        last_words::install();
        Line::new(&events::APP_STARTING)
            .field("version", env!("CARGO_PKG_VERSION"))
            .field("pid", std::process::id())
            .field("store", loaded.settings.store.path.display())
            .emit();
        let ground = Ground::default();
        let Built { soil, owner_code, waiting } = build(loaded, options, &ground).await?;
        let health = soil.health.clone();
        let spec = tree(&soil, &ground).map_err(|it| StartError::Tree(it.to_string()))?;
        let gave_up = Arc::new(move |why: &str| {
            health.exiting();
            last_words::write(why);
            crate::telemetry::flush();
            #[expect(clippy::disallowed_methods, reason = "the last words are written")]
            std::process::exit(last_words::EXIT_GAVE_UP);
        });
        let patience = Patience::of(&soil.settings.runtime);
        let watchdog = Watchdog::start(ground.clone(), patience, Arc::new(|why| last_words::die(why)));
        let watchdog = watchdog.map_err(|it| StartError::Tree(format!("no thread for the watchdog: {it}")))?;
        let tree = spawn_root(spec, ground, gave_up).await.map_err(StartError::Tree)?;
        soil.world.intake.start_waiting();
        soil.health.ready("store", soil.world.store.status().writable, "it cannot be written");
        soil.health.ready("replay", true, "");
        let pinger = tokio::spawn(crate::web::self_ping(soil.health.clone()));
        let house = Self { soil, tree, pinger, _watchdog: watchdog, owner_code };
        house.publish_menus();
        let chats = house.soil.world.intake.numbers().len();
        tokio::spawn(say_ready(house.soil.health.clone(), begun, chats, waiting));
        Ok(house)
    }

    /// Shows the one-time owner link on the terminal, never in the log, when nobody owns the house yet.
    pub fn offer_ownership(&self) {
        let Some(code) = &self.owner_code else { return };
        let username = self.soil.world.house().username.clone();
        let link = if username.is_empty() {
            format!("send your bot:  /start {code}")
        } else {
            format!("open  https://t.me/{username}?start={code}")
        };
        let words = format!("\n  This house has no owner yet. To become it, within 15 minutes:\n  {link}\n\n");
        let mut out = std::io::stderr();
        if out.is_terminal() {
            let _nobody_reads = out.write_all(words.as_bytes());
        }
    }

    /// The code of the owner link, while the house has no owner.
    #[must_use]
    pub fn owner_code(&self) -> Option<&str> {
        self.owner_code.as_deref()
    }

    /// Finishes or writes down everything in hand, and stops the tree in reverse order. Ends within
    /// `runtime.drain_ms` and a moment.
    pub async fn stop(self) {
        let world = self.soil.world.clone();
        let begun = clock::tick_ms();
        let deadline = Duration::from_millis(world.runtime.drain_ms);
        self.soil.health.draining();
        Line::new(&events::APP_DRAINING).field("deadline_ms", world.runtime.drain_ms).emit();
        world.intake.close();
        let drained = tokio::time::timeout(deadline / 2, self.drain()).await.is_ok();
        world.closing.store(true, Ordering::Release);
        let clean = self.tree.stop_tree(deadline / 2).await;
        let (memory, disk) = world.intake.desk().depth();
        let closed = tokio::time::timeout(Duration::from_secs(1), world.store.close()).await.is_ok();
        self.pinger.abort();
        Line::new(&events::APP_STOPPED)
            .field("after_ms", clock::tick_ms() - begun)
            .field("drained", drained)
            .field("clean", clean && closed)
            .field("left", memory + disk)
            .next("what is left waits on the disk, or comes again from Telegram")
            .emit();
    }

    /// Waits until nothing is in hand, or everything in hand is on the disk, and no call is in flight.
    async fn drain(&self) {
        let world = &self.soil.world;
        while world.intake.desk().depth().0 > 0 {
            world.intake.keep_all().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            if world.intake.desk().all_kept() {
                break;
            }
        }
        let _outbox_is_gone = world.outbox.port().ask(OutboxMsg::Drain, Duration::from_secs(3)).await;
    }

    fn publish_menus(&self) {
        let world = self.soil.world.clone();
        tokio::spawn(async move { crate::actors::menus::publish(&world).await });
    }

    /// Of these updates those that are finished, and how many events are in hand or wait on the disk altogether.
    #[must_use]
    pub fn finished(&self, updates: &[u64]) -> (Vec<u64>, usize) {
        let desk = self.soil.world.intake.desk();
        let finished = updates.iter().copied().filter(|it| desk.done.contains(*it)).collect();
        let (memory, disk) = desk.depth();
        (finished, memory + disk)
    }

    /// Answers what an operator asks, without the socket.
    pub async fn operate(&self, request: Request) -> Response {
        self.soil.operator.handle(request).await
    }

    /// Everything its parts may reach: for stories that look inside.
    #[must_use]
    pub const fn soil(&self) -> &Soil {
        &self.soil
    }

    /// Whether this person owns the house.
    #[must_use]
    pub fn owned_by(&self, user: UserId) -> bool {
        self.soil.world.house().owned_by(user)
    }

    /// The store, for those who look at what is left.
    #[must_use]
    pub fn store(&self) -> impl Store {
        self.soil.world.store.clone()
    }
}

/// Says once that the house is ready: the store can write, what waited is back, and updates can come.
async fn say_ready(health: HealthBoard, begun: u64, chats: usize, waiting: usize) {
    while !health.readiness().is_ready {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Line::new(&events::APP_READY)
        .field("in_ms", clock::tick_ms() - begun)
        .field("chats", chats)
        .field("waiting", waiting)
        .emit();
}
