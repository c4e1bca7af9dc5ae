//! Words of the group's own: asked for, written as an answer to the panel, looked at, kept.

use super::super::super::effect::MessageRef;
use super::super::super::event::{Pressed, Said};
use super::super::super::fact::Freshness;
use super::super::super::types::Moment;
use super::super::draft::Draft;
use super::super::own::{self, Own, Words};
use super::super::request::{Asker, asker};
use super::super::state::Prompt;
use super::pages::{self, Page};
use super::{IDLE_MS, Panel, WAKE, Written, may, read};
use crate::domain::effect::Call;

/// From now on, this admin's answer to the panel is the words.
pub(super) fn ask(draft: &mut Draft<'_>, pressed: &Pressed, own: Own, until: Moment) {
    let prompt = Prompt { user: pressed.from.id, message: pressed.message, own, until };
    draft.change().prompt = Some(prompt);
}

/// Keeps the words that were looked at.
pub(super) fn keep(draft: &mut Draft<'_>, pressed: &Pressed, written: &Written) -> Page {
    let words = Words { text: written.words.clone(), by: pressed.from.id, at: draft.now() };
    draft.put(written.own.key().to_owned(), &words);
    Page::Kept(written.own)
}

/// Takes the answer to our question for words. Answers whether this message was that.
pub(in super::super) fn answered(draft: &mut Draft<'_>, said: &Said) -> bool {
    let Some(prompt) = draft.state().prompt.clone() else { return false };
    let answers = said.reply_to.as_ref().is_some_and(|it| it.message == prompt.message);
    // An anonymous admin may write; whoever keeps the words presses a button, and that carries the real id.
    let theirs = match asker(draft.place, said) {
        Asker::Person(who) => who == prompt.user,
        Asker::Anonymous => true,
        Asker::Nobody => false,
    };
    if !answers || !theirs || said.edited || said.service || draft.now() >= prompt.until {
        return false;
    }
    let (standing, row) = (draft.member(draft.place.id, prompt.user, Freshness::Recent), draft.row(WAKE));
    let (Some(Ok(standing)), Some(row)) = (standing, row) else { return false };
    let Some(panel) = read(row).filter(|it| it.message == MessageRef::Id(prompt.message) && may(standing)) else {
        return false;
    };
    draft.claim();
    draft.delete(MessageRef::Id(said.message));
    take(draft, said, panel, prompt.own);
    true
}

fn take(draft: &mut Draft<'_>, said: &Said, panel: Panel, own: Own) {
    let mut panel = Panel { until: draft.now().plus_ms(IDLE_MS), ..panel };
    let page = match own::fit(said.text.as_deref().unwrap_or_default()) {
        Ok(words) => {
            draft.change().prompt = None;
            panel.written = Some(Written { own, words });
            Page::Preview
        }
        Err(length) => Page::Unfit(own, length),
    };
    let Some((text, keyboard)) = pages::render(draft, &panel, page, &said.from) else { return };
    draft.owe(Call::Edit { chat: draft.place.id, message: panel.message, text, keyboard });
    super::keep(draft, &panel);
}
