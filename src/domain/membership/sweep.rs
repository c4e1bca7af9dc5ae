//! The undoing of many: a walk over deeds in small steps, which goes on after a restart where it stood.

use super::super::effect::Effect;
use super::super::event::{Pressed, Standing, Status};
use super::super::fact::{Freshness, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::{Language, MessageId, Moment, UserId};
use super::draft::Draft;
use super::journal;
use super::ledger::{self, Deed};
use super::person::{Exempt, Mercy};
use super::press;
use super::state::cut;
use super::undo::{self, Span};
use serde::{Deserialize, Serialize};

/// The key of the row.
const KEY: &str = "sweep";
/// The alarm clock of the steps.
pub(super) const WAKE: &str = "undo";
/// Deeds that one step looks at.
const STEP: u32 = 10;
/// From one step to the next, in ms: with [`STEP`] at most ten people a second.
const PAUSE_MS: u64 = 1_000;
/// From one word about the progress to the next, in ms.
const SPEAK_MS: u64 = 5_000;
/// How long it waits when Telegram does not say what somebody is here, in ms.
const DOUBT_MS: u64 = 30_000;
/// How often it waits so before it leaves them out.
const DOUBTS_MAX: u32 = 10;
/// People who are let off together need not join for so long, in ms: else they would be stopped again at once.
const DAY_MS: u64 = 24 * 3_600_000;

/// The row `sweep` of a group: how far an undo of many has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sweep {
    /// What is undone.
    span: Span,
    /// The number of the next deed to look at.
    next: u64,
    /// Which admin wanted it.
    by: UserId,
    /// Their name, cut.
    name: String,
    /// Their language.
    language: Language,
    /// When it began.
    since: Moment,
    /// The message that tells how it goes.
    message: MessageId,
    /// When that was last edited.
    spoke: Moment,
    /// People let off so far.
    done: u32,
    /// People who are restricted or banned by another hand, or are admins.
    spared: u32,
    /// How often Telegram did not say what somebody is.
    doubts: u32,
}

/// Begins.
pub(super) fn begin(draft: &mut Draft<'_>, span: Span, pressed: &Pressed) {
    let now = draft.now();
    let sweep = Sweep {
        span,
        next: span.first,
        by: pressed.from.id,
        name: cut(&pressed.from.name),
        language: pressed.from.language,
        since: now,
        message: pressed.message,
        spoke: now,
        done: 0,
        spared: 0,
        doubts: 0,
    };
    undo::progress(draft, sweep.message, sweep.words("membership-ledger-undo-goes-on"));
    draft.put(KEY.to_owned(), &sweep);
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at: now });
}

/// Whether one goes on; `None` while that is not known.
pub(super) fn goes_on(draft: &mut Draft<'_>) -> Option<bool> {
    draft.row(KEY).map(|it| it.is_some())
}

/// The next step is due.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    draft.count(|_| {}); // read with the rest, not after it
    let Some(Some(row)) = draft.row(KEY) else { return };
    let Ok(mut sweep) = serde_json::from_slice::<Sweep>(row) else { return draft.drop_row(KEY.to_owned()) };
    match step(draft, &mut sweep) {
        Step::Open => {}
        Step::Doubt => {
            sweep.doubts += 1;
            again(draft, sweep, DOUBT_MS);
        }
        Step::On => again(draft, sweep, PAUSE_MS),
        Step::Over => {
            let text = sweep.words("membership-ledger-undo-done");
            undo::progress(draft, sweep.message, text.clone());
            journal::say(draft, text);
            draft.drop_row(KEY.to_owned());
        }
    }
}

fn again(draft: &mut Draft<'_>, mut sweep: Sweep, pause_ms: u64) {
    let now = draft.now();
    if now.since_ms(sweep.spoke) >= SPEAK_MS {
        sweep.spoke = now;
        undo::progress(draft, sweep.message, sweep.words("membership-ledger-undo-goes-on"));
    }
    draft.put(KEY.to_owned(), &sweep);
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at: now.plus_ms(pause_ms) });
}

/// What a step came to.
enum Step {
    /// Facts are missing.
    Open,
    /// Telegram did not say what somebody is; nothing was done.
    Doubt,
    /// There is more to do.
    On,
    /// That was all.
    Over,
}

