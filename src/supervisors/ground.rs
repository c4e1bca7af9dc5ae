//! What every supervisor stands on: the census, the slots, time and chance.

use super::census::Census;
use crate::clock;
use crate::protocol::slot::Slots;

/// Shared by the whole tree. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Where supervisors say how their children are.
    pub census: Census,
    /// Where actors say what they are doing.
    pub slots: Slots,
    /// The monotonic clock, in ms.
    pub now_ms: fn() -> u64,
    /// A random number below a bound.
    pub below: fn(u64) -> u64,
}

impl Default for Ground {
    fn default() -> Self {
        let (census, slots) = Default::default();
        Self { census, slots, now_ms: clock::tick_ms, below: clock::random_below }
    }
}
