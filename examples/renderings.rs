//! Prints messages made of random Markdown, one JSON object in a line, for `tests/strict/rendering.py`.
//!
//! `cargo run --example renderings -- 10000 1`: how many, and the number that chance begins with.
#![allow(missing_docs, reason = "an example")]

use majordomo::domain::markdown::{Piece, Sizes, render, render_draft};
use std::io::{self, BufWriter, Write};

/// Signs of Markdown, words and characters of every width, and what hides.
const SCRAPS: &[&str] = &[
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "`",
    "``",
    "```\n",
    "```rust\n",
    "||",
    "|",
    "| a | b |\n|---|:-:|\n",
    "| 1 ",
    "[",
    "](",
    "](https://example.com/a_b)",
    "](tg://user?id=7)",
    "![",
    ")",
    "<",
    ">",
    "\n> ",
    "\n# ",
    "\n- ",
    "\n  - ",
    "\n1. ",
    "\n- [x] ",
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
    "&nbsp;",
    "<br>",
    "<b>",
    "[^1]",
    "\n[^1]: ",
    "\n---\n",
    "\t",
    "\u{202e}",
    "\u{200b}",
    "\u{301}",
    "\u{200d}",
    "\r\n",
    "\u{0}",
    "\u{2028}",
    "a",
    "word ",
    "слово ",
    "表",
    "😀",
    "👨‍👩‍👧",
    "🇩🇪",
    "e\u{301}",
    "1",
    ". ",
    ": ",
    " ",
    "@name",
    "#tag",
    "/start",
    "https://example.com ",
    "\n> [!NOTE]\n> ",
];

/// Whole things, as models write them.
const BLOCKS: &[&str] = &[
    "## Заголовок с *курсивом*\n\n",
    "Some **bold, *italic* and `code`** words: **so:**then ||hidden||.\n\n",
    "1. one\n   - two\n     - three\n2. four\n\n",
    "```python\ndef f():\n\treturn 'a ** b'\n```\n\n",
    "> quoted **words**\n> > and more\n> ```\n>   code\n> ```\n\n",
    "| Имя | n |\n|:--|--:|\n| Аня | 1 |\n| 表 | 22 |\n\n",
    "| Name | What it is |\n|--|--|\n| [x](https://a.com) | many words that take more than forty columns |\n\n",
    "\\[ \\frac{a}{b} \\] and $x_1 * y_1$\n\n",
    "👨‍👩‍👧 ~~old~~ https://example.com/a_b_c @name\n\n",
    "- [ ] open\n- [x] **done**\n\n",
];

/// Chance that is the same every time (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn markdown(&mut self) -> String {
        let count = [3, 10, 40, 200][self.below(4)];
        let is_wild = self.below(2) == 0;
        let scraps = (0..count).map(|_| if is_wild || self.below(5) == 0 { self.of(SCRAPS) } else { self.of(BLOCKS) });
        let scraps: Vec<_> = scraps.collect();
        scraps.concat()
    }

    fn messages(&mut self) -> Vec<Piece> {
        let markdown = self.markdown();
        let page = if self.below(3) == 0 { render_draft(&markdown) } else { render(&markdown) };
        let small = 2 + self.below(200);
        let sizes = [Sizes::TEXTS, Sizes::CAPTION, Sizes { first_units: small, units: small }];
        page.split(sizes[self.below(sizes.len())])
    }
}

fn main() -> io::Result<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|it| it.parse::<u64>().ok());
    let mut left = numbers.next().unwrap_or(10_000);
    let mut chance = Chance(numbers.next().unwrap_or(1).max(1));
    let mut out = BufWriter::new(io::stdout().lock());
    while left > 0 {
        // A few of each: one long answer in tiny messages must not be all of them.
        for piece in chance.messages().iter().take(4).take(usize::try_from(left).unwrap_or(4)) {
            writeln!(out, "{}", serde_json::to_string(piece)?)?;
            left -= 1;
        }
    }
    out.flush()
}
