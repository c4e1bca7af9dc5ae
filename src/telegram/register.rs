//! Whether Telegram calls the address it should: set when ours is missing, removed when polling.
//!
//! What to do is decided by [`decide`], a table; [`run`] does it at the start and again every hour.
//! Waiting updates are never dropped on the way.

mod secret;

#[cfg(test)]
mod tests;

pub use secret::{known_address, secret};

use crate::clock;
use crate::domain::limits::Backoff;
use crate::domain::types::Moment;
use crate::telemetry::{Line, events};
use serde::Deserialize;
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;

/// Updates that wait at Telegram.
pub const PENDING_UPDATES: &str = "bot_telegram_pending_updates";

/// The least wait after a failure, in ms, whatever is configured.
const LEAST_WAIT_MS: u64 = 100;

/// The calls about the webhook.
pub trait Webhooks: Send + Sync + 'static {
    /// `getWebhookInfo`.
    fn get_webhook_info(&self) -> impl Future<Output = Result<WebhookInfo, RegisterError>> + Send;
    /// `setWebhook`, always with `drop_pending_updates: false`.
    fn set_webhook(&self, webhook: &NewWebhook) -> impl Future<Output = Result<(), RegisterError>> + Send;
    /// `deleteWebhook`, always with `drop_pending_updates: false`.
    fn delete_webhook(&self) -> impl Future<Output = Result<(), RegisterError>> + Send;
}

/// Why a call about the webhook failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// 401 or 404.
    #[error("Telegram does not know this token")]
    Unauthorised,
    /// 429: so many seconds of silence are wanted.
    #[error("429: told to wait {0}s")]
    Flood(u64),
    /// Telegram does not want this address; its words.
    #[error("{0}")]
    Refused(String),
    /// No answer; without any URL.
    #[error("{0}")]
    Network(String),
}

/// What Telegram says about the webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WebhookInfo {
    /// The address; empty when there is none.
    pub url: String,
    /// Updates that wait.
    pub pending_update_count: u64,
    /// When a delivery last failed, in seconds since 1970.
    pub last_error_date: Option<u64>,
    /// Why it failed.
    pub last_error_message: Option<String>,
    /// Parallel deliveries.
    pub max_connections: Option<u32>,
    /// Kinds asked for; absent when they are Telegram's default.
    pub allowed_updates: Option<Vec<String>>,
}

/// What `setWebhook` is told.
#[derive(Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// The address.
    pub url: String,
    /// What Telegram sends along. Secret.
    pub secret: String,
    /// Kinds asked for.
    pub allowed_updates: Vec<&'static str>,
    /// Parallel deliveries.
    pub max_connections: u32,
}

/// What we want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// No webhook: updates are polled.
    Polling,
    /// This one.
    Webhook(NewWebhook),
}

/// What we know from before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The address that we set last, maybe in an earlier run.
    pub address: Option<String>,
    /// When this process set it.
    pub set_at: Option<Moment>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// All is well.
    Keep,
    /// Set ours.
    Set(Reason),
    /// Remove what is set.
    Delete,
}

/// Why the webhook is set (anew).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The first look of this process: Telegram does not tell which secret it uses, so it is told ours.
    Start,
    /// There is none.
    Missing,
    /// There is another one.
    Foreign,
    /// The kinds asked for differ.
    Kinds,
    /// The number of parallel deliveries differs.
    Connections,
    /// Deliveries fail with 401 although it was set: somebody set our address with another secret.
    Secret,
}

/// What to do, and whose address was found instead of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What to do.
    pub action: Action,
    /// An address that neither is nor was ours.
    pub foreign: Option<String>,
}

/// Compares what is with what should be.
#[must_use]
pub fn decide(want: &Want, info: &WebhookInfo, memory: &Memory) -> Decision {
    let ours = match want {
        Want::Polling => None,
        Want::Webhook(webhook) => Some(webhook),
    };
    let is_ours = |url: &String| ours.is_some_and(|it| it.url == *url) || memory.address.as_ref() == Some(url);
    let foreign = Some(info.url.clone()).filter(|it| !it.is_empty() && !is_ours(it));
    let action = match ours {
        None if info.url.is_empty() => Action::Keep,
        None => Action::Delete,
        Some(ours) => difference(ours, info, memory).map_or(Action::Keep, Action::Set),
    };
    Decision { action, foreign }
}

fn difference(ours: &NewWebhook, info: &WebhookInfo, memory: &Memory) -> Option<Reason> {
    let table = [
        (Reason::Missing, info.url.is_empty()),
        (Reason::Foreign, info.url != ours.url),
        (Reason::Start, memory.set_at.is_none()),
        (Reason::Kinds, !same_kinds(ours, info)),
        (Reason::Connections, info.max_connections.is_some_and(|it| it != ours.max_connections)),
        (Reason::Secret, fails_with_401_since(info, memory.set_at)),
    ];
    table.into_iter().find_map(|(reason, holds)| holds.then_some(reason))
}

fn same_kinds(ours: &NewWebhook, info: &WebhookInfo) -> bool {
    let theirs = info.allowed_updates.as_deref().unwrap_or_default();
    theirs.iter().all(|it| ours.allowed_updates.contains(&it.as_str()))
        && ours.allowed_updates.iter().all(|it| theirs.iter().any(|their| their == it))
}

