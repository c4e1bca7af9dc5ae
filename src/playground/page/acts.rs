//! What the page may ask for: the deeds of people, and what breaks.

use super::stage::{Set, Stage};
use super::words::{word, word_with};
use crate::domain::types::{ChatId, Language, MessageId, UserId};
use crate::playground::telegram::{Letter, Place, PressError, Refused};
use crate::protocol::control::Request;
use crate::telemetry;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Telegram's limit for a message.
const TEXT_CHARS: usize = 4096;
/// How long a press may take; longer only while Telegram or the house is away.
const PRESS: Duration = Duration::from_secs(10);

/// One deed.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Act {
    /// Somebody writes; in a channel its owner posts.
    Say { who: UserId, chat: ChatId, text: String },
    /// Somebody sends a photo.
    Photo { who: UserId, chat: ChatId, text: String },
    /// Somebody changes their words.
    Edit { who: UserId, chat: ChatId, message: MessageId, text: String },
    /// Somebody deletes their message.
    Unsay { who: UserId, chat: ChatId, message: MessageId },
    /// Somebody presses a button below a message.
    Press { who: UserId, chat: ChatId, message: i64, ephemeral: bool, row: usize, column: usize },
    /// Somebody follows a link; `chat` is the group or channel chosen for the bot, where the link asks for one.
    Open { who: UserId, link: String, chat: Option<ChatId> },
    /// Somebody comes in.
    Join { who: UserId, chat: ChatId },
    /// Somebody goes out.
    Leave { who: UserId, chat: ChatId },
    /// One more person comes along.
    Newcomer,
    /// The actor of a chat breaks.
    Break { chat: ChatId, how: Break },
    /// Telegram is cut off, or comes back.
    Cut { off: bool },
    /// An update leaves the quarantine: tried again, or dropped.
    Inbox { update: u64, again: bool },
    /// An effect of which nobody knows whether it happened: done again, or forgotten.
    Doubt { id: String, again: bool },
    /// The house is closed and opened again.
    Restart,
    /// Everything from the beginning.
    StartOver,
    /// People speak another language.
    Speak { language: Language },
}

/// How an actor breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Break {
    /// It panics once.
    Crash,
    /// It waits for ever.
    Stall,
    /// It panics each time.
    Poison,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Outcome {
    /// What the bot answered to a press.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) toast: Option<String>,
    /// A chat to be shown now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) go: Option<i64>,
    /// The link asks for a chat of this kind: `group` or `channel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) choose: Option<&'static str>,
}

/// Why it was not done, for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sorry(pub(super) String);

/// Does it.
pub(super) async fn perform(stage: &Stage, act: Act) -> Result<Outcome, Sorry> {
    let set = stage.set();
    if !matches!(act, Act::Speak { .. } | Act::StartOver) {
        stage.touch();
    }
    match act {
        Act::Say { who, chat, text } => say(&set, who, chat, &text),
        Act::Photo { who, chat, text } => photo(&set, who, chat, &text),
        Act::Edit { who, chat, message, text } => {
            set.own(who, chat, message)?;
            set.words(&text)?;
            done(set.telegram.edit(chat, message, &text), &set)
        }
        Act::Unsay { who, chat, message } => {
            set.own(who, chat, message)?;
            set.telegram.unsay(chat, message);
            Ok(Outcome::default())
        }
        Act::Press { who, chat, message, ephemeral, row, column } => {
            set.here(who, chat)?;
            press(&set, who, chat, Place { message, ephemeral, row, column }).await
        }
        Act::Open { who, link, chat } => open(&set, who, &link, chat),
        Act::Join { who, chat } => set.here(who, chat).and_then(|()| done(set.telegram.join(who, chat), &set)),
        Act::Leave { who, chat } => set.here(who, chat).and_then(|()| done(set.telegram.leave(who, chat), &set)),
        Act::Newcomer => match stage.newcomer() {
            Some(who) => Ok(Outcome { go: Some(who.0), ..Outcome::default() }),
            None => Err(set.sorry("demo-refused-crowded")),
        },
        Act::Break { chat, how } => shatter(&set, chat, how),
        Act::Cut { off } => {
            stage.cut(off);
            Ok(Outcome::default())
        }
        Act::Inbox { update: id, again: true } => operate(stage, &set, Request::InboxRelease { id }).await,
        Act::Inbox { update: id, again: false } => operate(stage, &set, Request::InboxDrop { id }).await,
        Act::Doubt { id, again: true } => operate(stage, &set, Request::PendingResend { id }).await,
        Act::Doubt { id, again: false } => operate(stage, &set, Request::PendingDrop { id }).await,
        Act::Restart => turned(stage.restart().await),
        Act::StartOver => turned(stage.start_over().await),
        Act::Speak { language } => turned(stage.speak(language).await),
    }
}

async fn operate(stage: &Stage, set: &Set, request: Request) -> Result<Outcome, Sorry> {
    if stage.operate(request).await { Ok(Outcome::default()) } else { Err(set.sorry("demo-refused-inbox")) }
}

fn turned(came: Result<(), String>) -> Result<Outcome, Sorry> {
    came.map(|()| Outcome::default()).map_err(Sorry)
}

fn say(set: &Set, who: UserId, chat: ChatId, text: &str) -> Result<Outcome, Sorry> {
    set.here(who, chat)?;
    set.words(text)?;
    if chat != set.cast.channel {
        return done(set.telegram.say(who, chat, text), set);
    }
    if who != set.cast.ann {
        return Err(set.sorry("demo-refused-channel"));
    }
    set.telegram.post(chat, text);
    Ok(Outcome::default())
}

