//! What Telegram does with the words and the keyboards it is given.

use super::choices;
use super::refusal::Refusal;
use super::request::Parameters;
use serde_json::{Map, Value, json};

/// Characters of a message.
const TEXT_LIMIT: usize = 4096;
/// Characters of the words below a file.
const CAPTION_LIMIT: usize = 1024;
/// Bytes of a button's data.
const DATA_LIMIT_BYTES: usize = 64;
/// Buttons of a keyboard.
const BUTTON_LIMIT: usize = 100;
/// Entities that the sender may set; the others Telegram finds by itself.
const ENTITY_KINDS: [&str; 13] = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
    "date_time",
];

/// A checked text.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) entities: Vec<Value>,
}

/// Reads `text` with `entities`.
pub(super) fn words(given: &Parameters) -> Result<Words, Refusal> {
    let text = given.text("text");
    if text.is_empty() {
        return Err(Refusal::bad("Message text is empty"));
    }
    if text.len() > 1 << 15 {
        return Err(Refusal::bad("Text is too long"));
    }
    let mut words = marked(given, &text, "entities")?;
    if words.text.chars().count() > TEXT_LIMIT {
        return Err(Refusal::bad("Message is too long"));
    }
    if words.text.trim_matches([' ', '\n', '\u{200b}', '\u{a0}', '\u{2060}', '\u{feff}']).is_empty() {
        return Err(Refusal::bad("Text must be non-empty"));
    }
    words.entities.extend(found_entities(&words.text));
    Ok(words)
}

/// Reads `caption` with `caption_entities`; it may be empty.
pub(super) fn caption(given: &Parameters) -> Result<Words, Refusal> {
    let mut words = marked(given, &given.text("caption"), "caption_entities")?;
    if words.text.chars().count() > CAPTION_LIMIT {
        return Err(Refusal::bad("Message caption is too long"));
    }
    words.entities.extend(found_entities(&words.text));
    Ok(words)
}

/// The words with the entities that the sender set, which may come as text that holds JSON.
fn marked(given: &Parameters, text: &str, field: &str) -> Result<Words, Refusal> {
    if given.has("parse_mode") {
        return Err(Refusal::new(400, "Bad Request: [sim] parse_mode is not modelled, send entities"));
    }
    let entities = match given.has(field) {
        true => given.json(field, "Can't parse entities JSON object")?,
        false => json!([]),
    };
    let entities = entities.as_array().map_or(&[][..], Vec::as_slice);
    let entities = entities.iter().map(|it| entity(it, text)).collect::<Result<Vec<_>, _>>()?;
    Ok(trimmed(text, entities.into_iter().flatten().collect()))
}

fn entity(given: &Value, text: &str) -> Result<Option<Value>, Refusal> {
    let Some(entity) = given.as_object() else {
        return Err(Refusal::bad("Can't parse MessageEntity: expected an Object"));
    };
    for name in ["offset", "length", "type"] {
        if !entity.contains_key(name) {
            return Err(Refusal::bad(format!("Can't parse MessageEntity: Can't find field \"{name}\"")));
        }
    }
    let kind = entity["type"].as_str().unwrap_or_default();
    let found_by_telegram =
        ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"];
    if found_by_telegram.contains(&kind) {
        return Ok(None);
    }
    if !ENTITY_KINDS.contains(&kind) {
        return Err(Refusal::bad("Can't parse MessageEntity: Unsupported type specified"));
    }
    let (offset, length) = (span(entity, "offset")?, span(entity, "length")?);
    within(text, offset, length)?;
    if kind == "text_link" {
        let url = entity.get("url").and_then(Value::as_str).unwrap_or_default();
        if !is_address(url) {
            return Err(Refusal::bad(format!("Entity URL '{url}' is invalid: Wrong HTTP URL")));
        }
    }
    Ok((length > 0).then(|| given.clone()))
}

fn span(entity: &Map<String, Value>, name: &str) -> Result<usize, Refusal> {
    let value = entity[name].as_i64().unwrap_or(-1);
    usize::try_from(value).map_err(|_| Refusal::bad(format!("Receive an entity with incorrect {name} {value}")))
}

fn within(text: &str, offset: usize, length: usize) -> Result<(), Refusal> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let low = |at: usize| units.get(at).is_some_and(|it| (0xDC00..0xE000).contains(it));
    let begins = format!("Entity beginning at UTF-16 offset {offset}");
    if length == 0 {
        Ok(())
    } else if offset >= units.len() {
        Err(Refusal::bad(format!("Entity begins after the end of the text at UTF-16 offset {offset}")))
    } else if offset + length > units.len() {
        let end = offset + length;
        Err(Refusal::bad(format!("{begins} ends after the end of the text at UTF-16 offset {end}")))
    } else if low(offset) {
        Err(Refusal::bad("Entity begins in a middle of a UTF-16 symbol"))
    } else if low(offset + length) {
        Err(Refusal::bad(format!("{begins} ends in a middle of a UTF-16 symbol")))
    } else {
        Ok(())
    }
}

