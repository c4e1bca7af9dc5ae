//! The composition root.

use crate::cli::Exit;
use crate::config::Loaded;

/// How the house is to be started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Take over a store that another bot has used.
    pub adopt: bool,
}

/// Runs the house until it is told to stop.
#[must_use]
pub fn run(_loaded: Loaded, _options: Options) -> Exit {
    Exit::Failed
}
