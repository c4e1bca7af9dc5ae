//! A page as a rich message (Bot API 10.1): with headings, rules and tables of Telegram's own, where a server has them.

use super::RICH_MAX_UNITS;
use super::entity::Kind;
use super::ink::shown;
use super::leaf::Leaf;
use super::page::{Block, Page, PartKind, Style};
use super::table::{Side, Table};
use crate::domain::text::is_blank;
use serde::{Deserialize, Serialize};

/// The content of a rich message; serialized it is an `InputRichMessage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rich {
    /// Its blocks, from top to bottom; never empty.
    pub blocks: Vec<RichBlock>,
}

/// An `InputRichBlock`, as far as we use them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RichBlock {
    /// Words; lists are among them, with their markers.
    Paragraph {
        /// The words.
        text: RichText,
    },
    /// A heading.
    Heading {
        /// The words.
        text: RichText,
        /// From 1, the largest, to 6.
        size: u8,
    },
    /// A monospaced block.
    Pre {
        /// The words.
        text: RichText,
        /// The programming language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    /// A quote.
    Blockquote {
        /// What is quoted.
        blocks: Vec<RichBlock>,
    },
    /// A long quote, folded until it is tapped.
    ExpandableBlockquote {
        /// What is quoted.
        text: RichText,
    },
    /// A table.
    Table {
        /// Rows of cells, the head first.
        cells: Vec<Vec<Cell>>,
        /// With lines between its cells.
        is_bordered: bool,
    },
    /// A line across.
    Divider {},
}

/// A `RichBlockTableCell`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The words.
    pub text: RichText,
    /// Whether it is in the head.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_header: bool,
    /// `left`, `center` or `right`.
    pub align: String,
    /// `top`, always.
    pub valign: String,
}

/// A `RichText`, as far as we use them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RichText {
    /// Plain words.
    Words(String),
    /// One after the other.
    All(Vec<RichText>),
    /// In a style.
    Styled {
        /// Which.
        #[serde(rename = "type")]
        style: TextStyle,
        /// What.
        text: Box<RichText>,
    },
}

/// The styles of a [`RichText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "their names are the API's and say all")]
pub enum TextStyle {
    Bold,
    Italic,
    Strikethrough,
    Spoiler,
    Code,
}

impl Page {
    /// The page as one rich message; nothing if it has nothing to be seen, or more than [`RICH_MAX_UNITS`]. Whoever sends it
    /// falls back on [`Page::split`] when it is refused, or when the server is older than 10.1.
    #[must_use]
    pub fn rich(&self) -> Option<Rich> {
        let fits = self.text.encode_utf16().take(RICH_MAX_UNITS + 1).count() <= RICH_MAX_UNITS;
        let blocks = if fits { self.blocks() } else { Vec::new() };
        (!blocks.is_empty()).then_some(Rich { blocks })
    }

    fn blocks(&self) -> Vec<RichBlock> {
        let parts = self.parts.iter().map(|it| (it.start, it.end, Source::Part(&it.kind)));
        let quotes = self.quotes.iter().map(|it| (it.start, it.end, Source::Quote(it)));
        let codes = self.codes.iter().map(|it| (it.start, it.end, Source::Code(it)));
        let mut sources: Vec<_> = parts.chain(quotes).chain(codes).collect();
        sources.sort_by_key(|it| (it.0, std::cmp::Reverse(it.1)));
        let (mut blocks, mut at) = (Vec::new(), 0);
        for (start, end, source) in sources.into_iter().map(|it| (it.0, it.1.min(self.text.len()), it.2)) {
            if start < at {
                continue; // within the one before it: the lines of a table, code in a quote
            }
            blocks.extend(self.paragraphs(at, start));
            blocks.extend(self.block(start, end, &source));
            at = end;
        }
        blocks.extend(self.paragraphs(at, self.text.len()));
        blocks
    }

    fn block(&self, start: usize, end: usize, source: &Source<'_>) -> Option<RichBlock> {
        match source {
            // The rule of a list item stands behind its mark.
            Source::Part(PartKind::Rule) if self.text.get(start..end)?.contains(char::is_alphanumeric) => {
                Some(RichBlock::Paragraph { text: self.rich_text(start, end, Style::PLAIN)? })
            }
            Source::Part(PartKind::Rule) => Some(RichBlock::Divider {}),
            Source::Part(PartKind::Table(table)) => Some(rows(table)),
            Source::Part(PartKind::Heading(size)) => {
                Some(RichBlock::Heading { text: self.rich_text(start, end, Style::BOLD)?, size: *size })
            }
            Source::Code(Block { kind: Kind::Pre { language }, .. }) => {
                let text = RichText::Words(self.text.get(start..end)?.to_owned());
                Some(RichBlock::Pre { text, language: language.clone() })
            }
            Source::Quote(Block { kind: Kind::ExpandableBlockquote, .. }) => {
                Some(RichBlock::ExpandableBlockquote { text: self.rich_text(start, end, Style::PLAIN)? })
            }
            Source::Quote(_) | Source::Code(_) => Some(RichBlock::Blockquote { blocks: self.quoted(start, end) })
                .filter(|it| !matches!(it, RichBlock::Blockquote { blocks } if blocks.is_empty())),
        }
    }

