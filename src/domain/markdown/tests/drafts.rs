//! What is still being written shows no markup that is only half there.

use super::{drafted, render_draft, shown};

#[test]
fn what_is_open_counts_as_closed() {
    let cases = [
        ("**bo", "<bold>bo</bold>"),
        ("**bold*", "<bold>bold</bold>"),
        ("**bold**", "<bold>bold</bold>"),
        ("a **b *c", "a <bold>b <italic>c</italic></bold>"),
        ("a ~~b", "a <strikethrough>b</strikethrough>"),
        ("a ||b", "a <spoiler>b</spoiler>"),
        ("a `b", "a <code>b</code>"),
        ("a __b", "a <bold>b</bold>"),
        ("a **", "a"),
        ("a *", "a"),
        ("- **b", "• <bold>b</bold>"),
        ("2 * 3 and snake_case", "2 * 3 and snake_case"),
        ("**two\nli", "<bold>two\nli</bold>"),
        ("first **open\n\nsecond", "first open\n\nsecond"),
    ];
    for (markdown, expected) in cases {
        assert_eq!(drafted(markdown), expected, "{markdown:?}");
    }
}

#[test]
fn code_is_code_from_its_first_letter() {
    let cases = [
        ("``", ""),
        ("a\n```", "a"),
        ("```ru", ""),
        ("```rust\nfn a", "<pre rust>fn a</pre>"),
        ("```rust\nfn a\n``", "<pre rust>fn a</pre>"),
        ("```rust\nfn a\n```", "<pre rust>fn a</pre>"),
        ("```\n**a", "<pre>**a</pre>"),
    ];
    for (markdown, expected) in cases {
        assert_eq!(drafted(markdown), expected, "{markdown:?}");
    }
}

#[test]
fn half_a_link_is_its_label() {
    for markdown in ["see [the pa", "see [the page", "see [the page]", "see [the page](", "see [the page](https://a.c"]
    {
        let shown = drafted(markdown);
        assert!(shown == "see the page" || shown == "see the pa", "{markdown:?}: {shown}");
    }
    assert_eq!(drafted("see [the page](https://a.c)"), "see the page (https://a.c)");
    assert_eq!(drafted("a[0"), "a[0");
    assert_eq!(drafted("- ["), "");
    assert_eq!(drafted("- [ ] a"), "☐ a");
}

#[test]
fn half_a_table_is_a_table() {
    let head = "<pre>a │ b\n──┼──</pre>";
    for markdown in ["| a | b |", "| a | b |\n|", "| a | b |\n|--", "| a | b |\n|---|-", "| a | b |\n|---|---|\n"] {
        assert_eq!(drafted(markdown), head, "{markdown:?}");
    }
    assert_eq!(drafted("| a | b |\n|---|---|\n| 1"), "<pre>a │ b\n──┼──\n1 │</pre>");
}

#[test]
fn a_line_of_marks_waits_for_what_it_marks() {
    for markdown in ["text\n-", "text\n--", "text\n=", "text\n#", "text\n##", "text\n>"] {
        assert_eq!(drafted(markdown), "text", "{markdown:?}");
    }
}

const ANSWER: &str = "# Head\n\nSome **bold *and more* words**, `code` and ~~old~~ [page](https://a.com/b).\n\n\
1. **One:** a\n   - [ ] two `x*y`\n2. ||hidden||\n\n| a | b |\n|---|---|\n| **1** | 2 |\n\n\
```rust\nlet a = b[0] ** 2;\n```\n\n> quoted **words**\n> more\n\nThe ***end***.";

#[test]
fn no_prefix_of_an_answer_shows_markup() {
    for (at, _) in ANSWER.char_indices() {
        let page = render_draft(&ANSWER[..at]);
        let prose = page.text().replace("b[0] ** 2", "").replace("b[0] **", "");
        let found = ["**", "~~", "||", "```", "](", "|-", "# ", "[page"].iter().find(|it| prose.contains(**it));
        assert!(found.is_none(), "{found:?} of {:?} in {:?}", &ANSWER[..at], page.text());
    }
    assert_eq!(drafted(ANSWER), shown(ANSWER));
}
