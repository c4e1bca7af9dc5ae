//! The body of a request: JSON, or a form (`multipart/form-data`, RFC 7578) that carries a file.

use super::super::catalogue::words;
use super::json;
use serde::Serialize;
use std::borrow::Cow;

/// A body with what it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    /// The header `content-type`.
    pub kind: Cow<'static, str>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A form being filled in. Files are bytes, so that one can be made at the moment of sending.
#[derive(Default)]
pub(super) struct Form<'a> {
    parts: Vec<Part<'a>>,
}

struct Part<'a> {
    head: String,
    content: Cow<'a, [u8]>,
}

/// A file's name is cut at this many UTF-16 units.
const NAME_UNITS: usize = 64;

impl<'a> Form<'a> {
    /// A plain value.
    pub(super) fn field(&mut self, name: &'static str, value: &str) {
        self.put(name, "", Cow::Owned(value.as_bytes().to_vec()));
    }

    /// A value that the Bot API reads as JSON.
    pub(super) fn json(&mut self, name: &'static str, value: &impl Serialize) {
        self.put(name, "", Cow::Owned(json(value)));
    }

    /// A file of that media type.
    pub(super) fn file(&mut self, name: &'static str, file: &str, media: &str, content: &'a [u8]) {
        let more = format!("; filename=\"{}\"\r\nContent-Type: {media}", file_name(file));
        self.put(name, &more, Cow::Borrowed(content));
    }

    /// The whole body.
    pub(super) fn finish(self) -> Body {
        let line = self.boundary();
        let room: usize = self.parts.iter().map(|it| it.head.len() + it.content.len() + line.len() + 10).sum();
        let mut bytes = Vec::with_capacity(room + line.len() + 10);
        for part in &self.parts {
            bytes.extend_from_slice(format!("--{line}\r\n{}\r\n\r\n", part.head).as_bytes());
            bytes.extend_from_slice(&part.content);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{line}--\r\n").as_bytes());
        Body { kind: format!("multipart/form-data; boundary={line}").into(), bytes }
    }

    fn put(&mut self, name: &'static str, more: &str, content: Cow<'a, [u8]>) {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"{more}");
        self.parts.push(Part { head, content });
    }

    /// A line that is in none of the parts, found without chance: the same form is written the same way.
    fn boundary(&self) -> String {
        let within = |part: &Part<'_>, line: &str| part.content.windows(line.len()).any(|it| it == line.as_bytes());
        let mut number = 0_u32;
        loop {
            let line = format!("majordomo-form-{number}");
            if !self.parts.iter().any(|it| within(it, &line)) {
                return line;
            }
            number += 1;
        }
    }
}

/// A name that can neither end its quotes nor its line, nor lead into another folder.
fn file_name(raw: &str) -> String {
    let tame = |it: char| if matches!(it, '"' | '\\' | '/' | ':') { '_' } else { it };
    let clean: String = words::word(raw, NAME_UNITS).chars().map(tame).collect();
    let clean = words::head(&clean, NAME_UNITS);
    if clean.is_empty() { "file.txt".to_owned() } else { clean.to_owned() }
}

impl From<Vec<u8>> for Body {
    fn from(json: Vec<u8>) -> Self {
        Self { kind: Cow::Borrowed("application/json"), bytes: json }
    }
}
