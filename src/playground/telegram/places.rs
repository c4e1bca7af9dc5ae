//! Chats and standings: how the world is laid out, and what Telegram tells about changes in it.

use super::happening::What;
use super::queue::Lane;
use super::rights::{Permissions, Rights};
use super::simulated::Simulated;
use super::world::{Kind, Member, Message, Status, World};
use crate::domain::types::{ChatId, UserId};
use serde_json::{Map, Value, json};

/// How somebody came in.
#[derive(Clone, Debug, Default)]
pub(super) struct Via {
    pub(super) link: Option<String>,
    /// They had asked, and were let in.
    pub(super) asked: bool,
}

impl World {
    /// Changes somebody's standing and tells the bot what it may hear of it.
    pub(super) fn set_member(&mut self, chat: i64, user: i64, new: Member, by: i64) {
        self.set_member_via(chat, user, new, by, Via::default());
    }

    /// The same of somebody who came by a link or after asking.
    pub(super) fn set_member_via(&mut self, chat: i64, user: i64, mut new: Member, by: i64, via: Via) {
        let old = self.member(chat, user);
        new.by = by;
        let Some(it) = self.chats.get_mut(&chat) else { return };
        it.members.insert(user, new);
        if new.inside() || new.status == Status::Kicked {
            it.asking.remove(&user);
        }
        let me = self.me(chat);
        if me.inside() {
            self.bot.met.insert(user);
        }
        let author = if via.asked { user } else { by };
        self.serve_notice(chat, user, &old, &new, author);
        self.tell_standing(chat, user, &old, &new, by, &via);
        if let Some(what) = change(&old, &new) {
            let who = self.name(user);
            self.happened(chat, who, by == self.bot.id, what);
        }
    }

    /// `chat_member` for others (admins only hear it), `my_chat_member` for the bot itself.
    fn tell_standing(&mut self, chat: i64, user: i64, old: &Member, new: &Member, by: i64, via: &Via) {
        let mine = user == self.bot.id;
        if !mine && !self.me(chat).is_admin() {
            return;
        }
        let kind = if mine { "my_chat_member" } else { "chat_member" };
        let Some(it) = self.chats.get(&chat).filter(|_| self.updates.wants(kind)) else { return };
        let (old, new) = (self.member_json(it, user, old), self.member_json(it, user, new));
        if old == new {
            return;
        }
        let mut change = json!({
            "chat": self.chat_json(it),
            "from": self.user_json(by),
            "date": self.clock.now_s(),
            "old_chat_member": old,
            "new_chat_member": new,
        });
        let link = via.link.as_ref().and_then(|link| it.links.get(link));
        if let Some(link) = link {
            change["invite_link"] = self.link_json(it, link);
        } else if via.asked {
            change["via_join_request"] = true.into();
        }
        self.push(kind, &change, Lane::Member(if mine { chat } else { user }));
    }

    /// "joined the group", "left the group".
    fn serve_notice(&mut self, chat: i64, user: i64, old: &Member, new: &Member, by: i64) {
        let group = self.chats.get(&chat).is_some_and(|it| matches!(it.kind, Kind::Group | Kind::Supergroup));
        let field = match (old.inside(), new.inside()) {
            (false, true) => ("new_chat_members", json!([self.user_json(user)])),
            (true, false) => ("left_chat_member", self.user_json(user)),
            _ => return,
        };
        if group {
            self.service(chat, by, [field]);
        }
    }

    /// A service message.
    pub(super) fn service<const N: usize>(&mut self, chat: i64, from: i64, fields: [(&str, Value); N]) -> i64 {
        let other: Map<String, Value> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let message = Message { from, other, service: true, by_bot: from == self.bot.id, ..Message::default() };
        let id = self.add_message(chat, message);
        self.announce(chat, id, false);
        id
    }
}

fn change(old: &Member, new: &Member) -> Option<What> {
    match (old.inside(), new.inside()) {
        (false, true) if new.is_admin() => Some(What::Became("admin")),
        (false, true) => Some(What::Joined),
        (true, false) => Some(What::Left),
        _ if !old.muted() && new.muted() => Some(What::Muted),
        _ if old.muted() && !new.muted() => Some(What::Unmuted),
        _ if !old.is_admin() && new.is_admin() => Some(What::Became("admin")),
        _ if old.is_admin() && !new.is_admin() => Some(What::Became("plain member")),
        _ => None,
    }
}

impl Simulated {
    /// A new person who has not met the bot. `language` is an IETF tag.
    pub fn person(&self, name: &str, language: &str) -> UserId {
        UserId(self.world().new_user(name, Some(language)))
    }

