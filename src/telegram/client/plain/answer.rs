//! The reading side of HTTP/1.1: a head, then a body whose end is told in one of three ways.

use super::super::transport::{MAX_ANSWER_BYTES, Raw};
use hyper::StatusCode;
use std::io;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The longest head that is read, in bytes.
const HEAD_BYTES: usize = 64 << 10;
/// The most headers that an answer may have.
const HEADERS: usize = 64;
/// Room for the next read, and what a connection that waits keeps at most, in bytes.
const ROOM: usize = 8 << 10;

/// Why there is no answer. Whether the request was performed is not known.
pub(super) struct Lost(pub String);

/// A connection, and what was read from it and belongs to no answer yet.
pub(super) struct Reader {
    pub(super) stream: TcpStream,
    read: Vec<u8>,
}

/// A whole answer.
pub(super) struct Whole {
    pub(super) raw: Raw,
    /// The connection can be used again.
    pub(super) stays: bool,
}

/// What an answer begins with.
struct Head {
    status: StatusCode,
    retry_after: Option<u64>,
    body: Body,
    stays: bool,
    /// Its length, in bytes.
    length: usize,
}

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    /// After so many bytes.
    Length(usize),
    /// With an empty chunk.
    Chunks,
    /// With the connection.
    Rest,
}

impl Reader {
    pub(super) const fn new(stream: TcpStream) -> Self {
        Self { stream, read: Vec::new() }
    }

    /// Whether nothing has come since the last answer, not even the end. Costs a system call only if something has.
    pub(super) fn is_quiet(&self) -> bool {
        let quiet = |error: io::Error| error.kind() == io::ErrorKind::WouldBlock;
        self.read.is_empty() && self.stream.try_read(&mut [0]).is_err_and(quiet)
    }

    /// Reads the answer to the request that was sent.
    pub(super) async fn answer(&mut self) -> Result<Whole, Lost> {
        let head = self.head().await?;
        let body = match head.body {
            Body::Length(length) => self.take(length, 0).await?,
            Body::Chunks => self.chunks().await?,
            Body::Rest => self.rest().await?,
        };
        self.read.shrink_to(ROOM);
        let raw = Raw { status: head.status, retry_after: head.retry_after, body: body.into() };
        Ok(Whole { raw, stays: head.stays })
    }

    async fn head(&mut self) -> Result<Head, Lost> {
        loop {
            if let Some(head) = parse(&self.read)? {
                self.read.drain(..head.length);
                if !head.status.is_informational() {
                    return Ok(head);
                }
            } else if self.read.len() >= HEAD_BYTES {
                return Err(Lost(format!("an answer with more than {HEAD_BYTES} bytes of headers")));
            } else {
                self.more().await?;
            }
        }
    }

    /// The next so many bytes, for a body that has so many already.
    async fn take(&mut self, length: usize, before: usize) -> Result<Vec<u8>, Lost> {
        bounded(length.saturating_add(before))?;
        while self.read.len() < length {
            self.more().await?;
        }
        let taken = self.read[..length].to_vec();
        self.read.drain(..length);
        Ok(taken)
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, Lost> {
        let mut whole = Vec::new();
        loop {
            let length = self.chunk_length().await?;
            if length == 0 {
                while !self.line().await?.is_empty() {} // trailers
                return Ok(whole);
            }
            whole.append(&mut self.take(length, whole.len()).await?);
            if !self.line().await?.is_empty() {
                return Err(broken("a chunk longer than it said"));
            }
        }
    }

    async fn chunk_length(&mut self) -> Result<usize, Lost> {
        let line = self.line().await?;
        match httparse::parse_chunk_size(&[&line[..], b"\r\n"].concat()) {
            Ok(httparse::Status::Complete((_, length))) => Ok(usize::try_from(length).unwrap_or(usize::MAX)),
            Ok(httparse::Status::Partial) | Err(_) => Err(broken("a chunk without a length")),
        }
    }

    /// The next line, without its end.
    async fn line(&mut self) -> Result<Vec<u8>, Lost> {
        loop {
            if let Some(end) = self.read.windows(2).position(|it| it == b"\r\n") {
                let line = self.read[..end].to_vec();
                self.read.drain(..end + 2);
                return Ok(line);
            }
            if self.read.len() >= HEAD_BYTES {
                return Err(broken("a line without an end"));
            }
            self.more().await?;
        }
    }

    async fn rest(&mut self) -> Result<Vec<u8>, Lost> {
        while self.read_some().await? > 0 {
            bounded(self.read.len())?;
        }
        Ok(std::mem::take(&mut self.read))
    }

    async fn more(&mut self) -> Result<(), Lost> {
        match self.read_some().await? {
            0 => Err(Lost("the connection was closed before the answer was whole".into())),
            _ => Ok(()),
        }
    }

    async fn read_some(&mut self) -> Result<usize, Lost> {
        self.read.reserve(ROOM);
        self.stream.read_buf(&mut self.read).await.map_err(|error| Lost(format!("reading: {error}")))
    }
}

fn bounded(length: usize) -> Result<(), Lost> {
    let fits = length <= MAX_ANSWER_BYTES;
    fits.then_some(()).ok_or_else(|| Lost(format!("an answer of more than {MAX_ANSWER_BYTES} bytes")))
}

fn broken(what: &str) -> Lost {
    Lost(format!("no HTTP: {what}"))
}

/// Reads a head, as soon as it is whole.
fn parse(bytes: &[u8]) -> Result<Option<Head>, Lost> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    let parsed = answer.parse(bytes).map_err(|error| Lost(format!("no HTTP: {error}")))?;
    let httparse::Status::Complete(length) = parsed else { return Ok(None) };
    let status = answer.code.and_then(|it| StatusCode::from_u16(it).ok()).ok_or_else(|| broken("a strange status"))?;
    let mut head = Head { status, retry_after: None, body: Body::Rest, stays: answer.version == Some(1), length };
    for header in answer.headers.iter() {
        head.note(header)?;
    }
    if status.is_informational() || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        head.body = Body::Length(0);
    }
    head.stays &= head.body != Body::Rest;
    Ok(Some(head))
}

