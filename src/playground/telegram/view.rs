//! Everything that could be seen, as values: for a page that shows this Telegram.

use super::simulated::Simulated;
use super::world::{Chat, Kind, Message, Status, World};
use serde::Serialize;
use serde_json::{Value, json};

/// The whole of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct View {
    /// People, in order of their coming; no bots.
    pub people: Vec<PersonView>,
    /// Chats by id.
    pub chats: Vec<ChatView>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonView {
    /// Their id, also that of their private chat with the bot.
    pub id: i64,
    /// Their name.
    pub name: String,
}

/// A chat.
#[derive(Clone, Debug, Serialize)]
pub struct ChatView {
    /// Its id.
    pub id: i64,
    /// `private`, `group`, `supergroup` or `channel`.
    pub kind: &'static str,
    /// Its title.
    pub title: String,
    /// Its public name without `@`.
    pub username: Option<String>,
    /// Who is or was in it, the bot left out.
    pub members: Vec<MemberView>,
    /// Its newest messages, oldest first, also those that only one person sees and those deleted since.
    pub messages: Vec<MessageView>,
}

/// Somebody's standing in a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberView {
    /// Who.
    pub id: i64,
    /// `owner`, `admin`, `member`, `left`, `banned` or `asking`.
    pub standing: &'static str,
    /// Whether they may not write.
    pub muted: bool,
}

