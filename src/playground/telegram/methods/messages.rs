//! Saying, changing and taking back.

use super::ephemeral;
use crate::playground::telegram::access::Access;
use crate::playground::telegram::choices;
use crate::playground::telegram::happening::What;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::text;
use crate::playground::telegram::world::{Answer, Kind, Message, World};
use serde_json::Value;

/// Telegram lets bots take back what is younger than this.
const DELETABLE_S: i64 = 2 * 86_400;

pub(super) fn send(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let words = text::words(given)?;
    deliver(world, given, Message { text: Some(words.text), entities: words.entities, ..Message::default() })
}

/// Sends what has been checked, to everybody in the chat or to one person there.
pub(super) fn deliver(world: &mut World, given: &Parameters, content: Message) -> Result<Value, Refusal> {
    let keyboard = text::keyboard(given)?;
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    choices::fits(keyboard.as_ref(), chat)?;
    let aside = ephemeral::aside(world, chat, given)?;
    let thread = thread(world, chat, given)?;
    let reply_to = reply(world, chat, given)?;
    world.may_send(chat)?;
    world.spend(chat)?;
    let (text, buttons) = (content.words(), labels(keyboard.as_ref()));
    let message = Message { from: world.bot.id, by_bot: true, keyboard, reply_to, thread, ..content };
    if let Some(aside) = aside {
        let receiver = aside.receiver;
        let shown = ephemeral::place(world, chat, message, aside);
        world.happened_to(Some(receiver), chat, "bot".into(), true, What::Said { text, buttons });
        return shown;
    }
    let id = world.add_message(chat, message);
    world.happened(chat, "bot".into(), true, What::Said { text, buttons });
    world.forward_to_discussion(chat, id);
    shown(world, chat, id)
}

pub(super) fn edit(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let words = text::words(given)?;
    let keyboard = text::keyboard(given)?;
    let chat = world.chat_for(&given.text("chat_id"), Access::Edit)?;
    let id = message_id(given)?;
    let message = world.message_for(chat, id, "message to edit")?;
    if message.by_bot && message.captioned {
        return Err(Refusal::bad("there is no text in the message to edit"));
    }
    if !message.by_bot || message.service || message.origin.is_some() {
        return Err(Refusal::bad("Message can't be edited"));
    }
    let same = message.text.as_ref() == Some(&words.text)
        && message.entities == words.entities
        && message.keyboard == keyboard;
    if same {
        return Err(not_modified());
    }
    world.spend(chat)?;
    let (now_s, buttons) = (world.clock.now_s(), labels(keyboard.as_ref()));
    if let Some(it) = world.chats.get_mut(&chat).and_then(|it| it.messages.get_mut(&id)) {
        it.text = Some(words.text.clone());
        it.entities = words.entities;
        it.keyboard = keyboard;
        it.edited_s = Some(now_s);
    }
    world.happened(chat, "bot".into(), true, What::Edited { text: words.text, buttons });
    shown(world, chat, id)
}

/// An edit that would change nothing.
pub(super) fn not_modified() -> Refusal {
    Refusal::new(
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same \
         as a current content and reply markup of the message",
    )
}

pub(super) fn delete(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let id = message_id(given)?;
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    deletable(world, chat, world.message_for(chat, id, "message to delete")?)?;
    take_away(world, chat, id);
    Ok(Value::Bool(true))
}

pub(super) fn delete_many(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let ids = message_ids(given)?;
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    let found: Vec<i64> = ids.into_iter().filter(|id| world.message_for(chat, *id, "").is_ok()).collect();
    for id in &found {
        deletable(world, chat, world.message_for(chat, *id, "message to delete")?)?;
    }
    found.into_iter().for_each(|id| take_away(world, chat, id));
    Ok(Value::Bool(true))
}

/// Takes a person's reaction away.
pub(super) fn unreact(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let (id, user) = (message_id(given)?, given.user()?);
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    world.message_for(chat, id, "message")?;
    if !world.me(chat).may("can_delete_messages") {
        return Err(Refusal::bad("not enough rights to delete reactions"));
    }
    let found = world.chats.get_mut(&chat).and_then(|it| it.messages.get_mut(&id));
    if found.and_then(|it| it.reactions.remove(&user)).is_some() {
        let who = world.name(user);
        world.happened(chat, who, true, What::Reacted(String::new()));
    }
    Ok(Value::Bool(true))
}

