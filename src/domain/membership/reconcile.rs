//! The reconciler: now and then all mutes of ours are compared with the truth, and repaired both ways.

use super::super::effect::{Call, Effect, Owed, Target};
use super::super::event::Note;
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Moment, Slot};
use super::draft::Draft;
use super::walk::{self, Kind, Tally, Walk};
use super::word::Word;
use serde::{Deserialize, Serialize};

/// The alarm clock of the next run.
pub(super) const WAKE: &str = "reconcile";
/// More repairs than this are worth a word to the group's owners.
const HANDFUL: u32 = 5;
/// Whoever wakes so late has slept through updates, in ms.
const DOWNTIME_MS: u64 = 3_600_000;
/// Several wakes may be late at the same time: one run is enough for them, in ms.
const ONCE_MS: u64 = 600_000;
const HOUR_MS: u64 = 3_600_000;

/// What the last run found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reconciled {
    /// When it ended.
    pub at: Moment,
    /// People whose mute was looked at.
    pub looked: u32,
    /// Let go.
    pub lifted: u32,
    /// Held again.
    pub held: u32,
    /// Entries that were over, or another hand's.
    pub closed: u32,
}

impl Reconciled {
    /// The same in words.
    pub(super) fn text(&self, language: Language, key: &'static str) -> Text {
        Text::new(language, key)
            .with("time", Arg::Time(self.at))
            .with("count", Arg::Number(self.looked.into()))
            .with("lifted-count", Arg::Number(self.lifted.into()))
            .with("held-count", Arg::Number(self.held.into()))
            .with("closed-count", Arg::Number(self.closed.into()))
    }
}

/// Sets the clock of a group that is guarded since now, and stops that of one that is not guarded any more.
pub(super) fn arm(draft: &mut Draft<'_>) {
    let guarded = !draft.state().channels.is_empty();
    match draft.state().reconcile_at {
        None if guarded && draft.is_changed() => set(draft, true),
        Some(_) if !guarded => {
            draft.change().reconcile_at = None;
            draft.add(Effect::NoWake { key: WAKE.to_owned() });
        }
        None | Some(_) => {}
    }
}

fn set(draft: &mut Draft<'_>, first: bool) {
    let every_ms = u64::from(draft.settings.reconcile_every_h).saturating_mul(HOUR_MS);
    // Groups that were set up together must not all run together.
    let spread = draft.place.id.0.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    let wait_ms = if first { every_ms / 2 + every_ms / 2 * (spread % 1_000) / 1_000 } else { every_ms };
    let at = draft.now().plus_ms(wait_ms);
    draft.change().reconcile_at = Some(at);
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at });
}

/// It is time.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    if draft.state().channels.is_empty() {
        return;
    }
    set(draft, false);
    let group = draft.place.id;
    let channels: Vec<ChatId> = draft.state().channels.iter().map(|it| it.id).collect();
    for channel in channels {
        draft.tell(channel, Word::Linked { group }); // a channel that knows changes nothing
    }
    run(draft);
}

/// A wake is late: if the house was down for long, updates may be lost.
pub(super) fn late(draft: &mut Draft<'_>, late_ms: u64, key: &str) {
    let now = draft.now();
    let done = draft.state().reconciled.as_ref().is_some_and(|it| now.since_ms(it.at) < ONCE_MS);
    let begun = [WAKE, walk::WAKE].contains(&key);
    if late_ms > DOWNTIME_MS && !begun && !done && !draft.state().channels.is_empty() {
        run(draft);
    }
}

/// Begins, unless something is under way already.
fn run(draft: &mut Draft<'_>) {
    if let Some(None) = walk::current(draft) {
        let walk = Walk::new(draft, Kind::Reconcile, Language::default());
        let _nothing_else_is_under_way = walk::begin(draft, walk);
    }
}

/// All have been looked at.
pub(super) fn finished(draft: &mut Draft<'_>, tally: &Tally) {
    let (at, closed) = (draft.now(), tally.closed + tally.theirs);
    let found = Reconciled { at, looked: tally.looked, lifted: tally.lifted, held: tally.held, closed };
    draft.change().reconciled = Some(found);
    if tally.lifted + tally.held > HANDFUL {
        report(draft, tally);
    }
}

/// Tells those whom it concerns: the place where the group's actions are reported, or else who set it up.
fn report(draft: &mut Draft<'_>, tally: &Tally) {
    let language = draft.state().policy.language(Language::default());
    let text = Text::new(language, "membership-fan-reconciled")
        .with("group", Arg::Bold(draft.title()))
        .with("count", Arg::Number(tally.looked.into()))
        .with("lifted-count", Arg::Number(tally.lifted.into()))
        .with("held-count", Arg::Number(tally.held.into()));
    if let Some(log) = draft.state().policy.log {
        let (slot, keyboard) = (draft.slot(), Vec::new());
        let call = Call::Say {
            chat: log.chat,
            slot,
            thread: log.thread,
            reply_to: None,
            text,
            keyboard,
            silent: true,
            only: None,
        };
        return draft.add(Effect::Telegram(Owed::new(call)));
    }
    for owner in draft.state().owners.clone() {
        let note = Note::Deliver { text: text.clone(), language, slot: Slot(0), remedy: None, back: None };
        draft.add(Effect::Tell { to: Target::Chat(ChatId(owner.0)), note });
    }
}
