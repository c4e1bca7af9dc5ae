//! Appeals: somebody says that they were stopped wrongly, and the admins decide.

use super::super::event::Pressed;
use super::draft::Draft;
use super::word::Word;

/// The button "Appeal", and the admins' answers to it.
pub(super) const ACTION: &str = "m.a";

/// A button of an appeal was pressed, in the group or in an admin's private chat.
pub(super) fn pressed(_draft: &mut Draft<'_>, _pressed: &Pressed, _args: &str) {}

/// An appeal reached an admin, or a decision the group.
pub(super) fn told(_draft: &mut Draft<'_>, _word: &Word) {}
