//! The bodies of the requests that are sent often, serialized straight from borrowed parts.
//!
//! frankenstein's parameter types own every string and know chat ids as an enum; ours borrow, so a
//! request costs one buffer. They are used for the rare calls (`setMyCommands`, webhook, commands).

use crate::domain::types::Made;
use crate::telegram::catalogue::{Entity, EntityKind};
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct Say<'a> {
    pub chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_thread_id: Option<i64>,
    pub text: &'a str,
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    pub entities: &'a [Entity],
    pub link_preview_options: NoPreview,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_parameters: Option<Reply>,
    #[serde(skip_serializing_if = "is_false")]
    pub disable_notification: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<Markup<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ephemeral_message_parameters: Option<OnlyFor>,
}

/// `sendChatAction`.
#[derive(Serialize)]
pub(super) struct Typing {
    pub chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_thread_id: Option<i64>,
    pub action: &'static str,
}

/// `sendMessageDraft`.
#[derive(Serialize)]
pub(super) struct Draft<'a> {
    pub chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_thread_id: Option<i64>,
    pub draft_id: u64,
    pub text: &'a str,
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    pub entities: &'a [Entity],
}

/// `EphemeralMessageParameters`.
#[derive(Serialize)]
pub(super) struct OnlyFor {
    pub receiver_user_id: i64,
}

/// Which message an edit or a deletion is about.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Which {
    Open { message_id: i64 },
    Ephemeral { ephemeral_message_id: i64, receiver_user_id: i64 },
}

#[derive(Serialize)]
pub(super) struct Edit<'a> {
    pub chat_id: i64,
    #[serde(flatten)]
    pub message: Which,
    pub text: &'a str,
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    pub entities: &'a [Entity],
    pub link_preview_options: NoPreview,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<Markup<'a>>,
}

#[derive(Serialize)]
pub(super) struct Delete {
    pub chat_id: i64,
    #[serde(flatten)]
    pub message: Which,
}

#[derive(Serialize)]
pub(super) struct DeleteMany {
    pub chat_id: i64,
    pub message_ids: Vec<i64>,
}

#[derive(Serialize)]
pub(super) struct Unreact {
    pub chat_id: i64,
    pub message_id: i64,
    pub user_id: i64,
}

#[derive(Serialize)]
pub(super) struct Permit<'a> {
    pub chat_id: i64,
    pub permissions: Allowed<'a>,
    /// As for [`Restrict`].
    pub use_independent_chat_permissions: bool,
}

#[derive(Serialize)]
pub(super) struct JoinRequest {
    pub chat_id: i64,
    pub user_id: i64,
}

#[derive(Serialize)]
pub(super) struct AnswerJoin<'a> {
    pub chat_join_request_query_id: &'a str,
    pub result: &'static str,
}

#[derive(Serialize)]
pub(super) struct Restrict<'a> {
    pub chat_id: i64,
    pub user_id: i64,
    pub permissions: Allowed<'a>,
    /// Without it Telegram derives some permissions from others.
    pub use_independent_chat_permissions: bool,
    /// In seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_date: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct Answer<'a> {
    pub callback_query_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    #[serde(skip_serializing_if = "is_false")]
    pub show_alert: bool,
}

#[derive(Serialize)]
pub(super) struct Invite<'a> {
    pub chat_id: i64,
    /// The link that is edited; none makes a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invite_link: Option<&'a str>,
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creates_join_request: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct Leave {
    pub chat_id: i64,
}

#[derive(Serialize)]
pub(super) struct Reply {
    pub message_id: i64,
    /// The answer is sent all the same when the message is gone.
    pub allow_sending_without_reply: bool,
}

/// Rows of buttons.
#[derive(Serialize)]
pub(super) struct Markup<'a> {
    pub inline_keyboard: &'a [Vec<Key>],
}

#[derive(Serialize)]
pub(super) struct Key {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
}

/// `link_preview_options`: never a preview, which would load an address that somebody else chose.
pub(super) struct NoPreview;

/// What a person may do.
pub(super) enum Allowed<'a> {
    Nothing,
    These(&'a BTreeMap<String, bool>),
}

/// `ChatPermissions` of Bot API 10.3. All are named, because one that is left out may follow another.
pub(super) const PERMISSIONS: [&str; 16] = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
];

impl From<Made> for Which {
    fn from(message: Made) -> Self {
        match message {
            Made::Open(id) => Self::Open { message_id: id.0 },
            Made::Ephemeral(it) => Self::Ephemeral { ephemeral_message_id: it.id, receiver_user_id: it.receiver.0 },
        }
    }
}

impl Serialize for NoPreview {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(1))?;
        map.serialize_entry("is_disabled", &true)?;
        map.end()
    }
}

impl Serialize for Allowed<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => to.collect_map(PERMISSIONS.map(|it| (it, false))),
            Self::These(map) => map.serialize(to),
        }
    }
}

impl Serialize for Entity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut it = to.serialize_struct("MessageEntity", 5)?;
        it.serialize_field("offset", &self.offset)?;
        it.serialize_field("length", &self.length)?;
        match &self.kind {
            EntityKind::Mention { user } => {
                it.serialize_field("type", "text_mention")?;
                it.serialize_field("user", &Mentioned { id: user.0, is_bot: false, first_name: "" })?;
            }
            EntityKind::Link { url } => {
                it.serialize_field("type", "text_link")?;
                it.serialize_field("url", url)?;
            }
            EntityKind::Code => it.serialize_field("type", "code")?,
            EntityKind::Bold => it.serialize_field("type", "bold")?,
            EntityKind::Time { unix_s } => {
                it.serialize_field("type", "date_time")?;
                it.serialize_field("unix_time", unix_s)?;
                it.serialize_field("date_time_format", "dt")?; // short date, short time
            }
            EntityKind::Markdown(kind) => {
                it.serialize_field("type", kind.name())?;
                if let Some(language) = kind.language() {
                    it.serialize_field("language", language)?;
                }
            }
        }
        it.end()
    }
}

/// A `User` of which Telegram reads the id; the other two fields are required by its type.
#[derive(Serialize)]
struct Mentioned {
    id: i64,
    is_bot: bool,
    first_name: &'static str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(it: &bool) -> bool {
    !it
}
