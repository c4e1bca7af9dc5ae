//! The pages of the panel: what each says, and which buttons it has.

use super::super::super::effect::Label;
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, Language, Person, UserId};
use super::super::board;
use super::super::draft::Draft;
use super::super::own::Own;
use super::super::person;
use super::super::policy::Answer;
use super::super::state::{About, Channel, State};
use super::super::stop::{count_of, names};
use super::super::word::Mode;
use super::parts::{Pen, Rows, opens, page};
use super::set::{self, HOURS, MINUTES, Set, WARNINGS};
use super::{Panel, Verb, wording};

/// People without obligations that one page shows.
const EXEMPT_SHOWN: usize = 8;
const HOURS_OF_DAY: u32 = 24;
const MINUTES_OF_HOUR: u32 = 60;

/// A page. Those with a code can be asked for by a button; the others follow from what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// How everything stands.
    Home,
    /// What happens to strangers.
    Strangers,
    /// Language and life time of notices.
    Notices,
    /// The group's own words for that.
    Words(Own),
    /// Newcomers.
    Newcomers,
    /// Who need not join; somebody who had that a moment ago is left out.
    Exempt(Option<UserId>),
    /// Join requests.
    Requests,
    /// Where actions are reported.
    Log,
    /// Which channels.
    Channels,
    /// Whether to let this one go.
    Sure(ChatId),
    /// Words are awaited.
    Asked(Own),
    /// What was written has too many characters, or none.
    Unfit(Own, usize),
    /// What was written, as it will look.
    Preview,
    /// Written words were kept.
    Kept(Own),
    /// Own words were given up.
    Unset(Own),
}

impl Page {
    pub(super) fn code(self) -> String {
        match self {
            Self::Home | Self::Asked(_) | Self::Unfit(..) | Self::Preview => "h".into(),
            Self::Strangers => "s".into(),
            Self::Notices => "n".into(),
            Self::Words(own) | Self::Kept(own) | Self::Unset(own) => format!("w{}", own.code()),
            Self::Newcomers => "j".into(),
            Self::Exempt(_) => "e".into(),
            Self::Requests => "r".into(),
            Self::Log => "l".into(),
            Self::Channels => "c".into(),
            Self::Sure(channel) => format!("y{}", channel.0.unsigned_abs()),
        }
    }

    pub(super) fn read(code: &str) -> Option<Self> {
        let (letter, rest) = code.split_at_checked(1)?;
        Some(match (letter, rest) {
            ("h", "") => Self::Home,
            ("s", "") => Self::Strangers,
            ("n", "") => Self::Notices,
            ("w", _) => Self::Words(Own::of(rest)?),
            ("j", "") => Self::Newcomers,
            ("e", "") => Self::Exempt(None),
            ("r", "") => Self::Requests,
            ("l", "") => Self::Log,
            ("c", "") => Self::Channels,
            ("y", _) => Self::Sure(super::channel(rest)?),
            _ => return None,
        })
    }
}

/// Makes a page; `None` while facts for it are missing.
pub(super) fn render(draft: &mut Draft<'_>, panel: &Panel, page: Page, reader: &Person) -> Option<(Text, Rows)> {
    let mut pen = Pen { draft, panel, language: reader.language };
    match page {
        Page::Home => Some(home(&pen)),
        Page::Strangers => Some(strangers(&pen)),
        Page::Notices => Some(notices(&pen)),
        Page::Words(own) => wording::words(&mut pen, own, reader),
        Page::Newcomers => Some(newcomers(&pen)),
        Page::Exempt(without) => exempt(&mut pen, without),
        Page::Requests => Some(requests(&pen)),
        Page::Log => log(&mut pen),
        Page::Channels => Some(channels(&pen)),
        Page::Sure(channel) => Some(sure(&pen, channel)),
        Page::Asked(own) => Some(wording::asked(&pen, own, None)),
        Page::Unfit(own, length) => Some(wording::asked(&pen, own, Some(length))),
        Page::Preview => Some(wording::preview(&pen, reader).unwrap_or_else(|| home(&pen))),
        Page::Kept(own) => Some(wording::changed(&pen, "membership-panel-kept", own)),
        Page::Unset(own) => Some(wording::changed(&pen, "membership-panel-unset", own)),
    }
}

