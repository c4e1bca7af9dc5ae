//! Input that is made to take long, or to take much.

use super::check::assert_valid;
use super::{SOURCE_MAX_BYTES, Sizes, TEXT_MAX_UNITS, render, render_draft};

/// Pieces of Markdown that are known to have cost parsers more than their length.
const REPEATED: &[&str] = &[
    ">",
    "> ",
    "[",
    "![",
    "](",
    "*",
    "**",
    "*a ",
    "**a ",
    "a** ",
    "_a ",
    "`",
    "`a ",
    "``a `",
    "~~",
    "~~a ",
    "||",
    "||a ",
    "$",
    "$a ",
    "\\(",
    "\\(a\\)",
    "\\",
    "<",
    "<a ",
    "<!--",
    "<?",
    "&",
    "&#",
    "- ",
    "- a\n",
    "  - a\n",
    "1. ",
    "|",
    "| a ",
    "|\n",
    "#",
    "[a](",
    "[a](<b",
    "[a][b]",
    "[a]: ",
    "[^a]: ",
    "[^1]",
    "[x](https://a.b) ",
    "```\n",
    "a\n\n",
    "> a\n\n",
    "> > a\n",
    "\t",
    " ",
    "\n",
    "e\u{301}",
    "🇦",
    "\u{200d}",
    "**||*",
    "*_",
    "***a",
    "a**b*c_",
    "(",
    "[a",
    "<br>",
    "![a](",
    "&nbsp;",
    "a|b\n-|-\n",
];

#[test]
fn nothing_repeated_is_refused_or_invalid() {
    for it in REPEATED {
        for is_draft in [false, true] {
            let markdown = it.repeat(3000);
            let page = if is_draft { render_draft(&markdown) } else { render(&markdown) };
            page.split(Sizes::TEXTS).iter().for_each(|it| assert_valid(it, TEXT_MAX_UNITS));
            assert!(page.text().len() < 20 * markdown.len() + 100, "{it:?} grows to {}", page.text().len());
        }
    }
}

#[test]
fn a_table_of_many_columns_stays_small() {
    let table = format!("{}\n{}\n{}", "|a".repeat(5000), "|-".repeat(5000), "|b\n".repeat(5000));
    let page = render(&table);
    assert!(page.text().len() < 20 * table.len(), "{}", page.text().len());
}

#[test]
fn no_line_nests_without_end() {
    for mark in [">", "> ", "- ", "1. ", "> - "] {
        let shown = render(&format!("{}deep\nlazy", mark.repeat(5000)));
        assert!(shown.text().ends_with("lazy") && shown.text().len() < 200, "{mark:?}: {}", shown.text().len());
    }
    let conflict = format!("```\n{}\n```", ">".repeat(30));
    assert_eq!(render(&conflict).text(), ">".repeat(30));
    assert_eq!(render(&"- ".repeat(30)).text(), "———");
}

#[test]
fn more_than_is_read_is_cut_and_told() {
    let page = render(&"ы".repeat(SOURCE_MAX_BYTES));
    assert!(page.is_cut() && page.text().len() <= SOURCE_MAX_BYTES);
    assert!(!render("short").is_cut());
}
