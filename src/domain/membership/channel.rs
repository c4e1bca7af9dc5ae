//! A channel's own chat: which groups ask for it, and who comes and goes.

use super::super::event::Moved;
use super::draft::Draft;
use super::word::Word;

/// Somebody joined or left the channel.
pub(super) fn moved(_draft: &mut Draft<'_>, _moved: &Moved) {}

/// Our own standing in the channel changed.
pub(super) fn placed(_draft: &mut Draft<'_>, _placed: &Moved) {}

/// A group links itself, or lets go.
pub(super) fn told(_draft: &mut Draft<'_>, _word: &Word) {}
