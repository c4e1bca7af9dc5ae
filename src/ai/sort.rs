//! From a status, headers and the first bytes of a refusal to a [`Failure`].

use super::failure::{Failure, Tried};
use crate::domain::limits::TripReason;
use crate::domain::types::Moment;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// The longest code of a provider that is repeated in our words, in bytes.
const CODE_BYTES: usize = 48;
/// A wait longer than this is taken for this long, in ms: nobody means more than a day, and a wrong clock might.
const WAIT_CAP_MS: u64 = 86_400_000;
/// Numbers up to this many are seconds until then; larger ones are seconds since 1970.
const SECONDS_AHEAD: f64 = 1e8;

/// What a provider said when it did not answer.
#[derive(Debug, Default)]
pub(super) struct Refusal {
    /// The status, or the one that belongs to what it said in mid-stream; 0 when none does.
    pub status: u16,
    /// It asked to wait so long.
    pub retry_after_ms: Option<u64>,
    /// Its own short code, if it is fit to be repeated.
    pub code: String,
    /// Everything it said, in small letters: looked into, never repeated.
    words: String,
}

impl Refusal {
    /// Of an answer with a status other than 2xx.
    pub fn of(status: StatusCode, headers: &HeaderMap, body: &[u8], key: &str, now: Moment) -> Self {
        let retry_after_ms = retry_after_ms(headers, now);
        let said = serde_json::from_slice::<Value>(body).unwrap_or(Value::Null);
        let words = String::from_utf8_lossy(body).to_lowercase();
        Self { status: status.as_u16(), retry_after_ms, code: code_of(&said, key), words }
    }

    /// Of an error that came within an answer with status 200.
    pub fn in_stream(said: &Value, key: &str) -> Self {
        let number = |key: &str| said["error"][key].as_u64().or_else(|| said[key].as_u64());
        let status = number("code").or_else(|| number("status")).and_then(|it| u16::try_from(it).ok());
        let words = said.to_string().to_lowercase();
        Self { status: status.unwrap_or(0), retry_after_ms: None, code: code_of(said, key), words }
    }

    /// The failure that this is.
    pub fn failure(self, tried: Box<Tried>) -> Failure {
        let (why, retry_after_ms) = (self.why(), self.retry_after_ms);
        let down = |reason, why| Failure::Down { tried: tried.clone(), reason, why, retry_after_ms };
        match self.status {
            402 => Failure::Spent { tried, why },
            _ if self.says(SPENT) => Failure::Spent { tried, why },
            429 | 529 => Failure::Flood { tried, retry_after_ms },
            _ if self.says(FLOOD) => Failure::Flood { tried, retry_after_ms },
            401 | 403 if self.says(RULES) => Failure::Refused { tried, why },
            401 | 403 => Failure::Key { tried, why },
            _ if self.says(KEY) => Failure::Key { tried, why },
            413 => Failure::TooLong { tried, why },
            408 | 504 => down(TripReason::TimedOut, why),
            500.. => down(TripReason::ServerError, why),
            _ if self.says(LONG) => Failure::TooLong { tried, why },
            404 => Failure::Model { tried, why },
            _ if self.says(MODEL) => Failure::Model { tried, why },
            // An error within a stream that says nothing more: something broke over there.
            0 if !self.says(RULES) => down(TripReason::ServerError, why),
            0 | 400..=499 => Failure::Refused { tried, why },
            _ => Failure::Malformed { tried, why },
        }
    }

    /// Status and code: all that is repeated of what the other side wrote.
    fn why(&self) -> String {
        match (self.status, self.code.as_str()) {
            (0, "") => "an error within its answer".into(),
            (0, code) => code.into(),
            (status, "") => format!("HTTP {status}"),
            (status, code) => format!("HTTP {status}, {code}"),
        }
    }

    fn says(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|it| self.words.contains(it))
    }
}

/// OpenAI and Anthropic when the money is gone.
const SPENT: &[&str] =
    &["insufficient_quota", "billing_hard_limit", "credit balance is too low", "insufficient credits"];
/// Anthropic, Gemini and OpenAI within a stream.
const FLOOD: &[&str] = &["overloaded_error", "rate_limit_error", "rate_limit_exceeded", "resource_exhausted"];
/// Gemini refuses a key with 400.
const KEY: &[&str] = &["api_key_invalid", "api key not valid", "invalid_api_key", "authentication_error"];
/// OpenAI, Anthropic, Gemini, vLLM, llama.cpp.
const LONG: &[&str] = &[
    "context_length_exceeded",
    "string_above_max_length",
    "request_too_large",
    "prompt is too long",
    "maximum context length",
    "exceed_context_size",
    "exceeds the maximum number of tokens",
];
/// OpenAI with 400, OpenRouter.
const MODEL: &[&str] = &["model_not_found", "not a valid model", "unknown model"];
/// A question that is against the provider's rules.
const RULES: &[&str] = &["content_policy", "content_filter", "moderation", "flagged", "safety", "responsibleai"];

