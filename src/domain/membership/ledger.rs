//! The ledger: what was done here, to whom, why, on what evidence, and until when.

use super::super::effect::Effect;
use super::super::types::{ChatId, MessageId, Moment, Person, UserId};
use super::draft::Draft;
use super::journal;
use super::person::{DEEDS_MAX, Known};
use super::state::cut;
use super::stats;
use serde::{Deserialize, Serialize};

/// The row `deed/<number>` of a group: one thing that we did, or would have done in a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// When.
    pub at: Moment,
    /// To whom.
    pub who: UserId,
    /// Their name then, cut.
    #[serde(default)]
    pub name: String,
    /// Their public name then, without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// What.
    pub what: What,
    /// Why.
    pub why: Why,
    /// Until when it lasts, where it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// The message it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// It was a dry run: nothing was done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry: bool,
    /// It belongs to the raid that began then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raid: Option<Moment>,
    /// It was undone since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<Undone>,
}

/// That an admin took a deed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// When.
    pub at: Moment,
    /// Who.
    pub by: UserId,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Their message was deleted, and they were told.
    Warned,
    /// Their message was deleted and they were muted.
    Stopped,
    /// They were muted without having written.
    Muted,
    /// Our mute was lifted.
    Lifted,
    /// Their join request was approved.
    Approved,
    /// Their join request was declined.
    Declined,
    /// They were let off joining.
    Exempted,
}

/// Why it was done, with the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// They were not in these channels.
    Lacks {
        /// The channels.
        channels: Vec<ChatId>,
        /// Whether Telegram was asked for this very decision; else the answer was some minutes old at most.
        fresh: bool,
    },
    /// They left this channel.
    Left(ChatId),
    /// They are in all channels: by their own press, or seen by us.
    Joined,
    /// An admin decided so.
    Admin(UserId),
    /// They waited too long.
    Late,
    /// The truth had changed while nobody told us.
    Reconciled,
    /// The group asks for no channel any more.
    Released,
    /// It was written in a channel's name, and nobody knows by whom.
    Masked,
}

/// The beginning of every key of a deed.
const FIRST: &str = "deed/";

impl Deed {
    /// The key of the row: numbers of twelve digits, so that keys stand in the order of time.
    pub(super) fn key(number: u64) -> String {
        format!("{FIRST}{number:012}")
    }

    /// The number of the row of that key.
    pub(super) fn number(key: &str) -> Option<u64> {
        key.strip_prefix(FIRST)?.parse().ok()
    }

    /// Reads a row; one that cannot be read counts as none.
    pub(super) fn read(row: Option<&[u8]>) -> Option<Self> {
        serde_json::from_slice(row?).ok()
    }

    /// Whether it keeps somebody from writing and was not taken back yet.
    pub(super) const fn can_be_undone(&self) -> bool {
        self.what.holds() && !self.dry && self.undone.is_none()
    }

    /// A deed of now.
    pub(super) fn new(draft: &Draft<'_>, who: UserId, name: &str, what: What, why: Why) -> Self {
        Self {
            at: draft.now(),
            who,
            name: cut(name),
            username: None,
            what,
            why,
            until: None,
            message: None,
            dry: draft.state().policy.dry,
            raid: draft.state().raid.as_ref().map(|it| it.since),
            undone: None,
        }
    }
}

impl What {
    /// Whether it kept somebody from writing.
    pub(super) const fn holds(self) -> bool {
        match self {
            Self::Stopped | Self::Muted => true,
            Self::Warned | Self::Lifted | Self::Approved | Self::Declined | Self::Exempted => false,
        }
    }
}

/// Writes a deed down, under the next number; the oldest beyond the house's limit is forgotten. The person's row
/// points to it, as far as it is known. One row is written for it, and nothing is read but the person's row.
pub(super) fn note(draft: &mut Draft<'_>, person: Option<&Person>, deed: &Deed) {
    stats::sweep(draft);
    draft.count(|it| it.deed(deed.what));
    let number = draft.state().deeds;
    draft.change().deeds = number + 1;
    let username = person.and_then(|it| it.username.clone());
    draft.put(Deed::key(number), &Deed { username, ..deed.clone() });
    if let Some(old) = number.checked_sub(draft.settings.ledger_per_group) {
        draft.add(Effect::Drop { key: Deed::key(old) });
    }
    journal::noted(draft, number, deed);
    let now = draft.now();
    let known = draft.known(deed.who).flatten();
    let Some(mut known) = known.or_else(|| person.map(|it| Known::new(it, now))) else { return };
    if known.deeds.len() >= DEEDS_MAX {
        known.deeds.remove(0);
    }
    known.deeds.push(number);
    draft.remember(deed.who, known);
}

/// The deeds that somebody's row points to, oldest first, with their numbers; `None` while they are not known.
pub(super) fn about(draft: &mut Draft<'_>, known: Option<&Known>) -> Option<Vec<(u64, Deed)>> {
    let numbers = known.map_or(&[][..], |it| it.deeds.as_slice());
    let rows: Vec<_> = numbers.iter().map(|it| (*it, draft.row(&Deed::key(*it)))).collect();
    let rows: Option<Vec<_>> = rows.into_iter().map(|(number, row)| Some((number, row?))).collect();
    Some(rows?.into_iter().filter_map(|(number, row)| Some((number, Deed::read(row)?))).collect())
}

/// Marks a deed as taken back, unless that was done before or there was nothing to take back.
pub(super) fn take_back(draft: &mut Draft<'_>, number: u64, deed: &Deed, by: UserId) {
    if deed.can_be_undone() {
        let undone = Some(Undone { at: draft.now(), by });
        draft.put(Deed::key(number), &Deed { undone, ..deed.clone() });
    }
}

/// The newest deeds that are looked at together.
const LOOKED_MAX: u64 = 2_000;
/// Deeds that are read at once. More reads side by side make up for it.
const PAGE: u32 = 100;

/// The newest deeds with their numbers, oldest first; `None` while they are not known.
pub(super) fn newest(draft: &mut Draft<'_>) -> Option<Vec<(u64, Deed)>> {
    let end = draft.state().deeds;
    let first = end.saturating_sub(draft.settings.ledger_per_group.min(LOOKED_MAX));
    let starts = (first..end).step_by(PAGE as usize);
    let pages: Vec<_> =
        starts.map(|it| draft.rows(&Deed::key(it), &Deed::key(end.min(it + u64::from(PAGE))), PAGE)).collect();
    let pages: Option<Vec<_>> = pages.into_iter().collect();
    let read = |(key, row): &(String, Vec<u8>)| Some((Deed::number(key)?, Deed::read(Some(row))?));
    Some(pages?.into_iter().flatten().filter_map(read).collect())
}

/// Who had that public name when we last did something about them, if anybody; `None` while that is not known.
pub(super) fn named(draft: &mut Draft<'_>, name: &str) -> Option<Option<UserId>> {
    let deeds = newest(draft)?;
    let is = |it: &Deed| it.username.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(name));
    Some(deeds.iter().rev().find(|(_, it)| is(it)).map(|(_, it)| it.who))
}
