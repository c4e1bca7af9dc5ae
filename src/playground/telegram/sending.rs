//! Sending letters: alone, in albums, in place of others; and reactions to them.

use super::happening::What;
use super::letters::{Content, Letter, Origin};
use super::people::{Refused, spoken_by};
use super::queue::Lane;
use super::simulated::Simulated;
use super::world::{Kind, Message, World};
use crate::domain::types::{ChatId, MessageId, UserId};
use bytes::Bytes;
use serde_json::{Map, Value, json};

impl World {
    /// The letter as a message of this person (0 for a channel's own).
    pub(super) fn written(&mut self, who: i64, letter: &Letter) -> Message {
        let mut message = spoken_by(who, &letter.words);
        message.other = self.content(letter);
        message.captioned = !message.other.is_empty();
        if letter.words.is_empty() {
            message.text = None;
        }
        if let Some(bot) = letter.via {
            message.other.insert("via_bot".into(), self.user_json(bot.0));
        }
        message.thread = letter.thread;
        message.reply_to = letter.answers.map(|it| it.0);
        message.origin = self.origin(&letter.origin);
        message
    }

    fn content(&mut self, letter: &Letter) -> Map<String, Value> {
        let plain = Bytes::from_static(b"content");
        let mut stored = |folder: &str, name: &str, mime: &str, more: Value| {
            let mut file = self.store_file(folder, name, mime, plain.clone());
            if let (Some(file), Value::Object(more)) = (file.as_object_mut(), more) {
                file.extend(more);
            }
            file
        };
        let size = json!({ "width": 90, "height": 90 });
        let film = json!({ "width": 90, "height": 90, "duration": 3 });
        let (name, value) = match &letter.content {
            Content::Words => return Map::new(),
            Content::Photo => ("photo", json!([stored("photos", "photo.jpg", "image/jpeg", size)])),
            Content::Video => ("video", stored("videos", "video.mp4", "video/mp4", film)),
            Content::Voice => ("voice", stored("voice", "voice.oga", "audio/ogg", json!({ "duration": 3 }))),
            Content::VideoNote => {
                let round = json!({ "length": 240, "duration": 3 });
                ("video_note", stored("video_notes", "note.mp4", "video/mp4", round))
            }
            Content::Sticker => {
                let drawn =
                    json!({ "type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false });
                ("sticker", stored("stickers", "sticker.webp", "image/webp", drawn))
            }
            Content::Animation => ("animation", stored("animations", "film.mp4", "video/mp4", film)),
            Content::Audio => ("audio", stored("music", "music.mp3", "audio/mpeg", json!({ "duration": 180 }))),
            Content::Document { name, mime, bytes } => {
                let mut file = self.store_file("documents", name, mime, bytes.clone());
                (file["file_name"], file["mime_type"]) = (name.as_str().into(), mime.as_str().into());
                ("document", file)
            }
            Content::Contact { name } => ("contact", json!({ "phone_number": "+15550100", "first_name": name })),
            Content::Location => ("location", json!({ "latitude": 52.5, "longitude": 13.4 })),
            Content::Poll { question, options } => ("poll", poll(self.roll(), question, options)),
            Content::Story { of } => {
                let chat = self.chats.get(&of.0).map_or(Value::Null, |it| self.chat_json(it));
                ("story", json!({ "chat": chat, "id": 1 }))
            }
        };
        Map::from_iter([(name.to_owned(), value)])
    }

    fn origin(&self, origin: &Origin) -> Option<Value> {
        let date = self.clock.now_s() - 60;
        match origin {
            Origin::Own => None,
            Origin::Channel(channel) => {
                let chat = self.chats.get(&channel.0).map_or(Value::Null, |it| self.chat_json(it));
                Some(json!({ "type": "channel", "date": date, "chat": chat, "message_id": 1 }))
            }
            Origin::Person(person) => {
                Some(json!({ "type": "user", "date": date, "sender_user": self.user_json(person.0) }))
            }
            Origin::Hidden(name) => Some(json!({ "type": "hidden_user", "date": date, "sender_user_name": name })),
        }
    }
}

fn poll(id: u64, question: &str, options: &[String]) -> Value {
    let option =
        |(n, text): (usize, &String)| json!({ "persistent_id": n.to_string(), "text": text, "voter_count": 0 });
    let options: Vec<Value> = options.iter().enumerate().map(option).collect();
    json!({
        "id": id.to_string(),
        "question": question,
        "options": options,
        "total_voter_count": 0,
        "is_closed": false,
        "is_anonymous": true,
        "type": "regular",
        "allows_multiple_answers": false,
        "allows_revoting": true,
        "members_only": false,
    })
}

impl Simulated {
    /// Somebody sends something. In private this presses Start, too.
    ///
    /// # Errors
    /// When Telegram's app would not let them: muted, this kind not allowed there, not inside, banned.
    pub fn send(&self, who: UserId, chat: ChatId, letter: Letter) -> Result<MessageId, Refused> {
        let message = {
            let mut world = self.world();
            world.may_speak(chat.0, who.0, letter.right())?;
            world.written(who.0, &letter)
        };
        self.say_with(who, chat, "", |it| *it = message).map(|(message, _)| message)
    }

    /// Somebody sends several things at once, which belong together.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn album(&self, who: UserId, chat: ChatId, letters: &[Letter]) -> Result<Vec<MessageId>, Refused> {
        let group = Value::from(self.world().roll().to_string());
        let one = |letter: &Letter| {
            let mut message = {
                let mut world = self.world();
                world.may_speak(chat.0, who.0, letter.right())?;
                world.written(who.0, letter)
            };
            message.other.insert("media_group_id".into(), group.clone());
            self.say_with(who, chat, "", |it| *it = message).map(|(message, _)| message)
        };
        letters.iter().map(one).collect()
    }

    /// A channel posts something; a linked group gets a copy by itself.
    pub fn publish(&self, channel: ChatId, letter: Letter) -> MessageId {
        let mut world = self.world();
        let name = world.title(channel.0);
        let message = world.written(0, &letter);
        let (id, _) = world.spoken(channel.0, &name, message);
        drop(world);
        self.inner.changed.notify_waiters();
        id
    }

    /// Somebody puts something else in place of what they sent.
    ///
    /// # Errors
    /// When the message is gone.
    pub fn edit_into(&self, chat: ChatId, message: MessageId, letter: Letter) -> Result<(), Refused> {
        let mut world = self.world();
        let there = world.chats.get(&chat.0).and_then(|it| it.message(message.0));
        let old = there.cloned().ok_or(Refused::NoMessage)?;
        let mut new = world.written(old.from, &letter);
        if let Some(album) = old.other.get("media_group_id") {
            new.other.insert("media_group_id".into(), album.clone());
        }
        let Message { text, captioned, entities, other, .. } = new;
        world.changed(chat.0, Message { text, captioned, entities, other, ..old });
        drop(world);
        self.inner.changed.notify_waiters();
        Ok(())
    }

    /// Somebody sets a reaction under a message, or takes it away; bots that are admins hear of it if they asked to.
    ///
    /// # Errors
    /// When they are not inside, or the message is gone.
    pub fn react(&self, who: UserId, chat: ChatId, message: MessageId, emoji: Option<&str>) -> Result<(), Refused> {
        let mut world = self.world();
        if chat.0 < 0 && !world.member(chat.0, who.0).inside() {
            let (who, chat) = (world.name(who.0), world.title(chat.0));
            return Err(Refused::MayNotWrite { who, chat, why: "not a member" });
        }
        let found = world.chats.get_mut(&chat.0).and_then(|it| it.messages.get_mut(&message.0));
        let it = found.filter(|it| !it.deleted).ok_or(Refused::NoMessage)?;
        let old = match emoji {
            Some(emoji) => it.reactions.insert(who.0, emoji.into()),
            None => it.reactions.remove(&who.0),
        };
        if old.as_deref() != emoji {
            world.tell_reaction(chat.0, message.0, who.0, old.as_deref(), emoji);
        }
        Ok(())
    }
}

impl World {
    fn tell_reaction(&mut self, chat: i64, message: i64, who: i64, old: Option<&str>, new: Option<&str>) {
        let name = self.name(who);
        self.happened(chat, name, false, What::Reacted(new.unwrap_or_default().into()));
        let Some(it) = self.chats.get(&chat) else { return };
        if it.kind == Kind::Channel || !self.me(chat).is_admin() {
            return;
        }
        let set = |emoji: Option<&str>| -> Vec<Value> {
            emoji.into_iter().map(|it| json!({ "type": "emoji", "emoji": it })).collect()
        };
        let change = json!({
            "chat": self.chat_json(it),
            "message_id": message,
            "user": self.user_json(who),
            "date": self.clock.now_s(),
            "old_reaction": set(old),
            "new_reaction": set(new),
        });
        self.push("message_reaction", &change, Lane::Chat(chat));
    }
}
