//! What the store holds when the house starts: numbers, finished updates, waiting events, charges.

use super::item::{Item, OWN};
use super::port::IntakePort;
use crate::clock;
use crate::domain::event::Event;
use crate::domain::types::ChatNo;
use crate::protocol::outbox::OutboxMsg;
use crate::store::{Batch, Store, StoreError, keys, keys::Kind, rows};
use crate::telemetry::names::DoneAs;
use crate::telemetry::{Line, events};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows read at once.
const PAGE: usize = 1024;

impl IntakePort {
    /// Reads everything back. Chats with waiting events are started by [`IntakePort::start_waiting`].
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn replay(&self) -> Result<usize, StoreError> {
        let store = &self.parts().store;
        pages(store, Kind::Id.all(), |key, value| {
            if let (Some(id), Ok(row)) = (keys::id_of(key), rows::read::<rows::Number>(value)) {
                self.numbers().load(id, ChatNo(row.no), row.now);
            }
        })
        .await?;
        let mut begun = HashMap::new();
        pages(store, Kind::DoneSince.all(), |key, value| {
            if let (Some(block), Ok(row)) = (keys::block_of(key), rows::read::<rows::Since>(value)) {
                begun.insert(block, row.at.0);
            }
        })
        .await?;
        pages(store, Kind::Done.all(), |key, value| {
            if let Some(block) = keys::block_of(key) {
                let since = begun.get(&block).copied().unwrap_or(clock::now().0);
                self.desk().done.load(block, value, since);
            }
        })
        .await?;
        let mut waiting: HashMap<ChatNo, usize> = HashMap::new();
        pages(store, Kind::Queued.all(), |key, _| {
            if let Some((chat, _)) = keys::chat_and_seq(key) {
                self.numbers().in_use(chat);
                *waiting.entry(chat).or_default() += 1;
            }
        })
        .await?;
        let events = waiting.values().sum();
        for (chat, events) in waiting {
            self.desk().found_on_disk(chat, events);
        }
        Ok(events)
    }

    /// Starts every chat that has events waiting and nobody working on them.
    pub fn start_waiting(&self) {
        let chats = self.desk().asleep_with_work();
        chats.into_iter().for_each(|it| self.start(it));
    }

    /// Reads the next events of a chat from the disk into its queue. Answers whether there were any.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refill(&self, chat: ChatNo, below: u64) -> Result<bool, StoreError> {
        let (held, spills) = self.desk().held(chat);
        let most = self.parts().limits.chat_queue.max(1);
        let limit = most + held.len() + 1;
        let found = self.parts().store.scan(Kind::Queued.of(chat), None, limit).await?;
        let cut = found.len() >= limit;
        let mut gone = Batch::default();
        let (mut items, mut left) = (Vec::new(), 0);
        for (key, record) in found {
            let Some((_, seq)) = keys::chat_and_seq(&key) else { continue };
            if held.contains(&seq) {
                continue;
            }
            if seq >= below || items.len() >= most {
                left += 1;
                continue;
            }
            match self.read_item(chat, seq, &record.value) {
                Some(item) if self.is_done(&item) => drop(gone.delete(key)),
                Some(item) if self.is_over(&item) => {
                    self.expire(&item, &mut gone);
                    gone.delete(key);
                }
                Some(item) => items.push(item),
                // A row of another version, perhaps: kept whole where the operator finds it.
                None => {
                    let event = keys::chat_and_seq(&key).map_or(0, |(_, seq)| seq | OWN);
                    gone.put(keys::quarantine(event, "decode"), unreadable(chat, seq, &record.value));
                    gone.delete(key);
                }
            }
        }
        if !gone.0.is_empty() {
            self.parts().store.commit(gone).await?;
        }
        if cut && left == 0 {
            left = 1;
        }
        let any = !items.is_empty();
        self.desk().refilled(chat, items, left, spills);
        Ok(any)
    }

    /// An event from its row; `None` when the row cannot be read.
    #[must_use]
    pub fn read_item(&self, chat: ChatNo, seq: u64, value: &[u8]) -> Option<Arc<Item>> {
        let row: rows::Queued = rows::read(value).ok()?;
        let names = &self.parts().names;
        let decided = names.iter().enumerate().filter(|(_, it)| row.decided.iter().any(|d| d == *it));
        let decided = decided.fold(0, |mask, (n, _)| mask | 1 << n);
        let (raw, mut happened) = match (row.raw, row.own) {
            (Some(raw), _) => {
                let raw = Bytes::from(raw);
                let happened = self.decode(&raw).ok()?.happened;
                (raw, happened)
            }
            (None, Some(own)) => (Bytes::new(), own),
            (None, None) => return None,
        };
        if let Some(at) = row.at {
            happened.at = at;
        }
        if row.released {
            happened.update = None;
        }
        let item = Item::kept(chat, seq, raw, happened, clock::tick_ms(), decided);
        self.sentence(&item);
        Some(item)
    }

    /// Whether it has waited for longer than it is worth. A press is decided all the same: what it is for is
    /// worth doing, only its toast comes too late.
    fn is_over(&self, item: &Item) -> bool {
        let (Some(update), Some(lives_ms)) = (item.update(), item.happened.event.lives_ms()) else { return false };
        let age_ms = clock::now().since_ms(item.happened.at);
        if age_ms <= lives_ms {
            return false;
        }
        let next = if item.press { "it is decided, and its words go as a message" } else { "it is left out" };
        Line::new(&events::UPDATE_EXPIRED)
            .actor(format!("chats/{}", item.happened.place.id.0))
            .reason(format!("{} waited for too long", item.happened.event.name()))
            .field("u", update.0)
            .field("age_s", age_ms / 1_000)
            .next(next)
            .emit();
        if let Event::Pressed(pressed) = &item.happened.event {
            let now = OutboxMsg::AnswerNow(Arc::new(pressed.clone()));
            let _answered_by_its_decision = self.parts().outbox.port().tell(now);
        }
        !item.press
    }

    /// Finishes an event without asking anybody. Its row is deleted by the caller.
    fn expire(&self, item: &Item, gone: &mut Batch) {
        let Some(update) = item.update() else { return };
        self.desk().done.write(update.0, clock::now().0, false, gone);
        item.set_row_deleted();
        self.finish_as(item, DoneAs::Expired);
    }

    fn is_done(&self, item: &Item) -> bool {
        item.update().is_some_and(|it| self.desk().done.contains(it.0))
    }
}

/// A queued row that cannot be read, as a row of the quarantine.
fn unreadable(chat: ChatNo, seq: u64, value: &[u8]) -> Vec<u8> {
    rows::write(&rows::Quarantined {
        chat: chat.0,
        seq,
        raw: rows::read::<rows::Queued>(value).ok().and_then(|it| it.raw),
        own: None,
        kind: "undecodable".into(),
        crashes: 0,
        cause: "a waiting event that this version cannot read".into(),
        at: clock::now(),
    })
}

/// Reads all rows under a prefix, a page at a time.
///
/// # Errors
/// When the store cannot be read.
pub async fn pages(store: &impl Store, prefix: Vec<u8>, mut each: impl FnMut(&[u8], &[u8])) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.scan(prefix.clone(), after.clone(), PAGE).await?;
        for (key, record) in &page {
            each(key, &record.value);
        }
        if page.len() < PAGE {
            return Ok(());
        }
        after = page.last().map(|(key, _)| key.clone());
    }
}
