//! Drill: owners break things on purpose, to see them come back.

use super::command;
use super::effect::Call;
use super::event::{Event, Happened, Said};
use super::fact::Need;
use super::feature::{Command, Decision, Facts, Rules, Scope, telegram};
use super::text::Text;

#[cfg(test)]
mod tests;

/// How drills are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whether they work. Off unless somebody is rehearsing.
    pub enabled: bool,
}

/// The office. It is in the registry only when it is switched on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drill;

/// What can be rehearsed: by `/drill <name>`, or by a message that says `drill:<name>` and nothing else.
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
}

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

    fn needs(&self, (): &(), event: &Happened, facts: &Facts<'_>) -> Vec<Need> {
        match asked(event, facts) {
            Some((_, Some(Exercise::Stall))) if facts.get(&Need::Stall).is_none() => vec![Need::Stall],
            _ => Vec::new(),
        }
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
            Some(Exercise::Stall) => answer(event, said, facts, "drill-not-stalled"),
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
        return Exercise::named(name).map(|it| (said, Some(it)));
    }
    let given = command::given(said, facts).filter(|it| it.name == "drill")?;
    Some((said, given.words().next().and_then(Exercise::named)))
}

fn answer(event: &Happened, said: &Said, facts: &Facts<'_>, key: &'static str) -> Decision<()> {
    Decision::claimed(vec![telegram(Call::Say {
        chat: event.place.id,
        slot: facts.slot(0),
        thread: said.thread,
        reply_to: Some(said.message),
        text: Text::new(said.from.language, key),
        keyboard: Vec::new(),
        silent: false,
        only: None,
    })])
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
