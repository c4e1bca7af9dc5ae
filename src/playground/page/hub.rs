//! The page's present state in parts, and a bounded stream of their changes to everybody who looks.

use axum::response::sse::Event;
use futures_util::stream::{self, Stream};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast::{self, error::RecvError};

/// Changes that a reader may be behind; a slower one is told to begin anew.
const BEHIND: usize = 128;
/// Lines of the log that a new reader gets.
const LINES: usize = 200;

/// What a reader is told: the kind, and a JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// `people`, `chat`, `tree`, `counts`, `inbox`, `log` or `reload`.
    pub(super) kind: &'static str,
    /// The value as JSON.
    pub(super) data: Arc<str>,
}

/// The state and its readers.
pub(super) struct Hub {
    inner: Mutex<Inner>,
    changes: broadcast::Sender<Frame>,
}

#[derive(Default)]
struct Inner {
    /// The newest value of each part, by name.
    parts: BTreeMap<String, Frame>,
    lines: VecDeque<Frame>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { inner: Mutex::default(), changes: broadcast::channel(BEHIND).0 }
    }
}

impl Hub {
    /// A part is like this now; readers hear of it when it is new.
    pub(super) fn put(&self, part: &str, kind: &'static str, data: String) {
        let mut inner = self.lock();
        if inner.parts.get(part).is_some_and(|it| *it.data == *data) {
            return;
        }
        let frame = Frame { kind, data: data.into() };
        inner.parts.insert(part.to_owned(), frame.clone());
        let _ = self.changes.send(frame); // nobody may be looking
    }

    /// Forgets the parts that are not wanted any more.
    pub(super) fn retain(&self, wanted: impl Fn(&str) -> bool) {
        self.lock().parts.retain(|name, _| wanted(name));
    }

    /// Whether anybody reads.
    pub(super) fn is_read(&self) -> bool {
        self.changes.receiver_count() > 0
    }

    /// One more line of the log.
    pub(super) fn line(&self, data: String) {
        let frame = Frame { kind: "log", data: data.into() };
        let mut inner = self.lock();
        inner.lines.push_back(frame.clone());
        if inner.lines.len() > LINES {
            inner.lines.pop_front();
        }
        let _ = self.changes.send(frame); // nobody may be looking
    }

    /// Everything as it is now, then every change. Ends after `reload` when the reader is too far behind.
    pub(super) fn read(&self) -> impl Stream<Item = Frame> + Send + use<> {
        let (now, changes) = {
            let inner = self.lock();
            let now: VecDeque<Frame> = inner.parts.values().chain(&inner.lines).cloned().collect();
            (now, self.changes.subscribe())
        };
        stream::unfold(Reader { now, changes: Some(changes) }, Reader::next)
    }

    /// The same as events for a browser.
    pub(super) fn events(&self) -> impl Stream<Item = Result<Event, Infallible>> + Send + use<> {
        use futures_util::StreamExt;
        self.read().map(|it| Ok(Event::default().event(it.kind).data(&*it.data)))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Reader {
    now: VecDeque<Frame>,
    /// `None` after the last word.
    changes: Option<broadcast::Receiver<Frame>>,
}

impl Reader {
    async fn next(mut self) -> Option<(Frame, Self)> {
        if let Some(frame) = self.now.pop_front() {
            return Some((frame, self));
        }
        match self.changes.as_mut()?.recv().await {
            Ok(frame) => Some((frame, self)),
            Err(RecvError::Lagged(_)) => {
                self.changes = None;
                Some((Frame { kind: "reload", data: "{}".into() }, self))
            }
            Err(RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;

    fn told(frame: &Frame) -> (&'static str, String) {
        (frame.kind, frame.data.to_string())
    }

    #[tokio::test]
    async fn a_reader_gets_what_is_and_then_what_changes_and_nothing_twice() {
        let hub = Hub::default();
        hub.put("counts", "counts", "1".into());
        hub.line("a".into());
        let mut reader = Box::pin(hub.read());
        hub.put("counts", "counts", "1".into());
        hub.put("counts", "counts", "2".into());
        hub.line("b".into());
        let seen: Vec<_> = reader.by_ref().take(4).map(|it| told(&it)).collect().await;
        let expected = [("counts", "1"), ("log", "a"), ("counts", "2"), ("log", "b")];
        assert_eq!(seen, expected.map(|(kind, data)| (kind, data.to_owned())));
        drop(hub);
        assert_eq!(reader.next().await, None);
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_to_begin_anew_and_holds_nobody_up() {
        let hub = Hub::default();
        hub.put("tree", "tree", "old".into());
        let mut slow = Box::pin(hub.read());
        (0..=BEHIND).for_each(|it| hub.put("tree", "tree", it.to_string()));
        let seen: Vec<_> = slow.by_ref().map(|it| told(&it)).collect().await;
        assert_eq!(seen, [("tree", "old".to_owned()), ("reload", "{}".to_owned())], "and then it ends");
        let mut anew = Box::pin(hub.read());
        assert_eq!(anew.next().await.map(|it| told(&it)), Some(("tree", BEHIND.to_string())));
    }
}
