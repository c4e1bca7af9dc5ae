//! Turns one raw update into an event of ours, reading only what routing and rules need.

mod wire;

#[cfg(test)]
mod tests;

use super::callback::CallbackKey;
use super::wire::{Chat, Member, User, moment};
use crate::domain::event::{
    ChatKind, Chosen, Content, Document, Event, Happened, JoinRequested, Moved, Origin, Place, Pressed, Reacted,
    ReplyTo, Said, Verdict,
};
use crate::domain::types::{CHANNEL_BOT, ChatId, Language, MessageId, Moment, Person, ThreadId, UpdateId, UserId};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use thiserror::Error;

/// What decoding must know beside the bytes.
#[derive(Clone, Copy, Debug)]
pub struct DecodeContext<'a> {
    /// The key that signed our buttons.
    pub key: &'a CallbackKey,
    /// The bot's own id.
    pub me: UserId,
    /// Wall time, for events without a date and for the expiry of buttons.
    pub now: Moment,
}

/// An update in our words, with what intake needs to route it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Telegram's id of it.
    pub update: UpdateId,
    /// Telegram's name of its kind, `other` for a name that this version does not know.
    pub kind: &'static str,
    /// The chat it belongs to; `None` for kinds that belong to none.
    pub chat: Option<ChatId>,
    /// The person whose order of events it belongs to.
    pub person: Option<UserId>,
    /// It is a press of a button: it goes before waiting messages and must be answered.
    pub press: bool,
    /// What happened.
    pub happened: Happened,
}

/// Why an update cannot be read. Never carries any of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Undecodable {
    /// More bytes than [`MAX_UPDATE_BYTES`].
    #[error("the update has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the update is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// Not JSON, or not of the shape that the Bot API documents.
    #[error("the update is not what the Bot API documents: {what} at column {column}")]
    Broken {
        /// What kind of fault: `syntax`, `shape` or `end`.
        what: &'static str,
        /// The byte near which it was noticed.
        column: usize,
    },
}

/// The largest update that is read.
pub const MAX_UPDATE_BYTES: usize = 1 << 20;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 64;

/// Reads one update.
///
/// A group that becomes a supergroup tells so twice, in the old chat and in the new one; both become
/// the same event, [`Event::Migrated`] in the old chat.
///
/// # Errors
/// When it is too large, too deep, no JSON, or not of the documented shape.
pub fn decode(raw: &[u8], context: &DecodeContext<'_>) -> Result<Decoded, Undecodable> {
    within_limits(raw)?;
    let wire::Update { id, kind, body } = serde_json::from_slice(raw).map_err(|e| broken(&e))?;
    let found = match body {
        wire::Body::Message(message) => on_message(*message, kind)?,
        wire::Body::Press(press) => Some(on_press(*press, context)),
        wire::Body::Member(moved) => on_moved(*moved, kind, context.me),
        wire::Body::Join(asked) => on_join_request(*asked),
        wire::Body::Reaction(reaction) => on_reaction(*reaction),
        wire::Body::Elsewhere(it) => it.chat.and_then(Chat::place).map(|place| (place, context.now, Event::Other)),
        wire::Body::Nothing => None,
    };
    Ok(decoded(UpdateId(id), kind, found, context.now))
}

/// Finds the id of an update, even of one that cannot be decoded or is cut off behind the id.
#[must_use]
pub fn update_id(raw: &[u8]) -> Option<UpdateId> {
    let mut scan = Scan::default();
    raw.iter().enumerate().find_map(|(at, byte)| {
        let outside = !scan.in_string;
        scan.step(*byte);
        if outside && *byte == b'"' && scan.level == 1 { id_at(&raw[at..]) } else { None }
    })
}

/// The number of an `"update_id"` that begins here.
fn id_at(text: &[u8]) -> Option<UpdateId> {
    let rest = text.strip_prefix(b"\"update_id\"")?.trim_ascii_start();
    let rest = rest.strip_prefix(b":")?.trim_ascii_start();
    let digits = rest.iter().take_while(|it| it.is_ascii_digit()).count();
    let (number, after) = rest.split_at(digits);
    match after.first() {
        Some(b',' | b'}' | b' ' | b'\n' | b'\r' | b'\t') => {
            std::str::from_utf8(number).ok()?.parse().ok().map(UpdateId)
        }
        // Cut off within the number: half an id is another update's id.
        _ => None,
    }
}

