//! How blocks stand under each other on a page: empty lines, indents, markers of lists, quotes, blocks of code.

use super::entity::Kind;
use super::leaf::Leaf;
use super::page::{Block, Page, Part, PartKind, Style, past_empty_lines};
use super::{QUOTE_MAX_LINES, QUOTE_MAX_UNITS};
use crate::domain::text::is_harmful;

/// The deepest indent, in spaces: a telephone shows some forty columns.
const INDENT_MAX_SPACES: usize = 12;
/// The longest name of a programming language that is kept, in bytes.
const LANGUAGE_MAX_BYTES: usize = 32;
/// Telegram makes one space of a tab, which would lose the indent of code.
const TAB: &str = "    ";

/// A page while it is written.
#[derive(Default)]
pub(super) struct Ink {
    page: Page,
    /// Line breaks owed before the next words.
    owed: usize,
    /// The marker of an item, and how far it indents: owed before the next words, after the line breaks.
    marker: Option<(String, usize)>,
    /// How far lines are indented, in spaces.
    indent: usize,
    /// Where the present quote begins.
    quote: Option<usize>,
    /// Whether it is good to cut before the next words.
    is_border: bool,
    /// Whether what was written last is a heading, which stays with what it heads.
    is_heading: bool,
}

impl Ink {
    pub(super) fn finish(mut self, is_cut: bool) -> Page {
        if self.marker.is_some() {
            self.begin();
        }
        self.page.text.truncate(self.page.text.trim_end().len());
        self.page.is_cut = is_cut;
        self.page
    }

    /// The next words are another block, so many line breaks away; the first words of an item follow its marker.
    pub(super) fn separate(&mut self, breaks: usize, is_border: bool) {
        if self.marker.is_none() {
            self.owed = self.owed.max(breaks);
            self.is_border |= is_border;
        }
    }

    /// Begins an item with a marker; the answer is the indent to come back to.
    pub(super) fn item(&mut self, marker: String) -> usize {
        self.settle_marker();
        let width = marker.chars().count();
        self.marker = Some((marker, width));
        self.indent
    }

    /// The next words follow a sign.
    pub(super) fn sign(&mut self, sign: &str) {
        self.settle_marker();
        self.marker = Some((sign.to_owned(), 0));
    }

    /// Another marker in the place of the one that is owed.
    pub(super) fn mark_instead(&mut self, marker: &str) {
        if self.marker.is_some() {
            self.marker = Some((marker.to_owned(), marker.chars().count()));
        }
    }

    pub(super) fn end_item(&mut self, indent: usize) {
        self.settle_marker();
        self.indent = indent;
    }

    /// An item whose first words are of another kind stands there with its marker alone.
    pub(super) fn settle_marker(&mut self) {
        if self.marker.is_some() {
            self.begin();
        }
    }

    fn begin(&mut self) {
        let is_first = self.page.text.is_empty();
        let is_line = is_first || self.owed > 0;
        if is_line && !is_first {
            let length = self.page.text.trim_end_matches(' ').len(); // of a marker that stands alone
            self.page.text.truncate(length);
            self.page.text.extend(std::iter::repeat_n('\n', self.owed));
        }
        self.owed = 0;
        if std::mem::take(&mut self.is_border) && is_line && !self.is_heading {
            self.page.borders.push(self.page.text.len());
        }
        self.is_heading = false;
        if is_line {
            self.tab();
        }
        if let Some((marker, width)) = self.marker.take() {
            self.indent += width;
            self.page.push(&marker, Style::PLAIN);
        }
    }

    fn tab(&mut self) {
        let spaces = " ".repeat(self.indent.min(INDENT_MAX_SPACES));
        self.page.push(&spaces, Style::PLAIN);
    }

    /// Writes words, without white space at their ends.
    pub(super) fn words(&mut self, leaf: &Leaf, beneath: Style) {
        if leaf.runs.iter().all(|it| it.text.trim().is_empty()) {
            return;
        }
        self.begin();
        let last = leaf.runs.iter().rposition(|it| !it.text.trim().is_empty()).unwrap_or(0);
        let mut is_start = true;
        for (n, run) in leaf.runs[..=last].iter().enumerate() {
            let text = if n == last { run.text.trim_end() } else { &run.text };
            let text = if is_start { text.trim_start() } else { text };
            is_start &= text.is_empty();
            self.run(text, run.style.with(beneath));
        }
    }

    fn run(&mut self, text: &str, style: Style) {
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 {
                self.page.push("\n", style);
                self.tab();
            }
            self.page.push(&shown(line), style);
        }
    }

    pub(super) fn end_heading(&mut self) {
        self.is_heading = true;
    }

    /// How much is written.
    pub(super) fn length(&self) -> usize {
        self.page.text.len()
    }

    /// What was written since then is more than text in a rich message.
    pub(super) fn part(&mut self, start: usize, kind: PartKind) {
        let end = self.page.text.len();
        if start < end {
            self.page.parts.push(Part { start, end, kind });
        }
    }

    /// Writes a monospaced block.
    pub(super) fn code(&mut self, language: &str, code: &str) {
        let space = |it: char| if it.is_whitespace() { ' ' } else { it };
        let line = |it: &str| shown(&it.replace('\t', TAB)).chars().map(space).chain(['\n']).collect::<String>();
        let code: String = code.split('\n').map(line).collect();
        let code = code[past_empty_lines(&code)..].trim_end();
        if code.is_empty() {
            return;
        }
        self.settle_marker();
        self.owed = self.owed.max(1);
        let indent = std::mem::take(&mut self.indent);
        self.begin();
        self.indent = indent;
        let start = self.page.text.len();
        self.page.push(code, Style::PLAIN);
        let kind = Kind::Pre { language: tidy(language) };
        self.page.codes.push(Block { start, end: self.page.text.len(), kind });
        self.owed = 1;
    }

    /// Begins a quote; one within another is part of it (Bot API: quotes do not nest).
    pub(super) fn quote(&mut self) {
        self.settle_marker();
        if self.quote.is_none() {
            self.quote = Some(self.page.text.len());
        }
    }

    /// Ends the outermost quote.
    pub(super) fn end_quote(&mut self) {
        let Some(start) = self.quote.take() else { return };
        let end = self.page.text.len();
        let words = self.page.text.get(start..end).unwrap_or_default().trim();
        let is_long = words.lines().count() > QUOTE_MAX_LINES || words.encode_utf16().count() > QUOTE_MAX_UNITS;
        let kind = if is_long { Kind::ExpandableBlockquote } else { Kind::Blockquote };
        if start < end {
            self.page.quotes.push(Block { start, end, kind });
        }
        self.owed = self.owed.max(1);
    }
}

/// Without what no reader sees and Telegram would change. An escaped character (`&#8238;`) comes only here.
pub(super) fn shown(line: &str) -> String {
    let space = |it: char| if matches!(it, '\t' | '\u{2028}' | '\u{2029}') { ' ' } else { it };
    line.chars().map(space).filter(|it| !is_harmful(*it)).collect()
}

/// The language of a block of code, from what stands behind its fence.
fn tidy(language: &str) -> Option<String> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '+' | '#' | '.' | '_' | '-');
    let language = language.trim_start();
    let end = language.find(|it| !is_name(it)).unwrap_or(language.len()).min(LANGUAGE_MAX_BYTES);
    (end > 0).then(|| language[..end].to_owned())
}
