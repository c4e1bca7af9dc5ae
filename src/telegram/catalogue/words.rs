//! Foreign words made harmless: no control characters, no turned reading direction, no endless names.

use crate::domain::text::{is_blank, is_harmful};

/// A name of a person or chat is cut at this many characters.
pub const NAME_CHARS: usize = 64;
/// Other foreign words are cut at this many characters.
pub const WORD_CHARS: usize = 256;
/// Words that somebody wrote for others are cut at this many characters.
pub const WRITTEN_CHARS: usize = 1_000;
/// A label that is a name is cut at this many characters.
pub const LABEL_CHARS: usize = 40;
/// The longest address that is linked, in bytes.
const ADDRESS_BYTES: usize = 2048;

/// A name to be shown: never empty, because nothing can be pressed or read where nothing is.
#[must_use]
pub fn name(raw: &str, chars: usize) -> String {
    let clean = word(raw, chars);
    if clean.chars().all(is_blank) { "…".to_owned() } else { clean }
}

/// Foreign words on one line, cut to so many characters with `…`.
#[must_use]
pub fn word(raw: &str, chars: usize) -> String {
    let clean = |it: char| if it.is_whitespace() { Some(' ') } else { (!is_harmful(it)).then_some(it) };
    let mut kept = raw.trim().chars().filter_map(clean);
    let mut shown: String = kept.by_ref().take(chars).collect();
    if kept.next().is_some() {
        shown.pop();
        shown.truncate(shown.trim_end().len());
        shown.push('…');
    }
    shown.trim().to_owned()
}

/// Foreign words whose line breaks stay, cut to so many characters with `…`.
#[must_use]
pub fn lines(raw: &str, chars: usize) -> String {
    let clean = |it: char| if it == '\n' { Some(it) } else { (!is_harmful(it)).then_some(it) };
    let mut kept = raw.trim().chars().filter_map(clean);
    let mut shown: String = kept.by_ref().take(chars).collect();
    if kept.next().is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// Cuts a text to so many UTF-16 units with `…`.
#[must_use]
pub fn shorten(text: String, limit: usize) -> String {
    if units(&text) <= limit { text } else { head(&text, limit.saturating_sub(1)).to_owned() + "…" }
}

/// The longest beginning of at most so many UTF-16 units; no character is split.
#[must_use]
pub fn head(text: &str, limit: usize) -> &str {
    let mut left = limit;
    let end = text.char_indices().find_map(|(at, it)| match left.checked_sub(it.len_utf16()) {
        Some(rest) => {
            left = rest;
            None
        }
        None => Some(at),
    });
    end.map_or(text, |at| &text[..at])
}

/// The length in UTF-16 units, in which Telegram counts.
#[must_use]
pub fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

/// Whether an address may be linked.
#[must_use]
pub fn is_address(url: &str) -> bool {
    let known = ["https://", "http://", "tg://"].iter().any(|it| url.starts_with(it) && url.len() > it.len());
    known && url.len() <= ADDRESS_BYTES && !url.chars().any(|it| it.is_whitespace() || is_harmful(it))
}