/// Splits the answer to `getUpdates` into its updates without reading them.
///
/// # Errors
/// When the body is not `{"ok":true,"result":[..]}`.
pub fn split_result(body: &[u8]) -> Result<Vec<Bytes>, Undecodable> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        ok: bool,
        #[serde(borrow, default)]
        result: Option<Vec<&'a RawValue>>,
    }
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|e| broken(&e))?;
    match answer.result {
        // Copied one by one, so that one slow chat's update does not keep the whole answer in memory.
        Some(updates) if answer.ok => {
            Ok(updates.iter().map(|it| Bytes::copy_from_slice(it.get().as_bytes())).collect())
        }
        _ => Err(Undecodable::Broken { what: "shape", column: 0 }),
    }
}

/// Where and when something happened, and what.
type Found = (Place, Moment, Event);

fn decoded(update: UpdateId, kind: &'static str, found: Option<Found>, now: Moment) -> Decoded {
    let chat = found.as_ref().map(|(place, ..)| place.id);
    let (place, at, event) = found.unwrap_or_else(|| (nowhere(), now, Event::Other));
    Decoded {
        update,
        kind,
        chat,
        person: event.person(),
        press: matches!(event, Event::Pressed(_)),
        happened: Happened { update: Some(update), at, place, event },
    }
}

fn on_message(message: wire::Message<'_>, kind: &str) -> Result<Option<Found>, Undecodable> {
    let Some(chat) = message.chat else {
        return Err(Undecodable::Broken { what: "shape", column: 0 });
    };
    let Some(place) = chat.place() else {
        return Ok(None);
    };
    let at = moment(message.edit_date.unwrap_or(message.date));
    // Seen by its writer and us alone, as an answer to an ephemeral message is: nobody needs to be guarded from it,
    // and it has no id by which it could be deleted or answered.
    if message.ephemeral {
        return Ok(Some((place, at, Event::Other)));
    }
    let migrated = match (message.migrate_to, message.migrate_from) {
        (Some(to), _) => Some((place.id, ChatId(to))),
        (None, Some(from)) => Some((ChatId(from), place.id)),
        (None, None) => None,
    };
    if let Some((id, to)) = migrated {
        let old = Place { id, kind: ChatKind::Group, ..place };
        return Ok(Some((old, at, Event::Migrated { to })));
    }
    if let Some(shared) = message.shared {
        let from = message.from.map_or_else(|| speaking_chat(&place), User::person);
        let (message, chat) = (MessageId(message.message_id), ChatId(shared.chat_id));
        return Ok(Some((place, at, Event::Chosen(Chosen { message, from, request: shared.request_id, chat }))));
    }
    let thread = message.thread.filter(|_| message.is_topic);
    let said = Said {
        message: MessageId(message.message_id),
        thread: thread.map(ThreadId),
        from: message.from.map_or_else(|| speaking_chat(&place), User::person),
        sender_chat: message.sender_chat.map(|it| ChatId(it.id)),
        text: message.text,
        edited: kind.starts_with("edited"),
        forwarded: message.origin.map(|it| Origin { channel: it.channel() }),
        via_bot: message.via_bot,
        automatic: message.automatic,
        service: message.service,
        // In a topic, a message that answers nothing "answers" the message that opened the topic.
        reply_to: message.reply_to.filter(|it| thread != Some(it.message_id)).map(reply),
        album: message.album,
        document: message.document.filter(|_| message.content == Some(Content::Document)).map(document),
        content: message.content.unwrap_or(Content::Other),
    };
    Ok(Some((place, at, Event::Said(said))))
}

fn document(file: wire::File) -> Document {
    Document { file: file.file_id, name: file.file_name.unwrap_or_default(), bytes: file.file_size.unwrap_or(0) }
}

fn reply(to: wire::Reply) -> ReplyTo {
    let forwarded_by_itself = to.sender_chat.filter(|_| to.is_automatic_forward).map(|it| ChatId(it.id));
    let by_bot = to.from.as_ref().is_some_and(|it| it.is_bot);
    let mentioned = to.entities.into_iter().find_map(|it| it.user).map(|it| UserId(it.id));
    ReplyTo {
        message: MessageId(to.message_id),
        from: to.from.as_ref().map(|it| UserId(it.id)),
        about: by_bot.then_some(mentioned).flatten(),
        channel: to.forward_origin.and_then(wire::Origin::channel).or(forwarded_by_itself),
        document: to.document.map(document),
    }
}