fn fails_with_401_since(info: &WebhookInfo, set_at: Option<Moment>) -> bool {
    let failed_s = info.last_error_date.unwrap_or(0);
    let says_401 = info.last_error_message.as_ref().is_some_and(|it| it.contains("401"));
    says_401 && set_at.is_some_and(|it| failed_s > it.0 / 1000 + SETTLING_S)
}

/// Deliveries that were under way when the webhook was set may still fail with the old secret.
const SETTLING_S: u64 = 60;

/// How the webhook is looked after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What we want.
    pub want: Want,
    /// Time between two looks, in seconds.
    pub check_every_s: u64,
    /// Waits after a failed look.
    pub retry: Backoff,
    /// The store's folder, in which the address set last is remembered.
    pub folder: PathBuf,
}

/// Why it ended by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// Nothing will come until the token is changed.
    #[error("Telegram refused the token; get a valid one from @BotFather and set telegram.token")]
    Unauthorised,
}

/// Looks after the webhook until `stop` is ready; what was seen last is shown in `seen`.
///
/// # Errors
/// When the token is refused.
pub async fn run<W: Webhooks>(
    webhooks: &W,
    options: Options,
    seen: watch::Sender<Option<WebhookInfo>>,
    stop: impl Future<Output = ()>,
) -> Result<(), Ended> {
    let mut keeper = Keeper::new(webhooks, options);
    tokio::select! {
        biased;
        () = stop => Ok(()),
        ended = keeper.look_for_ever(&seen) => Err(ended),
    }
}

/// Looks once, and does what is to be done: for a poller, before its first `getUpdates`.
///
/// # Errors
/// What Telegram answered instead.
pub async fn once<W: Webhooks>(webhooks: &W, options: Options) -> Result<WebhookInfo, RegisterError> {
    Keeper::new(webhooks, options).look().await
}

struct Keeper<'a, W> {
    webhooks: &'a W,
    options: Options,
    memory: Memory,
    failures: u32,
}

impl<'a, W: Webhooks> Keeper<'a, W> {
    fn new(webhooks: &'a W, options: Options) -> Self {
        let memory = Memory { address: known_address(&options.folder), set_at: None };
        Self { webhooks, options, memory, failures: 0 }
    }

    async fn look_for_ever(&mut self, seen: &watch::Sender<Option<WebhookInfo>>) -> Ended {
        loop {
            let wait_ms = match self.look().await {
                Ok(info) => {
                    self.failures = 0;
                    seen.send_replace(Some(info));
                    self.options.check_every_s.max(1).saturating_mul(1000)
                }
                Err(RegisterError::Unauthorised) => return Ended::Unauthorised,
                Err(error) => self.failed(&error),
            };
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
    }

    async fn look(&mut self) -> Result<WebhookInfo, RegisterError> {
        let mut info = self.webhooks.get_webhook_info().await?;
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!(PENDING_UPDATES).set(info.pending_update_count as f64);
        let decision = decide(&self.options.want, &info, &self.memory);
        if let Some(url) = &decision.foreign {
            foreign(url, &decision.action);
        }
        match (&decision.action, &self.options.want) {
            (Action::Set(_), Want::Webhook(webhook)) => {
                self.webhooks.set_webhook(webhook).await?;
                info.url.clone_from(&webhook.url);
                self.memory = Memory { address: Some(webhook.url.clone()), set_at: Some(clock::now()) };
                secret::remember_address(&self.options.folder, &webhook.url);
            }
            (Action::Delete, _) => {
                self.webhooks.delete_webhook().await?;
                info.url.clear();
            }
            (Action::Keep | Action::Set(_), _) => {}
        }
        Ok(info)
    }

    fn failed(&mut self, error: &RegisterError) -> u64 {
        let half = (self.options.retry.ceiling_ms(self.failures) / 2).max(LEAST_WAIT_MS);
        let told_ms = if let RegisterError::Flood(s) = error { s.saturating_mul(1000) } else { 0 };
        let wait_ms = told_ms.saturating_add(half).saturating_add(clock::random_below(half + 1));
        if self.failures == 0 {
            Line::new(&events::INTAKE_PAUSED)
                .actor("intake/register")
                .reason(format_args!("the webhook could not be looked at or set: {error}"))
                .next(format_args!("tries again in {wait_ms}ms"))
                .act("majordomo doctor; telegram.webhook.url must be https on port 443, 80, 88 or 8443")
                .emit();
        }
        self.failures = self.failures.saturating_add(1);
        wait_ms
    }
}

/// Only the host is shown: the path of somebody's webhook is their secret.
fn foreign(url: &str, action: &Action) {
    let host = url.parse::<hyper::Uri>().ok().and_then(|it| it.host().map(str::to_owned));
    let next = match action {
        Action::Delete => "it is removed, updates are polled",
        Action::Set(_) | Action::Keep => "it is replaced by ours",
    };
    Line::new(&events::SEC_WEBHOOK_FOREIGN)
        .actor("intake/register")
        .reason(format_args!("updates of this bot went to {}", host.as_deref().unwrap_or("another address")))
        .next(next)
        .act("if that is not yours, the token leaked: revoke it with @BotFather (/revoke) and set the new one")
        .emit();
}

impl std::fmt::Debug for NewWebhook {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.debug_struct("NewWebhook")
            .field("url", &self.url)
            .field("allowed_updates", &self.allowed_updates)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}
