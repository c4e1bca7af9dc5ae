//! Limits on an engine that hangs: while it writes, and while it is closed.

use super::engine::Engine;
use super::state::Shared;
use crate::clock;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How often the writer is watched.
const WATCH_EVERY: Duration = Duration::from_millis(500);

/// Ends a process whose writer has not finished one group for too long: sled waits for ever for a page that
/// its own thread failed to write. Every caller has given up by then, so nothing is lost by saying so.
pub(super) fn watch(shared: &Shared, stuck_ms: u64) {
    while !*shared.finished.borrow() {
        let busy_us = shared.status(clock::tick_us()).busy_us;
        if busy_us / 1000 > stuck_ms {
            return shared.fail("the engine has not finished a write for too long");
        }
        #[expect(clippy::disallowed_methods, reason = "on a thread of its own")]
        thread::sleep(WATCH_EVERY);
    }
}

/// The engine still holds its files.
pub(super) struct StillOpen;

/// Closes an engine on a thread of its own: sled syncs when it is dropped, panics if it cannot, and after a
/// failed write of a large page waits for ever.
pub(super) fn let_go(engine: Option<Box<dyn Engine>>, patience_ms: u64) -> Result<(), StillOpen> {
    let Some(engine) = engine else { return Ok(()) };
    let (gone, wait) = mpsc::channel::<()>();
    let close = move || {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(engine)));
        drop(gone);
    };
    if thread::Builder::new().name("store-closer".to_owned()).spawn(close).is_err() {
        return Err(StillOpen);
    }
    match wait.recv_timeout(Duration::from_millis(patience_ms)) {
        Err(mpsc::RecvTimeoutError::Timeout) => Err(StillOpen),
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => Ok(()),
    }
}
