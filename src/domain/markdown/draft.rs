//! The end of Markdown that is still being written is settled: what is only half there is completed or left away.

use super::source::Fence;

/// Changes the end of the text so that it reads as if it had been closed there.
pub(super) fn settle(text: &mut String) {
    text.truncate(text.trim_end().len());
    let last = line_start(text);
    let mut fence = Fence::default();
    for line in text[..last].lines() {
        fence.takes(line);
    }
    let was_open = fence.is_open();
    if fence.takes(&text[last..]) {
        let is_half_fence = text[last..].trim_start_matches([' ', '>']).chars().all(|it| matches!(it, '`' | '~'));
        if was_open && is_half_fence {
            text.truncate(last);
        }
        return;
    }
    // Whatever they close or open is open to the end of a draft anyway.
    text.truncate(text.trim_end_matches(['*', '_', '~', '|', '`']).trim_end_matches('\\').trim_end().len());
    settle_link(text);
    settle_table(text);
    drop_marks(text);
}

fn line_start(text: &str) -> usize {
    text.rfind('\n').map_or(0, |it| it + 1)
}

/// A line of nothing but marks could be anything, for example the line that makes a heading of the one before it.
fn drop_marks(text: &mut String) {
    let last = line_start(text);
    let is_mark = |it: char| matches!(it, '-' | '=' | '*' | '+' | '#' | '>' | '_' | '`' | '~' | '|' | ':' | ' ');
    if text[last..].chars().all(is_mark) && !text[last..].contains("|-") {
        text.truncate(last);
    }
}

/// The label of a link whose address is not there yet stands for itself.
fn settle_link(text: &mut String) {
    let last = line_start(text);
    let Some(open) = text[last..].rfind('[').map(|it| last + it) else { return };
    let before = &text[last..open];
    let is_word = before.ends_with(|it: char| it.is_alphanumeric() || it == '\\');
    if is_word || before.matches('`').count() % 2 == 1 {
        return;
    }
    if matches!(before.trim(), "-" | "*" | "+") && text.len() - open < 3 {
        text.truncate(open); // half a box to be ticked
        return;
    }
    let (label, rest) = text[open + 1..].split_once(']').map_or((&text[open + 1..], None), |it| (it.0, Some(it.1)));
    let is_half = match rest {
        None => true,
        Some("") => !label.starts_with('^') && !matches!(label, " " | "x" | "X"),
        Some(rest) => rest.starts_with('(') && rest.matches('(').count() > rest.matches(')').count(),
    };
    if is_half {
        let label = label.to_owned();
        text.truncate(if before.ends_with('!') { open - 1 } else { open });
        text.push_str(&label);
    }
}

/// The head of a table, alone or with half of the line under it, is a table already.
fn settle_table(text: &mut String) {
    let last = line_start(text);
    if !text[last..].trim_start().starts_with('|') {
        return;
    }
    let is_row = |line: Option<&str>| line.is_some_and(|it| it.trim_start().starts_with('|'));
    let mut above = text[..last].lines().rev();
    let (head, over) = (above.next(), above.next());
    if !is_row(head) {
        let line = rule(&text[last..]);
        text.push_str(&line);
    } else if !is_row(over) && text[last..].chars().all(|it| matches!(it, '|' | '-' | ':' | ' ')) {
        let line = rule(head.unwrap_or_default());
        text.truncate(last.saturating_sub(1));
        text.push_str(&line);
    }
}

/// The line under a table's head, with as many columns.
fn rule(head: &str) -> String {
    let head = head.trim().trim_matches('|').replace("\\|", "");
    let columns = head.matches('|').count() + 1;
    format!("\n|{}", "---|".repeat(columns))
}
