//! Intake: everything that happens comes through here, and is not forgotten before it is finished.

pub mod blame;
pub mod clocks;
pub mod desk;
pub mod done;
pub mod item;
pub mod migrate;
pub mod numbers;
pub mod offer;
pub mod port;
pub mod replay;
pub mod scribe;
