//! `/undo`: takes back what was done to a person, in the last minutes, or in a raid.

use super::super::event::Pressed;
use super::super::types::Person;
use super::draft::{Draft, Voice};
use super::order::Undo;

/// The button that confirms an undo of many.
pub(super) const ACTION: &str = "m.u";

/// An admin wants something undone.
pub(super) fn asked(_draft: &mut Draft<'_>, _voice: Voice, _asker: &Person, _what: Undo) {}

/// The button was pressed.
pub(super) fn pressed(_draft: &mut Draft<'_>, _pressed: &Pressed, _args: &str) {}
