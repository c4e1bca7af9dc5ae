//! Money and turns: what asking a model costs, who may spend how much, and who is served first.
//!
//! Values only: they take `now` and touch nothing. The gateway holds one [`Purse`], asks it before each question, and
//! writes the counters that have changed in the batch that the question or its answer is written in.

pub mod budget;
pub mod calendar;
mod counter;
mod holds;
pub mod money;
pub mod price;
pub mod queue;
pub mod tokens;
pub mod usage;

pub use budget::{Budget, Caps, Limit};
pub use calendar::Period;
pub use holds::{Amount, Hold, Key, Purse, Refusal, Settled, Spender, Spent, Standing, is_over};
pub use money::Money;
pub use price::{Price, Prices, Unknown};
pub use queue::{Fair, Full};
pub use usage::{Entry, Used};

#[cfg(test)]
mod tests;
