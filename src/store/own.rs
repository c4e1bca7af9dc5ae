//! The store's own rows: which group was written last, whose bot this is.

use super::engine::{Engine, EngineError, Write};
use super::frame;

/// The last group written, and the sum of all other rows.
pub(super) const LEDGER: &[u8] = b"\0store.ledger";

/// The bot's Telegram id.
pub(super) const BOT: &[u8] = b"\0store.bot";

/// How far a migration is; its name follows.
pub(super) const MIGRATION: &[u8] = b"\0store.migration.";

/// Reads a row of ours, without its header.
pub(super) fn read(engine: &dyn Engine, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
    let Some(bytes) = engine.get(key)? else { return Ok(None) };
    let words = |it| EngineError::Corrupt(format!("{}: {it}", String::from_utf8_lossy(&key[1..])));
    frame::unpack(key, &bytes).map(|it| Some(it.value)).map_err(words)
}

/// Makes the change that sets a row of ours.
pub(super) fn write(key: &[u8], value: &[u8]) -> Write {
    Write { key: key.to_vec(), value: Some(frame::pack(key, 1, value)), fresh: false }
}

/// What the store knows about its own contents: which group was the last, and a sum over all other rows.
///
/// sled can lose the change of a page in the middle of its log to a flipped bit and still open. The sum is
/// carried along by each write and compared with the rows at the next start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    pub(super) group: u64,
    pub(super) sum: u64,
}

impl Ledger {
    /// Reads it; `None` in a store from before there was one, or an empty one.
    pub(super) fn read(engine: &dyn Engine) -> Result<Option<Self>, EngineError> {
        let Some(value) = read(engine, LEDGER)? else { return Ok(None) };
        Self::parse(&value).map(Some)
    }

    /// Reads it from its row, header included.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, EngineError> {
        let words = |it| EngineError::Corrupt(format!("store.ledger: {it}"));
        frame::unpack(LEDGER, bytes).map_err(words).and_then(|it| Self::parse(&it.value))
    }

    fn parse(value: &[u8]) -> Result<Self, EngineError> {
        let words = String::from_utf8_lossy(value);
        let parsed = words.split_once(' ').and_then(|(group, sum)| {
            Some(Self { group: group.parse().ok()?, sum: u64::from_str_radix(sum, 16).ok()? })
        });
        parsed.ok_or_else(|| EngineError::Corrupt("store.ledger: not two numbers".to_owned()))
    }

    /// The change that keeps it.
    pub(super) fn write(self) -> Write {
        write(LEDGER, format!("{} {:x}", self.group, self.sum).as_bytes())
    }

    /// Carries a changed row along.
    pub(super) fn change(&mut self, key: &[u8], before: Option<&[u8]>, now: Option<&[u8]>) {
        let weight = |it: Option<&[u8]>| it.map_or(0, |it| weight(key, it));
        self.sum = self.sum.wrapping_sub(weight(before)).wrapping_add(weight(now));
    }
}

/// What a row adds to the sum: its checksum and length, well mixed, so that sums do not cancel out.
pub(super) fn weight(key: &[u8], bytes: &[u8]) -> u64 {
    if key == LEDGER {
        return 0;
    }
    let mut sum = crc32fast::Hasher::new();
    sum.update(key);
    sum.update(bytes);
    let mut mixed = (u64::from(sum.finalize()) << 32) ^ u64::try_from(bytes.len()).unwrap_or(0);
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb_u64] {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(factor);
    }
    mixed ^ (mixed >> 31)
}
