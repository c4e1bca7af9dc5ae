//! What people do: they join, write, press, block.

use super::happening::What;
use super::letters::Letter;
use super::queue::Lane;
use super::simulated::Simulated;
use super::text;
use super::world::{Kind, Member, Message, Status, World};
use crate::domain::types::{ChatId, MessageId, UserId};
use serde_json::{Value, json};

/// Telegram's app would not let this person do this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Muted, not inside, or without the right.
    #[error("{who} may not write in {chat}: {why}")]
    MayNotWrite {
        /// Who.
        who: String,
        /// Where.
        chat: String,
        /// Telegram's word for what is missing.
        why: &'static str,
    },
    /// Banned from the chat.
    #[error("{0} is banned there")]
    Banned(String),
    /// Already inside, or not inside.
    #[error("{0} already is where they want to be")]
    NothingToDo(String),
    /// The message is gone or never was.
    #[error("there is no such message")]
    NoMessage,
    /// The link leads nowhere, or not to our bot.
    #[error("{0} leads nowhere")]
    DeadLink(String),
    /// Without a right that it takes.
    #[error("{who} lacks {right}")]
    NoRight {
        /// Who.
        who: String,
        /// Telegram's word for the right.
        right: &'static str,
    },
    /// The person has blocked the bot.
    #[error("{0} has blocked the bot")]
    Blocked(String),
}

impl World {
    /// Brings a message to the bot if it may see it; gives the update's id.
    pub(super) fn announce(&mut self, chat: i64, id: i64, edited: bool) -> Option<u64> {
        let it = self.chats.get(&chat)?;
        let kind = match (it.kind == Kind::Channel, edited) {
            (true, false) => "channel_post",
            (true, true) => "edited_channel_post",
            (false, false) => "message",
            (false, true) => "edited_message",
        };
        let message = it.messages.get(&id)?;
        if !self.updates.wants(kind) || !self.bot_sees(chat, message) {
            return None;
        }
        let shown = self.message_json(it, message);
        self.push(kind, &shown, Lane::Chat(chat))
    }

    /// Group privacy.
    fn bot_sees(&self, chat: i64, message: &Message) -> bool {
        if chat > 0 {
            return true;
        }
        let me = self.me(chat);
        if !me.inside() {
            return message.other.get("left_chat_member").is_some_and(|it| it["id"] == self.bot.id);
        }
        if message.service || me.is_admin() || !self.bot.privacy {
            return true;
        }
        let text = message.text.as_deref().unwrap_or_default();
        let name = self.users.get(&self.bot.id).and_then(|it| it.username.as_deref()).unwrap_or_default();
        let named = text.to_lowercase().contains(&format!("@{}", name.to_lowercase()));
        let command = text.starts_with('/') && !text.split(' ').next().unwrap_or_default().contains('@');
        let reply = message.reply_to.and_then(|id| self.chats.get(&chat)?.message(id)).is_some_and(|it| it.by_bot);
        named || command || reply
    }

    /// A post appears by itself in the channel's discussion.
    pub(super) fn forward_to_discussion(&mut self, channel: i64, id: i64) -> Option<i64> {
        let it = self.chats.get(&channel).filter(|it| it.kind == Kind::Channel)?;
        let group = it.linked?;
        let post = it.messages.get(&id)?;
        let origin = json!({ "type": "channel", "date": post.date_s, "chat": self.chat_json(it), "message_id": id });
        let copy = Message {
            text: post.text.clone(),
            captioned: post.captioned,
            entities: post.entities.clone(),
            other: post.other.clone(),
            sender_chat: Some(channel),
            origin: Some(origin),
            automatic: true,
            ..Message::default()
        };
        let copied = self.add_message(group, copy);
        self.announce(group, copied, false);
        Some(copied)
    }

    /// A person's words arrive in a chat.
    pub(super) fn spoken(&mut self, chat: i64, who: &str, message: Message) -> (MessageId, Option<u64>) {
        let text = message.words();
        let id = self.add_message(chat, message);
        self.happened(chat, who.into(), false, What::Said { text, buttons: Vec::new() });
        let update = self.announce(chat, id, false);
        self.forward_to_discussion(chat, id);
        (MessageId(id), update)
    }

    /// Whether the app would let somebody send what takes this permission.
    pub(super) fn may_speak(&self, chat: i64, who: i64, right: &'static str) -> Result<(), Refused> {
        let blocked = chat > 0 && self.bot.blocked.contains(&who);
        if blocked {
            return Err(Refused::Blocked(self.name(who)));
        }
        match self.silenced(chat, who).or_else(|| self.lacks(chat, who, right)) {
            None => Ok(()),
            Some(why) => Err(Refused::MayNotWrite { who: self.name(who), chat: self.title(chat), why }),
        }
    }

