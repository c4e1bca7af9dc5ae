//! Work that outlives whoever waits for it: when the waiting ends early, the rest is done by a task of its own.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Work in hand. Awaited to its end it costs no task.
pub(super) struct Outlives<T: Send + 'static>(Option<Pin<Box<dyn Future<Output = T> + Send>>>);

impl<T: Send + 'static> Outlives<T> {
    /// Nothing is done before it is awaited for the first time.
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T: Send + 'static> Future for Outlives<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = &mut self.0 else { return Poll::Pending };
        let done = work.as_mut().poll(context);
        if done.is_ready() {
            self.0 = None;
        }
        done
    }
}

impl<T: Send + 'static> Drop for Outlives<T> {
    fn drop(&mut self) {
        // What panicked is not polled again.
        if std::thread::panicking() {
            return;
        }
        if let (Some(work), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            drop(runtime.spawn(work));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::time::Duration;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn whoever_waits_gets_what_came_of_it() {
        assert_eq!(Outlives::new(async { 7 }).await, 7);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_done_although_nobody_waits_any_more() {
        let (sender, receiver) = oneshot::channel();
        let work = Outlives::new(async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            sender.send(7)
        });
        assert!(tokio::time::timeout(Duration::from_secs(1), work).await.is_err(), "nobody waits so long");
        assert_eq!(receiver.await.unwrap(), 7);
    }
}
