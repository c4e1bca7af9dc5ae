//! Rich messages: what Telegram has blocks of its own for is one.

use super::{RICH_MAX_UNITS, Rich, render};
use serde_json::{Value, json};

fn blocks(markdown: &str) -> Value {
    let rich = render(markdown).rich().unwrap();
    let json = serde_json::to_value(&rich).unwrap();
    assert_eq!(serde_json::from_value::<Rich>(json.clone()).unwrap(), rich);
    json["blocks"].clone()
}

#[test]
fn headings_rules_code_and_words_are_blocks() {
    let expected = json!([
        {"type": "heading", "size": 2, "text": ["A ", {"type": "italic", "text": "b"}]},
        {"type": "paragraph", "text": ["c ", {"type": "bold", "text": {"type": "italic", "text": "d"}}]},
        {"type": "paragraph", "text": "• e\n  ◦ f"},
        {"type": "divider"},
        {"type": "pre", "language": "rust", "text": "  g\n\nh"},
        {"type": "paragraph", "text": "x (https://a.com)"},
    ]);
    assert_eq!(
        blocks("## A *b*\nc ***d***\n\n- e\n  - f\n\n***\n```rust\n  g\n\nh\n```\n[x](https://a.com)"),
        expected
    );
}

#[test]
fn a_rule_behind_a_mark_leaves_the_mark() {
    let words = blocks("a[^1]\n\n[^1]: ---").to_string();
    assert!(words.contains("[1]"), "{words}");
}

#[test]
fn a_table_is_a_table_however_wide_it_is() {
    let cell = |text: Value, align: &str| json!({"text": text, "align": align, "valign": "top"});
    let head = |text: &str, align: &str| json!({"text": text, "is_header": true, "align": align, "valign": "top"});
    for wide in ["b", "a word and another one, and so on, and so on"] {
        let rows = json!([
            [head("A", "left"), head("B", "right")],
            [cell(json!(wide), "left"), cell(json!({"type": "code", "text": "c"}), "right")],
            [cell(json!(""), "left"), cell(json!("d"), "right")],
        ]);
        let expected =
            json!([{"type": "table", "is_bordered": true, "cells": rows}, {"type": "paragraph", "text": "e"}]);
        assert_eq!(blocks(&format!("|A|B|\n|-|-:|\n|{wide}|`c`|\n||d|\n\ne")), expected);
    }
}

#[test]
fn quotes_have_their_code_within() {
    let inside =
        json!([{"type": "paragraph", "text": "a"}, {"type": "pre", "text": "b"}, {"type": "paragraph", "text": "c"}]);
    assert_eq!(blocks("> a\n> ```\n> b\n> ```\n> c"), json!([{"type": "blockquote", "blocks": inside}]));
    assert_eq!(blocks(&"> a\n".repeat(20))[0]["type"], "expandable_blockquote");
    assert_eq!(blocks("> # a\n> |b|\n> |-|")[0]["blocks"][0]["text"], json!({"type": "bold", "text": "a"}));
}

#[test]
fn too_much_or_nothing_is_no_rich_message() {
    assert_eq!(render("&nbsp;").rich(), None);
    assert!(render(&"a".repeat(RICH_MAX_UNITS)).rich().is_some());
    assert_eq!(render(&"a".repeat(RICH_MAX_UNITS + 1)).rich(), None);
}
