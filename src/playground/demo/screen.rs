//! The terminal: the chats and the supervisor's log side by side, or one below the other.

use super::stage::LogLine;
use crate::config::LogLevel;
use crate::playground::telegram::Happening;
use std::io::Write;

/// The least width for two columns.
const WIDE: usize = 120;
/// Where lines are broken when the width is not known.
const USUAL: usize = 100;

/// How things are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Chats left, log right.
    Columns {
        /// The terminal's width.
        width: usize,
    },
    /// One below the other, told apart by a coloured gutter.
    Gutter {
        /// The terminal's width.
        width: usize,
    },
    /// One below the other, no colours, nothing broken: for pipes.
    Plain,
}

impl Layout {
    /// What fits standard output.
    #[must_use]
    pub fn of_terminal(is_terminal: bool) -> Self {
        let width = rustix::termios::tcgetwinsize(std::io::stdout()).map_or(USUAL, |it| usize::from(it.ws_col));
        match (is_terminal, width) {
            (false, _) => Self::Plain,
            (true, WIDE..) => Self::Columns { width },
            (true, width) => Self::Gutter { width: width.max(40) },
        }
    }
}

/// Colours of ANSI terminals.
#[derive(Clone, Copy, Debug)]
enum Ink {
    Caption,
    Person,
    Bot,
    Quiet,
    Warn,
    Error,
}

impl Ink {
    const fn code(self) -> &'static str {
        match self {
            Self::Caption => "\x1b[1;36m",
            Self::Person => "\x1b[0m",
            Self::Bot => "\x1b[32m",
            Self::Quiet => "\x1b[2m",
            Self::Warn => "\x1b[33m",
            Self::Error => "\x1b[31m",
        }
    }
}

const RESET: &str = "\x1b[0m";

/// Where the demo is shown.
pub struct Screen {
    out: Box<dyn Write + Send>,
    layout: Layout,
}

impl Screen {
    /// A screen that writes there.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, layout: Layout) -> Self {
        Self { out, layout }
    }

    /// How it is laid out.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// A sentence that explains what comes.
    pub fn caption(&mut self, text: &str) {
        let text = clean(text);
        let lines = match self.layout {
            Layout::Plain => vec![format!("\n== {text}")],
            Layout::Columns { width } | Layout::Gutter { width } => {
                let body = wrap(&text, width - 3).into_iter();
                let body = body.map(|it| format!("{}▌ {it}{RESET}", Ink::Caption.code()));
                std::iter::once(String::new()).chain(body).collect()
            }
        };
        self.write(&lines);
    }

    /// Something that people saw.
    pub fn happening(&mut self, it: &Happening) {
        let ink = if it.by_bot { Ink::Bot } else { Ink::Person };
        let text = clean(&format!("[{}] {it}", it.title));
        let lines = match self.layout {
            Layout::Plain => vec![format!("chat | {text}")],
            Layout::Gutter { width } => gutter("chat", &text, ink, width),
            Layout::Columns { width } => {
                let left = left(width);
                let rows = wrap(&text, left).into_iter();
                rows.map(|row| format!("{}{row}{}{RESET} │", ink.code(), pad(&row, left))).collect()
            }
        };
        self.write(&lines);
    }

    /// Something that the supervisor wrote.
    pub fn log(&mut self, it: &LogLine) {
        let ink = match it.level {
            LogLevel::Debug | LogLevel::Info => Ink::Quiet,
            LogLevel::Warn => Ink::Warn,
            LogLevel::Error => Ink::Error,
        };
        let text = clean(&it.text);
        let lines = match self.layout {
            Layout::Plain => vec![format!("log  | {text}")],
            Layout::Gutter { width } => gutter("log ", &text, ink, width),
            Layout::Columns { width } => {
                let left = left(width);
                let rows = wrap(&text, width - left - 4).into_iter();
                rows.map(|row| format!("{} │ {}{row}{RESET}", " ".repeat(left), ink.code())).collect()
            }
        };
        self.write(&lines);
    }

    fn write(&mut self, lines: &[String]) {
        let mut text = lines.join("\n");
        text.push('\n');
        let _ = self.out.write_all(text.as_bytes()); // a closed pipe ends the showing, not the story
        let _ = self.out.flush();
    }
}

fn gutter(name: &str, text: &str, ink: Ink, width: usize) -> Vec<String> {
    let rows = wrap(text, width.saturating_sub(9)).into_iter().enumerate();
    rows.map(|(at, row)| {
        let name = if at == 0 { name } else { "    " };
        format!("{}{name} ▏{RESET} {}{row}{RESET}", Ink::Quiet.code(), ink.code())
    })
    .collect()
}

const fn left(width: usize) -> usize {
    width * 2 / 5
}

fn pad(row: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(columns(row)))
}

/// Breaks a text into rows at spaces, or in the middle of what is longer than a row.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in text.split(' ') {
        let mut word = word;
        loop {
            let row = rows.last().map_or(0, |it| columns(it));
            let gap = usize::from(row > 0);
            if row + gap + columns(word) <= width {
                let row = rows.last_mut();
                row.into_iter().for_each(|it| it.push_str(&format!("{}{word}", if gap > 0 { " " } else { "" })));
                break;
            }
            if row > 0 {
                rows.push(String::new());
                continue;
            }
            let cut = word.char_indices().nth(width.max(2) / 2).map_or(word.len(), |(at, _)| at);
            rows.last_mut().into_iter().for_each(|it| it.push_str(&word[..cut]));
            rows.push(String::new());
            word = &word[cut..];
        }
    }
    rows
}

/// How many columns a text takes; emoji and East Asian letters take two.
fn columns(text: &str) -> usize {
    let wide = |it: char| matches!(u32::from(it), 0x1100..=0x115F | 0x2705 | 0x274C | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xFF00..=0xFF60 | 0x1F300..=0x1FAFF);
    text.chars().map(|it| if wide(it) { 2 } else { 1 }).sum()
}

/// One line without anything that could steer the terminal.
fn clean(text: &str) -> String {
    let steers = |it: char| it.is_control() || matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|it| if steers(it) { ' ' } else { it }).collect()
}