    /// A person gets another name, and an app in another language.
    pub fn introduce(&self, who: UserId, name: &str, language: &str) {
        let mut world = self.world();
        if let Some(user) = world.users.get_mut(&who.0) {
            user.name = name.into();
            user.language = Some(language.into());
        }
        if let Some(chat) = world.chats.get_mut(&who.0) {
            chat.title = name.into();
        }
    }

    /// A group or channel gets another title.
    pub fn entitle(&self, chat: ChatId, title: &str) {
        if let Some(it) = self.world().chats.get_mut(&chat.0) {
            it.title = title.into();
        }
    }

    /// Gives a person a username, without `@`.
    pub fn call_person(&self, who: UserId, username: &str) {
        if let Some(user) = self.world().users.get_mut(&who.0) {
            user.username = Some(username.into());
        }
    }

    /// A person who has been in a chat for long: nobody is told that they come in.
    pub fn resident(&self, who: UserId, chat: ChatId) {
        let mut world = self.world();
        if let Some(it) = world.chats.get_mut(&chat.0) {
            it.members.insert(who.0, Member::of(Status::Member));
        }
        world.bot.met.insert(who.0);
    }

    /// A person who has pressed Start at some earlier time.
    pub fn started(&self, who: UserId) {
        let mut world = self.world();
        world.bot.started.insert(who.0);
        world.bot.met.insert(who.0);
        world.private(who.0);
    }

    /// A new bot beside ours.
    pub fn other_bot(&self, name: &str) -> UserId {
        let mut world = self.world();
        let id = world.new_user(name, None);
        if let Some(user) = world.users.get_mut(&id) {
            user.is_bot = true;
        }
        UserId(id)
    }

    /// A new channel; a public one when it has a username.
    pub fn channel(&self, title: &str, username: Option<&str>, owner: UserId) -> ChatId {
        self.chat(Kind::Channel, title, username, owner)
    }

    /// A new supergroup.
    pub fn supergroup(&self, title: &str, owner: UserId) -> ChatId {
        self.chat(Kind::Supergroup, title, None, owner)
    }

    /// A new public supergroup.
    pub fn public_supergroup(&self, title: &str, username: &str, owner: UserId) -> ChatId {
        self.chat(Kind::Supergroup, title, Some(username), owner)
    }

    /// A new basic group.
    pub fn group(&self, title: &str, owner: UserId) -> ChatId {
        self.chat(Kind::Group, title, None, owner)
    }

    /// A new supergroup with topics, and the ids of those topics.
    pub fn forum(&self, title: &str, owner: UserId, topics: &[&str]) -> (ChatId, Vec<i64>) {
        let id = self.chat(Kind::Supergroup, title, None, owner);
        let mut world = self.world();
        if let Some(it) = world.chats.get_mut(&id.0) {
            it.forum = true;
        }
        let topics = topics
            .iter()
            .map(|name| {
                let created = ("forum_topic_created", json!({ "name": name, "icon_color": 7_322_096 }));
                let topic = world.service(id.0, owner.0, [created]);
                if let Some(it) = world.chats.get_mut(&id.0) {
                    it.topics.insert(topic);
                }
                topic
            })
            .collect();
        (id, topics)
    }

    fn chat(&self, kind: Kind, title: &str, username: Option<&str>, owner: UserId) -> ChatId {
        let mut world = self.world();
        let id = world.new_chat(kind, title);
        if let Some(it) = world.chats.get_mut(&id) {
            it.username = username.map(Into::into);
            it.members.insert(owner.0, Member::of(Status::Creator));
        }
        if let Some(name) = username {
            world.names.insert(name.to_lowercase(), id);
        }
        if kind != Kind::Channel {
            let created = if kind == Kind::Group { "group_chat_created" } else { "supergroup_chat_created" };
            world.service(id, owner.0, [(created, json!(true))]);
        }
        ChatId(id)
    }

    /// What everybody may do in a group unless told otherwise (names of [`super::PERMISSIONS`]).
    pub fn set_permissions(&self, chat: ChatId, names: &[&str]) {
        if let Some(it) = self.world().chats.get_mut(&chat.0) {
            it.permissions = Permissions::of(names);
        }
    }

    /// A chat becomes public under this username, or changes it.
    pub fn make_public(&self, chat: ChatId, username: &str) {
        self.rename(chat, Some(username));
    }

    /// A chat loses its username: it is private from now on.
    pub fn make_private(&self, chat: ChatId) {
        self.rename(chat, None);
    }

    fn rename(&self, chat: ChatId, username: Option<&str>) {
        let mut world = self.world();
        world.names.retain(|_, id| *id != chat.0);
        if let Some(name) = username {
            world.names.insert(name.to_lowercase(), chat.0);
        }
        if let Some(it) = world.chats.get_mut(&chat.0) {
            it.username = username.map(Into::into);
        }
    }

