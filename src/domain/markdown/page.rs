//! A rendered answer before it is cut: its text, where it is styled, and where its blocks begin.

use super::entity::Kind;
use super::table::Table;

/// How words look, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style(u8);

impl Style {
    pub(super) const PLAIN: Self = Self(0);
    pub(super) const BOLD: Self = Self(1);
    pub(super) const ITALIC: Self = Self(2);
    pub(super) const STRIKE: Self = Self(4);
    pub(super) const SPOILER: Self = Self(8);
    pub(super) const CODE: Self = Self(16);
    /// Words in which no delimiter is looked for: they were escaped. Not shown in any way.
    pub(super) const LITERAL: Self = Self(32);
    /// Those that are shown, each alone.
    pub(super) const SHOWN: [Self; 5] = [Self::BOLD, Self::ITALIC, Self::STRIKE, Self::SPOILER, Self::CODE];

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What is shown of it: monospaced words can be nothing else (Bot API).
    pub(super) const fn shown(self) -> Self {
        if self.has(Self::CODE) { Self::CODE } else { self.without(Self::LITERAL) }
    }

    /// As an entity; only of styles that stand alone in [`Self::SHOWN`].
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::BOLD => Kind::Bold,
            Self::ITALIC => Kind::Italic,
            Self::STRIKE => Kind::Strikethrough,
            Self::SPOILER => Kind::Spoiler,
            _ => Kind::Code,
        }
    }
}

/// Bytes of a page's text in one style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) style: Style,
}

/// Bytes of a page's text that are a monospaced block or a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// A rendered answer of any length; [`Page::split`] makes messages of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub(super) text: String,
    /// Styled words in order, none over another.
    pub(super) stretches: Vec<Stretch>,
    /// Monospaced blocks in order, none over another.
    pub(super) codes: Vec<Block>,
    /// Quotes in order, none over another; they may have monospaced blocks inside.
    pub(super) quotes: Vec<Block>,
    /// Where blocks begin before which it is good to cut, in order.
    pub(super) borders: Vec<usize>,
    /// What a rich message has blocks of its own for, in order.
    pub(super) parts: Vec<Part>,
    pub(super) is_cut: bool,
}

/// Bytes of a page's text that are more than text in a rich message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: PartKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// From 1, the largest, to 6.
    Heading(u8),
    Table(Table),
    Rule,
}

impl Page {
    /// The words without their formatting.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the end is missing because the input was longer than [`super::SOURCE_MAX_BYTES`].
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Adds words; what stands beside words of the same style joins them.
    pub(super) fn push(&mut self, words: &str, style: Style) {
        let start = self.text.len();
        self.text.push_str(words);
        let (end, style) = (self.text.len(), style.shown());
        match self.stretches.last_mut() {
            _ if start == end || style == Style::PLAIN => {}
            Some(last) if last.end == start && last.style == style => last.end = end,
            _ => self.stretches.push(Stretch { start, end, style }),
        }
    }
}

/// Where the first line begins in which something is seen; its indent is kept.
pub(super) fn past_empty_lines(text: &str) -> usize {
    let empty = text.len() - text.trim_start().len();
    text[..empty].rfind('\n').map_or(0, |it| it + 1)
}
