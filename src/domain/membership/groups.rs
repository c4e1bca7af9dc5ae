//! The private chat of somebody who set groups up: which they are and how they stand.

use super::super::event::Said;
use super::draft::Draft;
use super::state::State;
use super::word::{Mode, Report, Word};

/// A message in a private chat: `/groups` and the like.
pub(super) fn said(_draft: &mut Draft<'_>, _said: &Said) {}

/// A group reports to one of those who set it up.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    match word {
        Word::Group(report) => draft.put(key(report.group), report),
        Word::Gone { group } => draft.drop_row(key(*group)),
        _ => {}
    }
}

fn key(group: super::super::types::ChatId) -> String {
    format!("group/{}", group.0)
}

/// Tells those who set this group up, and its channels, what has changed since.
pub(super) fn report(draft: &mut Draft<'_>, before: &State) {
    let now = draft.state();
    if now.channels == before.channels
        && now.policy == before.policy
        && now.owners == before.owners
        && troubles(now) == troubles(before)
    {
        return;
    }
    let group = draft.place.id;
    let ids = |it: &State| it.channels.iter().map(|it| it.id).collect::<Vec<_>>();
    let (old, new) = (ids(before), ids(now));
    let owners = now.owners.clone();
    let gone: Vec<_> = before.owners.iter().filter(|it| !owners.contains(it)).copied().collect();
    let report = Report {
        group,
        title: draft.title(),
        username: draft.place.username.clone(),
        channels: now.channels.clone(),
        mode: match () {
            () if now.policy.off => Mode::Off,
            () if now.policy.dry => Mode::Dry,
            () => Mode::On,
        },
        troubles: troubles(now),
        at: draft.now(),
    };
    for channel in new.iter().filter(|it| !old.contains(it)) {
        draft.tell(*channel, Word::Linked { group });
    }
    for channel in old.iter().filter(|it| !new.contains(it)) {
        draft.tell(*channel, Word::Unlinked { group });
    }
    for owner in owners {
        let word = if new.is_empty() { Word::Gone { group } } else { Word::Group(report.clone()) };
        draft.tell(super::super::types::ChatId(owner.0), word);
    }
    for owner in gone {
        draft.tell(super::super::types::ChatId(owner.0), Word::Gone { group });
    }
}

/// How many things do not work and are known not to.
fn troubles(state: &State) -> u32 {
    u32::try_from(state.troubles.iter().filter(|it| it.told).count()).unwrap_or(u32::MAX)
}
