//! Invite links: made, changed, taken back.

use crate::playground::telegram::access::Access;
use crate::playground::telegram::chat::Link;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::world::World;
use serde_json::Value;

/// What a call wants a link to be.
struct Wish {
    name: Option<String>,
    expires_s: i64,
    limit: i64,
    by_request: bool,
}

pub(super) fn create(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let wish = wish(world, given)?;
    let chat = inviting(world, given)?;
    let address = world.new_link(chat, world.bot.id, false);
    change(world, chat, &address, |it| fulfil(it, wish))
}

pub(super) fn edit(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let wish = wish(world, given)?;
    let (chat, address) = own(world, given)?;
    change(world, chat, &address, |it| fulfil(it, wish))
}

/// Takes a link back; a primary one gives way to a new one.
pub(super) fn revoke(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let (chat, address) = own(world, given)?;
    let shown = change(world, chat, &address, |it| it.revoked = true)?;
    if shown["is_primary"] == true {
        world.new_link(chat, world.bot.id, true);
    }
    Ok(shown)
}

pub(super) fn export(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let chat = inviting(world, given)?;
    let old = world.chats.get(&chat).and_then(|it| it.primary_link.clone());
    let old = old.and_then(|it| world.chats.get_mut(&chat)?.links.get_mut(&it));
    if let Some(old) = old {
        old.revoked = true;
    }
    Ok(world.new_link(chat, world.bot.id, true).into())
}

/// The bot's own primary link, made when there is none yet.
pub(super) fn primary(world: &mut World, chat: i64) -> String {
    let there = world.chats.get(&chat).and_then(|it| it.primary_link.clone());
    there.unwrap_or_else(|| world.new_link(chat, world.bot.id, true))
}

fn wish(world: &World, given: &Parameters) -> Result<Wish, Refusal> {
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
    Ok(Wish { name: (!name.is_empty()).then_some(name), expires_s, limit, by_request })
}

fn fulfil(link: &mut Link, wish: Wish) {
    let Wish { name, expires_s, limit, by_request } = wish;
    (link.name, link.expires_s, link.limit, link.by_request) = (name, expires_s, limit, by_request);
}

fn change(world: &mut World, chat: i64, address: &str, how: impl FnOnce(&mut Link)) -> Result<Value, Refusal> {
    let lost = || Refusal::bad("INVITE_HASH_EXPIRED");
    let link = world.chats.get_mut(&chat).and_then(|it| it.links.get_mut(address)).ok_or_else(lost)?;
    how(link);
    let it = world.chats.get(&chat).ok_or_else(lost)?;
    it.links.get(address).map(|link| world.link_json(it, link)).ok_or_else(lost)
}

/// One of the bot's own links that still stands.
fn own(world: &mut World, given: &Parameters) -> Result<(i64, String), Refusal> {
    let chat = inviting(world, given)?;
    let address = given.text("invite_link").into_owned();
    let found = world.chats.get(&chat).and_then(|it| it.links.get(&address));
    match found.filter(|it| it.by == world.bot.id && !it.revoked) {
        Some(_) => Ok((chat, address)),
        None => Err(Refusal::bad("INVITE_HASH_EXPIRED")),
    }
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
