//! `/why`: what was done to a person here, why, on what evidence, until when, and what to do now.

use super::super::command;
use super::super::effect::{Button, Does, Label, Lane};
use super::super::event::{ChatKind, Said, Standing, Status};
use super::super::fact::{Freshness, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Moment, Person, UserId};
use super::draft::{Draft, Voice};
use super::ledger::{self, Deed, What, Why};
use super::person::{Exempt, Known};
use super::policy::LogPlace;
use super::state::{Channel, Entry};
use super::stop::count_of;
use super::word::Word;
use std::collections::BTreeSet;

/// The payload of the deep link under a notice, before the group's id.
const START: &str = "why_";
/// How long an answer in the group stands, in ms.
const STANDS_MS: u64 = 300_000;
/// How long a pointer to the private chat stands, in ms.
const POINTER_MS: u64 = 60_000;
/// Units of time, in ms.
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// Somebody wants to know: about themselves, or, who may, about others.
pub(super) fn asked(draft: &mut Draft<'_>, voice: Voice, asker: &Person, who: Option<UserId>) {
    let (answer, only, ttl_ms) = match who.filter(|it| *it != asker.id) {
        None => (pointer(draft, asker), Some(asker.id), POINTER_MS),
        Some(whom) => match report(draft, whom, asker.language, false) {
            Some(text) => ((text, Vec::new()), None, STANDS_MS),
            None => return,
        },
    };
    match voice {
        Voice::Reply(message, thread) => draft.murmur(only, thread, Some(message), answer, ttl_ms),
        Voice::Replace(..) => draft.answer(voice, answer.0, answer.1),
    }
}

/// What is only for somebody themselves is told in their private chat: here they read how to get there.
fn pointer(draft: &Draft<'_>, asker: &Person) -> (Text, Vec<Vec<Button>>) {
    let person = Arg::Person { id: asker.id, name: asker.name.clone() };
    let text = Text::new(asker.language, "membership-ledger-in-private").with("person", person);
    (text, button(draft, asker.language).into_iter().map(|it| vec![it]).collect())
}

/// The button that opens the private chat and asks there. None while we do not know our own name.
pub(super) fn button(draft: &Draft<'_>, language: Language) -> Option<Button> {
    let me = &draft.facts.house.username;
    let url = format!("https://t.me/{me}?start={START}{}", draft.place.id.0);
    let label = Label::Text(Text::new(language, "membership-ledger-button-why"));
    (!me.is_empty()).then_some(Button { label, does: Does::Open(url) })
}

/// In a private chat: somebody came by such a button, or asks without having come by one.
pub(super) fn in_private(draft: &mut Draft<'_>, said: &Said) {
    let Some(given) = command::given(said, draft.facts) else { return };
    let group = given.args.strip_prefix(START).and_then(|it| it.parse().ok()).map(ChatId);
    match (given.name.as_str(), group) {
        ("start", Some(group)) if group.0 < 0 => ask(draft, said, group),
        ("why", _) => {
            draft.claim();
            let text = Text::new(said.from.language, "membership-ledger-where");
            draft.answer(Voice::Reply(said.message, said.thread), text, Vec::new());
        }
        _ => {}
    }
}

/// Asks a group that we are in, and nobody else.
fn ask(draft: &mut Draft<'_>, said: &Said, group: ChatId) {
    draft.claim();
    let key = match draft.member(group, said.from.id, Freshness::Recent) {
        None => return,
        Some(Ok(_)) => return draft.tell(group, Word::Why { who: said.from.clone() }),
        Some(Err(Unknown::NotFound | Unknown::NoRights)) => "membership-ledger-no-group",
        Some(Err(Unknown::Unavailable | Unknown::TooLarge)) => "membership-cannot-check",
    };
    draft.answer(Voice::Reply(said.message, said.thread), Text::new(said.from.language, key), Vec::new());
}

/// Somebody asks from their private chat: they are answered there.
pub(super) fn told(draft: &mut Draft<'_>, who: &Person) {
    if let Some(text) = report(draft, who.id, who.language, true) {
        let at = LogPlace { chat: ChatId(who.id.0), thread: None };
        draft.notify(at, Lane::Reply, text, Vec::new());
    }
}

