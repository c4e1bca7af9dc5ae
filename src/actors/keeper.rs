//! The keeper: sends idle chats to sleep, forgets what is old, and says how the house is.

use super::intake::replay::pages;
use super::task::Stopping;
use super::world::World;
use crate::clock;
use crate::domain::types::Moment;
use crate::protocol::chat::ChatMsg;
use crate::protocol::health::{CheckState, HealthBoard};
use crate::protocol::outbox::OutboxMsg;
use crate::store::{Batch, Store, StoreError, keys, keys::Kind, rows};
use crate::telemetry::names::{ACTIVE_GROUPS, ROWS_CACHED, RUNTIME_TASKS};
use crate::telemetry::{Line, events};
use std::sync::Arc;
use std::time::Duration;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);
/// Chats that are sent to sleep in one look, as long as not too many are awake: each writes what it has kept.
const AT_ONCE: usize = 500;
/// How often old rows are swept away, in looks.
const SWEEP: u64 = 3600;
/// How long the message behind a slot is remembered, in ms.
const SLOT_MS: u64 = 72 * 3_600_000;

/// Keeps until told to stop.
///
/// # Errors
/// Never by itself.
pub async fn run(world: Arc<World>, health: HealthBoard, stopping: Stopping) -> Result<(), String> {
    let mut looks = 0_u64;
    count_active(&world).await.map_err(|error| error.to_string())?;
    let mut paused = false;
    let stop = stopping.wait();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return Ok(()),
            () = tokio::time::sleep(EVERY) => {}
        }
        send_to_sleep(&world);
        let _outbox_is_busy_anyway = world.outbox.port().tell(OutboxMsg::Tick);
        measure(&world);
        paused = watch_store(&world, &health, paused);
        world.limiter.gate().sweep(clock::tick_ms());
        looks += 1;
        if looks % SWEEP == 1 && sweep(&world).await.is_err() {
            looks -= 1;
        }
    }
}

/// Counts the chats that features look after; changes are counted when they are committed.
async fn count_active(world: &World) -> Result<(), StoreError> {
    let mut active = 0.0;
    pages(&world.store, Kind::Cell.all(), |key, value| {
        let feature = world.names.iter().position(|it| *it == keys::feature_of(key)).map(|n| &world.features[n]);
        if feature.is_some_and(|it| it.load(value).is_ok_and(|cell| it.active(&cell))) {
            active += 1.0;
        }
    })
    .await?;
    metrics::gauge!(ACTIVE_GROUPS).set(active);
    Ok(())
}

fn send_to_sleep(world: &World) {
    let before = clock::tick_ms().saturating_sub(world.runtime.chat_idle_s * 1000);
    let idle = world.intake.desk().idle(before, AT_ONCE, world.runtime.chats_awake);
    for address in idle {
        let _ended_by_itself = address.send_message(ChatMsg::Sleep);
    }
    // A wake that was lost with a crashed shard: nobody works on these chats.
    world.intake.start_waiting();
}

#[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
fn measure(world: &World) {
    let (memory, disk) = world.intake.desk().depth();
    let oldest = world.intake.desk().oldest_ms();
    metrics::gauge!("bot_inbox_depth").set((memory + disk) as f64);
    let age_ms = oldest.map_or(0, |it| clock::tick_ms().saturating_sub(it));
    metrics::gauge!("bot_inbox_oldest_seconds").set(age_ms as f64 / 1000.0);
    metrics::gauge!(ROWS_CACHED).set(world.held.weight() as f64);
    metrics::gauge!(RUNTIME_TASKS).set(tokio::runtime::Handle::current().metrics().num_alive_tasks() as f64);
}

/// Says once that the store cannot be written, and once that it can again.
fn watch_store(world: &World, health: &HealthBoard, paused: bool) -> bool {
    let status = world.store.status();
    metrics::gauge!("bot_db_connected").set(if status.writable { 1.0 } else { 0.0 });
    let (state, detail) = if status.writable { (CheckState::Ok, "writes") } else { (CheckState::Down, "cannot write") };
    health.set("store", state, detail, Some(status.last_sync_us / 1000));
    health.ready("store", status.writable, "the disk is full or fails");
    match (paused, status.writable) {
        (false, false) => Line::new(&events::INTAKE_PAUSED)
            .actor("intake")
            .reason("nothing can be stored")
            .next("Telegram keeps updates and is asked to come back")
            .act("free room on the disk of store.path")
            .emit(),
        (true, true) => Line::new(&events::INTAKE_RESUMED).actor("intake").emit(),
        _ => {}
    }
    !status.writable
}

/// Deletes what is remembered for long enough: finished updates, messages behind slots, what was used of models.
async fn sweep(world: &World) -> Result<(), StoreError> {
    let now = clock::now().0;
    let oldest = now.saturating_sub(world.runtime.done_memory_h * 3_600_000);
    let mut old: Batch = world.intake.desk().done.prune(oldest);
    pages(&world.store, Kind::Slot.all(), |key, value| {
        if rows::read::<rows::Sent>(value).is_ok_and(|it| it.at.0 + SLOT_MS < now) {
            old.delete(key.to_vec());
        }
    })
    .await?;
    pages(&world.store, Kind::Pause.all(), |key, value| {
        if rows::read::<rows::Pause>(value).is_ok_and(|it| it.ends(Moment(now)).0 < now) {
            old.delete(key.to_vec());
        }
    })
    .await?;
    pages(&world.store, Kind::Usage.all(), |key, _| {
        if keys::usage_of(key).is_some_and(|it| it.is_over(Moment(now), world.runtime.usage_memory_days)) {
            old.delete(key.to_vec());
        }
    })
    .await?;
    world.store.later(old);
    Ok(())
}
