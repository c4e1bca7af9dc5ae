//! The house itself: greets, helps, knows its owners, and answers what no office claimed.

mod owner;
mod restored;
mod state;

#[cfg(test)]
mod tests;

pub use restored::{restored, restored_key};
pub use state::{Alarm, State, Tries};

use super::command::{self, Given};
use super::effect::{Button, Call, Does, Effect, Label, MessageRef, Owed, Target};
use super::event::{ChatKind, Event, Happened, Note, Outcome, Pressed, Remedy, Said, Verdict};
use super::feature::{Command, Decision, Facts, Pace, Rules, Scope, telegram};
use super::membership::{PRESS_MS, STEPS, links};
use super::text::{Arg, Text};
use super::types::{ChatId, Language, Moment, Slot, UserId};
use std::borrow::Cow;

/// The office that is always open, asked last.
#[derive(Clone, Debug)]
pub struct House {
    /// Every command, its own included, for help and menus.
    commands: Vec<Command>,
}

/// The token under which it is heard whether words of another chat could be said; that chat's id follows.
const DELIVERED: &str = "deliver/";
/// At most one hint to plain words in this many ms.
const HINT_PAUSE_MS: u64 = 60_000;
/// At most one hint to unknown commands in this many ms.
const COMMAND_PAUSE_MS: u64 = 3_000;

const COMMANDS: &[Command] = &[
    Command { name: "start", scope: Scope::Private, help: "house-help-start" },
    Command { name: "help", scope: Scope::Private, help: "house-help-help" },
    Command { name: "help", scope: Scope::Group, help: "house-help-help" },
];

impl House {
    /// With the commands of the other offices, in the order of the help text.
    #[must_use]
    pub fn new(others: Vec<Command>) -> Self {
        let mut commands = others;
        commands.extend_from_slice(COMMANDS);
        Self { commands }
    }
}

impl Rules for House {
    type State = State;

    fn name(&self) -> &'static str {
        "house"
    }

    fn commands(&self) -> &'static [Command] {
        COMMANDS
    }

    fn updates(&self) -> &'static [&'static str] {
        &["message", "callback_query"]
    }

    fn decide(&self, state: &State, event: &Happened, facts: &Facts<'_>) -> Decision<State> {
        match (&event.event, event.place.kind) {
            (Event::Pressed(pressed), _) => Decision::claimed(vec![answer(pressed, facts.now)]),
            (Event::Told(Note::Claim { code, who }), ChatKind::House) => {
                owner::claim(state, facts, &self.commands, code, who)
            }
            (Event::Told(Note::Trouble { key, text, remedy, .. }), ChatKind::House) => {
                owner::trouble(state, facts, (key, text), *remedy)
            }
            (Event::Told(Note::Healed { key }), ChatKind::House) => owner::healed(state, facts, key),
            // Whoever never wrote to us cannot be written to; only the owners are tried all the same.
            (Event::Told(Note::Deliver { back, .. }), ChatKind::Private)
                if state.language.is_none() && !facts.house.owned_by(UserId(event.place.id.0)) =>
            {
                Decision::claimed(back.map(|back| undelivered(event, back)).into_iter().collect())
            }
            (Event::Told(Note::Deliver { text, language, remedy, back, .. }), _) => {
                let language = state.language.unwrap_or(*language);
                deliver(event, facts, in_language(text, language), *remedy, *back)
            }
            (Event::Performed(it), ChatKind::Private) if it.feature == self.name() => {
                let back = it.token.strip_prefix(DELIVERED).and_then(|it| it.parse().ok()).map(ChatId);
                let refused = matches!(it.outcome, Outcome::Refused { .. });
                Decision::claimed(back.filter(|_| refused).map(|back| undelivered(event, back)).into_iter().collect())
            }
            (Event::Woke { feature, key, .. }, _) if feature == self.name() => take_away(event, key),
            (Event::Said(said), ChatKind::Private) => self.in_private(state, event, facts, said),
            (Event::Said(said), ChatKind::Group | ChatKind::Supergroup) => self.in_group(event, facts, said),
            (Event::Said(_), ChatKind::Channel | ChatKind::House)
            | (
                Event::Told(_)
                | Event::Moved(_)
                | Event::Placed(_)
                | Event::JoinRequested(_)
                | Event::Reacted(_)
                | Event::Chosen(_)
                | Event::Migrated { .. }
                | Event::Performed(_)
                | Event::Woke { .. }
                | Event::Other,
                _,
            ) => Decision::passed(),
        }
    }
}

/// The key of a wake at which the message of this slot is taken away: words that followed a press in a group.
#[must_use]
pub fn away(slot: Slot) -> String {
    format!("away/{}", slot.0)
}

