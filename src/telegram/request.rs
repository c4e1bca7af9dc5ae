//! Our calls as Telegram's requests: method and JSON body.

mod form;
mod offer;
mod wire;

#[cfg(test)]
mod tests;

use super::callback::{CallbackKey, Press, Unsignable};
use super::catalogue::words::{self, LABEL_CHARS};
use super::catalogue::{self, Rendered};
use super::picture::{self, Undrawable};
use crate::domain::effect::{Button, Call, DOCUMENT_MAX_BYTES, Does, JoinVerdict, Label, MenuScope, MessageRef};
use crate::domain::text::Text;
use crate::domain::types::{ChatId, Language, Made, MessageId, Moment, Slot, ThreadId, UserId};
pub use form::Body;
use form::Form;
use frankenstein::methods::SetMyCommandsParams;
use frankenstein::types::{BotCommand, BotCommandScope, BotCommandScopeChat};
use serde::Serialize;
use thiserror::Error;

/// A request ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Telegram's method.
    pub method: &'static str,
    /// The body: JSON, or a form with a file.
    pub body: Body,
    /// What the answer carries.
    pub answer: Answer,
}

/// What the answer to a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing that anybody needs.
    Done,
    /// A message, of which we want the id.
    Message,
    /// An invite link.
    Link,
}

/// What encoding must know beside the call.
#[derive(Clone, Copy, Debug)]
pub struct EncodeContext<'a> {
    /// The key that signs our buttons.
    pub key: &'a CallbackKey,
    /// Wall time, for the rules of `until_date`.
    pub now: Moment,
    /// Messages for one person are asked for as such: the setting wants it, and Telegram has not refused it.
    pub ephemeral: bool,
}

