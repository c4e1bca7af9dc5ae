//! Members: who is what, and who may no longer write.

use crate::playground::telegram::access::Access;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::rights::Permissions;
use crate::playground::telegram::world::{Kind, Member, Status, World};
use serde_json::Value;

/// Restrictions nearer than this, in seconds, are for ever.
const NEAR_S: i64 = 30;
/// Restrictions farther than this, in seconds, are for ever.
const FAR_S: i64 = 366 * 86_400;

pub(super) fn restrict(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let user = given.user()?;
    let permissions = permissions(given)?;
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    let it = world.chats.get(&chat).ok_or_else(|| Refusal::bad("chat not found"))?;
    if it.kind != Kind::Supergroup {
        return Err(Refusal::bad("method is available only for supergroups"));
    }
    if !world.users.contains_key(&user) {
        return Err(Refusal::bad("User not found"));
    }
    if !it.members.contains_key(&user) && !world.knows(user) {
        return Err(Refusal::bad("PARTICIPANT_ID_INVALID"));
    }
    let target = restrictable(world, chat, user)?;
    let defaults = it.permissions;
    let new = if permissions.as_plain_member(defaults) {
        Member::of(if target.inside() { Status::Member } else { Status::Left })
    } else {
        Member {
            permissions,
            until_s: until(world, given.number("until_date")),
            is_member: target.inside(),
            ..Member::of(Status::Restricted)
        }
    };
    world.set_member(chat, user, new, world.bot.id);
    Ok(Value::Bool(true))
}

pub(super) fn get(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let user = given.user()?;
    let access = if user == world.bot.id { Access::Read } else { Access::Members };
    let chat = world.chat_for(&given.text("chat_id"), access)?;
    let it = world.chats.get(&chat).ok_or_else(|| Refusal::bad("chat not found"))?;
    if it.kind == Kind::Private {
        if user != chat && user != world.bot.id {
            return Err(Refusal::bad("Member not found"));
        }
        return Ok(world.member_json(it, user, &Member::of(Status::Member)));
    }
    if !world.users.contains_key(&user) {
        return Err(Refusal::bad("User not found"));
    }
    if it.kind == Kind::Channel && !world.me(chat).is_admin() && user != world.bot.id {
        return Err(Refusal::bad("Member list is inaccessible"));
    }
    if !it.members.contains_key(&user) && !world.knows(user) {
        return Err(Refusal::bad("PARTICIPANT_ID_INVALID"));
    }
    Ok(world.member_json(it, user, &world.member(chat, user)))
}

pub(super) fn administrators(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let chat = world.chat_for(&given.text("chat_id"), Access::Members)?;
    let it = world.chats.get(&chat).ok_or_else(|| Refusal::bad("chat not found"))?;
    if it.kind == Kind::Private {
        return Err(Refusal::bad("there are no administrators in the private chat"));
    }
    if it.kind == Kind::Channel && !world.me(chat).is_admin() {
        return Err(Refusal::bad("Member list is inaccessible"));
    }
    let is_person = |user: i64| world.users.get(&user).is_some_and(|it| !it.is_bot);
    let shown = it.members.iter().filter(|(user, member)| {
        member.is_admin() && (is_person(**user) || **user == world.bot.id || given.flag("return_bots"))
    });
    let mut admins: Vec<(&i64, &Member)> = shown.collect();
    admins.sort_by_key(|(user, _)| **user);
    Ok(admins.into_iter().map(|(user, member)| world.member_json(it, *user, member)).collect())
}

/// Reads `permissions`.
pub(super) fn permissions(given: &Parameters) -> Result<Permissions, Refusal> {
    if !given.has("permissions") {
        return Err(Refusal::bad("Can't parse permissions JSON object"));
    }
    let Value::Object(flags) = given.json("permissions", "Can't parse permissions JSON object")? else {
        return Err(Refusal::bad("Object expected as permissions"));
    };
    if let Some((name, _)) = flags.iter().find(|(_, value)| !value.is_boolean()) {
        let words = format!("Can't parse chat permissions: Field \"{name}\" must be of type Boolean");
        return Err(Refusal::bad(words));
    }
    Ok(Permissions::read(&flags, given.flag("use_independent_chat_permissions")))
}

/// The person's standing, if the bot may change it.
fn restrictable(world: &World, chat: i64, user: i64) -> Result<Member, Refusal> {
    if user == world.bot.id {
        return Err(Refusal::bad("Can't restrict self"));
    }
    let (me, target) = (world.me(chat), world.member(chat, user));
    if target.status == Status::Creator {
        return Err(Refusal::bad("Can't remove chat owner"));
    }
    if !me.may("can_restrict_members") {
        return Err(Refusal::bad("Not enough rights to restrict/unrestrict chat member"));
    }
    let mine = target.by == world.bot.id && me.may("can_promote_members");
    if target.status == Status::Administrator && !mine {
        return Err(Refusal::bad("user is an administrator of the chat"));
    }
    Ok(target)
}

fn until(world: &World, wanted_s: i64) -> i64 {
    let now_s = world.clock.now_s();
    if (now_s + NEAR_S..=now_s + FAR_S).contains(&wanted_s) { wanted_s } else { 0 }
}
