//! What the operator reads: the catalogue of events, the line, the names of metrics.

pub mod events;
pub mod line;
pub mod names;

pub use events::Kind;
pub use line::Line;
