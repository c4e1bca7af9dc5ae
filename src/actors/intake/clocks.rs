//! Telegram's clock against ours: a message from the future shows that ours is behind.

use crate::domain::types::Moment;
use crate::telemetry::{Line, events};
use std::sync::atomic::{AtomicU64, Ordering};

/// A difference that is worth a word, in ms. Telegram's dates are whole seconds.
const BEHIND_MS: u64 = 60_000;

/// By how much our clock is surely behind. That it is ahead cannot be seen: old messages are nothing strange.
#[derive(Debug, Default)]
pub struct Clocks(AtomicU64);

impl Clocks {
    /// Compares the date of a message with the present time.
    pub(super) fn compare(&self, said: Moment, now: Moment) {
        let ahead_ms = said.since_ms(now);
        if ahead_ms > BEHIND_MS {
            if self.0.swap(ahead_ms, Ordering::Relaxed) == 0 {
                Line::new(&events::CLOCK_BEHIND).actor("intake").field("by_ms", ahead_ms).emit();
            }
        } else if now.since_ms(said) < BEHIND_MS && self.behind_ms() > 0 {
            self.0.store(0, Ordering::Relaxed);
        }
    }

    /// In ms. A mute for five minutes, said with such a clock, would end in Telegram's past, which means never.
    #[must_use]
    pub fn behind_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_message_from_the_future_shows_it_and_only_a_fresh_one_that_it_is_over() {
        const DAY: u64 = 86_400_000;
        let clocks = Clocks::default();
        let (yesterday, now) = (Moment(DAY), Moment(2 * DAY));
        for (said, at, behind) in [
            (now, Moment(now.0 - BEHIND_MS), 0),
            (now, yesterday, DAY),
            (Moment(5), yesterday, DAY),
            (Moment(now.0 - DAY), now, DAY),
            (Moment(now.0 + 500), now, 0),
        ] {
            clocks.compare(said, at);
            assert_eq!(clocks.behind_ms(), behind, "{said:?} at {at:?}");
        }
    }
}
