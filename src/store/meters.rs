//! The store's metrics.

use super::engine::Sizes;
use super::state::Counters;
use crate::clock;
use crate::telemetry::metrics::hot;
use std::sync::atomic::Ordering;

/// What the store takes on the disk, by kind of file.
pub const BYTES: &str = "store_bytes";
/// What is free on the disk.
pub const FREE_BYTES: &str = "store_free_bytes";
/// What went wrong, by operation.
pub const ERRORS: &str = "store_errors_total";
/// How long the engine took, by query.
pub const QUERY_SECONDS: &str = "db_query_duration_seconds";

#[expect(clippy::cast_precision_loss, reason = "metrics are floating point")]
fn seconds_since(began_us: u64) -> f64 {
    clock::tick_us().saturating_sub(began_us) as f64 / 1e6
}

/// The engine has taken a group.
pub(super) fn applied(began_us: u64) {
    hot().store_apply.record(seconds_since(began_us));
}

/// A batch was answered.
pub(super) fn committed(asked_us: u64) {
    hot().store_commit.record(seconds_since(asked_us));
}

/// A group was written.
#[expect(clippy::cast_precision_loss, reason = "metrics are floating point")]
pub(super) fn group(batches: usize, sync_began_us: u64) {
    hot().store_group.record(batches as f64);
    hot().store_fsync.record(seconds_since(sync_began_us));
}

/// A query has ended.
pub(super) fn query(query: &'static str, began_us: u64) {
    metrics::histogram!(QUERY_SECONDS, "query" => query).record(seconds_since(began_us));
}

/// An operation went wrong.
pub(super) fn error(op: &'static str) {
    metrics::counter!(ERRORS, "op" => op).increment(1);
}

/// The disk was looked at.
#[expect(clippy::cast_precision_loss, reason = "metrics are floating point")]
pub(super) fn disk(counters: &Counters, sizes: Sizes, free_bytes: Option<u64>) {
    counters.bytes.store(sizes.db.saturating_add(sizes.blobs), Ordering::Relaxed);
    counters.free_bytes.store(free_bytes.unwrap_or(u64::MAX), Ordering::Relaxed);
    metrics::gauge!(BYTES, "kind" => "db").set(sizes.db as f64);
    metrics::gauge!(BYTES, "kind" => "blobs").set(sizes.blobs as f64);
    if let Some(free_bytes) = free_bytes {
        metrics::gauge!(FREE_BYTES).set(free_bytes as f64);
    }
}