/// Everything that is written about somebody, for themselves or for an admin; `None` while facts are missing.
pub(super) fn report(draft: &mut Draft<'_>, who: UserId, language: Language, own: bool) -> Option<Text> {
    let here = draft.place.id;
    let (known, entry) = (draft.known(who), draft.entry(who));
    let (standing, title) = (draft.member(here, who, Freshness::Recent), title(draft));
    let known = known?;
    let deeds = ledger::about(draft, known.as_ref())?;
    let admins = if own { Vec::new() } else { admins(draft, &deeds)? };
    let (entry, standing, title) = (entry?, standing?, title?);
    // Anybody can write such a link: who is not inside and of whom nothing is written learns no names from it.
    let inside = standing.as_ref().is_ok_and(Standing::inside);
    if own && !inside && deeds.is_empty() && entry.is_none() {
        return Some(Text::new(language, "membership-ledger-no-group"));
    }
    let page = Page { draft, language, own, admins };
    let lines: Vec<Text> = deeds.iter().rev().flat_map(|(_, deed)| page.deed(deed)).collect();
    let key = match (lines.is_empty(), own) {
        (false, true) => "membership-ledger-yours",
        (false, false) => "membership-ledger-theirs",
        (true, true) => "membership-ledger-nothing-yours",
        (true, false) => "membership-ledger-nothing-theirs",
    };
    let name = known.as_ref().map(|it| it.name.clone()).filter(|it| !it.is_empty());
    let name = name.unwrap_or_else(|| who.0.to_string());
    let present = page.present(known.as_ref(), entry.as_ref(), standing.as_ref().ok());
    let text = Text::new(language, key)
        .with("group", Arg::Bold(title))
        .with("person", Arg::Person { id: who, name })
        .with("lines", Arg::Lines(lines))
        .with("now", Arg::Lines(vec![present]));
    Some(text)
}

/// The names of the admins whom these deeds name; `None` while they are not known.
fn admins(draft: &mut Draft<'_>, deeds: &[(u64, Deed)]) -> Option<Vec<(UserId, String)>> {
    let of = |it: &Deed| {
        let by = match it.why {
            Why::Admin(by) => Some(by),
            _ => None,
        };
        by.into_iter().chain(it.undone.map(|it| it.by)).collect::<Vec<_>>()
    };
    let ids = deeds.iter().flat_map(|(_, it)| of(it)).collect::<BTreeSet<_>>();
    let rows: Vec<_> = ids.into_iter().map(|it| (it, draft.known(it))).collect();
    rows.into_iter().map(|(id, row)| Some((id, row?.map(|it| it.name).unwrap_or_default()))).collect()
}

/// What the group is called. Events of our own do not bring its name; `None` while it is not known.
pub(super) fn title(draft: &mut Draft<'_>) -> Option<String> {
    if draft.place.kind != ChatKind::House && !draft.place.title.is_empty() {
        return Some(draft.place.title.clone());
    }
    let info = draft.chat(&draft.place.id.into())?;
    Some(info.as_ref().map_or_else(|_| String::from("?"), |it| it.title.clone()))
}

/// What is written for one reader.
struct Page<'d, 'a> {
    draft: &'d Draft<'a>,
    language: Language,
    /// The reader reads about themselves: then admins are not named.
    own: bool,
    /// Names of admins, as far as we have seen them.
    admins: Vec<(UserId, String)>,
}

impl Page<'_, '_> {
    fn say(&self, key: &'static str) -> Text {
        Text::new(self.language, key)
    }

    /// One deed: when, what and why, and what else is to be said of it.
    fn deed(&self, deed: &Deed) -> Vec<Text> {
        let line = self
            .say("membership-ledger-line")
            .with("ago", Arg::Lines(vec![self.ago(deed.at)]))
            .with("time", Arg::Time(deed.at))
            .with("what", Arg::Lines(vec![self.say(what(deed.what))]))
            .with("why", Arg::Lines(vec![self.why(&deed.why)]));
        let until = deed.until.map(|it| {
            let key = if self.draft.now() < it { "membership-ledger-until" } else { "membership-ledger-ended" };
            self.say(key).with("time", Arg::Time(it))
        });
        let dry = deed.dry.then(|| self.say("membership-ledger-dry"));
        let raid = deed.raid.map(|_| self.say("membership-ledger-raid"));
        let undone = deed.undone.map(|it| match self.own {
            true => self.say("membership-ledger-undone").with("time", Arg::Time(it.at)),
            false => {
                self.say("membership-ledger-undone-by").with("time", Arg::Time(it.at)).with("admin", self.admin(it.by))
            }
        });
        [line].into_iter().chain(until).chain(raid).chain(dry).chain(undone).collect()
    }

