//! What the demo needs of a house, so that a scripted one can stand in for the real one.

use crate::config::{LogLevel, Settings};
use std::future::Future;
use tokio::sync::broadcast;

/// One line of the supervisor's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its level.
    pub level: LogLevel,
    /// The event's id, for example `sup.child.crashed`.
    pub id: String,
    /// The whole line for people, without colours.
    pub text: String,
}

/// A house that can be started and watched.
pub trait Stage: Send {
    /// Listens to the log from now on; called before [`Self::start`].
    fn log(&mut self) -> broadcast::Receiver<LogLine>;

    /// Starts the house; it is ready when this returns. The error is for people.
    fn start(&mut self, settings: Settings) -> impl Future<Output = Result<(), String>> + Send;

    /// Drains and stops it.
    fn stop(&mut self) -> impl Future<Output = ()> + Send;
}
