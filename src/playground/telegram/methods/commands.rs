//! The command menus.

use crate::playground::telegram::access::Access;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::world::World;
use serde_json::{Value, json};

/// Commands of one menu.
const LIMIT: usize = 100;
const SCOPES: [&str; 7] = [
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
];

pub(super) fn set(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let Value::Array(commands) = given.json("commands", "Can't parse commands JSON object")? else {
        return Err(Refusal::bad("Expected an Array of BotCommand"));
    };
    if commands.len() > LIMIT {
        return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let commands = commands.iter().map(command).collect::<Result<Vec<_>, _>>()?;
    let scope = scope(world, given)?;
    world.bot.commands.insert(scope, Value::Array(commands));
    Ok(Value::Bool(true))
}

pub(super) fn get(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let scope = scope(world, given)?;
    Ok(world.bot.commands.get(&scope).cloned().unwrap_or_else(|| json!([])))
}

pub(super) fn delete(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let scope = scope(world, given)?;
    world.bot.commands.remove(&scope);
    Ok(Value::Bool(true))
}

fn command(given: &Value) -> Result<Value, Refusal> {
    let Some(it) = given.as_object() else {
        return Err(Refusal::bad("Can't parse BotCommand: expected an Object"));
    };
    let field = |name: &str| {
        let value = it.get(name).and_then(Value::as_str);
        value.ok_or_else(|| Refusal::bad(format!("Can't parse BotCommand: Can't find field \"{name}\"")))
    };
    let (name, description) = (field("command")?, field("description")?);
    let name = name.strip_prefix('/').unwrap_or(name);
    let letters = name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
    if !letters || !(1..=32).contains(&name.len()) {
        return Err(Refusal::bad("BOT_COMMAND_INVALID"));
    }
    if !(1..=256).contains(&description.chars().count()) {
        return Err(Refusal::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok(json!({ "command": name, "description": description }))
}

/// The menu's key: scope and language.
fn scope(world: &mut World, given: &Parameters) -> Result<String, Refusal> {
    let mut scope = json!({ "type": "default" });
    if given.has("scope") {
        scope = given.json("scope", "Can't parse BotCommandScope JSON object")?;
    }
    if !scope.is_object() {
        return Err(Refusal::bad("Can't parse BotCommandScope: BotCommandScope must be an Object"));
    }
    let kind = scope["type"].as_str().unwrap_or_default().to_owned();
    let kind = kind.as_str();
    if !SCOPES.contains(&kind) {
        return Err(Refusal::bad("Can't parse BotCommandScope: Unsupported type specified"));
    }
    if kind.starts_with("chat") {
        let chat = match &scope["chat_id"] {
            Value::String(name) => name.clone(),
            Value::Number(id) => id.to_string(),
            _ => return Err(Refusal::bad("Can't parse BotCommandScope: Empty chat_id specified")),
        };
        scope["chat_id"] = world.chat_for(&chat, Access::Members)?.into();
    }
    if kind == "chat_member" && scope["user_id"].as_i64().is_none_or(|it| it <= 0) {
        return Err(Refusal::bad("Can't parse BotCommandScope: Invalid user_id specified"));
    }
    Ok(format!("{scope} {}", given.text("language_code")))
}
