//! What people see while an answer is being written.

use crate::playground::telegram::access::Access;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::text;
use crate::playground::telegram::world::World;
use serde_json::Value;

/// Telegram's kinds of signs.
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn act(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    if !ACTIONS.contains(&&*given.text("action")) {
        return Err(Refusal::bad("wrong parameter action in request"));
    }
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    world.may_send(chat)?;
    Ok(Value::Bool(true))
}

pub(super) fn draft(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    text::words(given)?;
    let chat = world.chat_for(&given.text("chat_id"), Access::Write)?;
    if chat <= 0 {
        return Err(Refusal::bad("drafts can be shown in private chats only"));
    }
    if given.number("draft_id") == 0 {
        return Err(Refusal::bad("draft_id must be non-zero"));
    }
    Ok(Value::Bool(true))
}
