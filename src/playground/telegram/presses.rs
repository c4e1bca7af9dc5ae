//! Buttons: pressed by people, answered by the bot.

use super::happening::What;
use super::methods::labels;
use super::queue::Lane;
use super::simulated::Simulated;
use super::world::{Message, Press, World};
use crate::domain::types::{ChatId, MessageId, UserId};
use serde_json::{Value, json};
use std::time::Duration;

/// How many presses are remembered.
const PRESSES: usize = 100_000;

/// A press that came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PressError {
    /// No message of the chat has this button.
    #[error("no button [{wanted}] in this chat, only {there:?}")]
    NoButton {
        /// The words looked for.
        wanted: String,
        /// What the newest keyboard has.
        there: Vec<String>,
    },
    /// The button opens an address instead.
    #[error("[{0}] opens an address")]
    OpensAddress(String),
    /// The bot did not answer in time.
    #[error("the bot did not answer the press")]
    NoAnswer,
}

/// Where a button is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The message, by its id among those for everybody or among the ephemeral ones.
    pub message: i64,
    /// Whether only one person sees it.
    pub ephemeral: bool,
    /// The row of its keyboard, from 0.
    pub row: usize,
    /// The button of that row, from 0.
    pub column: usize,
}

/// What a person saw after a press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// The words; empty when the button only stopped blinking.
    pub text: String,
    /// Whether it was a box to be closed.
    pub alert: bool,
    /// How long the answer took, in ms.
    pub after_ms: i64,
}

impl World {
    /// Begins a press of the newest button with these words that this person sees.
    fn press(&mut self, chat: i64, who: i64, wanted: &str, message: Option<i64>) -> Result<String, PressError> {
        let seen = self.chats.get(&chat).map_or_else(Vec::new, |it| it.seen_by(who));
        let with_keyboard: Vec<&Message> =
            seen.into_iter().rev().filter(|it| it.keyboard.is_some() && message.is_none_or(|id| is(it, id))).collect();
        let found = with_keyboard.iter().find(|it| button(it, wanted).is_some()).copied();
        let Some(message) = found else {
            let there = labels(with_keyboard.first().and_then(|it| it.keyboard.as_ref()));
            return Err(PressError::NoButton { wanted: wanted.into(), there });
        };
        let (button, message) = (button(message, wanted).unwrap_or_default(), message.clone());
        self.press_button(chat, who, &message, &button)
    }

    /// Begins a press of this button.
    fn press_button(&mut self, chat: i64, who: i64, message: &Message, button: &Value) -> Result<String, PressError> {
        let words = button["text"].as_str().unwrap_or_default().to_owned();
        let no_button = || PressError::NoButton { wanted: words.clone(), there: Vec::new() };
        let it = self.chats.get(&chat).ok_or_else(no_button)?;
        let Some(data) = button["callback_data"].as_str().map(ToOwned::to_owned) else {
            return Err(PressError::OpensAddress(words));
        };
        let mut query = json!({
            "from": self.user_json(who),
            "message": self.message_json(it, message),
            "chat_instance": chat.unsigned_abs().wrapping_mul(7_919).to_string(),
            "data": data,
        });
        let message = message.receiver.is_none().then_some(message.id);
        let id = self.next_press();
        query["id"] = id.as_str().into();
        let press = Press { by: who, chat, button: words.clone(), message, at_ms: self.clock.now_ms(), answer: None };
        self.presses.insert(id.clone(), press);
        self.press_order.push_back(id.clone());
        if self.press_order.len() > PRESSES {
            let oldest = self.press_order.pop_front().unwrap_or_default();
            self.presses.remove(&oldest);
        }
        let name = self.name(who);
        self.happened_to(Some(who), chat, name, false, What::Pressed(words));
        self.push("callback_query", &query, Lane::Press(who));
        Ok(id)
    }

    /// Begins a press of the button at a place of a message that this person sees.
    fn press_at(&mut self, chat: i64, who: i64, at: Place) -> Result<String, PressError> {
        let seen = self.chats.get(&chat).map_or_else(Vec::new, |it| it.seen_by(who));
        let found = seen.into_iter().find(|it| it.id == at.message && it.receiver.is_some() == at.ephemeral);
        let button = found.and_then(|it| it.keyboard.as_ref()?["inline_keyboard"].get(at.row)?.get(at.column).cloned());
        let (Some(message), Some(button)) = (found.cloned(), button) else {
            return Err(PressError::NoButton { wanted: format!("{at:?}"), there: Vec::new() });
        };
        self.press_button(chat, who, &message, &button)
    }
}

fn is(message: &Message, id: i64) -> bool {
    message.receiver.is_none() && message.id == id
}

/// The button whose words are, or contain, those wanted.
fn button(message: &Message, wanted: &str) -> Option<Value> {
    let rows = message.keyboard.as_ref()?["inline_keyboard"].as_array()?;
    let all = || rows.iter().filter_map(Value::as_array).flatten();
    let words = |it: &&Value| it["text"].as_str().unwrap_or_default().to_lowercase();
    let wanted = wanted.to_lowercase();
    all().find(|it| words(it) == wanted).or_else(|| all().find(|it| words(it).contains(&wanted))).cloned()
}

impl Simulated {
    /// Somebody presses the newest button with these words (or whose words contain them), and waits.
    ///
    /// # Errors
    /// When there is no such button, or no answer within `limit`.
    pub async fn press(&self, who: UserId, chat: ChatId, words: &str, limit: Duration) -> Result<Toast, PressError> {
        let id = self.world().press(chat.0, who.0, words, None)?;
        self.answered(&id, limit).await
    }

    /// The same on one message.
    ///
    /// # Errors
    /// As [`Self::press`].
    pub async fn press_on(
        &self,
        who: UserId,
        chat: ChatId,
        message: MessageId,
        words: &str,
        limit: Duration,
    ) -> Result<Toast, PressError> {
        let id = self.world().press(chat.0, who.0, words, Some(message.0))?;
        self.answered(&id, limit).await
    }

    /// The same of the button at a place.
    ///
    /// # Errors
    /// As [`Self::press`].
    pub async fn press_there(
        &self,
        who: UserId,
        chat: ChatId,
        at: Place,
        limit: Duration,
    ) -> Result<Toast, PressError> {
        let id = self.world().press_at(chat.0, who.0, at)?;
        self.inner.changed.notify_waiters();
        self.answered(&id, limit).await
    }

    /// Somebody presses and does not wait; gives the id of the press.
    ///
    /// # Errors
    /// When there is no such button.
    pub fn press_and_go(&self, who: UserId, chat: ChatId, words: &str) -> Result<String, PressError> {
        self.world().press(chat.0, who.0, words, None)
    }

    /// Waits for the answer to a press.
    ///
    /// # Errors
    /// When there is none within `limit`.
    pub async fn answered(&self, press: &str, limit: Duration) -> Result<Toast, PressError> {
        let mut toast = None;
        self.until(limit, || {
            let world = self.world();
            let answer = world.presses.get(press).and_then(|it| it.answer.as_ref());
            toast = answer.map(|it| Toast { text: it.text.clone(), alert: it.alert, after_ms: it.after_ms });
            toast.is_some()
        })
        .await;
        toast.ok_or(PressError::NoAnswer)
    }
}
