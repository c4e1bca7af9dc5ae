//! When a page ends because nobody looks at it: a demo that somebody forgot, or a script that opens no browser.

use super::hub::Hub;
use crate::clock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long the first visitor is waited for, in ms.
const FIRST_MS: u64 = 2 * 60_000;
/// How long one who has gone is waited for, in ms.
const AGAIN_MS: u64 = 30 * 60_000;
/// How often it is looked.
const LOOK: Duration = Duration::from_secs(1);

/// Who was here, and since when nobody is.
#[derive(Debug)]
pub(super) struct Visits {
    began_ms: u64,
    /// The last request, in monotonic ms; 0 before the first.
    last_ms: AtomicU64,
}

impl Visits {
    pub(super) fn begin() -> Self {
        Self { began_ms: clock::tick_ms(), last_ms: AtomicU64::new(0) }
    }

    /// Somebody asks for something.
    pub(super) fn note(&self) {
        self.last_ms.store(clock::tick_ms().max(1), Ordering::Relaxed);
    }

    /// Returns when nobody has come, or nobody has come back.
    pub(super) async fn over(&self, hub: &Hub) {
        loop {
            if hub.is_read() {
                self.note();
            }
            if is_over(self.began_ms, self.last_ms.load(Ordering::Relaxed), clock::tick_ms()) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

const fn is_over(began_ms: u64, last_ms: u64, now_ms: u64) -> bool {
    match last_ms {
        0 => now_ms >= began_ms + FIRST_MS,
        _ => now_ms >= last_ms + AGAIN_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_waited_for_for_ever() {
        let table = [
            (5, 0, 5 + FIRST_MS - 1, false),
            (5, 0, 5 + FIRST_MS, true),
            (5, 10, 5 + FIRST_MS, false),
            (5, 10, 9 + AGAIN_MS, false),
            (5, 10, 10 + AGAIN_MS, true),
        ];
        for (began, last, now, expected) in table {
            assert_eq!(is_over(began, last, now), expected, "{began} {last} {now}");
        }
    }
}