/// A message.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "as Telegram has it")]
pub struct MessageView {
    /// Its id, among those for everybody or among the ephemeral ones.
    pub id: i64,
    /// When it came, in ms since 1970.
    pub at_ms: i64,
    /// Whose it is; 0 when it is a channel's.
    pub from: i64,
    /// The name above it.
    pub name: String,
    /// Whether the bot wrote it.
    pub bot: bool,
    /// The words.
    pub text: String,
    /// What is special about parts of the words, as Telegram has it; counted in UTF-16 units.
    pub entities: Vec<Value>,
    /// What stands above the words: `photo`, `document` and so on.
    pub content: Option<&'static str>,
    /// The file of it.
    pub file: Option<FileView>,
    /// A word of the service: `joined`, `left` or `created`, with the name of whom it concerns.
    pub service: Option<(&'static str, String)>,
    /// Buttons below it, row by row.
    pub buttons: Vec<Vec<ButtonView>>,
    /// Buttons in place of the keyboard, row by row.
    pub keyboard: Vec<Vec<String>>,
    /// The name and the words of what it answers.
    pub reply: Option<(String, String)>,
    /// Whether it was changed.
    pub edited: bool,
    /// Whether it was deleted.
    pub deleted: bool,
    /// The only person who sees it.
    pub only: Option<i64>,
    /// The message that it hides from that person.
    pub hides: Option<i64>,
    /// Whether it was forwarded.
    pub forwarded: bool,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileView {
    /// Its `file_id`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind, for example `image/png`.
    pub mime: String,
    /// Its size.
    pub bytes: usize,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ButtonView {
    /// The words on it.
    pub text: String,
    /// The address that it opens.
    pub url: Option<String>,
}

/// What a message can hold that is shown above its words.
const CONTENTS: [&str; 11] = [
    "photo",
    "video",
    "voice",
    "video_note",
    "sticker",
    "animation",
    "audio",
    "document",
    "contact",
    "location",
    "poll",
];

impl Simulated {
    /// Everything that could be seen now, with at most so many messages of each chat.
    #[must_use]
    pub fn view(&self, messages: usize) -> View {
        let world = self.world();
        let mut people: Vec<_> = world.users.values().filter(|it| !it.is_bot).collect();
        people.sort_by_key(|it| it.id);
        let mut chats: Vec<_> = world.chats.values().filter(|it| it.migrated_to.is_none()).collect();
        chats.sort_by_key(|it| it.id);
        View {
            people: people.into_iter().map(|it| PersonView { id: it.id, name: it.name.clone() }).collect(),
            chats: chats.into_iter().map(|it| world.chat_view(it, messages)).collect(),
        }
    }
}

impl World {
    fn chat_view(&self, chat: &Chat, most: usize) -> ChatView {
        let mut messages: Vec<&Message> = chat.messages.values().chain(chat.ephemeral.values()).collect();
        messages.sort_by_key(|it| it.at_ms);
        let newest = messages.split_off(messages.len().saturating_sub(most));
        ChatView {
            id: chat.id,
            kind: chat.kind.name(),
            title: chat.title.clone(),
            username: chat.username.clone(),
            members: self.members_view(chat),
            messages: newest.into_iter().map(|it| self.message_view(chat, it)).collect(),
        }
    }

    fn members_view(&self, chat: &Chat) -> Vec<MemberView> {
        let mut ids: Vec<i64> = chat.members.keys().chain(chat.asking.keys()).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|it| *it != self.bot.id);
        let view = |id: i64| {
            let member = self.member(chat.id, id);
            let standing = match member.status {
                _ if chat.asking.contains_key(&id) => "asking",
                Status::Creator => "owner",
                Status::Administrator => "admin",
                Status::Kicked => "banned",
                _ if member.inside() => "member",
                Status::Member | Status::Restricted | Status::Left => "left",
            };
            MemberView { id, standing, muted: member.muted() }
        };
        ids.into_iter().map(view).collect()
    }

    fn message_view(&self, chat: &Chat, it: &Message) -> MessageView {
        let of_channel = chat.kind == Kind::Channel;
        let sender = it.sender_chat.map(|it| self.title(it)).or_else(|| of_channel.then(|| chat.title.clone()));
        let content = CONTENTS.into_iter().find(|name| !it.service && it.other.contains_key(*name));
        let answered = it.reply_to.and_then(|id| chat.messages.get(&id));
        MessageView {
            id: it.id,
            at_ms: it.at_ms,
            from: if sender.is_some() { 0 } else { it.from },
            name: sender.unwrap_or_else(|| self.users.get(&it.from).map_or_else(String::new, |it| it.name.clone())),
            bot: it.by_bot,
            text: it.text.clone().unwrap_or_default(),
            entities: it.entities.clone(),
            content,
            file: content.and_then(|name| self.file_view(&it.other[name])),
            service: it.service.then(|| service(it)),
            buttons: buttons(it),
            keyboard: keyboard(it),
            reply: answered.map(|it| (self.name(it.from), it.words())),
            edited: it.edited_s.is_some(),
            deleted: it.deleted,
            only: it.receiver,
            hides: it.in_place_of,
            forwarded: it.origin.is_some(),
        }
    }

    /// The file of what a message holds; of a photo the largest size.
    fn file_view(&self, content: &Value) -> Option<FileView> {
        let shown = content.as_array().and_then(|it| it.last()).unwrap_or(content);
        let id = shown["file_id"].as_str()?;
        let file = self.files.get(id)?;
        let (name, mime) = (file.name.clone(), file.mime.clone());
        Some(FileView { id: id.to_owned(), name, mime, bytes: file.bytes.len() })
    }
}

fn service(message: &Message) -> (&'static str, String) {
    let name = |it: &Value| it["first_name"].as_str().unwrap_or_default().to_owned();
    if let Some(all) = message.other.get("new_chat_members").and_then(Value::as_array) {
        return ("joined", all.iter().map(name).collect::<Vec<_>>().join(", "));
    }
    match message.other.get("left_chat_member") {
        Some(who) => ("left", name(who)),
        None => ("created", String::new()),
    }
}

fn buttons(message: &Message) -> Vec<Vec<ButtonView>> {
    let button = |it: &Value| ButtonView {
        text: it["text"].as_str().unwrap_or_default().to_owned(),
        url: it["url"].as_str().map(ToOwned::to_owned),
    };
    rows(message, "inline_keyboard").iter().map(|row| row.iter().map(button).collect()).collect()
}

fn keyboard(message: &Message) -> Vec<Vec<String>> {
    let words = |it: &Value| it.as_str().or_else(|| it["text"].as_str()).unwrap_or_default().to_owned();
    rows(message, "keyboard").iter().map(|row| row.iter().map(words).collect()).collect()
}

fn rows(message: &Message, name: &str) -> Vec<Vec<Value>> {
    let markup = message.keyboard.clone().unwrap_or(json!({}));
    let rows = markup[name].as_array().cloned().unwrap_or_default();
    rows.into_iter().filter_map(|it| it.as_array().cloned()).collect()
}
