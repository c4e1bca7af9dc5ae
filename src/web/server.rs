//! The listener: few connections, one request each, slow ones cut.

use super::guard::{CameInOn, guard};
use super::wire::{Quiet, own_words};
use super::{answers, wire};
use crate::protocol::health::HealthBoard;
use crate::telemetry::{Line, events, names};
use axum::Router;
use axum::middleware::from_fn_with_state;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::{Future, poll_fn};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// What the pages read. Cheap to clone.
#[derive(Clone)]
pub struct WebState {
    /// The board that everyone writes on.
    pub health: HealthBoard,
    /// Renders the metrics in Prometheus' text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// `web.hosts`: names, beside loopback and the listening address, under which we may be called.
    pub hosts: Arc<[String]>,
    /// How much one asker may take.
    pub limits: Limits,
}

/// How much one asker may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at the same time; more wait in the listener's backlog.
    pub connections: usize,
    /// Time for the head of a request.
    pub head: Duration,
    /// Time for everything, reading the answer included.
    pub whole: Duration,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Header fields of a request.
    pub headers: usize,
    /// Time for answers in progress when the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 128,
            head: Duration::from_secs(5),
            whole: Duration::from_secs(15),
            head_bytes: 16 << 10,
            headers: 64,
            drain: Duration::from_secs(1),
        }
    }
}

/// Serves health and metrics until `stop` is done; answers in progress get a moment to end.
///
/// # Errors
/// When the listener has no address, which means that it is no socket any more.
pub async fn serve(listener: TcpListener, state: WebState, stop: impl Future<Output = ()>) -> io::Result<()> {
    let address = listener.local_addr()?;
    Line::new(&events::WEB_STARTED).actor("web").field("listen", address).emit();
    let limits = state.limits;
    let router = answers::router(state.clone()).layer(from_fn_with_state(state, guard));
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            (stream, permit) = accept(&listener, &room) => {
                connections.spawn(serve_one(stream, router.clone(), limits, permit));
            }
            Some(_) = connections.join_next() => {} // how it ended is the asker's affair
        }
    }
    drop(listener);
    // Whoever is not done by then is cut when the set is dropped.
    drop(timeout(limits.drain, async { while connections.join_next().await.is_some() {} }).await);
    Ok(())
}

/// The next connection, as soon as there is room for it.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    let permit = room.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(_) => {
                // No file descriptors left, most likely: they come back when connections end.
                ::metrics::counter!(names::ERRORS, "type" => "other").increment(1);
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve_one(stream: TcpStream, router: Router, limits: Limits, permit: Option<OwnedSemaphorePermit>) {
    drop(timeout(limits.whole, converse(stream, router, limits)).await);
    drop(permit);
}

/// One request and its answer; what is no request gets an answer of ours too.
async fn converse(stream: TcpStream, router: Router, limits: Limits) {
    let came_in_on = stream.local_addr().ok().map(|it| CameInOn(it.ip()));
    let io = Quiet::new(TokioIo::new(stream));
    let may_speak = io.may_speak();
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        may_speak();
        came_in_on.map(|it| request.extensions_mut().insert(it));
        hyper::service::Service::call(&hyper_util::service::TowerToHyperService::new(router.clone()), request)
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_bytes)
        .max_headers(limits.headers)
        .keep_alive(false)
        .serve_connection(io, service);
    let ended = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let mut stream = connection.into_parts().io.into_inner().into_inner();
    if let Some(words) = ended.as_ref().err().and_then(own_words) {
        wire::say(&mut stream, &words).await;
    }
    wire::close(stream).await;
}
