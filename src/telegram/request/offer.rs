//! The keyboard from which somebody chooses a chat for us: `KeyboardButtonRequestChat` of Bot API 10.3.

use super::wire::NoPreview;
use super::{BUTTON_UNITS, json, rendered, words};
use crate::domain::effect::{Choice, Wanted};
use crate::domain::text::Text;
use crate::domain::types::ChatId;
use crate::telegram::catalogue::Entity;
use serde::{Serialize, Serializer};

/// `sendMessage` with such a keyboard.
#[derive(Serialize)]
struct Offer<'a> {
    pub chat_id: i64,
    pub text: &'a str,
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    pub entities: &'a [Entity],
    pub link_preview_options: NoPreview,
    pub reply_markup: Keyboard<'a>,
}

/// `ReplyKeyboardMarkup`, or `ReplyKeyboardRemove`.
#[derive(Serialize)]
#[serde(untagged)]
enum Keyboard<'a> {
    Shown { keyboard: &'a [[ChooseKey; 1]], resize_keyboard: bool, is_persistent: bool },
    Removed { remove_keyboard: bool },
}

/// `KeyboardButton` with `request_chat`.
#[derive(Serialize)]
struct ChooseKey {
    text: String,
    request_chat: RequestChat,
}

#[derive(Serialize)]
struct RequestChat {
    request_id: i32,
    chat_is_channel: bool,
    /// Whoever chooses must be able to give us ours, and more: a superset of them, as the API wants it.
    user_administrator_rights: Rights,
    /// Telegram gives us these when the chat is chosen.
    bot_administrator_rights: Rights,
    request_title: bool,
}

/// `ChatAdministratorRights`: the fields that its type requires, and no others.
struct Rights(&'static [&'static str]);

const REQUIRED: [&str; 12] = [
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
];
const OUR_CHANNEL: &[&str] = &["can_manage_chat", "can_invite_users"];
const OUR_GROUP: &[&str] = &["can_manage_chat", "can_delete_messages", "can_restrict_members", "can_invite_users"];
const THEIR_CHANNEL: &[&str] = &["can_manage_chat", "can_invite_users", "can_promote_members"];
const THEIR_GROUP: &[&str] = &[
    "can_manage_chat",
    "can_delete_messages",
    "can_restrict_members",
    "can_invite_users",
    "can_promote_members",
    "can_change_info",
];

/// The body of `sendMessage` with that keyboard; without choices it takes the keyboard away.
pub(super) fn offer(chat: ChatId, text: &Text, choices: &[Choice]) -> Vec<u8> {
    let words = rendered(text);
    let label = |it: &Choice| words::shorten(rendered(&it.label).text, BUTTON_UNITS);
    let rows: Vec<_> = choices.iter().map(|it| [ChooseKey::new(label(it), it.wanted)]).collect();
    json(&Offer {
        chat_id: chat.0,
        text: &words.text,
        entities: &words.entities,
        link_preview_options: NoPreview,
        reply_markup: Keyboard::of(&rows),
    })
}

impl<'a> Keyboard<'a> {
    const fn of(rows: &'a [[ChooseKey; 1]]) -> Self {
        match rows.is_empty() {
            true => Self::Removed { remove_keyboard: true },
            false => Self::Shown { keyboard: rows, resize_keyboard: true, is_persistent: true },
        }
    }
}

impl ChooseKey {
    const fn new(text: String, wanted: Wanted) -> Self {
        let (theirs, ours) = match wanted {
            Wanted::Channel => (THEIR_CHANNEL, OUR_CHANNEL),
            Wanted::Group => (THEIR_GROUP, OUR_GROUP),
        };
        let request_chat = RequestChat {
            request_id: wanted.number(),
            chat_is_channel: matches!(wanted, Wanted::Channel),
            user_administrator_rights: Rights(theirs),
            bot_administrator_rights: Rights(ours),
            request_title: true,
        };
        Self { text, request_chat }
    }
}

impl Serialize for Rights {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(REQUIRED.map(|it| (it, self.0.contains(&it))))
    }
}
