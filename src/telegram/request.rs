//! Our calls as Telegram's requests: method and JSON body.

mod wire;

#[cfg(test)]
mod tests;

use super::callback::{CallbackKey, Press, Unsignable};
use super::catalogue::words::{self, LABEL_CHARS};
use super::catalogue::{self, Rendered};
use crate::domain::effect::{Button, Call, Does, Label, MenuScope, MessageRef};
use crate::domain::text::Text;
use crate::domain::types::{ChatId, Language, MessageId, Moment, Slot, UserId};
use frankenstein::methods::SetMyCommandsParams;
use frankenstein::types::{BotCommand, BotCommandScope, BotCommandScopeChat};
use serde::Serialize;
use thiserror::Error;

/// A request ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Telegram's method.
    pub method: &'static str,
    /// The JSON body.
    pub body: Vec<u8>,
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
}

/// Why a call cannot be written as a request.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unwritable {
    /// The message behind the slot is not known yet, or never came to be.
    #[error("the message of slot {} has no id yet", .0.0)]
    Unresolved(Slot),
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
    resolve: impl Fn(Slot) -> Option<MessageId>,
) -> Result<Request, Unwritable> {
    let id_of = |message: &MessageRef| match *message {
        MessageRef::Id(id) => Ok(id.0),
        MessageRef::Slot(slot) => resolve(slot).map(|it| it.0).ok_or(Unwritable::Unresolved(slot)),
    };
    let body = match call {
        Call::Say { chat, thread, reply_to, text, keyboard, silent, slot: _ } => {
            let words = rendered(text);
            let keys = keys(context, *chat, keyboard)?;
            json(&wire::Say {
                chat_id: chat.0,
                message_thread_id: thread.map(|it| it.0),
                text: &words.text,
                entities: &words.entities,
                link_preview_options: wire::NoPreview,
                reply_parameters: reply_to
                    .map(|it| wire::Reply { message_id: it.0, allow_sending_without_reply: true }),
                disable_notification: *silent,
                reply_markup: markup(&keys),
            })
        }
        Call::Edit { chat, message, text, keyboard } => {
            let words = rendered(text);
            let keys = keys(context, *chat, keyboard)?;
            json(&wire::Edit {
                chat_id: chat.0,
                message_id: id_of(message)?,
                text: &words.text,
                entities: &words.entities,
                link_preview_options: wire::NoPreview,
                reply_markup: markup(&keys),
            })
        }
        Call::Delete { chat, message } => json(&wire::Delete { chat_id: chat.0, message_id: id_of(message)? }),
        Call::Mute { chat, user, until } => {
            let until_date = until.map(|it| until_date(it, context.now));
            restrict(*chat, *user, wire::Allowed::Nothing, until_date)
        }
        Call::Unmute { chat, user, permissions } => restrict(*chat, *user, wire::Allowed::These(&permissions.0), None),
        Call::Answer { query, text, alert } => {
            let toast = text.as_ref().map(|it| words::shorten(rendered(it).text, TOAST_UNITS));
            json(&wire::Answer { callback_query_id: query, text: toast.as_deref(), show_alert: *alert })
        }
        Call::Invite { chat, name } => json(&wire::Invite { chat_id: chat.0, name: words::head(name, INVITE_UNITS) }),
        Call::SetCommands { scope, language, commands } => {
            let lines: Vec<_> = commands.iter().map(|(name, help)| (name.clone(), rendered(help).text)).collect();
            menu(*scope, *language, &lines)
        }
        Call::Leave { chat } => json(&wire::Leave { chat_id: chat.0 }),
    };
    Ok(Request { method: call.method(), body, answer: answer(call) })
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
        Call::Say { .. } | Call::Edit { .. } => Answer::Message,
        Call::Invite { .. } => Answer::Link,
        Call::Delete { .. }
        | Call::Mute { .. }
        | Call::Unmute { .. }
        | Call::Answer { .. }
        | Call::SetCommands { .. }
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
    for _ in &rendered.faults {
        metrics::counter!(super::client::ERRORS, "type" => "missing_text").increment(1);
    }
    rendered
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({}, {} bytes)", self.method, self.body.len())
    }
}
