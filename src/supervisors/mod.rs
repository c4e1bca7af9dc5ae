//! Supervision with OTP's words on ractor's primitives: what is started, watched, restarted, given up.

pub mod backoff;
pub mod census;
pub mod exit;
pub mod ground;
pub mod intensity;
pub mod last_words;
pub mod order;
pub mod policy;
pub mod residents;
pub mod spec;

/// What an actor is doing: lives in `protocol`, because actors write it.
pub use crate::protocol::{inhand, slot};
