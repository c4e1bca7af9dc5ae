//! What the house has set for membership.

use crate::domain::settings::settings;

settings! {
    /// How membership is set: `[features.membership]` of the configuration.
    #[derive(Copy, Eq)]
    pub struct Settings {
        /// Whether this office is open: groups for the subscribers of channels.
        enabled: bool = true;
        /// A notice that nobody answered is taken away after this long, in seconds.
        notice_ttl_s: u64 = 300, in 1..=172_800;
        /// Notices per minute and group; the last of them counts all further people. With 1 every notice is of that kind.
        notices_per_min: u32 = 3, in 1..=1_000_000;
        /// Actions that a group's ledger keeps; the oldest are forgotten first.
        ledger_per_group: u64 = 1_000, in 50..=100_000;
        /// A raid begins when so many times more strangers come per minute than usual in that group ..
        raid_factor: u32 = 10, in 2..=1_000;
        /// .. and this many at least. Then newcomers share one notice, deletions go in bulk, and the admins are told.
        raid_min_per_min: u32 = 20, in 2..=1_000_000;
        /// A join request that is still open is declined after this long, in seconds; 0 never.
        decline_after_s: u64 = 86_400, in 0..=2_592_000;
        /// Open join requests that one group follows; those beyond are left to its admins.
        requests_per_group: u32 = 1_000, in 0..=100_000;
        /// People per second that one group's `/verify`, `/simulate` and reconciler look at.
        walk_per_s: u32 = 5, in 1..=25;
        /// How often each group's reconciler compares our mutes with the truth, in hours.
        reconcile_every_h: u32 = 6, in 1..=720;
    }
}
