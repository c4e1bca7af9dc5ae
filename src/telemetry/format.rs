//! The two shapes of a line: pretty for people, JSON for machines; the same names in both.

use super::line::Parts;
use crate::config::LogLevel;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write;

/// Names that have a short form in the pretty shape: (pretty, JSON).
const SHORT: [(&str, &str); 1] = [("u", "update_id")];
/// Names that the shape itself uses in JSON.
const TAKEN: [&str; 15] = [
    "ts", "level", "event", "v", "app", "version", "boot", "actor", "gen", "reason", "counts", "next", "do", "repeat",
    "window_s",
];
/// Fields that stay texts in JSON even if they look like numbers.
const TEXTS: [&str; 2] = ["corr", "feature"];

/// A line for people: `HH:MM:SS.mmm LEVEL event actor  reason | fields | counts | next: .. | do: ..`.
pub(super) fn pretty(parts: &Parts, zone: &TimeZone, has_colour: bool) -> String {
    let at = timestamp(parts.at_us).to_zoned(zone.clone()).strftime("%H:%M:%S%.3f").to_string();
    let actor = if parts.actor.is_empty() { "-" } else { &parts.actor };
    let mut line = format!("{at} {} {:<19} {actor:<25}", level(parts.kind.level, has_colour), parts.kind.id);
    let sections = sections(parts);
    if !sections.is_empty() {
        line.push_str("  ");
        line.push_str(&sections.join(" | "));
    }
    line.truncate(line.trim_end().len());
    line
}

