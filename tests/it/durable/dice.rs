//! Random choices that can be repeated: the same seed, the same story.

/// Dice with a seed.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// From `DICE` in the environment, or from the clock; the seed is printed, to be seen when a test fails.
    pub fn new(name: &str) -> Self {
        let given = std::env::var("DICE").ok().and_then(|it| it.parse().ok());
        let seed: u64 = given.unwrap_or_else(majordomo::clock::now_us);
        eprintln!("{name}: DICE={seed}");
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }

    /// Whether this happens, `n` times out of a hundred.
    pub fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }
}
