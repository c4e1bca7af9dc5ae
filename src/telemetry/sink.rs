//! The way out of the log: a bounded queue, and a thread that writes one line at a time.

use crate::config::LogLevel;
use std::collections::VecDeque;
use std::io::{IsTerminal, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Lines that may wait to be written.
const QUEUE_LINES: usize = 4096;
/// Lines written before others are let in again.
const BATCH_LINES: usize = 256;
/// How long a warning waits for room, while the writer moves.
const PATIENCE: Duration = Duration::from_millis(50);

/// Where lines go.
pub enum Sink {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// Anything else, a file or a test's buffer.
    Writer(Box<dyn Write + Send>),
    /// Nowhere: only [`super::tail`], [`super::subscribe`] and [`super::capture`] see them.
    Nowhere,
}

impl Sink {
    pub(super) fn is_terminal(&self) -> bool {
        match self {
            Self::Stdout => std::io::stdout().is_terminal(),
            Self::Stderr => std::io::stderr().is_terminal(),
            Self::Writer(_) | Self::Nowhere => false,
        }
    }

    /// Writes one line with one call. Nobody can be told when that fails, so a failure is passed over.
    pub(super) fn write(&mut self, line: &str) {
        let written = match self {
            Self::Stdout => std::io::stdout().lock().write_all(line.as_bytes()),
            Self::Stderr => std::io::stderr().lock().write_all(line.as_bytes()),
            Self::Writer(writer) => writer.write_all(line.as_bytes()).and_then(|()| writer.flush()),
            Self::Nowhere => Ok(()),
        };
        drop(written);
    }
}

/// Lines on their way to the writer thread.
#[derive(Default)]
pub(super) struct Queue {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    lines: VecDeque<String>,
    is_writing: bool,
    is_closed: bool,
    /// The last wait for room was in vain, and nothing was written since.
    is_stalled: bool,
    dropped: u64,
}

impl Queue {
    /// Puts a line in. When there is no room, lower levels are dropped, warnings wait a moment first.
    pub(super) fn push(&self, level: LogLevel, line: String) {
        let mut inner = self.lock();
        if inner.is_full() && level >= LogLevel::Warn && !inner.is_stalled {
            inner = self.wait(inner, PATIENCE, Inner::is_full);
            inner.is_stalled = inner.is_full();
        }
        if inner.is_full() {
            inner.dropped += 1;
        } else {
            inner.lines.push_back(line);
            self.changed.notify_all();
        }
    }

    /// The next lines to write, waiting up to `patience` for one; `None` when closed and empty.
    pub(super) fn next(&self, patience: Duration) -> Option<Vec<String>> {
        let mut inner = self.wait(self.lock(), patience, |it| it.lines.is_empty() && !it.is_closed);
        if inner.is_closed && inner.lines.is_empty() {
            return None;
        }
        let count = inner.lines.len().min(BATCH_LINES);
        inner.is_writing = count > 0;
        Some(inner.lines.drain(..count).collect())
    }

    /// Says that the lines of the last [`Self::next`] are written. Gives how many were dropped, once there is
    /// room again to tell it.
    pub(super) fn written(&self) -> u64 {
        let mut inner = self.lock();
        (inner.is_writing, inner.is_stalled) = (false, false);
        self.changed.notify_all();
        if inner.lines.len() > QUEUE_LINES / 2 { 0 } else { std::mem::take(&mut inner.dropped) }
    }

    /// Waits until everything is written; says whether it is.
    pub(super) fn drain(&self, patience: Duration) -> bool {
        let is_busy = |it: &Inner| it.is_writing || !it.lines.is_empty();
        let inner = self.wait(self.lock(), patience, is_busy);
        !is_busy(&inner)
    }

    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn wait<'a>(
        &self,
        inner: MutexGuard<'a, Inner>,
        patience: Duration,
        is_to_wait: impl Fn(&Inner) -> bool,
    ) -> MutexGuard<'a, Inner> {
        let waited = self.changed.wait_timeout_while(inner, patience, |it| is_to_wait(it));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn is_full(&self) -> bool {
        self.lines.len() >= QUEUE_LINES
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn full() -> Queue {
        let queue = Queue::default();
        (0..QUEUE_LINES).for_each(|it| queue.push(LogLevel::Info, it.to_string()));
        queue
    }

    #[test]
    fn a_full_queue_drops_and_counts_and_keeps_the_older_lines() {
        let queue = full();
        for level in [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error] {
            queue.push(level, "one too many".into());
        }
        assert_eq!(queue.next(NOW).unwrap().first().unwrap(), "0");
        assert_eq!(queue.written(), 0, "there is hardly room to tell it");
        while !queue.next(NOW).unwrap().is_empty() {}
        assert_eq!(queue.written(), 4);
        queue.push(LogLevel::Info, "fits again".into());
        assert_eq!(queue.written(), 0);
    }

    #[test]
    fn a_warning_gets_the_room_that_is_made_while_it_waits() {
        let queue = full();
        std::thread::scope(|scope| {
            let push = scope.spawn(|| queue.push(LogLevel::Warn, "warning".into()));
            while !push.is_finished() {
                queue.next(NOW).unwrap();
                queue.lock().is_writing = false;
            }
        });
        while !queue.next(NOW).unwrap().is_empty() {}
        assert_eq!(queue.written(), 0, "the warning was dropped");
    }

    #[test]
    fn a_closed_queue_gives_what_it_has_and_then_ends() {
        let queue = Queue::default();
        queue.push(LogLevel::Info, "last".into());
        queue.close();
        assert_eq!(queue.next(NOW).unwrap(), ["last"]);
        assert!(queue.next(NOW).is_none());
    }

    #[test]
    fn draining_waits_for_the_line_that_is_being_written() {
        let queue = Queue::default();
        assert!(queue.drain(NOW));
        queue.push(LogLevel::Info, "line".into());
        assert!(!queue.drain(NOW));
        queue.next(NOW).unwrap();
        assert!(!queue.drain(NOW));
        queue.written();
        assert!(queue.drain(NOW));
    }
}
