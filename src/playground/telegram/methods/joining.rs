//! Join requests, decided by the bot.

use crate::playground::telegram::access::Access;
use crate::playground::telegram::entrances::QUERY_MS;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::world::World;
use serde_json::Value;

pub(super) fn approve(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let (chat, who) = asking(world, given)?;
    world.let_in(chat, who, world.bot.id);
    Ok(Value::Bool(true))
}

pub(super) fn decline(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let (chat, who) = asking(world, given)?;
    world.turn_away(chat, who, world.bot.id);
    Ok(Value::Bool(true))
}

/// The guard's own answer, due within 10 s.
pub(super) fn answer(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let result = given.text("result").into_owned();
    if !["approve", "decline", "queue"].contains(&result.as_str()) {
        return Err(Refusal::bad("invalid result specified"));
    }
    let (now_ms, bot) = (world.clock.now_ms(), world.bot.id);
    let query = world.queries.get_mut(given.text("chat_join_request_query_id").as_ref());
    let Some(query) = query.filter(|it| !it.answered && now_ms - it.at_ms <= QUERY_MS) else {
        return Err(Refusal::bad("query is too old and response timeout expired or query ID is invalid"));
    };
    query.answered = true;
    let (chat, who) = (query.chat, query.who);
    match result.as_str() {
        "approve" => world.let_in(chat, who, bot),
        "decline" => world.turn_away(chat, who, bot),
        _ => false,
    };
    Ok(Value::Bool(true))
}

fn asking(world: &mut World, given: &Parameters) -> Result<(i64, i64), Refusal> {
    let who = given.user()?;
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    if !world.me(chat).may("can_invite_users") {
        return Err(Refusal::bad("Not enough rights to manage chat join requests"));
    }
    if !world.users.contains_key(&who) {
        return Err(Refusal::bad("User not found"));
    }
    if world.member(chat, who).inside() {
        return Err(Refusal::bad("USER_ALREADY_PARTICIPANT"));
    }
    let asks = world.chats.get(&chat).is_some_and(|it| it.asking.contains_key(&who));
    if asks { Ok((chat, who)) } else { Err(Refusal::bad("HIDE_REQUESTER_MISSING")) }
}
