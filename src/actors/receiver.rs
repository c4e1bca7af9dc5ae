//! The receiver: gets updates by polling or on our own listener, once Telegram has said who we are.

use super::task::Stopping;
use super::world::World;
use crate::clock;
use crate::config::{Mode, Settings, shares};
use crate::domain::limits::Backoff;
use crate::protocol::health::{CheckState, HealthBoard};
use crate::protocol::intake::Intake;
use crate::store::{Batch, OpenError, Store, keys, rows};
use crate::telegram::error::{ApiError, FloodScope};
use crate::telegram::register::{NewWebhook, RegisterError, Want};
use crate::telegram::source::Source;
use crate::telegram::{polling, register, webhook};
use crate::telemetry::{Line, events};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What the receiver needs.
#[derive(Clone)]
pub struct Receiver {
    /// Everything it may reach.
    pub world: Arc<World>,
    /// Where updates come from.
    pub source: Source,
    /// How they come.
    pub settings: Settings,
    /// Where it says how it is.
    pub health: HealthBoard,
    /// The webhook's secret.
    pub secret: String,
    /// Take over a store that another bot has used.
    pub adopt: bool,
    /// What to do when the house must not go on, with the reason.
    pub fatal: Arc<dyn Fn(&str) + Send + Sync>,
}

/// Who we are, kept so that the house knows itself when it starts without a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Me {
    id: i64,
    username: String,
}

/// Whether updates come by webhook.
#[must_use]
pub fn by_webhook(settings: &Settings) -> bool {
    match settings.telegram.mode {
        Mode::Auto => !settings.telegram.webhook.url.is_empty(),
        Mode::Webhook => true,
        Mode::Polling => false,
    }
}

impl Receiver {
    /// Receives until told to stop.
    ///
    /// # Errors
    /// In words, when receiving cannot go on.
    pub async fn run(self, stopping: Stopping) -> Result<(), String> {
        if by_webhook(&self.settings) { self.listen(stopping).await } else { self.poll(stopping).await }
    }

    /// Asks Telegram who we are, as often as it takes, and tells the house.
    pub async fn introduce(&self) {
        let mut attempt = 0;
        loop {
            let begun = clock::tick_ms();
            match self.source.client.get_me(self.source.deadline).await {
                Ok(me) => {
                    self.health.set("telegram", CheckState::Ok, "answers", Some(clock::tick_ms() - begun));
                    return self.is_me(me.id.0, me.username).await;
                }
                Err(error) => {
                    attempt += 1;
                    self.not_introduced(&error, attempt).await;
                }
            }
        }
    }

    async fn not_introduced(&self, error: &ApiError, attempt: u32) {
        self.health.set("telegram", CheckState::Down, &error.to_string(), None);
        let backoff = Backoff { base_ms: 500, cap_ms: 30_000 };
        let wait_ms = match error {
            ApiError::Unauthorised => 60_000,
            ApiError::Flood { retry_after_s, .. } => retry_after_s * 1000,
            _ => backoff.wait_ms(attempt, clock::random_below(u64::MAX)).max(100),
        };
        Line::new(&events::UPSTREAM_FAILED)
            .actor("intake/receiver")
            .reason(error)
            .field("method", "getMe")
            .next(format!("asked again in {wait_ms}ms"))
            .act("majordomo doctor")
            .emit();
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
    }

    async fn is_me(&self, id: i64, username: String) {
        // Known already when Telegram answered at the start; else this is the first time we hear whose store it is.
        if let Err(error @ OpenError::OtherBot { .. }) = self.world.store.claim_bot(id, self.adopt).await {
            (self.fatal)(&error.to_string());
        }
        self.world.update_house(|house| {
            house.me = id;
            house.username.clone_from(&username);
        });
        let mut batch = Batch::default();
        batch.put(keys::meta("me"), rows::write(&Me { id, username }));
        self.world.store.later(batch);
    }

    async fn poll(self, stopping: Stopping) -> Result<(), String> {
        let retry = retry(&self.settings);
        let wait_s = self.settings.telegram.polling.wait_s;
        let options = polling::Options {
            wait_s,
            limit: self.settings.telegram.polling.limit,
            stall_s: self.settings.telegram.polling.stall_s,
            acknowledge_ms: 30_000,
            retry,
        };
        let intake: Arc<dyn Intake> = Arc::new(self.world.intake.clone());
        let established = async {
            self.introduce().await;
            let mut attempt = 0;
            while let Err(error) = register::once(&self.source, self.registration(Want::Polling)).await {
                attempt += 1;
                let error = match error {
                    RegisterError::Flood(retry_after_s) => ApiError::Flood { retry_after_s, scope: FloodScope::Token },
                    other => ApiError::NotSent { why: other.to_string() },
                };
                self.not_introduced(&error, attempt).await;
            }
        };
        tokio::select! {
            () = established => {}
            () = stopping.clone().wait() => return Ok(()),
        }
        self.health.ready("intake", true, "");
        polling::run(&self.source, intake, options, stopping.wait()).await.map_err(|it| it.to_string())
    }

    async fn listen(self, stopping: Stopping) -> Result<(), String> {
        let settings = &self.settings.telegram.webhook;
        let listener = TcpListener::bind(&settings.listen)
            .await
            .map_err(|error| format!("telegram.webhook.listen = {}: {error}", settings.listen))?;
        let mut options = webhook::Options::new(
            &settings.url,
            self.secret.clone(),
            settings.max_body_bytes,
            settings.max_connections,
        );
        options.max_connections = options.max_connections.min(shares().deliveries);
        options.drain = Duration::from_millis(self.settings.runtime.drain_ms / 2);
        let intake: Arc<dyn Intake> = Arc::new(self.world.intake.clone());
        let want = Want::Webhook(NewWebhook {
            url: settings.url.clone(),
            secret: self.secret.clone(),
            allowed_updates: intake.enabled_updates(),
            // More than we take at once would be turned away, again and again.
            max_connections: settings.max_connections.min(u32::try_from(shares().deliveries).unwrap_or(u32::MAX)),
        });
        let (seen, mut looked) = watch::channel(None);
        let keeper = self.registration(want);
        let registering = async {
            self.introduce().await;
            let ready = async {
                if looked.wait_for(Option::is_some).await.is_ok() {
                    self.health.ready("intake", true, "");
                }
                std::future::pending::<()>().await;
            };
            tokio::select! {
                ended = register::run(&self.source, keeper, seen, std::future::pending()) => ended.map_err(|it| it.to_string()),
                () = ready => Ok(()),
            }
        };
        tokio::select! {
            () = webhook::serve(listener, options, intake, stopping.wait()) => Ok(()),
            ended = registering => ended,
        }
    }

    fn registration(&self, want: Want) -> register::Options {
        register::Options {
            want,
            check_every_s: self.settings.telegram.webhook.check_every_s,
            retry: retry(&self.settings),
            folder: self.settings.store.path.clone(),
        }
    }
}

/// What was known about ourselves in an earlier run.
///
/// # Errors
/// When the store cannot be read.
pub async fn remembered(store: &impl Store) -> Result<Option<(i64, String)>, crate::store::StoreError> {
    let row = store.get(keys::meta("me")).await?;
    Ok(row.and_then(|it| rows::read::<Me>(&it.value).ok()).map(|it| (it.id, it.username)))
}

const fn retry(settings: &Settings) -> Backoff {
    Backoff { base_ms: settings.limits.breaker.retry_base_ms, cap_ms: settings.limits.breaker.retry_cap_ms }
}
