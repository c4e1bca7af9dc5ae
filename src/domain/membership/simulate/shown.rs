//! The result of a simulation, with buttons that show it for other settings.

use super::super::super::effect::{Button, Call, Does, Label, MessageRef};
use super::super::super::fact::ChatRef;
use super::super::super::text::{Arg, Text};
use super::super::super::types::{Language, Moment};
use super::super::draft::Draft;
use super::super::policy::Answer;
use super::super::protect::{self, ASK_MS};
use super::super::state::{Channel, Question, Request};
use super::super::stop::{count_of, names};
use super::imagined::Toll;
use super::trial::{Fate, Switch, Trial};
use super::{ACTION, Imagined, WAKE};
use serde::{Deserialize, Serialize};

/// People who are named.
const NAMES_MAX: usize = 15;
/// The answers that can be tried out, beside the group's own.
const ANSWERS: [Answer; 4] = [Answer::Mute, Answer::Warn(1), Answer::Warn(3), Answer::Delete];
/// Switches in a row of buttons.
const SWITCHES: usize = 2;

/// The row `simulated` of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shown {
    /// Its number, which the buttons carry.
    pub(super) number: String,
    pub(super) language: Language,
    /// The channels that were looked into.
    pub(super) channels: Vec<Channel>,
    /// What is tried out at present.
    pub(super) trial: Trial,
    /// What the group itself does with strangers.
    pub(super) own: Answer,
    /// People of whom nothing could be found out.
    pub(super) unknown: u32,
    pub(super) imagined: Imagined,
    /// When it is forgotten.
    pub(super) until: Moment,
}

impl Shown {
    /// The result that can be turned over: `Some(None)` when there is none.
    pub(super) fn read(draft: &mut Draft<'_>) -> Option<Option<Self>> {
        draft.row(WAKE).map(|row| serde_json::from_slice(row?).ok())
    }

    /// With another setting; `None` when no channel would be left, or there is no such setting.
    pub(super) fn turned(&self, verb: &str) -> Option<Self> {
        let (letter, rest) = verb.split_at_checked(1)?;
        let trial = match letter {
            "c" => {
                let place: usize = rest.parse().ok().filter(|it| *it < self.channels.len())?;
                let chosen = (self.trial.chosen ^ (1 << place)) & self.all();
                (chosen != 0).then_some(Trial { chosen, ..self.trial })?
            }
            "a" => Trial { answer: self.answers().into_iter().find(|it| code(*it) == rest)?, ..self.trial },
            "s" => self.trial.turned(*Switch::ALL.get(rest.parse::<usize>().ok()?)?),
            _ => return None,
        };
        Some(Self { trial, ..self.clone() })
    }

    /// Shows it in place of that message, and keeps it.
    pub(super) fn show(&self, draft: &mut Draft<'_>, message: MessageRef) {
        let trial = Trial { chosen: self.trial.chosen & self.all(), ..self.trial };
        let shown = Self { trial, ..self.clone() };
        let (text, keyboard) = (shown.text(), shown.keyboard(draft));
        draft.owe(Call::Edit { chat: draft.place.id, message, text, keyboard });
        draft.put(WAKE.to_owned(), &shown);
    }

    #[expect(clippy::cast_possible_truncation, reason = "a group has at most eight channels")]
    const fn all(&self) -> u8 {
        ((1_u16 << self.channels.len()) - 1) as u8
    }

    fn is_chosen(&self, place: usize) -> bool {
        self.trial.chosen & (1 << place) != 0
    }

    fn chosen(&self) -> impl Iterator<Item = &Channel> {
        self.channels.iter().enumerate().filter(|(place, _)| self.is_chosen(*place)).map(|(_, it)| it)
    }

    /// The answers that can be tried out.
    fn answers(&self) -> Vec<Answer> {
        let own = Some(self.own).filter(|it| !ANSWERS.contains(it));
        ANSWERS.into_iter().chain(own).collect()
    }

    fn say(&self, key: &'static str) -> Text {
        Text::new(self.language, key)
    }

    fn text(&self) -> Text {
        if self.imagined.writers == 0 && self.imagined.crowds.is_empty() {
            return self.say("membership-simulate-nobody");
        }
        let toll = self.imagined.toll(self.trial);
        let lines = self.effect(&toll).into_iter().chain(self.lacking()).chain(self.names(&toll));
        let unknown = self.say("membership-verify-line-unknown").with("count", number(self.unknown));
        let lines = lines.chain((self.unknown > 0).then_some(unknown)).collect();
        self.say("membership-simulate-done")
            .with("people", number(toll.people))
            .with("count", number(self.imagined.writers))
            .with("wrote-count", number(toll.wrote))
            .with("message-count", number(self.imagined.messages))
            .with("channels", names(self.chosen()))
            .with("lines", Arg::Lines(lines))
    }

