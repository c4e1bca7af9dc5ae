//! The listener that Telegram calls: bytes in, a status out, nothing else.
//!
//! This is the hot path, so it is plain hyper: one task per connection and none per request, no timer per
//! request, the body copied once into memory of its own size (hyper's read buffer is then used again
//! instead of being held by every waiting update). One `Watch` per connection looks a few times per
//! time-out whether the other side dawdles: with its headers, with its body, or with doing nothing.

mod connection;
mod guard;
mod room;

#[cfg(test)]
mod tests;

use crate::protocol::intake::{Intake, Reception};
use crate::telemetry::{Line, events};
use connection::{Dawdle, Watch};
use guard::Guard;
use hyper_util::rt::TokioIo;
use room::{Entrance, Room};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Requests and connections turned away, by reason.
pub const REJECTED: &str = "bot_ingress_rejected_total";

/// How the listener behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The path of the public address; nothing else exists here.
    pub path: String,
    /// What Telegram must send along. Secret.
    pub secret: String,
    /// Largest body accepted, in bytes.
    pub max_body_bytes: usize,
    /// Connections at the same time; one more takes the place of the oldest that does not know the secret, or idles.
    pub max_connections: usize,
    /// How long the headers of a request may take, from their first byte.
    pub header_timeout: Duration,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// How long a connection may stay open without a request.
    pub idle_timeout: Duration,
    /// How long intake may take for its answer; it puts on disk what takes long, so this is never reached
    /// while intake is well.
    pub answer_timeout: Duration,
    /// How long requests in flight may take when the listener stops.
    pub drain: Duration,
}

impl Options {
    /// The usual time limits around what the configuration says.
    #[must_use]
    pub fn new(url: &str, secret: String, max_body_bytes: usize, max_connections: u32) -> Self {
        Self {
            path: path_of(url),
            secret,
            max_body_bytes,
            // A proxy in between may keep old connections open while it makes new ones.
            max_connections: max_connections as usize * 4 + 16,
            header_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_mins(2),
            answer_timeout: Duration::from_secs(25),
            drain: Duration::from_secs(5),
        }
    }
}

/// The path under which Telegram calls this address.
#[must_use]
pub fn path_of(url: &str) -> String {
    let uri = url.parse::<hyper::Uri>();
    uri.map_or_else(|_| "/".into(), |it| it.path().to_owned())
}

/// Serves until `stop` is ready; then takes no more, finishes what is in flight and returns. Dropping it
/// closes everything at once.
pub async fn serve(listener: TcpListener, options: Options, intake: Arc<dyn Intake>, stop: impl Future<Output = ()>) {
    let drain = options.drain;
    let (stopping, stopped) = watch::channel(false);
    let mut room = Room::new(options.max_connections);
    let guard = Arc::new(Guard::new(options, intake.clone()));
    intake.reception(Reception::Open);
    tokio::select! {
        () = stop => {}
        () = accept(&listener, &guard, &stopped, &mut room) => {}
    }
    intake.reception(Reception::Paused);
    drop(listener);
    drop(stopped);
    let _ = stopping.send(true);
    let _ = tokio::time::timeout(drain, room.empty()).await;
    room.close().await;
}

async fn accept(listener: &TcpListener, guard: &Arc<Guard>, stopped: &watch::Receiver<bool>, room: &mut Room) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                out_of_sockets(&error).await;
                continue;
            }
        };
        let watch = Arc::new(Watch::default());
        let talk = talk(stream, watch.clone(), guard.clone(), stopped.clone());
        match room.enter(watch, talk).await {
            Entrance::Free => {}
            Entrance::InPlaceOfAnother => metrics::counter!(REJECTED, "reason" => "displaced").increment(1),
            Entrance::Closed => metrics::counter!(REJECTED, "reason" => "connections").increment(1),
        }
    }
}

/// An accept fails when the process may open no more files; a moment later it may.
async fn out_of_sockets(error: &std::io::Error) {
    Line::new(&events::INTAKE_STALLED)
        .actor("intake/receiver")
        .reason(format_args!("a connection could not be accepted: {error}"))
        .next("tries again in 100ms; Telegram delivers again")
        .act("raise the limit of open files, if this repeats")
        .emit();
    tokio::time::sleep(Duration::from_millis(100)).await;
}

async fn talk(stream: TcpStream, watch: Arc<Watch>, guard: Arc<Guard>, mut stopped: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(connection::Watched::new(stream, watch.clone()));
    let service = {
        let (guard, watch) = (guard.clone(), watch.clone());
        hyper::service::service_fn(move |request| guard::answer(guard.clone(), watch.clone(), request))
    };
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.header_read_timeout(None).max_headers(64).max_buf_size(64 << 10);
    let mut talk = std::pin::pin!(builder.serve_connection(io, service));
    let mut dawdle = std::pin::pin!(connection::dawdles(&watch, guard.options()));
    tokio::select! {
        biased;
        _ = talk.as_mut() => return,
        what = dawdle.as_mut() => return hung_up(what),
        _ = stopped.changed() => talk.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        _ = talk => {}
        what = dawdle => hung_up(what),
    }
}

fn hung_up(what: Dawdle) {
    metrics::counter!(REJECTED, "reason" => what.name()).increment(1);
    if what == Dawdle::Answer {
        Line::new(&events::INTAKE_STALLED)
            .actor("intake/receiver")
            .reason("intake did not answer for an update in time")
            .next("the connection is closed; Telegram delivers the update again")
            .act("majordomo tree")
            .emit();
    }
}