/// Why a call cannot be written as a request.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unwritable {
    /// The message behind the slot is not known yet, or never came to be.
    #[error("the message of slot {} has no id yet", .0.0)]
    Unresolved(Slot),
    /// A file is larger than may be sent this way.
    #[error("the file has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A chart cannot be drawn.
    #[error(transparent)]
    Picture(#[from] Undrawable),
    /// A button cannot be signed.
    #[error(transparent)]
    Button(#[from] Unsignable),
}

/// A toast is cut at this many UTF-16 units.
const TOAST_UNITS: usize = 200;
/// The words on a button are cut at this many UTF-16 units.
const BUTTON_UNITS: usize = 64;
/// A command's help is cut at this many UTF-16 units.
const HELP_UNITS: usize = 256;
/// An invite link's name is cut at this many UTF-16 units.
const INVITE_UNITS: usize = 32;
/// The words under a file are cut at this many UTF-16 units.
const CAPTION_UNITS: usize = 1024;
/// Ids of supergroups and channels are smaller than this.
const SUPERGROUPS_BELOW: i64 = -1_000_000_000_000;

/// A restriction that ends sooner than this means "for ever" to Telegram, with a margin for its clock and the way.
const SHORTEST_S: u64 = 35;
/// So does one that ends later than this: 366 days, with a margin of a day.
const LONGEST_S: u64 = 365 * 86_400;

/// Writes a call as a request; `resolve` knows the ids behind slots of the call's chat.
///
/// # Errors
/// When a slot is unknown or a button cannot be signed.
pub fn encode(
    context: &EncodeContext<'_>,
    call: &Call,
    resolve: impl Fn(Slot) -> Option<Made>,
) -> Result<Request, Unwritable> {
    let find = |message: &MessageRef| match *message {
        MessageRef::Id(id) => Ok(Made::Open(id)),
        MessageRef::Slot(slot) => resolve(slot).ok_or(Unwritable::Unresolved(slot)),
    };
    let body: Body = match call {
        Call::Say { .. } => say(context, call)?.into(),
        Call::Offer { chat, text, choices, slot: _ } => offer::offer(*chat, text, choices).into(),
        Call::Document { .. } => document(call)?,
        Call::Picture { .. } => return picture(call),
        Call::Edit { chat, message, text, keyboard } => return edit(context, *chat, find(message)?, text, keyboard),
        Call::Delete { chat, message } => return Ok(delete(*chat, find(message)?)),
        Call::DeleteMany { chat, messages } => {
            let message_ids = messages.iter().map(|it| it.0).collect();
            json(&wire::DeleteMany { chat_id: chat.0, message_ids }).into()
        }
        Call::Unreact { chat, message, user } => {
            json(&wire::Unreact { chat_id: chat.0, message_id: message.0, user_id: user.0 }).into()
        }
        Call::Mute { chat, user, until } => {
            let until_date = until.map(|it| until_date(it, context.now));
            restrict(*chat, *user, wire::Allowed::Nothing, until_date).into()
        }
        Call::Unmute { chat, user, permissions } => {
            restrict(*chat, *user, wire::Allowed::These(&permissions.0), None).into()
        }
        Call::Permit { chat, permissions } => {
            let permissions = wire::Allowed::These(&permissions.0);
            json(&wire::Permit { chat_id: chat.0, permissions, use_independent_chat_permissions: true }).into()
        }
        Call::Approve { chat, user } | Call::Decline { chat, user } => {
            json(&wire::JoinRequest { chat_id: chat.0, user_id: user.0 }).into()
        }
        Call::AnswerJoin { query, verdict } => {
            json(&wire::AnswerJoin { chat_join_request_query_id: query, result: word(*verdict) }).into()
        }
        Call::Answer { query, text, alert } => {
            let toast = text.as_ref().map(|it| words::shorten(rendered(it).text, TOAST_UNITS));
            json(&wire::Answer { callback_query_id: query, text: toast.as_deref(), show_alert: *alert }).into()
        }
        Call::Invite { chat, name, by_request } => invite(*chat, None, name, by_request.then_some(true)).into(),
        Call::EditInvite { chat, link, name, by_request } => invite(*chat, Some(link), name, Some(*by_request)).into(),
        Call::SetCommands { scope, language, commands } => {
            let lines: Vec<_> = commands.iter().map(|(name, help)| (name.clone(), rendered(help).text)).collect();
            menu(*scope, *language, &lines).into()
        }
        Call::Typing { chat, thread } => {
            let message_thread_id = thread.map(|it| it.0);
            json(&wire::Typing { chat_id: chat.0, message_thread_id, action: "typing" }).into()
        }
        Call::Draft { chat, thread, draft, text } => {
            let (words, message_thread_id) = (rendered(text), thread.map(|it| it.0));
            let (text, entities) = (&*words.text, &*words.entities);
            json(&wire::Draft { chat_id: chat.0, message_thread_id, draft_id: *draft, text, entities }).into()
        }
        Call::Leave { chat } => json(&wire::Leave { chat_id: chat.0 }).into(),
    };
    Ok(Request { method: call.method(), body, answer: answer(call) })
}

/// Whether a call asks that one person alone sees its message: in supergroups, as long as Telegram is asked for it.
#[must_use]
pub fn is_ephemeral(context: &EncodeContext<'_>, call: &Call) -> bool {
    matches!(call, Call::Say { chat, only: Some(_), .. } if context.ephemeral && chat.0 < SUPERGROUPS_BELOW)
}

fn say(context: &EncodeContext<'_>, call: &Call) -> Result<Vec<u8>, Unwritable> {
    let Call::Say { chat, thread, reply_to, text, keyboard, silent, only, slot: _ } = call else {
        return Ok(Vec::new());
    };
    let words = rendered(text);
    let keys = keys(context, *chat, keyboard)?;
    let only = only.filter(|_| is_ephemeral(context, call));
    Ok(json(&wire::Say {
        chat_id: chat.0,
        message_thread_id: thread.map(|it| it.0),
        text: &words.text,
        entities: &words.entities,
        link_preview_options: wire::NoPreview,
        reply_parameters: reply_to.map(reply),
        disable_notification: *silent,
        reply_markup: markup(&keys),
        ephemeral_message_parameters: only.map(|it| wire::OnlyFor { receiver_user_id: it.0 }),
    }))
}

fn edit(
    context: &EncodeContext<'_>,
    chat: ChatId,
    message: Made,
    text: &Text,
    keyboard: &[Vec<Button>],
) -> Result<Request, Unwritable> {
    let words = rendered(text);
    let keys = keys(context, chat, keyboard)?;
    let body = json(&wire::Edit {
        chat_id: chat.0,
        message: message.into(),
        text: &words.text,
        entities: &words.entities,
        link_preview_options: wire::NoPreview,
        reply_markup: markup(&keys),
    });
    Ok(match message {
        Made::Open(_) => Request { method: "editMessageText", body: body.into(), answer: Answer::Message },
        Made::Ephemeral(_) => Request { method: "editEphemeralMessageText", body: body.into(), answer: Answer::Done },
    })
}

fn delete(chat: ChatId, message: Made) -> Request {
    let method = match message {
        Made::Open(_) => "deleteMessage",
        Made::Ephemeral(_) => "deleteEphemeralMessage",
    };
    let body = json(&wire::Delete { chat_id: chat.0, message: message.into() });
    Request { method, body: body.into(), answer: Answer::Done }
}

fn document(call: &Call) -> Result<Body, Unwritable> {
    let Call::Document { chat, thread, reply_to, name, content, caption, silent, slot: _ } = call else {
        return Ok(Vec::new().into());
    };
    if content.len() > DOCUMENT_MAX_BYTES {
        return Err(Unwritable::TooLarge { bytes: content.len(), limit: DOCUMENT_MAX_BYTES });
    }
    let mut form = captioned(*chat, *thread, *reply_to, caption, *silent);
    form.file("document", name, "text/plain; charset=utf-8", content.as_bytes());
    Ok(form.finish())
}

/// Draws a chart and writes it as a request. This takes some milliseconds: not for the threads of the runtime.
///
/// # Errors
/// When the chart cannot be drawn.
pub fn picture(call: &Call) -> Result<Request, Unwritable> {
    let body = match call {
        Call::Picture { chat, thread, reply_to, chart, caption, silent, slot: _ } => {
            let drawn = picture::draw(chart)?;
            let mut form = captioned(*chat, *thread, *reply_to, caption, *silent);
            form.file("photo", "chart.png", "image/png", &drawn);
            form.finish()
        }
        _ => Vec::new().into(),
    };
    Ok(Request { method: call.method(), body, answer: answer(call) })
}

/// What goes with every file.
fn captioned<'a>(
    chat: ChatId,
    thread: Option<ThreadId>,
    reply_to: Option<MessageId>,
    caption: &Text,
    silent: bool,
) -> Form<'a> {
    let words = catalogue::render_within(caption, CAPTION_UNITS);
    missed(&words);
    let mut form = Form::default();
    form.field("chat_id", &chat.0.to_string());
    if let Some(thread) = thread {
        form.field("message_thread_id", &thread.0.to_string());
    }
    if let Some(to) = reply_to {
        form.json("reply_parameters", &reply(to));
    }
    form.field("caption", &words.text);
    if !words.entities.is_empty() {
        form.json("caption_entities", &words.entities);
    }
    if silent {
        form.field("disable_notification", "true");
    }
    form
}

