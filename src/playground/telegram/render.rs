//! The world as the JSON that Telegram sends.

use super::chat::Link;
use super::rights::Permissions;
use super::world::{Chat, Kind, Member, Message, Status, User, World};
use crate::domain::types::{ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM};
use serde_json::{Map, Value, json};

impl User {
    pub(super) fn json(&self) -> Value {
        if self.deactivated {
            return json!({ "id": self.id, "is_bot": self.is_bot, "first_name": "" });
        }
        let mut user = json!({ "id": self.id, "is_bot": self.is_bot, "first_name": self.name });
        if let Some(username) = &self.username {
            user["username"] = username.as_str().into();
        }
        if let Some(language) = &self.language {
            user["language_code"] = language.as_str().into();
        }
        user
    }
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Group => "group",
            Self::Supergroup => "supergroup",
            Self::Channel => "channel",
        }
    }

    /// The word of the official errors.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Group => "group",
            Self::Supergroup => "supergroup",
            Self::Channel => "channel",
        }
    }
}

impl Status {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Creator => "creator",
            Self::Administrator => "administrator",
            Self::Member => "member",
            Self::Restricted => "restricted",
            Self::Left => "left",
            Self::Kicked => "kicked",
        }
    }
}

impl World {
    pub(super) fn user_json(&self, id: i64) -> Value {
        self.users.get(&id).map_or_else(|| json!({ "id": id, "is_bot": false, "first_name": "?" }), User::json)
    }

    pub(super) fn chat_json(&self, chat: &Chat) -> Value {
        let mut it = json!({ "id": chat.id, "type": chat.kind.name() });
        if chat.kind == Kind::Private {
            if let Some(user) = self.users.get(&chat.id) {
                it["first_name"] = user.name.as_str().into();
                if let Some(username) = &user.username {
                    it["username"] = username.as_str().into();
                }
            }
            return it;
        }
        it["title"] = chat.title.as_str().into();
        if let Some(username) = &chat.username {
            it["username"] = username.as_str().into();
        }
        if chat.forum {
            it["is_forum"] = true.into();
        }
        it
    }

    pub(super) fn message_json(&self, chat: &Chat, message: &Message) -> Value {
        self.message_json_at(chat, message, true)
    }

    fn message_json_at(&self, chat: &Chat, message: &Message, with_reply: bool) -> Value {
        let mut it = Map::new();
        match message.receiver {
            None => drop(it.insert("message_id".into(), message.id.into())),
            Some(receiver) => {
                it.insert("message_id".into(), 0.into());
                it.insert("ephemeral_message_id".into(), message.id.into());
                it.insert("receiver_user".into(), self.user_json(receiver));
            }
        }
        it.insert("date".into(), message.date_s.into());
        it.insert("chat".into(), self.chat_json(chat));
        self.write_sender(chat, message, &mut it);
        let (text, entities) = if message.captioned { ("caption", "caption_entities") } else { ("text", "entities") };
        if let Some(words) = &message.text {
            it.insert(text.into(), words.as_str().into());
        }
        if !message.entities.is_empty() {
            it.insert(entities.into(), Value::Array(message.entities.clone()));
        }
        if let Some(thread) = message.thread {
            it.insert("message_thread_id".into(), thread.into());
            it.insert("is_topic_message".into(), chat.forum.into());
        }
        if let Some(date) = message.edited_s {
            it.insert("edit_date".into(), date.into());
        }
        if let Some(origin) = &message.origin {
            it.insert("forward_origin".into(), origin.clone());
        }
        if message.automatic {
            it.insert("is_automatic_forward".into(), true.into());
        }
        if let Some(keyboard) = message.keyboard.as_ref().filter(|it| it.get("inline_keyboard").is_some()) {
            it.insert("reply_markup".into(), keyboard.clone());
        }
        for (name, value) in &message.other {
            it.insert(name.clone(), value.clone());
        }
        let answered = message.reply_to.filter(|_| with_reply).and_then(|id| chat.message(id));
        if let Some(answered) = answered {
            it.insert("reply_to_message".into(), self.message_json_at(chat, answered, false));
        }
        Value::Object(it)
    }

    fn write_sender(&self, chat: &Chat, message: &Message, into: &mut Map<String, Value>) {
        if chat.kind == Kind::Channel {
            into.insert("sender_chat".into(), self.chat_json(chat));
            return;
        }
        let Some(sender) = message.sender_chat else {
            if message.from != 0 {
                into.insert("from".into(), self.user_json(message.from));
            }
            return;
        };
        let shown = self.chats.get(&sender).map_or(Value::Null, |it| self.chat_json(it));
        into.insert("sender_chat".into(), shown);
        let from = if message.automatic {
            json!({ "id": TELEGRAM.0, "is_bot": false, "first_name": "Telegram" })
        } else if sender == chat.id {
            json!({ "id": ANONYMOUS_ADMIN.0, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot" })
        } else {
            json!({ "id": CHANNEL_BOT.0, "is_bot": true, "first_name": "Channel", "username": "Channel_Bot" })
        };
        into.insert("from".into(), from);
    }

    pub(super) fn member_json(&self, chat: &Chat, user: i64, member: &Member) -> Value {
        let mut it = Map::new();
        it.insert("status".into(), member.status.name().into());
        it.insert("user".into(), self.user_json(user));
        match member.status {
            Status::Creator => {
                it.insert("is_anonymous".into(), false.into());
            }
            Status::Administrator => {
                it.insert("can_be_edited".into(), (member.by == self.bot.id).into());
                it.insert("is_anonymous".into(), false.into());
                member.rights.write(chat.kind == Kind::Channel, &mut it);
            }
            Status::Restricted => {
                it.insert("is_member".into(), member.is_member.into());
                it.insert("until_date".into(), member.until_s.into());
                member.permissions.write(&mut it);
            }
            Status::Kicked => {
                it.insert("until_date".into(), member.until_s.into());
            }
            Status::Member | Status::Left => {}
        }
        Value::Object(it)
    }

    pub(super) fn permissions_json(permissions: Permissions) -> Value {
        let mut it = Map::new();
        permissions.write(&mut it);
        Value::Object(it)
    }

    /// A link; the address of somebody else's is shown in part only.
    pub(super) fn link_json(&self, chat: &Chat, link: &Link) -> Value {
        let half = link.address.len() / 2 + 8;
        let address = match link.by == self.bot.id {
            true => link.address.clone(),
            false => format!("{}…", link.address.get(..half).unwrap_or_default()),
        };
        let mut it = json!({
            "invite_link": address,
            "creator": self.user_json(link.by),
            "creates_join_request": link.by_request,
            "is_primary": link.primary,
            "is_revoked": link.revoked,
        });
        if let Some(name) = &link.name {
            it["name"] = name.as_str().into();
        }
        let waiting = chat.asking.values().filter(|it| it.link.as_deref() == Some(&link.address)).count();
        let numbers = [
            ("expire_date", link.expires_s),
            ("member_limit", link.limit),
            ("pending_join_request_count", i64::try_from(waiting).unwrap_or(i64::MAX)),
        ];
        for (name, number) in numbers.into_iter().filter(|(_, it)| *it != 0) {
            it[name] = number.into();
        }
        it
    }
}
