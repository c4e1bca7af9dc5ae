//! What the operator reads: the catalogue of events, the line, the log, the names of metrics.

pub mod events;
mod fold;
mod format;
pub mod line;
mod log;
pub mod metrics;
pub mod names;
mod process;
mod sink;
mod text;

pub use events::{Kind, explain, nearest};
pub use fold::{FoldLimits, Folder, Repeats};
pub use line::Line;
pub use log::{Capture, Options, Told, boot_id, capture, flush, flush_within, init, set_level, subscribe, tail};
pub use sink::Sink;
pub use text::{keep_secret, mask};
