//! `[features.*]`: the offices.

use super::check::Check;
use serde::{Deserialize, Serialize};

/// `[features.*]`: the offices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Features {
    /// `[features.membership]`
    pub membership: Membership,
    /// `[features.drill]`
    pub drill: Drill,
}

/// `[features.membership]`: groups for the subscribers of channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Membership {
    /// Whether the office is open.
    pub enabled: bool,
    /// A notice that nobody answered is taken away after this long, in seconds.
    pub notice_ttl_s: u64,
    /// Notices per minute and group before they collapse into one that counts.
    pub notices_per_min: u32,
}

/// `[features.drill]`: owners may break things on purpose, to see them come back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drill {
    /// Whether `/drill` works. Off unless you are rehearsing.
    pub enabled: bool,
}

impl Default for Membership {
    fn default() -> Self {
        Self { enabled: true, notice_ttl_s: 300, notices_per_min: 6 }
    }
}

impl Features {
    pub(super) fn validate(&self, check: &mut Check) {
        let membership = &self.membership;
        check.within("features.membership.notice_ttl_s", membership.notice_ttl_s, 1..=172_800);
        check.within("features.membership.notices_per_min", membership.notices_per_min, 1..=1_000_000);
    }
}
