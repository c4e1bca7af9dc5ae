//! The shapes of an update as far as we read them: everything else is skipped without being built.
//!
//! frankenstein's `Update` is not used here: its `Message` takes 4 KB and builds every field, while
//! routing and rules look at about twenty of them.

mod message;

pub(super) use message::Message;

use crate::domain::types::ChatId;
use crate::telegram::wire::{Chat, Member, User};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// One update.
#[derive(Debug)]
pub(super) struct Update<'a> {
    pub id: u64,
    pub kind: &'static str,
    pub body: Body<'a>,
}

/// The object of an update, by what we do with it.
#[derive(Debug)]
pub(super) enum Body<'a> {
    Message(Box<Message<'a>>),
    Press(Box<Press<'a>>),
    Member(Box<MemberUpdate<'a>>),
    Join(Box<JoinRequest<'a>>),
    Reaction(Box<Reaction<'a>>),
    Elsewhere(Elsewhere<'a>),
    Nothing,
}

/// A person or chat of which only the id matters.
#[derive(Debug, Deserialize)]
pub(super) struct IdOnly {
    pub id: i64,
}

/// Where a forwarded message came from; `chat` is there for channels only.
#[derive(Debug, Deserialize)]
pub(super) struct Origin {
    #[serde(default)]
    pub chat: Option<IdOnly>,
}

impl Origin {
    /// The channel it came from, if it was one.
    pub fn channel(self) -> Option<ChatId> {
        self.chat.map(|it| ChatId(it.id))
    }
}

/// The message that another one answers.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    pub message_id: i64,
    #[serde(default)]
    pub from: Option<Writer>,
    #[serde(default)]
    pub sender_chat: Option<IdOnly>,
    #[serde(default)]
    pub is_automatic_forward: bool,
    #[serde(default)]
    pub forward_origin: Option<Origin>,
    #[serde(default)]
    pub entities: Vec<Mark>,
}

/// Who wrote the message that another one answers.
#[derive(Debug, Deserialize)]
pub(super) struct Writer {
    pub id: i64,
    #[serde(default)]
    pub is_bot: bool,
}

/// An entity of a text; `user` is there when it mentions a person by id.
#[derive(Debug, Deserialize)]
pub(super) struct Mark {
    #[serde(default)]
    pub user: Option<IdOnly>,
}

/// A press of a button.
#[derive(Debug, Deserialize)]
pub(super) struct Press<'a> {
    pub id: String,
    #[serde(borrow)]
    pub from: User<'a>,
    #[serde(borrow, default)]
    pub message: Option<Carrier<'a>>,
    #[serde(borrow, default)]
    pub data: Option<Cow<'a, str>>,
}

/// The message that carries a pressed button; of an old one Telegram tells no more than chat and id.
#[derive(Debug, Deserialize)]
pub(super) struct Carrier<'a> {
    pub message_id: i64,
    #[serde(borrow)]
    pub chat: Chat<'a>,
    #[serde(default)]
    pub message_thread_id: Option<i64>,
    #[serde(default)]
    pub is_topic_message: bool,
    #[serde(default)]
    pub ephemeral_message_id: Option<i64>,
}

/// A plain file.
#[derive(Debug, Deserialize)]
pub(super) struct File {
    pub file_id: String,
    #[serde(default)]
    pub file_name: Option<String>,
    #[serde(default)]
    pub file_size: Option<u64>,
}

/// The invite link by which somebody came.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    pub creator: Option<IdOnly>,
    #[serde(default)]
    pub creates_join_request: bool,
}

/// `ChatJoinRequest`.
#[derive(Debug, Deserialize)]
pub(super) struct JoinRequest<'a> {
    #[serde(borrow)]
    pub chat: Chat<'a>,
    #[serde(borrow)]
    pub from: User<'a>,
    pub date: i64,
    /// Older servers do not tell it; then it is the person's id.
    #[serde(default)]
    pub user_chat_id: Option<i64>,
    #[serde(default)]
    pub query_id: Option<String>,
    #[serde(default)]
    pub invite_link: Option<Link>,
}

/// `MessageReactionUpdated`.
#[derive(Debug, Deserialize)]
pub(super) struct Reaction<'a> {
    #[serde(borrow)]
    pub chat: Chat<'a>,
    pub message_id: i64,
    #[serde(borrow, default)]
    pub user: Option<User<'a>>,
    #[serde(default)]
    pub actor_chat: Option<IdOnly>,
    pub date: i64,
    #[serde(borrow)]
    pub old_reaction: Vec<Emoji<'a>>,
    #[serde(borrow)]
    pub new_reaction: Vec<Emoji<'a>>,
}

/// `ReactionType`, all of its kinds in one.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Emoji<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub emoji: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub custom_emoji_id: Option<Cow<'a, str>>,
}

/// `ChatMemberUpdated`.
#[derive(Debug, Deserialize)]
pub(super) struct MemberUpdate<'a> {
    #[serde(borrow)]
    pub chat: Chat<'a>,
    #[serde(borrow)]
    pub from: User<'a>,
    pub date: i64,
    #[serde(borrow)]
    pub old_chat_member: Member<'a>,
    #[serde(borrow)]
    pub new_chat_member: Member<'a>,
    #[serde(default)]
    pub via_join_request: bool,
    #[serde(default)]
    pub invite_link: Option<Link>,
}

/// An object of a chat that no rule looks at.
#[derive(Debug, Deserialize)]
pub(super) struct Elsewhere<'a> {
    #[serde(borrow, default)]
    pub chat: Option<Chat<'a>>,
}

/// The update kinds of Bot API 10.3, the frequent ones first.
const KINDS: [&str; 27] = [
    "message",
    "callback_query",
    "edited_message",
    "chat_member",
    "my_chat_member",
    "channel_post",
    "edited_channel_post",
    "message_reaction",
    "message_reaction_count",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "inline_query",
    "chosen_inline_result",
    "poll",
    "poll_answer",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "managed_bot",
    "pre_checkout_query",
    "purchased_paid_media",
    "shipping_query",
    "stopped_message_generation",
    "subscription",
];

impl<'de> Deserialize<'de> for Update<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(UpdateVisitor)
    }
}

struct UpdateVisitor;

impl<'de> Visitor<'de> for UpdateVisitor {
    type Value = Update<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an update")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut id, mut kind, mut body) = (None, "other", Body::Nothing);
        while let Some(name) = map.next_key_seed(KindName)? {
            let Some(name) = name else {
                id = Some(map.next_value()?);
                continue;
            };
            kind = name;
            body = match name {
                "message" | "edited_message" | "channel_post" | "edited_channel_post" => {
                    Body::Message(map.next_value()?)
                }
                "callback_query" => Body::Press(map.next_value()?),
                "chat_member" | "my_chat_member" => Body::Member(map.next_value()?),
                "chat_join_request" => Body::Join(map.next_value()?),
                "message_reaction" => Body::Reaction(map.next_value()?),
                "message_reaction_count" | "chat_boost" | "removed_chat_boost" => Body::Elsewhere(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    Body::Nothing
                }
            };
        }
        Ok(Update { id: id.ok_or_else(|| A::Error::missing_field("update_id"))?, kind, body })
    }
}

/// Reads the name of an update's field: `None` for the id, else the kind.
struct KindName;

impl<'de> DeserializeSeed<'de> for KindName {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KindName {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an update's field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        if name == "update_id" {
            return Ok(None);
        }
        Ok(Some(KINDS.iter().find(|it| **it == name).copied().unwrap_or("other")))
    }
}
