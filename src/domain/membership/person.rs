//! What a group remembers of a person whom it has seen.

use super::super::event::Moved;
use super::super::types::{Moment, Person, UserId};
use super::door;
use super::draft::Draft;
use super::judge;
use super::policy::is_default;
use super::state::cut;
use serde::{Deserialize, Serialize};

/// Hours of a day for which it is remembered who wrote.
const DAY_H: u64 = 24;
const HOUR_MS: u64 = 3_600_000;

/// The row `person/<user>` of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// Their name when they were last seen, cut.
    pub name: String,
    /// When they were first seen here.
    pub first: Moment,
    /// When they last wrote or moved here.
    pub last: Moment,
    /// Whether they are in the group, as far as we know.
    pub inside: bool,
    /// In which hours since 1970 they wrote: of the last 24 at most, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<u32>,
    /// How many messages they wrote in each of these hours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<u32>,
    /// How many reactions they gave in each of these hours; nothing where they gave none at all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<u32>,
    /// When they last came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub came: Option<Moment>,
    /// Who let them in then: by hand, or by their own invite link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brought: Option<UserId>,
    /// When they last asked to be let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Moment>,
    /// Their public name when they were last seen, without `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// How often they were warned since they last had all channels.
    #[serde(skip_serializing_if = "is_default")]
    pub warned: u8,
    /// They need not join any channel here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exempt: Option<Exempt>,
    /// Numbers of the last deeds about them in the ledger, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deeds: Vec<u64>,
}

/// Why somebody need not join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exempt {
    /// Since when.
    pub since: Moment,
    /// Which admin let them.
    pub by: UserId,
    /// How it came.
    pub how: Mercy,
    /// Until when; for good where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// How an exemption came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mercy {
    /// An admin brought them in.
    Invited,
    /// An admin accepted their appeal.
    Appeal,
    /// An admin undid what we did.
    Undone,
}

/// Deeds about one person that their row points to.
pub(super) const DEEDS_MAX: usize = 8;
/// All rows of people: keys from here ..
pub(super) const FIRST: &str = "person/";
/// .. up to, but without, here.
pub(super) const END: &str = "person0";

impl Known {
    /// The key of the row.
    pub(super) fn key(user: UserId) -> String {
        format!("{FIRST}{}", user.0)
    }

    /// Whose row that is.
    pub(super) fn user(key: &str) -> Option<UserId> {
        key.strip_prefix(FIRST)?.parse().ok().map(UserId)
    }

    /// Reads a row; one that cannot be read counts as none.
    pub(super) fn read(row: Option<&[u8]>) -> Option<Self> {
        serde_json::from_slice(row?).ok()
    }

    /// Somebody who was never seen here before.
    pub(super) fn new(who: &Person, now: Moment) -> Self {
        let username = who.username.clone();
        Self { name: cut(&who.name), username, first: now, last: now, inside: true, ..Self::default() }
    }

    /// Why they need not join at present, if so.
    pub(super) fn let_off(&self, now: Moment) -> Option<&Exempt> {
        self.exempt.as_ref().filter(|it| it.until.is_none_or(|until| now < until))
    }

    /// Takes note of a message.
    pub(super) fn wrote(&mut self, now: Moment) {
        self.hour(now);
        if let Some(count) = self.counts.last_mut() {
            *count = count.saturating_add(1);
        }
        self.inside = true;
    }

    /// Takes note of a reaction. It does not show that they are inside: whoever only reads may react too.
    pub(super) fn reacted(&mut self, now: Moment) {
        self.hour(now);
        self.reactions.resize(self.hours.len(), 0);
        if let Some(count) = self.reactions.last_mut() {
            *count = count.saturating_add(1);
        }
    }

    /// Makes this hour the last one, and forgets those of more than a day ago.
    fn hour(&mut self, now: Moment) {
        let hour = hour(now);
        self.counts.resize(self.hours.len(), 1);
        if self.hours.last() == Some(&hour) {
            return;
        }
        let recent = |it: u32| u64::from(hour.saturating_sub(it)) < DAY_H && it < hour;
        let old = self.hours.iter().filter(|it| !recent(**it)).count();
        if !self.reactions.is_empty() {
            self.reactions.resize(self.hours.len(), 0);
            self.reactions.drain(..old);
            self.reactions.push(0);
        }
        self.counts.drain(..old);
        self.counts.push(0);
        self.hours.drain(..old);
        self.hours.push(hour);
        self.last = now;
    }

