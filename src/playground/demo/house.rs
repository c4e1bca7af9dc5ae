//! The real house on the demo's stage.

use super::stage::{LogLine, Stage};
use crate::app::{House, Options};
use crate::config::{Loaded, LogFormat, Settings};
use crate::telemetry::{self, Sink};
use tokio::sync::broadcast::{self, error::RecvError};

/// Lines that may wait to be shown.
const LINES: usize = 1024;

/// The real house; its log goes to the demo's screen and nowhere else.
#[derive(Default)]
pub(super) struct Real {
    house: Option<House>,
}

impl Stage for Real {
    fn log(&mut self) -> broadcast::Receiver<LogLine> {
        let (lines, shown) = broadcast::channel(LINES);
        let mut told = telemetry::subscribe();
        tokio::spawn(async move {
            loop {
                match told.recv().await {
                    Ok(it) => {
                        let _ = lines.send(LogLine { level: it.level, id: it.id.into(), text: it.text.clone() }); // the screen may be gone
                    }
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
        shown
    }

    async fn start(&mut self, settings: Settings) -> Result<(), String> {
        let _begun_before = telemetry::init(telemetry::Options {
            format: LogFormat::Pretty,
            level: settings.log.level,
            secrets: Vec::new(), // the token here opens nothing
            sink: Sink::Nowhere,
            zone: None,
        });
        let loaded = Loaded { settings, ..Loaded::default() };
        let house = House::start(loaded, Options::default()).await.map_err(|it| it.to_string())?;
        self.house = Some(house);
        Ok(())
    }

    async fn stop(&mut self) {
        if let Some(house) = self.house.take() {
            house.stop().await;
            telemetry::flush(); // what was folded is told before the summary counts
        }
    }
}
