//! The story that `majordomo demo` plays.

use crate::cli::Exit;

/// How the story is to be played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DemoOptions {
    /// Without the pauses in which people read.
    pub fast: bool,
}

/// Plays the story.
#[must_use]
pub fn run(_options: DemoOptions) -> Exit {
    Exit::Failed
}
