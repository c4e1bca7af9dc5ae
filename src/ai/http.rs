//! Bytes to a provider and back: one client per provider, every wait and every size within a named limit.

use super::Unusable;
use super::failure::{Failure, Tried};
use super::sort::Refusal;
use crate::clock;
use crate::config::{AiLimits, AiProvider, Secret};
use crate::domain::ai::Usage;
use crate::domain::limits::TripReason;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::multipart::Form;
use reqwest::{Method, RequestBuilder, Url, redirect, retry};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::error::Error;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

mod answering;

pub(super) use answering::Answering;

/// The way to one provider: its own pool of connections, so that one that hangs costs the others nothing. Has no
/// `Debug`: the key is in it.
pub(super) struct Http {
    name: String,
    base: String,
    key: Secret,
    headers: HeaderMap,
    client: reqwest::Client,
    limits: AiLimits,
    slots: Semaphore,
}

/// How a kind of provider wants to be told the key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Auth {
    /// `Authorization: Bearer`.
    Bearer,
    /// In a header of its own.
    Header(&'static str),
}

/// What one call is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    /// `chat`, `embedding`, `check`.
    pub doing: &'static str,
    /// The model, or nothing.
    pub model: &'a str,
    /// About how many tokens the question has: what is counted when it was sent and nobody knows what became of it.
    pub input: u32,
}

