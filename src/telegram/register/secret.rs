//! What is kept about the webhook in the store's folder: its secret and the address set last.

use crate::clock;
use data_encoding::BASE64URL_NOPAD;
use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const SECRET: &str = "webhook.secret";
const ADDRESS: &str = "webhook.url";

/// The secret that Telegram sends along: the configured one, or the one kept in the folder, made on the
/// first call.
///
/// # Errors
/// When the folder cannot be read or written, or the configured or kept secret is none that Telegram takes
/// (1 to 256 of `A-Z a-z 0-9 _ -`).
pub fn secret(configured: &str, folder: &Path) -> Result<String, Error> {
    if !configured.is_empty() {
        return checked(configured.to_owned(), "telegram.webhook.secret");
    }
    let path = folder.join(SECRET);
    match fs::read_to_string(&path) {
        Ok(kept) => checked(kept.trim_end().to_owned(), &path.display().to_string()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let made = BASE64URL_NOPAD.encode(&clock::random::<32>());
            write_private(&path, &made)?;
            Ok(made)
        }
        Err(error) => Err(error),
    }
}

/// The address that was set last, by this process or an earlier one.
#[must_use]
pub fn known_address(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join(ADDRESS)).ok().filter(|it| !it.is_empty())
}

/// Remembers the address. When that fails, a later change of the address looks foreign: an alert too many.
pub(super) fn remember_address(folder: &Path, url: &str) {
    if known_address(folder).as_deref() != Some(url) {
        let _ = write_private(&folder.join(ADDRESS), url);
    }
}

fn checked(secret: String, from: &str) -> Result<String, Error> {
    let fits = (1..=256).contains(&secret.len())
        && secret.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'-');
    if fits {
        return Ok(secret);
    }
    let words = format!("{from}: Telegram takes 1 to 256 characters of A-Z a-z 0-9 _ - as a secret");
    Err(Error::new(ErrorKind::InvalidData, words))
}

/// Writes beside and renames, so that a crash leaves the old file or the new one, never half of one.
fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    let beside = path.with_added_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
