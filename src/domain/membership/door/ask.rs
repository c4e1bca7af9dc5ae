//! Join requests: who has all channels is let in at once, others when they have joined them, or after a time no more.

use super::super::super::effect::{Call, Effect, JOIN_QUERY_MS, JoinVerdict, Owed};
use super::super::super::event::{JoinRequested, Moved, Outcome};
use super::super::super::fact::Freshness;
use super::super::super::types::{ChatId, Language, Moment, UserId};
use super::super::draft::Draft;
use super::super::ledger::{self, Deed, What, Why};
use super::super::state::{About, cut};
use super::super::trouble;
use super::super::word::{Knock, Word};
use super::{Tick, ticks};
use serde::{Deserialize, Serialize};

/// All rows, alarm clocks and tokens of requests: keys from here on.
pub(in super::super) const FIRST: &str = "ask/";
/// A request is looked at again after this long, in ms, and then ever more seldom: always when it is twice as old.
const AGAIN_MS: u64 = 60_000;
/// An answer to a query needs this long to reach Telegram, in ms.
const FLIGHT_MS: u64 = 1_000;
/// After this long a query was answered in time or never, in ms.
const QUERY_OVER_MS: u64 = JOIN_QUERY_MS + 5_000;
/// Who was let in and has not come by now has taken the request back, in ms.
const COME_MS: u64 = 600_000;

/// The row `ask/<user>` of a group: somebody asked to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Asking {
    /// Their name, cut.
    name: String,
    /// Where we may write to them.
    private: ChatId,
    /// The language to speak there.
    language: Language,
    /// The group's title then.
    title: String,
    /// Its public name without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// When they asked.
    since: Moment,
    /// When the request is declined, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Moment>,
    /// What the checklist shows: channels, and whether they are in. Nothing while there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shown: Vec<(ChatId, bool)>,
    /// How they were let in, if they were; then only their coming is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approved: Option<By>,
}

/// How somebody was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    /// By an answer to a query, which may come too late.
    Query,
    /// By a call, which is made until it is done.
    Call,
}

/// Who asks and is not known in a channel has yet to join it: that keeps nobody out who was in.
const OUTSIDE: Option<bool> = Some(false);

/// What is to become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// In all channels, or let off.
    In,
    /// Not in all channels.
    Lacks,
    /// Nobody can say.
    Unsure,
}

/// Somebody asks to be let in.
pub(in super::super) fn requested(draft: &mut Draft<'_>, request: &JoinRequested) {
    draft.claim();
    super::super::person::asked(draft, &request.who);
    let query = request.query.as_deref();
    if !follows(draft) {
        return leave(draft, query);
    }
    let user = request.who.id;
    let ticks = ticks(draft, user, Freshness::Cached, OUTSIDE);
    let (Some(known), Some(before)) = (draft.known(user), read(draft, user)) else { return };
    if draft.is_missing() {
        return;
    }
    let (verdict, asking) =
        (weigh(&ticks, known.is_some_and(|it| it.let_off(draft.now()).is_some())), Asking::new(draft, request));
    if draft.state().policy.dry {
        if verdict == Verdict::In {
            approved(draft, user, &asking);
        }
        return leave(draft, query);
    }
    let full = before.is_none() && draft.settings.requests_per_group <= draft.state().asking;
    if !full && before.is_none() {
        draft.change().asking += 1;
    }
    match verdict {
        Verdict::In => approve(draft, user, asking, query, full),
        Verdict::Lacks | Verdict::Unsure if full => {
            trouble::crowded(draft);
            leave(draft, query);
        }
        Verdict::Lacks | Verdict::Unsure => {
            leave(draft, query); // which keeps it open
            wait(draft, user, asking, verdict, &ticks);
        }
    }
}

/// Somebody who may have asked joined a channel, or left it.
pub(super) fn again(draft: &mut Draft<'_>, user: UserId) {
    if draft.state().asking == 0 || !follows(draft) {
        return;
    }
    let Some(Some(asking)) = read(draft, user) else { return };
    look(draft, user, asking, Freshness::Cached);
}