/// A press always becomes an event, because every press must be answered: one that belongs to no
/// message of ours counts as forged, in the private chat of the person who pressed.
fn on_press(press: wire::Press<'_>, context: &DecodeContext<'_>) -> Found {
    let from = press.from.person();
    let carrier = press.message.and_then(|it| {
        let thread = it.message_thread_id.filter(|_| it.is_topic_message).map(ThreadId);
        let ephemeral = it.ephemeral_message_id.is_some();
        Some((it.chat.place()?, MessageId(it.message_id), ephemeral, thread))
    });
    let (place, message, ephemeral, thread, verdict) = match carrier {
        Some((place, message, ephemeral, thread)) => {
            let data = press.data.as_deref().unwrap_or_default();
            let verdict = context.key.verify(data, place.id, from.id, context.now);
            (place, message, ephemeral, thread, verdict)
        }
        None => (private_chat(&from), MessageId(0), false, None, Verdict::Forged),
    };
    let pressed = Pressed { query: press.id, from, message, ephemeral, thread, verdict };
    (place, context.now, Event::Pressed(pressed))
}

fn on_moved(update: wire::MemberUpdate<'_>, kind: &str, me: UserId) -> Option<Found> {
    let (old, new) = (update.old_chat_member.standing()?, update.new_chat_member.standing()?);
    let Member { user, .. } = update.new_chat_member;
    let who = user?.person();
    let ours = kind == "my_chat_member" || who.id == me;
    let asked = update.invite_link.as_ref().is_some_and(|it| it.creates_join_request);
    let by_request = update.via_join_request || asked;
    let moved = Moved { who, by: update.from.person(), old, new, by_request, by_link: creator(update.invite_link) };
    let event = if ours { Event::Placed(moved) } else { Event::Moved(moved) };
    Some((update.chat.place()?, moment(update.date), event))
}

fn on_join_request(asked: wire::JoinRequest<'_>) -> Option<Found> {
    let who = asked.from.person();
    let private = ChatId(asked.user_chat_id.unwrap_or(who.id.0));
    let event = JoinRequested { who, private, query: asked.query_id, by_link: creator(asked.invite_link) };
    Some((asked.chat.place()?, moment(asked.date), Event::JoinRequested(event)))
}

fn on_reaction(reaction: wire::Reaction<'_>) -> Option<Found> {
    let added = reaction.new_reaction.iter().any(|it| !reaction.old_reaction.contains(it));
    let event = Reacted {
        message: MessageId(reaction.message_id),
        who: reaction.user.map(User::person),
        sender_chat: reaction.actor_chat.map(|it| ChatId(it.id)),
        added,
    };
    Some((reaction.chat.place()?, moment(reaction.date), Event::Reacted(event)))
}

/// Who made the link by which somebody came.
fn creator(link: Option<wire::Link>) -> Option<UserId> {
    link?.creator.map(|it| UserId(it.id))
}

/// Who speaks when Telegram names no person: the chat itself.
fn speaking_chat(place: &Place) -> Person {
    Person {
        id: CHANNEL_BOT,
        name: place.title.clone(),
        username: place.username.clone(),
        language: Language::default(),
        is_bot: true,
    }
}

fn private_chat(person: &Person) -> Place {
    Place {
        id: ChatId(person.id.0),
        kind: ChatKind::Private,
        title: person.name.clone(),
        username: person.username.clone(),
    }
}

const fn nowhere() -> Place {
    Place { id: ChatId(0), kind: ChatKind::House, title: String::new(), username: None }
}

fn within_limits(raw: &[u8]) -> Result<(), Undecodable> {
    if raw.len() > MAX_UPDATE_BYTES {
        return Err(Undecodable::TooLarge { bytes: raw.len(), limit: MAX_UPDATE_BYTES });
    }
    // Fewer brackets than levels: nothing to measure. This is nearly every update, and quick to count.
    let brackets = raw.iter().filter(|it| matches!(it, b'{' | b'[')).count();
    if brackets > MAX_DEPTH && depth(raw) > MAX_DEPTH {
        return Err(Undecodable::TooDeep { limit: MAX_DEPTH });
    }
    Ok(())
}

/// How deep the brackets outside of strings nest.
fn depth(raw: &[u8]) -> usize {
    let mut scan = Scan::default();
    let levels = raw.iter().map(|byte| {
        scan.step(*byte);
        scan.level
    });
    levels.max().unwrap_or(0)
}

/// Where in JSON we are, byte by byte.
#[derive(Default)]
struct Scan {
    level: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    const fn step(&mut self, byte: u8) {
        match (self.in_string, byte) {
            (true, _) if self.escaped => self.escaped = false,
            (true, b'\\') => self.escaped = true,
            (_, b'"') => self.in_string = !self.in_string,
            (false, b'{' | b'[') => self.level += 1,
            (false, b'}' | b']') => self.level = self.level.saturating_sub(1),
            _ => {}
        }
    }
}

fn broken(error: &serde_json::Error) -> Undecodable {
    let what = match error.classify() {
        Category::Syntax | Category::Io => "syntax",
        Category::Data => "shape",
        Category::Eof => "end",
    };
    Undecodable::Broken { what, column: error.column() }
}
