//! Messages in the name of a channel: Telegram tells nobody whose they are, so that any stranger could write through one.

use super::super::event::{ChatKind, Said};
use super::super::text::Text;
use super::super::types::{CHANNEL_BOT, ChatId};
use super::draft::Draft;
use super::ledger::{self, Deed, What, Why};
use super::{journal, judge, raid, stop};

/// How long the word about it stands, in ms.
const WORD_MS: u64 = 60_000;

/// Takes away what somebody wrote in the name of a channel that is none of the group's own, and says why, now and then.
/// Nobody can be muted for it. Answers whether it was that, or is not known yet.
pub(super) fn stopped(draft: &mut Draft<'_>, said: &Said) -> bool {
    let Some(chat) = said.sender_chat.filter(|it| may_be_foreign(draft, said, *it)) else { return false };
    match draft.chat(&draft.place.id.into()) {
        None => return true,
        Some(Ok(group)) if group.linked_chat != Some(chat) => {}
        Some(Ok(_) | Err(_)) => return false,
    }
    draft.count(|it| {
        it.checks = it.checks.saturating_add(1);
        it.hits = it.hits.saturating_add(1);
    });
    let deed = Deed::new(draft, CHANNEL_BOT, &said.from.name, What::Warned, Why::Masked);
    ledger::note(draft, None, &Deed { message: Some(said.message), ..deed });
    if draft.state().policy.dry {
        return true;
    }
    draft.claim();
    raid::delete(draft, said.message);
    raid::beat(draft);
    if draft.state().raid.is_none() && stop::has_room(draft) {
        let text = Text::new(journal::language(draft), "membership-stop-masked");
        draft.murmur(None, said.thread, None, (text, Vec::new()), WORD_MS);
    }
    true
}

/// Whether that may be a channel of which the group knows nothing: not the group itself, none that it asks for, and no
/// post that Telegram forwarded from the channel it belongs to.
fn may_be_foreign(draft: &Draft<'_>, said: &Said, chat: ChatId) -> bool {
    let state = draft.state();
    let own = chat == draft.place.id || state.channels.iter().any(|it| it.id == chat);
    let stale = said.edited && judge::is_stale(&draft.look);
    let judged = judge::guards(state) && draft.place.kind == ChatKind::Supergroup && !state.policy.channels_welcome;
    judged && ![own, stale, said.automatic, said.service].contains(&true)
}
