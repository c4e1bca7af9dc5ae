//! A group hears of somebody who joined or left one of its channels, and of the channel itself.

use super::draft::Draft;
use super::word::Word;

/// A channel tells.
pub(super) fn told(_draft: &mut Draft<'_>, _word: &Word) {}
