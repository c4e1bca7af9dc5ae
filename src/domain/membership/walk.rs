//! Work over many people of a group in small steps. It survives restarts, waits while Telegram is silent, and one
//! message shows how far it is.

use super::super::effect::{Button, Call, Does, Effect, Label, Lane, MessageRef};
use super::super::fact::Freshness;
use super::super::text::{Arg, Text};
use super::super::types::{Language, Moment, Person, UserId};
use super::draft::{Draft, Voice};
use super::ledger::Why;
use super::person::{self, Known};
use super::policy::is_default;
use super::simulate::{Case, Imagined};
use super::state::{Channel, cut};
use super::truth::{self, Aim, Found, Sight};
use super::{reconcile, simulate, verify};
use serde::{Deserialize, Serialize};

/// The alarm clock of the steps.
pub(super) const WAKE: &str = "walk";
/// The row of the walk that is under way; a group has one at a time.
const ROW: &str = "walk";
/// From one step to the next, in ms.
const STEP_MS: u64 = 2_000;
/// People of one step at most.
const PAGE_MAX: u32 = 50;
/// From one change of the message to the next at least, in ms.
const SHOW_MS: u64 = 5_000;
/// While Telegram is silent a step is tried again after this long, in ms.
const WAIT_MS: u64 = 30_000;
/// So often, when it is silent about everybody: a day.
const TRIES_MAX: u32 = 2_880;
/// So often, when it is silent about some; then they count as unknown.
const TRIES_SOME_MAX: u32 = 5;
/// Names in a summary.
const NAMES_MAX: usize = 15;
/// All rows of people who were told to join: keys from here ..
const MUTES_FIRST: &str = "mute/";
/// .. up to, but without, here.
const MUTES_END: &str = "mute0";
/// Whoever wrote within a day is of interest to a simulation, in ms.
const DAY_MS: u64 = 86_400_000;

/// Where a walk is. It stands in the cell, so that the next rows are asked for at once; all else is in the row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Track {
    /// Over all people that the group knows; else over those who were told to join.
    pub everybody: bool,
    /// The last row that is done.
    pub cursor: String,
}

/// The row `walk` of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Walk {
    /// What is done with each.
    pub(super) kind: Kind,
    /// The language in which it is told.
    pub(super) language: Language,
    /// Since when.
    pub(super) started: Moment,
    /// The message that shows it.
    #[serde(default)]
    pub(super) message: Option<MessageRef>,
    /// When the message was last changed.
    #[serde(default)]
    shown: Moment,
    /// How often this step was tried in vain while Telegram was silent about everybody, and about some since.
    #[serde(default)]
    tries: (u32, u32),
    /// What was found.
    #[serde(default)]
    pub(super) tally: Tally,
}

/// What is done with each person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Everybody known is set right.
    Verify,
    /// Nobody is touched: who of the last day would have been stopped?
    Simulate(Vec<Channel>),
    /// Those whom we muted are set right.
    Reconcile,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Tally {
    /// People looked at.
    pub(super) looked: u32,
    /// In all channels.
    pub(super) fine: u32,
    /// Need not join.
    pub(super) free: u32,
    /// Let go.
    pub(super) lifted: u32,
    /// Held.
    pub(super) held: u32,
    /// Held by us before.
    pub(super) waits: u32,
    /// Not in all channels, and left alone.
    pub(super) lacks: u32,
    /// Restricted by another hand.
    pub(super) theirs: u32,
    /// Entries whose mute was over.
    pub(super) closed: u32,
    /// Not in the group.
    pub(super) gone: u32,
    /// Could not be found out.
    pub(super) unknown: u32,
    /// Some of those who lack a channel.
    pub(super) names: Vec<String>,
    /// What a simulation found.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) imagined: Imagined,
}

/// Begins a walk, unless an admin's walk is under way: then that one is handed back. `None` while facts are missing.
pub(super) fn begin(draft: &mut Draft<'_>, walk: Walk) -> Option<Result<(), Walk>> {
    if let Some(other) = current(draft)?.filter(|it| it.kind != Kind::Reconcile) {
        return Some(Err(other));
    }
    draft.change().walk = Some(Track { everybody: walk.kind != Kind::Reconcile, cursor: String::new() });
    go_on(draft, &walk, 0);
    Some(Ok(()))
}

/// The walk that is under way; `None` while that is not known.
pub(super) fn current(draft: &mut Draft<'_>) -> Option<Option<Walk>> {
    Some(draft.row(ROW)?.and_then(|it| serde_json::from_slice(it).ok()))
}

/// Ends the walk that is under way.
pub(super) fn end(draft: &mut Draft<'_>) {
    draft.change().walk = None;
    draft.drop_row(ROW.to_owned());
    draft.add(Effect::NoWake { key: WAKE.to_owned() });
}

