//! The real house on the demo's stage.

use super::stage::{LogLine, Stage};
use crate::config::Settings;
use tokio::sync::broadcast;

/// The real house.
pub(super) struct Real {
    lines: broadcast::Sender<LogLine>,
}

impl Default for Real {
    fn default() -> Self {
        Self { lines: broadcast::channel(1024).0 }
    }
}

impl Stage for Real {
    fn log(&mut self) -> broadcast::Receiver<LogLine> {
        self.lines.subscribe()
    }

    async fn start(&mut self, _settings: Settings) -> Result<(), String> {
        Err("the composition root is not wired to the demo yet".into())
    }

    async fn stop(&mut self) {}
}
