//! A chat's rows: read through the memory, kept there, and written in time.

use super::Chat;
use super::rows::Value;
use crate::clock;
use crate::domain::effect::Effect;
use crate::domain::purse::{Entry, Used};
use crate::domain::types::UserId;
use crate::protocol::chat::ChatMsg;
use crate::protocol::slot::Phase;
use crate::store::engine::above;
use crate::store::{Batch, Record, Store, StoreError, check, keys, rows};
use ractor::ActorProcessingErr;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::Duration;

impl Chat {
    /// A row of a feature: from memory, or else from the store, and then remembered.
    pub(super) async fn row(&mut self, feature: usize, name: &str) -> Result<Option<Value>, StoreError> {
        if let Some(known) = self.rows.get(feature, name) {
            return Ok(known);
        }
        let key = keys::row(self.no, self.world.names[feature], name);
        self.slot.set_phase(Phase::Store);
        let found = self.world.patiently(|| self.world.store.get(key.clone())).await?;
        self.slot.set_phase(Phase::Awaiting);
        let found: Option<Value> = found.map(|it| it.value.into());
        self.rows.stored(feature, name, found.clone());
        Ok(found)
    }

    /// The first rows of a feature in a range of its keys: from the store, under what is kept. They are not
    /// remembered: a long list would push out what is used for each message.
    pub(super) async fn rows(
        &self,
        feature: usize,
        range: Range<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let limit = usize::try_from(limit.min(self.world.chat.rows_per_read)).unwrap_or(usize::MAX);
        if range.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let all = keys::row(self.no, self.world.names[feature], "");
        let (prefix, after) = scan_of(range.start, range.end);
        let prefix = [&all, prefix].concat();
        let after = after.map(|it| [all.as_slice(), &it].concat());
        self.slot.set_phase(Phase::Store);
        let found = self.world.patiently(|| self.world.store.scan(prefix.clone(), after.clone(), limit)).await?;
        self.slot.set_phase(Phase::Awaiting);
        let found = found.into_iter().filter_map(|(key, row)| Some((keys::row_name(&key)?.to_owned(), row.value)));
        let found = found.take_while(|(name, _)| name.as_str() < range.end).collect();
        Ok(self.rows.over(feature, range.start, range.end, limit, found))
    }

    /// What somebody has used of models from that day on. Others write these rows, so they are read each time.
    pub(super) async fn usage(&self, user: UserId, since: u32, limit: u32) -> Result<Vec<(Entry, Used)>, StoreError> {
        let prefix = keys::usage(&Entry::key_of(user));
        // Scans go on after a key: the day before has no row whose key is as long as this.
        let after = keys::usage(&Entry::key_from(user, since));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.slot.set_phase(Phase::Store);
        let found = self.world.patiently(|| self.world.store.scan(prefix.clone(), Some(after.clone()), limit)).await?;
        self.slot.set_phase(Phase::Awaiting);
        let row =
            |(key, record): (Vec<u8>, Record)| Some((keys::usage_of(&key)?, rows::read::<Used>(&record.value).ok()?));
        Ok(found.into_iter().filter_map(row).collect())
    }

    /// Obeys a decision that only keeps: nothing is written.
    pub(super) fn keep(&mut self, feature: usize, effects: Vec<Effect>) -> Result<(), StoreError> {
        for effect in effects {
            let Effect::Keep { key, value } = effect else { continue };
            let row = self.keepable(self.world.names[feature], &key, value)?;
            self.rows.keep(feature, &key, row, clock::tick_ms());
        }
        Ok(())
    }

    /// A row that the store will take. What it would refuse later is refused now, when it is known whose fault it is.
    pub(super) fn keepable(&self, feature: &str, name: &str, value: Vec<u8>) -> Result<Value, StoreError> {
        let mut batch = Batch::default();
        check(batch.put(keys::row(self.no, feature, name), value))?;
        match batch.0.pop() {
            Some(crate::store::Op::Put { value, .. }) => Ok(value.into()),
            _ => Ok(Value::default()),
        }
    }

    /// After an event: writes what has been kept for long enough or stands in the way, and sees to the rest.
    pub(super) async fn tidy(&mut self) -> Result<(), ActorProcessingErr> {
        if !self.rows.make_room() {
            self.write_kept(true).await?;
            self.rows.make_room();
        }
        let Some(due_ms) = self.rows.due_ms() else { return Ok(()) };
        if due_ms <= clock::tick_ms() {
            self.write_kept(false).await?;
        }
        self.set_alarm();
        Ok(())
    }

    /// The alarm has rung.
    pub(super) async fn alarmed(&mut self) -> Result<(), ActorProcessingErr> {
        self.alarm = false;
        self.tidy().await
    }

