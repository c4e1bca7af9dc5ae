//! Whatever is written, the messages are valid and complete.

use super::check::assert_valid;
use super::{Page, Sizes, TEXT_MAX_UNITS, render, render_draft};
use proptest::collection::vec;
use proptest::prelude::*;

/// Signs of Markdown, words, characters of every width, and what hides.
fn scrap() -> impl Strategy<Value = String> {
    let signs = prop::sample::select(vec![
        "*",
        "**",
        "***",
        "_",
        "__",
        "~",
        "~~",
        "`",
        "``",
        "```",
        "```rust\n",
        "||",
        "|",
        "|-|-|\n",
        "[",
        "](",
        "](https://a.b)",
        "![",
        ")",
        "<",
        ">",
        "> ",
        "# ",
        "- ",
        "1. ",
        "  ",
        "    ",
        "\n",
        "\n\n",
        "\\",
        "$",
        "$$",
        "\\(",
        "\\)",
        "&#8238;",
        "&amp;",
        "<br>",
        "<b>",
        "[^1]",
        "[^1]: ",
        "- [ ] ",
        "---\n",
        "===\n",
        "\t",
        "\u{202e}",
        "\u{200b}",
        "\u{301}",
        "\u{200d}",
        "\r\n",
    ]);
    let words =
        prop::sample::select(vec!["a", "word", "слово", "表", "😀", "👨‍👩‍👧", "🇩🇪", "é", "e\u{301}", "1", ".", ": ", " "]);
    prop_oneof![4 => signs.prop_map(str::to_owned), 4 => words.prop_map(str::to_owned), 1 => any::<String>()]
}

fn markdown() -> impl Strategy<Value = String> {
    vec(scrap(), 0..60).prop_map(|it| it.concat())
}

/// Every visible character of the page is in its pieces, in order, and nothing else is.
fn assert_complete(page: &Page, sizes: Sizes) {
    let pieces = page.split(sizes);
    for (n, it) in pieces.iter().enumerate() {
        assert_valid(it, if n == 0 { sizes.first_units } else { sizes.units });
    }
    let seen = |it: &str| it.chars().filter(|it| !crate::domain::text::is_blank(*it)).collect::<String>();
    let all: String = pieces.iter().map(|it| seen(&it.text)).collect();
    assert_eq!(all, seen(page.text()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn anything_becomes_valid_messages(it in markdown()) {
        assert_complete(&render(&it), Sizes::TEXTS);
        assert_complete(&render_draft(&it), Sizes::TEXTS);
    }

    #[test]
    fn anything_is_cut_into_valid_messages(it in markdown(), first_units in 2usize..60, units in 2usize..60) {
        assert_complete(&render(&it), Sizes { first_units, units });
    }

    #[test]
    fn a_rich_message_has_every_letter(it in markdown()) {
        let page = render(&it);
        let letters = |it: &str| it.chars().filter(|it| it.is_alphanumeric()).collect::<String>();
        let rich = page.rich().map(|it| words_of(&serde_json::to_value(it).unwrap())).unwrap_or_default();
        // The head of a table that is too wide is said again in every row of its list.
        let is_list = page.text().contains("• ") && page.text().contains(": ");
        let both = (letters(&rich), letters(page.text()));
        prop_assert!(is_list || both.0 == both.1, "{both:?}");
    }

    #[test]
    fn no_cluster_is_torn(it in vec(prop::sample::select(vec!["👨‍👩‍👧", "🇩🇪", "e\u{301}", "표", " "]), 0..80)) {
        use unicode_segmentation::UnicodeSegmentation;
        let text = it.concat();
        let pieces = render(&text).split(Sizes { first_units: 12, units: 12 });
        let torn: Vec<_> = pieces.iter().flat_map(|it| it.text.graphemes(true)).filter(|it| *it != " ").collect();
        let page = render(&text);
        prop_assert_eq!(torn, page.text().graphemes(true).filter(|it| *it != " ").collect::<Vec<_>>());
    }
}

/// What is seen of a rich message, in order.
fn words_of(rich: &serde_json::Value) -> String {
    match rich {
        serde_json::Value::String(it) => it.clone(),
        serde_json::Value::Array(all) => all.iter().map(words_of).collect(),
        serde_json::Value::Object(it) => {
            ["text", "cells", "blocks"].iter().filter_map(|name| it.get(*name)).map(words_of).collect()
        }
        _ => String::new(),
    }
}

/// Words within balanced marks, some of them in each other.
fn balanced() -> impl Strategy<Value = String> {
    let word =
        prop::sample::select(vec!["word", "слово", "two words", "«да»", "end.", "(x)", "5"]).prop_map(str::to_owned);
    word.prop_recursive(3, 12, 3, |inner| {
        let marks = prop::sample::select(vec!["**", "*", "~~", "||", "***", "__", "_"]);
        (marks, vec(inner, 1..3)).prop_map(|(mark, inner)| format!("{mark}{}{mark}", inner.join(" ")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn balanced_strong_marks_are_never_shown(parts in vec((balanced(), prop::sample::select(vec![" ", "\n", "\n\n", "\n- ", "\n> ", ", "])), 1..8)) {
        let markdown: String = parts.iter().map(|(words, gap)| [words.as_str(), gap].concat()).collect();
        let text = render(&markdown).text().to_owned();
        // Marks that run into each other are others in anybody's reading.
        prop_assume!(!["****", "~~~", "___", "||||"].iter().any(|it| markdown.contains(it)));
        prop_assert!(!text.contains("**"), "{:?} -> {:?}", markdown, text);
    }

    #[test]
    fn every_word_is_kept(words in vec("[a-zа-я]{1,8}", 1..30), gaps in vec(prop::sample::select(vec![" ", "\n", "\n\n", "\n- ", "\n# ", "\n> ", " **", "** ", " | "]), 30)) {
        let markdown: String = words.iter().zip(gaps).map(|(word, gap)| [word.as_str(), gap].concat()).collect();
        for page in [render(&markdown), render_draft(&markdown)] {
            let text: String = page.text().chars().filter(|it| it.is_alphabetic()).collect();
            prop_assert_eq!(text, words.concat());
        }
    }

    #[test]
    fn pieces_of_any_size_fit_a_message(it in markdown(), times in 1usize..60) {
        render(&it.repeat(times)).split(Sizes::CAPTION).iter().for_each(|it| assert_valid(it, TEXT_MAX_UNITS));
    }
}
