//! Hub: people talk with models, in private and in groups, one conversation per chat and topic.

mod answer;
mod ask;
mod orders;
mod scene;
mod settings;
mod state;

#[cfg(test)]
mod tests;

pub use settings::Settings;
pub use state::{Running, State, Talk, Waiting};

use super::event::{ChatKind, Content, Event, Happened, Said};
use super::feature::{Command, Decision, Facts, Pace, Rules, Scope};
use super::{command, text::Text};
use scene::Scene;

/// Its name in the configuration, in keys and logs.
pub const NAME: &str = "hub";

const COMMANDS: &[Command] = &[
    Command { name: "ai", scope: Scope::Private, help: "hub-help-ai" },
    Command { name: "ai", scope: Scope::Group, help: "hub-help-ai" },
    Command { name: "new", scope: Scope::Private, help: "hub-help-new" },
    Command { name: "new", scope: Scope::Group, help: "hub-help-new" },
    Command { name: "retry", scope: Scope::Private, help: "hub-help-retry" },
    Command { name: "retry", scope: Scope::Group, help: "hub-help-retry" },
    Command { name: "stop", scope: Scope::Private, help: "hub-help-stop" },
    Command { name: "stop", scope: Scope::Group, help: "hub-help-stop" },
    Command { name: "model", scope: Scope::Private, help: "hub-help-model" },
    Command { name: "model", scope: Scope::GroupAdmin, help: "hub-help-model" },
    Command { name: "persona", scope: Scope::Private, help: "hub-help-persona" },
    Command { name: "persona", scope: Scope::GroupAdmin, help: "hub-help-persona" },
    Command { name: "forget", scope: Scope::Private, help: "hub-help-forget" },
    Command { name: "forget", scope: Scope::GroupAdmin, help: "hub-help-forget" },
];

/// The office.
#[derive(Clone, Debug)]
pub struct Hub {
    settings: Settings,
}

impl Hub {
    /// With these settings.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Rules for Hub {
    type State = State;

    fn name(&self) -> &'static str {
        NAME
    }

    fn commands(&self) -> &'static [Command] {
        COMMANDS
    }

    fn updates(&self) -> &'static [&'static str] {
        &["message", "edited_message"]
    }

    fn decide(&self, state: &State, event: &Happened, facts: &Facts<'_>) -> Decision<State> {
        let mut scene = Scene::new(&self.settings, state, event, facts);
        match (&event.event, event.place.kind) {
            (Event::Said(said), ChatKind::Private | ChatKind::Group | ChatKind::Supergroup) => {
                said_to(&mut scene, said);
            }
            (Event::Answered(it), _) if it.feature == NAME => answer::came(&mut scene, it),
            (Event::Migrated { .. }, _) => scene.change(|it| it.running.clear()),
            (
                Event::Said(_)
                | Event::Pressed(_)
                | Event::Moved(_)
                | Event::Placed(_)
                | Event::JoinRequested(_)
                | Event::Reacted(_)
                | Event::Chosen(_)
                | Event::Performed(_)
                | Event::Answered(_)
                | Event::Woke { .. }
                | Event::Told(_)
                | Event::Other,
                _,
            ) => {}
        }
        scene.decision()
    }
}

/// Whether somebody speaks to us, and with what.
fn said_to(scene: &mut Scene<'_>, said: &Said) {
    let nobody = said.service || said.automatic || said.from.is_bot || said.sender_chat.is_some() || said.via_bot;
    if nobody || scene.facts.pace != Pace::Free {
        return;
    }
    if said.edited {
        return ask::edited(scene, said);
    }
    if let Some(given) = command::parse(said, &scene.facts.house.username) {
        return orders::given(scene, said, &given);
    }
    let Some(words) = spoken_to(scene, said) else { return };
    scene.claim();
    if words.is_empty() {
        let key = if said.content == Content::Text { "hub-usage" } else { "hub-words-only" };
        return scene.reply(said, Text::new(said.from.language, key));
    }
    ask::asked(scene, said, &words);
}

/// The words that are meant for us: in private all; in groups those that mention us or answer us.
fn spoken_to(scene: &Scene<'_>, said: &Said) -> Option<String> {
    let text = said.text.as_deref().unwrap_or_default();
    if scene.is_private() {
        let understood = said.content == Content::Text || !text.is_empty();
        let asked = understood
            || matches!(
                said.content,
                Content::Photo | Content::Voice | Content::VideoNote | Content::Audio | Content::Document
            );
        return (asked && said.forwarded.is_none()).then(|| text.trim().to_owned());
    }
    let me = format!("@{}", scene.facts.house.username).to_lowercase();
    let at = text.to_lowercase().find(&me).filter(|at| {
        let after = text.get(at + me.len()..).and_then(|it| it.chars().next());
        !after.is_some_and(|it| it.is_alphanumeric() || it == '_')
    });
    let replied = said.reply_to.as_ref().is_some_and(|it| it.from.is_some_and(|from| from.0 == scene.facts.house.me));
    match at {
        // Lower case may have another length than what was written: then the mention stays.
        Some(at) if text.get(at..at + me.len()).is_some_and(|it| it.to_lowercase() == me) => {
            Some(format!("{} {}", text[..at].trim(), text[at + me.len()..].trim()).trim().to_owned())
        }
        Some(_) => Some(text.trim().to_owned()),
        None if replied && !text.is_empty() => Some(text.trim().to_owned()),
        None => None,
    }
}
