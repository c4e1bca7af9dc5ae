//! A channel's own chat: which groups ask for it, and who comes and goes.

use super::super::effect::Effect;
use super::super::event::Moved;
use super::super::types::ChatId;
use super::draft::Draft;
use super::state::{Channel, cut};
use super::word::Word;
use serde::{Deserialize, Serialize};

/// Groups that may ask for one channel and hear of it. Those beyond are told that they will not hear: there
/// people are judged when they write or press, as ever.
pub const LINKS_MAX: usize = 4_000;
/// Bytes of the row that lists them; the store takes 64 KiB.
const LINKS_BYTES: usize = 60 * 1_024;
/// Chats that one decision may tell something.
const TELLS_MAX: usize = 1_000;
/// The row that lists the groups.
const LINKS: &str = "links";
/// Rows and alarm clocks of words that have not reached every group yet.
pub(super) const FAN: &str = "fan/";

/// The row `links` of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Links {
    /// The groups, oldest first.
    groups: Vec<ChatId>,
    /// Title and public name as the groups know them; empty until we first see them.
    title: String,
    username: Option<String>,
}

/// The row `fan/<number>` of a channel: a word, and the groups that it has not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Fan {
    word: Word,
    rest: Vec<ChatId>,
}

/// Somebody joined or left the channel.
pub(super) fn moved(draft: &mut Draft<'_>, moved: &Moved) {
    let Some(mut links) = links(draft) else { return };
    if links.groups.is_empty() {
        return;
    }
    let mut room = TELLS_MAX;
    if moved.old.inside() != moved.new.inside() && !moved.who.is_bot {
        let word = Word::Subscription { channel: draft.place.id, who: moved.who.clone(), inside: moved.new.inside() };
        fan(draft, &mut room, links.groups.clone(), word);
    }
    if renamed(draft, &mut links) {
        changed(draft, &mut room, &links, true);
    }
}

/// Our own standing in the channel changed.
pub(super) fn placed(draft: &mut Draft<'_>, placed: &Moved) {
    let Some(mut links) = links(draft) else { return };
    if links.groups.is_empty() {
        return;
    }
    let ours = placed.new.is_admin();
    let renamed = renamed(draft, &mut links);
    if renamed || ours != placed.old.is_admin() {
        changed(draft, &mut TELLS_MAX.clone(), &links, ours);
    }
}

/// A group links itself, or lets go.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    let Some(mut links) = links(draft) else { return };
    match word {
        Word::Linked { group } if links.groups.contains(group) => {}
        Word::Linked { group } => {
            links.groups.push(*group);
            let yes = links.groups.len() <= LINKS_MAX && bytes(&links) <= LINKS_BYTES;
            if yes {
                draft.put(LINKS.to_owned(), &links);
            }
            draft.tell(*group, Word::Heard { channel: draft.place.id, yes });
        }
        Word::Unlinked { group } if links.groups.contains(group) => {
            links.groups.retain(|it| it != group);
            match links.groups.is_empty() {
                true => draft.drop_row(LINKS.to_owned()),
                false => draft.put(LINKS.to_owned(), &links),
            }
        }
        _ => {}
    }
}

/// A word goes on to the groups that it has not reached.
pub(super) fn woke(draft: &mut Draft<'_>, key: &str) {
    let Some(row) = draft.row(key) else { return };
    draft.claim();
    let Some(Fan { word, rest }) = row.and_then(|it| serde_json::from_slice(it).ok()) else { return };
    draft.drop_row(key.to_owned());
    fan(draft, &mut TELLS_MAX.clone(), rest, word);
}

/// Tells the groups; those for whom there is no room any more hear of it in the next step.
fn fan(draft: &mut Draft<'_>, room: &mut usize, mut groups: Vec<ChatId>, word: Word) {
    draft.claim();
    let rest = groups.split_off(groups.len().min(*room));
    *room -= groups.len();
    groups.into_iter().for_each(|it| draft.tell(it, word.clone()));
    if !rest.is_empty() {
        let (key, at) = (format!("{FAN}{}", draft.slot().0), draft.now());
        draft.put(key.clone(), &Fan { word, rest });
        draft.add(Effect::WakeAt { key, at });
    }
}

fn changed(draft: &mut Draft<'_>, room: &mut usize, links: &Links, ours: bool) {
    let (title, username) = (links.title.clone(), links.username.clone());
    let channel = Channel { id: draft.place.id, title, username, link: None, since: None };
    fan(draft, room, links.groups.clone(), Word::Changed { channel, ours });
}

/// Takes note of title and public name; answers whether the groups know others.
fn renamed(draft: &mut Draft<'_>, links: &mut Links) -> bool {
    let (title, username) = (cut(&draft.place.title), draft.place.username.clone());
    if (&links.title, &links.username) == (&title, &username) || title.is_empty() {
        return false;
    }
    let first = links.title.is_empty();
    (links.title, links.username) = (title, username);
    draft.put(LINKS.to_owned(), links);
    !first
}

fn links(draft: &mut Draft<'_>) -> Option<Links> {
    let row = draft.row(LINKS)?;
    Some(row.and_then(|it| serde_json::from_slice(it).ok()).unwrap_or_default())
}

fn bytes(links: &Links) -> usize {
    serde_json::to_vec(links).map_or(usize::MAX, |it| it.len())
}
