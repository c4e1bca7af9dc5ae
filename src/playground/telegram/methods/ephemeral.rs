//! Ephemeral messages: seen by one person in a group, changed and deleted by their own methods.

use super::messages::{labels, not_modified};
use crate::playground::telegram::access::Access;
use crate::playground::telegram::happening::What;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::text;
use crate::playground::telegram::world::{Kind, Message, World};
use serde_json::Value;

/// To whom an ephemeral message goes.
pub(super) struct Aside {
    pub(super) receiver: i64,
    /// The message that it hides.
    in_place_of: Option<i64>,
}

/// Reads `ephemeral_message_parameters`; an older server passes them over.
pub(super) fn aside(world: &World, chat: i64, given: &Parameters) -> Result<Option<Aside>, Refusal> {
    const NAME: &str = "ephemeral_message_parameters";
    if !world.ephemeral || !given.has(NAME) {
        return Ok(None);
    }
    let Value::Object(wanted) = given.json(NAME, "Can't parse ephemeral message parameters JSON object")? else {
        return Err(Refusal::bad("Object expected as ephemeral message parameters"));
    };
    let receiver = wanted.get("receiver_user_id").and_then(Value::as_i64).filter(|it| *it > 0);
    let receiver = receiver.ok_or_else(|| Refusal::bad("Invalid receiver_user_id specified"))?;
    if world.chats.get(&chat).is_none_or(|it| it.kind != Kind::Supergroup) {
        return Err(Refusal::bad("method is available only for supergroups"));
    }
    let press = match wanted.get("callback_query_id").and_then(Value::as_str).filter(|it| !it.is_empty()) {
        None => None,
        Some(id) => Some(pressed(world, chat, receiver, id)?),
    };
    if press.is_none() && !world.me(chat).is_admin() {
        return Err(Refusal::bad("Not enough rights to send ephemeral messages to the chat"));
    }
    if !world.member(chat, receiver).inside() {
        return Err(Refusal::bad("PARTICIPANT_ID_INVALID"));
    }
    let replace = wanted.get("replace_callback_query_message").and_then(Value::as_bool).unwrap_or(false);
    let in_place_of = match (replace, press) {
        (false, _) => None,
        (true, Some(Some(message))) => Some(message),
        (true, _) => return Err(Refusal::bad("there is no message to replace")),
    };
    Ok(Some(Aside { receiver, in_place_of }))
}

/// The message whose button this person has just pressed here; none of an ephemeral one.
fn pressed(world: &World, chat: i64, who: i64, id: &str) -> Result<Option<i64>, Refusal> {
    let fresh = |at_ms: i64| world.clock.now_ms() - at_ms <= world.press_ttl_ms;
    let press = world.presses.get(id).filter(|it| it.by == who && it.chat == chat && fresh(it.at_ms));
    let late = || Refusal::bad("query is too old and response timeout expired or query ID is invalid");
    press.map(|it| it.message).ok_or_else(late)
}

/// Puts the message before its receiver's eyes.
pub(super) fn place(world: &mut World, chat: i64, mut message: Message, aside: Aside) -> Result<Value, Refusal> {
    let lost = || Refusal::new(500, "Internal Server Error: the chat is gone");
    let (history, at_ms) = (world.history, world.clock.now_ms());
    let it = world.chats.get_mut(&chat).ok_or_else(lost)?;
    let id = it.next_ephemeral;
    it.next_ephemeral += 1;
    let in_place_of = aside.in_place_of;
    message = Message { id, date_s: at_ms / 1000, at_ms, receiver: Some(aside.receiver), in_place_of, ..message };
    it.ephemeral.insert(id, message);
    if it.ephemeral.len() > history {
        it.ephemeral.pop_first();
    }
    let it = world.chats.get(&chat).ok_or_else(lost)?;
    it.ephemeral.get(&id).map(|message| world.message_json(it, message)).ok_or_else(lost)
}

pub(super) fn edit_text(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    known(world)?;
    let words = text::words(given)?;
    edit(world, given, Some(words))
}

pub(super) fn edit_keyboard(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    known(world)?;
    edit(world, given, None)
}

pub(super) fn delete(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    known(world)?;
    let (chat, message) = find(world, given, Access::Write, "message to delete")?;
    let (id, receiver, text) = (message.id, message.receiver, message.words());
    if let Some(it) = world.chats.get_mut(&chat).and_then(|it| it.ephemeral.get_mut(&id)) {
        it.deleted = true;
    }
    world.happened_to(receiver, chat, "bot".into(), true, What::Deleted { text });
    Ok(Value::Bool(true))
}

fn edit(world: &mut World, given: &Parameters, words: Option<text::Words>) -> Result<Value, Refusal> {
    let keyboard = text::keyboard(given)?;
    let (chat, old) = find(world, given, Access::Edit, "message to edit")?;
    if words.is_some() && old.captioned {
        return Err(Refusal::bad("there is no text in the message to edit"));
    }
    let mut new = Message { keyboard, edited_s: Some(world.clock.now_s()), ..old.clone() };
    if let Some(words) = words {
        (new.text, new.entities) = (Some(words.text), words.entities);
    }
    if new.text == old.text && new.entities == old.entities && new.keyboard == old.keyboard {
        return Err(not_modified());
    }
    world.spend(chat)?;
    let (receiver, text, buttons) = (new.receiver, new.words(), labels(new.keyboard.as_ref()));
    if let Some(it) = world.chats.get_mut(&chat) {
        it.ephemeral.insert(new.id, new);
    }
    world.happened_to(receiver, chat, "bot".into(), true, What::Edited { text, buttons });
    Ok(Value::Bool(true))
}

fn find(world: &mut World, given: &Parameters, access: Access, what: &str) -> Result<(i64, Message), Refusal> {
    let chat = world.chat_for(&given.text("chat_id"), access)?;
    let (id, receiver) = (given.number("ephemeral_message_id"), given.number("receiver_user_id"));
    let found = world.chats.get(&chat).and_then(|it| it.ephemeral_for(id, receiver));
    let message = found.cloned().ok_or_else(|| Refusal::bad(format!("{what} not found")))?;
    Ok((chat, message))
}

/// An older server does not know these methods.
fn known(world: &World) -> Result<(), Refusal> {
    if world.ephemeral { Ok(()) } else { Err(Refusal::new(404, "Not Found: method not found")) }
}
