//! `/export` and `/import`: a group's settings as a file.

use super::super::event::Said;
use super::super::types::Person;
use super::draft::{Draft, Voice};
use super::word::Word;

/// The file that a message carries or answers.
pub(super) fn file(_said: &Said) -> Option<String> {
    None
}

/// Hands the settings out.
pub(super) fn export(_draft: &mut Draft<'_>, _voice: Voice, _asker: &Person) {}

/// Takes settings in.
pub(super) fn import(_draft: &mut Draft<'_>, _voice: Voice, _asker: &Person, _file: Option<&str>) {}

/// The command line wants this group guarded.
pub(super) fn told(_draft: &mut Draft<'_>, _word: &Word) {}
