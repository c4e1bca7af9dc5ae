//! Delimiters that `CommonMark` leaves as they are, although their writer meant something: `||spoiler||`, `**so:**then`.

use super::leaf::{Leaf, Run};
use super::page::Style;

/// A part of a leaf: words, or a delimiter that was found among them.
enum Part {
    Words(Run),
    Mark(Mark),
}

struct Mark {
    text: Run,
    /// What it switches on or off.
    switches: Style,
    opens: bool,
    closes: bool,
}

impl Mark {
    /// Bold marks fit to each other even if one of them is italic too.
    fn key(&self) -> Style {
        if self.switches.has(Style::BOLD) { Style::BOLD } else { self.switches }
    }

    /// Strong marks without a partner are dropped rather than shown.
    fn is_dropped(&self) -> bool {
        self.text.text.starts_with("**")
    }
}

/// Applies what can be paired, and drops strong marks that cannot. With `is_open` this is the end of a draft: what is open
/// stays so to its end.
pub(super) fn mend(leaf: Leaf, is_open: bool) -> Leaf {
    let is_touched = |it: char| matches!(it, '*' | '|') || is_open && matches!(it, '_' | '~' | '`');
    if !leaf.runs.iter().any(|it| it.text.contains(is_touched)) {
        return leaf;
    }
    let parts = parts(&leaf.runs, is_open);
    let switches = pair(&parts, is_open);
    let (mut mended, mut active) = (Leaf::default(), Style::PLAIN);
    for (part, switch) in parts.into_iter().zip(switches) {
        match (part, switch) {
            (Part::Mark(_), Switch::On(style)) => active = active.with(style),
            (Part::Mark(_), Switch::Off(style)) => active = active.without(style),
            (Part::Mark(it), Switch::None) if it.is_dropped() => {}
            (Part::Words(it) | Part::Mark(Mark { text: it, .. }), _) => mended.push(&it.text, it.style.with(active)),
        }
    }
    mended
}

#[derive(Clone, Copy)]
enum Switch {
    None,
    On(Style),
    Off(Style),
}

fn pair(parts: &[Part], is_open: bool) -> Vec<Switch> {
    let mut switches = vec![Switch::None; parts.len()];
    let mut waiting: Vec<(Style, usize, Style)> = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        let mark = match part {
            Part::Mark(mark) => mark,
            Part::Words(it) => {
                if it.text.contains('\n') && !is_open {
                    waiting.retain(|it| it.0 != Style::BOLD); // two slips on two lines are no pair
                }
                continue;
            }
        };
        let partner = waiting.iter().position(|it| it.0 == mark.key()).filter(|_| mark.closes);
        if let Some(at) = partner {
            let (_, open, style) = waiting.remove(at);
            (switches[open], switches[n]) = (Switch::On(style), Switch::Off(style));
        } else if mark.opens {
            waiting.retain(|it| it.0 != mark.key());
            waiting.push((mark.key(), n, mark.switches));
        }
    }
    for (_, n, style) in waiting.into_iter().filter(|_| is_open) {
        switches[n] = Switch::On(style);
    }
    switches
}

fn parts(runs: &[Run], is_open: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    for (n, run) in runs.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|it| runs[it].text.chars().next_back());
        let after = runs.get(n + 1).and_then(|it| it.text.chars().next());
        let mut words = 0;
        let mut at = 0;
        let is_plain = !run.style.has(Style::CODE.with(Style::LITERAL));
        while let Some(found) = run.text[at..].find(is_delimiter).filter(|_| is_plain) {
            let start = at + found;
            let sign = run.text[start..].chars().next().unwrap_or('*');
            let count = run.text[start..].len() - run.text[start..].trim_start_matches(sign).len();
            at = start + count;
            let previous = run.text[..start].chars().next_back().or(before);
            let next = run.text[at..].chars().next().or(after);
            let Some((switches, opens, closes)) = meaning(sign, count, is_open, previous, next) else { continue };
            let words_before = &run.text[words..start];
            if !words_before.is_empty() {
                parts.push(Part::Words(Run { text: words_before.to_owned(), style: run.style }));
            }
            let text = Run { text: run.text[start..at].to_owned(), style: run.style };
            parts.push(Part::Mark(Mark { text, switches, opens, closes }));
            words = at;
        }
        if words < run.text.len() {
            parts.push(Part::Words(Run { text: run.text[words..].to_owned(), style: run.style }));
        }
    }
    parts
}

fn is_delimiter(it: char) -> bool {
    matches!(it, '*' | '|' | '_' | '~' | '`')
}

/// What so many of a sign mean between these neighbours: style, whether they open, whether they close.
fn meaning(
    sign: char,
    count: usize,
    is_open: bool,
    before: Option<char>,
    after: Option<char>,
) -> Option<(Style, bool, bool)> {
    let style = match (sign, count) {
        ('*', 2) => Style::BOLD,
        ('*', 3) => Style::BOLD.with(Style::ITALIC),
        ('|', 2) => Style::SPOILER,
        ('*' | '_', 1) if is_open => Style::ITALIC,
        ('_', 2) if is_open => Style::BOLD,
        ('~', 2) if is_open => Style::STRIKE,
        ('`', _) if is_open => Style::CODE,
        _ => return None,
    };
    let is_word = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    let is_seen = |it: Option<char>| it.is_some_and(|it| !it.is_whitespace());
    let (mut opens, mut closes) = (is_seen(after), is_seen(before));
    if sign == '|' {
        (opens, closes) = (opens && !is_word(before), closes && !is_word(after));
    } else if sign != '*' || count == 1 {
        (opens, closes) = (opens && !is_word(before), false);
    }
    // Between two words it is an operator, between two spaces too.
    let is_operator = is_word(before) && is_word(after) || !opens && !closes;
    (!is_operator).then_some((style, opens, closes))
}