    /// The permission, if this member of a group lacks it.
    fn lacks(&self, chat: i64, who: i64, right: &'static str) -> Option<&'static str> {
        let it = self.chats.get(&chat).filter(|it| matches!(it.kind, Kind::Group | Kind::Supergroup))?;
        let member = self.member(chat, who);
        let restricted = member.status == Status::Restricted && !member.permissions.has(right);
        (!member.is_admin() && (restricted || !it.permissions.has(right))).then_some(right)
    }

    /// A message is now like this; everybody sees it, the bot hears it.
    pub(super) fn changed(&mut self, chat: i64, new: Message) {
        let (id, text, who) = (new.id, new.words(), self.name(new.from));
        let edited_s = Some(self.clock.now_s());
        if let Some(it) = self.chats.get_mut(&chat) {
            it.messages.insert(id, Message { edited_s, ..new });
        }
        self.happened(chat, who, false, What::Edited { text, buttons: Vec::new() });
        self.announce(chat, id, true);
    }
}

impl Simulated {
    /// Somebody writes. In private this presses Start, too.
    ///
    /// # Errors
    /// When Telegram's app would not let them: muted, not inside, banned.
    pub fn say(&self, who: UserId, chat: ChatId, words: &str) -> Result<MessageId, Refused> {
        self.say_with(who, chat, words, |_| {}).map(|(message, _)| message)
    }

    /// The same, and the id of the update that tells the bot (none when it may not see it).
    ///
    /// # Errors
    /// As [`Self::say`].
    pub fn say_traced(&self, who: UserId, chat: ChatId, words: &str) -> Result<(MessageId, Option<u64>), Refused> {
        self.say_with(who, chat, words, |_| {})
    }

    /// Somebody writes in a topic.
    ///
    /// # Errors
    /// As [`Self::say`].
    pub fn say_in(&self, who: UserId, chat: ChatId, topic: i64, words: &str) -> Result<MessageId, Refused> {
        self.say_with(who, chat, words, |it| it.thread = Some(topic)).map(|(message, _)| message)
    }

    /// Somebody answers a message.
    ///
    /// # Errors
    /// As [`Self::say`].
    pub fn reply(&self, who: UserId, chat: ChatId, to: MessageId, words: &str) -> Result<MessageId, Refused> {
        self.say_with(who, chat, words, |it| it.reply_to = Some(to.0)).map(|(message, _)| message)
    }

    /// Somebody sends a photo with these words below it.
    ///
    /// # Errors
    /// As [`Self::say`].
    pub fn show(&self, who: UserId, chat: ChatId, caption: &str) -> Result<MessageId, Refused> {
        self.send(who, chat, Letter::photo().saying(caption))
    }

    pub(super) fn say_with(
        &self,
        who: UserId,
        chat: ChatId,
        words: &str,
        shape: impl FnOnce(&mut Message),
    ) -> Result<(MessageId, Option<u64>), Refused> {
        let mut world = self.world();
        world.may_speak(chat.0, who.0, "can_send_messages")?;
        if chat.0 > 0 {
            world.private(who.0);
            world.bot.started.insert(who.0);
        }
        world.bot.met.insert(who.0);
        let mut message = spoken_by(who.0, words);
        shape(&mut message);
        let name = world.name(who.0);
        let said = world.spoken(chat.0, &name, message);
        drop(world);
        self.inner.changed.notify_waiters();
        Ok(said)
    }

    /// Somebody writes to the bot in private.
    ///
    /// # Errors
    /// When they have blocked it.
    pub fn whisper(&self, who: UserId, words: &str) -> Result<MessageId, Refused> {
        self.say(who, ChatId(who.0), words)
    }

    /// An admin writes in the group's own name.
    pub fn say_anonymously(&self, chat: ChatId, words: &str) -> MessageId {
        self.say_as(chat, chat, words)
    }

    /// Somebody writes in the name of a channel, or of the group itself.
    pub fn say_as(&self, sender: ChatId, chat: ChatId, words: &str) -> MessageId {
        let mut world = self.world();
        let message = Message { sender_chat: Some(sender.0), ..spoken_by(0, words) };
        let name = world.title(sender.0);
        let (id, _) = world.spoken(chat.0, &name, message);
        id
    }

    /// A channel posts; a linked group gets a copy by itself.
    pub fn post(&self, channel: ChatId, words: &str) -> MessageId {
        let mut world = self.world();
        let name = world.title(channel.0);
        let (id, _) = world.spoken(channel.0, &name, spoken_by(0, words));
        id
    }

    /// Somebody changes their words, or those below what they sent.
    ///
    /// # Errors
    /// When the message is gone.
    pub fn edit(&self, chat: ChatId, message: MessageId, words: &str) -> Result<(), Refused> {
        let mut world = self.world();
        let there = world.chats.get(&chat.0).and_then(|it| it.message(message.0));
        let old = there.cloned().ok_or(Refused::NoMessage)?;
        let new = Message { text: Some(words.into()), entities: text::found_entities(words), ..old };
        world.changed(chat.0, new);
        Ok(())
    }

