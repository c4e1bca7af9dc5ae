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
use super::{ACTION, Imagined, WAKE};
use serde::{Deserialize, Serialize};

/// People who are named.
const NAMES_MAX: usize = 15;
/// The answers that can be tried out.
const ANSWERS: [(Answer, &str); 4] =
    [(Answer::Mute, "m"), (Answer::Warn(1), "1"), (Answer::Warn(3), "3"), (Answer::Delete, "d")];

/// The row `simulated` of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shown {
    /// Its number, which the buttons carry.
    pub(super) number: String,
    pub(super) language: Language,
    /// The channels that were looked into.
    pub(super) channels: Vec<Channel>,
    /// Those that are asked for at present: the bit of each by its place.
    pub(super) chosen: u8,
    /// What happens to strangers at present.
    pub(super) answer: Answer,
    /// People looked at.
    pub(super) looked: u32,
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
        match letter {
            "c" => {
                let place: usize = rest.parse().ok().filter(|it| *it < self.channels.len())?;
                let chosen = (self.chosen ^ (1 << place)) & self.all();
                (chosen != 0).then(|| Self { chosen, ..self.clone() })
            }
            "a" => {
                let (answer, _) = *ANSWERS.iter().find(|(_, code)| *code == rest)?;
                Some(Self { answer, ..self.clone() })
            }
            _ => None,
        }
    }

    /// Shows it in place of that message, and keeps it.
    pub(super) fn show(&self, draft: &mut Draft<'_>, message: MessageRef) {
        let shown = Self { chosen: self.chosen & self.all(), ..self.clone() };
        let (text, keyboard) = (shown.text(), shown.keyboard(draft));
        draft.owe(Call::Edit { chat: draft.place.id, message, text, keyboard });
        draft.put(WAKE.to_owned(), &shown);
    }

    #[expect(clippy::cast_possible_truncation, reason = "a group has at most eight channels")]
    const fn all(&self) -> u8 {
        ((1_u16 << self.channels.len()) - 1) as u8
    }

    fn is_chosen(&self, place: usize) -> bool {
        self.chosen & (1 << place) != 0
    }

    fn chosen(&self) -> impl Iterator<Item = &Channel> {
        self.channels.iter().enumerate().filter(|(place, _)| self.is_chosen(*place)).map(|(_, it)| it)
    }

    fn text(&self) -> Text {
        let number = |it: u32| Arg::Number(it.into());
        let toll = self.imagined.toll(self.chosen, self.answer);
        let say = |key| Text::new(self.language, key);
        let mut lines = vec![
            say("membership-simulate-line-effect")
                .with("deleted-count", number(toll.deleted))
                .with("muted-count", number(toll.muted)),
        ];
        for (place, channel) in self.channels.iter().enumerate().filter(|_| self.channels.len() > 1) {
            let lacking = self.imagined.toll(1 << place, self.answer);
            let line = say("membership-simulate-line-channel").with("channel", Arg::Bold(channel.title.clone()));
            lines.push(line.with("count", number(lacking.people)));
        }
        let some = self.imagined.some(self.chosen, NAMES_MAX);
        if !some.is_empty() {
            let more = (toll.people as usize).saturating_sub(some.len());
            let line = say("membership-simulate-names").with("names", Arg::Word(some.join(", ")));
            lines.push(line.with("more-count", count_of(more)));
        }
        if self.unknown > 0 {
            lines.push(say("membership-verify-line-unknown").with("count", number(self.unknown)));
        }
        match self.looked {
            0 => say("membership-simulate-nobody"),
            _ => say("membership-simulate-done")
                .with("people", number(toll.people))
                .with("count", number(self.looked))
                .with("wrote-count", number(toll.wrote))
                .with("message-count", number(self.imagined.messages))
                .with("channels", names(self.chosen()))
                .with("lines", Arg::Lines(lines)),
        }
    }

    fn keyboard(&self, draft: &mut Draft<'_>) -> Vec<Vec<Button>> {
        let mut rows = Vec::new();
        if self.looked > 0 {
            for (place, channel) in self.channels.iter().enumerate().filter(|_| self.channels.len() > 1) {
                let text = Text::new(self.language, "membership-simulate-button-channel");
                let text = text.with("channel", Arg::Word(channel.title.clone()));
                rows.push(vec![self.button(text, self.is_chosen(place), &format!("c{place}"))]);
            }
            rows.push(ANSWERS.iter().map(|(answer, code)| self.answer(*answer, code)).collect());
        }
        rows.extend(self.protect(draft));
        rows
    }

    fn answer(&self, answer: Answer, code: &str) -> Button {
        let text = match answer {
            Answer::Mute => Text::new(self.language, "membership-simulate-button-mute"),
            Answer::Delete => Text::new(self.language, "membership-simulate-button-delete"),
            Answer::Warn(times) => {
                Text::new(self.language, "membership-panel-button-warn").with("times", Arg::Number(times.into()))
            }
        };
        self.button(text, self.answer == answer, &format!("a{code}"))
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
