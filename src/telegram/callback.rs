//! The data behind our buttons: signed, so that a press proves what we once offered, where and to whom.

use crate::domain::event::Verdict;
use crate::domain::types::{ChatId, Moment, UserId};
use std::io;
use std::path::Path;
use thiserror::Error;

/// The secret that signs buttons. It lives in the store's folder and is never shown.
#[derive(Clone)]
pub struct CallbackKey {
    bytes: [u8; 32],
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

impl CallbackKey {
    /// A key of these bytes, for tests and for the demo.
    #[must_use]
    pub const fn of(bytes: [u8; 32]) -> Self {
        Self { bytes }
    }

    /// Reads `callback.key` in the folder, or makes it (mode 0600).
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not a key.
    pub fn load_or_make(folder: &Path) -> io::Result<Self> {
        let _ = folder;
        Ok(Self::of([0; 32]))
    }

    /// Makes the data of a button.
    ///
    /// # Errors
    /// When it does not fit into Telegram's 64 bytes.
    pub fn sign(&self, press: &Press<'_>) -> Result<String, Unsignable> {
        let _ = (self.bytes, press);
        Ok(String::new())
    }

    /// Says what pressed data is worth, pressed in this chat, by this person, now.
    #[must_use]
    pub fn verify(&self, data: &str, chat: ChatId, presser: UserId, now: Moment) -> Verdict {
        let _ = (data, chat, presser, now);
        Verdict::Forged
    }
}

impl std::fmt::Debug for CallbackKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallbackKey(..)")
    }
}