/// Somebody says that they have joined. Who asks no more is told so.
pub(super) fn recheck(draft: &mut Draft<'_>, user: UserId) {
    match read(draft, user) {
        Some(Some(asking)) if follows(draft) => look(draft, user, asking, Freshness::Recent),
        Some(Some(asking)) => {
            decided(draft, &asking, false);
            forget(draft, user);
        }
        Some(None) => draft.tell(ChatId(user.0), Word::Decided { group: draft.place.id, approved: false }),
        None => {}
    }
}

/// The alarm clock of a request rings.
pub(in super::super) fn woke(draft: &mut Draft<'_>, key: &str) {
    draft.claim();
    let Some(user) = user_of(key) else { return };
    let Some(Some(asking)) = read(draft, user) else { return };
    if !follows(draft) {
        return forget(draft, user);
    }
    match asking.approved {
        Some(By::Query) => approve(draft, user, asking, None, false),
        Some(By::Call) => forget(draft, user),
        None => look(draft, user, asking, Freshness::Recent),
    }
}

/// Somebody came in, or was banned: their request is over, whoever decided it.
pub(super) fn over(draft: &mut Draft<'_>, moved: &Moved) {
    let user = moved.who.id;
    if draft.state().asking == 0 {
        return;
    }
    let Some(Some(asking)) = read(draft, user) else { return };
    forget(draft, user);
    if !moved.new.inside() {
        return;
    }
    if asking.approved.is_some() {
        trouble::heal(draft, About::Door);
        approved(draft, user, &asking);
    }
    decided(draft, &asking, true);
}

/// Telegram did not let somebody in whom we let in.
pub(in super::super) fn performed(draft: &mut Draft<'_>, token: &str, outcome: &Outcome) {
    let (Outcome::Refused { reason }, Some(user)) = (outcome, user_of(token)) else { return };
    let Some(asking) = read(draft, user) else { return };
    let rights = trouble::about_rights(reason);
    if rights {
        trouble::door(draft);
    }
    match asking {
        Some(asking) if asking.approved == Some(By::Query) && !rights => approve(draft, user, asking, None, false),
        Some(asking) => put(draft, user, &Asking { approved: None, ..asking }),
        None => {}
    }
}

/// Looks where somebody stands with the channels by now.
fn look(draft: &mut Draft<'_>, user: UserId, asking: Asking, fresh: Freshness) {
    if asking.approved.is_some() {
        return;
    }
    let ticks = ticks(draft, user, fresh, OUTSIDE);
    let Some(known) = draft.known(user) else { return };
    if draft.is_missing() {
        return;
    }
    let late = asking.until.is_some_and(|it| it <= draft.now());
    match weigh(&ticks, known.is_some_and(|it| it.let_off(draft.now()).is_some())) {
        Verdict::In => approve(draft, user, asking, None, false),
        Verdict::Lacks if late => decline(draft, user, &asking),
        verdict @ (Verdict::Lacks | Verdict::Unsure) => wait(draft, user, asking, verdict, &ticks),
    }
}

fn weigh(ticks: &[Tick], exempt: bool) -> Verdict {
    match () {
        () if exempt || ticks.iter().all(|(_, inside)| *inside == Some(true)) => Verdict::In,
        () if ticks.iter().any(|(_, inside)| *inside == Some(false)) => Verdict::Lacks,
        () => Verdict::Unsure,
    }
}

/// Lets somebody in. That it was done is written down when they come.
fn approve(draft: &mut Draft<'_>, user: UserId, asking: Asking, query: Option<&str>, full: bool) {
    let (chat, now, answer_by) = (draft.place.id, draft.now(), answer_by(draft));
    let query = query.filter(|_| now < answer_by);
    let owed = match query {
        Some(query) => answer(query, JoinVerdict::Approve, answer_by),
        None => Owed::new(Call::Approve { chat, user }),
    };
    draft.add(Effect::Telegram(owed.reporting(key(user))));
    if full {
        return approved(draft, user, &asking); // nothing is remembered of them
    }
    let by = if query.is_some() { By::Query } else { By::Call };
    put(draft, user, &Asking { approved: Some(by), ..asking });
}

fn decline(draft: &mut Draft<'_>, user: UserId, asking: &Asking) {
    draft.owe(Call::Decline { chat: draft.place.id, user });
    let deed = Deed::new(draft, user, &asking.name, What::Declined, Why::Late);
    ledger::note(draft, None, &deed);
    decided(draft, asking, false);
    forget(draft, user);
}

