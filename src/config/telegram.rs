//! `[telegram]`: the bot, and how its updates come.

use super::Secret;
use super::check::Check;
use serde::{Deserialize, Serialize};

/// `[telegram]`: the bot and how its updates come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telegram {
    /// The bot's token, from @BotFather. Secret.
    pub token: Secret,
    /// The Bot API server.
    pub api_url: String,
    /// How updates come: `auto` is webhook when `telegram.webhook.url` is set, else polling.
    pub mode: Mode,
    /// The API server is a local one (`--local`): no file limits, absolute paths.
    pub local: bool,
    /// Notices that concern one person are seen by that person alone, where Telegram can do that.
    pub ephemeral: bool,
    /// Deadline of one call, in ms.
    pub call_timeout_ms: u64,
    /// Calls in flight at the same time.
    pub calls_in_flight: usize,
    /// `[telegram.webhook]`
    pub webhook: Webhook,
    /// `[telegram.polling]`
    pub polling: Polling,
}

/// How updates come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Webhook when a public URL is set, else polling.
    #[default]
    Auto,
    /// `getUpdates`.
    Polling,
    /// A listener of ours.
    Webhook,
}

/// `[telegram.webhook]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    /// The public address that Telegram calls.
    pub url: String,
    /// Where we listen for it.
    pub listen: String,
    /// The secret Telegram sends along; made and kept in the store's folder when empty. Secret.
    pub secret: Secret,
    /// Parallel deliveries that we ask for, 1 to 100.
    pub max_connections: u32,
    /// Largest body accepted, in bytes.
    pub max_body_bytes: usize,
    /// How often the registered address is compared with ours, in seconds.
    pub check_every_s: u64,
}

/// `[telegram.polling]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Polling {
    /// How long one `getUpdates` may wait, in seconds, at most 50.
    pub wait_s: u64,
    /// How many updates one call may bring, at most 100.
    pub limit: u32,
    /// Without an answer for this long (plus up to a quarter, at random) the poll is begun anew, in seconds.
    pub stall_s: u64,
}

impl Default for Telegram {
    fn default() -> Self {
        Self {
            token: Secret::default(),
            api_url: "https://api.telegram.org".into(),
            mode: Mode::Auto,
            local: false,
            ephemeral: true,
            call_timeout_ms: 20_000,
            calls_in_flight: 200,
            webhook: Webhook::default(),
            polling: Polling::default(),
        }
    }
}

impl Default for Webhook {
    fn default() -> Self {
        Self {
            url: String::new(),
            listen: "127.0.0.1:8443".into(),
            secret: Secret::default(),
            max_connections: 40,
            max_body_bytes: 1 << 20,
            check_every_s: 3600,
        }
    }
}

impl Default for Polling {
    fn default() -> Self {
        Self { wait_s: 50, limit: 100, stall_s: 90 }
    }
}

impl Telegram {
    /// Whether updates come to a listener of ours.
    #[must_use]
    pub fn by_webhook(&self) -> bool {
        match self.mode {
            Mode::Auto => !self.webhook.url.is_empty(),
            Mode::Polling => false,
            Mode::Webhook => true,
        }
    }

    pub(super) fn validate(&self, check: &mut Check) {
        if !self.token.is_empty() && !has_the_shape_of_a_token(&self.token) {
            check.wrong("telegram.token", "a token as @BotFather gives it: digits, a colon, 35 letters and digits");
        }
        check.url("telegram.api_url", &self.api_url);
        check.within("telegram.call_timeout_ms", self.call_timeout_ms, 100..=300_000);
        check.within("telegram.calls_in_flight", self.calls_in_flight, 1..=10_000);
        self.webhook.validate(check, self.api_url.trim_end_matches('/') == CLOUD);
        if self.mode == Mode::Webhook && self.webhook.url.is_empty() {
            check.wrong(
                "telegram.webhook.url",
                "the public address that Telegram calls, because telegram.mode is webhook",
            );
        }
        self.polling.validate(check);
    }
}

impl Webhook {
    fn validate(&self, check: &mut Check, cloud: bool) {
        if !self.url.is_empty() {
            check.url("telegram.webhook.url", &self.url);
            if cloud && !reachable_from_the_cloud(&self.url) {
                check.wrong("telegram.webhook.url", "https and port 443, 80, 88 or 8443: Telegram calls nothing else");
            }
        }
        check.listen("telegram.webhook.listen", &self.listen);
        if self.secret.len() > 256 || !self.secret.chars().all(is_word) {
            check.wrong("telegram.webhook.secret", "1 to 256 of the characters A-Z a-z 0-9 _ -, or nothing");
        }
        check.within("telegram.webhook.max_connections", self.max_connections, 1..=100);
        check.within("telegram.webhook.max_body_bytes", self.max_body_bytes, 1024..=64 << 20);
        check.within("telegram.webhook.check_every_s", self.check_every_s, 1..=86_400);
    }
}

impl Polling {
    fn validate(&self, check: &mut Check) {
        check.within("telegram.polling.wait_s", self.wait_s, 0..=50);
        check.within("telegram.polling.limit", self.limit, 1..=100);
        if self.stall_s <= self.wait_s || self.stall_s > 3600 {
            check.wrong("telegram.polling.stall_s", "more seconds than telegram.polling.wait_s, at most 3600");
        }
    }
}

const CLOUD: &str = "https://api.telegram.org";

fn is_word(it: char) -> bool {
    it.is_ascii_alphanumeric() || matches!(it, '_' | '-')
}

fn has_the_shape_of_a_token(token: &str) -> bool {
    let Some((id, rest)) = token.split_once(':') else { return false };
    !id.is_empty() && id.chars().all(|it| it.is_ascii_digit()) && rest.len() >= 20 && rest.chars().all(is_word)
}

fn reachable_from_the_cloud(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return true };
    url.scheme() == "https" && matches!(url.port_or_known_default(), Some(443 | 80 | 88 | 8443))
}
