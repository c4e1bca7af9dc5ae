//! Who is inside, and who must go when there is no room: strangers first, and nobody who is being served.
//!
//! A share for each address would not do: behind a proxy everybody has the same one. What tells Telegram from
//! others is its secret. So whoever fills the room with connections that say nothing makes way for the next one that
//! comes, at once and not when a time-out is over.

use super::connection::{Phase, Watch};
use std::future::Future;
use std::sync::Arc;
use tokio::task::{AbortHandle, JoinSet};

/// The connections that are open.
pub(super) struct Room {
    most: usize,
    talks: JoinSet<()>,
    /// In the order in which they came.
    inside: Vec<(Arc<Watch>, AbortHandle)>,
}

/// How somebody was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    /// There was room.
    Free,
    /// Somebody else had to go.
    InPlaceOfAnother,
    /// There is no room: everybody inside is being served.
    Closed,
}

impl Room {
    pub(super) fn new(most: usize) -> Self {
        Self { most, talks: JoinSet::new(), inside: Vec::new() }
    }

    /// Lets somebody in, if need be in place of another.
    pub(super) async fn enter(
        &mut self,
        watch: Arc<Watch>,
        talk: impl Future<Output = ()> + Send + 'static,
    ) -> Entrance {
        while self.talks.try_join_next().is_some() {}
        self.inside.retain(|(_, it)| !it.is_finished());
        let entrance = if self.inside.len() < self.most { Entrance::Free } else { self.make_room().await };
        if entrance != Entrance::Closed {
            let handle = self.talks.spawn(talk);
            self.inside.push((watch, handle));
        }
        entrance
    }

    async fn make_room(&mut self) -> Entrance {
        let dispensable = |it: &Watch| !it.is_known() || it.phase() == Phase::Head;
        let oldest = |known: bool| self.inside.iter().position(|(it, _)| it.is_known() == known && dispensable(it));
        let Some(at) = oldest(false).or_else(|| oldest(true)) else { return Entrance::Closed };
        self.inside.remove(at).1.abort();
        self.talks.join_next().await; // a socket is free again before another is taken
        Entrance::InPlaceOfAnother
    }

    /// Waits until everybody has gone.
    pub(super) async fn empty(&mut self) {
        while self.talks.join_next().await.is_some() {}
    }

    /// Closes what is still open.
    pub(super) async fn close(mut self) {
        self.talks.shutdown().await;
    }
}
