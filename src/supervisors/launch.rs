//! Starting and stopping one child, with deadlines, outside of any supervisor's loop.

use super::exit::SHUTDOWN;
use super::spec::{ChildSpec, Started, Stop};
use ractor::ActorCell;
use std::future::Future;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a killed actor may take to end before it counts as blocking its thread.
const KILL_GRACE: Duration = Duration::from_secs(1);
/// What is said about a start that was called off.
pub(super) const CALLED_OFF: &str = "it was stopped while it started";

/// What is said when a start panics where ractor does not catch it.
const PANICKED: &str = "its start panicked outside of the actor";

/// How a stop went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// It ended by itself when asked.
    Clean,
    /// It had to be killed, after so many milliseconds.
    Killed(u64),
    /// It is still there: it blocks its thread.
    Survived,
}

/// Hands a result over exactly once: also when the task that should make it panics.
struct Report<T, F: FnOnce(T)> {
    deliver: Option<F>,
    otherwise: Option<T>,
}

/// Starts a child in a task of its own. `deliver` is called exactly once, also when the start panics, takes too
/// long, or is called off by dropping or using the sender of `cancel`.
pub(super) fn start<F>(spec: &ChildSpec, started: Started, cancel: oneshot::Receiver<()>, deliver: F)
where
    F: FnOnce(Result<ActorCell, String>) + Send + 'static,
{
    let otherwise = Err(PANICKED.to_owned());
    let report = Report { deliver: Some(deliver), otherwise: Some(otherwise) };
    let (start, within) = (spec.start.clone(), spec.start_within);
    tokio::spawn(async move {
        let result = tokio::select! {
            biased;
            result = tokio::time::timeout(within, async { start(started).await }) => match result {
                Ok(result) => result,
                Err(_elapsed) => Err(too_slow(within)),
            },
            _ = cancel => Err(CALLED_OFF.to_owned()),
        };
        report.give(result);
    });
}

/// Runs a start in a task of its own, without a way to call it off. `deliver` is called exactly once.
pub(super) fn begin<F>(
    within: Duration,
    start: impl Future<Output = Result<ActorCell, String>> + Send + 'static,
    deliver: F,
) where
    F: FnOnce(Result<ActorCell, String>) + Send + 'static,
{
    let report = Report { deliver: Some(deliver), otherwise: Some(Err(PANICKED.to_owned())) };
    tokio::spawn(async move {
        let result = tokio::time::timeout(within, start).await;
        report.give(result.unwrap_or_else(|_elapsed| Err(too_slow(within))));
    });
}

/// Stops a child: asks, waits, kills, waits a little more.
pub(super) async fn stop(cell: &ActorCell, how: Stop) -> Stopped {
    let mut result = Stopped::Clean;
    match how {
        Stop::Within(deadline) => {
            cell.stop(Some(SHUTDOWN.to_owned()));
            if cell.wait(Some(deadline)).await.is_ok() {
                return result;
            }
            result = Stopped::Killed(u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX));
        }
        Stop::Kill => {}
    }
    cell.kill();
    match cell.wait(Some(KILL_GRACE)).await {
        Ok(()) => result,
        Err(_elapsed) => Stopped::Survived,
    }
}

/// Stops a child in a task of its own.
pub(super) fn stop_aside<F>(cell: ActorCell, how: Stop, deliver: F)
where
    F: FnOnce(Stopped) + Send + 'static,
{
    tokio::spawn(async move { deliver(stop(&cell, how).await) });
}

/// How long a stop may take at most.
pub(super) fn longest(how: Stop) -> Duration {
    match how {
        Stop::Within(deadline) => deadline + KILL_GRACE,
        Stop::Kill => KILL_GRACE,
    }
}

fn too_slow(within: Duration) -> String {
    format!("it did not start within {} ms", within.as_millis())
}

impl<T, F: FnOnce(T)> Report<T, F> {
    fn give(mut self, result: T) {
        self.otherwise = Some(result);
    }
}

impl<T, F: FnOnce(T)> Drop for Report<T, F> {
    fn drop(&mut self) {
        if let (Some(deliver), Some(result)) = (self.deliver.take(), self.otherwise.take()) {
            deliver(result);
        }
    }
}
