//! Before another version of the program first uses a store, a backup of it is made.

use crate::actors::backup::{keep, order, tell_done, tell_failed};
use crate::clock;
use crate::config::Settings;
use crate::store::backup::{self as backups, Why};
use crate::store::offline::Offline;

/// Makes that backup, if it is wanted and this version has not used the store yet. When it cannot be made that is
/// told and the start goes on: migrations can be repeated, and a house that does not start helps nobody.
pub(super) fn back_up_before(settings: &Settings) {
    let known = backups::version_of(&settings.store.path);
    if !settings.backup.enabled || known.as_deref() == Some(env!("CARGO_PKG_VERSION")) {
        return;
    }
    // A store that does not open is told of when it is opened in earnest; where there is none, nothing is lost.
    let Ok(store) = Offline::open_as_is(&settings.store) else { return };
    let began_ms = clock::tick_ms();
    let folder = settings.backup.folder(&settings.store);
    let order = order(settings, &folder, None, Why::Upgrade, store.bytes());
    match store.back_up(&order) {
        Ok(made) => {
            let gone = backups::prune(&folder, keep(&settings.backup)).map_or(0, |it| it.len());
            tell_done(&made, clock::tick_ms().saturating_sub(began_ms), gone);
        }
        Err(error) => tell_failed(&error),
    }
}

/// Notes that this version uses the store. Where that fails the next start makes a backup too many.
pub(super) fn note_version(settings: &Settings) {
    let _a_backup_too_many = backups::note_version(&settings.store.path, env!("CARGO_PKG_VERSION"));
}
