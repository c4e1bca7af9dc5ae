//! Telegram's own flags: what admins may and what members may.

use serde_json::{Map, Value};

/// Every right of an admin.
pub const ADMIN_RIGHTS: [&str; 17] = [
    "can_change_info",
    "can_delete_messages",
    "can_delete_stories",
    "can_edit_messages",
    "can_edit_stories",
    "can_invite_users",
    "can_manage_chat",
    "can_manage_direct_messages",
    "can_manage_tags",
    "can_manage_topics",
    "can_manage_video_chats",
    "can_pin_messages",
    "can_post_messages",
    "can_post_stories",
    "can_promote_members",
    "can_restrict_members",
    "can_send_welcome_messages",
];
/// Rights that exist in channels only.
const CHANNEL_ONLY: [&str; 3] = ["can_post_messages", "can_edit_messages", "can_manage_direct_messages"];
/// Rights that exist in groups only.
const GROUP_ONLY: [&str; 3] = ["can_pin_messages", "can_manage_topics", "can_manage_tags"];

/// Every permission of a member.
pub const PERMISSIONS: [&str; 16] = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
];
/// Permissions that a fresh group does not give.
const OFF_BY_DEFAULT: [&str; 4] = ["can_change_info", "can_pin_messages", "can_manage_topics", "can_edit_tag"];
/// Permissions whose absence alone does not make a member "restricted".
const OF_NO_WEIGHT: [&str; 5] =
    ["can_change_info", "can_pin_messages", "can_invite_users", "can_manage_topics", "can_edit_tag"];
const MEDIA: [&str; 6] = [
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
];

/// A set of rights of an admin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rights(u32);

impl Rights {
    pub(super) fn of(names: &[&str]) -> Self {
        Self(bits(&ADMIN_RIGHTS, |name| names.contains(&name)))
    }

    pub(super) fn has(self, name: &str) -> bool {
        has(&ADMIN_RIGHTS, self.0, name)
    }

    pub(super) fn write(self, channel: bool, into: &mut Map<String, Value>) {
        let foreign = if channel { &GROUP_ONLY } else { &CHANNEL_ONLY };
        for name in ADMIN_RIGHTS.iter().filter(|it| !foreign.contains(it)) {
            into.insert((*name).into(), self.has(name).into());
        }
    }
}

/// A set of permissions of a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Permissions(u32);

impl Permissions {
    /// What a fresh group gives.
    pub(super) fn usual() -> Self {
        Self(bits(&PERMISSIONS, |name| !OFF_BY_DEFAULT.contains(&name)))
    }

    pub(super) fn of(names: &[&str]) -> Self {
        Self(bits(&PERMISSIONS, |name| names.contains(&name)))
    }

    pub(super) fn has(self, name: &str) -> bool {
        has(&PERMISSIONS, self.0, name)
    }

    pub(super) fn names(self) -> Vec<&'static str> {
        PERMISSIONS.into_iter().filter(|it| self.has(it)).collect()
    }

    pub(super) fn may_write(self) -> bool {
        self.has("can_send_messages")
    }

    pub(super) fn write(self, into: &mut Map<String, Value>) {
        for name in PERMISSIONS {
            into.insert(name.into(), self.has(name).into());
        }
    }

    /// Whether somebody with these permissions counts as a plain member of a group with those defaults.
    pub(super) fn as_plain_member(self, defaults: Self) -> bool {
        let weighty = PERMISSIONS.iter().filter(|it| !OF_NO_WEIGHT.contains(it)).all(|it| self.has(it));
        weighty && defaults.0 & !self.0 == 0
    }

    /// Reads `ChatPermissions` as Telegram does, with its implications between flags.
    pub(super) fn read(given: &Map<String, Value>, independent: bool) -> Self {
        let flag = |name: &str| given.get(name).and_then(Value::as_bool).unwrap_or(false);
        let mut set = Self(bits(&PERMISSIONS, flag));
        if !MEDIA.iter().any(|it| given.contains_key(*it)) && flag("can_send_media_messages") {
            set.add(&MEDIA);
            if !independent {
                set.add(&["can_send_messages"]);
            }
        }
        for follower in ["can_manage_topics", "can_edit_tag"] {
            if !given.contains_key(follower) && set.has("can_pin_messages") {
                set.add(&[follower]);
            }
        }
        if !given.contains_key("can_react_to_messages") && set.may_write() {
            set.add(&["can_react_to_messages"]);
        }
        if !independent {
            if set.has("can_send_other_messages") || set.has("can_add_web_page_previews") {
                set.add(&MEDIA);
                set.add(&["can_send_messages"]);
            }
            if set.has("can_send_polls") {
                set.add(&["can_send_messages"]);
            }
        }
        set
    }

    fn add(&mut self, names: &[&str]) {
        self.0 |= bits(&PERMISSIONS, |name| names.contains(&name));
    }
}

fn bits(all: &[&str], wanted: impl Fn(&str) -> bool) -> u32 {
    all.iter().enumerate().filter(|(_, name)| wanted(name)).fold(0, |set, (at, _)| set | 1 << at)
}

fn has(all: &[&str], set: u32, name: &str) -> bool {
    all.iter().position(|it| *it == name).is_some_and(|at| set & 1 << at != 0)
}
