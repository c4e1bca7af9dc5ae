//! What the bot did: every call with its answer, for the questions that tests ask.

use super::options::Detail;
use bytes::Bytes;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One call of the Bot API.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its number, from 0.
    pub n: u64,
    /// When it arrived, in µs of [`crate::clock::tick_us`].
    pub at_us: u64,
    /// How long it took until it was answered, in µs.
    pub took_us: u64,
    /// The method by its official name.
    pub method: String,
    /// What was asked.
    pub params: Map<String, Value>,
    /// The HTTP status; 0 when no answer was given.
    pub status: u16,
    /// Whether it was done, also when its answer was lost on purpose.
    pub done: bool,
    /// The whole answer as sent.
    pub answer: Bytes,
    /// The fault that hit it.
    pub fault: Option<String>,
    /// It came while `retry_after` was running.
    pub early: bool,
}

impl Call {
    /// `result` of the answer, null when there is none.
    #[must_use]
    pub fn result(&self) -> Value {
        self.field("result")
    }

    /// `description` of the answer.
    #[must_use]
    pub fn description(&self) -> String {
        self.field("description").as_str().unwrap_or_default().to_owned()
    }

    /// A parameter as a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        let value = self.params.get(name)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    /// A parameter as text.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.params.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn field(&self, name: &str) -> Value {
        serde_json::from_slice::<Value>(&self.answer).map_or(Value::Null, |mut it| it[name].take())
    }
}

/// How often a method was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Altogether.
    pub calls: u64,
    /// Done.
    pub done: u64,
    /// Refused, or hit by a fault.
    pub failed: u64,
    /// While `retry_after` was running.
    pub early: u64,
}

/// One attempt to bring an update.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The update.
    pub update: u64,
    /// Its kind, for example `message`.
    pub kind: &'static str,
    /// When it began, in µs of [`crate::clock::tick_us`].
    pub at_us: u64,
    /// `webhook`, `getUpdates`, `confirmed` or `expired`.
    pub via: &'static str,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// The webhook's HTTP status.
    pub status: Option<u16>,
}

/// Something an [`Observer`] is told.
pub enum Seen<'a> {
    /// A call was answered.
    Call(&'a Call),
    /// An update was handed out or posted.
    Delivery(&'a Delivery),
}

/// A listener to calls and deliveries; it is called under no lock of the world for calls, and must not block.
pub type Observer = Arc<dyn Fn(Seen<'_>) + Send + Sync>;

#[derive(Default)]
struct Book {
    calls: Vec<Arc<Call>>,
    counts: BTreeMap<String, Counts>,
    next: u64,
}

/// The ledger of calls.
pub(super) struct Ledger {
    book: Mutex<Book>,
    detail: Detail,
    observer: Option<Observer>,
}

impl Ledger {
    pub(super) fn new(detail: Detail, observer: Option<Observer>) -> Self {
        Self { book: Mutex::default(), detail, observer }
    }

    pub(super) fn record(&self, mut call: Call) {
        let mut book = self.book();
        call.n = book.next;
        book.next += 1;
        let counts = match book.counts.get_mut(&call.method) {
            Some(counts) => counts,
            None => book.counts.entry(call.method.clone()).or_default(),
        };
        counts.calls += 1;
        counts.early += u64::from(call.early);
        if call.done {
            counts.done += 1;
        } else {
            counts.failed += 1;
        }
        if self.detail == Detail::Counting {
            drop(book);
            self.tell(&call);
            return;
        }
        let call = Arc::new(call);
        book.calls.push(Arc::clone(&call));
        drop(book);
        self.tell(&call);
    }

    fn tell(&self, call: &Call) {
        if let Some(observer) = &self.observer {
            observer(Seen::Call(call));
        }
    }

    /// All calls from this number on.
    pub(super) fn since(&self, n: u64) -> Vec<Arc<Call>> {
        let book = self.book();
        let from = usize::try_from(n).unwrap_or(usize::MAX).min(book.calls.len());
        book.calls[from..].to_vec()
    }

    pub(super) fn counts(&self) -> BTreeMap<String, Counts> {
        self.book().counts.clone()
    }

    /// The number that the next call will get.
    pub(super) fn next(&self) -> u64 {
        self.book().next
    }

    pub(super) fn clear(&self) {
        *self.book() = Book::default();
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
