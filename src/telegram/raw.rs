//! Updates before they are decoded: where one ends and the next begins, and which id it has.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

/// No update of Telegram's is nested deeper; deeper ones are kept without being decoded.
pub const MAX_DEPTH: usize = 64;

/// One update of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawUpdate {
    /// Its id, if it has one.
    pub id: Option<u64>,
    /// Its JSON, in memory of its own, so that one waiting update does not hold the whole batch.
    pub json: Bytes,
}

/// The answer to `getUpdates` was not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("getUpdates answered something that is no list of updates, at byte {at}")]
pub struct NotABatch {
    /// How far it could be read.
    pub at: usize,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    result: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Head {
    update_id: u64,
}

/// Splits `{"ok":true,"result":[..]}` into its updates without decoding them.
///
/// # Errors
/// When the whole is no such list. An element that nobody understands is no error.
pub fn split(body: &[u8]) -> Result<Vec<RawUpdate>, NotABatch> {
    let answer: Answer = serde_json::from_slice(body).map_err(|error| NotABatch { at: error.column() })?;
    Ok(answer.result.into_iter().map(|it| RawUpdate::new(it.get().as_bytes())).collect())
}

impl RawUpdate {
    fn new(json: &[u8]) -> Self {
        let id = serde_json::from_slice(json).ok().map(|head: Head| head.update_id);
        Self { id, json: Bytes::copy_from_slice(json) }
    }
}

/// Whether brackets nest deeper than [`MAX_DEPTH`]. Reads every byte at most twice.
#[must_use]
pub fn is_too_deep(json: &[u8]) -> bool {
    // `[` and `{` differ in one bit; so few of them cannot nest too deeply, and counting is quick.
    let brackets = json.iter().filter(|it| (**it | 0x20) == b'{').count();
    brackets > MAX_DEPTH && depth(json) > MAX_DEPTH
}

fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    deepest
}

fn skip_string(bytes: &mut std::slice::Iter<u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn updates_are_split_without_a_look_inside() {
        let body = br#"{"ok":true, "result":[ {"update_id":7,"message":{"text":"}],["}} , {"update_id":9,"unheard_of":[1]}, 5 ]}"#;
        let split = split(body).unwrap();
        let ids: Vec<_> = split.iter().map(|it| it.id).collect();
        assert_eq!(ids, [Some(7), Some(9), None]);
        assert_eq!(&split[0].json[..], br#"{"update_id":7,"message":{"text":"}],["}}"#);
        assert_eq!(&split[2].json[..], b"5");
    }

    #[test]
    fn one_strange_update_does_not_spoil_its_neighbours() {
        let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
        let body = format!(r#"{{"ok":true,"result":[{{"update_id":1,"x":{deep}}},{{"update_id":2}}]}}"#);
        let split = split(body.as_bytes()).unwrap();
        assert_eq!(split.len(), 2);
        assert_eq!(split[1].id, Some(2));
        assert!(is_too_deep(&split[0].json));
    }

    #[test]
    fn what_is_no_batch_is_said_to_be_none() {
        for body in ["", "null", "<html>", r#"{"ok":true}"#, r#"{"ok":true,"result":{}}"#, r#"{"result":[{]}"#] {
            assert!(split(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn depth_is_measured_outside_of_strings() {
        let nested = |levels: usize| format!("{}{}", "[{\"a\":".repeat(levels / 2), "}]".repeat(levels / 2));
        let table = [
            (nested(MAX_DEPTH), false),
            (nested(MAX_DEPTH + 2), true),
            ("[".repeat(MAX_DEPTH + 1), true),
            ("[]".repeat(500), false),
            (format!("\"{}\"", "[".repeat(500)), false),
            (format!(r#""\"{}""#, "[".repeat(500)), false),
            (format!(r#""\\"{}"#, "[".repeat(500)), true),
            (String::new(), false),
        ];
        for (json, deep) in table {
            assert_eq!(is_too_deep(json.as_bytes()), deep, "{json}");
        }
    }
}
