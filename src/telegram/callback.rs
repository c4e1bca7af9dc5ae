//! The data behind our buttons: signed, so that a press proves what we once offered, where and to whom.

#[cfg(test)]
mod tests;

use crate::clock;
use crate::domain::event::Verdict;
use crate::domain::types::{ChatId, Moment, UserId};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The secret that signs buttons. It lives in the store's folder and is never shown.
#[derive(Clone)]
pub struct CallbackKey {
    /// The hash with the key already taken in: signing starts from a copy.
    keyed: Hmac<Sha256>,
}

/// What a button stands for, before it is signed.
#[derive(Clone, Copy, Debug)]
pub struct Press<'a> {
    /// `<feature>.<verb>`, short.
    pub action: &'a str,
    /// Its arguments.
    pub args: &'a str,
    /// The chat it is shown in.
    pub chat: ChatId,
    /// Who may press it; `None` is anybody.
    pub only: Option<UserId>,
    /// When it goes stale, to the next full minute; `None` never.
    pub until: Option<Moment>,
}

/// Why a button cannot be made: a mistake of the feature that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unsignable {
    /// Telegram allows 64 bytes.
    #[error("the button {action:?} needs {bytes} bytes of data, more than Telegram's 64")]
    TooLong {
        /// The action.
        action: String,
        /// What it would need.
        bytes: usize,
    },
    /// Action and arguments are printable ASCII without `|`.
    #[error("the button {action:?} has an action or arguments that are not plain ASCII without '|'")]
    NotPlain {
        /// The action.
        action: String,
    },
}

/// What Telegram allows as a button's data.
pub const MAX_DATA_BYTES: usize = 64;

/// The key's file in the store's folder.
pub const FILE: &str = "callback.key";

const KEY_BYTES: usize = 32;
const MAC_BYTES: usize = 8;
const MINUTE_MS: u64 = 60_000;

impl CallbackKey {
    /// A key of these bytes: for tests and for the demo.
    #[must_use]
    pub fn of(bytes: [u8; KEY_BYTES]) -> Self {
        // A key shorter than the hash's block of 64 bytes counts as filled up with zeros.
        let mut block = [0; 64];
        block[..KEY_BYTES].copy_from_slice(&bytes);
        Self { keyed: Hmac::new(&block.into()) }
    }

    /// Reads `callback.key` in the folder, or makes it (mode 0600).
    ///
    /// # Errors
    /// When the file cannot be read or written, or does not hold a key.
    pub fn load_or_make(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => key_of(&bytes).map(Self::of).ok_or_else(|| not_a_key(&path, bytes.len())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let key = clock::random::<KEY_BYTES>();
                write_secret(folder, &path, &[&key[..], &crc32fast::hash(&key).to_le_bytes()].concat())?;
                Ok(Self::of(key))
            }
            Err(e) => Err(e),
        }
    }

    /// Makes the data of a button: `v1|action|args|who|until|mac`.
    ///
    /// # Errors
    /// When it does not fit into Telegram's 64 bytes, or is not plain ASCII.
    pub fn sign(&self, press: &Press<'_>) -> Result<String, Unsignable> {
        let action = || press.action.to_owned();
        let plain = |text: &str| text.bytes().all(|it| it.is_ascii_graphic() && it != b'|');
        if !plain(press.action) || !plain(press.args) {
            return Err(Unsignable::NotPlain { action: action() });
        }
        let who = press.only.map_or_else(|| "*".to_owned(), |it| base36(it.0.unsigned_abs()));
        let until = press.until.map_or_else(|| "-".to_owned(), |it| base36(it.0.div_ceil(MINUTE_MS)));
        let mut data = format!("v1|{}|{}|{who}|{until}", press.action, press.args);
        let mac = self.mac(&data, press.chat);
        data.push('|');
        data.push_str(&mac);
        if data.len() > MAX_DATA_BYTES {
            return Err(Unsignable::TooLong { action: action(), bytes: data.len() });
        }
        Ok(data)
    }

    /// Says what pressed data is worth, pressed in this chat, by this person, now.
    #[must_use]
    pub fn verify(&self, data: &str, chat: ChatId, presser: UserId, now: Moment) -> Verdict {
        let Some((signed, mac)) = data.rsplit_once('|') else {
            return Verdict::Forged;
        };
        // The spelling is compared, not the bytes it stands for: no second spelling passes.
        if !bool::from(self.mac(signed, chat).as_bytes().ct_eq(mac.as_bytes())) {
            return Verdict::Forged;
        }
        let mut parts = signed.split('|');
        let (Some("v1"), Some(action), Some(args), Some(who), Some(until), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Verdict::Forged;
        };
        if who != "*" && who != base36(presser.0.unsigned_abs()) {
            return Verdict::NotYours;
        }
        let minutes = if until == "-" { Ok(u64::MAX) } else { u64::from_str_radix(until, 36) };
        match minutes {
            Ok(minutes) if now.0 <= minutes.saturating_mul(MINUTE_MS) => {
                Verdict::Valid { action: action.to_owned(), args: args.to_owned() }
            }
            Ok(_) => Verdict::Stale,
            Err(_) => Verdict::Forged,
        }
    }

    fn mac(&self, signed: &str, chat: ChatId) -> String {
        let mut mac = self.keyed.clone();
        mac.update(signed.as_bytes());
        mac.update(&chat.0.to_le_bytes());
        BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()[..MAC_BYTES])
    }
}

impl std::fmt::Debug for CallbackKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallbackKey(..)")
    }
}

/// Writes beside and renames, so that a kill in between leaves no half key.
fn write_secret(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("key.new");
    match fs::remove_file(&beside) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()
}

/// The key in a file, and its checksum: with a spoiled key every older button would look forged. Files of earlier
/// versions have no checksum.
fn key_of(file: &[u8]) -> Option<[u8; KEY_BYTES]> {
    let (key, sum) = file.split_first_chunk::<KEY_BYTES>()?;
    (sum.is_empty() || *sum == crc32fast::hash(key).to_le_bytes()).then_some(*key)
}

fn not_a_key(path: &Path, bytes: usize) -> io::Error {
    let words = format!(
        "{} is damaged ({bytes} bytes): delete it, a new key is made and older buttons stop working",
        path.display()
    );
    io::Error::new(io::ErrorKind::InvalidData, words)
}

fn base36(mut number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut spelled = Vec::with_capacity(13);
    loop {
        spelled.push(DIGITS[usize::try_from(number % 36).unwrap_or(0)]);
        number /= 36;
        if number == 0 {
            break;
        }
    }
    spelled.iter().rev().map(|it| char::from(*it)).collect()
}