/// A line for machines: one JSON object; `boot` names this run of the process.
pub(super) fn json(parts: &Parts, boot: &str) -> String {
    let (actor, generation) = split_generation(&parts.actor);
    let mut object = Object::new();
    object.text("ts", &timestamp(parts.at_us).strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
    object.text("level", parts.kind.level.label());
    object.text("event", parts.kind.id);
    object.bare("v", "1");
    object.text("app", env!("CARGO_PKG_NAME"));
    object.text("version", env!("CARGO_PKG_VERSION"));
    object.text("boot", boot);
    object.text_if_any("actor", actor);
    generation.into_iter().for_each(|it| object.bare("gen", it));
    object.text_if_any("reason", &parts.reason);
    let is_told = |(name, value): &&(&str, String)| *name == "version" && value == env!("CARGO_PKG_VERSION");
    for (name, value) in parts.fields.iter().filter(|it| !is_told(it)) {
        object.field(name, value);
    }
    object.text_if_any("counts", &parts.counts.join(", "));
    object.text_if_any("next", &parts.next);
    object.text_if_any("do", &parts.act);
    if let Some((count, span_s)) = parts.repeats {
        object.bare("repeat", &count.to_string());
        object.bare("window_s", &span_s.to_string());
    }
    object.closed()
}

fn sections(parts: &Parts) -> Vec<String> {
    let mut first = parts.reason.replace('|', "\\|");
    if let Some((count, span_s)) = parts.repeats {
        let gap = if first.is_empty() { "" } else { " " };
        _ = write!(first, "{gap}(x{count} in {span_s}s, same cause)");
    }
    let fields: Vec<_> =
        parts.fields.iter().map(|(name, value)| format!("{}={}", short(name), quoted(value))).collect();
    let prefixed = |prefix: &str, text: &str| if text.is_empty() { String::new() } else { format!("{prefix}: {text}") };
    let all =
        [first, fields.join(" "), parts.counts.join(", "), prefixed("next", &parts.next), prefixed("do", &parts.act)];
    all.into_iter().filter(|it| !it.is_empty()).collect()
}

fn level(level: LogLevel, has_colour: bool) -> String {
    let colour = match level {
        LogLevel::Debug => "2",
        LogLevel::Info => "32",
        LogLevel::Warn => "33",
        LogLevel::Error => "31",
    };
    if has_colour { format!("\u{1b}[{colour}m{:<5}\u{1b}[0m", level.label()) } else { format!("{:<5}", level.label()) }
}

/// A value in quotation marks, if it could be mistaken without.
fn quoted(value: &str) -> String {
    let is_plain = !value.is_empty() && !value.contains([' ', '"', '=', '|']);
    if is_plain { value.to_owned() } else { format!("\"{}\"", value.replace('"', "\\\"")) }
}

fn short(name: &'static str) -> &'static str {
    SHORT.iter().find(|it| it.1 == name).map_or(name, |it| it.0)
}

/// `chats/02/-100123#7` is the actor `chats/02/-100123` in generation 7.
fn split_generation(actor: &str) -> (&str, Option<&str>) {
    let canonical = |it: &str| it.parse::<u64>().is_ok_and(|number| number.to_string() == it);
    match actor.rsplit_once('#') {
        Some((path, generation)) if canonical(generation) => (path, Some(generation)),
        _ => (actor, None),
    }
}

fn timestamp(at_us: u64) -> Timestamp {
    i64::try_from(at_us).ok().and_then(|it| Timestamp::from_microsecond(it).ok()).unwrap_or_default()
}

/// A JSON object in the order of writing.
struct Object(String);

impl Object {
    fn new() -> Self {
        Self(String::from("{"))
    }

    fn bare(&mut self, name: &str, value: &str) {
        let comma = if self.0.len() > 1 { "," } else { "" };
        _ = write!(self.0, "{comma}{}:{value}", json_text(name));
    }

    fn text(&mut self, name: &str, value: &str) {
        self.bare(name, &json_text(value));
    }

    fn text_if_any(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text(name, value);
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        let long = SHORT.iter().find(|it| it.0 == name).map_or(name, |it| it.1);
        let name = if TAKEN.contains(&long) { format!("{long}_") } else { long.to_owned() };
        if !TEXTS.contains(&long) && is_json_literal(value) { self.bare(&name, value) } else { self.text(&name, value) }
    }

    fn closed(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether a text reads the same as a JSON number or boolean.
fn is_json_literal(text: &str) -> bool {
    let is_integer = || text.parse::<i64>().is_ok_and(|it| it.to_string() == text);
    let is_decimal = || text.parse::<f64>().is_ok_and(|it| it.is_finite() && it.to_string() == text);
    matches!(text, "true" | "false") || is_integer() || is_decimal()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::events::*;
    use super::super::{Kind, Line};
    use super::*;

    const AT_US: u64 = 1_795_199_493_412_345; // 2026-11-20T18:31:33.412345Z

    fn parts(line: Line) -> Parts {
        Parts { at_us: AT_US, ..line.finished().unwrap() }
    }

    fn shown(line: Line) -> String {
        pretty(&parts(line), &TimeZone::UTC, false)
    }

    fn line(kind: &'static Kind) -> Line {
        Line::always(kind)
    }

    fn crash() -> Line {
        line(&SUP_CHILD_CRASHED)
            .actor("chats/02/-1001234567890#7")
            .reason("panic \"index out of bounds: len 3\" at rules.rs:212")
            .field("last", "Message.document")
            .field("u", 901_234_567)
            .field("feature", "archive")
            .corr("7F3K-Q2")
            .field("age", "1.8s")
            .field("queue", 4)
            .count("crash 2/3 of this update")
            .count("restarts 2/5 in 60s")
            .next("retry in 400ms")
            .act("majordomo inbox list")
    }

    #[test]
    fn pretty_lines_are_exactly_so() {
        let quarantined = line(&UPDATE_QUARANTINED)
            .actor("chats/02/-1001234567890#8")
            .reason("3 crashes, same cause rules.rs:212")
            .field("update_id", 901_234_567)
            .field("feature", "archive")
            .next("chat goes on")
            .act("majordomo inbox show 901234567");
        let cases = [
            (
                crash(),
                "18:31:33.412 ERROR sup.child.crashed   chats/02/-1001234567890#7  panic \"index out of bounds: len 3\" at rules.rs:212 | last=Message.document u=901234567 feature=archive corr=7F3K-Q2 age=1.8s queue=4 | crash 2/3 of this update, restarts 2/5 in 60s | next: retry in 400ms | do: majordomo inbox list",
            ),
            (
                line(&SUP_CHILD_RESTARTED).actor("chats/02/-1001234567890#8").reason("after 403ms"),
                "18:31:33.412 INFO  sup.child.restarted chats/02/-1001234567890#8  after 403ms",
            ),
            (
                quarantined,
                "18:31:33.412 WARN  update.quarantined  chats/02/-1001234567890#8  3 crashes, same cause rules.rs:212 | u=901234567 feature=archive | next: chat goes on | do: majordomo inbox show 901234567",
            ),
            (
                line(&SUP_GAVE_UP)
                    .actor("upstreams/openai/client#9")
                    .reason("6 restarts in 60s (max 5), first cause \"tls: bad record\"")
                    .next("parked for 5m, questions wait or go to the next provider")
                    .act("majordomo explain sup.gave_up"),
                "18:31:33.412 ERROR sup.gave_up         upstreams/openai/client#9  6 restarts in 60s (max 5), first cause \"tls: bad record\" | next: parked for 5m, questions wait or go to the next provider | do: majordomo explain sup.gave_up",
            ),
            (line(&APP_STOPPED), "18:31:33.412 INFO  app.stopped         -"),
            (
                line(&APP_READY).actor("root#1").field("took", "12 ms").field("empty", "").field("say", "a\"b"),
                "18:31:33.412 INFO  app.ready           root#1                     took=\"12 ms\" empty=\"\" say=\"a\\\"b\"",
            ),
        ];
        for (given, expected) in cases {
            assert_eq!(shown(given), expected);
        }
    }

    #[test]
    fn json_lines_are_exactly_so() {
        let version = env!("CARGO_PKG_VERSION");
        let head = |level: &str, event: &str| {
            format!(
                "{{\"ts\":\"2026-11-20T18:31:33.412345Z\",\"level\":\"{level}\",\"event\":\"{event}\",\"v\":1,\"app\":\"majordomo\",\"version\":\"{version}\",\"boot\":\"B00T\""
            )
        };
        let cases = [
            (
                crash(),
                head("ERROR", "sup.child.crashed")
                    + r#","actor":"chats/02/-1001234567890","gen":7,"reason":"panic \"index out of bounds: len 3\" at rules.rs:212","last":"Message.document","update_id":901234567,"feature":"archive","corr":"7F3K-Q2","age":"1.8s","queue":4,"counts":"crash 2/3 of this update, restarts 2/5 in 60s","next":"retry in 400ms","do":"majordomo inbox list"}"#,
            ),
            (
                line(&BREAKER_CLOSED).user(7).chat(-1005).channel(-1009).field("cache_hit", true).field("ratio", 0.5),
                head("INFO", "breaker.closed")
                    + r#","user_id":7,"group_id":-1005,"channel_id":-1009,"cache_hit":true,"ratio":0.5}"#,
            ),
            (
                line(&APP_STOPPED).actor("root#x").field("level", "mine").field("n", "007").corr(1234),
                head("INFO", "app.stopped") + r#","actor":"root#x","level_":"mine","n":"007","corr":"1234"}"#,
            ),
        ];
        for (given, expected) in cases {
            let text = json(&parts(given), "B00T");
            assert_eq!(text, expected);
            assert!(serde_json::from_str::<serde_json::Value>(&text).unwrap().is_object());
        }
    }

    #[test]
    fn a_folded_line_tells_how_often() {
        let folded = Parts { repeats: Some((41, 60)), ..parts(line(&SUP_CHILD_CRASHED).actor("a#1").reason("boom")) };
        assert!(pretty(&folded, &TimeZone::UTC, false).contains("  boom (x41 in 60s, same cause) | next: "));
        assert!(json(&folded, "B").ends_with(r#","repeat":41,"window_s":60}"#));
    }

    #[test]
    fn a_warning_always_says_what_comes_next_and_what_to_do() {
        for kind in ALL.iter().filter(|it| it.level >= LogLevel::Warn) {
            let text = shown(line(kind));
            assert!(text.contains(&format!("next: {}", kind.next)), "{text}");
            assert!(text.contains(&format!("do: {}", kind.remedy)), "{text}");
        }
        assert!(!shown(line(&APP_READY)).contains("do:"));
    }

    #[test]
    fn nothing_a_stranger_wrote_can_forge_a_line() {
        let hostile = [
            "x\n18:31:33.412 ERROR sup.gave_up",
            "x\r\n\r\n",
            "\u{1b}[2J\u{1b}]0;owned\u{7}",
            "\u{202e}gnp.exe",
            "nul\0byte",
            "a\u{2028}b",
            "\u{9b}31m",
            "\",\"level\":\"INFO",
            "| next: all is well | do: nothing",
        ];
        let is_bad =
            |it: char| it.is_control() || matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}');
        for text in hostile {
            let made = || {
                line(&UPSTREAM_BLOCKED).actor(text).reason(text).field("name", text).count(text).next(text).act(text)
            };
            let (for_people, for_machines) = (shown(made()), json(&parts(made()), "B"));
            assert!(!for_people.contains(is_bad), "{for_people}");
            assert!(!for_machines.contains(is_bad), "{for_machines}");
            let value: serde_json::Value = serde_json::from_str(&for_machines).unwrap();
            assert_eq!(value["level"], "INFO");
        }
        assert!(shown(line(&APP_READY).reason("x | do: y")).contains("x \\| do: y"));
        assert!(shown(line(&APP_READY).field("name", "x|do:y")).contains("name=\"x|do:y\""));
    }

    #[test]
    fn only_the_level_is_coloured_and_only_on_request() {
        let text = pretty(&parts(line(&STORE_FULL)), &TimeZone::UTC, true);
        assert!(text.starts_with("18:31:33.412 \u{1b}[31mERROR\u{1b}[0m store.full"), "{text}");
        assert_eq!(text.matches('\u{1b}').count(), 2);
    }
}