    /// Somebody forwards a message.
    ///
    /// # Errors
    /// When they may not write there, or the message is gone.
    pub fn forward(&self, who: UserId, from: ChatId, message: MessageId, to: ChatId) -> Result<MessageId, Refused> {
        let copy = {
            let world = self.world();
            let chat = world.chats.get(&from.0).ok_or(Refused::NoMessage)?;
            let it = chat.message(message.0).ok_or(Refused::NoMessage)?;
            let origin = if chat.kind == Kind::Channel {
                json!({ "type": "channel", "date": it.date_s, "chat": world.chat_json(chat), "message_id": it.id })
            } else {
                json!({ "type": "user", "date": it.date_s, "sender_user": world.user_json(it.from) })
            };
            let Message { text, captioned, entities, other, .. } = it.clone();
            Message { from: who.0, origin: Some(origin), text, captioned, entities, other, ..Message::default() }
        };
        self.say_with(who, to, "", |it| *it = copy).map(|(message, _)| message)
    }

    /// Somebody deletes their own message; Telegram tells bots nothing of it.
    pub fn unsay(&self, chat: ChatId, message: MessageId) {
        let mut world = self.world();
        let found = world.chats.get_mut(&chat.0).and_then(|it| it.messages.get_mut(&message.0));
        if let Some(it) = found {
            it.deleted = true;
        }
    }

    /// Somebody comes in, or asks to where that is required; who was restricted stays so.
    ///
    /// # Errors
    /// When they are banned, already inside, or have already asked.
    pub fn join(&self, who: UserId, chat: ChatId) -> Result<(), Refused> {
        self.step(who, chat, true)
    }

    /// Somebody goes out.
    ///
    /// # Errors
    /// When they are not inside.
    pub fn leave(&self, who: UserId, chat: ChatId) -> Result<(), Refused> {
        self.step(who, chat, false)
    }

    fn step(&self, who: UserId, chat: ChatId, inside: bool) -> Result<(), Refused> {
        let mut world = self.world();
        let old = world.member(chat.0, who.0);
        if inside {
            world.enter(who.0, chat.0, None)?;
        } else if !old.inside() {
            return Err(Refused::NothingToDo(world.name(who.0)));
        } else {
            let new = match old.status {
                Status::Restricted => Member { is_member: false, ..old },
                _ => Member::of(Status::Left),
            };
            world.set_member(chat.0, who.0, new, who.0);
        }
        drop(world);
        self.inner.changed.notify_waiters();
        Ok(())
    }

    /// Somebody blocks the bot.
    pub fn block(&self, who: UserId) {
        self.set_blocked(who, true);
    }

    /// Somebody lets the bot write again.
    pub fn unblock(&self, who: UserId) {
        self.set_blocked(who, false);
    }

    fn set_blocked(&self, who: UserId, blocked: bool) {
        let mut world = self.world();
        let changed = if blocked { world.bot.blocked.insert(who.0) } else { world.bot.blocked.remove(&who.0) };
        if !changed {
            return;
        }
        let chat = world.private(who.0);
        let bot = world.user_json(world.bot.id);
        let (free, barred) =
            (json!({ "status": "member", "user": bot }), json!({ "status": "kicked", "user": bot, "until_date": 0 }));
        let (old, new) = if blocked { (free, barred) } else { (barred, free) };
        let shown = world.chats.get(&chat).map_or(Value::Null, |it| world.chat_json(it));
        let change = json!({
            "chat": shown,
            "from": world.user_json(who.0),
            "date": world.clock.now_s(),
            "old_chat_member": old,
            "new_chat_member": new,
        });
        world.push("my_chat_member", &change, Lane::Member(who.0));
    }

    /// The person's account is deleted: no name, no words from them any more; memberships stay.
    pub fn deactivate(&self, who: UserId) {
        if let Some(user) = self.world().users.get_mut(&who.0) {
            user.deactivated = true;
        }
    }

    /// Sends the bot an update exactly as written; `$UPDATE_ID` stands for the next id. Gives that id.
    pub fn raw(&self, update: &str) -> u64 {
        self.world().push_raw(update, Lane::Chat(0))
    }

    /// Whatever waits for the bot is forgotten, as `drop_pending_updates` does.
    pub fn forget_updates(&self) {
        self.world().updates.forget();
    }

    /// The next update's id jumps ahead, as it does after quiet times.
    pub fn jump_update_ids(&self, by: u64) {
        self.world().updates.jump(by);
    }
}

pub(super) fn spoken_by(who: i64, words: &str) -> Message {
    Message { from: who, text: Some(words.into()), entities: text::found_entities(words), ..Message::default() }
}
