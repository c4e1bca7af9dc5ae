//! What the commands print: texts made harmless, colours where they are wanted.

use super::Exit;
use crate::config;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// Writes to standard output. A reader who has left (`| head`) is no failure.
pub(super) fn print(text: impl Display) -> Exit {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Failed,
        _ => Exit::Ok,
    }
}

/// Writes to standard output; whether somebody still reads it.
pub(super) fn print_all(text: &str) -> bool {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}

/// Writes a complaint to standard error.
pub(super) fn complain(text: impl Display) {
    let _ = writeln!(io::stderr(), "majordomo: {text}"); // nobody reads: nothing to do about it
}

/// Prints a value as JSON for a script.
pub(super) fn print_json<T: serde::Serialize>(value: &T) -> Exit {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(format_args!("{text}\n")),
        Err(error) => {
            complain(error);
            Exit::Failed
        }
    }
}

/// How standard output shows things.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    /// Colours are shown and wanted.
    pub color: bool,
    /// Columns and rows, on a terminal.
    pub size: Option<(usize, usize)>,
}

impl Look {
    /// Of standard output as it is now.
    pub fn now() -> Self {
        let out = io::stdout();
        if !out.is_terminal() {
            return Self::default();
        }
        let size = rustix::termios::tcgetwinsize(&out).ok().filter(|it| it.ws_col > 0 && it.ws_row > 0);
        let (columns, rows) = size.map_or((80, 24), |it| (usize::from(it.ws_col), usize::from(it.ws_row)));
        Self { color: !config::no_color(), size: Some((columns, rows)) }
    }

    /// How many columns a line may have.
    pub fn width(self) -> usize {
        self.size.map_or(usize::MAX, |(columns, _)| columns)
    }

    /// One column less: clearing to the end of a full line would clear its last character.
    pub fn narrower(self) -> Self {
        Self { size: self.size.map(|(columns, rows)| (columns.saturating_sub(1), rows)), ..self }
    }

    /// The text in the colour of its meaning.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.into(),
            Tone::Strong => "1",
            Tone::Dim => "2",
            Tone::Good => "32",
            Tone::Warning => "33",
            Tone::Bad => "1;31",
        };
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.into() }
    }
}

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Dim,
    Good,
    Warning,
    Bad,
}

/// One line whose control and bidi characters are written as escapes.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, it| {
        if is_harmful(it) {
            shown.extend(it.escape_unicode());
        } else {
            shown.push(it);
        }
        shown
    })
}

/// The same for a text of several lines, which stay lines.
pub(super) fn escaped_lines(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

/// Characters that move the cursor, hide text or turn it round.
fn is_harmful(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// At most `width` characters, with a mark where something was cut.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.into();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// A duration for people: `12s`, `3m`, `2h`, `5d`.
pub(super) fn age(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..=119 => format!("{seconds}s"),
        120..=7199 => format!("{}m", seconds / 60),
        7200..=172_799 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A number of bytes for people: `712 B`, `3.4 MiB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes.saturating_mul(10) / 1024, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        (tenths, unit) = (tenths / 1024, unit + 1);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// A moment for people, in UTC.
pub(super) fn moment(ms: u64) -> String {
    let time = i64::try_from(ms).ok().and_then(|it| jiff::Timestamp::from_millisecond(it).ok());
    time.map_or_else(|| "?".into(), |it| format!("{it:.0}"))
}