/// The next step is due.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    let Some(track) = draft.state().walk.clone() else { return };
    let (walk, page) = (current(draft), track.page(draft));
    truth::prepare(draft);
    let lane = std::mem::replace(&mut draft.lane, Lane::Broadcast);
    match (walk, page) {
        (Some(Some(walk)), Some(page)) => step(draft, walk, track, page),
        (Some(None), _) => draft.change().walk = None,
        (None, _) | (_, None) => {}
    }
    draft.lane = lane;
    if draft.is_missing() {
        // Thrown away, unless there is no way to learn it: then the step is tried again.
        let at = draft.now().plus_ms(WAIT_MS);
        draft.add(Effect::WakeAt { key: WAKE.to_owned(), at });
    }
}

fn step(draft: &mut Draft<'_>, mut walk: Walk, track: Track, page: &[(String, Vec<u8>)]) {
    let channels = match &walk.kind {
        Kind::Simulate(channels) => channels.clone(),
        Kind::Verify | Kind::Reconcile => draft.state().channels.clone(),
    };
    let Some((last, _)) = page.last().filter(|_| !channels.is_empty()) else { return finish(draft, &walk) };
    let people = walk.who_matters(page, draft.now());
    let title_of_the_group = draft.chat(&draft.place.id.into());
    let fresh = match &walk.kind {
        Kind::Simulate(_) => Freshness::Cached,
        Kind::Verify | Kind::Reconcile => Freshness::Recent,
    };
    let sights: Vec<Option<Sight<'_>>> =
        people.into_iter().map(|it| truth::look(draft, it, &channels, fresh)).collect();
    let (Some(sights), Some(_)) = (sights.into_iter().collect::<Option<Vec<_>>>(), title_of_the_group) else { return };
    let silent = sights.iter().filter(|it| it.unsure).count();
    walk.tries = if silent == sights.len() { (walk.tries.0 + 1, 0) } else { (walk.tries.0, walk.tries.1 + 1) };
    if silent > 0 && walk.tries.0 <= TRIES_MAX && walk.tries.1 <= TRIES_SOME_MAX {
        return go_on(draft, &walk, WAIT_MS);
    }
    for sight in &sights {
        walk.meet(draft, sight);
    }
    walk.tries = (0, 0);
    walk.show(draft);
    draft.change().walk = Some(Track { cursor: last.clone(), ..track });
    go_on(draft, &walk, STEP_MS);
}

fn go_on(draft: &mut Draft<'_>, walk: &Walk, wait_ms: u64) {
    let at = draft.now().plus_ms(wait_ms);
    draft.put(ROW.to_owned(), walk);
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at });
}

fn finish(draft: &mut Draft<'_>, walk: &Walk) {
    end(draft);
    match &walk.kind {
        Kind::Verify => verify::finished(draft, walk),
        Kind::Simulate(channels) => simulate::finished(draft, walk, channels),
        Kind::Reconcile => reconcile::finished(draft, &walk.tally),
    }
}

fn day_before(now: Moment) -> Moment {
    Moment(now.0.saturating_sub(DAY_MS))
}

impl Track {
    /// The next rows.
    fn page<'a>(&self, draft: &mut Draft<'a>) -> Option<&'a [(String, Vec<u8>)]> {
        let (first, end) = match self.everybody {
            true => (person::FIRST, person::END),
            false => (MUTES_FIRST, MUTES_END),
        };
        let from = if self.cursor.is_empty() { first.to_owned() } else { format!("{}\0", self.cursor) };
        let people = u64::from(draft.settings.walk_per_s).saturating_mul(STEP_MS) / 1_000;
        draft.rows(&from, end, u32::try_from(people).unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX))
    }
}

impl Walk {
    /// A walk that has not begun.
    pub(super) fn new(draft: &Draft<'_>, kind: Kind, language: Language) -> Self {
        let (started, tally) = (draft.now(), Tally::default());
        Self { kind, language, started, message: None, shown: started, tries: (0, 0), tally }
    }

    /// The people of a page who matter.
    fn who_matters(&self, page: &[(String, Vec<u8>)], now: Moment) -> Vec<UserId> {
        let since = day_before(now);
        let matters = |(key, row): &(String, Vec<u8>)| match self.kind {
            Kind::Reconcile => key.strip_prefix(MUTES_FIRST)?.parse().ok().map(UserId),
            Kind::Verify => Known::user(key).filter(|_| Known::read(Some(row)).is_some_and(|it| it.inside)),
            Kind::Simulate(_) => {
                Known::user(key).filter(|_| Known::read(Some(row)).is_some_and(|it| it.was_seen_since(since)))
            }
        };
        page.iter().filter_map(matters).collect()
    }