    /// What is in a quote: words, and code between them.
    fn quoted(&self, start: usize, end: usize) -> Vec<RichBlock> {
        let (mut blocks, mut at) = (Vec::new(), start);
        let first = self.codes.partition_point(|it| it.end <= start);
        for code in self.codes[first..].iter().take_while(|it| it.end <= end) {
            blocks.extend(self.paragraphs(at, code.start));
            blocks.extend(self.block(code.start, code.end, &Source::Code(code)));
            at = code.end;
        }
        blocks.extend(self.paragraphs(at, end));
        blocks
    }

    fn paragraphs(&self, start: usize, end: usize) -> Vec<RichBlock> {
        let Some(text) = self.text.get(start..end) else { return Vec::new() };
        let mut at = start;
        let paragraph = |it: &str| {
            let from = at;
            at += it.len() + 2;
            self.rich_text(from, from + it.len(), Style::PLAIN).map(|text| RichBlock::Paragraph { text })
        };
        text.split("\n\n").filter_map(paragraph).collect()
    }

    /// Styled words without white space at their ends, and without a style that goes without saying.
    fn rich_text(&self, start: usize, end: usize, understood: Style) -> Option<RichText> {
        let words = self.text.get(start..end)?;
        let end = start + words.trim_end().len();
        let mut at = end - words.trim().len();
        let mut all = Vec::new();
        let first = self.stretches.partition_point(|it| it.end <= at);
        for it in self.stretches[first..].iter().take_while(|it| it.start < end) {
            let (from, to) = (it.start.max(at), it.end.min(end));
            all.push((&self.text[at..from], Style::PLAIN));
            all.push((&self.text[from..to], it.style.without(understood)));
            at = to;
        }
        all.push((&self.text[at..end], Style::PLAIN));
        words.contains(|it| !is_blank(it)).then(|| joined(all.into_iter()))
    }
}

/// What a block comes from.
enum Source<'a> {
    Part(&'a PartKind),
    Quote(&'a Block),
    Code(&'a Block),
}

fn joined<'a>(runs: impl Iterator<Item = (&'a str, Style)>) -> RichText {
    let mut all: Vec<_> = runs.filter(|it| !it.0.is_empty()).map(|it| styled(it.0, it.1)).collect();
    if all.len() == 1 { all.remove(0) } else { RichText::All(all) }
}

fn styled(words: &str, style: Style) -> RichText {
    let styles = Style::SHOWN.into_iter().rev().filter(|it| style.has(*it));
    styles.fold(RichText::Words(words.to_owned()), |text, style| {
        let style = match style.kind() {
            Kind::Bold => TextStyle::Bold,
            Kind::Italic => TextStyle::Italic,
            Kind::Strikethrough => TextStyle::Strikethrough,
            Kind::Spoiler => TextStyle::Spoiler,
            Kind::Code | Kind::Pre { .. } | Kind::Blockquote | Kind::ExpandableBlockquote => TextStyle::Code,
        };
        RichText::Styled { style, text: Box::new(text) }
    })
}

fn rows(table: &Table) -> RichBlock {
    let row =
        |(n, row): (usize, &Vec<Leaf>)| row.iter().enumerate().map(|(i, it)| cell(table, n == 0, i, it)).collect();
    RichBlock::Table { cells: table.rows.iter().enumerate().map(row).collect(), is_bordered: true }
}

fn cell(table: &Table, is_header: bool, column: usize, words: &Leaf) -> Cell {
    let align = match table.side(column) {
        Side::Left => "left",
        Side::Center => "center",
        Side::Right => "right",
    };
    let runs: Vec<_> = words.runs.iter().map(|it| (shown(&it.text.replace('\n', " ")), it.style.shown())).collect();
    let text = joined(runs.iter().map(|it| (it.0.as_str(), it.1)));
    let text = if text == RichText::All(Vec::new()) { RichText::Words(String::new()) } else { text };
    Cell { text, is_header, align: align.to_owned(), valign: "top".to_owned() }
}
