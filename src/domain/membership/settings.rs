//! What the house has set for membership.

use serde::{Deserialize, Serialize};

/// How membership is set: `[features.membership]` of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether the office is open.
    pub enabled: bool,
    /// A notice is taken away after this long, in seconds.
    pub notice_ttl_s: u64,
    /// Notices per minute and group; the last of them counts all further people. More than 30 count as 30.
    pub notices_per_min: u32,
    /// Deeds that a group's ledger keeps; the oldest are forgotten first.
    pub ledger_per_group: u64,
    /// A raid begins when strangers come so many times faster than usual ..
    pub raid_factor: u32,
    /// .. and so many per minute at least.
    pub raid_min_per_min: u32,
    /// A join request that is still open is declined after this long, in seconds; 0 never.
    pub decline_after_s: u64,
    /// Open join requests that one group follows; those beyond are left to its admins.
    pub requests_per_group: u32,
    /// People per second that one group's `/verify`, `/simulate` and reconciler look at.
    pub walk_per_s: u32,
    /// How often each group's reconciler compares our mutes with the truth, in hours.
    pub reconcile_every_h: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            notice_ttl_s: 300,
            notices_per_min: 3,
            ledger_per_group: 1_000,
            raid_factor: 10,
            raid_min_per_min: 20,
            decline_after_s: 86_400,
            requests_per_group: 1_000,
            walk_per_s: 5,
            reconcile_every_h: 6,
        }
    }
}
