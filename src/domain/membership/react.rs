//! Reactions of strangers, in groups that count them as writing.

use super::super::event::Reacted;
use super::draft::Draft;

/// Somebody put a reaction under a message, or took one away.
pub(super) fn reacted(_draft: &mut Draft<'_>, _reacted: &Reacted) {}