/// The most telling code of an error: a plain word that the provider's documentation explains.
fn code_of(said: &Value, key: &str) -> String {
    let error = if said["error"].is_null() { said } else { &said["error"] };
    let details = error["details"].as_array().into_iter().flatten().map(|it| &it["reason"]);
    let places = [&error["code"], &error["type"], &error["status"]];
    let mut codes = details.chain(places).filter_map(Value::as_str);
    codes.find(|it| is_code(it) && !holds(it, key)).unwrap_or_default().to_owned()
}

/// A plain word that may be repeated.
pub(super) fn is_code(text: &str) -> bool {
    let plain = |it: u8| it.is_ascii_alphabetic() || it == b'_';
    !text.is_empty() && text.len() <= CODE_BYTES && text.bytes().all(plain)
}

/// Whether some of the key is in a text.
fn holds(text: &str, key: &str) -> bool {
    key.split(|it: char| !it.is_ascii_alphanumeric()).any(|part| part.len() >= 4 && text.contains(part))
}

/// How long the provider wants to be left alone: `retry-after-ms`, `retry-after` in seconds or as a date, or the
/// latest reset of a limit that has nothing left (`x-ratelimit-*`, `anthropic-ratelimit-*`).
pub(super) fn retry_after_ms(headers: &HeaderMap, now: Moment) -> Option<u64> {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).map(str::trim);
    let exact = text("retry-after-ms").and_then(|it| it.parse().ok()).and_then(|it: f64| whole_ms(it / 1000.0));
    let plain = || text("retry-after").and_then(|it| wait_ms(it, now));
    exact.or_else(plain).or_else(|| resets_ms(headers, now)).map(|it| it.min(WAIT_CAP_MS))
}

/// The latest reset among the limits of which nothing remains; a limit that does not say what remains counts.
fn resets_ms(headers: &HeaderMap, now: Moment) -> Option<u64> {
    let resets = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str();
        let (before, after) = name.split_once("ratelimit-")?;
        let left = if after.contains("reset") {
            headers.get(format!("{before}ratelimit-{}", after.replace("reset", "remaining")))
        } else {
            return None;
        };
        let is_spent = left.and_then(|it| it.to_str().ok()).is_none_or(|it| it.trim() == "0");
        is_spent.then(|| wait_ms(value.to_str().ok()?.trim(), now)).flatten()
    });
    resets.max()
}

/// A wait as providers write it: `2`, `1.5`, `250ms`, `6m0s`, a moment since 1970 in seconds or ms, a date of HTTP or
/// of ISO.
fn wait_ms(text: &str, now: Moment) -> Option<u64> {
    if let Ok(number) = text.parse::<f64>() {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact for 285,000 years")]
        let now_s = now.0 as f64 / 1000.0;
        return match number {
            ahead if ahead < SECONDS_AHEAD => whole_ms(ahead),
            seconds if seconds < SECONDS_AHEAD * 1000.0 => whole_ms(seconds - now_s),
            ms => whole_ms(ms / 1000.0 - now_s),
        };
    }
    if let Ok(date) = httpdate::parse_http_date(text) {
        let then = date.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs_f64();
        return wait_ms(&format!("{:.3}", then.max(SECONDS_AHEAD)), now);
    }
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        let then = u64::try_from(moment.as_millisecond()).unwrap_or(0);
        return Some(then.saturating_sub(now.0));
    }
    spelled_ms(text)
}

/// `6m0s`, `1h2m3.5s`, `250ms`.
fn spelled_ms(text: &str) -> Option<u64> {
    let (mut seconds, mut rest) = (0.0, text);
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit_end = rest[end..].find(|it: char| it.is_ascii_digit()).map_or(rest.len(), |it| it + end);
        seconds += number
            * match &rest[end..unit_end] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return None,
            };
        rest = &rest[unit_end..];
    }
    whole_ms(seconds)
}