fn photo(set: &Set, who: UserId, chat: ChatId, text: &str) -> Result<Outcome, Sorry> {
    set.here(who, chat)?;
    if !text.is_empty() {
        set.words(text)?;
    }
    if chat != set.cast.channel {
        return done(set.telegram.show(who, chat, text), set);
    }
    if who != set.cast.ann {
        return Err(set.sorry("demo-refused-channel"));
    }
    set.telegram.publish(chat, Letter::photo().saying(text));
    Ok(Outcome::default())
}

async fn press(set: &Set, who: UserId, chat: ChatId, at: Place) -> Result<Outcome, Sorry> {
    match set.telegram.press_there(who, chat, at, PRESS).await {
        Ok(toast) => Ok(Outcome { toast: Some(toast.text), ..Outcome::default() }),
        Err(PressError::NoAnswer) => Err(set.sorry("demo-refused-no-answer")),
        Err(PressError::NoButton { .. } | PressError::OpensAddress(_)) => Err(set.sorry("demo-refused-no-button")),
    }
}

/// A link of the bot, to a public chat, or by invitation; others lead out of this world.
fn open(set: &Set, who: UserId, link: &str, chosen: Option<ChatId>) -> Result<Outcome, Sorry> {
    if !set.cast.has(who) {
        return Err(set.sorry("demo-refused-unknown"));
    }
    let address = link.trim_start_matches("https://").trim_start_matches("http://");
    let Some(path) = address.strip_prefix("t.me/") else { return Err(set.sorry("demo-refused-outside")) };
    let go = |chat: i64| Outcome { go: Some(chat), ..Outcome::default() };
    if path.starts_with('+') {
        return done(set.telegram.join_by_link(who, link), set);
    }
    let (name, query) = path.split_once('?').unwrap_or((path, ""));
    let view = set.telegram.view(0);
    let named = |it: &&crate::playground::telegram::ChatView| {
        it.username.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(name.trim_end_matches('/')))
    };
    if let Some(chat) = view.chats.iter().find(named) {
        return Ok(go(chat.id));
    }
    let wanted = if query.contains("startchannel") { Some("channel") } else { None };
    let wanted = wanted.or_else(|| query.contains("startgroup").then_some("group"));
    match (wanted, chosen) {
        (None, _) => done(set.telegram.open_link(who, link).map(drop), set).map(|_| go(who.0)),
        (Some(_), Some(chat)) => {
            set.here(who, chat)?;
            done(set.telegram.open_link_in(who, link, chat), set).map(|_| go(chat.0))
        }
        (Some(kind), None) => Ok(Outcome { choose: Some(kind), ..Outcome::default() }),
    }
}

/// Ann orders it, in the chat that is to break: only owners may.
fn shatter(set: &Set, chat: ChatId, how: Break) -> Result<Outcome, Sorry> {
    let mine = chat == set.cast.group || chat.0 == set.cast.ann.0;
    let chat = if mine { chat } else { set.cast.group };
    telemetry::flush_within(Duration::ZERO); // whoever breaks it once more wants to read it in full once more
    let words = match how {
        Break::Crash => "drill:crash",
        Break::Stall => "drill:stall",
        Break::Poison => "drill:panic",
    };
    done(set.telegram.say(set.cast.ann, chat, words), set)
}

fn done<T>(came: Result<T, Refused>, set: &Set) -> Result<Outcome, Sorry> {
    came.map(|_| Outcome::default()).map_err(|refused| set.refused(&refused))
}

impl Set {
    /// Whether this is one of us, in a chat that they can see.
    fn here(&self, who: UserId, chat: ChatId) -> Result<(), Sorry> {
        let seen = chat.0 == who.0 || chat == self.cast.channel || chat == self.cast.group;
        if self.cast.has(who) && seen { Ok(()) } else { Err(self.sorry("demo-refused-unknown")) }
    }

    /// Whether this is their own message.
    fn own(&self, who: UserId, chat: ChatId, message: MessageId) -> Result<(), Sorry> {
        self.here(who, chat)?;
        let view = self.telegram.view(usize::MAX);
        let messages = view.chats.iter().filter(|it| it.id == chat.0).flat_map(|it| &it.messages);
        let post = chat == self.cast.channel && who == self.cast.ann;
        let mut own = messages.filter(|it| it.only.is_none() && !it.deleted && !it.bot && it.id == message.0);
        let is_own = own.any(|it| it.from == who.0 || post);
        if is_own { Ok(()) } else { Err(self.sorry("demo-refused-not-yours")) }
    }

    /// Words that may be said here: not too many, and not those that end this very process.
    fn words(&self, text: &str) -> Result<(), Sorry> {
        if text.trim().is_empty() || text.chars().count() > TEXT_CHARS {
            return Err(self.sorry("demo-refused-words"));
        }
        let ends = text.contains("drill") && (text.contains("abort") || text.contains("block"));
        if ends { Err(self.sorry("demo-refused-end")) } else { Ok(()) }
    }

    fn sorry(&self, key: &'static str) -> Sorry {
        Sorry(self.word(key))
    }

    fn refused(&self, refused: &Refused) -> Sorry {
        let with = |key: &'static str, who: &str| Sorry(word_with(self.language, key, "who", who));
        match refused {
            Refused::MayNotWrite { who, why: "not a member", .. } => with("demo-refused-outsider", who),
            Refused::MayNotWrite { who, .. } => with("demo-refused-muted", who),
            Refused::Banned(who) | Refused::Blocked(who) => with("demo-refused-banned", who),
            Refused::NothingToDo(who) => with("demo-refused-nothing", who),
            Refused::NoRight { who, .. } => with("demo-refused-right", who),
            Refused::NoMessage => self.sorry("demo-refused-no-message"),
            Refused::DeadLink(_) => Sorry(word(self.language, "demo-refused-link")),
        }
    }
}
