//! What the guard did here, by day; `/stats`.

use super::super::chart::{Chart, Hue, Series};
use super::super::effect::{Call, Effect, Owed};
use super::super::event::Outcome;
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, MessageId, Moment, Person, ThreadId};
use super::draft::{Draft, Voice};
use super::ledger::What;
use super::state::{State, cut};
use serde::{Deserialize, Serialize};

/// The row `stats/<day>` of a group: what happened on one day, by UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Day {
    /// Messages judged.
    pub checks: u32,
    /// Messages of strangers.
    pub hits: u32,
    /// People warned.
    pub warned: u32,
    /// People muted.
    pub muted: u32,
    /// Mutes lifted.
    pub lifted: u32,
    /// Join requests approved.
    pub approved: u32,
    /// Join requests declined.
    pub declined: u32,
    /// People who joined a channel after we had asked them to, by channel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub won: Vec<(ChatId, u32)>,
    /// Appeals.
    pub appeals: u32,
    /// Appeals that were accepted.
    pub accepted: u32,
}

/// Days that are remembered.
pub(super) const DAYS: u64 = 30;
const DAY_MS: u64 = 86_400_000;
/// All rows of days: keys from here ..
pub(super) const FIRST: &str = "stats/";
/// .. up to, but without, here.
pub(super) const END: &str = "stats0";

impl Day {
    /// The day's number since 1970, by UTC.
    pub(super) const fn of(at: Moment) -> u64 {
        at.0 / DAY_MS
    }

    /// The key of the row; six digits last for 2,700 years.
    pub(super) fn key(day: u64) -> String {
        format!("{FIRST}{day:06}")
    }

    /// Which day a row is of.
    pub(super) fn number(key: &str) -> Option<u64> {
        key.strip_prefix(FIRST)?.parse().ok()
    }

    /// Counts a deed.
    pub(super) const fn deed(&mut self, what: What) {
        let counter = match what {
            What::Warned => &mut self.warned,
            What::Stopped | What::Muted => &mut self.muted,
            What::Lifted => &mut self.lifted,
            What::Approved => &mut self.approved,
            What::Declined => &mut self.declined,
            What::Exempted => return,
        };
        *counter = counter.saturating_add(1);
    }

    /// Counts somebody who joined these channels because we asked.
    pub(super) fn won(&mut self, channels: &[ChatId]) {
        for channel in channels {
            match self.won.iter_mut().find(|(it, _)| it == channel) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => self.won.push((*channel, 1)),
            }
        }
    }

    /// Adds another day.
    pub(super) fn add(&mut self, other: &Self) {
        self.checks = self.checks.saturating_add(other.checks);
        self.hits = self.hits.saturating_add(other.hits);
        self.warned = self.warned.saturating_add(other.warned);
        self.muted = self.muted.saturating_add(other.muted);
        self.lifted = self.lifted.saturating_add(other.lifted);
        self.approved = self.approved.saturating_add(other.approved);
        self.declined = self.declined.saturating_add(other.declined);
        self.appeals = self.appeals.saturating_add(other.appeals);
        self.accepted = self.accepted.saturating_add(other.accepted);
        for (channel, count) in &other.won {
            match self.won.iter_mut().find(|(it, _)| it == channel) {
                Some((_, sum)) => *sum = sum.saturating_add(*count),
                None => self.won.push((*channel, *count)),
            }
        }
    }
}

/// The numbers of today, of a week and of a month.
#[derive(Clone, Debug, Default)]
struct Sums([Day; 3]);

/// How many days each of them spans.
const SPANS: [u64; 3] = [1, 7, DAYS];
/// Rows that are read at most: those of the days shown, and some that are too old and go.
const READ: u32 = 100;
/// The token under which the picture's outcome comes back, with what is needed to say the words again.
const TOKEN: &str = "stats/";