/// Rounded up; `None` for what is no time. The past is no wait.
fn whole_ms(seconds: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within 0 and a day by then")]
    seconds.is_finite().then(|| (seconds * 1000.0).ceil().clamp(0.0, 86_400_000.0) as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    const NOW: Moment = Moment(1_790_000_000_000);

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let pair =
            |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        lines.iter().map(pair).collect()
    }

    /// Headers, and the wait they ask for.
    type Case<'a> = (&'a [(&'a str, &'a str)], Option<u64>);

    #[test]
    fn every_way_of_asking_for_patience_is_understood() {
        let cases: &[Case<'_>] = &[
            (&[("retry-after", "3")], Some(3_000)),
            (&[("retry-after", "0.25")], Some(250)),
            (&[("retry-after", "-5")], Some(0)),
            (&[("retry-after-ms", "1500"), ("retry-after", "9")], Some(1_500)),
            (&[("retry-after", "Mon, 21 Sep 2026 14:13:30 GMT")], Some(10_000)),
            (&[("retry-after", "Mon, 21 Sep 2020 14:13:30 GMT")], Some(0)),
            (&[("x-ratelimit-reset-requests", "6m0s")], Some(360_000)),
            (&[("x-ratelimit-reset-tokens", "250ms"), ("x-ratelimit-reset-requests", "1s")], Some(1_000)),
            (&[("x-ratelimit-reset-tokens", "9s"), ("x-ratelimit-remaining-tokens", "7")], None),
            (&[("x-ratelimit-reset-tokens", "9s"), ("x-ratelimit-remaining-tokens", "0")], Some(9_000)),
            (&[("x-ratelimit-reset", "1790000004")], Some(4_000)),
            (&[("x-ratelimit-reset", "1790000004000")], Some(4_000)),
            (&[("anthropic-ratelimit-requests-reset", "2026-09-21T14:13:25Z")], Some(5_000)),
            (&[("retry-after", "99999999")], Some(WAIT_CAP_MS)),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "NaN")], None),
            (&[("x-ratelimit-limit-requests", "60")], None),
            (&[], None),
        ];
        for (lines, expected) in cases {
            assert_eq!(retry_after_ms(&headers(lines), NOW), *expected, "{lines:?}");
        }
    }

    #[test]
    fn every_refusal_is_told_apart() {
        let cases = [
            (429, r#"{"error":{"code":"rate_limit_exceeded"}}"#, "flood"),
            (529, r#"{"type":"error","error":{"type":"overloaded_error"}}"#, "flood"),
            (429, r#"{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}"#, "spent"),
            (402, r#"{"error":{"message":"Insufficient credits","code":402}}"#, "spent"),
            (400, r#"{"error":{"message":"Your credit balance is too low to use"}}"#, "spent"),
            (401, r#"{"error":{"code":"invalid_api_key","message":"Incorrect API key provided: sk-x"}}"#, "key"),
            (403, "<html>forbidden</html>", "key"),
            (403, r#"{"error":{"message":"your input was flagged","code":403}}"#, "refused"),
            (400, r#"{"error":{"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#, "key"),
            (404, r#"{"error":"model 'x' not found"}"#, "model"),
            (404, "<html>", "model"),
            (400, r#"{"error":{"message":"x is not a valid model ID"}}"#, "model"),
            (400, r#"{"error":{"code":"context_length_exceeded"}}"#, "too_long"),
            (400, r#"{"error":{"type":"invalid_request_error","message":"prompt is too long: 9 > 8"}}"#, "too_long"),
            (413, "", "too_long"),
            (400, r#"{"error":{"code":"content_policy_violation"}}"#, "refused"),
            (422, "{}", "refused"),
            (500, "", "down"),
            (503, "<html>", "down"),
            (408, "", "down"),
            (302, "", "malformed"),
        ];
        for (status, body, name) in cases {
            let status = StatusCode::from_u16(status).unwrap();
            let refusal = Refusal::of(status, &HeaderMap::new(), body.as_bytes(), "", NOW);
            assert_eq!(refusal.failure(Box::default()).name(), name, "{status} {body}");
        }
    }

    #[test]
    fn errors_within_a_stream_are_told_apart() {
        let cases = [
            (r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "flood"),
            (r#"{"error":{"code":502,"message":"upstream"}}"#, "down"),
            (r#"{"error":{"code":429,"message":"slow"}}"#, "flood"),
            (r#"{"error":"something broke"}"#, "down"),
            (r#"{"error":{"type":"api_error"}}"#, "down"),
            (r#"{"error":{"code":"content_filter"}}"#, "refused"),
        ];
        for (said, name) in cases {
            let refusal = Refusal::in_stream(&serde_json::from_str(said).unwrap(), "");
            assert_eq!(refusal.failure(Box::default()).name(), name, "{said}");
        }
    }

    #[test]
    fn of_what_the_other_side_wrote_only_a_plain_code_is_repeated() {
        let cases = [
            (r#"{"error":{"code":"invalid_api_key","message":"secret words"}}"#, "HTTP 401, invalid_api_key"),
            (r#"{"error":{"code":"you wrote: hello"}}"#, "HTTP 401"),
            (r#"{"error":{"code":"skcanary"}}"#, "HTTP 401"),
            (r#"{"error":{"code":"invalid_api_key_skcanary_x"}}"#, "HTTP 401"),
            (r#"{"error":{"code":7,"status":"PERMISSION_DENIED"}}"#, "HTTP 401, PERMISSION_DENIED"),
            ("secret words", "HTTP 401"),
        ];
        for (body, why) in cases {
            let refusal = Refusal::of(StatusCode::UNAUTHORIZED, &HeaderMap::new(), body.as_bytes(), "sk-skcanary", NOW);
            let Failure::Key { why: told, .. } = refusal.failure(Box::default()) else { panic!("{body}") };
            assert_eq!(told, why, "{body}");
        }
    }
}
