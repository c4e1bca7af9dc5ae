//! What people in the simulated world would have seen, one readable line each.

use crate::domain::types::{ChatId, UserId};
use std::fmt;

/// Something that could be seen in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When, in ms of the simulated clock.
    pub at_ms: i64,
    /// Where.
    pub chat: ChatId,
    /// The chat's title, or the person's name.
    pub title: String,
    /// Who did it, or whom it befell.
    pub who: String,
    /// Whether the bot did it.
    pub by_bot: bool,
    /// The only person who could see it, with their name; `None` is everybody there.
    pub only: Option<(UserId, String)>,
    /// What it was.
    pub what: What,
}

/// What could be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// `who` said something.
    Said {
        /// The words.
        text: String,
        /// The buttons below them.
        buttons: Vec<String>,
    },
    /// `who` changed their words.
    Edited {
        /// The new words.
        text: String,
        /// The buttons below them.
        buttons: Vec<String>,
    },
    /// A message of `who` was deleted.
    Deleted {
        /// Its words.
        text: String,
    },
    /// `who` may no longer write.
    Muted,
    /// `who` may write again.
    Unmuted,
    /// `who` asks to be let in.
    Asked,
    /// `who` was not let in.
    TurnedAway,
    /// `who` took back the wish to be let in.
    Withdrew,
    /// `who` set a reaction under a message; empty when it was taken away.
    Reacted(String),
    /// `who` came in.
    Joined,
    /// `who` went out.
    Left,
    /// `who` became something else, for example admin.
    Became(&'static str),
    /// `who` pressed a button.
    Pressed(String),
    /// `who` saw an answer to a press; empty when the button only stopped blinking.
    Toast(String),
}

impl fmt::Display for Happening {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut who = self.who.clone();
        let message = matches!(self.what, What::Said { .. } | What::Edited { .. } | What::Deleted { .. });
        if let Some((_, name)) = self.only.as_ref().filter(|_| message) {
            who = format!("{who} (only to {name})");
        }
        match &self.what {
            What::Said { text, buttons } => write!(out, "{who}: {text}{}", Buttons(buttons)),
            What::Edited { text, buttons } => write!(out, "{who} (edited): {text}{}", Buttons(buttons)),
            What::Deleted { text } => {
                let by = if self.by_bot { "bot deletes" } else { "deleted:" };
                write!(out, "{by} {who}'s message \"{}\"", text.lines().next().unwrap_or_default())
            }
            What::Muted => write!(out, "{} {who}", if self.by_bot { "bot mutes" } else { "muted:" }),
            What::Unmuted => write!(out, "{} {who}", if self.by_bot { "bot un-mutes" } else { "un-muted:" }),
            What::Asked => write!(out, "{who} asks to join {}", self.title),
            What::TurnedAway => {
                write!(out, "{} {who} away from {}", if self.by_bot { "bot turns" } else { "turned:" }, self.title)
            }
            What::Withdrew => write!(out, "{who} no longer asks to join {}", self.title),
            What::Reacted(emoji) if emoji.is_empty() => write!(out, "{who} takes a reaction away"),
            What::Reacted(emoji) => write!(out, "{who} reacts with {emoji}"),
            What::Joined => write!(out, "{who} joins {}", self.title),
            What::Left => write!(out, "{who} leaves {}", self.title),
            What::Became(status) => write!(out, "{who} becomes {status} of {}", self.title),
            What::Pressed(button) => write!(out, "{who} presses [{button}]"),
            What::Toast(text) if text.is_empty() => write!(out, "{who} sees the button stop blinking"),
            What::Toast(text) => write!(out, "{who} sees: \"{text}\""),
        }
    }
}

struct Buttons<'a>(&'a [String]);

impl fmt::Display for Buttons<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|it| write!(out, " [{it}]"))
    }
}
