//! What Markdown becomes, that it is always valid, and that hostile input takes no longer than its length.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod anything;
mod blocks;
mod check;
mod drafts;
mod hostile;
mod rich;
mod splitting;
mod words;

use super::*;

/// One message with its entities as tags, to be read in a test: `<bold>so</bold>`.
fn tagged(piece: &Piece) -> String {
    let mut tags: Vec<(usize, bool, String)> = Vec::new();
    for it in &piece.entities {
        let value = serde_json::to_value(it).unwrap();
        let name = value["type"].as_str().unwrap();
        let language = value["language"].as_str().map_or(String::new(), |it| format!(" {it}"));
        tags.push((it.offset, true, format!("<{name}{language}>")));
        tags.push((it.offset + it.length, false, format!("</{name}>")));
    }
    let units: Vec<u16> = piece.text.encode_utf16().collect();
    let mut out = String::new();
    for at in 0..=units.len() {
        // Those that end go first, the innermost of them before the others.
        tags.iter().rev().filter(|it| it.0 == at && !it.1).for_each(|it| out.push_str(&it.2));
        tags.iter().filter(|it| it.0 == at && it.1).for_each(|it| out.push_str(&it.2));
        if let Some(unit) = units.get(at) {
            match char::from_u32(u32::from(*unit)) {
                Some(it) => out.push(it),
                None if (0xD800..0xDC00).contains(unit) => {
                    out.push_str(&String::from_utf16(&units[at..at + 2]).unwrap());
                }
                None => {}
            }
        }
    }
    out
}

fn one(page: &Page) -> String {
    let pieces = page.split(Sizes::TEXTS);
    for it in &pieces {
        check::assert_valid(it, TEXT_MAX_UNITS);
    }
    let all: Vec<_> = pieces.iter().map(tagged).collect();
    all.join("\n✂\n")
}

/// What becomes of it, as one message.
fn shown(markdown: &str) -> String {
    one(&render(markdown))
}

/// The same while it is still being written.
fn drafted(markdown: &str) -> String {
    one(&render_draft(markdown))
}

/// Each case is Markdown and what is shown.
fn assert_shown(cases: &[(&str, &str)]) {
    for (markdown, expected) in cases {
        assert_eq!(shown(markdown), *expected, "{markdown:?}");
    }
}