    fn ago(&self, at: Moment) -> Text {
        let ms = self.draft.now().since_ms(at);
        let (key, count) = match ms {
            ..MINUTE_MS => return self.say("membership-ledger-ago-now"),
            MINUTE_MS..HOUR_MS => ("membership-ledger-ago-minutes", ms / MINUTE_MS),
            HOUR_MS..DAY_MS => ("membership-ledger-ago-hours", ms / HOUR_MS),
            _ => ("membership-ledger-ago-days", ms / DAY_MS),
        };
        self.say(key).with("count", Arg::Number(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    fn why(&self, why: &Why) -> Text {
        match why {
            Why::Lacks { channels, fresh } => {
                let fresh = if *fresh { "membership-ledger-why-lacks-fresh" } else { "membership-ledger-why-lacks" };
                self.say(fresh).with("channels", self.titles(channels)).with("count", count_of(channels.len()))
            }
            Why::Left(channel) => self.say("membership-ledger-why-left").with("channels", self.titles(&[*channel])),
            Why::Joined => self.say("membership-ledger-why-joined"),
            Why::Admin(_) if self.own => self.say("membership-ledger-why-an-admin"),
            Why::Admin(by) => self.say("membership-ledger-why-admin").with("admin", self.admin(*by)),
            Why::Late => self.say("membership-ledger-why-late"),
            Why::Reconciled => self.say("membership-ledger-why-reconciled"),
            Why::Released => self.say("membership-ledger-why-released"),
            Why::Masked => self.say("membership-ledger-why-masked"),
        }
    }

    /// How they stand now, and what they can do.
    fn present(&self, known: Option<&Known>, entry: Option<&Entry>, standing: Option<&Standing>) -> Text {
        let now = self.draft.now();
        let held = entry.filter(|it| it.mine && now < it.until);
        let exempt = known.and_then(|it| it.let_off(now));
        match standing {
            Some(it) if it.is_admin() => self.say("membership-ledger-now-admin"),
            Some(it) if it.status == Status::Kicked => self.say("membership-ledger-now-banned"),
            Some(it) if it.muted && held.is_none() => self.say("membership-ledger-now-restricted"),
            Some(_) | None => match (exempt, held) {
                (Some(exempt), _) => self.let_off(exempt),
                (None, Some(entry)) => self.held(entry),
                (None, None) => self.free(),
            },
        }
    }

    fn let_off(&self, exempt: &Exempt) -> Text {
        match exempt.until {
            Some(until) => self.say("membership-ledger-now-let-off-until").with("time", Arg::Time(until)),
            None => self.say("membership-ledger-now-let-off"),
        }
    }

    fn held(&self, entry: &Entry) -> Text {
        let key = match self.draft.state().policy.no_appeals {
            true => "membership-ledger-now-held",
            false => "membership-ledger-now-held-appeal",
        };
        let count = count_of(entry.channels.len());
        let text = self.say(key).with("time", Arg::Time(entry.until));
        text.with("channels", self.titles(&entry.channels)).with("count", count)
    }

    fn free(&self) -> Text {
        let channels: Vec<ChatId> = self.draft.state().channels.iter().map(|it| it.id).collect();
        match channels.is_empty() {
            true => self.say("membership-ledger-now-open"),
            false => self
                .say("membership-ledger-now-free")
                .with("channels", self.titles(&channels))
                .with("count", count_of(channels.len())),
        }
    }

    /// An admin: by name, or by id where we never saw them write.
    fn admin(&self, id: UserId) -> Arg {
        let name = self.admins.iter().find(|(it, name)| *it == id && !name.is_empty()).map(|(_, name)| name.clone());
        Arg::Person { id, name: name.unwrap_or_else(|| id.0.to_string()) }
    }

    /// Titles of channels, as they are called now; a channel that is asked for no more is known by its id only.
    fn titles(&self, ids: &[ChatId]) -> Arg {
        titles(&self.draft.state().channels, ids)
    }
}

/// Titles of channels in one line.
pub(super) fn titles(channels: &[Channel], ids: &[ChatId]) -> Arg {
    let title =
        |id: &ChatId| channels.iter().find(|it| it.id == *id).map_or_else(|| id.0.to_string(), |it| it.title.clone());
    Arg::Word(ids.iter().map(title).collect::<Vec<_>>().join(", "))
}

/// What was done, in words.
pub(super) const fn what(what: What) -> &'static str {
    match what {
        What::Warned => "membership-ledger-what-warned",
        What::Stopped => "membership-ledger-what-stopped",
        What::Muted => "membership-ledger-what-muted",
        What::Lifted => "membership-ledger-what-lifted",
        What::Approved => "membership-ledger-what-approved",
        What::Declined => "membership-ledger-what-declined",
        What::Exempted => "membership-ledger-what-exempted",
    }
}

/// A deed in one line for the log place, without its time.
pub(super) fn brief(draft: &Draft<'_>, deed: &Deed, language: Language) -> Text {
    let page = Page { draft, language, own: false, admins: Vec::new() };
    let name = if deed.name.is_empty() { deed.who.0.to_string() } else { deed.name.clone() };
    let key = if deed.dry { "membership-ledger-log-dry" } else { "membership-ledger-log-line" };
    page.say(key)
        .with("person", Arg::Person { id: deed.who, name })
        .with("what", Arg::Lines(vec![page.say(what(deed.what))]))
        .with("why", Arg::Lines(vec![page.why(&deed.why)]))
}
