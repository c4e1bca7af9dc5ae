//! The words of `locales/`: a text's key becomes plain text with entities, and names never become markup.

pub mod words;

#[cfg(test)]
mod tests;

use crate::domain::markdown::{self, Piece};
use crate::domain::text::{Arg, Text};
use crate::domain::types::{Language, Moment, UserId};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid, static_loader};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::HashMap;
use words::{NAME_CHARS, WORD_CHARS, WRITTEN_CHARS, lines, name, units, word};

/// A text as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The words, at most 4,096 UTF-16 units.
    pub text: String,
    /// What is special about parts of them, in order.
    pub entities: Vec<Entity>,
    /// Keys that the catalogue lacks, or whose arguments do not fit: a mistake of ours, worth a line in the log.
    pub faults: Vec<String>,
}

/// A part of a text that is more than plain words; counted in UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
}

/// The entities that we use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// Mentions a person by id.
    Mention {
        /// Who.
        user: UserId,
    },
    /// Opens an address.
    Link {
        /// The address.
        url: String,
    },
    /// Monospaced.
    Code,
    /// Strong.
    Bold,
    /// A moment, which the reader's app shows in the reader's time.
    Time {
        /// Which, in seconds since 1970.
        unix_s: u64,
    },
    /// What Markdown has become.
    Markdown(markdown::Kind),
}

/// The longest text that Telegram takes, in UTF-16 units.
pub const MAX_TEXT_UNITS: usize = 4096;

/// How deep lists of lines may nest.
const MAX_NESTING: usize = 4;

/// The first of the characters that stand for arguments while Fluent works. They are private, the
/// catalogue has none of them (a test looks), and arguments are put in after Fluent is done: so no
/// name can become Fluent's syntax or move an entity.
const STAND_IN: u32 = 0xF_0000;
const STAND_INS: u32 = 0x100;

const EN: LanguageIdentifier = langid!("en");
const RU: LanguageIdentifier = langid!("ru");

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// Renders a text with its entities.
#[must_use]
pub fn render(text: &Text) -> Rendered {
    render_within(text, MAX_TEXT_UNITS)
}

/// Renders a text with its entities, cut at so many UTF-16 units.
#[must_use]
pub fn render_within(text: &Text, limit: usize) -> Rendered {
    let mut pen = Pen::default();
    pen.put(text, 0);
    pen.cut(limit);
    Rendered { text: pen.text, entities: pen.entities, faults: pen.faults }
}

/// Renders a text without entities: labels, toasts, menus.
#[must_use]
pub fn plain(text: &Text) -> String {
    render(text).text
}

/// A text being written.
#[derive(Default)]
struct Pen {
    text: String,
    /// The length of `text` in UTF-16 units.
    units: usize,
    entities: Vec<Entity>,
    faults: Vec<String>,
}

impl Pen {
    fn put(&mut self, text: &Text, nesting: usize) {
        let Some(pattern) = self.pattern(text) else {
            self.push(&text.key);
            return;
        };
        let mut rest = pattern.as_str();
        while let Some((at, stand_in)) = rest.char_indices().find(|(_, it)| is_stand_in(*it)) {
            self.push(&rest[..at]);
            rest = &rest[at + stand_in.len_utf8()..];
            let index = usize::try_from(u32::from(stand_in) - STAND_IN).unwrap_or(usize::MAX);
            if let Some((_, arg)) = text.args.get(index) {
                self.put_arg(arg, nesting);
            }
        }
        self.push(rest);
    }

    /// The words of the catalogue with stand-ins for arguments: in the text's language, else in English.
    fn pattern(&mut self, text: &Text) -> Option<String> {
        let args: HashMap<&str, FluentValue<'_>> =
            text.args.iter().zip(STAND_IN..).map(|((name, arg), at)| (&**name, value(arg, at))).collect();
        let language = match text.language {
            Language::En => &EN,
            Language::Ru => &RU,
        };
        if let Ok(pattern) = LOCALES.lookup_single_language(language, &text.key, Some(&args)) {
            return Some(pattern);
        }
        self.faults.push(text.key.clone().into_owned());
        LOCALES.lookup_single_language(&EN, &text.key, Some(&args)).ok()
    }