    /// One alarm at a time: when it rings, it is set again if something is still kept.
    fn set_alarm(&mut self) {
        let Some(due_ms) = self.rows.due_ms() else { return };
        if !self.alarm {
            self.alarm = true;
            let now_ms = clock::tick_ms();
            // What could not be written when it was due is tried again after a second.
            let wait_ms = if due_ms > now_ms { due_ms - now_ms } else { 1_000 };
            let _whoever_is_gone_kept_nothing =
                self.myself.send_after(Duration::from_millis(wait_ms), || ChatMsg::Keep);
        }
    }

    /// Writes all that is kept. A store that is full or busy leaves it kept, unless there is no room to wait.
    pub(super) async fn write_kept(&mut self, patiently: bool) -> Result<(), ActorProcessingErr> {
        let mut batch = Batch::default();
        self.add_kept(&mut batch);
        if batch.0.is_empty() {
            return Ok(());
        }
        self.slot.begin("Keep", None);
        self.slot.set_phase(Phase::Store);
        self.world.intake.number_row(self.no, &mut batch);
        let (world, no) = (self.world.clone(), self.no);
        let written = self.write_alone(batch, patiently, move |it| {
            if it.is_ok() {
                world.intake.numbers().row_stored(no);
            }
        });
        match written.await? {
            Ok(()) => self.rows.written(),
            Err(StoreError::Full | StoreError::Busy) => {}
            Err(error) => return Err(format!("what was kept could not be written: {error}").into()),
        }
        self.slot.done();
        Ok(())
    }

    /// Before the end: nothing is kept any more, if it can be helped.
    pub(super) async fn write_last(&mut self) -> Result<(), ActorProcessingErr> {
        // A life that another one has followed has nothing to say any more.
        if !self.world.intake.desk().attached(self.no, self.generation) {
            return Ok(());
        }
        if !self.world.closing.load(Ordering::Acquire) {
            return self.write_kept(false).await;
        }
        // Every chat ends at the same time: the store writes it all together before it closes.
        let mut batch = Batch::default();
        self.add_kept(&mut batch);
        if !batch.0.is_empty() {
            self.world.intake.number_row(self.no, &mut batch);
            self.world.store.later(batch);
        }
        Ok(())
    }

    /// Adds what is kept to a batch.
    fn add_kept(&self, batch: &mut Batch) {
        for (feature, name, value) in self.rows.kept() {
            batch.put(keys::row(self.no, self.world.names[feature], name), value.to_vec());
        }
    }
}

/// Where a scan for the keys in [`from`, `before`) begins: the longest prefix that all of them have, and the
/// bytes after which they come, if that is not the prefix itself.
fn scan_of<'a>(from: &'a str, before: &str) -> (&'a [u8], Option<Vec<u8>>) {
    let (from, before) = (from.as_bytes(), before.as_bytes());
    let holds_all = |it: &usize| above(&from[..*it]).is_none_or(|bound| before <= bound.as_slice());
    let cut = (0..=from.len()).rev().find(holds_all).unwrap_or(0);
    let after = from.split_last().filter(|_| cut < from.len()).map(|(last, head)| match last.checked_sub(1) {
        // No text has the byte 255, so nothing is between this and `from`.
        Some(less) => [head, &[less, u8::MAX]].concat(),
        None => head.to_vec(),
    });
    (&from[..cut], after)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::scan_of;
    use proptest::prelude::*;

    #[test]
    fn a_scan_begins_where_the_range_does() {
        type Case = (&'static str, &'static str, &'static [u8], Option<&'static [u8]>);
        let cases: [Case; 6] = [
            ("mute/", "mute0", b"mute/", None),
            ("", "z", b"", None),
            ("a", "c", b"", Some(&[b'a' - 1, 255])),
            ("mute/5", "mute0", b"mute/", Some(b"mute/4\xff")),
            ("a\0", "a\0b", b"a\0", None),
            ("a\0", "b", b"a", Some(b"a")),
        ];
        for (from, before, prefix, after) in cases {
            assert_eq!(scan_of(from, before), (prefix, after.map(<[u8]>::to_vec)), "{from:?} {before:?}");
        }
    }

    proptest! {
        #[test]
        fn a_scan_sees_the_whole_range_and_nothing_before_it(
            from in "[a-c/\0ю]{0,4}", before in "[a-c/\0ю]{0,4}", key in "[a-c/\0ю]{0,5}",
        ) {
            prop_assume!(from < before);
            let (prefix, after) = scan_of(&from, &before);
            let scanned = key.as_bytes().starts_with(prefix) && after.is_none_or(|it| key.as_bytes() > it.as_slice());
            if key >= from && key < before {
                prop_assert!(scanned);
            }
            if key < from {
                prop_assert!(!scanned);
            }
        }
    }
}
