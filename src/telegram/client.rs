//! The one HTTP client of the Bot API: a deadline on every call, a class for every failure, the token in no text.

mod plain;
mod transport;
mod wire;

#[cfg(test)]
mod tests;

use super::error::{ApiError, Lost};
use super::request::{self, Answer, Body, EncodeContext, Request, Unwritable, json};
use crate::config;
use crate::domain::effect::{Call, MenuScope};
use crate::domain::event::{Outcome, Standing};
use crate::domain::fact::{Admin, ChatInfo, ChatRef};
use crate::domain::types::{ChatId, Language, Made, MessageId, Slot, UserId};
use bytes::Bytes;
use frankenstein::methods::DeleteWebhookParams;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use transport::Transport;
use wire::Nothing;

/// Calls, by method.
pub const CALLS: &str = "bot_api_calls_total";
/// How long calls take, by method and class of the answer.
pub const CALL_SECONDS: &str = "bot_api_call_duration_seconds";
/// Answers "too many requests", by scope.
pub const FLOODS: &str = "bot_api_429_total";
/// Failures, by type.
pub const ERRORS: &str = "bot_errors_total";

/// The client. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Client {
    transport: Arc<Transport>,
}

/// Why there can be no client: a setting is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unusable {
    /// `telegram.token` is not a token.
    #[error("telegram.token is no bot token: expected digits, a colon, letters and digits, as @BotFather gives it")]
    Token,
    /// `telegram.api_url` is not an address.
    #[error("telegram.api_url is not an address: {why}; expected for example https://api.telegram.org")]
    Address {
        /// What is wrong with it.
        why: String,
    },
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {why}")]
    Http {
        /// Why not.
        why: String,
    },
}

/// What came of a call that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The message it made or edited.
    pub message: Option<MessageId>,
    /// The id of the message it made, when one person alone sees it.
    pub ephemeral: Option<i64>,
    /// The link it made.
    pub link: Option<String>,
}

/// Why a call was not performed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PerformError {
    /// It cannot be written as a request.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// It was tried.
    #[error(transparent)]
    Api(#[from] ApiError),
}

/// Who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The bot's id.
    pub id: UserId,
    /// Its username without `@`.
    pub username: String,
    /// Its name.
    pub name: String,
    /// It hears everything in groups (privacy mode is off).
    pub reads_groups: bool,
}

/// What `getWebhookInfo` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct WebhookInfo {
    /// The registered address; empty when there is none.
    pub url: String,
    /// Updates that wait.
    pub pending_update_count: u64,
    /// When the last delivery failed, in seconds since 1970.
    pub last_error_date: Option<u64>,
    /// Why.
    pub last_error_message: Option<String>,
    /// Parallel deliveries.
    pub max_connections: Option<u32>,
    /// The kinds it delivers; empty is Telegram's default list.
    pub allowed_updates: Vec<String>,
}

/// What `setWebhook` registers.
#[derive(Clone, Copy)]
pub struct NewWebhook<'a> {
    /// The public address.
    pub url: &'a str,
    /// The secret that Telegram sends along.
    pub secret: &'a str,
    /// Parallel deliveries, 1 to 100.
    pub max_connections: u32,
    /// The kinds to deliver, never empty.
    pub allowed: &'a [&'a str],
}

/// What `getUpdates` asks for.
#[derive(Clone, Copy, Debug)]
pub struct Poll<'a> {
    /// The first id that is not confirmed yet; `None` at the very first poll.
    pub offset: Option<u64>,
    /// How many updates at most, 1 to 100.
    pub limit: u32,
    /// How long Telegram may wait for the first, in seconds, at most 50.
    pub wait_s: u64,
    /// The kinds to deliver, never empty.
    pub allowed: &'a [&'a str],
}

impl Client {
    /// A client for these settings.
    ///
    /// # Errors
    /// When the token or the address cannot be used.
    pub fn new(settings: &config::Telegram) -> Result<Self, Unusable> {
        let transport = Transport::new(settings)?;
        Ok(Self { transport: Arc::new(transport) })
    }

