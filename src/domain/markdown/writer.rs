//! Walks through what the parser finds in Markdown, and writes it on a page.

use super::ink::Ink;
use super::leaf::Leaf;
use super::link::Link;
use super::mend::mend;
use super::page::{Page, PartKind, Style};
use super::source::{Lines, Source};
use super::table::Table;
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

const RULE: &str = "———";
const BULLETS: [&str; 3] = ["• ", "◦ ", "▪ "];
const DONE: &str = "☑ ";
const OPEN: &str = "☐ ";
const PICTURE: &str = "🖼 ";

/// Writes a page. With `is_open` it is a draft: what is open at its end counts as closed there.
pub(super) fn write(source: &Source, is_open: bool) -> Page {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    let mut writer = Writer::new(&source.text, is_open);
    for (event, range) in Parser::new_ext(&source.text, options).into_offset_iter() {
        writer.take(event, range);
    }
    writer.flush();
    writer.ink.finish(source.is_cut)
}

struct Writer<'a> {
    text: &'a str,
    lines: Lines,
    is_open: bool,
    ink: Ink,
    /// The words of the present paragraph, heading or cell.
    leaf: Leaf,
    /// Where in the text the newest words end.
    at: usize,
    /// The style of each open inline element together with those around it.
    styles: Vec<Style>,
    links: Vec<Link>,
    /// The next number of each open list, and nothing for lists with bullets.
    lists: Vec<Option<u64>>,
    /// The indent to come back to after each open item.
    indents: Vec<usize>,
    quotes: usize,
    is_heading: bool,
    /// Language and words of an open block of code.
    code: Option<(String, String)>,
    table: Option<Table>,
}

impl<'a> Writer<'a> {
    fn new(text: &'a str, is_open: bool) -> Self {
        Self {
            text,
            lines: Lines::of(text),
            is_open,
            ink: Ink::default(),
            leaf: Leaf::default(),
            at: 0,
            styles: Vec::new(),
            links: Vec::new(),
            lists: Vec::new(),
            indents: Vec::new(),
            quotes: 0,
            is_heading: false,
            code: None,
            table: None,
        }
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        let end = if matches!(event, Event::Start(_)) { range.start } else { range.end };
        if matches!(event, Event::End(_)) {
            self.at = self.at.max(range.end);
        }
        match event {
            Event::Start(tag) => self.start(tag, &range),
            Event::End(tag) => self.end(tag, &range),
            Event::Text(words) => self.words(&words, &range),
            Event::Code(words) => self.push(&words, Style::CODE),
            Event::InlineMath(words) => self.push(&format!("${words}$"), Style::LITERAL),
            Event::DisplayMath(words) => self.push(&format!("$${}$$", words.trim()), Style::LITERAL),
            Event::InlineHtml(tag) if is_break(&tag) => self.push("\n", Style::PLAIN),
            Event::Html(words) | Event::InlineHtml(words) => self.push(&words, Style::PLAIN),
            Event::FootnoteReference(name) => self.push(&format!("[{name}]"), Style::LITERAL),
            Event::SoftBreak | Event::HardBreak => self.push("\n", Style::PLAIN),
            Event::Rule => {
                self.block(&range, 1);
                self.leaf.push(RULE, Style::LITERAL);
                self.part(PartKind::Rule, Self::flush);
            }
            Event::TaskListMarker(is_done) => self.ink.mark_instead(if is_done { DONE } else { OPEN }),
        }
        self.at = self.at.max(end);
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or(Style::PLAIN)
    }

    fn push(&mut self, words: &str, style: Style) {
        self.leaf.push(words, self.style().with(style));
    }

