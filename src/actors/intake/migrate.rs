//! A group becomes a supergroup: what was under its old id is found under the new one.

use super::item::Disk;
use super::port::IntakePort;
use crate::domain::types::{ChatId, ChatNo};
use crate::store::{Batch, Store, keys, keys::Kind, rows};
use crate::telemetry::{Line, events};
use std::time::Duration;

impl IntakePort {
    async fn has_state(&self, chat: ChatNo) -> bool {
        let cells = self.parts().store.scan(Kind::Cell.of(chat), None, 1).await;
        cells.is_ok_and(|it| !it.is_empty())
    }

    /// Whether a chat has state once it has done what it has in hand: a decision under way may be its first.
    async fn comes_to_state(&self, chat: ChatNo) -> bool {
        for _ in 0..100 {
            if self.has_state(chat).await {
                return true;
            }
            if self.desk().depth_of(chat) == 0 {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// Both ids of a group that became a supergroup lead to its old number from now on.
    /// When only the new id has state, because somebody set it up before the old one was heard of again, the
    /// new one's number wins instead.
    pub async fn migrate(&self, old: ChatId, new: ChatId) {
        let (of_old, of_new) = {
            let mut numbers = self.numbers(); // one lock: two in one expression wait for each other for ever
            (numbers.number(old), numbers.number(new))
        };
        let newcomer = of_old != of_new && !self.has_state(of_old).await && self.comes_to_state(of_new).await;
        let (news, (no, before)) = {
            let mut numbers = self.numbers();
            let known = numbers.number(old);
            (numbers.id(known) != Some(new), numbers.migrate(old, new, newcomer))
        };
        if news {
            Line::new(&events::UPSTREAM_MIGRATED)
                .actor("intake")
                .field("from", old.0)
                .field("to", new.0)
                .next("what is owed to it goes to the new id, its old messages stay where they are")
                .emit();
        }
        let mut batch = Batch::default();
        let row = rows::write(&rows::Number { no: no.0, now: new });
        batch.put(keys::id(old), row.clone()).put(keys::id(new), row);
        let moved = before.map(|it| self.desk().empty_out(it)).unwrap_or_default();
        let mut appended = Vec::new();
        for item in moved {
            if item.disk() == Disk::There {
                batch.delete(keys::queued(item.chat, item.seq));
                batch.put(keys::queued(no, item.seq), rows::write(&item.row(&self.parts().names)));
            }
            appended.push(item.moved_to(no));
        }
        if let Err(error) = self.patiently(batch).await {
            self.numbers().row_missing(no);
            Line::new(&events::UPSTREAM_MIGRATED)
                .reason(format!("the new number could not be stored: {error}"))
                .next("it is known until the next start and stored when the group writes again")
                .emit();
        }
        for item in appended {
            let offered = self.desk().offer(item, None);
            self.after_offer(offered, no);
        }
    }
}
