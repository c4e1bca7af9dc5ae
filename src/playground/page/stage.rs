//! The stage: a simulated Telegram and the real house, which can be stopped, started and begun afresh.

use super::cast::Cast;
use super::tally::{Counts, Tally};
use super::words::word;
use crate::app::{House, Options};
use crate::config::{Loaded, LogFormat, Mode, Settings};
use crate::domain::types::{Language, UserId};
use crate::playground::demo::folder::Folder;
use crate::playground::telegram::{self as simulated, Detail, Simulated};
use crate::protocol::control::{InboxRow, PendingRow, PendingState, Request, Response, TreeNode};
use crate::telemetry::{self, Sink};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::RwLock;

/// Messages that each chat keeps.
const HISTORY: usize = 400;
/// How long the outbox may take to say what is pending.
const PATIENCE: Duration = Duration::from_millis(200);

/// What is on the stage now. Cheap to clone.
#[derive(Clone)]
pub(super) struct Set {
    /// The Telegram.
    pub(super) telegram: Simulated,
    /// Who takes part.
    pub(super) cast: Cast,
    /// What became of the updates.
    pub(super) tally: Tally,
    /// Whether Telegram is cut off.
    pub(super) cut: bool,
    /// What people read.
    pub(super) language: Language,
    /// Whether somebody has done something.
    pub(super) touched: bool,
}

/// The stage.
pub(super) struct Stage {
    set: Mutex<Set>,
    folder: Mutex<Folder>,
    house: RwLock<Option<House>>,
    /// One opening or closing at a time.
    turning: tokio::sync::Mutex<()>,
}

/// What the house shows of itself.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// The supervision tree; `None` while the house is closed.
    pub(super) tree: Option<TreeNode>,
    /// The quarantine.
    pub(super) inbox: Vec<InboxRow>,
    /// Effects of which nobody knows whether they happened.
    pub(super) doubts: Vec<PendingRow>,
}

impl Stage {
    /// Everything up and running, with the group protected. The error is for people.
    pub(super) async fn build() -> Result<Self, String> {
        let _begun_before = telemetry::init(telemetry::Options {
            format: LogFormat::Pretty,
            level: Settings::default().log.level,
            secrets: Vec::new(), // the token here opens nothing
            sink: Sink::Nowhere,
            zone: None,
        });
        let folder = folder()?;
        let stage = Self {
            set: Mutex::new(Set::new(Language::En).await?),
            folder: Mutex::new(folder),
            house: RwLock::new(None),
            turning: tokio::sync::Mutex::default(),
        };
        stage.open().await?;
        stage.protect();
        Ok(stage)
    }

    /// What is on the stage now.
    pub(super) fn set(&self) -> Set {
        self.lock().clone()
    }

    /// Cuts Telegram off, or lets it speak again.
    pub(super) fn cut(&self, cut: bool) {
        let mut set = self.lock();
        set.cut = cut;
        set.telegram.cut_off(cut);
    }

    /// Everybody speaks another language from now on. As long as nobody has done anything, all was always so.
    pub(super) async fn speak(&self, language: Language) -> Result<(), String> {
        let begin_anew = {
            let mut set = self.lock();
            if set.language == language {
                return Ok(());
            }
            set.language = language;
            set.cast.speak(&set.telegram, language);
            !set.touched
        };
        if begin_anew { self.start_over().await } else { Ok(()) }
    }

    /// Somebody does something.
    pub(super) fn touch(&self) {
        self.lock().touched = true;
    }

    /// One more person; `None` when there are enough.
    pub(super) fn newcomer(&self) -> Option<UserId> {
        let mut set = self.lock();
        let (telegram, language) = (set.telegram.clone(), set.language);
        set.cast.newcomer(&telegram, language)
    }

    /// Closes the house and opens it again, over the same folder and the same Telegram.
    pub(super) async fn restart(&self) -> Result<(), String> {
        let _turn = self.turning.lock().await;
        self.shut().await;
        self.open().await
    }

    /// A new Telegram with new people, and a new house in an empty folder.
    pub(super) async fn start_over(&self) -> Result<(), String> {
        let _turn = self.turning.lock().await;
        self.shut().await;
        let language = self.set().language;
        let (set, folder) = (Set::new(language).await?, folder()?);
        let old = std::mem::replace(&mut *self.lock(), set);
        old.telegram.stop();
        drop(std::mem::replace(&mut *self.folder.lock().unwrap_or_else(PoisonError::into_inner), folder));
        self.open().await?;
        self.protect();
        Ok(())
    }

    /// Closes the house for good and gives the last numbers.
    pub(super) async fn close(&self) -> Counts {
        let _turn = self.turning.lock().await;
        self.cut(false);
        let set_aside = self.inside().await.inbox.len() as u64;
        let counts = Counts { set_aside, ..self.counts().await };
        self.shut().await;
        self.set().telegram.stop();
        counts
    }

