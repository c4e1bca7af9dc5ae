//! Set-up without typing a name: in the private chat somebody chooses channel and group from Telegram's own lists,
//! which gives us our rights there, and the group is guarded.

use super::super::command;
use super::super::effect::{Button, Call, Choice, Does, Effect, Label, Owed, Wanted};
use super::super::event::{ChatKind, Chosen, Pressed, Said};
use super::super::fact::{ChatInfo, Unknown};
use super::super::text::{Arg, Text};
use super::super::types::{ChatId, Language, Moment, Person};
use super::draft::Draft;
use super::protect::{self, Missing, Ruling};
use super::state::{Channel, Request, cut};
use super::stop::{count_of, names};
use super::word::{Paired, Word};
use super::{check, policy::is_default};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The buttons: without arguments it begins, with [`AGAIN`] what was chosen is tried again.
pub(in crate::domain) const ACTION: &str = "m.g";
const AGAIN: &str = "a";
/// The row of what was chosen.
const KEY: &str = "pair";
/// What was chosen is remembered for so long, in ms.
const REMEMBERED_MS: u64 = 24 * 3_600_000;

/// The row `pair` of a private chat: what somebody has chosen so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Pair {
    #[serde(skip_serializing_if = "is_default")]
    channel: Option<ChatId>,
    #[serde(skip_serializing_if = "is_default")]
    group: Option<ChatId>,
    /// Since when.
    since: Moment,
    /// The language of whoever chooses.
    language: Language,
}

/// A message in a private chat: `/setup` begins.
pub(super) fn said(draft: &mut Draft<'_>, said: &Said) {
    if command::given(said, draft.facts).is_some_and(|it| it.name == "setup") {
        draft.claim();
        begin(draft, said.from.language);
    }
}

/// A button was pressed: to begin, or to try again.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, args: &str) {
    draft.claim();
    if draft.place.kind != ChatKind::Private {
        return draft.nod(pressed);
    }
    if args != AGAIN {
        draft.nod(pressed);
        return begin(draft, pressed.from.language);
    }
    let Some(pair) = read(draft) else { return };
    match (pair.channel, pair.group) {
        (Some(channel), Some(group)) => {
            draft.toast(pressed, Text::new(pressed.from.language, "membership-pair-toast-again"), false);
            draft.tell(group, Word::Pair { channel, by: pressed.from.clone() });
        }
        _ => {
            draft.nod(pressed);
            begin(draft, pressed.from.language);
        }
    }
}

fn begin(draft: &mut Draft<'_>, language: Language) {
    let since = draft.now();
    draft.put(KEY.to_owned(), &Pair { since, language, ..Pair::default() });
    offer(draft, Text::new(language, "membership-pair-hello"), &[Wanted::Channel, Wanted::Group]);
}

/// Says something with the buttons for what is still to be chosen; without any, the keyboard goes.
fn offer(draft: &mut Draft<'_>, text: Text, wanted: &[Wanted]) {
    let label = |it: Wanted| match it {
        Wanted::Channel => "membership-pair-button-channel",
        Wanted::Group => "membership-pair-button-group",
    };
    let choice = |it: &Wanted| Choice { label: Text::new(text.language, label(*it)), wanted: *it };
    let choices = wanted.iter().map(choice).collect();
    let (chat, slot) = (draft.place.id, draft.slot());
    draft.add(Effect::Telegram(Owed::new(Call::Offer { chat, slot, text, choices }).repeating()));
}

/// Somebody chose a chat. When both are there, the group is told.
pub(super) fn chosen(draft: &mut Draft<'_>, chosen: &Chosen) {
    draft.claim();
    let Some(wanted) = Wanted::of(chosen.request) else { return };
    let (pair, info) = (read(draft), draft.chat(&chosen.chat.into()));
    let (Some(mut pair), Some(info)) = (pair, info) else { return };
    (pair.since, pair.language) = (draft.now(), chosen.from.language);
    match wanted {
        Wanted::Channel => pair.channel = Some(chosen.chat),
        Wanted::Group => pair.group = Some(chosen.chat),
    }
    draft.put(KEY.to_owned(), &pair);
    let say = |key| Text::new(pair.language, key).with("chat", title(info));
    match (pair.channel, pair.group) {
        (Some(channel), Some(group)) => {
            offer(draft, say("membership-pair-both"), &[]);
            draft.tell(group, Word::Pair { channel, by: chosen.from.clone() });
        }
        (Some(_), None) => offer(draft, say("membership-pair-now-group"), &[Wanted::Group]),
        (None, _) => offer(draft, say("membership-pair-now-channel"), &[Wanted::Channel]),
    }
}

