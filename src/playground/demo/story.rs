//! The story itself: who does what, and what must come of it.

use super::DemoOptions;
use super::folder::Folder;
use super::screen::{Layout, Screen};
use super::stage::{LogLine, Stage};
use super::summary::Summary;
use crate::clock;
use crate::config::{Mode, Settings};
use crate::domain::types::{ChatId, UserId};
use crate::playground::telegram::{Happening, Options, PressError, Refused, Simulated, What};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};

/// How long the house may take for anything.
const LIMIT: Duration = Duration::from_secs(15);
/// How often the log is looked at while something is awaited in it.
const LOOK: Duration = Duration::from_millis(20);

/// The story did not come out as told.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The simulated Telegram or the folder could not be made.
    #[error("the stage could not be built: {0}")]
    Stage(#[from] std::io::Error),
    /// The house did not start.
    #[error("the house did not start: {0}")]
    Start(String),
    /// Something that must happen did not.
    #[error("this should have happened and did not: {0}")]
    Missing(&'static str),
    /// Something that must not happen did.
    #[error("this should not have happened: {0}")]
    Unwanted(&'static str),
    /// Somebody could not do their part.
    #[error("the story got stuck: {0}")]
    Refused(#[from] Refused),
    /// A button was not there, or not answered.
    #[error("the story got stuck: {0}")]
    Press(#[from] PressError),
    /// It ended with something lost.
    #[error("something was lost. {0}")]
    Lost(Summary),
}

/// Plays the story with this house on this screen.
///
/// # Errors
/// When it does not come out as told.
pub async fn play(stage: impl Stage, options: DemoOptions, screen: Screen) -> Result<Summary, Failure> {
    play_within(LIMIT, stage, options, screen).await
}

/// The same; the house may take so long for anything.
pub(super) async fn play_within(
    limit: Duration,
    mut stage: impl Stage,
    options: DemoOptions,
    screen: Screen,
) -> Result<Summary, Failure> {
    let folder = Folder::new()?;
    let telegram = Simulated::start(Options::default()).await?;
    let cast = Cast::meet(&telegram);
    let board = Arc::new(Board { screen: Mutex::new(screen), log: Mutex::default() });
    let (watched, log) = (telegram.watch(), stage.log());
    let showing = tokio::spawn(show(Arc::clone(&board), watched, log));
    let play = Play { telegram, cast, board, limit, fast: options.fast };
    play.welcome();
    let started = stage.start(play.settings(&folder)).await.map_err(Failure::Start);
    let told = match started {
        Ok(()) => play.tell().await,
        Err(failure) => Err(failure),
    };
    stage.stop().await;
    tokio::time::sleep(LOOK).await; // its last lines are on their way
    let outcome = told.and_then(|()| play.close());
    tokio::time::sleep(LOOK).await;
    showing.abort();
    play.telegram.stop();
    outcome
}

/// Who takes part.
struct Cast {
    ann: UserId,
    eve: UserId,
    sam: UserId,
    channel: ChatId,
    group: ChatId,
}

impl Cast {
    fn meet(telegram: &Simulated) -> Self {
        let (ann, eve, sam) =
            (telegram.person("Ann", "en"), telegram.person("Eve", "en"), telegram.person("Sam", "en"));
        let channel = telegram.channel("News", Some("news"), ann);
        let group = telegram.supergroup("Readers", ann);
        telegram.started(ann);
        telegram.place_bot(channel, &["can_invite_users"]);
        telegram.place_bot(group, &["can_delete_messages", "can_restrict_members", "can_invite_users"]);
        for (who, chat) in [(sam, channel), (sam, group), (eve, group)] {
            let joined = telegram.join(who, chat);
            debug_assert!(joined.is_ok(), "everybody is new here");
        }
        Self { ann, eve, sam, channel, group }
    }
}

/// What is shown, and what the log has said.
struct Board {
    screen: Mutex<Screen>,
    log: Mutex<Vec<LogLine>>,
}

impl Board {
    fn screen(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, Vec<LogLine>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows what happens as it happens.
async fn show(board: Arc<Board>, mut seen: broadcast::Receiver<Happening>, mut log: broadcast::Receiver<LogLine>) {
    loop {
        tokio::select! {
            it = seen.recv() => match it {
                Ok(it) => board.screen().happening(&it),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
            it = log.recv() => match it {
                Ok(it) => {
                    board.screen().log(&it);
                    board.log().push(it);
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
        }
    }
}

struct Play {
    telegram: Simulated,
    cast: Cast,
    board: Arc<Board>,
    limit: Duration,
    fast: bool,
}

impl Play {
    fn settings(&self, folder: &Folder) -> Settings {
        let mut settings = Settings::default();
        settings.telegram.token = self.telegram.token().into();
        settings.telegram.api_url = self.telegram.api_url();
        settings.telegram.mode = Mode::Polling;
        settings.owner.ids = vec![self.cast.ann.0];
        settings.store.path = folder.path().join("store");
        settings.web.listen = String::new();
        settings.features.drill.enabled = true;
        // A crash that a restart cures needs a wait that is long enough to see, and for the drill to be over.
        settings.runtime.backoff_base_ms = 800;
        settings.runtime.backoff_cap_ms = 2_000;
        settings.runtime.restart_max = 20;
        settings
    }

    fn welcome(&self) {
        let mut screen = self.board.screen();
        let where_to_look = match screen.layout() {
            Layout::Columns { .. } => "Left: what people see. Right: what the supervisor writes.",
            Layout::Gutter { .. } | Layout::Plain => "\"chat\" is what people see, \"log\" what the supervisor writes.",
        };
        screen.caption(&format!("This is Majordomo, with a Telegram that exists only here. {where_to_look}"));
    }

    async fn tell(&self) -> Result<(), Failure> {
        self.protect().await?;
        self.subscriber().await?;
        self.stranger().await?;
        self.too_early().await?;
        self.joined().await?;
        self.crash().await?;
        self.poison().await
    }

    async fn protect(&self) -> Result<(), Failure> {
        self.scene(
            "Ann owns the channel @news and the group Readers. She asks the bot to keep the group for subscribers.",
        )
        .await;
        self.telegram.say(self.cast.ann, self.cast.group, "/protect @news")?;
        self.must("the bot confirms that the group is protected", |play| play.bot_said(play.cast.group, "News")).await
    }

    async fn subscriber(&self) -> Result<(), Failure> {
        self.scene("Sam subscribes to @news. When he writes, nothing happens, and nothing is written to disk.").await;
        self.telegram.say(self.cast.sam, self.cast.group, "Good morning!")?;
        self.pause(1_500).await;
        self.must_not("Sam's message is deleted, or Sam muted", |play| {
            play.saw(|it| it.who == "Sam" && matches!(it.what, What::Deleted { .. } | What::Muted))
        })
    }

    async fn stranger(&self) -> Result<(), Failure> {
        self.scene("Eve does not subscribe. Her message goes, she is muted, and told how to join: three calls that do not wait for each other.")
            .await;
        self.telegram.say(self.cast.eve, self.cast.group, "hello, who wants to buy a watch?")?;
        self.must("Eve's message is deleted", |play| {
            play.saw(|it| it.who == "Eve" && matches!(it.what, What::Deleted { .. }))
        })
        .await?;
        self.must("Eve is muted", |play| play.telegram.muted(play.cast.group) == [play.cast.eve]).await?;
        self.must("Eve is told how to join", |play| play.bot_said(play.cast.group, "Eve")).await?;
        match self.telegram.say(self.cast.eve, self.cast.group, "hey!") {
            Err(Refused::MayNotWrite { .. }) => Ok(()),
            _ => Err(Failure::Unwanted("Eve can write although she is muted")),
        }
    }

    async fn too_early(&self) -> Result<(), Failure> {
        self.scene("Eve presses the button without having joined.").await;
        let toast = self.telegram.press(self.cast.eve, self.cast.group, "joined", self.limit).await?;
        if !toast.text.contains("News") {
            return Err(Failure::Missing("the answer names the channel that is missing"));
        }
        self.must_not("Eve is un-muted without having joined", |play| play.telegram.muted(play.cast.group).is_empty())
    }

    async fn joined(&self) -> Result<(), Failure> {
        self.scene("She joins the channel and presses again.").await;
        self.telegram.join(self.cast.eve, self.cast.channel)?;
        self.pause(800).await;
        if self.telegram.may_write(self.cast.group, self.cast.eve) {
            return self.thanks(); // a house that hears of the joining may un-mute by itself
        }
        self.telegram.press(self.cast.eve, self.cast.group, "joined", self.limit).await?;
        self.must("Eve may write again", |play| play.telegram.may_write(play.cast.group, play.cast.eve)).await?;
        self.must("the notice is taken away", |play| {
            play.saw(|it| it.who == "bot" && matches!(it.what, What::Deleted { .. }))
        })
        .await?;
        self.thanks()
    }

    fn thanks(&self) -> Result<(), Failure> {
        self.telegram.say(self.cast.eve, self.cast.group, "Thank you! So, what is the news?")?;
        Ok(())
    }

    async fn crash(&self) -> Result<(), Failure> {
        self.scene("Now something breaks. Ann orders a crash; the actor of her chat panics, and its supervisor starts it again. The others notice nothing.")
            .await;
        let before = self.answers();
        self.telegram.whisper(self.cast.ann, "/drill crash")?;
        self.must("the log tells of a crash", |play| play.logged("sup.child.crashed") >= 1).await?;
        self.telegram.say(self.cast.sam, self.cast.group, "Is everything all right?")?;
        self.must("the log tells of a restart", |play| play.logged("sup.child.restarted") >= 1).await?;
        self.must("Ann gets her answer after all", |play| play.answers() > before).await
    }

    async fn poison(&self) -> Result<(), Failure> {
        self.scene("Worse: a message that crashes its chat every time. After the third time it is set aside, whole, and the chat goes on.")
            .await;
        let before = self.answers();
        self.telegram.whisper(self.cast.ann, "/drill panic")?;
        self.must("the poisonous message is quarantined", |play| play.logged("update.quarantined") >= 1).await?;
        self.telegram.whisper(self.cast.ann, "/drill ok")?;
        self.must("the chat goes on", |play| play.answers() > before).await?;
        self.must("everything that was sent has been taken", |play| play.telegram.undelivered() == 0).await?;
        self.pause(1_500).await;
        Ok(())
    }

    fn close(&self) -> Result<Summary, Failure> {
        let summary = Summary::of(&self.telegram, &self.board.log());
        self.caption(&summary.to_string());
        if !summary.is_whole() {
            return Err(Failure::Lost(summary));
        }
        self.caption("Next: give it a token from @BotFather (MAJORDOMO_TELEGRAM__TOKEN) and start `majordomo`.");
        Ok(summary)
    }

    fn saw(&self, wanted: impl Fn(&Happening) -> bool) -> bool {
        self.telegram.story().iter().any(wanted)
    }

    fn bot_said(&self, chat: ChatId, words: &str) -> bool {
        self.saw(|it| {
            it.chat == chat && it.by_bot && matches!(&it.what, What::Said { text, .. } if text.contains(words))
        })
    }

    /// How often the bot has told Ann that it is still here.
    fn answers(&self) -> usize {
        let private = ChatId(self.cast.ann.0);
        let said = |it: &&Happening| {
            let still = |text: &String| text.starts_with("Still here");
            it.chat == private && it.by_bot && matches!(&it.what, What::Said { text, .. } if still(text))
        };
        self.telegram.story().iter().filter(said).count()
    }

    fn logged(&self, id: &str) -> usize {
        self.board.log().iter().filter(|it| it.id == id).count()
    }

    async fn must(&self, what: &'static str, holds: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let until_ms = clock::tick_ms() + u64::try_from(self.limit.as_millis()).unwrap_or(u64::MAX);
        while !holds(self) {
            if clock::tick_ms() > until_ms {
                return Err(Failure::Missing(what));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    fn must_not(&self, what: &'static str, holds: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        if holds(self) { Err(Failure::Unwanted(what)) } else { Ok(()) }
    }

    /// Gives people time to read what was, then says what comes.
    async fn scene(&self, caption: &str) {
        self.pause(2_500).await;
        self.caption(caption);
        self.pause(2_500).await;
    }

    fn caption(&self, text: &str) {
        self.board.screen().caption(text);
    }

    async fn pause(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(if self.fast { ms / 10 } else { ms })).await;
    }
}
