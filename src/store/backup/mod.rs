//! Backups: one file with everything that a house needs to go on elsewhere, as it was at one moment.
//!
//! ```text
//! head | part | part | .. | manifest | end
//! ```
//! A part holds rows that were seen, changes that were made meanwhile, or a file of the store's folder. What
//! stands later in the file holds. Each part has its checksum, the end has one over everything before it, and the
//! store's own ledger says whether all rows together are what the store was at that moment.

pub mod create;
mod error;
mod folder;
mod format;
mod held;
mod keep;
mod manifest;
mod name;
mod nest;
mod parts;
mod read;
mod restore;
mod source;
mod survey;
mod tally;
mod transfer;
mod verify;

#[cfg(test)]
mod tests;

pub use create::{Made, Order, Progress, create};
pub use error::{BackupError, DiskError, RestoreError, disk};
pub use folder::{Listed, files_of, free_name, list, note_version, prune, sweep, version_of};
pub use held::{Held, HeldWhat, held_id, held_of, rests};
pub use keep::{Keep, kept, next_after};
pub use manifest::{KindCount, Manifest};
pub use name::{Why, file_name};
pub use read::Damage;
pub use restore::{RestoreWays, Restored, RestoredRow, restore};
pub use source::Live;
pub use survey::survey;
pub use tally::Tally;
pub use transfer::{export, import};
pub use verify::{Verdict, verify};
