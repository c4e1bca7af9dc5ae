//! How long to wait before trying again.

/// Doubles the ceiling with each attempt and waits a random part of it ("full jitter"): many who failed
/// together do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Ceiling of the first wait, in ms.
    pub base_ms: u64,
    /// Ceiling of every wait, in ms.
    pub cap_ms: u64,
}

impl Backoff {
    /// The longest wait before attempt `attempt` (0 is the first repetition), in ms.
    #[must_use]
    pub fn ceiling_ms(self, attempt: u32) -> u64 {
        let doubled = 1u64.checked_shl(attempt).unwrap_or(u64::MAX);
        self.base_ms.saturating_mul(doubled).min(self.cap_ms)
    }

    /// The wait that a random number chooses, from 0 to the ceiling, in ms.
    #[must_use]
    pub fn wait_ms(self, attempt: u32, random: u64) -> u64 {
        match self.ceiling_ms(attempt).checked_add(1) {
            Some(choices) => random % choices,
            None => random,
        }
    }
}
