//! The group's door: people who come in, and people who ask to.

use super::super::event::{JoinRequested, Moved};
use super::draft::Draft;
use super::word::Word;

/// Somebody came, went, or was changed by another hand.
pub(super) fn moved(_draft: &mut Draft<'_>, _moved: &Moved) {}

/// Somebody asks to be let in.
pub(super) fn requested(_draft: &mut Draft<'_>, _request: &JoinRequested) {}

/// Something about an open request: its time has come, or somebody joined a channel.
pub(super) fn told(_draft: &mut Draft<'_>, _word: &Word) {}
