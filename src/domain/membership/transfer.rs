//! `/export` and `/import`: a group's settings as a file, and what the command line brings in.

mod apply;
mod compare;
mod file;

pub(super) use apply::{ACTION, pressed};
pub(super) use file::{File, Texts};

use super::super::effect::{Button, Call, Does, Label, MessageRef};
use super::super::event::Said;
use super::super::fact::Unknown;
use super::super::text::{Arg, Text};
use super::super::types::{Moment, Person, UserId};
use super::draft::{Draft, Voice};
use super::own::Own;
use super::protect;
use super::state::{CHANNELS_MAX, cut};
use super::word::Word;
use file::Odd;
use serde::{Deserialize, Serialize};

/// The largest file that is read, in bytes.
const FILE_BYTES: u32 = 48 * 1024;
/// The longest of Telegram's ids of a file that we keep.
const FILE_ID_BYTES: usize = 200;
/// How long a file waits for "Apply", in ms.
const WAIT_MS: u64 = 3_600_000;
/// The row of the file that waits.
const PENDING: &str = "import";

/// The row `import` of a group: what somebody wants the settings to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pending {
    /// Its number, which the button carries.
    number: u64,
    /// Who.
    by: UserId,
    /// Until when.
    until: Moment,
    /// What.
    file: File,
}

/// The file that a message carries or answers.
pub(super) fn file(said: &Said) -> Option<String> {
    let answered = said.reply_to.as_ref().and_then(|it| it.document.as_ref());
    let document = said.document.as_ref().or(answered)?;
    Some(document.file.clone()).filter(|it| it.len() <= FILE_ID_BYTES)
}

/// Hands the settings out.
pub(super) fn export(draft: &mut Draft<'_>, voice: Voice, asker: &Person) {
    let Some(texts) = texts(draft) else { return };
    let content = File::of(draft.state(), texts).to_json();
    let (chat, slot) = (draft.place.id, draft.slot());
    let caption =
        Text::new(asker.language, "membership-transfer-exported").with("group", Arg::Bold(cut(&draft.place.title)));
    let name = format!("majordomo-{}.json", chat.0.unsigned_abs());
    draft.owe(Call::Document {
        chat,
        slot,
        thread: voice.thread(),
        reply_to: Some(voice.message()),
        name,
        content,
        caption,
        silent: false,
    });
    if let Voice::Replace(message, _) = voice {
        draft.delete(MessageRef::Id(message)); // the question of an anonymous admin
    }
}

/// Takes settings in: shows what would change, and waits for a press.
pub(super) fn import(draft: &mut Draft<'_>, voice: Voice, asker: &Person, file: Option<&str>) {
    let language = asker.language;
    let say = |key| Text::new(language, key);
    let Some(file) = file else { return draft.answer(voice, say("membership-transfer-usage"), Vec::new()) };
    let (content, texts) = (draft.file(file, FILE_BYTES), texts(draft));
    let (Some(content), Some(texts)) = (content, texts) else { return };
    let read = match content {
        Ok(bytes) => File::read(bytes),
        Err(Unknown::TooLarge) => Err(Odd::TooLarge),
        Err(Unknown::Unavailable | Unknown::NotFound | Unknown::NoRights) => {
            return draft.answer(voice, say("membership-cannot-check"), Vec::new());
        }
    };
    let wanted = match read {
        Ok(wanted) => wanted,
        Err(odd) => return draft.answer(voice, odd.text(language), Vec::new()),
    };
    let lines = compare::changes(language, &File::of(draft.state(), texts), &wanted);
    if lines.is_empty() {
        return draft.answer(voice, say("membership-transfer-same"), Vec::new());
    }
    let (slot, until) = (draft.facts.slot(0).0, draft.now().plus_ms(WAIT_MS));
    draft.put(PENDING.to_owned(), &Pending { number: slot, by: asker.id, until, file: wanted });
    let text = say("membership-transfer-changes").with("lines", Arg::Lines(lines));
    let label = Label::Text(say("membership-transfer-button-apply"));
    let does =
        Does::Press { action: ACTION.to_owned(), args: slot.to_string(), only: Some(asker.id), until: Some(until) };
    draft.answer(voice, text, vec![vec![Button { label, does }]]);
}

/// The command line wants this group guarded.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    let Word::Import { channel, owner } = word else { return };
    let known = draft.state().channels.iter().position(|it| it.id == channel.id);
    if known.is_none() && draft.state().channels.len() >= CHANNELS_MAX {
        return; // the command line has looked; somebody was quicker
    }
    let lacks_link = known.and_then(|at| draft.state().channels.get(at)).is_some_and(|it| it.link.is_none());
    if let (Some(at), true) = (known, lacks_link)
        && let Some(known) = draft.change().channels.get_mut(at)
    {
        known.link.clone_from(&channel.link);
    }
    protect::take(draft, channel.clone(), *owner);
}

/// The group's own words; `None` while they are not known.
fn texts(draft: &mut Draft<'_>) -> Option<Texts> {
    let (notice, greeting) = (draft.row(Own::Notice.key()), draft.row(Own::Greeting.key()));
    Some(Texts { notice: file::words(notice?), greeting: file::words(greeting?) })
}
