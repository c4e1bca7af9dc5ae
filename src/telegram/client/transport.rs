//! Bytes to Telegram and back: one pool of connections, and every failure told apart.

mod download;
mod meters;

use super::plain::{Limits, Plain};
use super::{ERRORS, FLOODS, Unusable};
use crate::clock;
use crate::config;
use crate::telegram::error::{ApiError, Parameters, Refusal};
use crate::telegram::request::Body;
use bytes::{Bytes, BytesMut};
use meters::{CLASSES, Meters, class_of};
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Response, StatusCode, Url, redirect, retry};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write;
use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

/// The largest answer that is read: 100 updates with long texts stay far below it.
pub(super) const MAX_ANSWER_BYTES: usize = 32 << 20;
/// How long making a connection may take at most; it is also at most half of a call's deadline.
const CONNECT: Duration = Duration::from_secs(5);
/// An idle connection is closed after this long; Telegram closes its side a little later.
const IDLE: Duration = Duration::from_secs(55);

/// Every method that is called: their addresses are made once.
const METHODS: [&str; 26] = [
    "getMe",
    "getUpdates",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "getChat",
    "getChatMember",
    "sendMessage",
    "editMessageText",
    "deleteMessage",
    "deleteMessages",
    "editEphemeralMessageText",
    "deleteEphemeralMessage",
    "sendDocument",
    "setChatPermissions",
    "approveChatJoinRequest",
    "declineChatJoinRequest",
    "answerChatJoinRequestQuery",
    "editChatInviteLink",
    "getChatAdministrators",
    "getFile",
    "restrictChatMember",
    "answerCallbackQuery",
    "createChatInviteLink",
    "setMyCommands",
    "leaveChat",
];

/// The pool of connections and the addresses of the methods. Has no `Debug`: the token is in the addresses.
pub(super) struct Transport {
    /// With TLS and proxies, for everything that is not `plain`.
    http: reqwest::Client,
    /// Calls without TLS and without a proxy: to a server on this machine or in this network.
    plain: Option<Plain>,
    base: String,
    /// Where files are loaded from; the token is in it too.
    files: Url,
    /// Files lie on this machine, at absolute paths.
    local: bool,
    token: String,
    methods: HashMap<&'static str, Method>,
}

/// A method that is called often enough to be known.
struct Method {
    address: Address,
    /// Found when it is called for the first time.
    meters: OnceLock<Meters>,
}

/// Where a method is: for a client that is told the whole address, and for one that knows the server.
struct Address {
    url: Url,
    path: String,
}

impl Address {
    fn of(base: &str, method: &str) -> Option<Self> {
        let url = Url::parse(&[base, method].concat()).ok()?;
        let path = url.path().to_owned();
        Some(Self { url, path })
    }
}

/// What every answer of the Bot API looks like.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Envelope<T> {
    ok: bool,
    #[serde(default = "none")]
    result: Option<T>,
    #[serde(default)]
    error_code: Option<u16>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    parameters: Option<Parameters>,
}

const fn none<T>() -> Option<T> {
    None
}

/// An answer before it is understood.
pub(super) struct Raw {
    pub status: StatusCode,
    pub retry_after: Option<u64>,
    pub body: Bytes,
}

