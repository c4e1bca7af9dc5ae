//! A person's account: what they may do here, and whether they may ask a model.

use super::fact::{ChatRef, Freshness, Need, Unknown};
use super::feature::Facts;
use super::types::{ChatId, Language, Moment, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much a person may use, and how soon they are served. Later is more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Everybody.
    #[default]
    Free,
    /// More.
    Premium,
    /// Most, and served first.
    Enterprise,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may.
    #[default]
    Active,
    /// It rests until an admin opens it again.
    Inactive,
    /// An admin has closed it.
    Banned,
}

/// What a person may do to others' accounts. Later is more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing: they look after their own.
    #[default]
    Viewer,
    /// Look at accounts and at what they use.
    Operator,
    /// Change tiers, ban and let in.
    Admin,
    /// Everything, roles included. Owners of the house are owners here, whatever is written.
    Owner,
}

/// A person's account. One that is as every new one is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whose.
    pub user: UserId,
    /// Their name when it was last seen, for lists.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// See [`Tier`].
    #[serde(default)]
    pub tier: Tier,
    /// See [`Status`].
    #[serde(default)]
    pub status: Status,
    /// See [`Role`].
    #[serde(default)]
    pub role: Role,
    /// The language they chose; `None` is that of their app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// They are on the list of those who may ask, or came with an invitation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allowed: bool,
    /// Since when it is kept.
    pub since: Moment,
}

/// Who may ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    #[default]
    Everyone,
    /// Those on the list.
    Listed,
    /// Those who are members of all these channels, and those on the list.
    Members(Vec<ChatRef>),
    /// Those who came with an invitation, and those on the list.
    Invited,
}

/// Whether somebody may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may.
    Allowed,
    /// First this must be known.
    Needs(Vec<Need>),
    /// They may not.
    Denied(Reason),
}

/// Why somebody may not ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Their account is closed.
    Banned,
    /// It rests.
    Inactive,
    /// Only those on the list may.
    NotListed,
    /// They are no member of this channel.
    NotMember(ChatRef),
    /// Whether they are cannot be found out now. In doubt the answer is no.
    Unclear(ChatRef),
    /// Only those with an invitation may.
    NotInvited,
}

/// The accounts that differ from a new one, for all to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts(BTreeMap<UserId, Account>);

impl Tier {
    /// All, the least first.
    pub const ALL: [Self; 3] = [Self::Free, Self::Premium, Self::Enterprise];

    /// Its name, as people write it in commands.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Premium => "premium",
            Self::Enterprise => "enterprise",
        }
    }

    /// The tier of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(name))
    }
}

impl Role {
    /// All, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Operator, Self::Admin, Self::Owner];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(name))
    }
}

impl Account {
    /// That of somebody of whom nothing is known.
    #[must_use]
    pub const fn new(user: UserId, since: Moment) -> Self {
        Self {
            user,
            name: String::new(),
            tier: Tier::Free,
            status: Status::Active,
            role: Role::Viewer,
            language: None,
            allowed: false,
            since,
        }
    }

    /// Whether it says nothing that a new one would not.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self { name: self.name.clone(), ..Self::new(self.user, self.since) }
    }
}

impl Accounts {
    /// These.
    #[must_use]
    pub fn new(accounts: impl IntoIterator<Item = Account>) -> Self {
        Self(accounts.into_iter().map(|it| (it.user, it)).collect())
    }

    /// Somebody's account; a new one for whom nothing is kept.
    #[must_use]
    pub fn of(&self, user: UserId, now: Moment) -> Account {
        self.0.get(&user).cloned().unwrap_or(Account::new(user, now))
    }

    /// The account, if it is kept.
    #[must_use]
    pub fn get(&self, user: UserId) -> Option<&Account> {
        self.0.get(&user)
    }

    /// Takes over an account as it is now. Answers false, and takes nothing, when it would be one more than may be
    /// kept.
    pub fn set(&mut self, account: Account, most: usize) -> bool {
        if account.is_plain() {
            self.0.remove(&account.user);
            return true;
        }
        let room = self.0.len() < most || self.0.contains_key(&account.user);
        if room {
            self.0.insert(account.user, account);
        }
        room
    }

    /// All that are kept, by id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Account> + ExactSizeIterator {
        self.0.values()
    }
}

/// Whether this person may ask a model, as far as access goes; limits are the purse's.
///
/// Whoever looks after others' accounts may ask whatever the access, and an owner of the house always.
#[must_use]
pub fn may_ask(account: &Account, access: &Access, facts: &Facts<'_>) -> Verdict {
    if facts.house.owned_by(account.user) {
        return Verdict::Allowed;
    }
    match account.status {
        Status::Active => {}
        Status::Inactive => return Verdict::Denied(Reason::Inactive),
        Status::Banned => return Verdict::Denied(Reason::Banned),
    }
    match access {
        _ if account.allowed || account.role > Role::Viewer => Verdict::Allowed,
        Access::Everyone => Verdict::Allowed,
        Access::Listed => Verdict::Denied(Reason::NotListed),
        Access::Invited => Verdict::Denied(Reason::NotInvited),
        Access::Members(channels) => inside(account.user, channels, facts),
    }
}

/// Whether they are in all these channels. What is known to be missing is said before the rest is asked for.
fn inside(user: UserId, channels: &[ChatRef], facts: &Facts<'_>) -> Verdict {
    let (mut needs, mut unclear) = (Vec::new(), None);
    for channel in channels {
        let id = match id_of(channel, facts) {
            Ok(id) => id,
            Err(Some(need)) => {
                needs.push(need);
                continue;
            }
            Err(None) => {
                unclear = Some(channel.clone());
                continue;
            }
        };
        let chat = ChatRef::Id(id);
        match facts.member(&chat, user, Freshness::Cached) {
            Some(Ok(standing)) if standing.inside() => {}
            Some(Ok(_) | Err(Unknown::NotFound)) => return Verdict::Denied(Reason::NotMember(channel.clone())),
            Some(Err(Unknown::NoRights | Unknown::Unavailable | Unknown::TooLarge)) => unclear = Some(channel.clone()),
            None => needs.push(Need::Member { chat, user, fresh: Freshness::Cached }),
        }
    }
    match unclear {
        _ if !needs.is_empty() => Verdict::Needs(needs),
        Some(chat) => Verdict::Denied(Reason::Unclear(chat)),
        None => Verdict::Allowed,
    }
}

/// The id of a channel. People are looked up by it, never by a name, which somebody else may have tomorrow.
fn id_of(channel: &ChatRef, facts: &Facts<'_>) -> Result<ChatId, Option<Need>> {
    match (channel, facts.chat(channel)) {
        (ChatRef::Id(id), _) => Ok(*id),
        (ChatRef::Name(_), Some(Ok(info))) => Ok(info.id),
        (ChatRef::Name(_), Some(Err(_))) => Err(None),
        (ChatRef::Name(_), None) => Err(Some(Need::Chat(channel.clone()))),
    }
}

/// Reads a channel as people write it in the configuration: `@news`, or an id.
#[must_use]
pub fn channel(word: &str) -> Option<ChatRef> {
    if let Ok(id) = word.parse::<i64>() {
        return (id < 0).then_some(ChatRef::Id(ChatId(id)));
    }
    let name = word.strip_prefix('@')?;
    let sound = (4..=32).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    sound.then(|| ChatRef::Name(name.to_owned()))
}

#[cfg(test)]
mod tests;
