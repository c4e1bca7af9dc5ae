//! What can be seen: by one person, or by whoever tells the story.

use super::happening::What;
use super::simulated::Simulated;
use crate::domain::types::{ChatId, MessageId, UserId};

/// Whether this person is in the chat: in all but the private chats of others.
const fn sees(who: i64, chat: i64) -> bool {
    chat < 0 || chat == who
}

impl Simulated {
    /// One readable line for everything in a chat that this person could see: not what was shown to others only, not
    /// what others pressed, not who asked to be let in unless they are an admin.
    #[must_use]
    pub fn transcript_for(&self, who: UserId, chat: ChatId) -> Vec<String> {
        let world = self.world();
        if !sees(who.0, chat.0) {
            return Vec::new();
        }
        let admin = world.member(chat.0, who.0).is_admin();
        let own = world.name(who.0);
        let here = world.story.iter().filter(|it| it.chat == chat);
        let seen = here.filter(|it| match &it.only {
            Some((receiver, _)) => *receiver == who,
            None => match it.what {
                What::Asked | What::TurnedAway | What::Withdrew => admin || it.who == own,
                _ => true,
            },
        });
        seen.map(ToString::to_string).collect()
    }

    /// The messages that stand in a chat before this person's eyes now, one line each, oldest first.
    #[must_use]
    pub fn screen(&self, who: UserId, chat: ChatId) -> Vec<String> {
        let world = self.world();
        let it = world.chats.get(&chat.0).filter(|_| sees(who.0, chat.0));
        let messages = it.into_iter().flat_map(|it| it.seen_by(who.0)).filter(|it| !it.service);
        messages
            .map(|it| {
                let sender = it.sender_chat.map_or_else(|| world.name(it.from), |chat| world.title(chat));
                let buttons = super::methods::labels(it.keyboard.as_ref());
                let buttons = buttons.iter().fold(String::new(), |page, it| page + &format!(" [{it}]"));
                format!("{sender}: {}{buttons}", it.words())
            })
            .collect()
    }

    /// What everybody may do in a chat (names of [`super::PERMISSIONS`]).
    #[must_use]
    pub fn permissions(&self, chat: ChatId) -> Vec<&'static str> {
        self.world().chats.get(&chat.0).map_or_else(Vec::new, |it| it.permissions.names())
    }

    /// What an admin may do in a chat (names of [`super::ADMIN_RIGHTS`]); `None` of somebody who is no admin.
    #[must_use]
    pub fn rights(&self, chat: ChatId, who: UserId) -> Option<Vec<&'static str>> {
        let member = self.world().member(chat.0, who.0);
        member.is_admin().then(|| super::ADMIN_RIGHTS.into_iter().filter(|it| member.may(it)).collect())
    }

    /// Whether somebody is inside a chat now.
    #[must_use]
    pub fn is_inside(&self, chat: ChatId, who: UserId) -> bool {
        self.world().member(chat.0, who.0).inside()
    }

    /// Whether a message still stands.
    #[must_use]
    pub fn stands(&self, chat: ChatId, message: MessageId) -> bool {
        self.world().chats.get(&chat.0).is_some_and(|it| it.message(message.0).is_some())
    }

    /// What the bot says of itself in a language: description and short description.
    #[must_use]
    pub fn about(&self, language: &str) -> (String, String) {
        let world = self.world();
        let of = |kind: &str| {
            let own = world.bot.about.get(&format!("{kind} {language}"));
            own.or_else(|| world.bot.about.get(&format!("{kind} "))).cloned().unwrap_or_default()
        };
        (of("description"), of("short_description"))
    }
}