    /// Does what is to be done with one person, and counts it.
    fn meet(&mut self, draft: &mut Draft<'_>, sight: &Sight<'_>) {
        let who = sight.person(self.language);
        let lacks = Why::Lacks { channels: sight.lacks.iter().map(|it| it.id).collect(), fresh: true };
        let found = match &self.kind {
            _ if sight.unsure => Found::Unknown,
            Kind::Verify => {
                truth::observe(draft, sight);
                let aim = Aim { hold: Some(lacks), vanished: false, lift: Why::Joined };
                truth::set_right(draft, &who, sight, &aim)
            }
            Kind::Reconcile => {
                let aim = Aim { hold: Some(Why::Reconciled), vanished: true, lift: Why::Reconciled };
                truth::set_right(draft, &who, sight, &aim)
            }
            Kind::Simulate(channels) => {
                let (found, case) = Case::of(draft, sight, channels, day_before(draft.now()));
                self.tally.imagined.add(&who, case);
                found
            }
        };
        self.tally.add(found, &who);
    }

    /// Shows how far it is, now and then.
    fn show(&mut self, draft: &mut Draft<'_>) {
        let now = draft.now();
        let Some(message) = self.message.filter(|_| now.since_ms(self.shown) >= SHOW_MS) else { return };
        self.shown = now;
        let (text, keyboard) = (self.progress(), vec![vec![self.stop_button()]]);
        draft.owe(Call::Edit { chat: draft.place.id, message, text, keyboard });
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Text {
        let key = match self.kind {
            Kind::Verify | Kind::Reconcile => "membership-verify-progress",
            Kind::Simulate(_) => "membership-simulate-progress",
        };
        Text::new(self.language, key).with("count", Arg::Number(self.tally.looked.into()))
    }

    /// The button that stops it, and no other.
    pub(super) fn stop_button(&self) -> Button {
        let label = Label::Text(Text::new(self.language, "membership-verify-button-stop"));
        let does = Does::Press { action: verify::ACTION.to_owned(), args: self.name(), only: None, until: None };
        Button { label, does }
    }

    /// By what its button knows it.
    pub(super) fn name(&self) -> String {
        (self.started.0 / 1_000).to_string()
    }

    /// Puts words in place of the message that showed it.
    pub(super) fn replace(&self, draft: &mut Draft<'_>, text: Text, keyboard: Vec<Vec<Button>>) {
        if let Some(message) = self.message {
            draft.owe(Call::Edit { chat: draft.place.id, message, text, keyboard });
        }
    }
}

impl Tally {
    fn add(&mut self, found: Found, who: &Person) {
        let counter = match found {
            Found::Fine => &mut self.fine,
            Found::Free => &mut self.free,
            Found::Lifted => &mut self.lifted,
            Found::Held => &mut self.held,
            Found::Waits => &mut self.waits,
            Found::Lacks => &mut self.lacks,
            Found::Theirs => &mut self.theirs,
            Found::Closed => &mut self.closed,
            Found::Gone => &mut self.gone,
            Found::Unknown => &mut self.unknown,
        };
        *counter = counter.saturating_add(1);
        self.looked = self.looked.saturating_add(1);
        if matches!(found, Found::Held | Found::Lacks) && self.names.len() < NAMES_MAX {
            self.names.push(cut(&who.name));
        }
    }
}

/// Says something that will be changed later, and answers by what to name it then.
pub(super) fn say(draft: &mut Draft<'_>, voice: Voice, text: Text, keyboard: Vec<Vec<Button>>) -> MessageRef {
    let chat = draft.place.id;
    match voice {
        Voice::Reply(message, thread) => {
            let slot = draft.slot();
            draft.owe(Call::Say {
                chat,
                slot,
                thread,
                reply_to: Some(message),
                text,
                keyboard,
                silent: false,
                only: None,
            });
            MessageRef::Slot(slot)
        }
        Voice::Replace(message, _) => {
            let message = MessageRef::Id(message);
            draft.owe(Call::Edit { chat, message, text, keyboard });
            message
        }
    }
}

/// Begins an admin's walk and says so, or says that another one is under way.
pub(super) fn order(draft: &mut Draft<'_>, voice: Voice, mut walk: Walk) {
    let Some(other) = current(draft) else { return };
    if let Some(other) = other.filter(|it| it.kind != Kind::Reconcile) {
        let text =
            Text::new(walk.language, "membership-verify-busy").with("count", Arg::Number(other.tally.looked.into()));
        return draft.answer(voice, text, vec![vec![other.stop_button()]]);
    }
    walk.message = Some(say(draft, voice, walk.progress(), vec![vec![walk.stop_button()]]));
    let _nothing_else_is_under_way = begin(draft, walk);
}

/// Seconds since it began.
pub(super) fn seconds(draft: &Draft<'_>, walk: &Walk) -> Arg {
    Arg::Number(i64::try_from(draft.now().since_ms(walk.started) / 1_000).unwrap_or(i64::MAX))
}
