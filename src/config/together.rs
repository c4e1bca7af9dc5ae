//! What settings ask of each other; what each may be alone stands where it is declared.

use super::check::same_port;
use super::{Mode, Settings};
use crate::domain::ai::Task;
use crate::domain::ai::route::{Candidate, OFFLINE};
use crate::domain::settings::Check;

/// The address of Telegram itself.
const CLOUD: &str = "https://api.telegram.org";

/// Reports what does not go together.
pub(super) fn judge(settings: &Settings, check: &mut Check) {
    webhook(settings, check);
    routes(settings, check);
    let polling = &settings.telegram.polling;
    if polling.stall_s <= polling.wait_s {
        check.wrong("telegram.polling.stall_s", "more seconds than telegram.polling.wait_s, at most 3600");
    }
    let breaker = &settings.limits.breaker;
    if breaker.retry_cap_ms < breaker.retry_base_ms {
        check.wrong("limits.breaker.retry_cap_ms", "at least limits.breaker.retry_base_ms, at most 3600000");
    }
    let runtime = &settings.runtime;
    if runtime.backoff_cap_ms < runtime.backoff_base_ms {
        check.wrong("runtime.backoff_cap_ms", "at least runtime.backoff_base_ms, at most 3600000");
    }
}

/// Whoever is to be asked must be there.
fn routes(settings: &Settings, check: &mut Check) {
    let ai = &settings.ai;
    for task in Task::ALL {
        let asked = ai.routes.of(task).iter().filter_map(|it| it.parse::<Candidate>().ok());
        if let Some(it) =
            asked.into_iter().find(|it| it.provider != OFFLINE && !ai.providers.contains_key(&it.provider))
        {
            let known: Vec<_> = ai.providers.keys().map(String::as_str).chain([OFFLINE]).collect();
            let expected = format!("providers that exist ({}), not {}", known.join(", "), it.provider.escape_debug());
            check.wrong(&format!("ai.routes.{task}"), expected);
        }
    }
    if ai.limits.first_byte_ms > ai.limits.total_ms {
        check.wrong("ai.limits.first_byte_ms", "at most ai.limits.total_ms");
    }
}

fn webhook(settings: &Settings, check: &mut Check) {
    let telegram = &settings.telegram;
    let url = &telegram.webhook.url;
    if url.is_empty() && telegram.mode == Mode::Webhook {
        let why = "the public address that Telegram calls, because telegram.mode is webhook";
        check.wrong("telegram.webhook.url", why);
    }
    let cloud = telegram.api_url.trim_end_matches('/') == CLOUD;
    if !url.is_empty() && cloud && !reachable_from_the_cloud(url) {
        check.wrong("telegram.webhook.url", "https and port 443, 80, 88 or 8443: Telegram calls nothing else");
    }
    if telegram.by_webhook() && same_port(&telegram.webhook.listen, &settings.web.listen) {
        let other = format!("another port than web.listen ({})", settings.web.listen);
        check.wrong("telegram.webhook.listen", other);
    }
}

fn reachable_from_the_cloud(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return true };
    url.scheme() == "https" && matches!(url.port_or_known_default(), Some(443 | 80 | 88 | 8443))
}
