//! One request: who may, how much, and what is answered.

use super::connection::{Phase, Watch};
use super::{Options, REJECTED};
use crate::protocol::intake::{Intake, Taken, Unreadable};
use crate::telegram::raw;
use crate::telemetry::{Line, events};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;

const SECRET: HeaderName = HeaderName::from_static("x-telegram-bot-api-secret-token");

/// Of a body that is too large, so many bytes are still taken, to be thrown away.
const THROWN_MAX: usize = 64 << 20;
/// For so long at most; then the connection is closed.
const THROWING: Duration = Duration::from_secs(2);

/// What stands at the door.
pub(super) struct Guard {
    options: Options,
    secret: [u8; 32],
    intake: Arc<dyn Intake>,
}

type Answer = Response<Empty<Bytes>>;

/// Why a request is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Path,
    Method,
    Secret,
    TooLarge,
    Broken,
}

impl Guard {
    pub(super) fn new(options: Options, intake: Arc<dyn Intake>) -> Self {
        let secret = Sha256::digest(options.secret.as_bytes()).into();
        Self { options, secret, intake }
    }

    pub(super) const fn options(&self) -> &Options {
        &self.options
    }

    fn admit(&self, request: &Request<Incoming>) -> Result<(), Refusal> {
        if request.uri().path() != self.options.path {
            return Err(Refusal::Path);
        }
        if request.method() != Method::POST {
            return Err(Refusal::Method);
        }
        let mut given = request.headers().get_all(SECRET).iter();
        match (given.next(), given.next()) {
            (Some(given), None) if self.knows(given.as_bytes()) => {}
            _ => return Err(Refusal::Secret),
        }
        if request.body().size_hint().lower() > self.options.max_body_bytes as u64 {
            return Err(Refusal::TooLarge);
        }
        Ok(())
    }

    /// Compares digests, so that neither content nor length shows in the time it takes.
    fn knows(&self, given: &[u8]) -> bool {
        let given: [u8; 32] = Sha256::digest(given).into();
        given.ct_eq(&self.secret).into()
    }

    async fn read(&self, body: &mut Incoming) -> Result<Bytes, Refusal> {
        let announced = body.size_hint().exact().unwrap_or(0);
        let mut whole = BytesMut::with_capacity(usize::try_from(announced).unwrap_or(0));
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refusal::Broken)?;
            let Some(data) = frame.data_ref() else { continue };
            if whole.len() + data.len() > self.options.max_body_bytes {
                return Err(Refusal::TooLarge);
            }
            whole.extend_from_slice(data);
        }
        Ok(whole.freeze())
    }

    async fn take(&self, raw: Bytes) -> Taken {
        if raw::is_too_deep(&raw) {
            return self.intake.keep(raw, Unreadable::TooDeep).await;
        }
        self.intake.offer(raw).await
    }
}

/// Answers one request.
pub(super) async fn answer(
    guard: Arc<Guard>,
    watch: Arc<Watch>,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    watch.enter(Phase::Body);
    let answer = match receive(&guard, &watch, request).await {
        Ok(taken) => said_of(taken),
        Err(refusal) => refused(refusal),
    };
    watch.enter(Phase::Head);
    Ok(answer)
}

async fn receive(guard: &Guard, watch: &Watch, request: Request<Incoming>) -> Result<Taken, Refusal> {
    let admitted = guard.admit(&request);
    if matches!(admitted, Ok(()) | Err(Refusal::TooLarge)) {
        watch.knows_the_secret();
    }
    let mut body = request.into_body();
    let read = match admitted {
        Ok(()) => guard.read(&mut body).await,
        Err(refusal) => Err(refusal),
    };
    if read == Err(Refusal::TooLarge) {
        tokio::spawn(tokio::time::timeout(THROWING, let_finish(body)));
    }
    let raw = read?;
    watch.enter(Phase::Answer);
    Ok(guard.take(raw).await)
}

/// Throws away what is still being sent: whoever sends a body to its end before reading our answer would find the
/// connection broken instead of it. Whoever does not send it is not waited for.
async fn let_finish(mut body: Incoming) {
    let mut thrown = 0;
    while let Some(Ok(frame)) = body.frame().await {
        thrown += frame.data_ref().map_or(0, Bytes::len);
        if thrown > THROWN_MAX {
            return;
        }
    }
}

fn said_of(taken: Taken) -> Answer {
    match taken {
        Taken::Done | Taken::Duplicate | Taken::Kept => Answer::default(),
        Taken::Refused { retry_after_s } => {
            let mut answer = status(StatusCode::SERVICE_UNAVAILABLE);
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after_s));
            answer
        }
    }
}

fn refused(refusal: Refusal) -> Answer {
    metrics::counter!(REJECTED, "reason" => refusal.name()).increment(1);
    match refusal {
        Refusal::Path => status(StatusCode::NOT_FOUND),
        Refusal::Method => {
            let mut answer = status(StatusCode::METHOD_NOT_ALLOWED);
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            answer
        }
        Refusal::Secret => {
            forged();
            status(StatusCode::UNAUTHORIZED)
        }
        Refusal::TooLarge => status(StatusCode::PAYLOAD_TOO_LARGE),
        Refusal::Broken => status(StatusCode::BAD_REQUEST),
    }
}

fn forged() {
    Line::new(&events::SEC_WEBHOOK_FORGED)
        .actor("intake/receiver")
        .reason("a request to the webhook without the right secret")
        .next("answered 401, nothing was read")
        .act("if updates do not arrive either, restart: the webhook is set anew with our secret")
        .emit();
}

fn status(code: StatusCode) -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = code;
    answer
}

impl Refusal {
    const fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Method => "method",
            Self::Secret => "secret",
            Self::TooLarge => "too_large",
            Self::Broken => "broken",
        }
    }
}
