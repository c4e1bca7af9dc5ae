//! Drill: owners break things on purpose, to see them come back.

use super::command;
use super::effect::{Call, Effect};
use super::event::{Event, Happened, Said};
use super::fact::Need;
use super::feature::{Command, Decision, Facts, Rules, Scope, telegram};
use super::settings::settings;
use super::text::{Arg, Text};

#[cfg(test)]
mod tests;

settings! {
    /// `[features.drill]`: owners may break things on purpose, to see them come back.
    #[derive(Copy, Eq)]
    pub struct Settings {
        /// Whether `/drill` works, with which owners break things on purpose. Off unless you are rehearsing.
        enabled: bool = false;
    }
}

/// The office. It is in the registry only when it is switched on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drill;

/// What can be rehearsed: by `/drill <name>`, or by a message that says `drill:<name>` and nothing else.
/// [`Exercise::Keep`] and [`Exercise::Put`] take a word to be noted after a colon: `drill:keep:red`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exercise {
    /// Answers that it is still here.
    Ok,
    /// Panics each time: quarantined after the third.
    Panic,
    /// Panics as long as the message is younger than [`FRESH_MS`]: a crash that a restart cures. A rule cannot
    /// count its attempts, so a retry that comes very soon may crash once more.
    Crash,
    /// Waits at an await for ever.
    Stall,
    /// Blocks its thread for ever.
    Block,
    /// Ends the process.
    Abort,
    /// Notes the word in a row that may be lost, and says nothing.
    Keep,
    /// Notes the word in a row that is not lost, and says nothing.
    Put,
    /// Says the word that was noted last, however it was.
    Noted,
}

/// The keys of the noted word, and of the least key after all of them.
const NOTES: [&str; 2] = ["note/", "note0"];
/// The one note that there is.
const NOTE: &str = "note/last";
/// A longer word is cut, in characters.
const WORD_MAX: usize = 100;

/// Until this age of the message [`Exercise::Crash`] crashes, in ms. Telegram's dates are whole seconds.
pub const FRESH_MS: u64 = 1_500;

const COMMANDS: &[Command] = &[Command { name: "drill", scope: Scope::Owner, help: "drill-help-drill" }];

impl Rules for Drill {
    type State = ();

    fn name(&self) -> &'static str {
        "drill"
    }

    fn commands(&self) -> &'static [Command] {
        COMMANDS
    }

    fn updates(&self) -> &'static [&'static str] {
        &["message"]
    }

    fn decide(&self, (): &(), event: &Happened, facts: &Facts<'_>) -> Decision<()> {
        let Some((said, exercise)) = asked(event, facts) else { return Decision::passed() };
        match exercise {
            Some(Exercise::Panic) => fall("a drill: an owner asked for a message that always crashes"),
            Some(Exercise::Crash) if facts.now.since_ms(event.at) < FRESH_MS => {
                fall("a drill: an owner asked for one crash")
            }
            Some(Exercise::Block) => block(),
            Some(Exercise::Abort) => std::process::abort(),
            Some(Exercise::Ok | Exercise::Crash) => answer(event, said, facts, "drill-ok"),
            Some(Exercise::Stall) if facts.get(&Need::Stall).is_none() => Decision::needing(vec![Need::Stall]),
            Some(Exercise::Stall) => answer(event, said, facts, "drill-not-stalled"),
            Some(Exercise::Keep) => {
                Decision::claimed(vec![Effect::Keep { key: NOTE.into(), value: word(said).into_bytes() }])
            }
            Some(Exercise::Put) => {
                Decision::claimed(vec![Effect::Put { key: NOTE.into(), value: word(said).into_bytes() }])
            }
            Some(Exercise::Noted) => {
                let [from, before] = NOTES.map(str::to_owned);
                let needs = vec![Need::Row(NOTE.into()), Need::Rows { from, before, limit: 10 }];
                if needs.iter().any(|it| facts.get(it).is_none()) {
                    return Decision::needing(needs);
                }
                let text = Text::new(said.from.language, "drill-noted").with("word", Arg::Word(noted(facts)));
                Decision::claimed(vec![telegram(say(event, said, facts, text))])
            }
            None => answer(event, said, facts, "drill-usage"),
        }
    }
}

impl Exercise {
    /// By its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ok" => Self::Ok,
            "panic" => Self::Panic,
            "crash" => Self::Crash,
            "stall" => Self::Stall,
            "block" => Self::Block,
            "abort" => Self::Abort,
            "keep" => Self::Keep,
            "put" => Self::Put,
            "noted" => Self::Noted,
            _ => return None,
        })
    }
}

/// The exercise that an owner asked for; `None` inside when it is one that we do not know.
fn asked<'e>(event: &'e Happened, facts: &Facts<'_>) -> Option<(&'e Said, Option<Exercise>)> {
    let Event::Said(said) = &event.event else { return None };
    let stale = said.edited || said.forwarded.is_some() || said.via_bot || said.sender_chat.is_some();
    if stale || !facts.house.owned_by(said.from.id) {
        return None;
    }
    if let Some(name) = said.text.as_deref().and_then(|it| it.strip_prefix("drill:")) {
        let name = name.split_once(':').map_or(name, |it| it.0);
        return Exercise::named(name).map(|it| (said, Some(it)));
    }
    let given = command::given(said, facts).filter(|it| it.name == "drill")?;
    Some((said, given.words().next().and_then(Exercise::named)))
}

/// What follows the last colon, or the last space.
fn word(said: &Said) -> String {
    let text = said.text.as_deref().unwrap_or_default();
    text.rsplit([':', ' ']).next().unwrap_or_default().chars().take(WORD_MAX).collect()
}

/// The word that was noted, if reading it alone and reading all notes come to the same.
fn noted(facts: &Facts<'_>) -> String {
    let alone = facts.row(NOTE).flatten();
    let among_all = facts.rows(NOTES[0], NOTES[1]).and_then(<[_]>::first).map(|it| it.1.as_slice());
    match alone {
        Some(word) if among_all == Some(word) => String::from_utf8_lossy(word).into_owned(),
        None if among_all.is_none() => "-".into(),
        _ => "?".into(),
    }
}

fn answer(event: &Happened, said: &Said, facts: &Facts<'_>, key: &'static str) -> Decision<()> {
    Decision::claimed(vec![telegram(say(event, said, facts, Text::new(said.from.language, key)))])
}

fn say(event: &Happened, said: &Said, facts: &Facts<'_>, text: Text) -> Call {
    Call::Say {
        chat: event.place.id,
        slot: facts.slot(0),
        thread: said.thread,
        reply_to: Some(said.message),
        text,
        keyboard: Vec::new(),
        silent: false,
        only: None,
    }
}

#[expect(clippy::panic, reason = "this is what a drill is for")]
fn fall(why: &'static str) -> ! {
    panic!("{why}");
}

fn block() -> ! {
    loop {
        std::thread::park();
    }
}