impl Transport {
    pub fn new(settings: &config::Telegram) -> Result<Self, Unusable> {
        let token = settings.token.trim();
        if !is_token(token) {
            return Err(Unusable::Token);
        }
        let server = settings.api_url.trim().trim_end_matches('/');
        let address = Url::parse(server).map_err(|e| Unusable::Address { why: e.to_string() })?;
        if !matches!(address.scheme(), "http" | "https") || !address.has_host() {
            return Err(Unusable::Address { why: "it begins with neither http:// nor https://".into() });
        }
        let base = format!("{server}/bot{token}/");
        let known = |it: &&'static str| {
            let address = Address::of(&base, it)?;
            Some((*it, Method { address, meters: OnceLock::new() }))
        };
        let files =
            Url::parse(&format!("{server}/file/bot{token}/")).map_err(|e| Unusable::Address { why: e.to_string() })?;
        let methods = METHODS.iter().filter_map(known).collect();
        let http = http_client(settings, &address).map_err(|e| Unusable::Http { why: told(&e) })?;
        Ok(Self {
            http,
            plain: plain(settings, &address),
            base,
            files,
            local: settings.local,
            token: token.to_owned(),
            methods,
        })
    }

    /// The same over the TLS client's stack, without TLS: both must sort errors alike.
    #[cfg(test)]
    pub fn secured(mut self) -> Self {
        self.plain = None;
        self
    }

    /// Calls a method and reads its result.
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        body: Body,
        deadline: Duration,
    ) -> Result<T, ApiError> {
        let raw = self.exchange(method, body, deadline);
        self.measured(method, raw, |raw| understand(method, raw)).await
    }

    /// Calls a method and hands back the whole body of a successful answer.
    pub async fn fetch(&self, method: &'static str, body: Body, deadline: Duration) -> Result<Bytes, ApiError> {
        let raw = self.exchange(method, body, deadline);
        self.measured(method, raw, |raw| {
            understand::<IgnoredAny>(method, raw)?;
            Ok(raw.body.clone())
        })
        .await
    }

    async fn measured<T>(
        &self,
        method: &'static str,
        exchange: impl Future<Output = Result<Raw, ApiError>>,
        read: impl FnOnce(&Raw) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let begun_us = clock::tick_us();
        let raw = exchange.await;
        let class = raw.as_ref().map_or(CLASSES.len() - 1, |it| class_of(it.status));
        let outcome = raw.and_then(|it| read(&it)).map_err(|e| self.without_token(e));
        #[expect(clippy::cast_precision_loss, reason = "a call does not last 142 years")]
        let seconds = clock::tick_us().saturating_sub(begun_us) as f64 / 1e6;
        match self.methods.get(method) {
            Some(known) => known.meters.get_or_init(|| Meters::of(method)).record(method, class, seconds),
            None => Meters::of(method).record(method, class, seconds),
        }
        if let Err(error) = &outcome {
            count(error);
        }
        outcome
    }

    async fn exchange(&self, method: &'static str, body: Body, deadline: Duration) -> Result<Raw, ApiError> {
        let not_sent = |why: &str| ApiError::NotSent { why: why.into() };
        let other;
        let address = match self.methods.get(method) {
            Some(known) => &known.address,
            None => {
                other = Address::of(&self.base, method);
                other.as_ref().ok_or_else(|| not_sent("the method's name fits into no address"))?
            }
        };
        let kind =
            HeaderValue::try_from(&*body.kind).map_err(|_| not_sent("the kind of the body fits into no header"))?;
        if let Some(plain) = &self.plain {
            return plain.post(&address.path, &body, deadline).await;
        }
        let mut request = reqwest::Request::new(reqwest::Method::POST, address.url.clone());
        request.headers_mut().insert(CONTENT_TYPE, kind);
        *request.body_mut() = Some(body.bytes.into());
        *request.timeout_mut() = Some(deadline);
        let response = self.http.execute(request).await.map_err(failed)?;
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|it| it.to_str().ok()?.trim().parse().ok());
        Ok(Raw { status, retry_after, body: bounded(response).await? })
    }

    /// The last net: no text that came from outside may bring the token along.
    fn without_token(&self, mut error: ApiError) -> ApiError {
        match &mut error {
            ApiError::Rejected { description: text, .. }
            | ApiError::Blocked { description: text }
            | ApiError::Gone { description: text, .. }
            | ApiError::Conflict { description: text }
            | ApiError::Ambiguous { why: text }
            | ApiError::NotSent { why: text }
            | ApiError::Malformed { why: text } => {
                let secret = self.token.split_once(':').map_or(&*self.token, |(_, secret)| secret);
                if text.contains(secret) {
                    *text = text.replace(&self.token, "<token>").replace(secret, "<token>");
                }
            }
            ApiError::Flood { .. } | ApiError::Migrated { .. } | ApiError::Unauthorised => {}
        }
        error
    }
}

/// The client for an address that needs no TLS.
fn plain(settings: &config::Telegram, address: &Url) -> Option<Plain> {
    if address.scheme() != "http" {
        return None;
    }
    let server = format!("{}:{}", address.host_str()?, address.port_or_known_default()?);
    let most = settings.calls_in_flight.max(1);
    Some(Plain::new(server, Limits { connect: connect_limit(settings), idle: IDLE, most }))
}

fn connect_limit(settings: &config::Telegram) -> Duration {
    CONNECT.min(Duration::from_millis(settings.call_timeout_ms / 2)).max(Duration::from_millis(1))
}

