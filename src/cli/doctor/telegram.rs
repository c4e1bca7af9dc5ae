//! Telegram as seen from here: the token, the webhook, the clock.

use super::Finding;
use crate::clock;
use crate::config::Telegram;
use crate::domain::types::Moment;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// A clock that is wrong by more is worth a look, in s.
const SKEWED_S: u64 = 5;
/// A clock that is wrong by more makes links, wakes and expiries wrong, in s.
const WRONG_S: u64 = 60;
/// Bytes of an answer that are read, at most.
const ANSWER_BYTES: usize = 1 << 20;

/// Telegram's envelope.
#[derive(Deserialize)]
struct Reply<T> {
    ok: bool,
    result: Option<T>,
    error_code: Option<i64>,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Me {
    id: i64,
    username: Option<String>,
    #[serde(default)]
    can_join_groups: bool,
}

/// `getWebhookInfo`, as far as it says what is wrong.
#[derive(Deserialize, Default)]
pub(super) struct WebhookInfo {
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub pending_update_count: u64,
    pub last_error_date: Option<u64>,
    pub last_error_message: Option<String>,
}

/// Why Telegram did not answer as hoped; never with the address, for the token is in it.
enum Trouble {
    Unreachable(String),
    Refused { code: i64, words: String },
}

pub(super) fn examine(settings: &Telegram) -> Vec<Finding> {
    if settings.token.is_empty() {
        let remedy = "ask @BotFather for one, then set MAJORDOMO_TELEGRAM__TOKEN, or token under [telegram]";
        return vec![Finding::fail("token", "telegram.token is not set", remedy)];
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let builder = reqwest::Client::builder().timeout(PATIENCE);
    let builder = if is_here(settings) { builder.no_proxy() } else { builder }; // a proxy is no way to here
    let client = builder.build();
    match (runtime, client) {
        (Ok(runtime), Ok(client)) => runtime.block_on(ask_all(settings, &client)),
        _ => vec![Finding::fail("token", "no HTTP client could be made", "ulimit -a")],
    }
}

/// Whether the API server is this very machine.
fn is_here(settings: &Telegram) -> bool {
    let url = reqwest::Url::parse(&settings.api_url).ok();
    url.is_some_and(|it| matches!(it.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")))
}

/// A token that anybody on the way can read.
fn in_the_clear(settings: &Telegram) -> Option<Finding> {
    let clear = settings.api_url.starts_with("http://") && !is_here(settings);
    let cause = "telegram.api_url is http:// on another machine: the token travels in the clear";
    clear.then(|| Finding::warn("api_url", cause, "use https://, unless that network is yours alone"))
}

async fn ask_all(settings: &Telegram, client: &reqwest::Client) -> Vec<Finding> {
    let (me, date) = ask::<Me>(settings, client, "getMe").await;
    let mut findings = vec![token(settings, &me)];
    findings.extend(in_the_clear(settings));
    if me.is_ok() {
        let (webhook, _) = ask::<WebhookInfo>(settings, client, "getWebhookInfo").await;
        findings.push(match webhook {
            Ok(info) => webhook_of(settings, &info, clock::now()),
            Err(trouble) => Finding::warn("webhook", trouble.told(settings), "try again: majordomo doctor"),
        });
    }
    if let Some(date) = date {
        findings.push(skew(date, clock::now()));
    }
    findings
}

async fn ask<T: DeserializeOwned>(
    settings: &Telegram,
    client: &reqwest::Client,
    method: &str,
) -> (Result<T, Trouble>, Option<Moment>) {
    let url = format!("{}/bot{}/{method}", settings.api_url.trim_end_matches('/'), &*settings.token);
    let unreachable = |error: reqwest::Error| Trouble::Unreachable(root_cause(&error.without_url()));
    let response = match client.get(url).send().await {
        Ok(response) => response,
        Err(error) => return (Err(unreachable(error)), None),
    };
    let date = response.headers().get("date").and_then(|it| it.to_str().ok()).and_then(moment_of);
    let status = response.status();
    let body = match response.bytes().await {
        Ok(body) if body.len() <= ANSWER_BYTES => body,
        Ok(_) => return (Err(Trouble::Unreachable("the answer is too long to be Telegram's".into())), date),
        Err(error) => return (Err(unreachable(error)), date),
    };
    let answer = match serde_json::from_slice::<Reply<T>>(&body) {
        Ok(Reply { ok: true, result: Some(result), .. }) => Ok(result),
        Ok(reply) => Err(Trouble::Refused {
            code: reply.error_code.unwrap_or_else(|| status.as_u16().into()),
            words: reply.description.unwrap_or_default(),
        }),
        Err(_) => Err(Trouble::Unreachable(format!("HTTP {} with no answer of Telegram's form", status.as_u16()))),
    };
    (answer, date)
}

/// The innermost cause: the outer ones only say "error sending request".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn moment_of(date: &str) -> Option<Moment> {
    let time = httpdate::parse_http_date(date).ok()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok().map(Moment)
}

impl Trouble {
    fn told(&self, settings: &Telegram) -> String {
        let url = reqwest::Url::parse(&settings.api_url).ok();
        let host = url.as_ref().and_then(|it| it.host_str()).unwrap_or("telegram.api_url");
        match self {
            Self::Unreachable(why) => format!("{host} does not answer: {why}"),
            Self::Refused { code, words } => format!("{host} refused: {code} {words}"),
        }
    }
}

fn token(settings: &Telegram, me: &Result<Me, Trouble>) -> Finding {
    match me {
        Ok(me) if !me.can_join_groups => {
            let cause = format!("it is @{} ({}), which may not join groups", me.name(), me.id);
            Finding::warn("token", cause, "tell @BotFather: /setjoingroups, Enable")
        }
        Ok(me) => Finding::pass("token", format!("it is @{} ({})", me.name(), me.id)),
        Err(trouble @ Trouble::Refused { code: 401 | 404, .. }) => {
            let remedy = "the token is wrong or was revoked: ask @BotFather with /token, and set telegram.token";
            Finding::fail("token", trouble.told(settings), remedy)
        }
        Err(trouble @ Trouble::Refused { .. }) => {
            Finding::warn("token", trouble.told(settings), "try again: majordomo doctor")
        }
        Err(trouble) => {
            Finding::fail("token", trouble.told(settings), "see the network, the proxy and telegram.api_url")
        }
    }
}

impl Me {
    fn name(&self) -> &str {
        self.username.as_deref().unwrap_or("?")
    }
}

/// Whether Telegram's webhook fits our way of receiving.
pub(super) fn webhook_of(settings: &Telegram, info: &WebhookInfo, now: Moment) -> Finding {
    let check = "webhook";
    let host =
        |url: &str| reqwest::Url::parse(url).ok().and_then(|it| it.host_str().map(String::from)).unwrap_or_default();
    let waiting = info.pending_update_count;
    match (settings.by_webhook(), info.url.is_empty()) {
        (false, true) => Finding::pass(check, format!("none is set, as polling needs it; {waiting} updates wait")),
        (false, false) => {
            let cause =
                format!("one is set at {}, and we want to poll: another program may use this bot", host(&info.url));
            Finding::warn(check, cause, "`majordomo run` removes it; if that program is yours, stop it first")
        }
        (true, true) => Finding::warn(check, "none is set yet", "`majordomo run` sets it"),
        (true, false) if host(&info.url) != host(&settings.webhook.url) => {
            let cause = format!("a foreign one is set at {}", host(&info.url));
            Finding::warn(
                check,
                cause,
                "`majordomo run` sets ours; if the other program is not yours: /revoke at @BotFather",
            )
        }
        (true, false) => match &info.last_error_message {
            Some(error) => {
                let ago = info.last_error_date.map_or(0, |it| now.since_ms(Moment(it * 1000)));
                let ago = crate::cli::out::age(ago);
                let cause = format!("Telegram could not deliver {ago} ago: {error}; {waiting} updates wait");
                Finding::warn(check, cause, "see the proxy and certificate in front of telegram.webhook.listen")
            }
            None => Finding::pass(check, format!("it is set to us; {waiting} updates wait")),
        },
    }
}

/// How far our clock is from Telegram's.
pub(super) fn skew(theirs: Moment, ours: Moment) -> Finding {
    let check = "clock";
    let seconds = ours.0.abs_diff(theirs.0) / 1000;
    let side = if ours < theirs { "behind" } else { "ahead of" };
    let cause = format!("{seconds} s {side} Telegram's");
    let remedy = "set it by network: timedatectl set-ntp true";
    if seconds <= SKEWED_S {
        Finding::pass(check, format!("within {SKEWED_S} s of Telegram's"))
    } else if seconds <= WRONG_S {
        Finding::warn(check, cause, remedy)
    } else {
        Finding::fail(check, cause, remedy)
    }
}
