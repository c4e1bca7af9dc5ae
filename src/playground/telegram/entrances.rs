//! Ways into a chat: by oneself, by a link, by asking and being let in, by invitation.

use super::chat::{Asking, Link};
use super::happening::What;
use super::people::Refused;
use super::places::Via;
use super::queue::Lane;
use super::simulated::Simulated;
use super::world::{JoinQuery, Kind, Member, Status, World};
use crate::domain::types::{ChatId, UserId};
use serde_json::json;

/// How long a guard has for its answer.
pub(super) const QUERY_MS: i64 = 10_000;
/// How long the bot may write to somebody who asks to be let in.
const WRITABLE_MS: i64 = 300_000;

impl World {
    /// A new link of a chat; gives its address.
    pub(super) fn new_link(&mut self, chat: i64, by: i64, primary: bool) -> String {
        let (high, low) = (self.roll().to_le_bytes(), self.roll().to_le_bytes());
        let bytes = [&high[..], &low[..4]].concat();
        let address = format!("https://t.me/+{}", data_encoding::BASE64URL_NOPAD.encode(&bytes));
        let link = Link {
            address: address.clone(),
            by,
            name: None,
            by_request: false,
            primary,
            revoked: false,
            expires_s: 0,
            limit: 0,
            used: 0,
        };
        if let Some(it) = self.chats.get_mut(&chat) {
            it.links.insert(address.clone(), link);
            if primary && by == self.bot.id {
                it.primary_link = Some(address.clone());
            }
        }
        address
    }

    /// The chat of a link that still works.
    fn chat_of_link(&self, address: &str) -> Option<(i64, &Link)> {
        let found = self.chats.values().find_map(|it| Some((it.id, it.links.get(address)?)));
        found.filter(|(_, it)| {
            let in_time = it.expires_s == 0 || self.clock.now_s() < it.expires_s;
            !it.revoked && in_time && (it.limit == 0 || it.used < it.limit)
        })
    }

    /// Somebody goes up to a chat and comes in, or asks to.
    pub(super) fn enter(&mut self, who: i64, chat: i64, link: Option<String>) -> Result<(), Refused> {
        let old = self.member(chat, who);
        let nothing = || Err(Refused::NothingToDo(self.name(who)));
        let Some(it) = self.chats.get(&chat) else { return nothing() };
        if old.status == Status::Kicked {
            return Err(Refused::Banned(self.name(who)));
        }
        if old.inside() || it.asking.contains_key(&who) {
            return nothing();
        }
        let asks = match &link {
            Some(link) => it.links.get(link).is_some_and(|it| it.by_request),
            None => it.by_request,
        };
        if asks {
            self.ask(who, chat, link);
            return Ok(());
        }
        self.set_member_via(chat, who, inside(old), who, Via { link: link.clone(), asked: false });
        self.count_use(chat, link);
        Ok(())
    }

    fn count_use(&mut self, chat: i64, link: Option<String>) {
        let link = link.and_then(|link| self.chats.get_mut(&chat)?.links.get_mut(&link));
        if let Some(link) = link {
            link.used += 1;
        }
    }

    fn ask(&mut self, who: i64, chat: i64, link: Option<String>) {
        let told = self.me(chat).may("can_invite_users");
        let asking = Asking { at_ms: self.clock.now_ms(), link, told };
        if let Some(it) = self.chats.get_mut(&chat) {
            it.asking.insert(who, asking);
        }
        let name = self.name(who);
        self.happened(chat, name, false, What::Asked);
        if told {
            self.bot.met.insert(who);
            self.tell_asking(who, chat);
        }
    }

    fn tell_asking(&mut self, who: i64, chat: i64) {
        let Some(it) = self.chats.get(&chat).filter(|_| self.updates.wants("chat_join_request")) else { return };
        let mut request = json!({
            "chat": self.chat_json(it),
            "from": self.user_json(who),
            "user_chat_id": who,
            "date": self.clock.now_s(),
        });
        let link = it.asking.get(&who).and_then(|it| it.link.as_ref()).and_then(|link| it.links.get(link));
        if let Some(link) = link {
            request["invite_link"] = self.link_json(it, link);
        }
        if it.guarded {
            let id = self.next_press();
            request["query_id"] = id.as_str().into();
            self.queries.insert(id, JoinQuery { who, chat, at_ms: self.clock.now_ms(), answered: false });
        }
        self.push("chat_join_request", &request, Lane::Member(who));
    }

    /// Lets somebody in who asked; says whether they had.
    pub(super) fn let_in(&mut self, chat: i64, who: i64, by: i64) -> bool {
        let Some(asking) = self.chats.get_mut(&chat).and_then(|it| it.asking.remove(&who)) else { return false };
        let via = Via { link: asking.link.clone(), asked: true };
        self.set_member_via(chat, who, inside(self.member(chat, who)), by, via);
        self.count_use(chat, asking.link);
        true
    }