    fn words(&mut self, words: &str, range: &Range<usize>) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(words);
            return;
        }
        let before = &self.text[self.at.min(range.start)..range.start];
        let is_escaped = (before.len() - before.trim_end_matches('\\').len()) % 2 == 1;
        let is_decoded = self.text.get(range.clone()).is_none_or(|it| it != words);
        let first = words.chars().next().filter(|_| is_escaped).map_or(0, char::len_utf8);
        let literal = if is_decoded { words.len() } else { first };
        self.push(&words[..literal], Style::LITERAL);
        self.push(&words[literal..], Style::PLAIN);
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Emphasis => self.styles.push(self.style().with(Style::ITALIC)),
            Tag::Strong => self.styles.push(self.style().with(Style::BOLD)),
            Tag::Strikethrough => self.strike(range, true),
            Tag::Superscript | Tag::Subscript => self.styles.push(self.style()),
            Tag::Link { dest_url, .. } => self.links.push(Link::begin(&dest_url, &mut self.leaf)),
            Tag::Image { dest_url, .. } => {
                self.push(PICTURE, Style::LITERAL);
                self.links.push(Link::begin(&dest_url, &mut self.leaf));
            }
            Tag::TableHead | Tag::TableRow => self.table.iter_mut().for_each(|it| it.rows.push(Vec::new())),
            Tag::TableCell => self.leaf = Leaf::default(),
            Tag::Table(alignments) => {
                self.block(range, 1);
                self.table = Some(Table { sides: alignments.into_iter().map(Into::into).collect(), rows: Vec::new() });
            }
            Tag::Heading { .. } => {
                self.block(range, 2);
                self.is_heading = true;
            }
            Tag::CodeBlock(kind) => {
                self.block(range, 1);
                let language = if let CodeBlockKind::Fenced(it) = kind { it.to_string() } else { String::new() };
                self.code = Some((language, String::new()));
            }
            Tag::BlockQuote(kind) => {
                self.block(range, 1);
                self.ink.quote();
                self.quotes += 1;
                if let Some(kind) = kind {
                    self.ink.sign(sign(kind));
                }
            }
            Tag::List(first) => {
                self.block(range, 1);
                self.lists.push(first);
            }
            Tag::Item => self.item(range),
            Tag::FootnoteDefinition(name) => {
                self.block(range, 1);
                let indent = self.ink.item(format!("[{name}] "));
                self.indents.push(indent);
            }
            Tag::Paragraph
            | Tag::HtmlBlock
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => self.block(range, 1),
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Superscript | TagEnd::Subscript => drop(self.styles.pop()),
            TagEnd::Strikethrough => self.strike(range, false),
            TagEnd::Link | TagEnd::Image => {
                if let Some(link) = self.links.pop() {
                    link.finish(&mut self.leaf);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {}
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Table => self.end_table(),
            TagEnd::Heading(level) => {
                self.part(PartKind::Heading(level as u8), Self::flush);
                self.is_heading = false;
                self.ink.end_heading();
            }
            TagEnd::CodeBlock => {
                let (language, code) = self.code.take().unwrap_or_default();
                self.ink.code(&language, &code);
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
                if self.quotes == 0 {
                    self.ink.end_quote();
                }
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::Item | TagEnd::FootnoteDefinition => {
                self.flush();
                self.ink.end_item(self.indents.pop().unwrap_or(0));
            }
            TagEnd::Paragraph
            | TagEnd::HtmlBlock
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_) => self.flush(),
        }
    }

    /// One tilde is "about", two strike out.
    fn strike(&mut self, range: &Range<usize>, is_start: bool) {
        let is_strike = self.text[range.start..].starts_with("~~");
        if !is_strike {
            self.push("~", Style::LITERAL);
        }
        if is_start {
            self.styles.push(if is_strike { self.style().with(Style::STRIKE) } else { self.style() });
        } else {
            self.styles.pop();
        }
    }

    /// Begins a block: an empty line stands before it if one does in the source.
    fn block(&mut self, range: &Range<usize>, least: usize) {
        self.flush();
        let breaks = if self.lines.is_after_blank(range.start) { 2 } else { least };
        self.ink.separate(breaks, self.lists.is_empty() && self.quotes == 0);
    }

    fn item(&mut self, range: &Range<usize>) {
        self.block(range, 1);
        let depth = self.lists.len().saturating_sub(1);
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            Some(None) | None => BULLETS[depth.min(BULLETS.len() - 1)].to_owned(),
        };
        let indent = self.ink.item(marker);
        self.indents.push(indent);
    }

    /// Writes the words that were gathered.
    fn flush(&mut self) {
        let is_last = self.is_open && self.text[self.at..].trim_end().is_empty();
        let leaf = mend(std::mem::take(&mut self.leaf), is_last);
        self.ink.words(&leaf, if self.is_heading { Style::BOLD } else { Style::PLAIN });
    }

    fn end_cell(&mut self) {
        let is_last = self.is_open && self.text[self.at..].trim_end().is_empty();
        let cell = mend(std::mem::take(&mut self.leaf), is_last);
        if let Some(row) = self.table.as_mut().and_then(|it| it.rows.last_mut()) {
            row.push(cell);
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.table.take() else { return };
        let write = |writer: &mut Self| match table.lines() {
            Some(lines) => writer.ink.code("", &lines),
            None => writer.list(&table),
        };
        self.part(PartKind::Table(table.clone()), write);
    }

    /// Writes what is more than text in a rich message, unless it is within something else.
    fn part(&mut self, kind: PartKind, write: impl FnOnce(&mut Self)) {
        let start = self.ink.length();
        write(self);
        if self.lists.is_empty() && self.quotes == 0 {
            self.ink.part(start, kind);
        }
    }

    /// A table that is too wide: each row is an item of `head: cell`.
    fn list(&mut self, table: &Table) {
        let Some((head, rows)) = table.rows.split_first() else { return };
        for row in if rows.is_empty() { &table.rows } else { rows } {
            self.ink.separate(1, false);
            let indent = self.ink.item(BULLETS[0].to_owned());
            let seen = row.iter().enumerate().filter(|it| !it.1.plain(0).trim().is_empty());
            for (n, cell) in seen {
                self.ink.separate(1, false);
                let mut line = Leaf::default();
                let name = head.get(n).filter(|_| !rows.is_empty()).map(|it| it.plain(0)).unwrap_or_default();
                if !name.trim().is_empty() {
                    line.push(name.trim(), Style::BOLD);
                    line.push(": ", Style::PLAIN);
                }
                line.runs.extend(cell.runs.iter().cloned());
                self.ink.words(&line, Style::PLAIN);
            }
            self.ink.end_item(indent);
        }
    }
}

/// `<br>` is the one tag that models mean; all others are shown as they are written.
fn is_break(tag: &str) -> bool {
    let name = tag.trim_matches(['<', '>', '/', ' ']);
    name.eq_ignore_ascii_case("br")
}

/// Stands for the kind of a note, in every language.
const fn sign(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "ℹ️ ",
        BlockQuoteKind::Tip => "💡 ",
        BlockQuoteKind::Important => "❗ ",
        BlockQuoteKind::Warning => "⚠️ ",
        BlockQuoteKind::Caution => "🛑 ",
    }
}
