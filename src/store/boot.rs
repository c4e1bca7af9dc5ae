//! The boot counter: starts are counted on the disk, and each has numbers of its own that are above all earlier ones.

use super::keys;

/// Starts that a store may have forgotten that is put back or salvaged: numbers must rise all the same.
pub(super) const FORGOTTEN: u64 = 1_000;
/// Bits of a number that count within one boot.
const COUNTING: u32 = 40;
/// Boots that fit above them; then they begin anew.
const BOOTS: u64 = 0x7F_FFFF;

/// Where the counter stands.
#[must_use]
pub fn key() -> Vec<u8> {
    keys::meta("boot")
}

/// The counter as it is kept; 0 when there is none, or none that can be read.
#[must_use]
pub fn read(value: Option<&[u8]>) -> u64 {
    value.and_then(|it| std::str::from_utf8(it).ok()?.parse().ok()).unwrap_or(0)
}

/// The same to be kept.
#[must_use]
pub fn write(boot: u64) -> Vec<u8> {
    boot.to_string().into_bytes()
}

/// The first number of a boot.
#[must_use]
pub const fn first_of(boot: u64) -> u64 {
    (boot & BOOTS) << COUNTING
}

/// The boot that a number is of.
pub(super) const fn of(number: u64) -> u64 {
    (number >> COUNTING) & BOOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_is_read_back_from_what_is_kept_and_from_its_numbers() {
        for boot in [0, 1, 12, BOOTS] {
            assert_eq!(read(Some(&write(boot))), boot);
            assert_eq!((of(first_of(boot)), of(first_of(boot) + (1 << COUNTING) - 1)), (boot, boot));
        }
        assert!(first_of(2) > first_of(1));
        assert_eq!([None, Some(&b"x"[..]), Some(&[0xFF][..])].map(read), [0, 0, 0]);
    }
}
