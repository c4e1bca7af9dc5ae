//! What the pages say.

use super::server::WebState;
use crate::protocol::health::{Check, CheckState, Status};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every path and its page.
pub(super) fn router(state: WebState) -> Router {
    let mut router = Router::new().route("/", get(index)).route("/metrics", get(metrics));
    for path in ["/health/live", "/live", "/healthz"] {
        router = router.route(path, get(live));
    }
    for path in ["/health/ready", "/ready"] {
        router = router.route(path, get(ready));
    }
    for path in ["/health/status", "/health", "/status"] {
        router = router.route(path, get(status));
    }
    router.fallback(not_found).with_state(state)
}

/// A JSON answer with a fixed type.
pub(super) fn json_answer(status: StatusCode, body: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    (status, kind, format!("{body}\n")).into_response()
}

/// A refusal in words.
pub(super) fn refusal(status: StatusCode, words: &str) -> Response {
    json_answer(status, &json!({ "error": words }))
}

async fn live(State(state): State<WebState>) -> Response {
    let is_alive = state.health.is_alive();
    json_answer(well_or_not(is_alive), &json!({ "alive": is_alive }))
}

async fn ready(State(state): State<WebState>) -> Response {
    let readiness = state.health.readiness();
    json_answer(well_or_not(readiness.is_ready), &json!({ "ready": readiness.is_ready, "why": readiness.why }))
}

async fn status(State(state): State<WebState>) -> Response {
    let status = state.health.status();
    json_answer(well_or_not(status.state != CheckState::Down), &status_body(&status))
}

async fn metrics(State(state): State<WebState>) -> Response {
    let render = state.metrics.clone();
    match tokio::task::spawn_blocking(move || render()).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be written; the log says why"),
    }
}

async fn index() -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], INDEX).into_response()
}

async fn not_found() -> Response {
    refusal(StatusCode::NOT_FOUND, "there is no such page; / lists those there are")
}

fn well_or_not(is_well: bool) -> StatusCode {
    if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

fn status_body(status: &Status) -> Value {
    let checks: BTreeMap<_, _> = status.checks.iter().map(|(name, check)| (name, check_body(check))).collect();
    json!({
        "status": status.state.text(),
        "checks": checks,
        "uptime": uptime(status.uptime_s),
        "uptime_s": status.uptime_s,
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn check_body(check: &Check) -> Value {
    let since = i64::try_from(check.since.0).ok().and_then(|it| Timestamp::from_millisecond(it).ok());
    json!({
        "state": check.state.text(),
        "since": since.unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "latency_ms": check.latency_ms,
        "detail": check.detail,
    })
}

/// `1d 2h 3m`: the two or three largest units are enough for a look.
fn uptime(total_s: u64) -> String {
    let (days, hours, minutes, seconds) = (total_s / 86_400, total_s / 3600 % 24, total_s / 60 % 60, total_s % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {seconds}s"),
        (0, _, _) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h {minutes}m"),
    }
}

/// The style of the index; its hash stands in the content security policy.
pub(super) const STYLE: &str = ":root{color-scheme:light dark}\
body{font:1.0625rem/1.6 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:2rem 1.25rem;background:#fdfdfc;color:#1d1f21}\
h1{font-size:1.6rem;margin:0 0 .5rem}li{margin:.4rem 0}a{color:#0b57a4}\
a:focus-visible{outline:3px solid currentColor;outline-offset:3px}code{font-size:.95em}\
@media(prefers-color-scheme:dark){body{background:#16181a;color:#e8e6e3}a{color:#8cc4ff}}";

const INDEX: &str = include_str!("index.html");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uptime_reads_like_a_clock() {
        let cases = [(0, "0s"), (59, "59s"), (60, "1m 0s"), (3_725, "1h 2m"), (93_780, "1d 2h 3m")];
        for (seconds, expected) in cases {
            assert_eq!(uptime(seconds), expected);
        }
    }

    #[test]
    fn the_index_carries_exactly_the_style_that_the_policy_allows() {
        assert!(INDEX.contains(&format!("<style>{STYLE}</style>")));
        assert!(!INDEX.contains("http:") && !INDEX.contains("https:"), "the page needs nothing from outside");
    }
}