/// Plain or TLS, HTTP/1.1 only: three small calls at a time gain nothing from HTTP/2 and pay for it.
fn http_client(settings: &config::Telegram, address: &Url) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(connect_limit(settings))
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(settings.calls_in_flight.max(1))
        // The token is in the address: it follows no redirect and is told to nobody as referrer.
        .redirect(redirect::Policy::none())
        .referer(false)
        // Only the outbox knows what may be repeated.
        .retry(retry::never());
    if is_loopback(address) {
        // A proxy of the environment is for the way out, not for the own machine.
        builder = builder.no_proxy();
    }
    if address.scheme() == "http" {
        // Without TLS no certificates are loaded: a machine that has none can talk to a local server.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

/// Reads a body up to the limit, without a copy when it came in one piece.
async fn bounded(mut response: Response) -> Result<Bytes, ApiError> {
    let first = response.chunk().await.map_err(failed)?.unwrap_or_default();
    let Some(second) = response.chunk().await.map_err(failed)? else {
        return Ok(first);
    };
    let mut body = BytesMut::from(first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(ApiError::Ambiguous { why: format!("an answer of more than {MAX_ANSWER_BYTES} bytes") });
        }
        body.extend_from_slice(&chunk);
        next = response.chunk().await.map_err(failed)?;
    }
    Ok(body.freeze())
}

fn understand<T: DeserializeOwned>(method: &str, raw: &Raw) -> Result<T, ApiError> {
    match serde_json::from_slice::<Envelope<T>>(&raw.body) {
        Ok(Envelope { ok: true, result: Some(result), .. }) => Ok(result),
        Ok(Envelope { ok: true, .. }) => Err(ApiError::Malformed { why: "no result in it".into() }),
        Ok(refused) => Err(refusal(raw, refused).class(method)),
        Err(error) => Err(misunderstood(method, raw, &error)),
    }
}

/// Why an answer could not be read: the words of the JSON reader stay out, they quote the answer.
fn misunderstood(method: &str, raw: &Raw, error: &serde_json::Error) -> ApiError {
    match serde_json::from_slice::<Envelope<IgnoredAny>>(&raw.body) {
        Ok(Envelope { ok: true, .. }) => {
            ApiError::Malformed { why: format!("its result has another shape at column {}", error.column()) }
        }
        Ok(refused) => refusal(raw, refused).class(method),
        Err(_) if raw.status.is_success() => {
            ApiError::Ambiguous { why: format!("{} bytes that are no answer of the Bot API", raw.body.len()) }
        }
        Err(_) => {
            let parameters = Parameters { retry_after: raw.retry_after, migrate_to_chat_id: None };
            Refusal { code: raw.status.as_u16(), description: None, parameters }.class(method)
        }
    }
}

fn refusal<T>(raw: &Raw, answer: Envelope<T>) -> Refusal {
    let mut parameters = answer.parameters.unwrap_or_default();
    parameters.retry_after = parameters.retry_after.or(raw.retry_after);
    let code = answer.error_code.unwrap_or_else(|| raw.status.as_u16());
    Refusal { code, description: Some(answer.description.unwrap_or_default()), parameters }
}

/// Tells a request that never left us from one that may have arrived.
fn failed(error: reqwest::Error) -> ApiError {
    let error = error.without_url();
    let surely_not_sent = error.is_connect() || error.is_builder();
    let why = told(&error);
    if surely_not_sent { ApiError::NotSent { why } } else { ApiError::Ambiguous { why } }
}

/// An error with its causes, and without the address.
fn told(error: &reqwest::Error) -> String {
    let mut words = if error.is_timeout() { "deadline over".to_owned() } else { error.to_string() };
    let mut cause = error.source();
    while let Some(next) = cause {
        let _ = write!(words, ": {next}");
        cause = next.source();
    }
    words
}

fn count(error: &ApiError) {
    metrics::counter!(ERRORS, "type" => error.name()).increment(1);
    if let ApiError::Flood { scope, .. } = error {
        metrics::counter!(FLOODS, "scope" => scope.name()).increment(1);
    }
}

fn is_token(token: &str) -> bool {
    let plain = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'-';
    token.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty() && id.bytes().all(|it| it.is_ascii_digit()) && secret.len() >= 8 && secret.bytes().all(plain)
    })
}

fn is_loopback(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}
