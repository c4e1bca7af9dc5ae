//! What is held back after a restore: listed, released or dropped by the operator.

use crate::actors::intake::replay::pages;
use crate::actors::world::World;
use crate::clock;
use crate::domain::event::{ChatKind, Event, Happened, Note, Place};
use crate::domain::types::{ChatId, ChatNo};
use crate::protocol::outbox::Job;
use crate::store::backup::{Held, HeldWhat, RestoredRow, held_of};
use crate::store::rows::{self, DebtState, Queued};
use crate::store::{Batch, Op, Store, StoreError, keys, keys::Kind};

/// Everything that is held back.
pub(super) async fn list(world: &World) -> Result<Vec<Held>, StoreError> {
    let mut all = Vec::new();
    pages(&world.store, Kind::Held.all(), |key, value| all.extend(held_of(key, value))).await?;
    #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
    metrics::gauge!("bot_effects_held").set(all.len() as f64);
    Ok(all)
}

/// Lets one go on, or forgets it. Answers whether it was there.
pub(super) async fn settle(world: &World, id: &str, release: bool) -> Result<bool, StoreError> {
    let mut all = list(world).await?;
    let Some(at) = all.iter().position(|it| it.id == id) else { return Ok(false) };
    let held = all.swap_remove(at);
    if release {
        self::release(world, held).await?;
    } else {
        let mut batch = Batch::default();
        batch.delete(keys::held(&held.key));
        world.store.commit(batch).await?;
    }
    if list(world).await?.is_empty() {
        all_is_settled(world).await?;
    }
    Ok(true)
}

async fn release(world: &World, held: Held) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    batch.delete(keys::held(&held.key));
    match held.what {
        HeldWhat::Debt(mut debt) => {
            debt.state = DebtState::Owed;
            batch.put(held.key.clone(), rows::write(&debt));
            world.store.commit(batch).await?;
            if let Some((chat, seq)) = keys::chat_and_seq(&held.key) {
                world.outbox.owe(vec![Job { chat, seq, debt: *debt, reserved: false }]);
            }
        }
        HeldWhat::Event(event) => {
            let Some((chat, _)) = keys::chat_and_seq(&held.key) else { return Ok(()) };
            let seq = world.sequence.take(1);
            let value = rows::write(&event);
            batch.put(keys::queued(chat, seq), value.clone());
            world.store.commit(batch).await?;
            if let Some(item) = world.intake.read_item(chat, seq, &value) {
                world.intake.push_kept(item);
            }
        }
    }
    Ok(())
}

/// Nothing is held any more: the owners hear that, too.
async fn all_is_settled(world: &World) -> Result<(), StoreError> {
    let name = keys::meta(RestoredRow::NAME);
    let Some(record) = world.store.get(name.clone()).await? else { return Ok(()) };
    let mut batch = Batch::default();
    batch.delete(name);
    let Ok(row) = rows::read::<RestoredRow>(&record.value) else { return world.store.commit(batch).await };
    let place = Place { id: ChatId(0), kind: ChatKind::House, title: String::new(), username: None };
    let event = Event::Told(Note::Healed { key: crate::domain::offices::restored_key(row.at) });
    let happened = Happened { update: None, at: clock::now(), place, event };
    let seq = world.sequence.take(1);
    let value = rows::write(&Queued::of_own(happened.clone()));
    batch.0.push(Op::Put { key: keys::queued(ChatNo::HOUSE, seq), value, expect: Some(0) });
    world.store.commit(batch).await?;
    world.intake.push_own(ChatNo::HOUSE, seq, happened);
    Ok(())
}