    /// Whether they wrote, reacted, came in or asked for that since then.
    pub(super) fn was_seen_since(&self, since: Moment) -> bool {
        let lately = |it: Option<Moment>| it.is_some_and(|it| since <= it);
        self.wrote_since(since) > 0 || self.reacted_since(since) > 0 || lately(self.came) || lately(self.asked)
    }

    /// How many messages they wrote since that moment, to the hour.
    pub(super) fn wrote_since(&self, since: Moment) -> u32 {
        let counts = self.counts.iter().copied().chain(std::iter::repeat(1));
        let recent = self.hours.iter().zip(counts).filter(|(it, _)| **it >= hour(since));
        recent.fold(0, |sum, (_, count)| sum.saturating_add(count))
    }

    /// How many reactions they gave since that moment, to the hour.
    pub(super) fn reacted_since(&self, since: Moment) -> u32 {
        let recent = self.hours.iter().zip(&self.reactions).filter(|(it, _)| **it >= hour(since));
        recent.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

fn hour(at: Moment) -> u32 {
    u32::try_from(at.0 / HOUR_MS).unwrap_or(u32::MAX)
}

/// Takes note that somebody wrote here, and might: then former warnings are forgotten. It may be lost in a crash:
/// it is kept, not put.
pub(super) fn sighted(draft: &mut Draft<'_>, who: &Person, free: bool) {
    let Some(known) = draft.known(who.id) else { return };
    let now = draft.now();
    let mut known = known.unwrap_or_else(|| Known::new(who, now));
    known.wrote(now);
    known.name = cut(&who.name);
    known.username.clone_from(&who.username);
    known.warned = if free { 0 } else { known.warned };
    draft.remember(who.id, known);
}

/// Rows that name those who need not join: keys from here ..
const EXEMPT_FIRST: &str = "exempt/";
/// .. up to, but without, here.
const EXEMPT_END: &str = "exempt0";
/// So many of them are looked at.
const EXEMPT_READ: u32 = 100;

/// Lists somebody who need not join, beside what their own row says, or takes them off the list: so that all of
/// them can be found. Called whenever that row is written; `before` is what it was.
pub(super) fn list(draft: &mut Draft<'_>, user: UserId, before: Option<&Known>, known: &Known) {
    let key = format!("{EXEMPT_FIRST}{}", user.0);
    match (before.is_some_and(|it| it.exempt.is_some()), known.exempt.is_some()) {
        (false, true) => draft.put(key, &known.name),
        (true, false) => draft.drop_row(key),
        (true, true) | (false, false) => {}
    }
}

/// Rows that say whose a public name is.
const NAMES: &str = "name/";

/// Keeps found by their public name whoever has one. Called as [`list`] is.
pub(super) fn index(draft: &mut Draft<'_>, user: UserId, before: Option<&Known>, known: &Known) {
    let key = |it: &String| format!("{NAMES}{}", it.to_ascii_lowercase());
    let (old, new) = (before.and_then(|it| it.username.as_ref()).map(key), known.username.as_ref().map(key));
    if old == new {
        return;
    }
    if let Some(old) = old {
        draft.drop_row(old);
    }
    if let Some(new) = new {
        draft.keep(new, &user);
    }
}

/// Who has that public name, of those whom the group has seen; `None` while that is not known.
pub(super) fn named(draft: &mut Draft<'_>, name: &str) -> Option<Option<UserId>> {
    let row = draft.row(&format!("{NAMES}{}", name.to_ascii_lowercase()))?;
    let Some(user) = row.and_then(|it| serde_json::from_slice(it).ok()) else { return Some(None) };
    // A name may have gone to somebody else whom we have not seen since.
    let has = |it: &Known| it.username.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(name));
    Some(draft.known(user)?.filter(has).map(|_| user))
}

/// Those who need not join, by id and name; `None` while that is not known.
pub(super) fn exempt(draft: &mut Draft<'_>) -> Option<Vec<(UserId, String)>> {
    let rows = draft.rows(EXEMPT_FIRST, EXEMPT_END, EXEMPT_READ)?;
    let read = |(key, row): &(String, Vec<u8>)| {
        let user = key.strip_prefix(EXEMPT_FIRST)?.parse().ok().map(UserId)?;
        Some((user, serde_json::from_slice(row).unwrap_or_default()))
    };
    Some(rows.iter().filter_map(read).collect())
}

/// Lets somebody be judged again who need not have joined.
pub(super) fn judge_again(draft: &mut Draft<'_>, user: UserId) {
    let Some(known) = draft.known(user) else { return };
    match known.filter(|it| it.exempt.is_some()) {
        Some(known) => draft.engrave(user, Known { exempt: None, ..known }),
        None => draft.drop_row(format!("{EXEMPT_FIRST}{}", user.0)), // the list was wrong
    }
}

/// Takes note that somebody came or went. It may be lost in a crash, as [`sighted`].
pub(super) fn moved(draft: &mut Draft<'_>, moved: &Moved) {
    let who = &moved.who;
    let inside = moved.new.inside();
    if who.is_bot || judge::is_service(who.id) || who.id == draft.me() {
        return;
    }
    let Some(known) = draft.known(who.id) else { return };
    let now = draft.now();
    let (name, username) = (cut(&who.name), who.username.clone());
    match known {
        _ if !moved.old.inside() && inside => {
            let known = known.unwrap_or_else(|| Known::new(who, now));
            let (came, brought) = (Some(now), door::bringer(moved, draft.me()));
            draft.remember(who.id, Known { inside, last: now, name, username, came, brought, ..known });
        }
        Some(known) if known.inside == inside => {}
        Some(known) => draft.remember(who.id, Known { inside, last: now, name, username, ..known }),
        None if inside => draft.remember(who.id, Known::new(who, now)),
        None => {}
    }
}

/// Takes note that somebody reacted. It may be lost in a crash, as [`sighted`].
pub(super) fn reacted(draft: &mut Draft<'_>, who: &Person) {
    let Some(known) = draft.known(who.id) else { return };
    let now = draft.now();
    let mut known = known.unwrap_or_else(|| Known { inside: false, ..Known::new(who, now) });
    known.reacted(now);
    draft.remember(who.id, known);
}

/// Takes note that somebody asked to be let in. It may be lost in a crash, as [`sighted`].
pub(super) fn asked(draft: &mut Draft<'_>, who: &Person) {
    let Some(known) = draft.known(who.id) else { return };
    let now = draft.now();
    let known = known.unwrap_or_else(|| Known { inside: false, ..Known::new(who, now) });
    draft.remember(who.id, Known { asked: Some(now), name: cut(&who.name), username: who.username.clone(), ..known });
}

#[cfg(test)]
mod tests {
    use super::super::super::play::person;
    use super::*;

    #[test]
    fn a_day_is_remembered_by_the_hour() {
        let start = Moment(HOUR_MS * 1_000);
        let mut known = Known::new(&person(7), start);
        for minute in 0..60 * 60_u64 {
            known.wrote(start.plus_ms(minute * 60_000));
        }
        let last = start.plus_ms((60 * 60 - 1) * 60_000);
        assert_eq!((known.hours.len(), known.first), (24, start));
        let since = |at| known.wrote_since(at);
        assert_eq!((since(last), since(start), since(last.plus_ms(HOUR_MS))), (60, 24 * 60, 0));
        let old: Known = serde_json::from_str(r#"{"hours":[1000,1001]}"#).unwrap_or_default();
        assert_eq!(old.wrote_since(start), 2, "hours of a time when nobody counted count once each");
    }

    #[test]
    fn a_row_names_its_person() {
        assert_eq!(Known::user(&Known::key(UserId(77))), Some(UserId(77)));
        assert_eq!(Known::user("mute/77"), None);
        assert!(Known::key(UserId(9_999_999_999)).as_str() < END && Known::key(UserId(1)).as_str() > FIRST);
    }
}
