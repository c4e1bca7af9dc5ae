//! Admins' hands: what people with rights do to others, beside the bot.

use super::happening::What;
use super::people::Refused;
use super::rights::{Permissions, Rights};
use super::simulated::Simulated;
use super::world::{Member, Status, World};
use crate::domain::types::{ChatId, MessageId, UserId};

/// An admin, about to do something: `telegram.hand_of(ann).mute(group, eve)`.
pub struct Hand<'a> {
    telegram: &'a Simulated,
    admin: UserId,
}

impl Simulated {
    /// What this admin does by hand.
    #[must_use]
    pub const fn hand_of(&self, admin: UserId) -> Hand<'_> {
        Hand { telegram: self, admin }
    }
}

impl Hand<'_> {
    /// Takes somebody's right to write away for good; who is outside is muted in advance.
    ///
    /// # Errors
    /// Without the right.
    pub fn mute(&self, chat: ChatId, who: UserId) -> Result<(), Refused> {
        self.mute_until(chat, who, 0)
    }

    /// The same until some second since 1970.
    ///
    /// # Errors
    /// Without the right.
    pub fn mute_until(&self, chat: ChatId, who: UserId, until_s: i64) -> Result<(), Refused> {
        self.change(chat, who, "can_restrict_members", |old| Member {
            permissions: Permissions::default(),
            is_member: old.inside(),
            until_s,
            ..Member::of(Status::Restricted)
        })
    }

    /// Lets somebody write again.
    ///
    /// # Errors
    /// Without the right.
    pub fn unmute(&self, chat: ChatId, who: UserId) -> Result<(), Refused> {
        let plain = |old: Member| Member::of(if old.inside() { Status::Member } else { Status::Left });
        self.change(chat, who, "can_restrict_members", plain)
    }

    /// Throws somebody out for good.
    ///
    /// # Errors
    /// Without the right.
    pub fn ban(&self, chat: ChatId, who: UserId) -> Result<(), Refused> {
        self.change(chat, who, "can_restrict_members", |_| Member::of(Status::Kicked))
    }

    /// Lets somebody come back.
    ///
    /// # Errors
    /// Without the right.
    pub fn unban(&self, chat: ChatId, who: UserId) -> Result<(), Refused> {
        self.change(chat, who, "can_restrict_members", |_| Member::of(Status::Left))
    }

    /// Shows somebody out, who may come back at once.
    ///
    /// # Errors
    /// Without the right.
    pub fn remove(&self, chat: ChatId, who: UserId) -> Result<(), Refused> {
        self.unban(chat, who)
    }

    /// Makes somebody an admin with these rights (names of [`super::ADMIN_RIGHTS`]), or gives an admin other ones.
    ///
    /// # Errors
    /// Without the right.
    pub fn promote(&self, chat: ChatId, who: UserId, rights: &[&str]) -> Result<(), Refused> {
        let rights = Rights::of(&[rights, &["can_manage_chat"]].concat());
        self.change(chat, who, "can_promote_members", |_| Member { rights, ..Member::of(Status::Administrator) })
    }

    /// Makes an admin a plain member.
    ///
    /// # Errors
    /// Without the right.
    pub fn demote(&self, chat: ChatId, who: UserId) -> Result<(), Refused> {
        self.change(chat, who, "can_promote_members", |_| Member::of(Status::Member))
    }

    /// Lets somebody in who asked.
    ///
    /// # Errors
    /// Without the right, or when they have not asked.
    pub fn let_in(&self, chat: ChatId, who: UserId) -> Result<(), Refused> {
        self.decide(chat, who, World::let_in)
    }

    /// Turns somebody away who asked.
    ///
    /// # Errors
    /// Without the right, or when they have not asked.
    pub fn turn_away(&self, chat: ChatId, who: UserId) -> Result<(), Refused> {
        self.decide(chat, who, World::turn_away)
    }

    /// Deletes somebody's message; Telegram tells bots nothing of it.
    ///
    /// # Errors
    /// Without the right, or when the message is gone.
    pub fn delete(&self, chat: ChatId, message: MessageId) -> Result<(), Refused> {
        let mut world = self.able(chat, "can_delete_messages")?;
        let found = world.chats.get_mut(&chat.0).and_then(|it| it.messages.get_mut(&message.0));
        let it = found.filter(|it| !it.deleted).ok_or(Refused::NoMessage)?;
        it.deleted = true;
        let (from, text) = (it.from, it.words());
        let who = world.name(from);
        world.happened(chat.0, who, false, What::Deleted { text });
        self.done(world)
    }

    fn decide(&self, chat: ChatId, who: UserId, how: fn(&mut World, i64, i64, i64) -> bool) -> Result<(), Refused> {
        let mut world = self.able(chat, "can_invite_users")?;
        if !how(&mut world, chat.0, who.0, self.admin.0) {
            return Err(Refused::NothingToDo(world.name(who.0)));
        }
        self.done(world)
    }

    fn change(
        &self,
        chat: ChatId,
        who: UserId,
        right: &'static str,
        new: impl FnOnce(Member) -> Member,
    ) -> Result<(), Refused> {
        let mut world = self.able(chat, right)?;
        let new = new(world.member(chat.0, who.0));
        world.set_member(chat.0, who.0, new, self.admin.0);
        self.done(world)
    }

    fn able(&self, chat: ChatId, right: &'static str) -> Result<std::sync::MutexGuard<'_, World>, Refused> {
        let world = self.telegram.world();
        if world.member(chat.0, self.admin.0).may(right) {
            return Ok(world);
        }
        Err(Refused::NoRight { who: world.name(self.admin.0), right })
    }

    #[expect(clippy::unnecessary_wraps, reason = "the end of every deed, some of which are refused")]
    fn done(&self, world: std::sync::MutexGuard<'_, World>) -> Result<(), Refused> {
        drop(world);
        self.telegram.inner.changed.notify_waiters();
        Ok(())
    }
}
