//! The buttons that the panel's pages are made of.

use super::super::super::effect::{Button, Does, Label};
use super::super::super::text::{Arg, Text};
use super::super::super::types::Language;
use super::super::draft::Draft;
use super::pages::Page;
use super::set::Set;
use super::{ACTION, Panel, Verb};

/// Rows of buttons.
pub(super) type Rows = Vec<Vec<Button>>;

/// A page being made: whose panel, in which language, as things stand.
pub(super) struct Pen<'p, 'a> {
    /// The draft that is read for it.
    pub(super) draft: &'p mut Draft<'a>,
    /// The panel.
    pub(super) panel: &'p Panel,
    /// The reader's language.
    pub(super) language: Language,
}

impl Pen<'_, '_> {
    pub(super) const fn say(&self, key: &'static str) -> Text {
        Text::new(self.language, key)
    }

    /// A button that does something.
    pub(super) fn button(&self, text: Text, verb: Verb) -> Button {
        let args = format!("{}{}", self.panel.number, verb.code());
        let does = Does::Press { action: ACTION.to_owned(), args, only: None, until: None };
        Button { label: Label::Text(text), does }
    }

    /// A button to another page.
    pub(super) fn to(&self, key: &'static str, page: Page) -> Button {
        self.button(self.say(key), Verb::Show(page))
    }

    pub(super) fn back(&self, page: Page) -> Vec<Button> {
        vec![self.to("membership-panel-button-back", page)]
    }

    /// A button for one of several choices: ticked when it is the one.
    pub(super) fn choice(&self, text: Text, set: Set) -> Button {
        let holds = set.holds(&self.draft.state().policy, self.draft.settings);
        self.button(text.with("tick", tick(holds)), Verb::Set(set))
    }

    /// A button that switches something on or off: ticked when it is on.
    pub(super) fn switch(&self, key: &'static str, set: fn(bool) -> Set) -> Button {
        let on = set(true).holds(&self.draft.state().policy, self.draft.settings);
        self.button(self.say(key).with("tick", tick(on)), Verb::Set(set(!on)))
    }
}

/// A button that opens an address.
pub(super) const fn opens(label: Label, url: String) -> Button {
    Button { label, does: Does::Open(url) }
}

fn tick(on: bool) -> Arg {
    Arg::Word(if on { "✅" } else { "▫️" }.to_owned())
}

/// A page of one text and some rows.
pub(super) fn page(text: Text, lines: Vec<Text>, rows: Rows) -> (Text, Rows) {
    (text.with("lines", Arg::Lines(lines)), rows)
}
