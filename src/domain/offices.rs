//! What the open offices come to together: the updates they must be sent, and the menus of their commands.

pub use super::house::{away, restored, restored_key};
pub use super::membership::lists;
pub use super::porter::{NAME as PORTER, ROWS as ACCOUNTS};
pub use super::{Settings, features};

use super::effect::{Call, MenuScope};
use super::feature::{Command, Feature, Scope};
use super::text::Text;
use super::types::{ChatId, Language, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The update kinds that these offices must be sent (`allowed_updates`), each once, in order.
#[must_use]
pub fn updates(features: &[Arc<dyn Feature>]) -> Vec<&'static str> {
    features.iter().flat_map(|it| it.updates()).copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Every command of these offices.
#[must_use]
pub fn commands(features: &[Arc<dyn Feature>]) -> Vec<Command> {
    features.iter().flat_map(|it| it.commands()).copied().collect()
}

/// The command menus of private chats, groups, groups' admins, and of each owner's private chat, in every
/// language.
#[must_use]
pub fn menus(features: &[Arc<dyn Feature>], owners: &[UserId]) -> Vec<Call> {
    let commands = commands(features);
    let all = [MenuScope::Private, MenuScope::Groups, MenuScope::GroupAdmins];
    let owners = owners.iter().map(|it| MenuScope::Chat(ChatId(it.0)));
    all.into_iter().chain(owners).flat_map(|scope| menu(&commands, scope)).collect()
}

/// One menu in every language. English is the menu of all languages that have none of their own.
#[must_use]
pub fn menu(commands: &[Command], scope: MenuScope) -> Vec<Call> {
    let shown: &[Scope] = match scope {
        MenuScope::Private => &[Scope::Private],
        MenuScope::Groups => &[Scope::Group],
        MenuScope::GroupAdmins => &[Scope::Group, Scope::GroupAdmin],
        MenuScope::Chat(_) => &[Scope::Private, Scope::Owner],
    };
    let in_language = |language: Language| Call::SetCommands {
        scope,
        language: (language != Language::default()).then_some(language),
        commands: commands
            .iter()
            .filter(|it| shown.contains(&it.scope))
            .map(|it| (it.name.to_owned(), Text::new(language, it.help)))
            .collect(),
    };
    Language::ALL.into_iter().map(in_language).collect()
}

#[cfg(test)]
mod tests;
