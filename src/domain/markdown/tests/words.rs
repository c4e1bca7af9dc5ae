//! Styles, links, formulas and what is not shown, within a line.

use super::{assert_shown, render, shown};

#[test]
fn styles_become_entities() {
    assert_shown(&[
        (
            "**bold** *italic* __bold__ _italic_",
            "<bold>bold</bold> <italic>italic</italic> <bold>bold</bold> <italic>italic</italic>",
        ),
        (
            "~~gone~~ `code` ||secret||",
            "<strikethrough>gone</strikethrough> <code>code</code> <spoiler>secret</spoiler>",
        ),
        ("***both***", "<bold><italic>both</italic></bold>"),
        ("***a** b*", "<italic><bold>a</bold> b</italic>"),
        ("**a *b* c**", "<bold>a <italic>b</italic> c</bold>"),
        ("**жирный 👍🏽** дальше", "<bold>жирный 👍🏽</bold> дальше"),
        ("**two\nlines**", "<bold>two\nlines</bold>"),
    ]);
}

#[test]
fn code_is_nothing_else_and_keeps_its_signs() {
    assert_shown(&[
        ("**a `**b**` c**", "<bold>a</bold> <code>**b**</code> <bold>c</bold>"),
        ("``a`b``", "<code>a`b</code>"),
        ("||a `b||` c||", "<spoiler>a</spoiler> <code>b||</code> <spoiler>c</spoiler>"),
    ]);
}

#[test]
fn spoilers_cross_other_styles_by_being_cut() {
    assert_shown(&[
        ("||**a** b||", "<spoiler><bold>a</bold> b</spoiler>"),
        (
            "**a ||b** c||",
            "<bold>a <spoiler>b</spoiler></bold><spoiler> c</spoiler>"
                .replace("</spoiler></bold><spoiler> c", "</spoiler></bold> <spoiler>c")
                .as_str(),
        ),
        ("if (a||b) && (c||d)", "if (a||b) && (c||d)"),
        ("a || b || c", "a || b || c"),
    ]);
}

#[test]
fn strong_marks_that_commonmark_leaves_are_mended() {
    assert_shown(&[
        ("**Важно:**текст", "<bold>Важно:</bold>текст"),
        ("**「注意」**文章 **「二」**文", "<bold>「注意」</bold>文章 <bold>「二」</bold>文"),
        ("see **this", "see this"),
        ("this** too", "this too"),
        ("***three:***words", "<bold><italic>three:</italic></bold>words"),
    ]);
}

#[test]
fn asterisks_that_are_meant_stay() {
    assert_shown(&[
        (r"\*\*kept\*\*", "**kept**"),
        ("2 ** 3", "2 ** 3"),
        ("x**2", "x**2"),
        ("&ast;&ast;kept&ast;&ast;", "**kept**"),
        ("**** 4242", "**** 4242"),
        (r"\\*\|\|no\|\|", r"\*||no||"),
    ]);
}

#[test]
fn one_tilde_is_about() {
    assert_shown(&[("~5 km, (~6)~7", "~5 km, (~6)~7"), ("~~a ~b~ c~~", "<strikethrough>a ~b~ c</strikethrough>")]);
}

#[test]
fn a_link_shows_where_it_leads() {
    assert_shown(&[
        ("[here](https://example.com/a_b_c)", "here (https://example.com/a_b_c)"),
        ("[https://bank.com](https://evil.com)", "https://bank.com (https://evil.com)"),
        ("[https://a.com/](https://a.com) <https://b.com>", "https://a.com/ https://b.com"),
        ("**[bold](http://a.com)**", "<bold>bold</bold> (http://a.com)"),
        ("[mail](mailto:a@b.c?subject=x) <d@e.f>", "mail (a@b.c) d@e.f"),
        ("[](https://a.com)", "https://a.com"),
        ("![picture](https://a.com/p.png)", "🖼 picture (https://a.com/p.png)"),
        ("[![p](https://a.com/p)](https://b.com)", "🖼 p (https://a.com/p) (https://b.com)"),
        ("[ref][1]\n\n[1]: https://a.com 'title'", "ref (https://a.com)"),
        ("[two words](<https://a.com/b c>)", "two words (https://a.com/b%20c)"),
    ]);
}

#[test]
fn what_opens_or_runs_something_is_only_words() {
    assert_shown(&[
        ("[Ann](tg://user?id=7)", "Ann"),
        ("[x](javascript:alert%281%29) [y](data:text/html,z) [z](file:///etc/passwd)", "x y z"),
        ("[up](#top) [page](../page.md) [h](https://)", "up page h"),
    ]);
    let page = render("[@ann](tg://resolve?domain=ann) <tg://user?id=7> [a](https://a.com)");
    let json = serde_json::to_string(&page.split(super::Sizes::TEXTS)).unwrap();
    assert!(!json.contains("text_link") && !json.contains("mention"), "{json}");
}

#[test]
fn characters_that_hide_or_turn_are_gone() {
    assert_shown(&[
        ("a\u{202e}b\u{200f}c\u{7}d\u{feff}e", "abcde"),
        ("a&#8238;b&#x2066;c&#27;d", "abcd"),
        ("*\u{202e}*bold*\u{202d}*", "<bold>bold</bold>"),
        ("[a](https://a.com/\u{202e}moc.b)", "a (https://a.com/moc.b)"),
        ("👨‍👩‍👧 keeps its joiners", "👨‍👩‍👧 keeps its joiners"),
        ("a\tb\r\nc\rd\u{2028}e", "a b\nc\nd\ne"),
    ]);
}

#[test]
fn formulas_are_left_readable() {
    assert_shown(&[
        (r"$a_1 * b_2 * c_3$ is", r"$a_1 * b_2 * c_3$ is"),
        (r"\( \frac{a}{b}\,\{x\} \) is", r"$\frac{a}{b}\,\{x\}$ is"),
        ("\\[\na\n- b *c* d\n\\]", "$$a - b *c* d$$"),
        ("$$\nx^2\n$$", "$$x^2$$"),
        ("costs $5 and $10 **more**", "costs $5 and $10 <bold>more</bold>"),
        (r"`\(a\)` and \(b", r"<code>\(a\)</code> and (b"),
        ("```\n\\[a\\]\n```", "<pre>\\[a\\]</pre>"),
    ]);
}

#[test]
fn html_is_plain_text_but_for_line_breaks() {
    assert_shown(&[
        ("<b>a</b> <script>alert(1)</script>", "<b>a</b> <script>alert(1)</script>"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<div>\n**bold**\n</div>", "<div>\n<bold>bold</bold>\n</div>"),
        ("&lt;i&gt; &amp; &copy;", "<i> & ©"),
    ]);
}

#[test]
fn nothing_to_be_seen_is_nothing_to_be_sent() {
    for it in ["", " \n\t ", "\u{200b}\u{2060}", "&nbsp;", "[](tg://user?id=1)", "```\n\n```", "&#8203;**&#8203;**"] {
        assert_eq!(shown(it), "", "{it:?}");
    }
}
