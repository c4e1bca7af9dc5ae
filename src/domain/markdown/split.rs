//! A page is cut into messages: at block borders, else at lines, else after sentences, else between words.

use super::entity::Entity;
use super::page::{Page, past_empty_lines};
use super::{CAPTION_MAX_UNITS, ENTITIES_MAX, TEXT_MAX_UNITS, weave};
use crate::domain::text::is_blank;
use serde::{Deserialize, Serialize};
use unicode_segmentation::GraphemeCursor;

/// The words of one message: never empty, without white space at its ends (but the indent of code that goes on), with at
/// most [`ENTITIES_MAX`] entities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// What is special about parts of them, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
}

/// How much a message holds, in UTF-16 units; what is less than 2 counts as 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The first one.
    pub first_units: usize,
    /// All others.
    pub units: usize,
}

impl Sizes {
    /// Texts.
    pub const TEXTS: Self = Self { first_units: TEXT_MAX_UNITS, units: TEXT_MAX_UNITS };
    /// A caption, then texts.
    pub const CAPTION: Self = Self { first_units: CAPTION_MAX_UNITS, units: TEXT_MAX_UNITS };
}

/// So many styled stretches have more than [`ENTITIES_MAX`] entities for sure: one of five that follow each other begins one.
const STRETCHES_MAX: usize = 5 * (ENTITIES_MAX + 1);

impl Page {
    /// Cuts the page into messages. What is open where it is cut is closed there and opened again in the next one;
    /// together they have every visible character. A page without any has no message.
    #[must_use]
    pub fn split(&self, sizes: Sizes) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = self.begin(0);
        while at < self.text.len() {
            let units = if pieces.is_empty() { sizes.first_units } else { sizes.units };
            let window = self.window(at, units.max(2));
            let end = if window == self.text.len() { window } else { self.cut(at, window) };
            pieces.extend(self.piece(at, end));
            at = self.begin(end);
        }
        pieces
    }

    /// Where the next message begins: behind white space, but not behind the indent of code that goes on.
    fn begin(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let begin = self.text.len() - rest.trim_start().len();
        let code = self.codes.partition_point(|it| it.end <= begin);
        match self.codes.get(code) {
            Some(code) if code.start < begin => (at + past_empty_lines(rest)).max(code.start),
            _ => begin,
        }
    }

    fn piece(&self, at: usize, end: usize) -> Option<Piece> {
        let text = self.text[at..end].trim_end();
        let is_seen = text.contains(|it| !is_blank(it));
        let entities = || weave::entities(self, at, at + text.len());
        is_seen.then(|| Piece { text: text.to_owned(), entities: entities() })
    }

    /// The farthest end of a message that begins there.
    fn window(&self, at: usize, units: usize) -> usize {
        let mut left = units;
        let fits = |it: &(usize, char)| {
            let fits = it.1.len_utf16() <= left;
            left = left.saturating_sub(it.1.len_utf16());
            !fits
        };
        let end = self.text[at..].char_indices().find(fits).map_or(self.text.len(), |it| at + it.0);
        let first = self.stretches.partition_point(|it| it.end <= at);
        let end = self.stretches.get(first + STRETCHES_MAX).map_or(end, |it| end.min(it.start));
        let entities = weave::entities(self, at, end);
        let Some(first_too_many) = entities.get(ENTITIES_MAX) else { return end };
        let mut left = first_too_many.offset;
        let before = |it: &(usize, char)| {
            let is_there = left == 0;
            left = left.saturating_sub(it.1.len_utf16());
            is_there
        };
        self.text[at..end].char_indices().find(before).map_or(end, |it| at + it.0)
    }

    /// The best place to cut within the window: the strongest kind of border that does not leave the message too empty.
    fn cut(&self, at: usize, window: usize) -> usize {
        let words = &self.text[at..window];
        let borders = &self.borders[..self.borders.partition_point(|it| *it <= window)];
        let border = borders.last().copied().filter(|it| *it > at && it - at >= words.len() / 4);
        let far = |it: &usize| *it - at >= words.len() / 2;
        border
            .or_else(|| words.rfind('\n').map(|it| at + it + 1).filter(far))
            .or_else(|| self.gaps(at, window).find(|it| ends_sentence(&self.text[at..*it])).filter(far))
            .or_else(|| self.gaps(at, window).next())
            .unwrap_or_else(|| self.cluster(at, window))
    }

    /// Where words begin, from the last to the first.
    fn gaps(&self, at: usize, window: usize) -> impl Iterator<Item = usize> {
        let spaces = self.text[at..window].char_indices().rev().filter(|it| it.1.is_whitespace());
        spaces.map(move |it| at + it.0 + it.1.len_utf8()).filter(|it| self.is_between_clusters(*it))
    }

    fn is_between_clusters(&self, byte: usize) -> bool {
        let mut cursor = GraphemeCursor::new(byte, self.text.len(), true);
        cursor.is_boundary(&self.text, 0).unwrap_or(true)
    }

    /// The end of the last whole character as a reader sees it; within one only if it is larger than a message.
    fn cluster(&self, at: usize, window: usize) -> usize {
        if self.is_between_clusters(window) {
            return window;
        }
        let mut cursor = GraphemeCursor::new(window, self.text.len(), true);
        let before = cursor.prev_boundary(&self.text, 0).ok().flatten();
        before.filter(|it| *it > at).unwrap_or(window)
    }
}

/// Whether what ends in one space ends in a sentence.
fn ends_sentence(words: &str) -> bool {
    let Some(words) = words.strip_suffix(char::is_whitespace) else { return false };
    let closing = |it: char| matches!(it, '"' | '\'' | ')' | ']' | '»' | '”' | '’' | '」');
    words.trim_end_matches(closing).ends_with(['.', '!', '?', '…', '。', '！', '？'])
}
