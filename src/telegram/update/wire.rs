//! The shapes of an update as far as we read them: everything else is skipped without being built.
//!
//! frankenstein's `Update` is not used here: its `Message` takes 4 KB and builds every field, while
//! routing and rules look at about twenty of them.

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
    Elsewhere(Elsewhere<'a>),
    Nothing,
}

/// A message of any kind.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "these are Telegram's own flags")]
pub(super) struct Message<'a> {
    pub message_id: i64,
    pub thread: Option<i64>,
    pub is_topic: bool,
    pub from: Option<User<'a>>,
    pub sender_chat: Option<IdOnly>,
    pub date: i64,
    pub edit_date: Option<i64>,
    pub chat: Option<Chat<'a>>,
    pub text: Option<String>,
    pub automatic: bool,
    pub origin: Option<Origin>,
    pub via_bot: bool,
    pub album: Option<String>,
    pub reply_to: Option<Reply>,
    pub migrate_to: Option<i64>,
    pub migrate_from: Option<i64>,
    pub service: bool,
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
    pub from: Option<IdOnly>,
    #[serde(default)]
    pub sender_chat: Option<IdOnly>,
    #[serde(default)]
    pub is_automatic_forward: bool,
    #[serde(default)]
    pub forward_origin: Option<Origin>,
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
                "message_reaction"
                | "message_reaction_count"
                | "chat_join_request"
                | "chat_boost"
                | "removed_chat_boost" => Body::Elsewhere(map.next_value()?),
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

/// The fields of a message that we read; all service messages are one to us.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    MessageId,
    MessageThreadId,
    IsTopicMessage,
    From,
    SenderChat,
    Date,
    EditDate,
    Chat,
    #[serde(alias = "caption")]
    Text,
    IsAutomaticForward,
    ForwardOrigin,
    ViaBot,
    MediaGroupId,
    ReplyToMessage,
    MigrateToChatId,
    MigrateFromChatId,
    #[serde(
        alias = "boost_added",
        alias = "channel_chat_created",
        alias = "chat_background_set",
        alias = "chat_owner_changed",
        alias = "chat_owner_left",
        alias = "chat_shared",
        alias = "checklist_tasks_added",
        alias = "checklist_tasks_done",
        alias = "community_chat_added",
        alias = "community_chat_joined",
        alias = "community_chat_removed",
        alias = "connected_website",
        alias = "delete_chat_photo",
        alias = "direct_message_price_changed",
        alias = "forum_topic_closed",
        alias = "forum_topic_created",
        alias = "forum_topic_edited",
        alias = "forum_topic_reopened",
        alias = "general_forum_topic_hidden",
        alias = "general_forum_topic_unhidden",
        alias = "gift",
        alias = "gift_upgrade_sent",
        alias = "giveaway_completed",
        alias = "giveaway_created",
        alias = "group_chat_created",
        alias = "left_chat_member",
        alias = "managed_bot_created",
        alias = "message_auto_delete_timer_changed",
        alias = "new_chat_members",
        alias = "new_chat_photo",
        alias = "new_chat_title",
        alias = "paid_message_price_changed",
        alias = "pinned_message",
        alias = "poll_option_added",
        alias = "poll_option_deleted",
        alias = "proximity_alert_triggered",
        alias = "refunded_payment",
        alias = "successful_payment",
        alias = "suggested_post_approval_failed",
        alias = "suggested_post_approved",
        alias = "suggested_post_declined",
        alias = "suggested_post_paid",
        alias = "suggested_post_refunded",
        alias = "supergroup_chat_created",
        alias = "unique_gift",
        alias = "users_shared",
        alias = "video_chat_ended",
        alias = "video_chat_participants_invited",
        alias = "video_chat_scheduled",
        alias = "video_chat_started",
        alias = "web_app_data",
        alias = "write_access_allowed"
    )]
    Service,
    #[serde(other)]
    Else,
}

impl<'de> Deserialize<'de> for Message<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(MessageVisitor)
    }
}

struct MessageVisitor;

impl<'de> Visitor<'de> for MessageVisitor {
    type Value = Message<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut it = Message::default();
        while let Some(field) = map.next_key()? {
            match field {
                Field::MessageId => it.message_id = map.next_value()?,
                Field::MessageThreadId => it.thread = map.next_value()?,
                Field::IsTopicMessage => it.is_topic = map.next_value()?,
                Field::From => it.from = map.next_value()?,
                Field::SenderChat => it.sender_chat = map.next_value()?,
                Field::Date => it.date = map.next_value()?,
                Field::EditDate => it.edit_date = map.next_value()?,
                Field::Chat => it.chat = map.next_value()?,
                Field::Text => it.text = map.next_value()?,
                Field::IsAutomaticForward => it.automatic = map.next_value()?,
                Field::ForwardOrigin => it.origin = map.next_value()?,
                Field::ViaBot => it.via_bot = map.next_value::<Option<IgnoredAny>>()?.is_some(),
                Field::MediaGroupId => it.album = map.next_value()?,
                Field::ReplyToMessage => it.reply_to = map.next_value()?,
                Field::MigrateToChatId => it.migrate_to = map.next_value()?,
                Field::MigrateFromChatId => it.migrate_from = map.next_value()?,
                Field::Service => it.service |= map.next_value::<Option<IgnoredAny>>()?.is_some(),
                Field::Else => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(it)
    }
}
