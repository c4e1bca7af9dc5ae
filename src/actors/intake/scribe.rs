//! The scribe: writes down what is unfinished after a few milliseconds, so that it can be acknowledged.

use super::item::Item;
use super::port::IntakePort;
use crate::clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Events written at the same time at most; the writer syncs them together.
const AT_ONCE: usize = 256;

/// Writes for ever; ends when the task is dropped.
pub async fn run(intake: IntakePort) {
    let after_ms = intake.parts().limits.persist_after_ms;
    loop {
        let wait_ms = match next_due(&intake, after_ms) {
            Some(due_ms) => due_ms.saturating_sub(clock::tick_ms()),
            None => {
                intake.scribe_sleep().await;
                after_ms
            }
        };
        if wait_ms > 0 {
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
        let due = intake.desk().due(clock::tick_ms(), after_ms, AT_ONCE);
        if !write_all(&intake, due).await {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

impl IntakePort {
    /// Writes everything unfinished at once: the house is closing.
    pub async fn keep_all(&self) {
        let due = self.desk().due(clock::tick_ms(), 0, usize::MAX);
        write_all(self, due).await;
    }
}

fn next_due(intake: &IntakePort, after_ms: u64) -> Option<u64> {
    intake.desk().next_due_ms(after_ms)
}

/// Answers whether everything is on the disk or finished.
async fn write_all(intake: &IntakePort, due: Vec<Arc<Item>>) -> bool {
    let mut writes = JoinSet::new();
    for item in due {
        let intake = intake.clone();
        writes.spawn(async move { (intake.keep(&item).await, item) });
    }
    let mut all = true;
    while let Some(done) = writes.join_next().await {
        let Ok((written, item)) = done else { continue };
        if !written && !item.finished() {
            all = false;
            intake.desk().not_written(item);
        }
    }
    all
}
