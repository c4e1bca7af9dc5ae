//! The methods of the Bot API that are modelled; the list is the registry.

mod about;
mod chats;
mod commands;
mod ephemeral;
mod files;
mod growing;
mod joining;
mod links;
mod members;
mod messages;

pub(super) use messages::labels;

use super::refusal::Refusal;
use super::request::Parameters;
use super::world::World;
use serde_json::{Value, json};

/// A method.
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) run: Run,
}

/// How a method is run.
#[derive(Clone, Copy)]
pub(super) enum Run {
    /// Against the world, at once.
    Now(fn(&mut World, &Parameters) -> Result<Value, Refusal>),
    /// The long poll.
    GetUpdates,
    /// Sets the webhook, which starts its delivery.
    SetWebhook,
    /// The same without an address.
    DeleteWebhook,
}

const fn now(name: &'static str, run: fn(&mut World, &Parameters) -> Result<Value, Refusal>) -> Method {
    Method { name, run: Run::Now(run) }
}

/// Every modelled method.
pub(super) static METHODS: &[Method] = &[
    now("sendMessage", messages::send),
    now("sendDocument", files::send_document),
    now("sendPhoto", files::send_photo),
    now("getFile", files::get),
    now("editMessageText", messages::edit),
    now("editEphemeralMessageText", ephemeral::edit_text),
    now("editEphemeralMessageReplyMarkup", ephemeral::edit_keyboard),
    now("deleteEphemeralMessage", ephemeral::delete),
    now("deleteMessage", messages::delete),
    now("deleteMessages", messages::delete_many),
    now("deleteMessageReaction", messages::unreact),
    now("answerCallbackQuery", messages::answer_press),
    now("restrictChatMember", members::restrict),
    now("getChatMember", members::get),
    now("getChatAdministrators", members::administrators),
    now("getChat", chats::get),
    now("sendChatAction", growing::act),
    now("sendMessageDraft", growing::draft),
    now("leaveChat", chats::leave),
    now("setChatPermissions", chats::set_permissions),
    now("createChatInviteLink", links::create),
    now("editChatInviteLink", links::edit),
    now("revokeChatInviteLink", links::revoke),
    now("exportChatInviteLink", links::export),
    now("approveChatJoinRequest", joining::approve),
    now("declineChatJoinRequest", joining::decline),
    now("answerChatJoinRequestQuery", joining::answer),
    now("getMe", me),
    now("setMyDescription", about::set),
    now("getMyDescription", about::get),
    now("setMyShortDescription", about::set_short),
    now("getMyShortDescription", about::get_short),
    now("setMyCommands", commands::set),
    now("getMyCommands", commands::get),
    now("deleteMyCommands", commands::delete),
    now("getWebhookInfo", World::webhook_info),
    Method { name: "getUpdates", run: Run::GetUpdates },
    Method { name: "setWebhook", run: Run::SetWebhook },
    Method { name: "deleteWebhook", run: Run::DeleteWebhook },
];

/// Methods whose calls count as messages.
pub(super) fn is_message(method: &str) -> bool {
    matches!(
        method,
        "sendMessage"
            | "sendDocument"
            | "sendPhoto"
            | "editMessageText"
            | "editEphemeralMessageText"
            | "editEphemeralMessageReplyMarkup"
    )
}

/// Finds a method; Telegram does not look at the case of its letters.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|it| it.name.eq_ignore_ascii_case(name))
}

#[expect(clippy::unnecessary_wraps, reason = "every method has this shape")]
fn me(world: &mut World, _: &Parameters) -> Result<Value, Refusal> {
    let mut me = world.user_json(world.bot.id);
    let off = [
        "can_connect_to_business",
        "can_manage_bots",
        "has_main_web_app",
        "has_topics_enabled",
        "allows_users_to_create_topics",
        "supports_guest_queries",
        "supports_inline_queries",
    ];
    off.iter().for_each(|name| me[*name] = json!(false));
    me["supports_join_request_queries"] = json!(world.chats.values().any(|it| it.guarded));
    me["can_join_groups"] = json!(true);
    me["can_read_all_group_messages"] = json!(!world.bot.privacy);
    Ok(me)
}
