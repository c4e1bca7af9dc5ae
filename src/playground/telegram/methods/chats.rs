//! Chats: what they are, their links, and leaving them.

use crate::playground::telegram::access::Access;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::world::{Kind, Member, Status, World};
use serde_json::{Value, json};

pub(super) fn get(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let chat = world.chat_for(&given.text("chat_id"), Access::Read)?;
    let inviting = chat < 0 && world.me(chat).may("can_invite_users");
    let link = inviting.then(|| primary_link(world, chat));
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
    if let Some(linked) = it.linked {
        shown["linked_chat_id"] = linked.into();
    }
    if let Some(link) = link {
        shown["invite_link"] = link.into();
    }
    Ok(shown)
}

pub(super) fn leave(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let chat = world.chat_for(&given.text("chat_id"), Access::Read)?;
    if chat > 0 {
        return Err(Refusal::bad("Can't leave private chats"));
    }
    world.set_member(chat, world.bot.id, Member::of(Status::Left), world.bot.id);
    Ok(Value::Bool(true))
}

pub(super) fn create_link(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let name = given.text("name").into_owned();
    if name.chars().count() > 32 {
        return Err(Refusal::bad("Invite link name is too long"));
    }
    let (expires_s, limit) = (given.number("expire_date"), given.number("member_limit"));
    if expires_s != 0 && expires_s <= world.clock.now_s() {
        return Err(Refusal::bad("EXPIRE_DATE_INVALID"));
    }
    if limit != 0 && !(1..=99_999).contains(&limit) {
        return Err(Refusal::bad("USAGE_LIMIT_INVALID"));
    }
    let by_request = given.flag("creates_join_request");
    if by_request && limit != 0 {
        return Err(Refusal::bad("Member limit can't be specified for links requiring administrator approval"));
    }
    inviting(world, given)?;
    let link = new_link(world);
    let mut shown = world.link_json(&link, Some(name.as_str()).filter(|it| !it.is_empty()), false, by_request);
    if expires_s != 0 {
        shown["expire_date"] = expires_s.into();
    }
    if limit != 0 {
        shown["member_limit"] = limit.into();
    }
    Ok(shown)
}

pub(super) fn export_link(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let chat = inviting(world, given)?;
    let link = new_link(world);
    if let Some(it) = world.chats.get_mut(&chat) {
        it.primary_link = Some(link.clone());
    }
    Ok(link.into())
}

fn inviting(world: &mut World, given: &Parameters) -> Result<i64, Refusal> {
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    if chat > 0 {
        return Err(Refusal::bad("Can't invite members to a private chat"));
    }
    if !world.me(chat).may("can_invite_users") {
        return Err(Refusal::bad("Not enough rights to manage chat invite link"));
    }
    Ok(chat)
}

fn primary_link(world: &mut World, chat: i64) -> String {
    if let Some(link) = world.chats.get(&chat).and_then(|it| it.primary_link.clone()) {
        return link;
    }
    let link = new_link(world);
    if let Some(it) = world.chats.get_mut(&chat) {
        it.primary_link = Some(link.clone());
    }
    link
}

fn new_link(world: &mut World) -> String {
    let (high, low) = (world.roll().to_le_bytes(), world.roll().to_le_bytes());
    let bytes = [&high[..], &low[..4]].concat();
    format!("https://t.me/+{}", data_encoding::BASE64URL_NOPAD.encode(&bytes))
}
