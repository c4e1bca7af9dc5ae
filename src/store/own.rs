//! The store's own rows: which group was written last, whose bot this is.

use super::engine::{Engine, EngineError, Write};
use super::frame;

/// The number of the last group written.
pub(super) const GROUP: &[u8] = b"\0store.group";

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
    Write { key: key.to_vec(), value: Some(frame::pack(key, 1, value)) }
}

/// The number of the last group in the engine; 0 when there was none.
pub(super) fn group(engine: &dyn Engine) -> Result<u64, EngineError> {
    let Some(value) = read(engine, GROUP)? else { return Ok(0) };
    let words = String::from_utf8_lossy(&value);
    words.parse().map_err(|_| EngineError::Corrupt("store.group: not a number".to_owned()))
}
