//! What the program knows and decides, without touching the world: events in, effects out.

pub mod effect;
pub mod event;
pub mod fact;
pub mod feature;
pub mod limits;
pub mod text;
pub mod types;
