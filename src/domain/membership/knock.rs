//! The private chat of somebody who asked to be let in: the checklist that ticks itself.

use super::super::event::Pressed;
use super::draft::Draft;
use super::word::Word;

/// The button of the checklist.
pub(super) const ACTION: &str = "m.k";

/// A group tells what to join, or what was decided.
pub(super) fn told(_draft: &mut Draft<'_>, _word: &Word) {}

/// The button was pressed.
pub(super) fn pressed(_draft: &mut Draft<'_>, _pressed: &Pressed, _args: &str) {}
