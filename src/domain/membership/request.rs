//! What `/protect` and `/unprotect` name: channels, as people write them.

use super::super::command::Given;
use super::super::event::{Place, Said};
use super::super::fact::ChatRef;
use super::super::types::{ANONYMOUS_ADMIN, CHANNEL_BOT, ChatId, TELEGRAM, UserId};
use super::order::Order;
use super::state::Request;

/// Whose words a message are, when it comes to rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// A person with an id.
    Person(UserId),
    /// Some admin of this group: nobody knows which.
    Anonymous,
    /// A channel, a bot or Telegram itself: has no rights here.
    Nobody,
}

/// What somebody named that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    /// A private invite link: a bot cannot look behind it.
    PrivateLink,
    /// Anything else.
    Unreadable(String),
    /// Neither an id nor a public name of a person.
    Person(String),
    /// Nothing that `/undo` takes back.
    Undo(String),
}

/// Characters of an odd word that are shown again.
const ODD_MAX: usize = 40;
/// The shortest and the longest public name.
const NAME: std::ops::RangeInclusive<usize> = 4..=32;

/// Who gives the command.
pub(super) fn asker(place: &Place, said: &Said) -> Asker {
    match said.sender_chat {
        Some(chat) if chat == place.id => Asker::Anonymous,
        Some(_) => Asker::Nobody,
        None if said.from.is_bot || [ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM].contains(&said.from.id) => Asker::Nobody,
        None => Asker::Person(said.from.id),
    }
}

/// What the command asks for, if it is one of ours.
pub(super) fn read(given: &Given<'_>, said: &Said) -> Option<Result<Request, Odd>> {
    let make = match given.name.as_str() {
        "protect" => Request::Protect,
        "unprotect" => Request::Unprotect,
        _ => return Order::read(given, said).map(|it| it.map(Request::Order)),
    };
    Some(targets(given, said).map(make))
}

/// The channels that a command names.
pub(super) fn targets(given: &Given<'_>, said: &Said) -> Result<Vec<ChatRef>, Odd> {
    let mut found = Vec::new();
    for word in given.words().flat_map(|it| it.split(',')).filter(|it| !it.is_empty()) {
        let target = target(word)?;
        if !found.contains(&target) {
            found.push(target);
        }
    }
    let answered = said.reply_to.as_ref().and_then(|it| it.channel);
    if let (true, Some(channel)) = (found.is_empty(), answered) {
        found.push(ChatRef::Id(channel));
    }
    Ok(found)
}

/// Reads one word: `@name`, a link, or a channel's id.
pub(super) fn target(word: &str) -> Result<ChatRef, Odd> {
    if let Some(name) = word.strip_prefix('@') {
        return named(name).ok_or_else(|| Odd::of(word));
    }
    if let Some(path) = path(word) {
        let mut parts = path.split(['/', '?']);
        return match (parts.next(), parts.next()) {
            (Some("joinchat"), _) => Err(Odd::PrivateLink),
            (Some(first), _) if first.starts_with('+') => Err(Odd::PrivateLink),
            (Some("c"), Some(id)) => numbered(&format!("-100{id}")).ok_or_else(|| Odd::of(word)),
            (Some("s"), Some(name)) | (Some(name), _) => named(name).ok_or_else(|| Odd::of(word)),
            (None, _) => Err(Odd::of(word)),
        };
    }
    numbered(word).ok_or_else(|| Odd::of(word))
}

/// What follows the host in a link to Telegram.
fn path(word: &str) -> Option<&str> {
    let rest = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://")).unwrap_or(word);
    ["t.me/", "telegram.me/", "telegram.dog/"].into_iter().find_map(|host| rest.strip_prefix(host))
}

fn named(name: &str) -> Option<ChatRef> {
    let sound = NAME.contains(&name.len())
        && name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    sound.then(|| ChatRef::Name(name.to_owned()))
}

/// Ids of channels and supergroups begin with -100.
fn numbered(word: &str) -> Option<ChatRef> {
    let id = word.strip_prefix("-100").filter(|it| it.len() >= 4).and(word.parse().ok())?;
    Some(ChatRef::Id(ChatId(id)))
}

fn head(words: &str) -> String {
    words.chars().take(ODD_MAX).collect()
}

impl Odd {
    /// A word that cannot be read.
    pub(super) fn of(word: &str) -> Self {
        Self::Unreadable(head(word))
    }

    /// A word that names nobody.
    pub(super) fn person(word: &str) -> Self {
        Self::Person(head(word))
    }

    /// What cannot be undone.
    pub(super) fn undo(words: &str) -> Self {
        Self::Undo(head(words))
    }

    /// Whether the command is one for admins who may restrict people; else it is for those who may change the group.
    pub(super) const fn is_about_people(&self) -> bool {
        match self {
            Self::PrivateLink | Self::Unreadable(_) => false,
            Self::Person(_) | Self::Undo(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_read_as_people_write_them() {
        let name = |it: &str| Ok(ChatRef::Name(it.to_owned()));
        let id = |it| Ok(ChatRef::Id(ChatId(it)));
        let odd = |it: &str| Err(Odd::Unreadable(it.to_owned()));
        for (word, expect) in [
            ("@news", name("news")),
            ("@News_2", name("News_2")),
            ("t.me/news", name("news")),
            ("https://t.me/news", name("news")),
            ("http://t.me/news/", name("news")),
            ("https://t.me/news/55", name("news")),
            ("https://t.me/s/news", name("news")),
            ("https://telegram.me/news?x=1", name("news")),
            ("https://t.me/c/1234567/55", id(-1_001_234_567)),
            ("-1001234567", id(-1_001_234_567)),
            ("https://t.me/+AbCdEf", Err(Odd::PrivateLink)),
            ("t.me/joinchat/AbCdEf", Err(Odd::PrivateLink)),
            ("@x", odd("@x")),
            ("@1news", odd("@1news")),
            ("@но", odd("@но")),
            ("news", odd("news")),
            ("-55", odd("-55")),
            ("-100", odd("-100")),
            ("1234567", odd("1234567")),
            ("-100abcd", odd("-100abcd")),
            ("-10099999999999999999999", odd("-10099999999999999999999")),
            ("https://example.org/news", odd("https://example.org/news")),
            ("t.me/", odd("t.me/")),
        ] {
            assert_eq!(target(word), expect, "{word}");
        }
    }
}