    /// A chat is deleted for everybody: it is not found from now on.
    pub fn delete_chat(&self, chat: ChatId) {
        let mut world = self.world();
        world.chats.remove(&chat.0);
        world.names.retain(|_, id| *id != chat.0);
        for it in world.chats.values_mut().filter(|it| it.linked == Some(chat.0)) {
            it.linked = None;
        }
    }

    /// Makes a group the discussion of a channel.
    pub fn link(&self, channel: ChatId, group: ChatId) {
        let mut world = self.world();
        for (one, other) in [(channel, group), (group, channel)] {
            if let Some(it) = world.chats.get_mut(&one.0) {
                it.linked = Some(other.0);
            }
        }
    }

    /// The chat's owner makes the bot an admin with these rights (names of [`super::ADMIN_RIGHTS`]).
    pub fn place_bot(&self, chat: ChatId, rights: &[&str]) {
        self.promote(chat, self.bot(), rights);
    }

    /// The chat's owner adds the bot as a plain member.
    pub fn add_bot(&self, chat: ChatId) {
        self.put(chat, self.bot(), Member::of(Status::Member));
    }

    /// The chat's owner throws the bot out.
    pub fn throw_bot_out(&self, chat: ChatId) {
        self.put(chat, self.bot(), Member::of(Status::Kicked));
    }

    /// The chat's owner makes somebody an admin with these rights.
    pub fn promote(&self, chat: ChatId, who: UserId, rights: &[&str]) {
        let rights = Rights::of(&[rights, &["can_manage_chat"]].concat());
        self.put(chat, who, Member { rights, ..Member::of(Status::Administrator) });
    }

    /// The chat's owner makes an admin a plain member.
    pub fn demote(&self, chat: ChatId, who: UserId) {
        self.put(chat, who, Member::of(Status::Member));
    }

    /// The chat's owner lets somebody write nothing but what these permissions allow.
    pub fn restrict(&self, chat: ChatId, who: UserId, permissions: &[&str]) {
        let inside = self.world().member(chat.0, who.0).inside();
        let permissions = Permissions::of(permissions);
        self.put(chat, who, Member { permissions, is_member: inside, ..Member::of(Status::Restricted) });
    }

    /// The chat's owner bans somebody.
    pub fn ban(&self, chat: ChatId, who: UserId) {
        self.put(chat, who, Member::of(Status::Kicked));
    }

    fn put(&self, chat: ChatId, who: UserId, member: Member) {
        let mut world = self.world();
        let owner = world
            .chats
            .get(&chat.0)
            .and_then(|it| it.members.iter().find(|(_, it)| it.status == Status::Creator).map(|(user, _)| *user));
        world.set_member(chat.0, who.0, member, owner.unwrap_or(who.0));
        drop(world);
        self.inner.changed.notify_waiters();
    }

    /// Who may not write in a chat.
    #[must_use]
    pub fn muted(&self, chat: ChatId) -> Vec<UserId> {
        let world = self.world();
        let members = world.chats.get(&chat.0).into_iter().flat_map(|it| it.members.keys());
        let mut muted: Vec<UserId> =
            members.filter(|user| world.member(chat.0, **user).muted()).map(|user| UserId(*user)).collect();
        muted.sort();
        muted
    }

    /// Whether somebody may write in a chat now.
    #[must_use]
    pub fn may_write(&self, chat: ChatId, who: UserId) -> bool {
        self.world().silenced(chat.0, who.0).is_none()
    }

    /// The basic group becomes a supergroup; gives its new id.
    pub fn migrate(&self, group: ChatId) -> ChatId {
        let mut world = self.world();
        let title = world.title(group.0);
        let new = world.new_chat(Kind::Supergroup, &title);
        let old = world.chats.get(&group.0);
        let by_request = old.is_some_and(|it| it.by_request);
        let (members, permissions) = old.map(|it| (it.members.clone(), it.permissions)).unwrap_or_default();
        let owner = members.iter().find(|(_, it)| it.status == Status::Creator).map_or(0, |(user, _)| *user);
        if let Some(it) = world.chats.get_mut(&new) {
            it.members = members;
            it.permissions = permissions;
            it.by_request = by_request;
        }
        world.service(group.0, owner, [("migrate_to_chat_id", json!(new))]);
        world.service(new, owner, [("migrate_from_chat_id", json!(group.0))]);
        if let Some(it) = world.chats.get_mut(&group.0) {
            it.migrated_to = Some(new);
        }
        ChatId(new)
    }
}