fn invite(chat: ChatId, link: Option<&str>, name: &str, by_request: Option<bool>) -> Vec<u8> {
    json(&wire::Invite {
        chat_id: chat.0,
        invite_link: link,
        name: words::head(name, INVITE_UNITS),
        creates_join_request: by_request,
    })
}

const fn word(verdict: JoinVerdict) -> &'static str {
    match verdict {
        JoinVerdict::Approve => "approve",
        JoinVerdict::Decline => "decline",
        JoinVerdict::Queue => "queue",
    }
}

const fn reply(to: MessageId) -> wire::Reply {
    wire::Reply { message_id: to.0, allow_sending_without_reply: true }
}

/// The body of `setMyCommands`: command and its one-line help.
pub(super) fn menu(scope: MenuScope, language: Option<Language>, commands: &[(String, String)]) -> Vec<u8> {
    let scope = match scope {
        MenuScope::Private => BotCommandScope::AllPrivateChats,
        MenuScope::Groups => BotCommandScope::AllGroupChats,
        MenuScope::GroupAdmins => BotCommandScope::AllChatAdministrators,
        MenuScope::Chat(ChatId(id)) => BotCommandScope::Chat(BotCommandScopeChat { chat_id: id.into() }),
    };
    let line = |(command, help): &(String, String)| {
        let description = words::shorten(help.clone(), HELP_UNITS);
        BotCommand::builder().command(command.clone()).description(description).build()
    };
    let commands = commands.iter().map(line).collect();
    json(&SetMyCommandsParams { commands, scope: Some(scope), language_code: language.map(|it| it.code().to_owned()) })
}

