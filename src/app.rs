//! The composition root: configuration in, a running house out, and its orderly end.

mod build;
mod exit;
mod folder;
mod house;
mod offline;
mod restore;
mod upgrade;

pub use build::StartError;
pub use exit::Exit;
pub use house::House;
pub use offline::answer as answer_offline;
pub use restore::{From, restore_from};

use crate::config::{Loaded, LogFormat, LogLevel};
use crate::telemetry::{self, Line, Sink, events};
use std::io::IsTerminal;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a slow reader of the log may hold up the end.
const LAST_LINES: Duration = Duration::from_secs(2);
/// The same after a second signal, which ends the process within a second whoever reads.
const LAST_LINES_IN_A_HURRY: Duration = Duration::from_millis(300);

/// How the house is to be started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Take over a store that another bot has used.
    pub adopt: bool,
}

/// Runs the house until it is told to stop.
#[must_use]
pub fn run(loaded: Loaded, options: Options) -> Exit {
    let threads = loaded.settings.runtime.worker_threads;
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("majordomo: no threads to run on: {error}");
            return Exit::Failed;
        }
    };
    begin_log(&loaded);
    let (exit, patience) = runtime.block_on(live(loaded, options));
    telemetry::flush_within(patience);
    runtime.shutdown_background();
    exit
}

/// Says on the log why nothing was started, where a program reads it. At a terminal the words on standard
/// error are enough.
pub fn reject<'a>(problems: impl IntoIterator<Item = (&'a str, String)>) {
    if std::io::stdout().is_terminal() {
        return;
    }
    let _begun_before = telemetry::init(telemetry::Options {
        format: LogFormat::Json,
        level: LogLevel::Info,
        secrets: Vec::new(),
        sink: Sink::Stdout,
        zone: None,
    });
    for (key, why) in problems {
        Line::new(&events::CONFIG_REJECTED).reason(why).field("key", key).emit();
    }
    telemetry::flush_within(LAST_LINES);
}

fn begin_log(loaded: &Loaded) {
    let settings = &loaded.settings;
    let secrets = [&settings.telegram.token, &settings.telegram.webhook.secret];
    let secrets = secrets.into_iter().map(|it| it.to_string()).filter(|it| !it.is_empty()).collect();
    let _begun_before = telemetry::init(telemetry::Options {
        format: settings.log.format,
        level: settings.log.level,
        secrets,
        sink: Sink::Stdout,
        zone: None,
    });
}

/// Answers how it ended, and how long the log may take for its last lines.
async fn live(loaded: Loaded, options: Options) -> (Exit, Duration) {
    let Ok(mut told) = Told::listen() else { return (Exit::Failed, LAST_LINES) };
    let started = tokio::select! {
        started = House::start(loaded, options) => started,
        () = told.once() => return stopped_at_once("told to stop while it started", LAST_LINES),
    };
    let house = match started {
        Ok(house) => house,
        Err(error) => {
            match &error {
                StartError::Config(why) => Line::new(&events::CONFIG_REJECTED).reason(why).emit(),
                other => Line::new(&events::APP_LAST_WORDS).reason(other).emit(),
            }
            telemetry::flush();
            eprintln!("majordomo: {error}");
            return (error.exit(), LAST_LINES);
        }
    };
    house.offer_ownership();
    told.once().await;
    tokio::select! {
        () = house.stop() => (Exit::Ok, LAST_LINES),
        () = told.once() => stopped_at_once("told twice to stop", LAST_LINES_IN_A_HURRY),
    }
}

/// Without a drain: as after a kill, the disk and Telegram have what is unfinished.
fn stopped_at_once(why: &str, patience: Duration) -> (Exit, Duration) {
    let next = "what was unfinished is on the disk or comes again from Telegram";
    Line::new(&events::APP_STOPPED).reason(why).next(next).emit();
    (Exit::Ok, patience)
}

/// The signals that ask for the end.
struct Told {
    terminate: Signal,
    interrupt: Signal,
}

impl Told {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next one.
    async fn once(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