impl Head {
    fn note(&mut self, header: &httparse::Header<'_>) -> Result<(), Lost> {
        let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            let length = value.parse().map_err(|_| broken("a length that is no number"))?;
            match self.body {
                Body::Chunks => {} // chunks tell the end, whatever else is said
                Body::Length(other) if other != length => return Err(broken("two lengths")),
                Body::Length(_) | Body::Rest => self.body = Body::Length(length),
            }
        } else if is("transfer-encoding") {
            if !value.eq_ignore_ascii_case("chunked") {
                return Err(broken("an encoding that was not asked for"));
            }
            self.body = Body::Chunks;
        } else if is("connection") {
            self.stays &= !value.split(',').any(|it| it.trim().eq_ignore_ascii_case("close"));
        } else if is("retry-after") {
            self.retry_after = value.parse().ok();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    /// What is understood of an answer that comes in pieces of this length.
    async fn understood(answer: &'static [u8], piece: usize) -> Result<(u16, Vec<u8>, bool), String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            for piece in answer.chunks(piece) {
                stream.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        let mut reader = Reader::new(TcpStream::connect(address).await.unwrap());
        let whole = reader.answer().await.map_err(|Lost(why)| why)?;
        Ok((whole.raw.status.as_u16(), whole.raw.body.to_vec(), whole.stays))
    }

    #[tokio::test]
    async fn answers_are_read_however_their_end_is_told_and_in_whatever_pieces_they_come() {
        let cases: [(&[u8], u16, &[u8], bool); 9] = [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello", true),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello", 200, b"hello", true),
            (b"HTTP/1.1 429 Slow\r\nconnection: x, Close\r\ncontent-length: 2\r\n\r\nhe", 429, b"he", false),
            (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhe", 200, b"he", false),
            (b"HTTP/1.1 500 Oh\r\n\r\nhello", 500, b"hello", false),
            (b"HTTP/1.1 204 Nothing\r\n\r\n", 204, b"", true),
            (b"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", 200, b"x", true),
            (
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n",
                200,
                b"hello",
                true,
            ),
            (b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n1\r\nh\r\n0\r\na: b\r\n\r\n", 200, b"h", true),
        ];
        for (answer, status, body, stays) in cases {
            for piece in [1, 2, 7, 1000] {
                let expected = Ok((status, body.to_vec(), stays));
                assert_eq!(understood(answer, piece).await, expected, "{:?}", String::from_utf8_lossy(answer));
            }
        }
    }

    #[tokio::test]
    async fn what_is_broken_off_or_no_http_is_no_answer() {
        let cases: [&[u8]; 8] = [
            b"",
            b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhell",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nx",
            b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nhe",
            b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nhe",
        ];
        for answer in cases {
            assert!(understood(answer, 3).await.is_err(), "{:?}", String::from_utf8_lossy(answer));
        }
    }
}
