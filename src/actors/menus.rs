//! The command menus: told to Telegram when they have changed since the last time.

use super::world::World;
use crate::clock;
use crate::domain::effect::Owed;
use crate::domain::offices;
use crate::domain::types::ChatNo;
use crate::protocol::outbox::Job;
use crate::store::rows::{Debt, DebtState};
use crate::store::{Batch, Store, keys, rows};
use sha2::{Digest, Sha256};

/// Owes Telegram every menu, if they are not what they were.
pub async fn publish(world: &World) {
    let calls = offices::menus(&world.features, &world.house().owners);
    let Ok(json) = serde_json::to_vec(&calls) else { return };
    let mark = Sha256::digest(&json).to_vec();
    let key = keys::meta("menus");
    if let Ok(Some(before)) = world.store.get(key.clone()).await
        && before.value == mark
    {
        return;
    }
    let mut batch = Batch::default();
    batch.put(key, mark);
    let jobs: Vec<_> = calls.into_iter().map(|call| owe(world, Owed::new(call), &mut batch)).collect();
    if world.store.commit(batch).await.is_ok() {
        world.outbox.owe(jobs);
    }
}

fn owe(world: &World, owed: Owed, batch: &mut Batch) -> Job {
    let seq = world.sequence.take(1);
    let debt = Debt { owed, feature: "house".into(), state: DebtState::Owed, since: clock::now(), why: None };
    batch.put(keys::owed(ChatNo::HOUSE, seq), rows::write(&debt));
    Job { chat: ChatNo::HOUSE, seq, debt, reserved: false }
}