fn home(pen: &Pen<'_, '_>) -> (Text, Rows) {
    let state = pen.draft.state();
    let mut lines = vec![mode(pen, state)];
    if !state.channels.is_empty() {
        lines.push(pen.say("membership-panel-required").with("channels", names(state.channels.iter())));
    }
    lines.push(match state.policy.strangers {
        Answer::Mute => pen.say("membership-panel-strangers-mute"),
        Answer::Delete => pen.say("membership-panel-strangers-delete"),
        Answer::Warn(times) => pen.say("membership-panel-strangers-warn").with("time-count", count_of(times.into())),
    });
    lines.extend(raid(pen, state));
    lines.extend(reconciled(pen, state));
    lines.extend(state.troubles.iter().map(|it| board::line(pen.draft, pen.language, it)));
    let mode = |key, mode| pen.choice(pen.say(key), Set::Mode(mode));
    let mut rows = vec![
        vec![
            mode("membership-panel-button-on", Mode::On),
            mode("membership-panel-button-dry", Mode::Dry),
            mode("membership-panel-button-off", Mode::Off),
        ],
        vec![
            pen.to("membership-panel-button-strangers", Page::Strangers),
            pen.to("membership-panel-button-notices", Page::Notices),
        ],
        vec![
            pen.to("membership-panel-button-newcomers", Page::Newcomers),
            pen.to("membership-panel-button-requests", Page::Requests),
        ],
        vec![
            pen.to("membership-panel-button-channels", Page::Channels),
            pen.to("membership-panel-button-exempt", Page::Exempt(None)),
        ],
        vec![
            pen.to("membership-panel-button-log", Page::Log),
            pen.button(pen.say("membership-panel-button-close"), Verb::Close),
        ],
    ];
    rows.extend(board::remedies(pen.draft, pen.language));
    page(pen.say("membership-panel-home"), lines, rows)
}

fn mode(pen: &Pen<'_, '_>, state: &State) -> Text {
    pen.say(match set::mode_of(&state.policy) {
        _ if state.channels.is_empty() => "membership-panel-no-channel",
        Mode::On => "membership-panel-mode-on",
        Mode::Dry => "membership-panel-mode-dry",
        Mode::Off => "membership-panel-mode-off",
    })
}

/// A raid that goes on.
fn raid(pen: &Pen<'_, '_>, state: &State) -> Option<Text> {
    let raid = state.raid.as_ref()?;
    let text = pen.say("membership-panel-raid").with("time", Arg::Time(raid.since));
    Some(text.with("people", number(raid.people)))
}

/// What the reconciler found last, or when it will look for the first time.
fn reconciled(pen: &Pen<'_, '_>, state: &State) -> Option<Text> {
    match (&state.reconciled, state.reconcile_at) {
        (Some(found), _) => Some(found.text(pen.language, "membership-panel-reconciled")),
        (None, Some(at)) => Some(pen.say("membership-panel-reconcile-first").with("time", Arg::Time(at))),
        (None, None) => None,
    }
}

/// What does not work, with what to do about it.
fn strangers(pen: &Pen<'_, '_>) -> (Text, Rows) {
    let choice = |text, answer| pen.choice(text, Set::Strangers(answer));
    let warn = |times: u8| {
        let text = pen.say("membership-panel-button-warn").with("times", Arg::Number(times.into()));
        choice(text, Answer::Warn(times))
    };
    let rows = vec![
        vec![choice(pen.say("membership-panel-button-mute"), Answer::Mute)],
        WARNINGS.map(warn).collect(),
        vec![choice(pen.say("membership-panel-button-delete"), Answer::Delete)],
        vec![pen.switch("membership-panel-button-reactions", Set::Reactions)],
        vec![pen.switch("membership-panel-button-lockdown", Set::Lockdown)],
        vec![pen.switch("membership-panel-button-channels-welcome", Set::Channels)],
        vec![pen.switch("membership-panel-button-appeals", Set::Appeals)],
        pen.back(Page::Home),
    ];
    (pen.say("membership-panel-strangers"), rows)
}

fn notices(pen: &Pen<'_, '_>) -> (Text, Rows) {
    let language = |key, language| pen.choice(pen.say(key), Set::Language(language));
    let stands = |minutes: u32| {
        let text = match minutes % MINUTES_OF_HOUR {
            0 => pen.say("membership-panel-button-hours").with("hour-count", number(minutes / MINUTES_OF_HOUR)),
            _ => pen.say("membership-panel-button-minutes").with("minute-count", number(minutes)),
        };
        pen.choice(text, Set::Minutes(minutes))
    };
    let (short, long) = MINUTES.split_at(3);
    let rows = vec![
        vec![language("membership-panel-button-own-language", None)],
        vec![
            language("membership-panel-button-english", Some(Language::En)),
            language("membership-panel-button-russian", Some(Language::Ru)),
        ],
        short.iter().copied().map(stands).collect(),
        long.iter().copied().map(stands).collect(),
        vec![pen.to("membership-panel-button-words", Page::Words(Own::Notice))],
        pen.back(Page::Home),
    ];
    (pen.say("membership-panel-notices"), rows)
}

fn newcomers(pen: &Pen<'_, '_>) -> (Text, Rows) {
    let late = |key, late| vec![pen.choice(pen.say(key), Set::Late(late))];
    let rows = vec![
        late("membership-panel-button-door", false),
        late("membership-panel-button-late", true),
        vec![pen.switch("membership-panel-button-greet", Set::Greet)],
        vec![pen.to("membership-panel-button-greeting", Page::Words(Own::Greeting))],
        pen.back(Page::Home),
    ];
    (pen.say("membership-panel-newcomers"), rows)
}