/// Takes the space around the words away and moves the entities along.
fn trimmed(text: &str, mut entities: Vec<Value>) -> Words {
    let ended = text.trim_end_matches([' ', '\n']);
    let first = entities.iter().filter_map(|it| it["offset"].as_u64()).min().unwrap_or(u64::MAX);
    let blank = ended.len() - ended.trim_start_matches([' ', '\n']).len();
    let lead = blank.min(usize::try_from(first).unwrap_or(usize::MAX));
    let text = ended[lead..].to_owned();
    let total = text.encode_utf16().count() as u64;
    for entity in &mut entities {
        let offset = entity["offset"].as_u64().unwrap_or(0) - lead as u64;
        let length = entity["length"].as_u64().unwrap_or(0).min(total.saturating_sub(offset));
        entity["offset"] = offset.into();
        entity["length"] = length.into();
    }
    entities.retain(|it| it["length"].as_u64() > Some(0));
    Words { text, entities }
}

/// Commands and mentions, which Telegram marks by itself.
pub(super) fn found_entities(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive([' ', '\n']) {
        let bare = word.trim_end_matches([' ', '\n']);
        let body = bare.trim_end_matches(['.', ',', '!', '?', ':', ';', ')']);
        let kind = match body.as_bytes() {
            [b'/', first, ..] if first.is_ascii_alphanumeric() => Some("bot_command"),
            [b'@', first, ..] if first.is_ascii_alphabetic() && body.len() > 3 => Some("mention"),
            _ => None,
        };
        if let Some(kind) = kind {
            found.push(json!({ "type": kind, "offset": offset, "length": body.encode_utf16().count() }));
        }
        offset += word.encode_utf16().count();
    }
    found
}

/// Reads `reply_markup`.
pub(super) fn keyboard(given: &Parameters) -> Result<Option<Value>, Refusal> {
    if !given.has("reply_markup") {
        return Ok(None);
    }
    let markup = given.json("reply_markup", "Can't parse reply keyboard markup JSON object")?;
    let Some(markup) = markup.as_object() else {
        return Err(Refusal::bad("Object expected as reply markup"));
    };
    let Some(rows) = markup.get("inline_keyboard") else {
        choices::check(markup)?;
        return Ok((!markup.is_empty()).then(|| Value::Object(markup.clone())));
    };
    let Some(rows) = rows.as_array() else {
        return Err(Refusal::bad("Field \"inline_keyboard\" must be of type Array"));
    };
    let rows = rows.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    if rows.iter().map(Vec::len).sum::<usize>() > BUTTON_LIMIT {
        return Err(Refusal::bad("reply markup is too long"));
    }
    let rows: Vec<Value> = rows.into_iter().filter(|it| !it.is_empty()).map(Value::Array).collect();
    Ok((!rows.is_empty()).then(|| json!({ "inline_keyboard": rows })))
}

fn row(given: &Value) -> Result<Vec<Value>, Refusal> {
    let Some(buttons) = given.as_array() else {
        return Err(Refusal::bad("Field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays"));
    };
    buttons.iter().map(button).collect()
}

fn button(given: &Value) -> Result<Value, Refusal> {
    let unreadable = "Can't parse inline keyboard button";
    let Some(button) = given.as_object() else {
        return Err(Refusal::bad(format!("{unreadable}: InlineKeyboardButton must be an Object")));
    };
    let Some(label) = button.get("text") else {
        return Err(Refusal::bad(format!("{unreadable}: Can't find field \"text\"")));
    };
    let label = label.as_str().unwrap_or_default().trim();
    let word = |name: &str| button.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    match (word("url"), word("callback_data")) {
        _ if label.is_empty() => Err(Refusal::bad("Inline keyboard button text must be non-empty")),
        (Some(url), _) if !is_address(url) => {
            Err(Refusal::bad(format!("Inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")))
        }
        (Some(url), _) => Ok(json!({ "text": label, "url": url })),
        (None, Some(data)) if data.len() > DATA_LIMIT_BYTES => Err(Refusal::bad("BUTTON_DATA_INVALID")),
        (None, Some(data)) => Ok(json!({ "text": label, "callback_data": data })),
        (None, None) if button.len() == 1 => {
            Err(Refusal::bad(format!("{unreadable}: Text buttons are unallowed in the inline keyboard")))
        }
        (None, None) => Ok(given.clone()),
    }
}

fn is_address(url: &str) -> bool {
    let rest = ["https://", "http://", "tg://", "ton://"].iter().find_map(|it| url.strip_prefix(it));
    let host = rest.unwrap_or(url).split(['/', '?']).next().unwrap_or_default();
    let named = url.starts_with("tg://") || host.contains('.') || host.starts_with("localhost");
    !host.is_empty() && named && !url.contains([' ', '\n'])
}
