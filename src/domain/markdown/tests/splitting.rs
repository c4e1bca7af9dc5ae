//! Long answers become several messages, each whole in itself.

use super::check::assert_valid;
use super::{ENTITIES_MAX, Kind, Piece, Sizes, TEXT_MAX_UNITS, render, tagged};

fn split(markdown: &str, units: usize) -> Vec<String> {
    let pieces = render(markdown).split(Sizes { first_units: units, units });
    pieces.iter().for_each(|it| assert_valid(it, units));
    pieces.iter().map(tagged).collect()
}

#[test]
fn a_long_answer_is_cut_between_blocks() {
    assert_eq!(split("First one.\n\nSecond one.\n\nThird one.", 26), ["First one.\n\nSecond one.", "Third one."]);
}

#[test]
fn a_heading_goes_along_with_what_it_heads() {
    assert_eq!(split("Some words.\n\n# Head\n\nMore words.", 24), ["Some words.", "<bold>Head</bold>\n\nMore words."]);
}

#[test]
fn then_between_lines_sentences_words_and_characters() {
    assert_eq!(split("one two\nthree four five", 16), ["one two", "three four five"]);
    assert_eq!(split("One two. Three four five.", 16), ["One two.", "Three four five."]);
    assert_eq!(split("one two three four", 10), ["one two", "three four"]);
    assert_eq!(split("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    assert_eq!(split("👨‍👩‍👧👨‍👩‍👧👍🏽", 10), ["👨‍👩‍👧", "👨‍👩‍👧", "👍🏽"]);
    assert_eq!(split("нё нё́", 5), ["нё", "нё́"]);
}

#[test]
fn what_is_open_is_closed_and_opened_again() {
    assert_eq!(
        split("**one *two three* four**", 8),
        ["<bold>one <italic>two</italic></bold>", "<bold><italic>three</italic></bold>", "<bold>four</bold>"]
    );
    let code = "```py\ndef a():\n    return 1\n    # done\n```";
    assert_eq!(split(code, 24), ["<pre py>def a():\n    return 1</pre>", "<pre py>    # done</pre>"]);
    assert_eq!(
        split("> one two\n> three four", 12),
        ["<blockquote>one two</blockquote>", "<blockquote>three four</blockquote>"]
    );
}

#[test]
fn a_caption_is_shorter_than_what_follows() {
    let page = render(&"word ".repeat(2000));
    let pieces = page.split(Sizes::CAPTION);
    assert_valid(&pieces[0], 1024);
    assert!(pieces[1].text.len() > 4000 && pieces.len() == 4, "{}", pieces.len());
}

#[test]
fn a_message_never_has_too_many_entities() {
    let pieces = render(&"**a** b ".repeat(250)).split(Sizes::TEXTS);
    pieces.iter().for_each(|it| assert_valid(it, TEXT_MAX_UNITS));
    let counts: Vec<_> = pieces.iter().map(|it| it.entities.len()).collect();
    assert_eq!((counts.iter().sum::<usize>(), counts[0]), (250, ENTITIES_MAX), "{counts:?}");
}

#[test]
fn a_character_larger_than_a_message_is_cut_all_the_same() {
    let zalgo = format!("e{}", "\u{301}".repeat(9000));
    let pieces = render(&zalgo).split(Sizes::TEXTS);
    assert_eq!(pieces.iter().map(|it| it.text.len()).sum::<usize>(), zalgo.len());
}

#[test]
fn white_space_of_any_length_is_no_message() {
    let words = format!("a{}b", "&nbsp; ".repeat(3000));
    assert_eq!(split(&words, 100), ["a", "b"]);
    assert_eq!(split(&format!("a{}b", " &#8203;".repeat(3000)), 100).len(), 2);
}

#[test]
fn a_piece_is_told_as_the_bot_api_spells_it_and_read_back() {
    let pieces = render("```rust\na\n```\n> **b**").split(Sizes::TEXTS);
    let json = serde_json::to_value(&pieces[0]).unwrap();
    let entities = serde_json::json!([
        {"type": "pre", "language": "rust", "offset": 0, "length": 1},
        {"type": "blockquote", "offset": 2, "length": 1},
        {"type": "bold", "offset": 2, "length": 1},
    ]);
    assert_eq!(json, serde_json::json!({"text": "a\nb", "entities": entities}));
    assert_eq!(serde_json::from_value::<Piece>(json).unwrap(), pieces[0]);
    assert_eq!(pieces[0].entities[0].kind, Kind::Pre { language: Some("rust".into()) });
}
