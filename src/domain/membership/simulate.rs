//! `/simulate`: who of the last day would have been stopped by other settings.

use super::super::fact::ChatRef;
use super::super::types::Person;
use super::draft::{Draft, Voice};

/// An admin wants to know.
pub(super) fn asked(_draft: &mut Draft<'_>, _voice: Voice, _asker: &Person, _channels: &[ChatRef]) {}