impl Http {
    /// # Errors
    /// The settings are no way to anywhere, or this machine can make no TLS client.
    pub fn new(
        name: &str,
        settings: &AiProvider,
        limits: &AiLimits,
        usual: &str,
        auth: Auth,
    ) -> Result<Self, Unusable> {
        let base = if settings.base_url.is_empty() { usual } else { settings.base_url.trim() };
        let base = base.trim_end_matches('/');
        let url = Url::parse(base).map_err(|_| Unusable::Address { provider: name.into() })?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(Unusable::Address { provider: name.into() });
        }
        let key = Secret::from(settings.key.trim());
        let headers = auth.headers(&key).ok_or_else(|| Unusable::Key { provider: name.into() })?;
        let client =
            client(&url, limits).map_err(|e| Unusable::Http { provider: name.into(), why: told(&e.without_url()) })?;
        let slots = Semaphore::new(limits.in_flight);
        Ok(Self { name: name.into(), base: base.into(), key, headers, client, limits: limits.clone(), slots })
    }

    /// With one more header in every request.
    pub fn with(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Asks with a JSON body and hands back the answer while it comes.
    ///
    /// # Errors
    /// Everything but an answer with 2xx.
    pub async fn post(&self, call: Call<'_>, path: &str, body: &Value) -> Result<Answering<'_>, Failure> {
        let request = self.request(call, Method::POST, path)?;
        self.send(call, request.header(CONTENT_TYPE, "application/json").body(body.to_string())).await
    }

    /// Asks with a form and reads the whole answer as JSON.
    ///
    /// # Errors
    /// As [`Self::post`], and when the answer is too large or not what it should be.
    pub async fn upload<T: DeserializeOwned>(&self, call: Call<'_>, path: &str, form: Form) -> Result<T, Failure> {
        let request = self.request(call, Method::POST, path)?;
        self.send(call, request.multipart(form)).await?.json().await
    }

    /// Asks with a JSON body and reads the whole answer as JSON.
    ///
    /// # Errors
    /// As [`Self::post`], and when the answer is too large or not what it should be.
    pub async fn fetch<T: DeserializeOwned>(&self, call: Call<'_>, path: &str, body: &Value) -> Result<T, Failure> {
        self.post(call, path, body).await?.json().await
    }

    /// Looks something up.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub async fn get<T: DeserializeOwned>(&self, call: Call<'_>, path: &str) -> Result<T, Failure> {
        let request = self.request(call, Method::GET, path)?;
        self.send(call, request).await?.json().await
    }

    #[expect(clippy::unnecessary_box_returns, reason = "a failure keeps it so")]
    pub fn tried(&self, call: Call<'_>) -> Box<Tried> {
        let Call { doing, model, .. } = call;
        Box::new(Tried { provider: self.name.clone(), model: model.into(), doing, ..Tried::default() })
    }

    /// The failure that an error within an answer is.
    pub fn refused(&self, call: Call<'_>, said: &Value) -> Failure {
        Refusal::in_stream(said, &self.key).failure(self.tried(call))
    }

    pub fn malformed(&self, call: Call<'_>, why: String) -> Failure {
        Failure::Malformed { tried: self.spent(call), why }
    }

    /// What was tried, when it may have been paid for.
    #[expect(clippy::unnecessary_box_returns, reason = "a failure keeps it so")]
    fn spent(&self, call: Call<'_>) -> Box<Tried> {
        let mut tried = self.tried(call);
        tried.usage = Usage { input: call.input, output: 0 };
        tried
    }

    pub fn down(&self, call: Call<'_>, reason: TripReason, why: String) -> Failure {
        Failure::Down { tried: self.spent(call), reason, why, retry_after_ms: None }
    }

    fn request(&self, call: Call<'_>, method: Method, path: &str) -> Result<RequestBuilder, Failure> {
        let url = Url::parse(&[&self.base, path].concat()).map_err(|_| {
            let why = "the model's name fits into no address".into();
            Failure::Model { tried: self.tried(call), why }
        })?;
        Ok(self.client.request(method, url).headers(self.headers.clone()))
    }

    async fn send(&self, call: Call<'_>, request: RequestBuilder) -> Result<Answering<'_>, Failure> {
        let full = || Failure::Full { tried: self.tried(call), limit: self.limits.in_flight };
        let slot = self.slots.try_acquire().map_err(|_| full())?;
        let begun_ms = clock::tick_ms();
        let first = Duration::from_millis(self.limits.first_byte_ms.min(self.limits.total_ms));
        let response = match timeout(first, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(self.unsent(call, error)),
            Err(_) => {
                let why = format!("no answer within {} ms", first.as_millis());
                return Err(self.down(call, TripReason::TimedOut, why));
            }
        };
        let is_ok = response.status().is_success();
        let mut answering = Answering::new(self, call, response, begun_ms, slot);
        if is_ok { Ok(answering) } else { Err(answering.refusal().await) }
    }

    /// The request failed before there was an answer.
    fn unsent(&self, call: Call<'_>, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let reason = if error.is_timeout() { TripReason::TimedOut } else { TripReason::Unreachable };
        let mut failure = self.down(call, reason, told(&error));
        if error.is_connect() || error.is_builder() {
            failure.tried_mut().usage = Usage::default();
        }
        failure
    }
}

impl Auth {
    /// The headers of every call; `None` when the key fits into no header.
    fn headers(self, key: &str) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        if key.is_empty() {
            return Some(headers);
        }
        let (name, value) = match self {
            Self::Bearer => (AUTHORIZATION, HeaderValue::try_from(format!("Bearer {key}"))),
            Self::Header(name) => (HeaderName::from_static(name), HeaderValue::try_from(key)),
        };
        let mut value = value.ok()?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Some(headers)
    }
}

/// HTTP/1.1: a stream of its own per answer, so that closing one ends one.
fn client(url: &Url, limits: &AiLimits) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(Duration::from_millis(limits.connect_ms))
        .pool_max_idle_per_host(limits.in_flight)
        // The key is in the headers: it follows no redirect and is told to nobody else.
        .redirect(redirect::Policy::none())
        .referer(false)
        // Only the gateway knows what may be repeated.
        .retry(retry::never());
    if is_loopback(url) {
        // A proxy of the environment is for the way out, not for the own machine.
        builder = builder.no_proxy();
    }
    if url.scheme() == "http" {
        // Without TLS no certificates are loaded: a machine that has none can talk to a local server.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// The innermost cause, which is the one that says something.
fn told(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(next) = innermost.source() {
        innermost = next;
    }
    if error.is_connect() && error.is_timeout() {
        return "no connection in time".into();
    }
    let step = if error.is_connect() { "no connection: " } else { "" };
    format!("{step}{innermost}")
}
