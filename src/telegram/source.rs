//! The client as the source of updates: what polling and registration ask of it.

use super::client::{Client, NewWebhook as ClientWebhook, Poll};
use super::error::ApiError;
use super::polling::{PollError, Updates};
use super::register::{NewWebhook, RegisterError, WebhookInfo, Webhooks};
use bytes::Bytes;
use std::time::Duration;

/// Beyond the time that Telegram is asked to wait. Who gives a silent poll up is polling itself
/// (`telegram.polling.stall_s`); this only ends what nobody waits for.
const SLACK: Duration = Duration::from_hours(12);

/// The client with the deadline of its short calls.
#[derive(Clone)]
pub struct Source {
    /// The transport.
    pub client: Client,
    /// Deadline of calls that do not wait.
    pub deadline: Duration,
}

impl Updates for Source {
    async fn get_updates_raw(
        &self,
        offset: u64,
        limit: u32,
        wait_s: u64,
        allowed: &[&'static str],
    ) -> Result<Bytes, PollError> {
        let poll = Poll { offset: (offset > 0).then_some(offset), limit, wait_s, allowed };
        let deadline = Duration::from_secs(wait_s) + SLACK;
        self.client.get_updates_raw(&poll, deadline).await.map_err(|error| match error {
            ApiError::Conflict { description } => PollError::Conflict(description),
            ApiError::Unauthorised => PollError::Unauthorised,
            ApiError::Flood { retry_after_s, .. } => PollError::Flood(retry_after_s),
            other => PollError::Network(other.to_string()),
        })
    }
}

impl Webhooks for Source {
    async fn get_webhook_info(&self) -> Result<WebhookInfo, RegisterError> {
        let info = self.client.get_webhook_info(self.deadline).await.map_err(refused)?;
        Ok(WebhookInfo {
            url: info.url,
            pending_update_count: info.pending_update_count,
            last_error_date: info.last_error_date,
            last_error_message: info.last_error_message,
            max_connections: info.max_connections,
            allowed_updates: (!info.allowed_updates.is_empty()).then_some(info.allowed_updates),
        })
    }

    async fn set_webhook(&self, webhook: &NewWebhook) -> Result<(), RegisterError> {
        let wanted = ClientWebhook {
            url: &webhook.url,
            secret: &webhook.secret,
            max_connections: webhook.max_connections,
            allowed: &webhook.allowed_updates,
        };
        self.client.set_webhook(&wanted, self.deadline).await.map_err(refused)
    }

    async fn delete_webhook(&self) -> Result<(), RegisterError> {
        self.client.delete_webhook(self.deadline).await.map_err(refused)
    }
}

fn refused(error: ApiError) -> RegisterError {
    match error {
        ApiError::Unauthorised => RegisterError::Unauthorised,
        ApiError::Flood { retry_after_s, .. } => RegisterError::Flood(retry_after_s),
        ApiError::Rejected { description, .. } => RegisterError::Refused(description),
        other => RegisterError::Network(other.to_string()),
    }
}
