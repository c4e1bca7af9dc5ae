//! The header before each value: format, revision, and a checksum over key, header and value.

use super::Record;

/// What is written now.
pub(super) const FORMAT: u8 = 1;

/// Format (1), revision (8), checksum (4).
const HEADER: usize = 13;

/// First bytes below this are formats; any other begins a bare JSON text, which is format 0.
const FIRST_BARE: u8 = 0x20;

/// A value that is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Damage {
    /// Too short, or of a format that no version has written.
    #[error("the header is not one of ours")]
    Header,
    /// Not what was written under this key.
    #[error("the checksum does not fit")]
    Checksum,
}

/// Makes the bytes that are kept.
pub(super) fn pack(key: &[u8], revision: u64, value: &[u8]) -> Vec<u8> {
    pack_as(FORMAT, key, revision, value)
}

/// Makes the bytes that are kept, in a given format.
pub(super) fn pack_as(format: u8, key: &[u8], revision: u64, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + value.len());
    bytes.push(format);
    bytes.extend_from_slice(&revision.to_be_bytes());
    let sum = checksum(key, &bytes, value);
    bytes.extend_from_slice(&sum.to_be_bytes());
    bytes.extend_from_slice(value);
    bytes
}

/// Reads the bytes that were kept.
pub(super) fn unpack(key: &[u8], bytes: &[u8]) -> Result<Record, Damage> {
    let (header, value) = split(bytes)?;
    let record = Record { format: header.format, revision: header.revision, value: value.to_vec() };
    if checksum(key, &bytes[..9], value) == header.sum { Ok(record) } else { Err(Damage::Checksum) }
}

/// Whether the bytes are from before there were headers.
pub(super) fn is_bare(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|it| *it >= FIRST_BARE)
}

struct Header {
    format: u8,
    revision: u64,
    sum: u32,
}

fn split(bytes: &[u8]) -> Result<(Header, &[u8]), Damage> {
    let (format, rest) = bytes.split_first().ok_or(Damage::Header)?;
    let (revision, rest) = rest.split_first_chunk::<8>().ok_or(Damage::Header)?;
    let (sum, value) = rest.split_first_chunk::<4>().ok_or(Damage::Header)?;
    if *format == 0 || *format >= FIRST_BARE {
        return Err(Damage::Header);
    }
    let header = Header { format: *format, revision: u64::from_be_bytes(*revision), sum: u32::from_be_bytes(*sum) };
    Ok((header, value))
}

fn checksum(key: &[u8], header: &[u8], value: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(key);
    sum.update(header);
    sum.update(value);
    sum.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back() {
        for value in [&b""[..], b"{}", &[0xff; 300]] {
            let bytes = pack(b"key", 7, value);
            assert_eq!(unpack(b"key", &bytes), Ok(Record { revision: 7, format: 1, value: value.to_vec() }));
            assert!(!is_bare(&bytes));
        }
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        let bytes = pack(b"key", 7, b"{\"a\":1}");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(unpack(b"key", &flipped).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_value_under_another_key_or_cut_short_is_noticed() {
        let bytes = pack(b"key", 7, b"{}");
        assert_eq!(unpack(b"kez", &bytes), Err(Damage::Checksum));
        for length in 0..bytes.len() {
            assert!(unpack(b"key", &bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn bare_json_is_told_from_a_framed_value() {
        for bare in [&b"{}"[..], b"[1]", b"\"a\"", b"12", b"null"] {
            assert!(is_bare(bare));
        }
        assert!(!is_bare(b""));
    }
}
