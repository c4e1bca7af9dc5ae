//! An event on its way through the house: what it is, and how far it is.

use crate::domain::event::Happened;
use crate::domain::types::{ChatNo, UpdateId};
use crate::store::rows::Queued;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

/// One event of one chat between its arrival and its last feature's decision.
#[derive(Debug)]
pub struct Item {
    /// Whose queue it stands in.
    pub chat: ChatNo,
    /// Its place in that queue; unique in the house.
    pub seq: u64,
    /// Telegram's JSON; empty for an event of our own.
    pub raw: Bytes,
    /// What happened.
    pub happened: Happened,
    /// Whether somebody waits for an answer to a press.
    pub press: bool,
    /// When it arrived, in monotonic ms.
    pub tick_ms: u64,
    /// Bit n: the n-th feature has decided, or is not to be asked.
    pub decided: AtomicU32,
    disk: AtomicU8,
    finished: AtomicBool,
    /// The batch that finished it deleted its row too.
    row_deleted: AtomicBool,
}

/// Whether an item's row is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// No row, and none on its way.
    Nowhere,
    /// A row is being written.
    Writing,
    /// The row is there.
    There,
}

impl Item {
    /// A new item.
    #[must_use]
    pub fn new(chat: ChatNo, seq: u64, raw: Bytes, happened: Happened, press: bool, tick_ms: u64) -> Arc<Self> {
        Arc::new(Self::build(chat, seq, raw, happened, press, tick_ms, Disk::Nowhere, 0))
    }

    /// An item whose row is already on the disk.
    #[must_use]
    pub fn kept(chat: ChatNo, seq: u64, raw: Bytes, happened: Happened, tick_ms: u64, decided: u32) -> Arc<Self> {
        let press = matches!(happened.event, crate::domain::event::Event::Pressed(_));
        Arc::new(Self::build(chat, seq, raw, happened, press, tick_ms, Disk::There, decided))
    }

    #[expect(clippy::too_many_arguments, reason = "the one place where all parts meet")]
    fn build(
        chat: ChatNo,
        seq: u64,
        raw: Bytes,
        happened: Happened,
        press: bool,
        tick_ms: u64,
        disk: Disk,
        decided: u32,
    ) -> Self {
        Self {
            chat,
            seq,
            raw,
            happened,
            press,
            tick_ms,
            decided: AtomicU32::new(decided),
            disk: AtomicU8::new(disk as u8),
            finished: AtomicBool::new(false),
            row_deleted: AtomicBool::new(false),
        }
    }

    /// The same event in another chat's queue: after a migration.
    #[must_use]
    pub fn moved_to(&self, chat: ChatNo) -> Arc<Self> {
        let decided = self.decided.load(Ordering::Relaxed);
        let (raw, happened) = (self.raw.clone(), self.happened.clone());
        Arc::new(Self::build(chat, self.seq, raw, happened, self.press, self.tick_ms, self.disk(), decided))
    }

    /// Its id for charges and quarantine: the update's, or one made of our own sequence.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.happened.update.map_or(self.seq | OWN, |it| it.0)
    }

    /// The update it came with.
    #[must_use]
    pub const fn update(&self) -> Option<UpdateId> {
        self.happened.update
    }

    /// Whether its row is on the disk.
    #[must_use]
    pub fn disk(&self) -> Disk {
        match self.disk.load(Ordering::SeqCst) {
            0 => Disk::Nowhere,
            1 => Disk::Writing,
            _ => Disk::There,
        }
    }

    /// Notes where its row is.
    pub fn set_disk(&self, disk: Disk) {
        self.disk.store(disk as u8, Ordering::SeqCst);
    }

    /// Whether its last feature has decided.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.finished.load(Ordering::SeqCst)
    }

    /// Notes that its last feature has decided.
    pub fn set_finished(&self) {
        self.finished.store(true, Ordering::SeqCst);
    }

    /// Notes that the batch that finishes it deletes its row.
    pub fn set_row_deleted(&self) {
        self.row_deleted.store(true, Ordering::SeqCst);
    }

    /// Whether a row of it is left on the disk although it is finished. Whoever of "the row is written" and
    /// "it is finished" comes second sees the other.
    #[must_use]
    pub fn leaves_row(&self) -> bool {
        self.finished() && self.disk() == Disk::There && !self.row_deleted.load(Ordering::SeqCst)
    }

    /// Whether the n-th feature is still to be asked.
    #[must_use]
    pub fn open_for(&self, feature: usize) -> bool {
        self.decided.load(Ordering::Relaxed) & (1 << feature) == 0
    }

    /// Notes that the n-th feature has decided.
    pub fn close_for(&self, feature: usize) {
        self.decided.fetch_or(1 << feature, Ordering::Relaxed);
    }

    /// Its row; `names` are the features' names in their order.
    #[must_use]
    pub fn row(&self, names: &[&'static str]) -> Queued {
        let decided = names.iter().enumerate().filter(|(n, _)| !self.open_for(*n)).map(|(_, it)| (*it).to_owned());
        // What is too large for a row is kept as what we read from it: the update's id is part of that.
        let whole = !self.raw.is_empty() && self.raw.len() <= RAW_BYTES;
        let own = (!whole).then(|| self.happened.clone());
        let raw = whole.then(|| String::from_utf8_lossy(&self.raw).into_owned());
        let released = raw.is_some() && self.happened.update.is_none();
        Queued { raw, own, decided: decided.collect(), released, at: Some(self.happened.at) }
    }
}

/// Telegram's JSON up to this size is kept as it is: inside a row's own JSON it may grow by half.
const RAW_BYTES: usize = 40 * 1024;

/// Set in the id of an event of our own, so that it is never taken for an update's id.
pub const OWN: u64 = 1 << 63;
