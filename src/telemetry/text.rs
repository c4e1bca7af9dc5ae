//! Text made fit for a log line: secrets masked, control and bidi characters escaped, length limited.

use std::fmt::{Display, Write};
use std::sync::{PoisonError, RwLock};

/// The most bytes of one value in a line.
pub const VALUE_MAX_BYTES: usize = 256;
/// The most bytes of a value that are looked at.
const RAW_MAX_BYTES: usize = 4096;
/// Shorter secrets are not masked: they would blot out ordinary words.
const SECRET_MIN_BYTES: usize = 6;
const MASK: &str = "***";

static SECRETS: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Registers a literal that must never be read in a line; lines made from now on show `***` instead.
/// Its percent-encoded form and the half behind a colon (as in a bot token) are masked too.
/// Secrets under 6 bytes are ignored.
pub fn keep_secret(secret: &str) {
    let mut known = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    for form in forms(secret) {
        if form.len() >= SECRET_MIN_BYTES && !known.contains(&form) {
            known.push(form);
        }
    }
    known.sort_by_key(|it| std::cmp::Reverse(it.len()));
}

/// Masks registered secrets in a text of any length.
#[must_use]
pub fn mask(text: &str) -> String {
    let known = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    let mut masked = text.to_owned();
    for secret in known.iter().filter(|it| text.contains(it.as_str())) {
        masked = masked.replace(secret.as_str(), MASK);
    }
    masked
}

/// A value as a line may carry it.
pub(super) fn clean(value: impl Display) -> String {
    let mut raw = Raw { text: String::new(), cut: false };
    let _ = write!(raw, "{value}"); // it fails only to stop at the limit
    if raw.cut {
        raw.drop_half_a_secret();
    }
    cap(escape(&mask(&raw.text)), raw.cut)
}

/// A writer that takes so much and no more.
struct Raw {
    text: String,
    cut: bool,
}

impl Raw {
    /// A secret that was cut by the limit is not recognised any more: leave out where it could stand.
    fn drop_half_a_secret(&mut self) {
        let longest = SECRETS.read().unwrap_or_else(PoisonError::into_inner).first().map_or(0, String::len);
        self.text.truncate(self.text.floor_char_boundary(self.text.len().saturating_sub(longest)));
    }
}

impl Write for Raw {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        let room = RAW_MAX_BYTES - self.text.len();
        self.text.push_str(&part[..part.floor_char_boundary(room)]);
        self.cut |= part.len() > room;
        if self.cut { Err(std::fmt::Error) } else { Ok(()) }
    }
}

fn forms(secret: &str) -> Vec<String> {
    let half = secret.split_once(':').map(|it| it.1.to_owned()).filter(|it| it.len() >= 20);
    let encoded = ["%3A", "%3a"].map(|it| secret.replace(':', it));
    [secret.to_owned()].into_iter().chain(encoded).chain(half).collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            it if is_hostile(it) => _ = write!(escaped, "\\u{{{:x}}}", u32::from(it)),
            it => escaped.push(it),
        }
    }
    escaped
}

/// Whether a letter moves the cursor, turns the direction of reading, or cannot be seen.
fn is_hostile(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn cap(mut text: String, cut: bool) -> String {
    const MORE: &str = "…";
    if text.len() > VALUE_MAX_BYTES || cut {
        text.truncate(text.floor_char_boundary(VALUE_MAX_BYTES - MORE.len()));
        text.push_str(MORE);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_harm_a_terminal_is_spelled_out() {
        let cases = [
            ("plain words", "plain words"),
            ("Привет, мир 👋", "Привет, мир 👋"),
            ("\u{1b}[31mred\u{1b}[0m", "\\u{1b}[31mred\\u{1b}[0m"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("one\r\ntwo", "one\\r\\ntwo"),
            ("a\0b", "a\\u{0}b"),
            ("tab\there", "tab\\there"),
            ("evil\u{202e}txt.exe", "evil\\u{202e}txt.exe"),
            ("\u{2066}hidden\u{2069}", "\\u{2066}hidden\\u{2069}"),
            ("line\u{2028}separator\u{2029}", "line\\u{2028}separator\\u{2029}"),
            ("next\u{85}line", "next\\u{85}line"),
            ("csi\u{9b}2J", "csi\\u{9b}2J"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("del\u{7f}", "del\\u{7f}"),
        ];
        for (given, expected) in cases {
            assert_eq!(clean(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_value_is_at_most_256_bytes_long() {
        for (what, text) in [("ascii", "x".repeat(10_000)), ("wide", "ж".repeat(200)), ("escaped", "\0".repeat(100))] {
            let cleaned = clean(&text);
            assert!(cleaned.len() <= VALUE_MAX_BYTES && cleaned.len() > 240, "{what}: {}", cleaned.len());
            assert!(cleaned.ends_with('…'), "{what} does not show that it is cut");
        }
        assert_eq!(clean("x".repeat(256)), "x".repeat(256));
    }

    #[test]
    fn a_registered_secret_never_appears() {
        let token = "987654321:AAF-masked_token_for_this_test_0123";
        keep_secret(token);
        keep_secret("abc"); // too short to be masked
        let cases = [
            format!("https://api.telegram.org/bot{token}/getMe"),
            token.replace(':', "%3A"),
            token.split_once(':').map(|it| it.1.to_owned()).unwrap_or_default(),
            format!("{}{token}", "x".repeat(240)),
            format!("{}{token}", "x".repeat(RAW_MAX_BYTES - 20)),
            format!("{}{token}", token.repeat(97)),
        ];
        for text in cases {
            let cleaned = clean(&text);
            assert!(!cleaned.contains("AAF-"), "{cleaned}");
        }
        assert_eq!(clean(format!("bot{token}/getMe")), "bot***/getMe");
        assert_eq!(clean("abc"), "abc");
    }
}
