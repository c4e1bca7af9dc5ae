//! `/protection`: how the group stands and how it is guarded, with buttons to change it.

use super::super::event::Pressed;
use super::super::types::Person;
use super::draft::{Draft, Voice};

/// The buttons of the panel.
pub(super) const ACTION: &str = "m.p";

/// Shows the panel.
pub(super) fn open(_draft: &mut Draft<'_>, _voice: Voice, _asker: &Person) {}

/// A button of the panel was pressed.
pub(super) fn pressed(_draft: &mut Draft<'_>, _pressed: &Pressed, _args: &str) {}