/// An admin wants to see: words, and the same as a picture.
pub(super) fn asked(draft: &mut Draft<'_>, voice: Voice, asker: &Person) {
    sweep(draft);
    let (language, thread, answered) = (asker.language, voice.thread(), voice.message());
    let Some(days) = days(draft) else { return };
    let (chat, slot) = (draft.place.id, draft.slot());
    let call = Call::Picture {
        chat,
        slot,
        thread,
        reply_to: Some(answered),
        chart: chart(language, draft.now(), &days),
        caption: words(draft, language, &days),
        silent: false,
    };
    let token = format!("{TOKEN}{}/{}/{}", language.code(), answered.0, thread.map_or(0, |it| it.0));
    draft.add(Effect::Telegram(Owed::new(call).repeating().reporting(token)));
    if let Voice::Replace(message, _) = voice {
        draft.delete(super::super::effect::MessageRef::Id(message)); // the question of an anonymous admin
    }
}

/// What came of a picture: where it could not be sent, the words are. Answers whether the token is ours.
pub(super) fn performed(draft: &mut Draft<'_>, token: &str, outcome: &Outcome) -> bool {
    let Some(rest) = token.strip_prefix(TOKEN) else { return false };
    let mut parts = rest.split('/');
    let (Some(language), Some(Ok(message)), Some(Ok(thread))) =
        (parts.next(), parts.next().map(str::parse::<i64>), parts.next().map(str::parse::<i64>))
    else {
        return true;
    };
    if matches!(outcome, Outcome::Done { .. }) {
        return true;
    }
    let Some(days) = days(draft) else { return true };
    let words = words(draft, Language::of_tag(language), &days);
    let thread = Some(thread).filter(|it| *it != 0).map(ThreadId);
    draft.say(thread, Some(MessageId(message)), words, Vec::new());
    true
}

/// Forgets days that are too old, once a day at most; called where something is written anyway.
pub(super) fn sweep(draft: &mut Draft<'_>) {
    let today = Day::of(draft.now());
    if draft.state().swept == today {
        return;
    }
    let oldest = Day::key(today.saturating_sub(DAYS - 1));
    let Some(old) = draft.rows(FIRST, &oldest, READ) else { return };
    for (key, _) in old {
        draft.drop_row(key.clone());
    }
    // What is left over goes tomorrow.
    draft.change().swept = today;
}

/// The alarm clock of a group that is guarded no more: its numbers go when they are a month old.
pub(super) const WAKE: &str = "stats";

/// Sets that clock when the guard ends. While a group is guarded, whoever looks after it sweeps; when we are out of
/// it, everything goes at once.
pub(super) fn arm(draft: &mut Draft<'_>, before: &State) {
    let now = draft.state();
    if !before.channels.is_empty() && now.channels.is_empty() && *now != State::default() {
        wait(draft);
    }
}

fn wait(draft: &mut Draft<'_>) {
    let at = draft.now().plus_ms((DAYS + 1) * DAY_MS);
    draft.add(Effect::WakeAt { key: WAKE.to_owned(), at });
}

/// That clock rings.
pub(super) fn woke(draft: &mut Draft<'_>) {
    draft.claim();
    let Some(rows) = draft.rows(FIRST, END, READ) else { return };
    let oldest = Day::key(Day::of(draft.now()).saturating_sub(DAYS - 1));
    let (old, young): (Vec<_>, Vec<_>) = rows.iter().map(|(key, _)| key).partition(|it| **it < oldest);
    old.into_iter().for_each(|it| draft.drop_row(it.clone()));
    if !young.is_empty() && draft.state().channels.is_empty() {
        wait(draft); // something was written since
    }
}

/// The days that are shown, oldest first: every day has its place, also one without a row.
fn days(draft: &mut Draft<'_>) -> Option<Vec<Day>> {
    let today = Day::of(draft.now());
    let first = today.saturating_sub(DAYS - 1);
    let rows = draft.rows(&Day::key(first), END, READ)?;
    let mut days = vec![Day::default(); usize::try_from(DAYS).unwrap_or_default()];
    for (key, row) in rows {
        let at = Day::number(key).and_then(|it| usize::try_from(it.checked_sub(first)?).ok());
        if let (Some(day), Ok(read)) = (at.and_then(|it| days.get_mut(it)), serde_json::from_slice(row)) {
            *day = read;
        }
    }
    Some(days)
}

fn sums(days: &[Day]) -> Sums {
    Sums(SPANS.map(|span| {
        let mut sum = Day::default();
        let span = usize::try_from(span).unwrap_or(usize::MAX);
        days.iter().rev().take(span).for_each(|it| sum.add(it));
        sum
    }))
}

