//! Which chats have a write under way: a new life of a chat reads nothing before its earlier life's last write has ended.
//!
//! A chat may be killed while the disk works for it. What it had handed over is still written, so whoever comes
//! after it waits for that; otherwise it would hold in memory what the store no longer has.

use crate::domain::types::ChatNo;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// All writes under way. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Writing(Arc<Mutex<Pens>>);

#[derive(Debug, Default)]
struct Pens {
    next: u64,
    held: BTreeMap<(ChatNo, u64), watch::Receiver<()>>,
}

/// Held while one write of a chat is under way.
#[derive(Debug)]
pub struct Pen {
    writing: Writing,
    key: (ChatNo, u64),
    /// Those who wait see its end.
    _end: watch::Sender<()>,
}

impl Writing {
    /// A write of this chat begins. To be told before it is asked whether the chat is still this life's.
    #[must_use]
    pub fn begin(&self, chat: ChatNo) -> Pen {
        let (end, ended) = watch::channel(());
        let mut pens = self.lock();
        pens.next += 1;
        let key = (chat, pens.next);
        pens.held.insert(key, ended);
        Pen { writing: self.clone(), key, _end: end }
    }

    /// Returns when no write of this chat is under way.
    pub async fn ended(&self, chat: ChatNo) {
        loop {
            let held = self.lock().held.range((chat, 0)..=(chat, u64::MAX)).next().map(|it| it.1.clone());
            let Some(mut ended) = held else { return };
            while ended.changed().await.is_ok() {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pens> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pen {
    fn drop(&mut self) {
        self.writing.lock().held.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Waker};

    fn is_over(waiting: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        waiting.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn only_the_writes_of_the_same_chat_are_waited_for() {
        let writing = Writing::default();
        let (first, second, other) = (writing.begin(ChatNo(7)), writing.begin(ChatNo(7)), writing.begin(ChatNo(8)));
        let mut ended = pin!(writing.ended(ChatNo(7)));
        assert!(is_over(pin!(writing.ended(ChatNo(6)))));
        assert!(!is_over(ended.as_mut()));
        drop(first);
        assert!(!is_over(ended.as_mut()), "the second is still under way");
        drop(second);
        assert!(is_over(ended.as_mut()));
        drop(other);
        assert!(writing.lock().held.is_empty());
    }
}
