//! What is counted per call: handles that are looked up once.

use super::super::{CALL_SECONDS, CALLS};
use metrics::{Counter, Histogram};
use reqwest::StatusCode;
use std::sync::OnceLock;

/// Where calls of a method are counted.
pub(super) struct Meters {
    calls: Counter,
    /// By class of the answer.
    seconds: [OnceLock<Histogram>; CLASSES.len()],
}

/// Classes of answers; the last one is none at all.
pub(super) const CLASSES: [&str; 6] = ["2xx", "3xx", "4xx", "5xx", "429", "none"];

impl Meters {
    pub(super) fn of(method: &'static str) -> Self {
        Self { calls: metrics::counter!(CALLS, "method" => method), seconds: Default::default() }
    }

    pub(super) fn record(&self, method: &'static str, class: usize, seconds: f64) {
        self.calls.increment(1);
        let found = || metrics::histogram!(CALL_SECONDS, "method" => method, "code_class" => CLASSES[class]);
        self.seconds[class].get_or_init(found).record(seconds);
    }
}

/// Its place in [`CLASSES`].
pub(super) fn class_of(status: StatusCode) -> usize {
    match status.as_u16() {
        200..300 => 0,
        300..400 => 1,
        429 => 4,
        400..500 => 2,
        _ => 3,
    }
}
