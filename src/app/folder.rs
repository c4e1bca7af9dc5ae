//! What the house keeps in the store's folder, opened before anything else; a full disk is waited for.

use super::build::{StartError, end};
use super::{Exit, upgrade};
use crate::config::{self, Settings};
use crate::protocol::inhand::{InHand, Leftover};
use crate::store::{Batch, Handle, OpenError, Store, StoreError, boot, free_bytes};
use crate::supervisors::last_words;
use crate::telegram::{CallbackKey, register};
use crate::telemetry::{Line, events};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Everything in the folder, open.
pub(super) struct Kept {
    pub(super) store: Handle,
    pub(super) key: Arc<CallbackKey>,
    pub(super) secret: String,
    /// The number of this start.
    pub(super) boot: u64,
    pub(super) in_hand: InHand,
    /// What the last process had in hand when it died.
    pub(super) left: Vec<Leftover>,
}

/// Threads that may decide at the same time.
const THREADS: usize = 64;
/// How often a full disk is tried.
const AGAIN: Duration = Duration::from_secs(1);

/// Opens everything, as soon as there is room for it.
///
/// # Errors
/// All but a full disk.
pub(super) async fn open(settings: &Settings) -> Result<Kept, StartError> {
    let (mut told, mut backed_up) = (false, false);
    loop {
        match once(settings, &mut backed_up).await {
            Err(error) if error.is_full() => {
                if !told {
                    tell_full(&error);
                }
                told = true;
                tokio::time::sleep(AGAIN).await;
            }
            opened => return opened,
        }
    }
}

fn tell_full(error: &StartError) {
    Line::new(&events::STORE_FULL)
        .actor("store")
        .reason(error)
        .next("the start goes on by itself when there is room")
        .act("free some space on the disk of store.path")
        .emit();
}

/// Whether more is free than the reserve, as far as it can be known.
fn has_room(settings: &config::Store) -> bool {
    let there = settings.path.ancestors().find_map(|it| free_bytes(it).ok());
    there.is_none_or(|it| it >= settings.reserve_bytes)
}

/// A backup before an upgrade is tried once: each further one would take room away.
async fn once(settings: &Settings, backed_up: &mut bool) -> Result<Kept, StartError> {
    if !has_room(&settings.store) {
        return Err(OpenError::Full { path: settings.store.path.clone() }.into());
    }
    let all = settings.clone();
    let first = !std::mem::replace(backed_up, true);
    let opened = tokio::task::spawn_blocking(move || {
        if first {
            upgrade::back_up_before(&all);
        }
        let store = Handle::open(&all.store)?;
        upgrade::note_version(&all);
        Ok::<_, OpenError>(store)
    });
    let store = opened.await.map_err(|it| StartError::Tree(it.to_string()))??;
    last_words::keep_in(&settings.store.path);
    store.on_fatal(|why| end(&format!("the store failed: {why}"), Exit::Store));
    let rest = rest(settings, &store).await;
    if rest.is_err() {
        store.close().await; // or the next try would find the folder taken
    }
    rest
}

/// `inhand` comes last: what is read there is forgotten there.
async fn rest(settings: &Settings, store: &Handle) -> Result<Kept, StartError> {
    let path = &settings.store.path;
    let key = Arc::new(CallbackKey::load_or_make(path).map_err(|it| file(path, "callback.key", &it))?);
    let secret = register::secret(&settings.telegram.webhook.secret, path);
    let secret = secret.map_err(|it| file(path, "webhook.secret", &it))?;
    let boot = count_boot(store).await?;
    let (in_hand, left) = InHand::open(&path.join("inhand"), THREADS).map_err(|it| file(path, "inhand", &it))?;
    Ok(Kept { store: store.clone(), key, secret, boot, in_hand, left })
}

fn file(folder: &Path, name: &str, error: &io::Error) -> StartError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            StartError::Open(OpenError::Full { path: folder.to_path_buf() })
        }
        _ => StartError::File(format!("{name} in {}: {error}", folder.display())),
    }
}

/// Boots are counted on the disk: numbers rise across restarts without asking a clock.
async fn count_boot(store: &Handle) -> Result<u64, StoreError> {
    let before = store.get(boot::key()).await?;
    let boot = boot::read(before.as_ref().map(|it| &*it.value)) + 1;
    let mut batch = Batch::default();
    batch.put(boot::key(), boot::write(boot));
    store.commit(batch).await?;
    Ok(boot)
}
