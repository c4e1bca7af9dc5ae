//! Styled stretches and blocks of a page become entities that nest as the Bot API wants it.

use super::entity::{Entity, Kind};
use super::page::{Block, Page, Stretch, Style, past_empty_lines};
use crate::domain::text::is_blank;

/// An entity in bytes of the page's text.
struct Span {
    start: usize,
    end: usize,
    kind: Kind,
}

/// The entities of the page's bytes from `start` to `end`, clipped, in order, outer before inner.
pub(super) fn entities(page: &Page, start: usize, end: usize) -> Vec<Entity> {
    let mut spans = Vec::new();
    for blocks in [&page.quotes, &page.codes] {
        let first = blocks.partition_point(|it| it.end <= start);
        let within = blocks[first..].iter().take_while(|it| it.start < end);
        spans.extend(within.filter_map(|it| clipped(page, it, start, end)));
    }
    spans.extend(styled(page, start, end));
    spans.sort_by(|a, b| (a.start, b.end).cmp(&(b.start, a.end))); // stable: quotes stay before what is in them
    in_units(&page.text, start, spans)
}

/// As much of a block as is there. A quote that begins with code has that code's indent too.
fn clipped(page: &Page, block: &Block, start: usize, end: usize) -> Option<Span> {
    let (from, end) = (block.start.max(start), block.end.min(end));
    let span = trimmed(page, Span { start: from, end, kind: block.kind.clone() })?;
    let code = page.codes.get(page.codes.partition_point(|it| it.end <= span.start));
    let code = code.filter(|it| it.start < span.start && it.start >= block.start);
    let code = code.and_then(|it| trimmed(page, Span { start: it.start.max(from), end, kind: it.kind.clone() }));
    Some(Span { start: code.map_or(span.start, |it| it.start), ..span })
}

/// Each style as long as it lasts. When one ends inside another that began later, the later one is closed and opened again.
fn styled(page: &Page, start: usize, end: usize) -> Vec<Span> {
    let first = page.stretches.partition_point(|it| it.end <= start);
    let within = page.stretches[first..].iter().take_while(|it| it.start < end);
    let clip = |it: &Stretch| Stretch { start: it.start.max(start), end: it.end.min(end), style: it.style };
    let stretches: Vec<_> = within.map(clip).collect();
    let ends = lasting(&stretches);
    let (mut spans, mut open): (Vec<Span>, Vec<(Style, usize)>) = (Vec::new(), Vec::new());
    let mut at = start;
    for (n, it) in stretches.iter().enumerate() {
        let style = if it.start == at { it.style } else { Style::PLAIN };
        close(&mut open, style, at, &mut spans);
        let mut begin: Vec<_> = (0..Style::SHOWN.len()).filter(|i| it.style.has(Style::SHOWN[*i])).collect();
        begin.retain(|i| open.iter().all(|(style, _)| *style != Style::SHOWN[*i]));
        begin.sort_by_key(|i| std::cmp::Reverse(ends[n][*i]));
        open.extend(begin.into_iter().map(|i| (Style::SHOWN[i], it.start)));
        at = it.end;
    }
    close(&mut open, Style::PLAIN, at, &mut spans);
    spans.into_iter().filter_map(|it| trimmed(page, it)).collect()
}

/// For each stretch and style, where that style ends when it goes on from stretch to stretch.
fn lasting(stretches: &[Stretch]) -> Vec<[usize; Style::SHOWN.len()]> {
    let mut ends = vec![[0; Style::SHOWN.len()]; stretches.len()];
    for n in (0..stretches.len()).rev() {
        for (i, style) in Style::SHOWN.into_iter().enumerate() {
            let next = stretches.get(n + 1).filter(|it| it.start == stretches[n].end && it.style.has(style));
            ends[n][i] = next.map_or(stretches[n].end, |_| ends[n + 1][i]);
        }
    }
    ends
}

/// Closes what does not go on in `style`, and with it whatever was opened inside.
fn close(open: &mut Vec<(Style, usize)>, style: Style, at: usize, spans: &mut Vec<Span>) {
    let Some(keep) = open.iter().position(|it| !style.has(it.0)) else { return };
    let again: Vec<_> = open[keep..].iter().filter(|it| style.has(it.0)).map(|it| (it.0, at)).collect();
    spans.extend(open.drain(keep..).map(|(style, start)| Span { start, end: at, kind: style.kind() }));
    open.extend(again);
}

/// Without white space at its ends, and nothing if nothing is seen in it. The first line of a monospaced block keeps its indent.
fn trimmed(page: &Page, span: Span) -> Option<Span> {
    let Span { start, end, kind } = span;
    let words = page.text.get(start..end)?;
    let is_edge = |it: char| it.is_whitespace();
    let is_code = matches!(kind, Kind::Pre { .. });
    let front = if is_code { &words[past_empty_lines(words)..] } else { words.trim_start_matches(is_edge) };
    let start = end - front.len();
    let words = front.trim_end_matches(is_edge);
    words.contains(|it| !is_blank(it)).then(|| Span { start, end: start + words.len(), kind })
}

fn in_units(text: &str, start: usize, spans: Vec<Span>) -> Vec<Entity> {
    let mut ends: Vec<_> = spans.iter().flat_map(|it| [it.start, it.end]).collect();
    ends.sort_unstable();
    ends.dedup();
    let (mut at, mut units) = (start, 0);
    let mut counted = Vec::with_capacity(ends.len());
    for end in &ends {
        units += text[at..*end].chars().map(char::len_utf16).sum::<usize>();
        counted.push(units);
        at = *end;
    }
    let unit = |byte: usize| ends.binary_search(&byte).map_or(0, |it| counted[it]);
    let entity = |it: Span| {
        let offset = unit(it.start);
        Entity { offset, length: unit(it.end) - offset, kind: it.kind }
    };
    spans.into_iter().map(entity).collect()
}
