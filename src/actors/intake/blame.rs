//! Crashes are charged to (event, feature); at the limit the pair goes into quarantine and everything else goes on.

use super::item::{Disk, Item};
use super::port::IntakePort;
use super::replay::pages;
use crate::clock;
use crate::domain::types::ChatNo;
use crate::protocol::intake::Taken;
use crate::store::{Batch, Store, StoreError, keys, keys::Kind, rows};
use crate::telemetry::{Line, events};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The charges that are remembered. Usually there are none, and asking costs one atomic load.
#[derive(Debug, Default)]
pub struct Blame {
    charges: Mutex<HashMap<(u64, String), rows::Charge>>,
    count: AtomicUsize,
}

/// What a crash was charged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charged {
    /// Crashes of this event in this feature, this one included.
    pub crashes: u32,
    /// Whether the pair is in quarantine now.
    pub quarantined: bool,
}

impl Blame {
    fn lock(&self) -> MutexGuard<'_, HashMap<(u64, String), rows::Charge>> {
        self.charges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, event: u64, feature: &str, charge: rows::Charge) {
        let mut charges = self.lock();
        charges.insert((event, feature.to_owned()), charge);
        self.count.store(charges.len(), Ordering::Release);
    }

    fn forget(&self, event: u64, feature: &str) {
        let mut charges = self.lock();
        charges.remove(&(event, feature.to_owned()));
        self.count.store(charges.len(), Ordering::Release);
    }

    fn get(&self, event: u64, feature: &str) -> Option<rows::Charge> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        self.lock().get(&(event, feature.to_owned())).cloned()
    }
}