fn title(info: &Result<Arc<ChatInfo>, Unknown>) -> Arg {
    Arg::Bold(info.as_ref().map_or_else(|_| "…".to_owned(), |it| cut(&it.title)))
}

/// What was chosen so far; `None` while that is not known.
fn read(draft: &mut Draft<'_>) -> Option<Pair> {
    let now = draft.now();
    let pair: Option<Pair> = draft.row(KEY)?.and_then(|it| serde_json::from_slice(it).ok());
    Some(pair.filter(|it| now.since_ms(it.since) < REMEMBERED_MS).unwrap_or_default())
}

/// The two chats talk.
pub(super) fn told(draft: &mut Draft<'_>, word: &Word) {
    match word {
        Word::Pair { channel, by } => guard(draft, *channel, by),
        Word::Paired { group, outcome } => report(draft, group, outcome),
        _ => {}
    }
}

/// In the group: the usual rules hold, as if whoever chose had sent `/protect` here.
fn guard(draft: &mut Draft<'_>, channel: ChatId, by: &Person) {
    draft.find_title();
    let line = |key| Paired::Missing(vec![Text::new(by.language, key)], Vec::new());
    let outcome = match draft.place.kind {
        ChatKind::Supergroup => {
            let (state, request) = (draft.state().clone(), Request::Protect(vec![channel.into()]));
            let ruling = protect::rule(&state, draft.place, &request, by.id, by.language, &mut draft.look);
            let Some(ruling) = ruling.filter(|_| !draft.is_missing()) else { return };
            carry_out(draft, by, ruling)
        }
        _ => line("membership-setup-supergroup"),
    };
    let group = draft.title();
    draft.tell(ChatId(by.id.0), Word::Paired { group, outcome });
}

fn carry_out(draft: &mut Draft<'_>, by: &Person, ruling: Ruling) -> Paired {
    let say = |key| Text::new(by.language, key);
    match ruling {
        Ruling::Protect { clear, ask } if ask.is_empty() => {
            let text = protect::protected(by.language, &clear);
            draft.change().tongue = by.language;
            clear.iter().for_each(|it| protect::take(draft, it.clone(), by.id));
            draft.say(None, None, text, Vec::new());
            Paired::Guarded(clear)
        }
        Ruling::Protect { ask, .. } => {
            let line = say("membership-pair-not-yours").with("channel", names(ask.iter()));
            Paired::Missing(vec![line], Vec::new())
        }
        Ruling::Missing(Missing { check, .. }) => Paired::Missing(check.lines, check.remedies),
        Ruling::Mistaken(lines) => Paired::Missing(lines, Vec::new()),
        Ruling::NotAllowed | Ruling::MayNotRestrict => Paired::Missing(vec![say("membership-not-allowed")], Vec::new()),
        Ruling::CannotCheck | Ruling::Usage | Ruling::Unprotected | Ruling::Order(_) | Ruling::Release { .. } => {
            Paired::Unsure
        }
    }
}

/// In the private chat: what came of it.
fn report(draft: &mut Draft<'_>, group: &str, outcome: &Paired) {
    let Some(Pair { language, .. }) = read(draft) else { return };
    let say = |key| Text::new(language, key).with("group", Arg::Bold(group.to_owned()));
    let label = Label::Text(Text::new(language, "membership-setup-button-again"));
    let does = Does::Press { action: ACTION.to_owned(), args: AGAIN.to_owned(), only: None, until: None };
    let again = vec![Button { label, does }];
    let (text, keyboard) = match outcome {
        Paired::Guarded(channels) => {
            draft.drop_row(KEY.to_owned());
            let channels: &[Channel] = channels;
            let text = say("membership-pair-done").with("channels", names(channels.iter()));
            (text.with("count", count_of(channels.len())), Vec::new())
        }
        Paired::Missing(lines, remedies) => {
            let mut rows = check::remedies(language, remedies, &draft.facts.house.username);
            rows.push(again);
            (say("membership-pair-missing").with("lines", Arg::Lines(lines.clone())), rows)
        }
        Paired::Unsure => (Text::new(language, "membership-cannot-check"), vec![again]),
    };
    draft.say(None, None, text, keyboard);
}
