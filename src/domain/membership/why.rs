//! `/why`: what was done to a person here, why, and until when.

use super::super::types::{Person, UserId};
use super::draft::{Draft, Voice};

/// Somebody wants to know.
pub(super) fn asked(_draft: &mut Draft<'_>, _voice: Voice, _asker: &Person, _who: Option<UserId>) {}
