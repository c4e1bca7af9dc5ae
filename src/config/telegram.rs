//! `[telegram]`: the bot, and how its updates come.

use super::Secret;
use super::check::{a_listener, an_address, nothing_or_an_address};
use crate::domain::settings::{Unfit, settings};
use serde::{Deserialize, Serialize};

settings! {
    /// `[telegram]`: the bot and how its updates come.
    pub struct Telegram {
        /// The bot's token, from `@BotFather`. Secret: better kept in `MAJORDOMO_TELEGRAM__TOKEN` than here.
        token: Secret = Secret::default(), fits a_token;
        /// The Bot API server. `http://` is accepted, for a local one.
        api_url: String = "https://api.telegram.org".into(), fits an_address;
        /// How updates come: "polling", "webhook", or "auto", which is webhook when `telegram.webhook.url` is set, else polling.
        mode: Mode = Mode::Auto;
        /// Whether the API server is a local one (`--local`): no file limits, absolute paths.
        local: bool = false;
        /// Whether notices that concern one person are seen by that person alone, where Telegram can do that.
        ephemeral: bool = true;
        /// Deadline of one call, in ms.
        call_timeout_ms: u64 = 20_000, in 100..=300_000;
        /// Calls in flight at the same time.
        calls_in_flight: usize = 200, in 1..=10_000;
        /// `[telegram.webhook]`
        webhook: Webhook;
        /// `[telegram.polling]`
        polling: Polling;
    }
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

settings! {
    /// `[telegram.webhook]`: how Telegram calls us.
    pub struct Webhook {
        /// The public address that Telegram calls, https on port 443, 80, 88 or 8443. Empty: no webhook.
        url: String = String::new(), fits nothing_or_an_address;
        /// Where we listen for it; a proxy in front takes care of TLS.
        listen: String = "127.0.0.1:8443".into(), fits a_listener;
        /// What Telegram sends along so that we know it: 1 to 256 of A-Z a-z 0-9 _ -. Empty: made and kept in the store's folder. Secret.
        secret: Secret = Secret::default(), fits a_word;
        /// Parallel deliveries that we ask for, 1 to 100.
        max_connections: u32 = 40, in 1..=100;
        /// Largest body accepted, in bytes.
        max_body_bytes: usize = 1 << 20, in 1024..=64 << 20;
        /// How often the registered address is compared with ours, in seconds.
        check_every_s: u64 = 3600, in 1..=86_400;
    }
}

settings! {
    /// `[telegram.polling]`: how we call Telegram.
    pub struct Polling {
        /// How long one `getUpdates` may wait, in seconds, at most 50.
        wait_s: u64 = 50, in 0..=50;
        /// How many updates one call may bring, 1 to 100.
        limit: u32 = 100, in 1..=100;
        /// Without an answer for this long (plus up to a quarter, at random) the poll is begun anew, in seconds, more than `wait_s`.
        stall_s: u64 = 90, in 1..=3600;
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
}

fn a_token(token: &str) -> Result<(), Unfit> {
    if token.is_empty() || has_the_shape_of_a_token(token) {
        return Ok(());
    }
    Err("a token as @BotFather gives it: digits, a colon, 35 letters and digits".into())
}

fn has_the_shape_of_a_token(token: &str) -> bool {
    let Some((id, rest)) = token.split_once(':') else { return false };
    !id.is_empty() && id.chars().all(|it| it.is_ascii_digit()) && rest.len() >= 20 && rest.chars().all(is_word)
}

fn a_word(secret: &str) -> Result<(), Unfit> {
    if secret.len() <= 256 && secret.chars().all(is_word) {
        return Ok(());
    }
    Err("1 to 256 of the characters A-Z a-z 0-9 _ -, or nothing".into())
}

fn is_word(it: char) -> bool {
    it.is_ascii_alphanumeric() || matches!(it, '_' | '-')
}
