//! Chats: what they are, what is allowed in them, and leaving them.

use super::links;
use super::members::permissions;
use crate::playground::telegram::access::Access;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::world::{Kind, Member, Status, World};
use serde_json::{Value, json};

pub(super) fn get(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let chat = world.chat_for(&given.text("chat_id"), Access::Read)?;
    let inviting = chat < 0 && world.me(chat).may("can_invite_users");
    let link = inviting.then(|| links::primary(world, chat));
    let it = world.chats.get(&chat).ok_or_else(|| Refusal::bad("chat not found"))?;
    let mut shown = world.chat_json(it);
    shown["accent_color_id"] = json!(0);
    shown["max_reaction_count"] = json!(11);
    shown["accepted_gift_types"] = json!({
        "unlimited_gifts": false,
        "limited_gifts": false,
        "unique_gifts": false,
        "premium_subscription": false,
        "gifts_from_channels": false,
    });
    if let Some(username) = shown["username"].as_str().map(ToOwned::to_owned) {
        shown["active_usernames"] = json!([username]);
    }
    if it.kind == Kind::Group || it.kind == Kind::Supergroup {
        shown["permissions"] = World::permissions_json(it.permissions);
    }
    if it.by_request {
        shown["join_by_request"] = true.into();
    }
    if it.guarded && world.me(chat).is_admin() {
        shown["guard_bot"] = world.user_json(world.bot.id);
    }
    if let Some(linked) = it.linked {
        shown["linked_chat_id"] = linked.into();
    }
    if let Some(link) = link {
        shown["invite_link"] = link.into();
    }
    Ok(shown)
}

pub(super) fn set_permissions(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let new = permissions(given)?;
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    let may = world.me(chat).may("can_restrict_members");
    let it = world.chats.get_mut(&chat).ok_or_else(|| Refusal::bad("chat not found"))?;
    match it.kind {
        Kind::Private => return Err(Refusal::bad("Can't change private chat permissions")),
        Kind::Channel => return Err(Refusal::bad("Can't change channel chat permissions")),
        Kind::Group | Kind::Supergroup if !may => {
            return Err(Refusal::bad("Not enough rights to change chat permissions"));
        }
        Kind::Group | Kind::Supergroup if it.permissions == new => return Err(Refusal::bad("CHAT_NOT_MODIFIED")),
        Kind::Group | Kind::Supergroup => it.permissions = new,
    }
    Ok(Value::Bool(true))
}

pub(super) fn leave(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let chat = world.chat_for(&given.text("chat_id"), Access::Read)?;
    if chat > 0 {
        return Err(Refusal::bad("Can't leave private chats"));
    }
    world.set_member(chat, world.bot.id, Member::of(Status::Left), world.bot.id);
    Ok(Value::Bool(true))
}
