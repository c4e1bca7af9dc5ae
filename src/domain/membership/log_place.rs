//! Where a group reports what it does: chosen by an admin of both chats, from the chat that is to read it.

use super::super::event::Standing;
use super::super::fact::{Freshness, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Person, UserId};
use super::draft::{Draft, Voice};
use super::policy::LogPlace;
use super::state::cut;
use super::word::Word;

/// `/log <group>`: whoever says it may change this chat, which was looked up; now the group.
pub(super) fn asked(draft: &mut Draft<'_>, voice: Voice, asker: &Person, group: Option<ChatId>) {
    let say = |key| Text::new(asker.language, key);
    let Some(group) = group else {
        return draft.answer(voice, say("membership-panel-log-usage"), Vec::new());
    };
    let (standing, info) = (draft.member(group, asker.id, Freshness::Recent), draft.chat(&group.into()));
    let (Some(standing), Some(info)) = (standing, info) else { return };
    match (standing, info) {
        (Ok(standing), Ok(info)) if may(standing) => {
            let place = LogPlace { chat: draft.place.id, thread: voice.thread() };
            draft.tell(group, Word::Log { place, by: asker.id });
            let text = say("membership-panel-log-chosen").with("group", Arg::Bold(cut(&info.title)));
            draft.answer(voice, text, Vec::new());
        }
        (Err(Unknown::Unavailable), _) | (_, Err(Unknown::Unavailable)) => {
            draft.answer(voice, say("membership-cannot-check"), Vec::new());
        }
        (Ok(_) | Err(Unknown::NotFound | Unknown::NoRights | Unknown::TooLarge), _) => {
            draft.answer(voice, say("membership-panel-log-not-yours"), Vec::new());
        }
    }
}

/// A chat says that it reads our reports: true only if whoever wants it is an admin of both.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    let Word::Log { place, by } = word else { return };
    if may_both(draft, place.chat, *by) {
        draft.change().policy.log = Some(*place);
        draft.change().journal.broken = None;
    }
}

fn may_both(draft: &mut Draft<'_>, there: ChatId, who: UserId) -> bool {
    let here = draft.place.id;
    let both = [here, there].map(|chat| draft.member(chat, who, Freshness::Recent));
    both.into_iter().all(|it| matches!(it, Some(Ok(standing)) if may(standing)))
}

fn may(standing: &Standing) -> bool {
    standing.may(|it| it.can_change_info)
}