    /// Whether the house is open.
    pub(super) async fn is_open(&self) -> bool {
        self.house.read().await.is_some()
    }

    /// How the updates stand.
    pub(super) async fn counts(&self) -> Counts {
        let Set { telegram, tally, .. } = self.set();
        let at_telegram = telegram.undelivered() as u64;
        let house = self.house.read().await;
        let in_hand = house.as_ref().map(|it| sweep(it, &tally));
        Counts { at_telegram, ..tally.counts(in_hand) }
    }

    /// What the house shows of itself.
    pub(super) async fn inside(&self) -> Inside {
        let house = self.house.read().await;
        let Some(house) = house.as_ref() else { return Inside::default() };
        let tree = match house.operate(Request::Tree).await {
            Response::Tree(tree) => Some(tree),
            _ => None,
        };
        let inbox = match house.operate(Request::InboxList).await {
            Response::Inbox(rows) => rows,
            _ => Vec::new(),
        };
        let pending = tokio::time::timeout(PATIENCE, house.operate(Request::PendingList)).await;
        let mut doubts = match pending {
            Ok(Response::Pending(rows)) => rows,
            _ => Vec::new(), // the outbox is just being restarted
        };
        doubts.retain(|it| it.state == PendingState::Unknown);
        Inside { tree, inbox, doubts }
    }

    /// Says something to the house as its operator; whether it was done.
    pub(super) async fn operate(&self, request: Request) -> bool {
        let house = self.house.read().await;
        let Some(house) = house.as_ref() else { return false };
        matches!(house.operate(request).await, Response::Done(_))
    }

    async fn open(&self) -> Result<(), String> {
        let store = self.folder.lock().unwrap_or_else(PoisonError::into_inner).path().join("store");
        let settings = settings(&self.set(), &store);
        let loaded = Loaded { settings, ..Loaded::default() };
        let house = House::start(loaded, Options::default()).await.map_err(|it| it.to_string())?;
        *self.house.write().await = Some(house);
        Ok(())
    }

    /// What is finished is noted first: a done bit of an update without effects is in memory only.
    async fn shut(&self) {
        let tally = self.set().tally;
        let Some(house) = self.house.write().await.take() else { return };
        sweep(&house, &tally);
        house.stop().await;
    }

    /// Ann asks the bot to keep the group for subscribers.
    fn protect(&self) {
        let set = self.set();
        let said = set.telegram.say(set.cast.ann, set.cast.group, "/protect @news");
        debug_assert!(said.is_ok(), "Ann owns the group");
    }

    fn lock(&self) -> MutexGuard<'_, Set> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Set {
    async fn new(language: Language) -> Result<Self, String> {
        let tally = Tally::default();
        let options = simulated::Options {
            ephemeral: true,
            detail: Detail::Counting,
            history: HISTORY,
            observer: Some(tally.observer()),
            ..simulated::Options::default()
        };
        let telegram = Simulated::start(options).await.map_err(|it| format!("no simulated Telegram: {it}"))?;
        let cast = Cast::meet(&telegram, language);
        Ok(Self { telegram, cast, tally, cut: false, language, touched: false })
    }

    /// A text in the language of the reader.
    pub(super) fn word(&self, key: &'static str) -> String {
        word(self.language, key)
    }
}

/// Notes what is finished; gives how many events the house holds that are not.
fn sweep(house: &House, tally: &Tally) -> u64 {
    let open = tally.open();
    let (finished, in_hand) = house.finished(&open);
    tally.close(&finished);
    in_hand as u64
}

fn folder() -> Result<Folder, String> {
    Folder::new().map_err(|it| format!("no folder for the store: {it}"))
}

/// As by default, but with waits that a spectator can sit through.
fn settings(set: &Set, store: &Path) -> Settings {
    let mut settings = Settings::default();
    settings.telegram.token = set.telegram.token().into();
    settings.telegram.api_url = set.telegram.api_url();
    settings.telegram.mode = Mode::Polling;
    settings.telegram.call_timeout_ms = 5_000;
    settings.owner.ids = vec![set.cast.ann.0];
    store.clone_into(&mut settings.store.path);
    settings.web.listen = String::new();
    settings.features.drill.enabled = true;
    settings.runtime.stuck_ms = 1_500;
    // Shards tell the tree once a second how their chats are: a shorter wait would not be seen there.
    settings.runtime.backoff_base_ms = 2_400;
    settings.runtime.backoff_cap_ms = 3_000;
    settings.runtime.restart_max = 30;
    settings.runtime.park_s = 5;
    settings.runtime.drain_ms = 3_000;
    settings.limits.breaker.open_ms = 2_000;
    settings.limits.breaker.retry_base_ms = 200;
    settings.limits.breaker.retry_cap_ms = 1_000;
    settings.limits.chat.keep_ms = 500; // what a crash may cost is little, so that /stats shows what one has seen
    settings.limits.requests.per_min = 60.0;
    settings.limits.telegram.group_per_min = 60.0;
    settings
}
