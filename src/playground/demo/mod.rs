//! `majordomo demo`: the real house and a simulated Telegram play a short story in the terminal.

pub(super) mod folder;
mod house;
mod screen;
mod stage;
mod story;
mod summary;
#[cfg(test)]
mod tests;

pub use screen::{Layout, Screen};
pub use stage::{LogLine, Stage};
pub use story::{Failure, play};
pub use summary::Summary;

use crate::app::Exit;
use std::io::{IsTerminal, Write};

/// How the demo is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DemoOptions {
    /// Without the pauses in which people read.
    pub fast: bool,
}

/// Plays it on this terminal; 0 when the story came out as told, else 1.
#[must_use]
pub fn run(options: DemoOptions) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("no runtime could be started: {error}")),
    };
    let layout = Layout::of_terminal(std::io::stdout().is_terminal());
    let screen = Screen::new(Box::new(std::io::stdout()), layout);
    let outcome = runtime.block_on(play(house::Real::default(), options, screen));
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match outcome {
        Ok(_) => Exit::Ok,
        Err(failure) => failed(&failure.to_string()),
    }
}

fn failed(words: &str) -> Exit {
    let _ = writeln!(std::io::stderr(), "majordomo demo: {words}"); // there is no third place to say it
    Exit::Failed
}