/// Serializes a body. None of ours has a map with keys that are not strings, so this cannot fail.
pub(super) fn json(body: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    if let Err(_impossible) = serde_json::to_writer(&mut bytes, body) {
        bytes.clear();
    }
    bytes
}

const fn answer(call: &Call) -> Answer {
    match call {
        Call::Say { .. } | Call::Offer { .. } | Call::Document { .. } | Call::Picture { .. } | Call::Edit { .. } => {
            Answer::Message
        }
        Call::Invite { .. } | Call::EditInvite { .. } => Answer::Link,
        Call::Delete { .. }
        | Call::DeleteMany { .. }
        | Call::Unreact { .. }
        | Call::Mute { .. }
        | Call::Unmute { .. }
        | Call::Permit { .. }
        | Call::Approve { .. }
        | Call::Decline { .. }
        | Call::AnswerJoin { .. }
        | Call::Answer { .. }
        | Call::SetCommands { .. }
        | Call::Typing { .. }
        | Call::Draft { .. }
        | Call::Leave { .. } => Answer::Done,
    }
}

fn restrict(chat: ChatId, user: UserId, permissions: wire::Allowed<'_>, until_date: Option<u64>) -> Vec<u8> {
    json(&wire::Restrict {
        chat_id: chat.0,
        user_id: user.0,
        permissions,
        use_independent_chat_permissions: true,
        until_date,
    })
}

/// Seconds since 1970, kept away from both ends at which Telegram would understand "for ever".
fn until_date(until: Moment, now: Moment) -> u64 {
    let now_s = now.0 / 1000;
    until.0.div_ceil(1000).clamp(now_s + SHORTEST_S, now_s + LONGEST_S)
}

fn keys(context: &EncodeContext<'_>, chat: ChatId, rows: &[Vec<Button>]) -> Result<Vec<Vec<wire::Key>>, Unwritable> {
    rows.iter().map(|row| row.iter().map(|it| key(context, chat, it)).collect()).collect()
}

fn key(context: &EncodeContext<'_>, chat: ChatId, button: &Button) -> Result<wire::Key, Unwritable> {
    let text = match &button.label {
        Label::Text(text) => words::shorten(rendered(text).text, BUTTON_UNITS),
        Label::Name(name) => words::name(name, LABEL_CHARS),
    };
    let (url, callback_data) = match &button.does {
        Does::Open(url) => (Some(url.clone()), None),
        Does::Press { action, args, only, until } => {
            let press = Press { action, args, chat, only: *only, until: *until };
            (None, Some(context.key.sign(&press)?))
        }
    };
    Ok(wire::Key { text, url, callback_data })
}

fn markup(keys: &[Vec<wire::Key>]) -> Option<wire::Markup<'_>> {
    (!keys.is_empty()).then_some(wire::Markup { inline_keyboard: keys })
}

/// Renders; what the catalogue lacks is counted, and the person still gets something to read.
fn rendered(text: &Text) -> Rendered {
    let rendered = catalogue::render(text);
    missed(&rendered);
    rendered
}

fn missed(rendered: &Rendered) {
    for _ in &rendered.faults {
        metrics::counter!(super::client::ERRORS, "type" => "missing_text").increment(1);
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({}, {} bytes)", self.method, self.body.bytes.len())
    }
}