fn take_away(event: &Happened, key: &str) -> Decision<State> {
    let Some(slot) = key.strip_prefix("away/").and_then(|it| it.parse().ok()).map(Slot) else {
        return Decision::passed();
    };
    Decision::claimed(vec![telegram(Call::Delete { chat: event.place.id, message: MessageRef::Slot(slot) })])
}

impl House {
    fn in_private(&self, state: &State, event: &Happened, facts: &Facts<'_>, said: &Said) -> Decision<State> {
        if said.edited || said.service || said.from.is_bot {
            return Decision::passed();
        }
        if let Some(decision) = slow_down(event, facts, said) {
            return decision;
        }
        let given = command::parse(said, &facts.house.username);
        let decision = match &given {
            Some(Given { name, args }) if name == "start" && !args.is_empty() && *args != links::SETUP => {
                open_link(facts, event, said, args)
            }
            Some(it) if it.name == "start" || it.name == "help" => {
                let text = self.about(said.from.language, facts, said);
                Decision::claimed(vec![say(event, facts, said, text, self.add_me(said.from.language, facts))])
            }
            Some(it) if self.is_broken(it, facts, said) => {
                return hint(state, event, facts, said, COMMAND_PAUSE_MS, "house-hint-broken");
            }
            Some(_) => return hint(state, event, facts, said, COMMAND_PAUSE_MS, "house-hint-command"),
            None => return hint(state, event, facts, said, HINT_PAUSE_MS, "house-hint"),
        };
        if state.language == Some(said.from.language) {
            return decision;
        }
        decision.with_state(State { language: Some(said.from.language), ..state.clone() })
    }

    /// Whether an open office would have answered this command: that it has come here shows that it is in
    /// quarantine there.
    fn is_broken(&self, given: &Given<'_>, facts: &Facts<'_>, said: &Said) -> bool {
        let owner = facts.house.owned_by(said.from.id);
        self.commands.iter().any(|it| it.name == given.name && (it.scope != Scope::Owner || owner))
    }

    fn in_group(&self, event: &Happened, facts: &Facts<'_>, said: &Said) -> Decision<State> {
        if let Some(decision) = slow_down(event, facts, said) {
            return decision;
        }
        match command::parse(said, &facts.house.username) {
            Some(it) if it.name == "start" || it.name == "help" => {
                let lines = self.lines(said.from.language, &[Scope::Group, Scope::GroupAdmin]);
                let text = Text::new(said.from.language, "house-about-group").with("lines", lines);
                Decision::claimed(vec![say(event, facts, said, text, Vec::new())])
            }
            Some(_) | None => Decision::passed(),
        }
    }

    fn about(&self, language: Language, facts: &Facts<'_>, said: &Said) -> Text {
        let groups = self.lines(language, &[Scope::Group, Scope::GroupAdmin]);
        let owner = self.commands.iter().any(|it| it.scope == Scope::Owner);
        let text = match facts.house.owned_by(said.from.id) {
            true if owner => {
                Text::new(language, "house-about-owner-commands").with("owner", self.lines(language, &[Scope::Owner]))
            }
            true => Text::new(language, "house-about-owner"),
            false => Text::new(language, "house-about"),
        };
        text.with("lines", groups)
    }

    /// The buttons that begin: step by step where an office has that, and to a group or a channel at once.
    fn add_me(&self, language: Language, facts: &Facts<'_>) -> Vec<Vec<Button>> {
        let label = Label::Text(Text::new(language, "house-button-setup"));
        let does = Does::Press { action: STEPS.to_owned(), args: String::new(), only: None, until: None };
        let steps = self.commands.iter().any(|it| it.name == "setup").then_some(Button { label, does });
        let group = button(language, "house-button-add", links::group(&facts.house.username));
        let channel = button(language, "house-button-channel", links::channel(&facts.house.username));
        steps.into_iter().chain(group).chain(channel).map(|it| vec![it]).collect()
    }

    /// What the commands of these scopes do, a line each. The key of a line is the key of the help and `-line`.
    fn lines(&self, language: Language, scopes: &[Scope]) -> Arg {
        let line = |it: &Command| Text { key: Cow::Owned(format!("{}-line", it.help)), language, args: Vec::new() };
        Arg::Lines(self.commands.iter().filter(|it| scopes.contains(&it.scope)).map(line).collect())
    }
}