/// Keeps the request open, and tells the person what is missing, unless they see that already.
fn wait(draft: &mut Draft<'_>, user: UserId, mut asking: Asking, verdict: Verdict, ticks: &[Tick]) {
    let shown: Vec<_> = ticks.iter().map(|(it, inside)| (it.id, *inside == Some(true))).collect();
    if verdict == Verdict::Lacks && shown != asking.shown {
        let knock = Knock {
            group: draft.place.id,
            title: asking.title.clone(),
            username: asking.username.clone(),
            who: user,
            at: asking.since,
            channels: ticks.iter().map(|(it, inside)| (it.clone(), *inside == Some(true))).collect(),
            until: asking.until,
            language: asking.language,
        };
        draft.tell(asking.private, Word::Knock(knock));
        asking.shown = shown;
    }
    put(draft, user, &asking);
}

/// The group's admins decide. A query is answered with that; others stay open by themselves.
fn leave(draft: &mut Draft<'_>, query: Option<&str>) {
    let answer_by = answer_by(draft);
    if let Some(query) = query.filter(|_| draft.now() < answer_by) {
        draft.add(Effect::Telegram(answer(query, JoinVerdict::Queue, answer_by)));
    }
}

fn answer(query: &str, verdict: JoinVerdict, by: Moment) -> Owed {
    Owed::new(Call::AnswerJoin { query: query.to_owned(), verdict }).until(by)
}

/// Until when an answer to the query of this event can set out.
const fn answer_by(draft: &Draft<'_>) -> Moment {
    draft.look.at.plus_ms(JOIN_QUERY_MS - FLIGHT_MS)
}

/// Whether join requests are our business here.
fn follows(draft: &Draft<'_>) -> bool {
    let state = draft.state();
    !state.channels.is_empty() && !state.policy.off && !state.policy.requests_off
}

fn approved(draft: &mut Draft<'_>, user: UserId, asking: &Asking) {
    let deed = Deed::new(draft, user, &asking.name, What::Approved, Why::Joined);
    ledger::note(draft, None, &deed);
}

/// Tells who sees a checklist how it ended.
fn decided(draft: &mut Draft<'_>, asking: &Asking, approved: bool) {
    if !asking.shown.is_empty() {
        draft.tell(asking.private, Word::Decided { group: draft.place.id, approved });
    }
}

/// Writes the row, and winds its alarm clock.
fn put(draft: &mut Draft<'_>, user: UserId, asking: &Asking) {
    let now = draft.now();
    let next = now.plus_ms(AGAIN_MS.max(now.since_ms(asking.since)));
    let at = match asking.approved {
        Some(By::Query) => now.plus_ms(QUERY_OVER_MS),
        Some(By::Call) => now.plus_ms(COME_MS),
        None => asking.until.filter(|it| now < *it).map_or(next, |it| it.min(next)),
    };
    draft.put(key(user), asking);
    draft.add(Effect::WakeAt { key: key(user), at });
}

/// Nothing is left to remember of a request.
fn forget(draft: &mut Draft<'_>, user: UserId) {
    draft.drop_row(key(user));
    draft.add(Effect::NoWake { key: key(user) });
    let open = draft.state().asking.saturating_sub(1);
    draft.change().asking = open;
    if open < draft.settings.requests_per_group {
        trouble::heal(draft, About::Crowded);
    }
}

/// The row of a request: `Some(None)` when there is none.
fn read(draft: &mut Draft<'_>, user: UserId) -> Option<Option<Asking>> {
    draft.row(&key(user)).map(|row| serde_json::from_slice(row?).ok())
}

fn key(user: UserId) -> String {
    format!("{FIRST}{}", user.0)
}

fn user_of(key: &str) -> Option<UserId> {
    key.strip_prefix(FIRST)?.parse().ok().map(UserId)
}

impl Asking {
    fn new(draft: &Draft<'_>, request: &JoinRequested) -> Self {
        let (now, place) = (draft.now(), draft.place);
        let after_s = draft.state().policy.decline_after_s.unwrap_or(draft.settings.decline_after_s);
        Self {
            name: cut(&request.who.name),
            private: request.private,
            language: request.who.language,
            title: cut(&place.title),
            username: place.username.clone(),
            since: now,
            until: (after_s > 0).then(|| now.plus_ms(after_s.saturating_mul(1_000))),
            shown: Vec::new(),
            approved: None,
        }
    }
}
