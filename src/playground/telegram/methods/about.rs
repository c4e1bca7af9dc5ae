//! What the bot says of itself: descriptions per language.

use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::world::World;
use serde_json::{Value, json};

pub(super) fn set(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    put(world, given, "description", 512)
}

pub(super) fn set_short(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    put(world, given, "short_description", 120)
}

#[expect(clippy::unnecessary_wraps, reason = "every method has this shape")]
pub(super) fn get(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    Ok(shown(world, given, "description"))
}

#[expect(clippy::unnecessary_wraps, reason = "every method has this shape")]
pub(super) fn get_short(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    Ok(shown(world, given, "short_description"))
}

/// Sets one; an empty one takes it away, and the one without a language stands in.
fn put(world: &mut World, given: &Parameters, kind: &str, limit: usize) -> Result<Value, Refusal> {
    let words = given.text(kind).into_owned();
    if words.chars().count() > limit {
        return Err(Refusal::bad(format!("bot {} is too long", kind.replace('_', " "))));
    }
    let language = given.text("language_code");
    let two_letters = language.len() == 2 && language.bytes().all(|it| it.is_ascii_lowercase());
    if !(language.is_empty() || two_letters) {
        return Err(Refusal::bad("invalid language code specified"));
    }
    let key = format!("{kind} {language}");
    if words.is_empty() {
        world.bot.about.remove(&key);
    } else {
        world.bot.about.insert(key, words);
    }
    Ok(Value::Bool(true))
}

fn shown(world: &World, given: &Parameters, kind: &str) -> Value {
    let of = |language: &str| world.bot.about.get(&format!("{kind} {language}"));
    let words = of(&given.text("language_code")).or_else(|| of(""));
    json!({ kind: words.map_or("", String::as_str) })
}