/// Somebody opened a link with a code: the house's own chat judges it.
fn open_link(facts: &Facts<'_>, event: &Happened, said: &Said, code: &str) -> Decision<State> {
    if facts.house.claim.is_none() {
        let key = if facts.house.owned_by(said.from.id) { "house-claim-yours-already" } else { "house-claim-over" };
        return Decision::claimed(vec![say(event, facts, said, Text::new(said.from.language, key), Vec::new())]);
    }
    let note = Note::Claim { code: code.to_owned(), who: said.from.clone() };
    Decision::claimed(vec![Effect::Tell { to: Target::House, note }])
}

/// A word to somebody who wrote what nobody understands, not too often.
fn hint(
    state: &State,
    event: &Happened,
    facts: &Facts<'_>,
    said: &Said,
    pause_ms: u64,
    key: &'static str,
) -> Decision<State> {
    if state.hinted.is_some_and(|it| facts.now.since_ms(it) < pause_ms) {
        return Decision::claimed(Vec::new());
    }
    let text = Text::new(said.from.language, key);
    Decision::claimed(vec![say(event, facts, said, text, Vec::new())]).with_state(State {
        language: Some(said.from.language),
        hinted: Some(facts.now),
        ..state.clone()
    })
}

fn say(event: &Happened, facts: &Facts<'_>, said: &Said, text: Text, keyboard: Vec<Vec<Button>>) -> Effect {
    telegram(Call::Say {
        chat: event.place.id,
        slot: facts.slot(0),
        thread: said.thread,
        reply_to: (event.place.kind != ChatKind::Private).then_some(said.message),
        text,
        keyboard,
        silent: false,
        only: None,
    })
}

/// The button that sets right what does not work.
fn heal_me(language: Language, facts: &Facts<'_>, remedy: Remedy) -> Vec<Vec<Button>> {
    let button = match remedy {
        Remedy::Group => button(language, "house-button-rights", links::group(&facts.house.username)),
        Remedy::Channel => button(language, "house-button-admin", links::channel(&facts.house.username)),
    };
    button.into_iter().map(|it| vec![it]).collect()
}

fn button(language: Language, key: &'static str, url: Option<String>) -> Option<Button> {
    Some(Button { label: Label::Text(Text::new(language, key)), does: Does::Open(url?) })
}

/// Says what another chat wants this person to know.
fn deliver(
    event: &Happened,
    facts: &Facts<'_>,
    text: Text,
    remedy: Option<Remedy>,
    back: Option<ChatId>,
) -> Decision<State> {
    let keyboard = remedy.map(|it| heal_me(text.language, facts, it)).unwrap_or_default();
    let call = Call::Say {
        chat: event.place.id,
        slot: facts.slot(0),
        thread: None,
        reply_to: None,
        text,
        keyboard,
        silent: false,
        only: None,
    };
    let owed = Owed::new(call).repeating();
    let owed = match back {
        Some(back) => owed.reporting(format!("{DELIVERED}{}", back.0)),
        None => owed,
    };
    Decision::claimed(vec![Effect::Telegram(owed)])
}

/// For the chat whose words could not be said to the person of this private chat.
fn undelivered(event: &Happened, back: ChatId) -> Effect {
    Effect::Tell { to: Target::Chat(back), note: Note::Undelivered { to: UserId(event.place.id.0) } }
}

/// The same words in another language, with those inside.
fn in_language(text: &Text, language: Language) -> Text {
    let arg = |it: &Arg| match it {
        Arg::Lines(lines) => Arg::Lines(lines.iter().map(|it| in_language(it, language)).collect()),
        other => other.clone(),
    };
    let args = text.args.iter().map(|(name, it)| (name.clone(), arg(it))).collect();
    Text { key: text.key.clone(), language, args }
}

/// The answer to a command of somebody who asks for more than they may: one word, then silence.
fn slow_down(event: &Happened, facts: &Facts<'_>, said: &Said) -> Option<Decision<State>> {
    command::parse(said, &facts.house.username)?;
    match facts.pace {
        Pace::Free => None,
        Pace::SlowDown => {
            let text = Text::new(said.from.language, "house-slow-down");
            Some(Decision::claimed(vec![say(event, facts, said, text, Vec::new())]))
        }
        Pace::Silent => Some(Decision::claimed(Vec::new())),
    }
}

/// A press that no office claimed: every press is answered.
fn answer(pressed: &Pressed, now: Moment) -> Effect {
    let say = |key| Some(Text::new(pressed.from.language, key));
    let text = match &pressed.verdict {
        Verdict::NotYours => say("house-press-not-yours"),
        Verdict::Stale => say("house-press-stale"),
        Verdict::Forged | Verdict::Valid { .. } => None,
    };
    let call = Call::Answer { query: pressed.query.clone(), text, alert: false };
    Effect::Telegram(Owed { until: Some(now.plus_ms(PRESS_MS)), ..Owed::new(call) })
}
