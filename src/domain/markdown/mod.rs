//! Markdown as models write it becomes plain text with Telegram's entities, cut into messages.
//!
//! `render` (or `render_draft`, for what is still growing) makes a [`Page`]; [`Page::split`] makes the messages. Both are
//! pure, take linear time and answer for any input: what is not Markdown is text. Entities carry the formatting, so there
//! is no markup to escape and none that a model could smuggle in; links show their target and are never hidden behind words.

mod draft;
mod entity;
mod ink;
mod leaf;
mod link;
mod mend;
mod page;
mod rich;
mod source;
mod split;
mod table;
mod weave;
mod writer;

#[cfg(test)]
mod tests;

pub use entity::{Entity, Kind};
pub use page::Page;
pub use rich::{Cell, Rich, RichBlock, RichText, TextStyle};
pub use split::{Piece, Sizes};

/// The most bytes of Markdown that are read; what is beyond is left out, see [`Page::is_cut`].
pub const SOURCE_MAX_BYTES: usize = 128 * 1024;
/// The most that Telegram takes as one text, in UTF-16 units after parsing.
pub const TEXT_MAX_UNITS: usize = 4096;
/// The most that Telegram takes as a caption, in UTF-16 units after parsing.
pub const CAPTION_MAX_UNITS: usize = 1024;
/// The most that a rich message holds, in UTF-16 units.
pub const RICH_MAX_UNITS: usize = 32_768;
/// The most entities of one message that Telegram keeps.
pub const ENTITIES_MAX: usize = 100;
/// A table that is wider, in columns of a monospaced font, becomes a list: telephones show about as many.
pub const TABLE_MAX_COLUMNS: usize = 40;
/// A quote with more units is shown folded.
pub const QUOTE_MAX_UNITS: usize = 600;
/// A quote with more lines is shown folded.
pub const QUOTE_MAX_LINES: usize = 8;

/// Renders what a model has written. Without anything visible in it, the page is empty.
#[must_use]
pub fn render(markdown: &str) -> Page {
    writer::write(&source::read(markdown), false)
}

/// Renders what a model has written so far: what is open at its end counts as closed, and what is only half there
/// (a delimiter, a link, the head of a table) is not shown as markup.
#[must_use]
pub fn render_draft(markdown: &str) -> Page {
    let mut source = source::read(markdown);
    draft::settle(&mut source.text);
    writer::write(&source, true)
}