fn step(draft: &mut Draft<'_>, sweep: &mut Sweep) -> Step {
    let (from, end) = (Deed::key(sweep.next), Deed::key(sweep.span.end));
    let Some(rows) = draft.rows(&from, &end, STEP) else { return Step::Open };
    let Some(last) = rows.last().and_then(|(key, _)| Deed::number(key)) else { return Step::Over };
    let read = |(key, row): &(String, Vec<u8>)| Some((Deed::number(key)?, Deed::read(Some(row))?));
    let deeds: Vec<_> = rows.iter().filter_map(read).filter(|(number, it)| sweep.span.covers(*number, it)).collect();
    let mut people: Vec<UserId> = Vec::new();
    for (_, deed) in &deeds {
        if !people.contains(&deed.who) {
            people.push(deed.who);
        }
    }
    let met = match let_off(draft, sweep, &people) {
        None => return Step::Open,
        Some(None) => return Step::Doubt,
        Some(Some(met)) => met,
    };
    for (number, deed) in deeds.iter().filter(|(_, it)| met.contains(&it.who)) {
        ledger::take_back(draft, *number, deed, sweep.by);
    }
    sweep.next = last + 1;
    Step::On
}

/// Lets these people off: first everything is known of all of them, then it is done. Answers who is let off now,
/// or `Some(None)` when Telegram does not say what somebody is here: then nothing is done yet.
fn let_off(draft: &mut Draft<'_>, sweep: &mut Sweep, people: &[UserId]) -> Option<Option<Vec<UserId>>> {
    let here = draft.place.id;
    let chat = draft.chat(&here.into());
    let rows: Vec<_> = people.iter().map(|it| (*it, draft.entry(*it), draft.known(*it))).collect();
    let standings: Vec<_> = people.iter().map(|it| draft.member(here, *it, Freshness::Recent)).collect();
    let chat = chat?;
    let standings: Vec<_> = standings.into_iter().collect::<Option<_>>()?;
    let rows: Vec<_> =
        rows.into_iter().map(|(user, entry, known)| Some((user, entry?, known?))).collect::<Option<_>>()?;
    let unsure = standings.iter().any(|it| matches!(it, Err(Unknown::Unavailable))) || chat.is_err();
    if unsure && sweep.doubts < DOUBTS_MAX {
        return Some(None);
    }
    let Ok(chat) = chat else { return Some(Some(Vec::new())) };
    let (mut lifted, mut met) = (0, Vec::new());
    for ((user, entry, known), standing) in rows.into_iter().zip(standings) {
        let since = sweep.since;
        if known.as_ref().and_then(|it| it.exempt.as_ref()).is_some_and(|it| it.since == since) {
            met.push(user); // in an earlier step
            continue;
        }
        match standing {
            Ok(standing) if spared(entry.as_ref(), standing) => sweep.spared += 1,
            Err(_) => sweep.spared += 1,
            Ok(standing) => {
                let who = undo::person(user, known.as_ref(), entry.as_ref());
                if known.is_none_or(|it| it.let_off(since).is_none()) {
                    let until = Some(since.plus_ms(DAY_MS));
                    undo::let_off(draft, &who, Exempt { since, by: sweep.by, how: Mercy::Undone, until });
                }
                if let Some(entry) = entry.filter(|it| press::lifts(Some(it), standing)) {
                    undo::free(draft, user, entry, &chat.permissions);
                    lifted += 1;
                }
                met.push(user);
                sweep.done += 1;
            }
        }
    }
    draft.count(|it| it.lifted = it.lifted.saturating_add(lifted));
    Some(Some(met))
}

/// Whether another hand than ours holds them, or they are above it.
fn spared(entry: Option<&super::Entry>, standing: &Standing) -> bool {
    standing.is_admin() || standing.status == Status::Kicked || standing.muted && !entry.is_some_and(|it| it.mine)
}

impl Sweep {
    fn words(&self, key: &'static str) -> Text {
        let admin = Arg::Person { id: self.by, name: self.name.clone() };
        Text::new(self.language, key)
            .with("count", Arg::Number(self.done.into()))
            .with("people", Arg::Number(self.span.people.into()))
            .with("spared-count", Arg::Number(self.spared.into()))
            .with("admin", admin)
    }
}
