//! How much is allowed, and when: limits, the gate of outgoing calls, the breaker, the backoff.
//!
//! Every value here takes `now` in monotonic milliseconds and touches nothing. Time that runs backwards is
//! read as time standing still, so a jump can neither grant more nor block for longer.

pub mod backoff;
pub mod breaker;
pub mod fixed_window;
mod floods;
pub mod gate;
pub mod limit;
mod lines;
pub mod sliding_window;
pub mod token_bucket;

pub use backoff::Backoff;
pub use breaker::{Breaker, BreakerRules, Change, Permit, Report, State, TripReason};
pub use fixed_window::FixedWindow;
pub use gate::{Asked, Full, GateLimits, Lane, Scope, SendGate, Ticket, Verdict, Weight};
pub use limit::{Algorithm, Limit, Quota, WaitMs};
pub use sliding_window::SlidingWindow;
pub use token_bucket::TokenBucket;

#[cfg(test)]
mod gate_tests;
#[cfg(test)]
mod tests;
