//! Keyboards in the place of the letters, and the chats that people choose with them.

use super::happening::What;
use super::refusal::Refusal;
use super::rights::{ADMIN_RIGHTS, Rights};
use super::simulated::Simulated;
use super::world::{Kind, Member, Status, World};
use crate::domain::types::{ChatId, UserId};
use serde_json::{Map, Value, json};

/// The fields that `ChatAdministratorRights` must have.
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

/// A choice that the app does not offer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// No keyboard is shown, or none with this button.
    #[error("no button [{wanted}] below the text field, only {there:?}")]
    NoButton {
        /// The words looked for.
        wanted: String,
        /// What is there.
        there: Vec<String>,
    },
    /// The chat is not in the list that the button opens.
    #[error("{0} is not in that list")]
    NotListed(String),
}

/// Checks `ReplyKeyboardMarkup` and `ReplyKeyboardRemove`.
pub(super) fn check(markup: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(rows) = markup.get("keyboard") else { return Ok(()) };
    let Some(rows) = rows.as_array() else {
        return Err(Refusal::bad("Field \"keyboard\" must be of type Array"));
    };
    for row in rows {
        let Some(buttons) = row.as_array() else {
            return Err(Refusal::bad("Field \"keyboard\" must be an Array of Arrays"));
        };
        buttons.iter().try_for_each(button)?;
    }
    Ok(())
}

/// Chats are chosen in private only.
pub(super) fn fits(keyboard: Option<&Value>, chat: i64) -> Result<(), Refusal> {
    let rows = keyboard.and_then(|it| it["keyboard"].as_array());
    let mut buttons = rows.into_iter().flatten().filter_map(Value::as_array).flatten();
    match chat < 0 && buttons.any(|it| it.get("request_chat").is_some()) {
        true => Err(Refusal::bad("chats can be requested in private chats only")),
        false => Ok(()),
    }
}

fn button(given: &Value) -> Result<(), Refusal> {
    if given["text"].as_str().unwrap_or_default().trim().is_empty() {
        return Err(Refusal::bad("Keyboard button text must be non-empty"));
    }
    let Some(request) = given.get("request_chat") else { return Ok(()) };
    let id = request["request_id"].as_i64().and_then(|it| i32::try_from(it).ok());
    if id.is_none() || !request["chat_is_channel"].is_boolean() {
        return Err(Refusal::bad(
            "Can't parse keyboard button: Can't find field \"request_id\" or \"chat_is_channel\"",
        ));
    }
    for name in ["user_administrator_rights", "bot_administrator_rights"] {
        let rights = &request[name];
        let missing = REQUIRED.iter().find(|it| !rights.is_null() && !rights[**it].is_boolean());
        if let Some(missing) = missing {
            return Err(Refusal::bad(format!("Can't parse ChatAdministratorRights: Can't find field \"{missing}\"")));
        }
    }
    let (user, bot) = (wanted(request, "user_administrator_rights"), wanted(request, "bot_administrator_rights"));
    match bot.iter().find(|it| !user.contains(it)) {
        Some(right) => Err(Refusal::bad(format!("[sim] the rights of the user must include the bot's: {right}"))),
        None => Ok(()),
    }
}

/// The rights that a button asks for.
fn wanted(request: &Value, whose: &str) -> Vec<String> {
    let rights = request[whose].as_object();
    rights.into_iter().flatten().filter(|(_, it)| **it == true).map(|(name, _)| name.clone()).collect()
}

impl World {
    /// The button of the keyboard that a person sees below the text field of their private chat.
    fn choice(&self, who: i64, words: &str) -> Result<Value, ChoiceError> {
        let messages = self.chats.get(&who).into_iter().flat_map(|it| it.messages.values().rev());
        let shown = messages.filter(|it| !it.deleted).filter_map(|it| it.keyboard.as_ref());
        let keyboard = shown.into_iter().find(|it| it.get("keyboard").is_some() || it.get("remove_keyboard").is_some());
        let rows = keyboard.and_then(|it| it["keyboard"].as_array()).cloned().unwrap_or_default();
        let buttons: Vec<Value> = rows.iter().filter_map(Value::as_array).flatten().cloned().collect();
        let label = |it: &Value| it["text"].as_str().unwrap_or_default().to_owned();
        let there = buttons.iter().map(label).collect();
        let found = buttons.into_iter().find(|it| label(it).contains(words));
        found.ok_or_else(|| ChoiceError::NoButton { wanted: words.into(), there })
    }

    /// Whether the app lists this chat: of the kind that is wanted, and the person may do there what is asked for.
    fn lists(&self, who: i64, chat: i64, request: &Value) -> bool {
        let kind = self.chats.get(&chat).map(|it| it.kind);
        let channel = request["chat_is_channel"] == true;
        let fits = match kind {
            Some(Kind::Channel) => channel,
            Some(Kind::Group | Kind::Supergroup) => !channel,
            Some(Kind::Private) | None => false,
        };
        let member = self.member(chat, who);
        fits && wanted(request, "user_administrator_rights").iter().all(|it| member.may(it))
    }
}

impl Simulated {
    /// In the private chat with the bot somebody presses a button of the keyboard in the place of the letters, and
    /// chooses a chat from the list that it opens. The bot becomes its admin with the rights that the button names.
    ///
    /// # Errors
    /// When there is no such button, or the chat is not in the list.
    pub fn choose(&self, who: UserId, words: &str, chat: ChatId) -> Result<(), ChoiceError> {
        let mut world = self.world();
        let button = world.choice(who.0, words)?;
        let request = &button["request_chat"];
        if !world.lists(who.0, chat.0, request) {
            return Err(ChoiceError::NotListed(world.title(chat.0)));
        }
        let (name, label) = (world.name(who.0), button["text"].as_str().unwrap_or_default().to_owned());
        world.happened(who.0, name, false, What::Pressed(label));
        grant(&mut world, who.0, chat.0, &wanted(request, "bot_administrator_rights"));
        let mut shared = json!({ "request_id": request["request_id"], "chat_id": chat.0 });
        if request["request_title"] == true {
            shared["title"] = world.title(chat.0).into();
        }
        world.service(who.0, who.0, [("chat_shared", shared)]);
        drop(world);
        self.inner.changed.notify_waiters();
        Ok(())
    }
}

/// The bot is made an admin with these rights, beside those that it has.
fn grant(world: &mut World, by: i64, chat: i64, rights: &[String]) {
    let me = world.me(chat);
    if me.is_admin() && rights.iter().all(|it| me.may(it)) {
        return;
    }
    let both = ADMIN_RIGHTS.into_iter().filter(|it| me.may(it) || rights.iter().any(|right| right == it));
    let rights = Rights::of(&both.collect::<Vec<_>>());
    let bot = world.bot.id;
    world.set_member(chat, bot, Member { rights, ..Member::of(Status::Administrator) }, by);
}
