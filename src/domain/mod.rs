//! What the program knows and decides, without touching the world: events in, effects out.

pub mod ai;
pub mod chart;
pub mod command;
pub mod drill;
pub mod effect;
pub mod event;
pub mod fact;
pub mod feature;
pub mod house;
pub mod limits;
pub mod membership;
pub mod offices;
pub mod text;
pub mod types;

#[cfg(test)]
pub(crate) mod play;
