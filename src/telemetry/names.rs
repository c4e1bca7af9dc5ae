//! The names of all metrics.

/// Updates taken in, by kind and mode.
pub const UPDATES_RECEIVED: &str = "bot_updates_received_total";