    /// Turns somebody away who asked; says whether they had.
    pub(super) fn turn_away(&mut self, chat: i64, who: i64, by: i64) -> bool {
        let asked = self.chats.get_mut(&chat).is_some_and(|it| it.asking.remove(&who).is_some());
        if asked {
            let name = self.name(who);
            self.happened(chat, name, by == self.bot.id, What::TurnedAway);
        }
        asked
    }

    /// Whether the bot may write to somebody because they have just asked to be let in.
    pub(super) fn asks_us(&self, who: i64) -> bool {
        let now_ms = self.clock.now_ms();
        let recent = |it: &Asking| it.told && now_ms - it.at_ms <= WRITABLE_MS;
        self.chats.values().any(|it| it.asking.get(&who).is_some_and(recent))
    }
}

/// Somebody's standing after they came in; who was restricted stays so.
fn inside(old: Member) -> Member {
    match old.status {
        Status::Restricted => Member { is_member: true, ..old },
        _ => Member::of(Status::Member),
    }
}

impl Simulated {
    /// From now on whoever joins a chat by themselves must be let in (or no longer).
    pub fn require_requests(&self, chat: ChatId, required: bool) {
        if let Some(it) = self.world().chats.get_mut(&chat.0) {
            it.by_request = required;
        }
    }

    /// The chat makes the bot its guard, who decides within 10 s who is let in (or no longer).
    pub fn appoint_guard(&self, chat: ChatId, guard: bool) {
        if let Some(it) = self.world().chats.get_mut(&chat.0) {
            it.guarded = guard;
        }
    }

    /// An admin makes an invite link; by some links people only ask to be let in.
    pub fn invite_link(&self, admin: UserId, chat: ChatId, by_request: bool) -> String {
        let mut world = self.world();
        let address = world.new_link(chat.0, admin.0, false);
        let link = world.chats.get_mut(&chat.0).and_then(|it| it.links.get_mut(&address));
        if let Some(link) = link {
            link.by_request = by_request;
        }
        address
    }

    /// Somebody opens an invite link and presses the button there.
    ///
    /// # Errors
    /// When the link no longer works, or as [`Self::join`].
    pub fn join_by_link(&self, who: UserId, link: &str) -> Result<(), Refused> {
        let mut world = self.world();
        let chat = world.chat_of_link(link).map(|(chat, _)| chat).ok_or_else(|| Refused::DeadLink(link.into()))?;
        let entered = world.enter(who.0, chat, Some(link.into()));
        drop(world);
        self.inner.changed.notify_waiters();
        entered
    }

    /// Somebody takes back the wish to be let in; Telegram tells bots nothing of it.
    ///
    /// # Errors
    /// When they have not asked.
    pub fn withdraw(&self, who: UserId, chat: ChatId) -> Result<(), Refused> {
        let mut world = self.world();
        let asked = world.chats.get_mut(&chat.0).and_then(|it| it.asking.remove(&who.0));
        let name = world.name(who.0);
        if asked.is_none() {
            return Err(Refused::NothingToDo(name));
        }
        world.happened(chat.0, name, false, What::Withdrew);
        Ok(())
    }

    /// Somebody brings a friend in.
    ///
    /// # Errors
    /// When the one is not inside, may not invite, or the other cannot come in.
    pub fn invite(&self, inviter: UserId, who: UserId, chat: ChatId) -> Result<(), Refused> {
        let mut world = self.world();
        let (by, old) = (world.member(chat.0, inviter.0), world.member(chat.0, who.0));
        let everybody = world
            .chats
            .get(&chat.0)
            .is_some_and(|it| it.kind != Kind::Channel && it.permissions.has("can_invite_users"));
        if !(by.may("can_invite_users") || (by.inside() && everybody)) {
            return Err(Refused::NoRight { who: world.name(inviter.0), right: "can_invite_users" });
        }
        if old.inside() {
            return Err(Refused::NothingToDo(world.name(who.0)));
        }
        if old.status == Status::Kicked && !by.may("can_restrict_members") {
            return Err(Refused::Banned(world.name(who.0)));
        }
        world.set_member(chat.0, who.0, inside(old), inviter.0);
        drop(world);
        self.inner.changed.notify_waiters();
        Ok(())
    }

    /// Who asks to be let into a chat.
    #[must_use]
    pub fn asking(&self, chat: ChatId) -> Vec<UserId> {
        let world = self.world();
        let asking = world.chats.get(&chat.0).into_iter().flat_map(|it| it.asking.keys());
        asking.map(|it| UserId(*it)).collect()
    }

    /// Join requests that the bot, as guard, has not answered (also those it still may answer), as (who, where).
    #[must_use]
    pub fn unanswered_queries(&self) -> Vec<(UserId, ChatId)> {
        let world = self.world();
        let open = world.queries.values().filter(|it| !it.answered);
        open.map(|it| (UserId(it.who), ChatId(it.chat))).collect()
    }
}