pub(super) fn answer_press(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let text = given.text("text").into_owned();
    if text.chars().count() > 200 {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    let (now_ms, ttl_ms) = (world.clock.now_ms(), world.press_ttl_ms);
    let press = world.presses.get_mut(given.text("callback_query_id").as_ref());
    let fresh = press.filter(|it| it.answer.is_none() && now_ms - it.at_ms <= ttl_ms);
    let Some(press) = fresh else {
        return Err(Refusal::bad("query is too old and response timeout expired or query ID is invalid"));
    };
    press.answer = Some(Answer { text: text.clone(), alert: given.flag("show_alert"), after_ms: now_ms - press.at_ms });
    let (by, chat) = (press.by, press.chat);
    let who = world.name(by);
    world.happened_to(Some(by), chat, who, true, What::Toast(text));
    Ok(Value::Bool(true))
}

fn shown(world: &World, chat: i64, id: i64) -> Result<Value, Refusal> {
    let lost = || Refusal::new(500, "Internal Server Error: the message is gone");
    let chat = world.chats.get(&chat).ok_or_else(lost)?;
    let message = chat.message(id).ok_or_else(lost)?;
    Ok(world.message_json(chat, message))
}

fn message_id(given: &Parameters) -> Result<i64, Refusal> {
    match given.number("message_id") {
        id if id > 0 => Ok(id),
        _ => Err(Refusal::bad("Message identifier is not specified")),
    }
}

fn message_ids(given: &Parameters) -> Result<Vec<i64>, Refusal> {
    if !given.has("message_ids") {
        return Err(Refusal::bad("Message identifiers are not specified"));
    }
    let Value::Array(ids) = given.json("message_ids", "Can't parse message_ids JSON object")? else {
        return Err(Refusal::bad("Expected an Array of message identifiers"));
    };
    match ids.len() {
        0 => return Err(Refusal::bad("Message identifiers are not specified")),
        101.. => return Err(Refusal::bad("Too many message identifiers specified")),
        _ => {}
    }
    let id = |it: &Value| it.as_i64().filter(|it| *it > 0);
    ids.iter().map(|it| id(it).ok_or_else(|| Refusal::bad("Invalid message identifier specified"))).collect()
}

fn thread(world: &World, chat: i64, given: &Parameters) -> Result<Option<i64>, Refusal> {
    let thread = given.number("message_thread_id");
    let Some(it) = world.chats.get(&chat).filter(|_| thread > 0) else { return Ok(None) };
    match (it.forum, it.topics.contains(&thread)) {
        (true, true) => Ok(Some(thread)),
        (true, false) => Err(Refusal::bad("message thread not found")),
        (false, _) if it.kind == Kind::Private => Err(Refusal::bad("message thread not found")),
        (false, _) => Ok(None),
    }
}

fn reply(world: &World, chat: i64, given: &Parameters) -> Result<Option<i64>, Refusal> {
    if !given.has("reply_parameters") {
        return Ok(None);
    }
    let Value::Object(reply) = given.json("reply_parameters", "Can't parse reply parameters JSON object")? else {
        return Err(Refusal::bad("Object expected as reply parameters"));
    };
    let Some(id) = reply.get("message_id").and_then(Value::as_i64) else {
        return Err(Refusal::bad("Can't find field \"message_id\""));
    };
    let alone = reply.get("allow_sending_without_reply").and_then(Value::as_bool).unwrap_or(false);
    match world.message_for(chat, id, "message to be replied") {
        Ok(_) => Ok(Some(id)),
        Err(_) if alone => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

fn deletable(world: &World, chat: i64, message: &Message) -> Result<(), Refusal> {
    let (me, now_s) = (world.me(chat), world.clock.now_s());
    let old = now_s - message.date_s > DELETABLE_S;
    let kind = world.chats.get(&chat).map_or(Kind::Private, |it| it.kind);
    let plain = || Err(Refusal::bad("Message can't be deleted"));
    match kind {
        Kind::Private | Kind::Group if old => Err(Refusal::bad("Message can't be deleted for everyone")),
        Kind::Private => Ok(()),
        Kind::Group if message.by_bot || me.is_admin() => Ok(()),
        Kind::Supergroup | Kind::Channel if old || message.id == 1 => plain(),
        Kind::Supergroup | Kind::Channel if me.may("can_delete_messages") => Ok(()),
        Kind::Supergroup if message.by_bot => Ok(()),
        Kind::Channel if message.by_bot && me.may("can_post_messages") => Ok(()),
        Kind::Group | Kind::Supergroup | Kind::Channel => plain(),
    }
}

fn take_away(world: &mut World, chat: i64, id: i64) {
    let Some(it) = world.chats.get_mut(&chat).and_then(|it| it.messages.get_mut(&id)) else { return };
    it.deleted = true;
    let (from, text) = (it.from, it.words());
    let who = world.name(from);
    world.happened(chat, who, true, What::Deleted { text });
}

/// The words on the buttons.
pub(in crate::playground::telegram) fn labels(keyboard: Option<&Value>) -> Vec<String> {
    let rows = keyboard.and_then(|it| it["inline_keyboard"].as_array().or_else(|| it["keyboard"].as_array()));
    let buttons = rows.into_iter().flatten().filter_map(Value::as_array).flatten();
    buttons.filter_map(|it| it["text"].as_str()).map(Into::into).collect()
}
