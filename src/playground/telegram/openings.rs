//! Deep links: what happens when somebody opens `t.me/<bot>?start=...` and its relatives.

use super::people::Refused;
use super::request::form;
use super::rights::Rights;
use super::simulated::Simulated;
use super::world::{Member, Status};
use crate::domain::types::{ChatId, MessageId, UserId};

impl Simulated {
    /// Somebody opens `t.me/<bot>?start=x` and presses Start.
    ///
    /// # Errors
    /// When the link leads elsewhere, or they have blocked the bot.
    pub fn open_link(&self, who: UserId, link: &str) -> Result<MessageId, Refused> {
        let query = self.own_link(link)?;
        let start = query.get("start").and_then(|it| it.as_str()).ok_or_else(|| Refused::DeadLink(link.into()))?;
        self.whisper(who, format!("/start {start}").trim_end())
    }

    /// Somebody opens `t.me/<bot>?startgroup=x&admin=a+b` (or `startchannel`) and chooses this chat: the bot is added
    /// with those rights, then, in a group, `/start@<bot> x` is said there if there is an x.
    ///
    /// # Errors
    /// When the link leads elsewhere, or they may not add the bot.
    pub fn open_link_in(&self, who: UserId, link: &str, chat: ChatId) -> Result<(), Refused> {
        let query = self.own_link(link)?;
        let field = |name: &str| query.get(name).and_then(|it| it.as_str());
        let (group, channel) = (field("startgroup"), query.contains_key("startchannel"));
        if group.is_none() && !channel {
            return Err(Refused::DeadLink(link.into()));
        }
        let rights: Vec<String> =
            field("admin").unwrap_or_default().split([' ', '+']).filter(|it| !it.is_empty()).map(right).collect();
        self.add_by_link(who, chat, &rights)?;
        match group.filter(|it| !it.is_empty()) {
            Some(start) => {
                let words = format!("/start@{} {start}", self.inner.options.username);
                self.say(who, chat, &words).map(|_| ())
            }
            None => Ok(()),
        }
    }

    fn add_by_link(&self, who: UserId, chat: ChatId, rights: &[String]) -> Result<(), Refused> {
        let mut world = self.world();
        let (adder, me) = (world.member(chat.0, who.0), world.me(chat.0));
        let right = if rights.is_empty() { "can_invite_users" } else { "can_promote_members" };
        let everybody = rights.is_empty()
            && adder.inside()
            && world.chats.get(&chat.0).is_some_and(|it| it.permissions.has("can_invite_users"));
        if !adder.may(right) && !everybody {
            return Err(Refused::NoRight { who: world.name(who.0), right });
        }
        let mut names: Vec<&str> = rights.iter().map(String::as_str).collect();
        names.push("can_manage_chat");
        let new = match rights {
            [] if me.inside() => return Ok(()),
            [] => Member::of(Status::Member),
            _ => Member { rights: Rights::of(&names), ..Member::of(Status::Administrator) },
        };
        let bot = world.bot.id;
        world.set_member(chat.0, bot, new, who.0);
        drop(world);
        self.inner.changed.notify_waiters();
        Ok(())
    }

    /// The query of a link to our bot.
    fn own_link(&self, link: &str) -> Result<serde_json::Map<String, serde_json::Value>, Refused> {
        let (address, query) = link.split_once('?').unwrap_or((link, ""));
        let address = address.trim_start_matches("https://").trim_start_matches("http://");
        let ours =
            address.strip_prefix("t.me/").is_some_and(|it| it.eq_ignore_ascii_case(&self.inner.options.username));
        if ours { Ok(form(query)) } else { Err(Refused::DeadLink(link.into())) }
    }
}

/// The flag behind a link's short word.
fn right(word: &str) -> String {
    format!("can_{word}")
}
