//! Sending documents and photos, and loading what people sent.

use super::messages::deliver;
use crate::playground::telegram::multipart::Upload;
use crate::playground::telegram::refusal::Refusal;
use crate::playground::telegram::request::Parameters;
use crate::playground::telegram::text;
use crate::playground::telegram::world::{Message, World};
use serde_json::{Map, Value, json};

/// Bots load files up to this.
const LOADABLE_BYTES: usize = 20 << 20;
/// A bot's document has at most these bytes.
const DOCUMENT_BYTES: usize = 50 << 20;
/// A bot's photo has at most these bytes.
const PHOTO_BYTES: usize = 10 << 20;

pub(super) fn send_document(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    send(world, given, "document", "documents", DOCUMENT_BYTES)
}

pub(super) fn send_photo(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    send(world, given, "photo", "photos", PHOTO_BYTES)
}

pub(super) fn get(world: &mut World, given: &Parameters) -> Result<Value, Refusal> {
    let id = given.text("file_id");
    if id.is_empty() {
        return Err(Refusal::bad("file_id not specified"));
    }
    let file = world.files.get(id.as_ref()).ok_or_else(|| Refusal::bad("invalid file_id"))?;
    if file.bytes.len() > LOADABLE_BYTES {
        return Err(Refusal::bad("file is too big"));
    }
    let size = file.bytes.len();
    Ok(json!({ "file_id": id, "file_unique_id": file.unique, "file_size": size, "file_path": file.path }))
}

fn send(world: &mut World, given: &Parameters, kind: &str, folder: &str, limit: usize) -> Result<Value, Refusal> {
    let words = text::caption(given)?;
    let file = file(world, given, kind, folder, limit)?;
    let content = if kind == "photo" {
        let mut size = file;
        (size["width"], size["height"]) = (json!(90), json!(90));
        json!([size])
    } else {
        file
    };
    let message = Message {
        text: (!words.text.is_empty()).then_some(words.text),
        captioned: true,
        entities: words.entities,
        other: Map::from_iter([(kind.to_owned(), content)]),
        ..Message::default()
    };
    deliver(world, given, message)
}

/// What the message says of the file: one that comes with the call, or one that Telegram has.
fn file(world: &mut World, given: &Parameters, kind: &str, folder: &str, limit: usize) -> Result<Value, Refusal> {
    let named = given.0.get(kind).and_then(Value::as_str);
    let field = named.map_or(Some(kind), |it| it.strip_prefix("attach://"));
    let (mut shown, name, mime) = match (field.and_then(|it| given.1.get(it)), named) {
        (Some(Upload { bytes, .. }), _) if bytes.is_empty() => return Err(Refusal::bad("file must be non-empty")),
        (Some(upload), _) if upload.bytes.len() > limit => {
            return Err(Refusal::new(413, "Request Entity Too Large"));
        }
        (Some(upload), _) => {
            let Upload { name, mime, bytes } = upload.clone();
            (world.store_file(folder, &name, &mime, bytes), name, mime)
        }
        (None, Some(id)) => {
            let wrong = || Refusal::bad("wrong remote file identifier specified: Wrong string length");
            let file = world.files.get(id).ok_or_else(wrong)?;
            let shown = json!({ "file_id": id, "file_unique_id": file.unique, "file_size": file.bytes.len() });
            (shown, file.name.clone(), file.mime.clone())
        }
        (None, None) => return Err(Refusal::bad(format!("there is no {kind} in the request"))),
    };
    if kind == "document" {
        (shown["file_name"], shown["mime_type"]) = (name.into(), mime.into());
    }
    Ok(shown)
}
