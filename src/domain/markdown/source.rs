//! What is done to Markdown before it is parsed: a limit, harmful characters out, formulas between dollars.

use super::SOURCE_MAX_BYTES;
use crate::domain::text::is_harmful;

/// The most quotes and lists in each other that are begun in one line; a parser looks at all of them in every line.
const NESTING_MAX: usize = 16;

/// Markdown that is ready to be parsed.
pub(super) struct Source {
    pub(super) text: String,
    /// Whether it was longer than what is read.
    pub(super) is_cut: bool,
}

pub(super) fn read(markdown: &str) -> Source {
    let end = markdown.floor_char_boundary(SOURCE_MAX_BYTES);
    Source { text: dollars(shallow(clean(&markdown[..end]))), is_cut: end < markdown.len() }
}

/// Lines end in one way, and what no reader sees is gone: between two asterisks it would hide that they are two.
fn clean(markdown: &str) -> String {
    let markdown = markdown.replace("\r\n", "\n");
    let line = |it: char| if matches!(it, '\r' | '\u{2028}' | '\u{2029}') { '\n' } else { it };
    markdown.chars().map(line).filter(|it| matches!(it, '\n' | '\t') || !is_harmful(*it)).collect()
}

/// No line begins more quotes and lists than [`NESTING_MAX`]: further marks are left out.
fn shallow(text: String) -> String {
    let mut fence = Fence::default();
    let is_shallow = |it: &str| it.len() <= NESTING_MAX || marks(it).is_none();
    if text.lines().all(is_shallow) {
        return text;
    }
    let mut done = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_code = fence.takes(line);
        match marks(line).filter(|_| !is_code) {
            Some((from, to)) => done.extend([&line[..from], &line[to..]]),
            None => done.push_str(line),
        }
    }
    done
}

/// Where in a line the marks begin and end that are too many.
fn marks(line: &str) -> Option<(usize, usize)> {
    let (mut rest, mut count, mut from) = (line, 0, 0);
    loop {
        let inside = rest.trim_start_matches([' ', '\t']);
        let digits = inside.trim_start_matches(|it: char| it.is_ascii_digit());
        let number = (digits.len() < inside.len()).then(|| digits.strip_prefix(['.', ')'])).flatten();
        let item = number.or_else(|| inside.strip_prefix(['-', '*', '+'])).filter(|it| it.starts_with([' ', '\t']));
        let Some(behind) = inside.strip_prefix('>').or(item) else { break };
        count += 1;
        if count == NESTING_MAX + 1 {
            from = line.len() - inside.len();
        }
        rest = behind;
    }
    (count > NESTING_MAX).then(|| (from, line.len() - rest.len()))
}

/// What is code because it stands between fences, followed line by line.
#[derive(Default)]
pub(super) struct Fence(Option<(char, usize)>);

impl Fence {
    /// Takes the next line, and whether it is code or a fence.
    pub(super) fn takes(&mut self, line: &str) -> bool {
        let line = line.trim_start_matches([' ', '\t', '>']);
        let mark = line.chars().next().filter(|it| matches!(it, '`' | '~'));
        let rest = mark.map_or(line, |mark| line.trim_start_matches(mark));
        let count = line.len() - rest.len();
        let (mark, was_open) = (mark.unwrap_or(' '), self.0.is_some());
        match self.0 {
            Some((open, least)) if mark == open && count >= least && rest.trim().is_empty() => self.0 = None,
            None if count >= 3 && !(mark == '`' && rest.contains('`')) => self.0 = Some((mark, count)),
            _ => {}
        }
        was_open || self.0.is_some()
    }

    pub(super) fn is_open(&self) -> bool {
        self.0.is_some()
    }
}

/// `\(x\)` and `\[x\]`, which many models write, become `$x$` and `$$x$$`: to `CommonMark` they are escaped brackets,
/// and it would eat the formula's own backslashes. Not in code, and not over an empty line.
fn dollars(text: String) -> String {
    if !text.contains("\\(") && !text.contains("\\[") {
        return text;
    }
    let mut formulas = Formulas { done: String::with_capacity(text.len()), open: None, ticks: None };
    let mut fence = Fence::default();
    for line in text.split_inclusive('\n') {
        let is_code = fence.takes(line);
        if is_code || line.trim().is_empty() {
            (formulas.open, formulas.ticks) = (None, None);
        }
        if is_code { formulas.done.push_str(line) } else { formulas.line(line) }
    }
    formulas.done
}

struct Formulas {
    done: String,
    /// Where in `done` a formula begins, and its bracket.
    open: Option<(usize, char)>,
    /// How many backticks opened the code that this is in.
    ticks: Option<usize>,
}

impl Formulas {
    fn line(&mut self, mut rest: &str) {
        while let Some(at) = rest.find(['\\', '`']) {
            self.done.push_str(&rest[..at]);
            rest = &rest[at..];
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            let next = rest.chars().nth(1);
            if ticks > 0 {
                self.ticks = if self.ticks == Some(ticks) { None } else { self.ticks.or(Some(ticks)) };
            } else if let Some(it) = next.filter(|_| self.ticks.is_none()) {
                self.escaped(it);
            }
            let taken = if ticks > 0 { ticks } else { 1 + next.map_or(0, char::len_utf8) };
            if ticks > 0 || next.is_none() || self.ticks.is_some() {
                self.done.push_str(&rest[..taken]);
            }
            rest = &rest[taken..];
        }
        self.done.push_str(rest);
    }

    /// Takes a backslash and what is behind it.
    fn escaped(&mut self, it: char) {
        let is_end = matches!((self.open, it), (Some((_, '(')), ')') | (Some((_, '[')), ']'));
        if let Some((from, bracket)) = self.open.filter(|_| is_end) {
            self.open = None;
            let formula = self.done[from + 2..].trim().replace('\n', " ");
            if !formula.is_empty() && !formula.contains(['$', '`']) {
                self.done.truncate(from);
                let dollars = if bracket == '(' { "$" } else { "$$" };
                self.done.extend([dollars, &formula, dollars]);
                return;
            }
        } else if self.open.is_none() && matches!(it, '(' | '[') {
            self.open = Some((self.done.len(), it));
        }
        self.done.extend(['\\', it]);
    }
}

/// Where lines begin, and which of them are empty but for quote marks.
pub(super) struct Lines {
    starts: Vec<usize>,
    is_blank: Vec<bool>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let mut it = Self { starts: Vec::new(), is_blank: Vec::new() };
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            it.starts.push(at);
            it.is_blank.push(line.trim_matches([' ', '\t', '>', '\n']).is_empty());
            at += line.len();
        }
        it
    }

    /// Whether the line before that of this byte is empty.
    pub(super) fn is_after_blank(&self, byte: usize) -> bool {
        let line = self.starts.partition_point(|it| *it <= byte).saturating_sub(1);
        line > 0 && self.is_blank[line - 1]
    }
}
