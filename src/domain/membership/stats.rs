//! `/stats`: what the guard did here, by day.

use super::super::types::Person;
use super::draft::{Draft, Voice};

/// An admin wants to see.
pub(super) fn asked(_draft: &mut Draft<'_>, _voice: Voice, _asker: &Person) {}
