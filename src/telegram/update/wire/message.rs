//! The shape of a message: the fields that we read, and which of the others mean that somebody said something.

use super::{File, IdOnly, Origin, Reply};
use crate::domain::event::Content;
use crate::telegram::wire::{Chat, User};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// A message of any kind.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "these are Telegram's own flags")]
pub(in crate::telegram::update) struct Message<'a> {
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
    pub content: Option<Content>,
    pub document: Option<File>,
    pub reply_to: Option<Reply>,
    pub migrate_to: Option<i64>,
    pub migrate_from: Option<i64>,
    pub shared: Option<SharedChat>,
    pub service: bool,
    pub ephemeral: bool,
}

/// `ChatShared`, of which the title is left out: the chat itself is looked up.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(in crate::telegram::update) struct SharedChat {
    pub request_id: i64,
    pub chat_id: i64,
}

/// A chat that was shared, or something in its place that nobody documents: then it is a service message like any.
#[derive(Deserialize)]
#[serde(untagged)]
enum Shared {
    Chat(SharedChat),
    Unknown(IgnoredAny),
}

/// The fields of a message that we read; all service messages are one to us.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    MessageId,
    EphemeralMessageId,
    MessageThreadId,
    IsTopicMessage,
    From,
    SenderChat,
    Date,
    EditDate,
    Chat,
    Text,
    Caption,
    IsAutomaticForward,
    ForwardOrigin,
    ViaBot,
    MediaGroupId,
    ReplyToMessage,
    #[serde(alias = "live_photo")]
    Photo,
    Video,
    Animation,
    Audio,
    Voice,
    VideoNote,
    Document,
    Sticker,
    Contact,
    #[serde(alias = "venue")]
    Location,
    Poll,
    Story,
    Dice,
    Game,
    MigrateToChatId,
    MigrateFromChatId,
    ChatShared,
    #[serde(
        alias = "boost_added",
        alias = "channel_chat_created",
        alias = "chat_background_set",
        alias = "chat_owner_changed",
        alias = "chat_owner_left",
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
        alias = "passport_data",
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

impl Message<'_> {
    /// Notes that it carries this. A moving picture also comes as a file, and is none.
    fn carries<'de, A: MapAccess<'de>>(&mut self, what: Content, map: &mut A) -> Result<(), A::Error> {
        if map.next_value::<Option<IgnoredAny>>()?.is_some() {
            self.content = Some(what);
        }
        Ok(())
    }
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
                Field::EphemeralMessageId => it.ephemeral = map.next_value::<Option<IgnoredAny>>()?.is_some(),
                Field::MessageThreadId => it.thread = map.next_value()?,
                Field::IsTopicMessage => it.is_topic = map.next_value()?,
                Field::From => it.from = map.next_value()?,
                Field::SenderChat => it.sender_chat = map.next_value()?,
                Field::Date => it.date = map.next_value()?,
                Field::EditDate => it.edit_date = map.next_value()?,
                Field::Chat => it.chat = map.next_value()?,
                Field::Text => {
                    it.text = map.next_value()?;
                    it.content = it.content.or(it.text.is_some().then_some(Content::Text));
                }
                Field::Caption => it.text = map.next_value()?,
                Field::IsAutomaticForward => it.automatic = map.next_value()?,
                Field::ForwardOrigin => it.origin = map.next_value()?,
                Field::ViaBot => it.via_bot = map.next_value::<Option<IgnoredAny>>()?.is_some(),
                Field::MediaGroupId => it.album = map.next_value()?,
                Field::ReplyToMessage => it.reply_to = map.next_value()?,
                Field::Document => {
                    it.document = map.next_value()?;
                    it.content = it.content.or(it.document.is_some().then_some(Content::Document));
                }
                Field::Photo => it.carries(Content::Photo, &mut map)?,
                Field::Video => it.carries(Content::Video, &mut map)?,
                Field::Animation => it.carries(Content::Animation, &mut map)?,
                Field::Audio => it.carries(Content::Audio, &mut map)?,
                Field::Voice => it.carries(Content::Voice, &mut map)?,
                Field::VideoNote => it.carries(Content::VideoNote, &mut map)?,
                Field::Sticker => it.carries(Content::Sticker, &mut map)?,
                Field::Contact => it.carries(Content::Contact, &mut map)?,
                Field::Location => it.carries(Content::Location, &mut map)?,
                Field::Poll => it.carries(Content::Poll, &mut map)?,
                Field::Story => it.carries(Content::Story, &mut map)?,
                Field::Dice => it.carries(Content::Dice, &mut map)?,
                Field::Game => it.carries(Content::Game, &mut map)?,
                Field::MigrateToChatId => it.migrate_to = map.next_value()?,
                Field::MigrateFromChatId => it.migrate_from = map.next_value()?,
                Field::ChatShared => {
                    let shared: Option<Shared> = map.next_value()?;
                    it.service |= shared.is_some();
                    it.shared = shared.and_then(|it| if let Shared::Chat(chat) = it { Some(chat) } else { None });
                }
                Field::Service => it.service |= map.next_value::<Option<IgnoredAny>>()?.is_some(),
                Field::Else => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(it)
    }
}
