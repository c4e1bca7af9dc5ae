//! The answers that are no success, in the official server's words.

use super::flood::Wait;
use serde_json::{Value, json};

/// A call that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// HTTP status and `error_code`.
    pub(super) code: u16,
    /// What Telegram would say.
    pub(super) description: String,
    /// Seconds to wait.
    pub(super) retry_after: Option<u32>,
    /// Where the group has gone.
    pub(super) migrate_to: Option<i64>,
    /// The call came although it had been told to wait.
    pub(super) early: bool,
}

impl Refusal {
    pub(super) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None, migrate_to: None, early: false }
    }

    /// 400, with the first letter lowered unless the words are a CONSTANT.
    pub(super) fn bad(words: impl AsRef<str>) -> Self {
        let words = words.as_ref();
        let constant = words.as_bytes().get(1).is_some_and(|it| it.is_ascii_uppercase() || *it == b'_');
        if constant {
            return Self::new(400, format!("Bad Request: {words}"));
        }
        let mut letters = words.chars();
        let first = letters.next().map(|it| it.to_lowercase().to_string()).unwrap_or_default();
        Self::new(400, format!("Bad Request: {first}{}", letters.as_str()))
    }

    /// 403.
    pub(super) fn forbidden(words: impl AsRef<str>) -> Self {
        Self::new(403, format!("Forbidden: {}", words.as_ref()))
    }

    /// 409.
    pub(super) fn conflict(words: &str) -> Self {
        Self::new(409, format!("Conflict: {words}"))
    }

    /// 429.
    pub(super) fn flood(seconds: u32) -> Self {
        let seconds = seconds.max(1);
        Self { retry_after: Some(seconds), ..Self::new(429, format!("Too Many Requests: retry after {seconds}")) }
    }

    /// 429 of a call that had to wait, with whether it knew.
    pub(super) fn wait(wait: Wait) -> Self {
        Self { early: wait.early, ..Self::flood(wait.seconds) }
    }

    /// 400 of a group that has become a supergroup.
    pub(super) fn migrated(to: i64) -> Self {
        Self { migrate_to: Some(to), ..Self::new(400, "Bad Request: group chat was upgraded to a supergroup chat") }
    }

    /// The body of the answer.
    pub(super) fn body(&self) -> Vec<u8> {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        let mut parameters = serde_json::Map::new();
        if let Some(seconds) = self.retry_after {
            parameters.insert("retry_after".into(), seconds.into());
        }
        if let Some(to) = self.migrate_to {
            parameters.insert("migrate_to_chat_id".into(), to.into());
        }
        if !parameters.is_empty() {
            body["parameters"] = Value::Object(parameters);
        }
        body.to_string().into_bytes()
    }
}
