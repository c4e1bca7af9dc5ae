//! Files: what people and the bot send, with every byte.

use super::simulated::Simulated;
use super::world::{Message, World};
use crate::domain::types::{ChatId, MessageId};
use bytes::Bytes;
use serde_json::{Value, json};

/// A file on Telegram's servers.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) unique: String,
    /// Where it can be loaded from, below `/file/bot<token>/`.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) mime: String,
    pub(super) bytes: Bytes,
}

/// A file that the bot sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// Its message; 0 for an ephemeral one.
    pub message: MessageId,
    /// Its name.
    pub name: String,
    /// Its kind, for example `text/plain`.
    pub mime: String,
    /// Its content.
    pub bytes: Bytes,
    /// The words below it.
    pub caption: String,
}

impl World {
    /// Puts a file onto the servers; gives what a message says of it. `folder` is for example `documents`.
    pub(super) fn store_file(&mut self, folder: &str, name: &str, mime: &str, bytes: Bytes) -> Value {
        let number = self.roll();
        let (id, unique) = (format!("BQAC{number:016x}AAE"), format!("AgAD{number:08x}"));
        let extension = name.rsplit_once('.').map_or_else(String::new, |(_, it)| format!(".{it}"));
        let path = format!("{folder}/file_{}{extension}", number % 1_000_000_007);
        let shown = json!({ "file_id": id, "file_unique_id": unique, "file_size": bytes.len() });
        self.files.insert(id, Stored { unique, path, name: name.into(), mime: mime.into(), bytes });
        shown
    }

    /// The file at a path.
    pub(super) fn file_at(&self, path: &str) -> Option<Bytes> {
        self.files.values().find(|it| it.path == path).map(|it| it.bytes.clone())
    }

    fn sent_files(&self, chat: i64, content: &str) -> Vec<SentFile> {
        let Some(it) = self.chats.get(&chat) else { return Vec::new() };
        let all = it.messages.values().chain(it.ephemeral.values()).filter(|it| it.by_bot);
        all.filter_map(|it| self.sent_file(it, content)).collect()
    }

    fn sent_file(&self, message: &Message, content: &str) -> Option<SentFile> {
        let shown = message.other.get(content)?;
        let shown = shown.as_array().and_then(|it| it.last()).unwrap_or(shown);
        let file = self.files.get(shown["file_id"].as_str()?)?;
        Some(SentFile {
            message: MessageId(if message.receiver.is_some() { 0 } else { message.id }),
            name: file.name.clone(),
            mime: file.mime.clone(),
            bytes: file.bytes.clone(),
            caption: message.text.clone().unwrap_or_default(),
        })
    }
}

impl Simulated {
    /// A file of a message by its `file_id`: name, kind and content.
    #[must_use]
    pub fn file(&self, id: &str) -> Option<(String, String, Bytes)> {
        let world = self.world();
        world.files.get(id).map(|it| (it.name.clone(), it.mime.clone(), it.bytes.clone()))
    }

    /// The documents that the bot sent into a chat, oldest first, also those deleted since.
    #[must_use]
    pub fn documents(&self, chat: ChatId) -> Vec<SentFile> {
        self.world().sent_files(chat.0, "document")
    }

    /// The photos that the bot sent into a chat, oldest first, also those deleted since.
    #[must_use]
    pub fn photos(&self, chat: ChatId) -> Vec<SentFile> {
        self.world().sent_files(chat.0, "photo")
    }
}