fn requests(pen: &Pen<'_, '_>) -> (Text, Rows) {
    let who = |key, ours| vec![pen.choice(pen.say(key), Set::Requests(ours))];
    let decline = |hours: u32| {
        let text = match hours {
            0 => pen.say("membership-panel-button-never"),
            _ if hours.is_multiple_of(HOURS_OF_DAY) => {
                pen.say("membership-panel-button-days").with("day-count", number(hours / HOURS_OF_DAY))
            }
            _ => pen.say("membership-panel-button-hours").with("hour-count", number(hours)),
        };
        pen.choice(text, Set::Decline(hours))
    };
    let (short, long) = HOURS.split_at(2);
    let rows = vec![
        who("membership-panel-button-answered", true),
        who("membership-panel-button-left", false),
        short.iter().copied().map(decline).collect(),
        long.iter().copied().map(decline).collect(),
        pen.back(Page::Home),
    ];
    (pen.say("membership-panel-requests"), rows)
}

fn channels(pen: &Pen<'_, '_>) -> (Text, Rows) {
    let state = pen.draft.state();
    let sick = |it: &Channel| [About::Lookup(it.id), About::Link(it.id)].into_iter().any(|about| state.ails(about));
    let line = |it: &Channel| {
        let key = if sick(it) { "membership-panel-channel-sick" } else { "membership-panel-channel-well" };
        let well = pen.say(key).with("channel", Arg::Bold(it.title.clone()));
        let since = it.since.map(|it| pen.say("membership-panel-channel-since").with("time", Arg::Time(it)));
        [well].into_iter().chain(since)
    };
    let row = |it: &Channel| {
        let open = it.url().map(|url| opens(Label::Name(it.title.clone()), url));
        let text = pen.say("membership-panel-button-let-go").with("channel", Arg::Word(it.title.clone()));
        open.into_iter().chain([pen.button(text, Verb::Show(Page::Sure(it.id)))]).collect()
    };
    let lines = match state.channels.is_empty() {
        true => vec![pen.say("membership-panel-no-channel")],
        false => state.channels.iter().flat_map(line).collect(),
    };
    let mut rows: Rows = state.channels.iter().map(row).collect();
    rows.extend(board::remedies(pen.draft, pen.language));
    rows.push(pen.back(Page::Home));
    page(pen.say("membership-panel-channels"), lines, rows)
}

fn sure(pen: &Pen<'_, '_>, id: ChatId) -> (Text, Rows) {
    let channels = &pen.draft.state().channels;
    let Some(channel) = channels.iter().find(|it| it.id == id) else {
        return self::channels(pen); // somebody was faster
    };
    let key = if channels.len() > 1 { "membership-panel-sure" } else { "membership-panel-sure-last" };
    let text = pen.say(key).with("channel", Arg::Bold(channel.title.clone()));
    let yes = pen.button(pen.say("membership-panel-button-sure"), Verb::LetGo(id));
    (text, vec![vec![yes], pen.back(Page::Channels)])
}

fn log(pen: &mut Pen<'_, '_>) -> Option<(Text, Rows)> {
    let (group, place) = (pen.draft.place.id, pen.draft.state().policy.log);
    let command = Arg::Code(format!("/log {}", group.0));
    let mut rows = Vec::new();
    let text = match place {
        None => pen.say("membership-panel-log-off"),
        Some(place) => {
            let info = pen.draft.chat(&place.chat.into())?;
            let title = info.as_ref().map_or_else(|_| place.chat.0.to_string(), |it| it.title.clone());
            rows.push(vec![pen.button(pen.say("membership-panel-button-log-off"), Verb::Set(Set::NoLog))]);
            pen.say("membership-panel-log-on").with("chat", Arg::Bold(title))
        }
    };
    rows.push(pen.back(Page::Home));
    Some((text.with("command", command), rows))
}

fn exempt(pen: &mut Pen<'_, '_>, without: Option<UserId>) -> Option<(Text, Rows)> {
    let found = person::exempt(pen.draft)?;
    let people: Vec<_> = found.into_iter().filter(|(user, _)| Some(*user) != without).collect();
    let line = |(user, name): &(UserId, String)| {
        pen.say("membership-panel-exempt-line").with("person", Arg::Person { id: *user, name: name.clone() })
    };
    let row = |(user, name): &(UserId, String)| {
        let text = pen.say("membership-panel-button-judge").with("who", Arg::Word(name.clone()));
        vec![pen.button(text, Verb::Judge(*user))]
    };
    let mut lines: Vec<Text> = people.iter().take(EXEMPT_SHOWN).map(line).collect();
    if people.is_empty() {
        lines.push(pen.say("membership-panel-exempt-none"));
    }
    if people.len() > EXEMPT_SHOWN {
        lines.push(pen.say("membership-panel-exempt-more"));
    }
    let mut rows: Rows = vec![vec![pen.switch("membership-panel-button-invited", Set::Invited)]];
    rows.extend(people.iter().take(EXEMPT_SHOWN).map(row));
    rows.push(pen.back(Page::Home));
    Some(page(pen.say("membership-panel-exempt"), lines, rows))
}

fn number(value: u32) -> Arg {
    Arg::Number(value.into())
}
