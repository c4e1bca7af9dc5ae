//! The composition root: configuration in, a running house out, and its orderly end.

mod build;
mod exit;
mod house;

pub use build::StartError;
pub use exit::Exit;
pub use house::House;

use crate::config::Loaded;
use crate::telemetry::{self, Line, Sink, events};
use tokio::signal::unix::{SignalKind, signal};

/// How the house is to be started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Take over a store that another bot has used.
    pub adopt: bool,
}

/// Runs the house until it is told to stop.
#[must_use]
pub fn run(loaded: Loaded, options: Options) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("majordomo: no threads to run on: {error}");
            return Exit::Failed;
        }
    };
    begin_log(&loaded);
    let exit = runtime.block_on(live(loaded, options));
    telemetry::flush();
    runtime.shutdown_background();
    exit
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

async fn live(loaded: Loaded, options: Options) -> Exit {
    let house = match House::start(loaded, options).await {
        Ok(house) => house,
        Err(error) => {
            telemetry::flush();
            eprintln!("majordomo: {error}");
            return error.exit();
        }
    };
    house.offer_ownership();
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return Exit::Failed };
    let Ok(mut interrupt) = signal(SignalKind::interrupt()) else { return Exit::Failed };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    let again = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    tokio::select! {
        () = house.stop() => Exit::Ok,
        () = again => {
            Line::new(&events::APP_STOPPED)
                .reason("told twice to stop")
                .next("what was unfinished is on the disk or comes again from Telegram")
                .emit();
            Exit::Ok
        }
    }
}
