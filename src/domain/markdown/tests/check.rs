//! The rules of the Bot API on texts and entities, written down once more and apart from what keeps them.

use super::{ENTITIES_MAX, Entity, Kind, Piece};

/// Panics with the rule that a message breaks.
pub(super) fn assert_valid(piece: &Piece, most_units: usize) {
    if let Err(rule) = valid(piece, most_units) {
        panic!("{rule}: {piece:?}");
    }
}

fn valid(piece: &Piece, most_units: usize) -> Result<(), String> {
    let units: Vec<u16> = piece.text.encode_utf16().collect();
    let first_is_code = piece.entities.iter().any(|it| it.offset == 0 && matches!(it.kind, Kind::Pre { .. }));
    let front = if first_is_code { piece.text.trim_start_matches(' ') } else { &piece.text };
    rule(front == piece.text.trim_start(), "white space at its begin")?;
    rule(piece.text == piece.text.trim_end(), "white space at its end")?;
    rule(piece.text.chars().any(|it| !it.is_whitespace() && it != '\u{200b}'), "nothing to be seen")?;
    rule(units.len() <= most_units, "too long")?;
    rule(!piece.text.chars().any(|it| it.is_control() && it != '\n'), "a control character")?;
    let turns =
        ['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2028}', '\u{2029}', '\u{2066}', '\u{2069}'];
    rule(!piece.text.contains(turns), "a character that Telegram drops or that turns the direction")?;
    rule(piece.entities.len() <= ENTITIES_MAX, "too many entities")?;
    rule(piece.entities.is_sorted_by_key(|it| (it.offset, usize::MAX - it.length)), "entities out of order")?;
    let codes = piece.entities.iter().filter(|it| matches!(it.kind, Kind::Pre { .. })).map(|it| it.offset);
    let codes: Vec<_> = codes.collect(); // the indent of code is white space at its begin, and at that of its quote
    for (n, it) in piece.entities.iter().enumerate() {
        alone(it, &units, &codes).map_err(|rule| format!("{rule} ({it:?})"))?;
        for other in &piece.entities[n + 1..] {
            together(it, other).map_err(|rule| format!("{rule} ({it:?} and {other:?})"))?;
        }
    }
    Ok(())
}

fn rule(holds: bool, words: &str) -> Result<(), String> {
    holds.then_some(()).ok_or_else(|| words.to_owned())
}

fn alone(it: &Entity, units: &[u16], codes: &[usize]) -> Result<(), String> {
    rule(it.length > 0, "empty entity")?;
    let words = units.get(it.offset..it.offset + it.length).ok_or("entity beyond the text")?;
    let words = String::from_utf16(words).map_err(|_| "entity in the middle of a character")?;
    let is_quote = matches!(it.kind, Kind::Blockquote | Kind::ExpandableBlockquote);
    let has_indent = matches!(it.kind, Kind::Pre { .. }) || is_quote && codes.contains(&it.offset);
    let front = if has_indent { words.trim_start_matches(' ') } else { &words };
    rule(front == words.trim(), "entity with white space at its ends")?;
    match &it.kind {
        Kind::Pre { language: Some(it) } => {
            rule(!it.is_empty() && it.is_ascii() && !it.contains(char::is_whitespace), "a strange language")
        }
        _ => Ok(()),
    }
}

/// Two entities, the one that begins first or is larger before the other.
fn together(outer: &Entity, inner: &Entity) -> Result<(), String> {
    let end = |it: &Entity| it.offset + it.length;
    if inner.offset >= end(outer) {
        return Ok(());
    }
    rule(end(inner) <= end(outer), "entities that cross")?;
    let is_code = |it: &Entity| matches!(it.kind, Kind::Code | Kind::Pre { .. });
    let is_quote = |it: &Entity| matches!(it.kind, Kind::Blockquote | Kind::ExpandableBlockquote);
    rule(!is_code(outer), "something in code")?;
    rule(!is_code(inner) || is_quote(outer), "code in something else than a quote")?;
    rule(!is_quote(inner) || !is_quote(outer), "a quote in a quote")?;
    rule(inner.kind != outer.kind, "an entity in one of its own kind")
}

fn of(kind: Kind, offset: usize, length: usize) -> Entity {
    Entity { kind, offset, length }
}

#[test]
fn the_checker_finds_each_fault() {
    let pre = || Kind::Pre { language: None };
    let faults: [(&str, Vec<Entity>, &str); 15] = [
        (" a", vec![], "begin"),
        ("a\n", vec![], "end"),
        ("\u{200b}", vec![], "seen"),
        ("aaaaaaaaaaa", vec![], "long"),
        ("a\tb", vec![], "control"),
        ("a\u{202e}b", vec![], "direction"),
        ("a", vec![of(Kind::Bold, 0, 2)], "beyond"),
        ("a", vec![of(Kind::Bold, 0, 0)], "empty"),
        ("😀a", vec![of(Kind::Bold, 1, 2)], "middle"),
        ("a bc", vec![of(Kind::Bold, 0, 2)], "white space at its ends"),
        ("abcd", vec![of(Kind::Bold, 0, 2), of(Kind::Italic, 1, 2)], "cross"),
        ("abcd", vec![of(Kind::Code, 0, 3), of(Kind::Italic, 1, 1)], "in code"),
        ("abcd", vec![of(Kind::Bold, 0, 3), of(pre(), 1, 1)], "code in"),
        ("abcd", vec![of(Kind::Blockquote, 0, 3), of(Kind::Blockquote, 1, 1)], "quote in"),
        ("abcd", vec![of(Kind::Bold, 2, 1), of(Kind::Italic, 0, 1)], "order"),
    ];
    for (text, entities, words) in faults {
        let found = valid(&Piece { text: text.to_owned(), entities }, 10).unwrap_err();
        assert!(found.contains(words), "{text:?}: {found}");
    }
    let many = vec![of(Kind::Bold, 0, 1); 101];
    assert!(valid(&Piece { text: "a".to_owned(), entities: many }, 10).unwrap_err().contains("many"));
    let fine = vec![of(Kind::Blockquote, 0, 6), of(Kind::Bold, 0, 2), of(Kind::Italic, 0, 2), of(pre(), 3, 3)];
    assert_eq!(valid(&Piece { text: "😀 abc".to_owned(), entities: fine }, 10), Ok(()));
}
