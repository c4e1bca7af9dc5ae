//! Reactions of strangers, in groups that count them as writing: they are taken away, and the person is told and held
//! like one who wrote.

use super::super::effect::Call;
use super::super::event::{ChatKind, Reacted};
use super::draft::Draft;
use super::judge::{self, Judgement};
use super::ledger::{What, Why};
use super::person;
use super::state::State;
use super::stop::{self, Case};

/// Somebody put a reaction under a message, or took one away.
pub(super) fn reacted<'a>(draft: &mut Draft<'a>, state: &'a State, reacted: &Reacted) {
    let Some(who) = reacted.who.as_ref().filter(|_| reacted.added && reacted.sender_chat.is_none()) else { return };
    if draft.place.kind == ChatKind::Supergroup && judge::is_somebody(who, &draft.look) {
        person::reacted(draft, who); // whether it counts or not: it can be tried out
    }
    let counts = state.policy.reactions && draft.place.kind == ChatKind::Supergroup && judge::guards(state);
    if !counts || !judge::is_somebody(who, &draft.look) {
        return;
    }
    let judgement = judge::weigh(state, draft.place, who.id, &mut draft.look);
    judge::observe_of(draft, state, who.id);
    if let Judgement::Stranger(stranger) = judgement {
        draft.claim();
        if !state.policy.dry {
            draft.owe(Call::Unreact { chat: draft.place.id, message: reacted.message, user: who.id });
        }
        let channels = stranger.lacks.iter().map(|it| it.id).collect();
        let why = Why::Lacks { channels, fresh: false };
        // Reactions do not tell their topic.
        let case = Case { who, thread: None, message: Some(reacted.message), what: What::Muted, why };
        stop::hold(draft, &case, stranger);
    }
}
