//! Deliveries over connections that stay open, as fast as they are taken or at a given rate.

use crate::house::SECRET;
use bytes::Bytes;
use majordomo::clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Connections that Telegram opens at most, unless told otherwise (`telegram.webhook.max_connections`).
pub const CONNECTIONS: usize = 40;

/// How it went.
pub struct Driven {
    /// When each update was due for delivery, in us of [`clock::tick_us`].
    pub due_us: Vec<u64>,
    /// How long after that each was answered, in us.
    pub late_us: Vec<u64>,
    /// Until the last one was answered, in us.
    pub took_us: u64,
    /// Answers that were not 200.
    pub refused: u64,
}

struct Job {
    hook: String,
    bodies: Vec<Bytes>,
    due_us: Vec<u64>,
    late_us: Vec<AtomicU64>,
    next: AtomicUsize,
    refused: AtomicU64,
}

/// Delivers everything. With a rate (per second) each update is due at its own time, whatever happened to
/// those before it, and its latency counts from then.
pub async fn drive(hook: &str, bodies: Vec<Bytes>, per_s: Option<f64>) -> Driven {
    let begun_us = clock::tick_us() + 1_000;
    let due = |n: usize| per_s.map_or(0, |it| begun_us + (n as f64 / it * 1e6) as u64);
    let due_us = (0..bodies.len()).map(due).collect();
    let late_us = bodies.iter().map(|_| AtomicU64::new(0)).collect();
    let (next, refused) = (AtomicUsize::new(0), AtomicU64::new(0));
    let job = Arc::new(Job { hook: hook.into(), bodies, due_us, late_us, next, refused });
    let mut lines = JoinSet::new();
    for _ in 0..CONNECTIONS {
        lines.spawn(line(Arc::clone(&job)));
    }
    while let Some(ended) = lines.join_next().await {
        ended.unwrap();
    }
    let took_us = clock::tick_us() - begun_us;
    let late_us = job.late_us.iter().map(|it| it.load(Ordering::Relaxed)).collect();
    Driven { due_us: job.due_us.clone(), late_us, took_us, refused: job.refused.load(Ordering::Relaxed) }
}

async fn line(job: Arc<Job>) {
    let mut stream = TcpStream::connect(&job.hook).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut request, mut answer) = (Vec::new(), [0; 1024]);
    loop {
        let n = job.next.fetch_add(1, Ordering::Relaxed);
        let Some(body) = job.bodies.get(n) else { return };
        let wait_us = job.due_us[n].saturating_sub(clock::tick_us());
        if wait_us > 0 {
            tokio::time::sleep(Duration::from_micros(wait_us)).await;
        }
        write_request(&mut request, &job.hook, body);
        stream.write_all(&request).await.unwrap();
        let mut read = 0;
        while !answer[..read].ends_with(b"\r\n\r\n") {
            read += match stream.read(&mut answer[read..]).await.unwrap() {
                0 => panic!("the house hung up"),
                more => more,
            };
        }
        job.late_us[n].store(clock::tick_us().saturating_sub(job.due_us[n]), Ordering::Relaxed);
        if !answer.starts_with(b"HTTP/1.1 200") {
            job.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn write_request(request: &mut Vec<u8>, hook: &str, body: &[u8]) {
    request.clear();
    request.extend_from_slice(b"POST /hook HTTP/1.1\r\nHost: ");
    request.extend_from_slice(hook.as_bytes());
    request.extend_from_slice(b"\r\nContent-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: ");
    request.extend_from_slice(SECRET.as_bytes());
    request.extend_from_slice(format!("\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes());
    request.extend_from_slice(body);
}