    /// Calls a method with a body and reads its result.
    ///
    /// # Errors
    /// See [`ApiError`]; without an answer within the deadline the outcome is ambiguous.
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        body: impl Into<Body>,
        deadline: Duration,
    ) -> Result<T, ApiError> {
        self.transport.call(method, body.into(), deadline).await
    }

    /// Sends a request made by [`request::encode`].
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn send(&self, request: Request, deadline: Duration) -> Result<Done, ApiError> {
        let Request { method, body, answer } = request;
        match answer {
            Answer::Done => {
                self.call::<IgnoredAny>(method, body, deadline).await?;
                Ok(Done::default())
            }
            Answer::Message => {
                let made: wire::Message = self.call(method, body, deadline).await?;
                let ephemeral = made.ephemeral_message_id;
                let message = ephemeral.is_none().then_some(MessageId(made.message_id));
                Ok(Done { message, ephemeral, link: None })
            }
            Answer::Link => {
                let made: wire::Link = self.call(method, body, deadline).await?;
                Ok(Done { link: Some(made.invite_link), ..Done::default() })
            }
        }
    }

    /// Writes and sends a call.
    ///
    /// # Errors
    /// When it cannot be written, or see [`ApiError`].
    pub async fn perform(
        &self,
        context: &EncodeContext<'_>,
        call: &Call,
        resolve: impl Fn(Slot) -> Option<Made>,
        deadline: Duration,
    ) -> Result<Done, PerformError> {
        let request = request::encode(context, call, resolve)?;
        Ok(self.send(request, deadline).await?)
    }

    /// `getMe`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn get_me(&self, deadline: Duration) -> Result<Me, ApiError> {
        let user: frankenstein::types::User = self.call("getMe", json(&Nothing {}), deadline).await?;
        let id = i64::try_from(user.id).map_err(|_| ApiError::Malformed { why: "an id beyond 63 bits".into() })?;
        Ok(Me {
            id: UserId(id),
            username: user.username.unwrap_or_default(),
            name: user.first_name,
            reads_groups: user.can_read_all_group_messages.unwrap_or(false),
        })
    }

    /// `getChat`.
    ///
    /// # Errors
    /// See [`ApiError`]; [`ApiError::unknown`] says what that means for a fact.
    pub async fn get_chat(&self, chat: &ChatRef, deadline: Duration) -> Result<ChatInfo, ApiError> {
        let body = json(&wire::OfChat { chat_id: chat.into() });
        let found: wire::ChatFullInfo = self.call("getChat", body, deadline).await?;
        found.info().ok_or_else(|| ApiError::Malformed { why: "a kind of chat that this version does not know".into() })
    }

    /// `getChatMember`: what a person is in a chat or channel. Somebody whom Telegram calls no member has left.
    ///
    /// # Errors
    /// See [`ApiError`]; [`ApiError::unknown`] says what that means for a fact.
    pub async fn get_chat_member(
        &self,
        chat: &ChatRef,
        user: UserId,
        deadline: Duration,
    ) -> Result<Standing, ApiError> {
        let body = json(&wire::OfMember { chat_id: chat.into(), user_id: user.0 });
        match self.call::<wire::Found>("getChatMember", body, deadline).await {
            Ok(wire::Found(Some(standing))) => Ok(standing),
            Ok(wire::Found(None)) => {
                Err(ApiError::Malformed { why: "a status that this version does not know".into() })
            }
            Err(ApiError::Gone { what: Lost::Member, .. }) => Ok(Standing::default()),
            Err(error) => Err(error),
        }
    }

    /// `getChatAdministrators`, bots and ourselves too. Somebody of a status that is new to us is left out.
    ///
    /// # Errors
    /// See [`ApiError`]; [`ApiError::unknown`] says what that means for a fact.
    pub async fn get_admins(&self, chat: ChatId, deadline: Duration) -> Result<Vec<Admin>, ApiError> {
        let body = json(&wire::OfAdmins { chat_id: chat.0, return_bots: true });
        let found: Vec<wire::FoundAdmin> = self.call("getChatAdministrators", body, deadline).await?;
        Ok(found.into_iter().filter_map(|it| it.0).collect())
    }

    /// `getFile` and the download of its content; `None` when it has more than `max` bytes. The deadline
    /// is for each of the two.
    ///
    /// # Errors
    /// See [`ApiError`]; [`ApiError::unknown`] says what that means for a fact.
    pub async fn get_file(&self, file: &str, max: u32, deadline: Duration) -> Result<Option<Bytes>, ApiError> {
        let found = self.call::<wire::File>("getFile", json(&wire::OfFile { file_id: file }), deadline).await;
        let found = match found {
            Err(ApiError::Rejected { description, .. }) if description.contains("file is too big") => return Ok(None),
            found => found?,
        };
        if found.file_size.is_some_and(|it| it > u64::from(max)) {
            return Ok(None);
        }
        let path = found.file_path.ok_or_else(|| ApiError::Malformed { why: "a file without a path".into() })?;
        self.transport.download(&path, u64::from(max), deadline).await
    }

    /// `getUpdates`: the raw body, to be split by [`super::update::split_result`]. `deadline` is
    /// for the whole call, so it must be longer than the wait.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn get_updates_raw(&self, poll: &Poll<'_>, deadline: Duration) -> Result<Bytes, ApiError> {
        let body = json(&wire::GetUpdates {
            offset: poll.offset,
            limit: poll.limit,
            timeout: poll.wait_s,
            allowed_updates: poll.allowed,
        });
        self.transport.fetch("getUpdates", body.into(), deadline).await
    }

    /// `setWebhook`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn set_webhook(&self, webhook: &NewWebhook<'_>, deadline: Duration) -> Result<(), ApiError> {
        let body = json(&wire::SetWebhook {
            url: webhook.url,
            secret_token: webhook.secret,
            max_connections: webhook.max_connections,
            allowed_updates: webhook.allowed,
        });
        self.call::<IgnoredAny>("setWebhook", body, deadline).await.map(drop)
    }

    /// `deleteWebhook`; waiting updates stay.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn delete_webhook(&self, deadline: Duration) -> Result<(), ApiError> {
        let body = json(&DeleteWebhookParams { drop_pending_updates: Some(false) });
        self.call::<IgnoredAny>("deleteWebhook", body, deadline).await.map(drop)
    }

    /// `getWebhookInfo`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn get_webhook_info(&self, deadline: Duration) -> Result<WebhookInfo, ApiError> {
        self.call("getWebhookInfo", json(&Nothing {}), deadline).await
    }

    /// `setMyCommands`: command and its one-line help.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn set_my_commands(
        &self,
        scope: MenuScope,
        language: Option<Language>,
        commands: &[(String, String)],
        deadline: Duration,
    ) -> Result<(), ApiError> {
        let body = request::menu(scope, language, commands);
        self.call::<IgnoredAny>("setMyCommands", body, deadline).await.map(drop)
    }
}

impl From<Done> for Outcome {
    fn from(done: Done) -> Self {
        Self::Done { message: done.message, link: done.link }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address stays out: the token is part of it.
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
