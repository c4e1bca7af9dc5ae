//! The parameters of a call, however they were sent.

use super::multipart::{self, Uploads};
use super::refusal::Refusal;
use bytes::Bytes;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Parameters by name, and the files that came with them.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters(pub(super) Map<String, Value>, pub(super) Uploads);

impl Parameters {
    /// Reads a JSON body, a form body of either kind, or both with the query string.
    pub(super) fn read(query: Option<&str>, content_type: &str, body: &Bytes) -> Result<Self, Refusal> {
        let mut all = query.map(form).unwrap_or_default();
        let mut files = Uploads::new();
        if body.is_empty() {
            return Ok(Self(all, files));
        }
        let unreadable = || Refusal::bad("Can't parse JSON object");
        if content_type.starts_with("application/json") {
            let given: Map<String, Value> = serde_json::from_slice(body).map_err(|_| unreadable())?;
            if all.is_empty() {
                return Ok(Self(given, files));
            }
            all.extend(given);
        } else if content_type.starts_with("application/x-www-form-urlencoded") {
            all.extend(form(&String::from_utf8_lossy(body)));
        } else if content_type.starts_with("multipart/form-data") {
            let read = multipart::read(content_type, body);
            let (fields, uploads) = read.ok_or_else(|| Refusal::bad("Can't parse multipart/form-data"))?;
            all.extend(fields);
            files = uploads;
        } else if !content_type.is_empty() {
            return Err(Refusal::new(400, "Bad Request: [sim] this content type is not modelled"));
        }
        Ok(Self(all, files))
    }

    /// The value as text: Telegram takes numbers for strings and the other way round.
    pub(super) fn text(&self, name: &str) -> Cow<'_, str> {
        match self.0.get(name) {
            None | Some(Value::Null) => Cow::Borrowed(""),
            Some(Value::String(text)) => Cow::Borrowed(text),
            Some(other) => Cow::Owned(other.to_string()),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        match self.0.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(_) => true,
        }
    }

    /// A whole number, 0 when absent or unreadable.
    pub(super) fn number(&self, name: &str) -> i64 {
        match self.0.get(name) {
            Some(Value::Number(number)) => number.as_i64().unwrap_or(0),
            Some(Value::String(text)) => text.trim().parse().unwrap_or(0),
            _ => 0,
        }
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => ["true", "yes", "1"].contains(&text.to_lowercase().as_str()),
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// A nested object or list, which may come as JSON or as text that holds JSON.
    pub(super) fn json(&self, name: &str, unreadable: &str) -> Result<Value, Refusal> {
        match self.0.get(name) {
            Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| Refusal::bad(unreadable)),
            Some(value) => Ok(value.clone()),
            None => Err(Refusal::bad(unreadable)),
        }
    }

    /// A person's id.
    pub(super) fn user(&self) -> Result<i64, Refusal> {
        match self.number("user_id") {
            user if user > 0 => Ok(user),
            _ => Err(Refusal::bad("Invalid user_id specified")),
        }
    }

    /// The chat as a number, if it was given as one: for faults and waits.
    pub(super) fn chat(&self) -> Option<i64> {
        match self.number("chat_id") {
            0 => None,
            id => Some(id),
        }
    }
}

/// Reads `a=1&b=2`.
pub(super) fn form(text: &str) -> Map<String, Value> {
    let pairs = text.split('&').filter(|it| !it.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (unescape(name), Value::String(unescape(value)))
        })
        .collect()
}

/// Undoes `%41` and `+`.
pub(super) fn unescape(text: &str) -> String {
    let raw = text.as_bytes();
    let mut bytes = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        let escaped = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match escaped.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(value) => {
                bytes.push(value);
                at += 3;
            }
            None => {
                bytes.push(if *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