    /// What would have been done.
    fn effect(&self, toll: &Toll) -> Vec<Text> {
        let effect = self
            .say("membership-simulate-line-effect")
            .with("deleted-count", number(toll.deleted))
            .with("muted-count", number(toll.muted))
            .with("told-count", number(toll.told));
        let newcomers = self.say("membership-simulate-line-newcomers").with("count", number(toll.newcomers));
        let excused = self.say("membership-simulate-line-excused").with("count", number(toll.excused));
        let requests = self
            .say("membership-simulate-line-requests")
            .with("admitted-count", number(toll.admitted))
            .with("waiting-count", number(toll.waiting));
        let some = [
            (newcomers, toll.newcomers > 0),
            (excused, toll.excused > 0),
            (requests, toll.admitted + toll.waiting > 0),
        ];
        [effect].into_iter().chain(some.into_iter().filter(|(_, is)| *is).map(|(it, _)| it)).collect()
    }

    /// How many lack each channel alone.
    fn lacking(&self) -> Vec<Text> {
        let several = self.channels.len() > 1;
        let line = |(place, channel): (usize, &Channel)| {
            let lacking = self.imagined.toll(Trial { chosen: 1 << place, ..self.trial });
            let line = self.say("membership-simulate-line-channel").with("channel", Arg::Bold(channel.title.clone()));
            line.with("count", number(lacking.muted + lacking.told))
        };
        self.channels.iter().enumerate().filter(|_| several).map(line).collect()
    }

    /// Who would have been muted, and who told, with how many messages.
    fn names(&self, toll: &Toll) -> Vec<Text> {
        let muted = |it: &Fate| matches!(it, Fate::Muted | Fate::AtTheDoor);
        let told = |it: &Fate| *it == Fate::Told;
        let line = |key, befell: fn(&Fate) -> bool, all: u32| {
            let some = self.imagined.some(self.trial, befell, NAMES_MAX);
            let more = (all as usize).saturating_sub(some.len());
            let text = self.say(key).with("names", Arg::Word(some.join(", "))).with("more-count", count_of(more));
            (!some.is_empty()).then_some(text)
        };
        let muted = line("membership-simulate-names-muted", muted, toll.muted);
        muted.into_iter().chain(line("membership-simulate-names-told", told, toll.told)).collect()
    }

    fn keyboard(&self, draft: &mut Draft<'_>) -> Vec<Vec<Button>> {
        let mut rows = Vec::new();
        if self.imagined.writers > 0 || !self.imagined.crowds.is_empty() {
            for (place, channel) in self.channels.iter().enumerate().filter(|_| self.channels.len() > 1) {
                let text =
                    self.say("membership-simulate-button-channel").with("channel", Arg::Word(channel.title.clone()));
                rows.push(vec![self.button(text, self.is_chosen(place), &format!("c{place}"))]);
            }
            rows.push(self.answers().into_iter().map(|it| self.answer(it)).collect());
            let switches: Vec<_> = Switch::ALL.iter().enumerate().map(|(place, it)| self.switch(*it, place)).collect();
            rows.extend(switches.chunks(SWITCHES).map(<[Button]>::to_vec));
        }
        rows.extend(self.protect(draft));
        rows
    }

    fn answer(&self, answer: Answer) -> Button {
        let text = match answer {
            Answer::Mute => self.say("membership-simulate-button-mute"),
            Answer::Delete => self.say("membership-simulate-button-delete"),
            Answer::Warn(times) => self.say("membership-panel-button-warn").with("times", Arg::Number(times.into())),
        };
        self.button(text, self.trial.answer == answer, &format!("a{}", code(answer)))
    }

    fn switch(&self, switch: Switch, place: usize) -> Button {
        let text = self.say(match switch {
            Switch::Invited => "membership-simulate-button-invited",
            Switch::Excused => "membership-simulate-button-excused",
            Switch::Reactions => "membership-simulate-button-reactions",
            Switch::Late => "membership-simulate-button-late",
            Switch::Requests => "membership-simulate-button-requests",
        });
        self.button(text, self.trial.has(switch), &format!("s{place}"))
    }

    fn button(&self, text: Text, ticked: bool, verb: &str) -> Button {
        let tick = Arg::Word(if ticked { "✅" } else { "▫️" }.to_owned());
        let (action, args) = (ACTION.to_owned(), format!("{}{verb}", self.number));
        let does = Does::Press { action, args, only: None, until: Some(self.until) };
        Button { label: Label::Text(text.with("tick", tick)), does }
    }

    /// The button that goes on with `/protect`, for channels that are not asked for yet.
    fn protect(&self, draft: &mut Draft<'_>) -> Option<Vec<Button>> {
        let known = |it: &&Channel| draft.state().channels.iter().any(|old| old.id == it.id);
        let new: Vec<ChatRef> = self.chosen().filter(|it| !known(it)).map(|it| ChatRef::Id(it.id)).collect();
        if new.is_empty() {
            return None;
        }
        let (now, until) = (draft.now(), draft.now().plus_ms(ASK_MS));
        let number = draft.change().ask(Question::Who(Request::Protect(new)), now, until);
        let label = Label::Text(Text::new(self.language, "membership-simulate-button-protect"));
        let args = number.to_string();
        let does = Does::Press { action: protect::WHO.to_owned(), args, only: None, until: Some(until) };
        Some(vec![Button { label, does }])
    }
}

/// An answer in a button's arguments.
fn code(answer: Answer) -> String {
    match answer {
        Answer::Mute => "m".to_owned(),
        Answer::Delete => "d".to_owned(),
        Answer::Warn(times) => times.to_string(),
    }
}

fn number(count: u32) -> Arg {
    Arg::Number(count.into())
}
