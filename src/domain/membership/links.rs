//! Addresses that put us where we are needed, with exactly the rights we need there.

/// The payload of our own "Add me to a group" button: the group hears `/start@bot setup`.
pub(in crate::domain) const SETUP: &str = "setup";

/// Opens Telegram's list of groups; in the chosen one we become an admin who may delete, restrict and invite.
/// `None` as long as we do not know our own name.
pub(in crate::domain) fn group(me: &str) -> Option<String> {
    let rights = "delete_messages+restrict_members+invite_users";
    (!me.is_empty()).then(|| format!("https://t.me/{me}?startgroup={SETUP}&admin={rights}"))
}

/// Opens Telegram's list of channels; in the chosen one we become an admin who may invite. Being an admin is what
/// lets us see who subscribes, and inviting is what makes the link for those who do not yet.
pub(in crate::domain) fn channel(me: &str) -> Option<String> {
    (!me.is_empty()).then(|| format!("https://t.me/{me}?startchannel&admin=invite_users"))
}
