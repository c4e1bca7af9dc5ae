//! Supervision with OTP's words on ractor's primitives: what is started, watched, restarted, given up.

pub mod backoff;
pub mod census;
pub mod census_view;
mod child;
pub mod control;
pub mod engine;
pub mod exit;
pub mod ground;
pub mod household;
pub mod intensity;
pub mod last_words;
mod launch;
pub mod order;
mod orders;
pub mod policy;
pub mod residents;
pub mod shard;
mod shard_crash;
mod shard_state;
mod shard_voice;
pub mod spec;
mod starts;
pub mod storm;
pub mod supervisor;
pub mod tree;
pub mod voice;
pub mod watchdog;
mod wave;

/// What an actor is doing: lives in `protocol`, because actors write it.
pub use crate::protocol::{inhand, slot};

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod testkit;
