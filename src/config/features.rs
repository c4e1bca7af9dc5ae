//! `[features.*]`: the offices.

use super::check::Check;
pub use crate::domain::membership::Settings as Membership;
pub use crate::domain::hub::Settings as Hub;
use serde::{Deserialize, Serialize};

/// `[features.*]`: the offices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Features {
    /// `[features.membership]`
    pub membership: Membership,
    /// `[features.hub]`
    pub hub: Hub,
    /// `[features.drill]`
    pub drill: Drill,
}

/// `[features.drill]`: owners may break things on purpose, to see them come back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drill {
    /// Whether `/drill` works. Off unless you are rehearsing.
    pub enabled: bool,
}

impl Features {
    pub(super) fn validate(&self, check: &mut Check) {
        let membership = &self.membership;
        check.within("features.membership.notice_ttl_s", membership.notice_ttl_s, 1..=172_800);
        check.within("features.membership.notices_per_min", membership.notices_per_min, 1..=1_000_000);
        check.within("features.membership.ledger_per_group", membership.ledger_per_group, 50..=100_000);
        check.within("features.membership.raid_factor", membership.raid_factor, 2..=1_000);
        check.within("features.membership.raid_min_per_min", membership.raid_min_per_min, 2..=1_000_000);
        check.within("features.membership.decline_after_s", membership.decline_after_s, 0..=2_592_000);
        check.within("features.membership.requests_per_group", membership.requests_per_group, 0..=100_000);
        check.within("features.membership.walk_per_s", membership.walk_per_s, 1..=25);
        check.within("features.membership.reconcile_every_h", membership.reconcile_every_h, 1..=720);
    }
}
