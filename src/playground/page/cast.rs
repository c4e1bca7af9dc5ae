//! Who takes part: people with names in the reader's language, a channel, a group.

use super::words::word;
use crate::domain::types::{ChatId, Language, UserId};
use crate::playground::telegram::Simulated;

/// What the bot may do in the group.
const GUARD: [&str; 3] = ["can_delete_messages", "can_restrict_members", "can_invite_users"];
/// Names of people who come later; no more than these come.
const NEWCOMERS: [&str; 4] = ["demo-newcomer-1", "demo-newcomer-2", "demo-newcomer-3", "demo-newcomer-4"];

/// The people and the places.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    /// Owns the house, the channel and the group.
    pub(super) ann: UserId,
    /// The channel.
    pub(super) channel: ChatId,
    /// The group that is kept for the channel's subscribers.
    pub(super) group: ChatId,
    /// Everybody, with the key of their name.
    people: Vec<(UserId, &'static str)>,
}

impl Cast {
    /// Ann owns everything, Sam subscribes, Eve is in the group only, Leo is nowhere yet.
    pub(super) fn meet(telegram: &Simulated, language: Language) -> Self {
        let new = |key: &'static str| (telegram.person(&word(language, key), language.code()), key);
        let people = vec![new("demo-ann"), new("demo-sam"), new("demo-eve"), new("demo-leo")];
        let (ann, sam, eve) = (people[0].0, people[1].0, people[2].0);
        let channel = telegram.channel(&word(language, "demo-channel"), Some("news"), ann);
        let group = telegram.public_supergroup(&word(language, "demo-group"), "readers", ann);
        telegram.started(ann);
        telegram.place_bot(channel, &["can_invite_users"]);
        telegram.place_bot(group, &GUARD);
        telegram.post(channel, &word(language, "demo-first-post"));
        for (who, chat) in [(sam, channel), (sam, group), (eve, group)] {
            let joined = telegram.join(who, chat);
            debug_assert!(joined.is_ok(), "everybody is new here");
        }
        telegram.forget_updates(); // all of this was long ago
        Self { ann, channel, group, people }
    }

    /// Everybody's name and app, and the titles, in another language.
    pub(super) fn speak(&self, telegram: &Simulated, language: Language) {
        for (who, key) in &self.people {
            telegram.introduce(*who, &word(language, key), language.code());
        }
        telegram.entitle(self.channel, &word(language, "demo-channel"));
        telegram.entitle(self.group, &word(language, "demo-group"));
    }

    /// One more person, who is nowhere yet; `None` when there are enough.
    pub(super) fn newcomer(&mut self, telegram: &Simulated, language: Language) -> Option<UserId> {
        let key = NEWCOMERS.into_iter().find(|key| self.people.iter().all(|it| it.1 != *key))?;
        let who = telegram.person(&word(language, key), language.code());
        self.people.push((who, key));
        Some(who)
    }

    /// Whether this is one of us.
    pub(super) fn has(&self, who: UserId) -> bool {
        self.people.iter().any(|it| it.0 == who)
    }
}
