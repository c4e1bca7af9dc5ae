//! May the bot do this here? The checks that every method begins with, in the official order and words.

use super::refusal::Refusal;
use super::world::{Kind, Message, Status, World};

/// What the bot wants of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// To say something or change something.
    Write,
    /// To change one of its own messages.
    Edit,
    /// To look at its members.
    Members,
    /// To look at it.
    Read,
}

impl World {
    /// Finds the chat that `chat_id` names, if the bot has that access.
    pub(super) fn chat_for(&mut self, name: &str, access: Access) -> Result<i64, Refusal> {
        if name.is_empty() {
            return Err(Refusal::bad("chat_id is empty"));
        }
        let unknown = || Refusal::bad("chat not found");
        let id = match name.strip_prefix('@') {
            Some(username) => *self.names.get(&username.to_lowercase()).ok_or_else(unknown)?,
            None => name.trim().parse().map_err(|_| unknown())?,
        };
        if id > 0 { self.private_for(id, access) } else { self.public_for(id, access) }
    }

    fn private_for(&mut self, id: i64, access: Access) -> Result<i64, Refusal> {
        let user = self.users.get(&id).filter(|_| self.knows(id)).ok_or_else(|| Refusal::bad("chat not found"))?;
        let (write, change) = (access == Access::Write, matches!(access, Access::Write | Access::Edit));
        if change && user.deactivated {
            return Err(Refusal::forbidden("user is deactivated"));
        }
        if change && id == self.bot.id {
            return Err(Refusal::forbidden("bot can't send messages to itself"));
        }
        if write && self.bot.blocked.contains(&id) {
            return Err(Refusal::forbidden("bot was blocked by the user"));
        }
        if write && !self.bot.started.contains(&id) && !self.asks_us(id) {
            let words = if user.is_bot {
                "the bot can't send messages to the bot"
            } else {
                "bot can't initiate conversation with a user"
            };
            return Err(Refusal::forbidden(words));
        }
        Ok(self.private(id))
    }

    fn public_for(&self, id: i64, access: Access) -> Result<i64, Refusal> {
        let chat = self.chats.get(&id).ok_or_else(|| Refusal::bad("chat not found"))?;
        let me = self.me(id);
        let placed = chat.members.contains_key(&self.bot.id);
        if chat.kind == Kind::Group {
            return self.group_for(id, access, placed);
        }
        let word = chat.kind.word();
        if me.status == Status::Kicked {
            return Err(Refusal::forbidden(format!("bot was kicked from the {word} chat")));
        }
        if !placed && chat.username.is_none() {
            return Err(Refusal::bad("chat not found"));
        }
        let must_be_inside = chat.username.is_none() || matches!(access, Access::Write | Access::Edit);
        if must_be_inside && !me.inside() {
            return Err(Refusal::forbidden(format!("bot is not a member of the {word} chat")));
        }
        Ok(id)
    }

    fn group_for(&self, id: i64, access: Access, placed: bool) -> Result<i64, Refusal> {
        let gone_to = self.chats.get(&id).and_then(|it| it.migrated_to);
        if let Some(to) = gone_to.filter(|_| matches!(access, Access::Write | Access::Members)) {
            return Err(Refusal::migrated(to));
        }
        if !placed {
            return Err(Refusal::bad("chat not found"));
        }
        let touches = access != Access::Read;
        match self.me(id).status {
            Status::Kicked if touches => Err(Refusal::forbidden("bot was kicked from the group chat")),
            Status::Left if touches => Err(Refusal::forbidden("bot is not a member of the group chat")),
            _ => Ok(id),
        }
    }

    /// Whether the bot has come across this person.
    pub(super) fn knows(&self, user: i64) -> bool {
        user == self.bot.id || self.bot.met.contains(&user) || self.bot.started.contains(&user)
    }

    /// The message, or "`what` not found".
    pub(super) fn message_for(&self, chat: i64, id: i64, what: &str) -> Result<&Message, Refusal> {
        let found = self.chats.get(&chat).and_then(|it| it.message(id));
        found.ok_or_else(|| Refusal::bad(format!("{what} not found")))
    }

    /// What keeps somebody from writing in a chat, if anything does.
    pub(super) fn silenced(&self, chat: i64, user: i64) -> Option<&'static str> {
        let it = self.chats.get(&chat)?;
        let member = self.member(chat, user);
        match (it.kind, member.status) {
            (Kind::Private, _) | (_, Status::Creator) => None,
            (Kind::Channel, _) if member.may("can_post_messages") => None,
            (Kind::Channel, _) => Some("channel"),
            (_, Status::Administrator) => None,
            _ if !member.inside() => Some("not a member"),
            (_, Status::Restricted) if !member.permissions.may_write() => Some("text messages"),
            _ if !it.permissions.may_write() => Some("text messages"),
            _ => None,
        }
    }

    /// Whether the bot may write here.
    pub(super) fn may_send(&self, chat: i64) -> Result<(), Refusal> {
        match self.silenced(chat, self.bot.id) {
            None => Ok(()),
            Some("channel") => Err(Refusal::bad("Need administrator rights in the channel chat")),
            Some(what) => Err(Refusal::bad(format!("Not enough rights to send {what} to the chat"))),
        }
    }

    /// Counts one message against the flood limits.
    pub(super) fn spend(&mut self, chat: i64) -> Result<(), Refusal> {
        let now_ms = self.clock.now_ms();
        self.flood.spend(now_ms, chat, chat < 0).map_or(Ok(()), |wait| Err(Refusal::wait(wait)))
    }
}
