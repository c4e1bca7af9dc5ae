//! `/verify`: checks one person, or everybody who is known, against the truth.

use super::super::event::Pressed;
use super::super::types::{Person, UserId};
use super::draft::{Draft, Voice};

/// The button that stops a check of many.
pub(super) const ACTION: &str = "m.v";
/// The alarm clock of its steps.
pub(super) const WAKE: &str = "walk";

/// An admin wants a check.
pub(super) fn asked(_draft: &mut Draft<'_>, _voice: Voice, _asker: &Person, _who: Option<UserId>) {}

/// The button was pressed.
pub(super) fn pressed(_draft: &mut Draft<'_>, _pressed: &Pressed, _args: &str) {}

/// The next step of a check of many is due.
pub(super) fn woke(_draft: &mut Draft<'_>) {}
