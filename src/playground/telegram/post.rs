//! Bringing one update to a webhook: a bare HTTP/1.1 client that keeps its connection.

use std::io;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Where a webhook is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Host and port.
    pub(super) host: String,
    /// Path with query.
    pub(super) path: String,
}

impl Address {
    /// Reads an address; only plain HTTP is spoken here.
    pub(super) fn read(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        (!host.starts_with(':')).then(|| Self { host, path: path.to_owned() })
    }
}

/// A webhook's answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after_s: f64,
    close: bool,
}

/// A connection that may be open.
#[derive(Default)]
pub(super) struct Line(Option<BufReader<TcpStream>>);

impl Line {
    /// Posts one update; a kept connection that has meanwhile been closed is opened anew.
    pub(super) async fn post(&mut self, to: &Address, secret: &str, body: &[u8]) -> io::Result<Answer> {
        if let Some(stream) = self.0.take() {
            match self.exchange(stream, to, secret, body).await {
                Err(error) if closed(&error) => {}
                other => return other,
            }
        }
        let stream = TcpStream::connect(&to.host).await?;
        stream.set_nodelay(true)?;
        self.exchange(BufReader::new(stream), to, secret, body).await
    }

    async fn exchange(
        &mut self,
        mut stream: BufReader<TcpStream>,
        to: &Address,
        secret: &str,
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut request = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            to.path,
            to.host,
            body.len()
        );
        if !secret.is_empty() {
            request.push_str(&format!("X-Telegram-Bot-Api-Secret-Token: {secret}\r\n"));
        }
        request.push_str("\r\n");
        let mut request = request.into_bytes();
        request.extend_from_slice(body);
        stream.write_all(&request).await?;
        let answer = read_answer(&mut stream).await?;
        if !answer.close {
            self.0 = Some(stream);
        }
        Ok(answer)
    }
}

fn closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

async fn read_answer(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let status = line.split(' ').nth(1).and_then(|it| it.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let mut answer = Answer { status, retry_after_s: 0.0, close: false };
    let mut length = None;
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse::<u64>().ok(),
            "retry-after" => answer.retry_after_s = value.parse().unwrap_or(0.0),
            "connection" => answer.close = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    match length {
        Some(length) => drop(tokio::io::copy(&mut stream.take(length), &mut tokio::io::sink()).await?),
        None => answer.close |= status != 204,
    }
    Ok(answer)
}
