//! The pulse of the event loop: as long as it beats, the process counts as alive.

use crate::clock;
use crate::protocol::health::HealthBoard;
use crate::telemetry::names;
use std::time::Duration;

/// How often the loop is felt.
const EVERY: Duration = Duration::from_secs(1);

/// Pings the board once a second for ever, and notes how late the loop was. To be spawned on the loop it speaks for.
pub async fn self_ping(health: HealthBoard) {
    let lag = ::metrics::gauge!(names::EVENT_LOOP_LAG);
    loop {
        health.ping();
        let due_us = clock::tick_us().saturating_add(u64::try_from(EVERY.as_micros()).unwrap_or(u64::MAX));
        tokio::time::sleep(EVERY).await;
        lag.set(Duration::from_micros(clock::tick_us().saturating_sub(due_us)).as_secs_f64());
    }
}
