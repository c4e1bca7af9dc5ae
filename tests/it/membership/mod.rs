//! Stories of membership: what people in a protected group see, whatever Telegram does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod books;
mod choosing;
mod door;
mod fan;
mod hall;
mod limits;
mod mending;
mod path;
mod protecting;
mod quiet;
pub mod raid;
mod setup;
mod trouble;

use crate::harness::{LIMIT, Story};
use majordomo::domain::types::{ChatId, MessageId, UserId};
use majordomo::playground::telegram::{Call, Toast, What};

impl Story {
    /// Waits for words of the bot in a chat, said or edited.
    async fn hears(&self, chat: ChatId, words: &str) {
        let heard = self.telegram.until(LIMIT, || self.said(chat, words) > 0).await;
        let seen = self.telegram.transcript(chat).join("\n");
        assert!(
            heard,
            "the bot says {words:?}; what was seen:\n{seen}\nthe calls:\n{}\nthe log:\n{}",
            self.calls(),
            self.log.text()
        );
    }

    /// Every call but the polls, a line each.
    fn calls(&self) -> String {
        let line = |it: &std::sync::Arc<Call>| format!("{} {:?} {}", it.method, it.params.get("chat_id"), it.status);
        let calls = self.telegram.all_calls();
        calls.iter().filter(|it| it.method != "getUpdates").map(line).collect::<Vec<_>>().join("\n")
    }

    /// How often the bot said or edited something with these words there.
    fn said(&self, chat: ChatId, words: &str) -> usize {
        let wanted = |it: &What| match it {
            What::Said { text, .. } | What::Edited { text, .. } => text.contains(words),
            _ => false,
        };
        self.telegram.story().iter().filter(|it| it.chat == chat && it.by_bot && wanted(&it.what)).count()
    }

    /// Waits until the bot has deleted a message with these words.
    async fn words_deleted(&self, words: &str) {
        let what = format!("{words:?} is deleted");
        self.sees(&what, |it| matches!(&it.what, What::Deleted { text } if text.contains(words))).await;
    }

    /// Ann says something in the group, and the bot answers.
    async fn ann_asks(&self, words: &str, answer: &str) {
        self.telegram.say(self.ann, self.group, words).unwrap();
        self.hears(self.group, answer).await;
    }

    /// More people who have been in the group for long.
    fn guests(&self, number: usize) -> Vec<UserId> {
        let guest = |n| {
            let who = self.telegram.person(&format!("Guest {n}"), "en");
            self.telegram.resident(who, self.group);
            who
        };
        (0..number).map(guest).collect()
    }

    /// Words that stay, of somebody who is not muted.
    async fn untouched(&self, who: UserId, words: &str) {
        let said = self.telegram.say(who, self.group, words).unwrap();
        self.calm().await;
        self.is_untouched(said, words);
        assert!(!self.telegram.muted(self.group).contains(&who), "{words}");
    }

    /// Nobody has tried to delete this message.
    fn is_untouched(&self, message: MessageId, words: &str) {
        let tried = self.telegram.calls("deleteMessage");
        assert!(tried.iter().all(|it| it.number("message_id") != Some(message.0)), "{words}");
    }

    /// Eve joins the channel and presses; she may write again.
    async fn eve_joins(&self, button: &str) -> Toast {
        self.telegram.join(self.eve, self.channel).unwrap();
        let toast = self.press(self.eve, button).await;
        self.until("Eve may write", || self.telegram.may_write(self.group, self.eve)).await;
        toast
    }

    /// At the end: every press had its answer, and no call came before it might.
    async fn ends_well(&self) {
        self.calm().await;
        let open = || self.telegram.unanswered_presses();
        assert!(self.telegram.until(LIMIT, || open().is_empty()).await, "unanswered: {:?}", open());
        assert_eq!(self.telegram.early_calls(), 0, "calls before retry_after was over");
        let rejected: Vec<_> =
            self.telegram.all_calls().into_iter().filter(|it| it.status == 400).map(|it| it.description()).collect();
        assert_eq!(rejected, Vec::<String>::new());
    }
}