    fn put_arg(&mut self, arg: &Arg, nesting: usize) {
        match arg {
            Arg::Word(it) => self.push(&word(it, WORD_CHARS)),
            // Numbers are Fluent's own and never stand in.
            Arg::Number(it) => self.push(&it.to_string()),
            Arg::Person { id, name: it } => {
                self.mark(&name(it, NAME_CHARS), (id.0 > 0).then_some(EntityKind::Mention { user: *id }));
            }
            Arg::Link { label, url } => {
                let kind = words::is_address(url).then(|| EntityKind::Link { url: url.clone() });
                self.mark(&name(label, NAME_CHARS), kind);
            }
            Arg::Code(it) => self.mark(&word(it, WORD_CHARS), Some(EntityKind::Code)),
            Arg::Bold(it) => self.mark(&name(it, NAME_CHARS), Some(EntityKind::Bold)),
            Arg::Time(it) => self.mark(&utc(*it), Some(EntityKind::Time { unix_s: it.0 / 1_000 })),
            Arg::Lines(lines) if nesting < MAX_NESTING => {
                for (at, line) in lines.iter().enumerate() {
                    self.push(if at > 0 { "\n" } else { "" });
                    self.put(line, nesting + 1);
                }
            }
            Arg::Rendered(piece) => self.put_rendered(piece),
            Arg::Written { words, args } if nesting < MAX_NESTING => self.put_written(words, args, nesting),
            Arg::Lines(_) | Arg::Written { .. } => self.push("…"),
        }
    }

    /// Somebody's own words. Only what stood in them between braces becomes an argument; what an argument says
    /// is never looked at again.
    fn put_written(&mut self, words: &str, args: &[(Cow<'static, str>, Arg)], nesting: usize) {
        let words = lines(words, WRITTEN_CHARS);
        let mut rest = words.as_str();
        while let Some(at) = rest.find('{') {
            self.push(&rest[..at]);
            rest = &rest[at..];
            let named = rest[1..].split_once('}').and_then(|(name, after)| {
                let (_, arg) = args.iter().find(|(it, _)| it == name)?;
                Some((arg, after))
            });
            match named {
                Some((arg, after)) => {
                    self.put_arg(arg, nesting + 1);
                    rest = after;
                }
                None => {
                    self.push("{");
                    rest = &rest[1..];
                }
            }
        }
        self.push(rest);
    }

    /// What is rendered already.
    fn put_rendered(&mut self, piece: &Piece) {
        let begun = self.units;
        self.push(&piece.text);
        let moved = |it: &markdown::Entity| Entity {
            kind: EntityKind::Markdown(it.kind.clone()),
            offset: begun + it.offset,
            length: it.length,
        };
        self.entities.extend(piece.entities.iter().map(moved));
    }

    fn push(&mut self, words: &str) {
        self.text.push_str(words);
        self.units += units(words);
    }

    fn mark(&mut self, words: &str, kind: Option<EntityKind>) {
        let offset = self.units;
        self.push(words);
        let length = self.units - offset;
        if let Some(kind) = kind.filter(|_| length > 0) {
            self.entities.push(Entity { kind, offset, length });
        }
    }

    /// Cuts what is too long, before an entity rather than within one.
    fn cut(&mut self, limit: usize) {
        if self.units <= limit {
            return;
        }
        let mut keep = limit.saturating_sub(1);
        if let Some(split) = self.entities.iter().find(|it| it.offset < keep && keep < it.offset + it.length) {
            keep = split.offset;
        }
        self.entities.retain(|it| it.offset + it.length <= keep);
        self.text = words::head(&self.text, keep).to_owned();
        self.units = units(&self.text);
        self.push("…");
    }
}

/// What Fluent sees of an argument: a number takes part in plurals, all else is a stand-in.
fn value(arg: &Arg, stand_in: u32) -> FluentValue<'static> {
    match arg {
        Arg::Number(number) => FluentValue::from(*number),
        Arg::Word(_)
        | Arg::Person { .. }
        | Arg::Link { .. }
        | Arg::Code(_)
        | Arg::Bold(_)
        | Arg::Time(_)
        | Arg::Lines(_)
        | Arg::Rendered(_)
        | Arg::Written { .. } => {
            let mark = char::from_u32(stand_in).filter(|it| is_stand_in(*it)).unwrap_or('…');
            FluentValue::from(mark.to_string())
        }
    }
}

/// For apps that do not show moments by themselves.
fn utc(at: Moment) -> String {
    let at = i64::try_from(at.0).ok().and_then(|it| Timestamp::from_millisecond(it).ok()).unwrap_or(Timestamp::MAX);
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn is_stand_in(it: char) -> bool {
    (STAND_IN..STAND_IN + STAND_INS).contains(&u32::from(it))
}