impl IntakePort {
    /// Reads the charges of earlier processes, and charges what the last one had in hand when it died.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn load_blame(&self, left_in_hand: &[(u64, u8)]) -> Result<(), StoreError> {
        let oldest = clock::now().0.saturating_sub(self.parts().limits.poison_memory_h * 3_600_000);
        let mut old = Batch::default();
        pages(&self.parts().store, Kind::Charge.all(), |key, value| {
            let Some((event, feature)) = keys::event_and_feature(key) else { return };
            match rows::read::<rows::Charge>(value) {
                Ok(charge) if charge.at.0 >= oldest => self.blame().set(event, &feature, charge),
                _ => drop(old.delete(key.to_vec())),
            }
        })
        .await?;
        for (event, feature) in left_in_hand {
            let Some(feature) = self.parts().names.get(usize::from(*feature)) else { continue };
            let charge = self.charged(*event, feature, "the process died while deciding it");
            old.put(keys::charge(*event, feature), rows::write(&charge));
        }
        self.parts().store.commit(old).await
    }

    /// Charges a crash. At the limit the event is closed for that feature and kept in quarantine.
    #[must_use]
    pub fn charge(&self, chat: ChatNo, event: u64, feature: &str, cause: &str) -> Charged {
        let charge = self.charged(event, feature, cause);
        let crashes = charge.crashes;
        let quarantined = crashes >= self.parts().limits.poison_after;
        let item = self.desk().find(chat, event);
        match item {
            // Its supervisor tells of it, with the actor's name.
            Some(item) if quarantined => drop(self.quarantine(&item, feature)),
            _ => self.keep_charge(event, feature, &charge),
        }
        Charged { crashes, quarantined }
    }

    /// Closes a new or reread event for the features it has crashed too often in earlier processes.
    pub fn sentence(&self, item: &Arc<Item>) {
        if self.blame().count.load(Ordering::Acquire) == 0 {
            return;
        }
        for feature in &self.parts().names {
            let over = |it: rows::Charge| it.crashes >= self.parts().limits.poison_after;
            if self.blame().get(item.id(), feature).is_some_and(over) {
                let row = self.quarantine(item, feature);
                self.say_sentenced(item, feature, row);
            }
        }
    }

    fn charged(&self, event: u64, feature: &str, cause: &str) -> rows::Charge {
        let mut charge = self.blame().get(event, feature).unwrap_or_default();
        charge.crashes += 1;
        charge.at = clock::now();
        cause.clone_into(&mut charge.cause);
        self.blame().set(event, feature, charge.clone());
        charge
    }

    fn keep_charge(&self, event: u64, feature: &str, charge: &rows::Charge) {
        let mut batch = Batch::default();
        batch.put(keys::charge(event, feature), rows::write(charge));
        let store = self.parts().store.clone();
        // The count in memory decides; the row only matters if the process dies too.
        tokio::spawn(async move { store.commit(batch).await });
    }

    /// Closes the event for the feature and keeps it. The answer is the row that is kept.
    fn quarantine(&self, item: &Arc<Item>, feature: &str) -> Option<rows::Quarantined> {
        let n = self.parts().names.iter().position(|it| *it == feature)?;
        item.close_for(n);
        let charge = self.blame().get(item.id(), feature).unwrap_or_default();
        self.blame().forget(item.id(), feature);
        let row = rows::Quarantined {
            chat: item.chat.0,
            seq: item.seq,
            raw: item.row(&self.parts().names).raw,
            own: item.raw.is_empty().then(|| item.happened.clone()),
            kind: item.happened.event.name().to_owned(),
            crashes: charge.crashes,
            cause: charge.cause.clone(),
            at: clock::now(),
        };
        let mut batch = Batch::default();
        batch.put(keys::quarantine(item.id(), feature), rows::write(&row));
        batch.delete(keys::charge(item.id(), feature));
        batch.put(keys::queued(item.chat, item.seq), rows::write(&item.row(&self.parts().names)));
        item.set_disk(Disk::There);
        metrics::gauge!("bot_quarantine_size").increment(1.0);
        let (store, item) = (self.parts().store.clone(), item.clone());
        let this = self.clone();
        tokio::spawn(async move {
            let written = store.commit(batch).await.is_ok();
            // Its last feature may have decided meanwhile: then the row that was just written is struck.
            if written && item.finished() {
                this.finish(&item, false);
            }
        });
        Some(row)
    }

    /// Tells of an event that ended earlier processes: no actor has crashed of it in this one.
    fn say_sentenced(&self, item: &Item, feature: &str, row: Option<rows::Quarantined>) {
        let Some(row) = row else { return };
        Line::new(&events::UPDATE_QUARANTINED)
            .actor(format!("chats/{}", self.numbers().id(item.chat).map_or(0, |it| it.0)))
            .reason(format!("{} crashes, last cause: {}", row.crashes, row.cause))
            .field("u", item.id())
            .field("feature", feature)
            .next("the chat goes on, and so do the other features")
            .act(format!("majordomo inbox show {}", item.id()))
            .emit();
    }

    /// Everything in quarantine.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn quarantined(&self) -> Result<Vec<(u64, String, rows::Quarantined)>, StoreError> {
        let mut all = Vec::new();
        pages(&self.parts().store, Kind::Quarantine.all(), |key, value| {
            if let (Some((event, feature)), Ok(row)) = (keys::event_and_feature(key), rows::read(value)) {
                all.push((event, feature, row));
            }
        })
        .await?;
        Ok(all)
    }

    /// Gives an event back to its chat for the features it was in quarantine for. Answers whether it was there.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn release(&self, event: u64) -> Result<bool, StoreError> {
        let rows: Vec<_> = self.quarantined().await?.into_iter().filter(|(it, ..)| *it == event).collect();
        for (_, feature, row) in &rows {
            let seq = self.parts().sequence.take(1);
            let decided = self.parts().names.iter().filter(|it| *it != feature).map(|it| (*it).to_owned()).collect();
            let queued = rows::Queued { raw: row.raw.clone(), own: row.own.clone(), decided, released: true, at: None };
            let mut batch = Batch::default();
            batch.delete(keys::quarantine(event, feature));
            if feature == "decode" {
                let raw = Bytes::from(row.raw.clone().unwrap_or_default());
                let answer = crate::protocol::intake::Intake::offer(self, raw).await;
                if !matches!(answer, Taken::Refused { .. } | Taken::Kept) {
                    self.parts().store.commit(batch).await?;
                }
                continue;
            }
            let chat = ChatNo(row.chat);
            let value = rows::write(&queued);
            batch.put(keys::queued(chat, seq), value.clone());
            self.parts().store.commit(batch).await?;
            self.blame().forget(event, feature);
            if let Some(item) = self.read_item(chat, seq, &value) {
                self.push_kept(item);
            }
            metrics::gauge!("bot_quarantine_size").decrement(1.0);
            Line::new(&events::UPDATE_RELEASED).field("u", event).field("feature", feature).emit();
        }
        Ok(!rows.is_empty())
    }

    /// Deletes an event from quarantine. Answers whether it was there.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn drop_quarantined(&self, event: u64) -> Result<bool, StoreError> {
        let rows: Vec<_> = self.quarantined().await?.into_iter().filter(|(it, ..)| *it == event).collect();
        let mut batch = Batch::default();
        for (_, feature, _) in &rows {
            batch.delete(keys::quarantine(event, feature));
            metrics::gauge!("bot_quarantine_size").decrement(1.0);
        }
        self.parts().store.commit(batch).await?;
        Ok(!rows.is_empty())
    }
}