impl Sums {
    /// One counter over the three spans: `1 · 20 · 300`.
    fn show(&self, of: impl Fn(&Day) -> u32) -> Arg {
        Arg::Word(self.0.iter().map(|it| of(it).to_string()).collect::<Vec<_>>().join(" · "))
    }

    fn won(&self, channel: ChatId) -> Arg {
        self.show(|day| day.won.iter().find(|(it, _)| *it == channel).map_or(0, |(_, count)| *count))
    }
}

fn words(draft: &Draft<'_>, language: Language, days: &[Day]) -> Text {
    let sums = sums(days);
    let channels = draft.state().channels.iter().map(|it| {
        Text::new(language, "membership-stats-won")
            .with("channel", Arg::Bold(it.title.clone()))
            .with("numbers", sums.won(it.id))
    });
    Text::new(language, "membership-stats")
        .with("group", Arg::Bold(cut(&draft.place.title)))
        .with("checks", sums.show(|it| it.checks))
        .with("hits", sums.show(|it| it.hits))
        .with("muted", sums.show(|it| it.muted))
        .with("warned", sums.show(|it| it.warned))
        .with("lifted", sums.show(|it| it.lifted))
        .with("approved", sums.show(|it| it.approved))
        .with("declined", sums.show(|it| it.declined))
        .with("appeals", sums.show(|it| it.appeals))
        .with("accepted", sums.show(|it| it.accepted))
        .with("channels", Arg::Lines(channels.collect()))
}

fn chart(language: Language, now: Moment, days: &[Day]) -> Chart {
    let first = Day::of(now).saturating_sub(DAYS - 1);
    let series = |name, hue, of: fn(&Day) -> u32| Series {
        name: Text::new(language, name),
        hue,
        values: days.iter().map(of).collect(),
    };
    let joined = |it: &Day| it.won.iter().fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
    Chart {
        title: Text::new(language, "membership-stats-title"),
        days: (first..).take(days.len()).map(|it| date(language, it)).collect(),
        panels: vec![
            vec![
                series("membership-stats-stopped", Hue::Warm, |it| it.hits),
                series("membership-stats-joined", Hue::Fresh, joined),
            ],
            vec![series("membership-stats-checks", Hue::Calm, |it| it.checks)],
        ],
    }
}

/// A day by its number since 1970, as people write it.
fn date(language: Language, number: u64) -> Text {
    let (month, day) = month_and_day(number);
    Text::new(language, "membership-stats-day")
        .with("month", Arg::Number(i64::from(month)))
        .with("day", Arg::Number(i64::from(day)))
}

/// Month (from 1) and day of the month of a day since 1970, by going through the years and months.
fn month_and_day(number: u64) -> (u32, u32) {
    let (mut year, mut left) = (1970_u64, number);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (month, u32::try_from(left).unwrap_or(0) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_add_up() {
        let news = ChatId(-1);
        let mut day = Day { checks: 3, ..Day::default() };
        for what in [What::Stopped, What::Muted, What::Lifted, What::Warned, What::Approved, What::Exempted] {
            day.deed(what);
        }
        day.won(&[news]);
        let mut sum = day.clone();
        sum.add(&day);
        sum.won(&[news, ChatId(-2)]);
        assert_eq!((sum.checks, sum.muted, sum.lifted, sum.warned, sum.approved), (6, 4, 2, 2, 2));
        assert_eq!(sum.won, [(news, 3), (ChatId(-2), 1)]);
    }

    #[test]
    fn a_days_number_becomes_its_date() {
        for (number, expect) in [
            (0, (1, 1)),
            (58, (2, 28)),
            (59, (3, 1)),
            (789, (2, 29)),
            (790, (3, 1)),
            (19_782, (2, 29)),
            (20_778, (11, 21)),
            (20_818, (12, 31)),
            (20_819, (1, 1)),
        ] {
            assert_eq!(month_and_day(number), expect, "{number}");
        }
    }

    #[test]
    fn days_are_cut_by_utc_and_their_keys_stand_in_order() {
        assert_eq!((Day::of(Moment(DAY_MS - 1)), Day::of(Moment(DAY_MS))), (0, 1));
        assert_eq!(Day::number(&Day::key(20_000)), Some(20_000));
        assert!(Day::key(9_999) < Day::key(10_000));
        assert!(Day::key(999_999).as_str() < END);
    }
}
