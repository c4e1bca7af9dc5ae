//! Headings, lists, quotes, code and tables under each other.

use super::{QUOTE_MAX_LINES, assert_shown, shown};
use unicode_width::UnicodeWidthStr;

#[test]
fn headings_are_bold_and_stand_apart() {
    assert_shown(&[
        ("text\n# One *it*\ntext", "text\n\n<bold>One <italic>it</italic></bold>\ntext"),
        ("## Two\n\ntext", "<bold>Two</bold>\n\ntext"),
        ("Two\n===\ntext", "<bold>Two</bold>\ntext"),
        ("# `code`", "<code>code</code>"),
        ("a\n\n***\n\nb", "a\n\n———\n\nb"),
    ]);
}

#[test]
fn lists_have_bullets_numbers_boxes_and_indents() {
    assert_shown(&[
        ("- a\n- b\n  - c\n    - d\n      - e", "• a\n• b\n  ◦ c\n    ▪ d\n      ▪ e"),
        ("9. a\n10. b\n    - c", "9. a\n10. b\n    ◦ c"),
        ("- [x] a\n- [ ] b", "☑ a\n☐ b"),
        ("- a\n  b\n\n  c\n- d", "• a\n  b\n\n  c\n• d"),
        ("Then:\n- a\n\nEnd", "Then:\n• a\n\nEnd"),
        ("1. a\n\n2. b", "1. a\n\n2. b"),
        ("- - a\n  - b", "• ◦ a\n  ◦ b"),
        ("-\n- a", "•\n• a"),
        ("1. ```\n   x\n   ```", "1.\n<pre>x</pre>"),
    ]);
}

#[test]
fn a_thousand_levels_are_no_thousand_indents() {
    let levels: String = (0..200).map(|it| "  ".repeat(it) + "- a\n").collect();
    let shown = shown(&levels);
    assert!(shown.lines().all(|it| it.len() - it.trim_start().len() <= 12), "{shown}");
}

#[test]
fn code_keeps_language_indent_and_signs() {
    assert_shown(&[
        ("```rust,ignore\nfn a() {\n\tb();\n}\n```", "<pre rust>fn a() {\n    b();\n}</pre>"),
        ("```\n\n  a **b**\n\n```\nafter", "<pre>  a **b**</pre>\nafter"),
        ("    indented", "<pre>indented</pre>"),
        ("~~~c++\na\n~~~", "<pre c++>a</pre>"),
        ("``` \"><script>\na\n```", "<pre>a</pre>"),
    ]);
}

#[test]
fn quotes_do_not_nest_and_long_ones_fold() {
    assert_shown(&[
        ("> a **b**\n> > c\n\nd", "<blockquote>a <bold>b</bold>\nc</blockquote>\n\nd"),
        ("> ```\n> a\n> ```", "<blockquote><pre>a</pre></blockquote>"),
        ("> [!WARNING]\n> Hot", "<blockquote>⚠️ Hot</blockquote>"),
        ("> a\n\n> b", "<blockquote>a</blockquote>\n\n<blockquote>b</blockquote>"),
    ]);
    let long = "> line\n".repeat(QUOTE_MAX_LINES + 1);
    assert!(shown(&long).starts_with("<expandable_blockquote>line\n"), "{}", shown(&long));
    assert!(shown(&format!("> {}", "word ".repeat(200))).starts_with("<expandable_blockquote>word"));
}

#[test]
fn notes_have_their_number() {
    assert_shown(&[("a[^1].\n\n[^1]: The note.", "a[1].\n\n[1] The note.")]);
}

#[test]
fn narrow_tables_are_aligned_in_columns_as_a_reader_sees_them() {
    let table = "| Имя | n |\n|:--|--:|\n| **Аня** | 1 |\n| 表表表 | 22 |\n| 👨‍👩‍👧 | 333 |";
    let shown = shown(table);
    let inside = shown.strip_prefix("<pre>").unwrap().strip_suffix("</pre>").unwrap();
    let expected = "Имя    │   n\n───────┼────\nАня    │   1\n表表表 │  22\n👨‍👩‍👧     │ 333";
    assert_eq!(inside, expected);
    let columns: Vec<_> = inside.lines().map(|it| it.split(['│', '┼']).next().unwrap().width()).collect();
    assert_eq!(columns, [7; 5]);
}

#[test]
fn wide_tables_are_lists() {
    let long = "a word and another one, and so on, and on";
    let table = format!("| Name | What it is |\n|---|---|\n| *one* | {long} |\n| | [x](https://a.com) |");
    let expected = format!(
        "• <bold>Name</bold>: <italic>one</italic>\n  <bold>What it is</bold>: {long}\n• <bold>What it is</bold>: x (https://a.com)"
    );
    assert_eq!(shown(&table), expected);
}

#[test]
fn cells_may_lack_and_have_breaks() {
    assert_shown(&[
        ("|a|b|\n|-|-|\n|1|", "<pre>a │ b\n──┼──\n1 │</pre>"),
        ("|a|\n|-|\n|1<br>2|", "<pre>a\n───\n1 2</pre>"),
        (r"|a\|b|", "|a|b|"),
    ]);
}
