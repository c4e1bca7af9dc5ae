//! Reads a command out of a message.

use super::event::Said;
use super::feature::{Facts, Pace};

/// A command that somebody gave to this bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given<'a> {
    /// In lower case, without the slash.
    pub name: String,
    /// What follows, without the white space around it.
    pub args: &'a str,
}

impl<'a> Given<'a> {
    /// The arguments one by one.
    pub fn words(&self) -> impl Iterator<Item = &'a str> {
        self.args.split_whitespace()
    }
}

/// Telegram's limit of a command's name.
const NAME_MAX: usize = 32;

/// Reads the command of a message, if it holds one for the bot of that username.
///
/// Only fresh messages count: what is edited, forwarded, sent through a bot or by Telegram itself may have
/// been written by somebody else, or for another moment.
#[must_use]
pub fn parse<'a>(said: &'a Said, me: &str) -> Option<Given<'a>> {
    let rest = said.text.as_deref()?.strip_prefix('/')?;
    if said.edited || said.via_bot || said.service || said.automatic || said.forwarded.is_some() {
        return None;
    }
    let (head, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (name, whose) = head.split_once('@').map_or((head, None), |(name, whose)| (name, Some(whose)));
    if whose.is_some_and(|it| !it.eq_ignore_ascii_case(me)) {
        return None;
    }
    let sound = (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    sound.then(|| Given { name: name.to_ascii_lowercase(), args: args.trim() })
}

/// The command in a message, unless the person asks for more than they may: then it is none.
#[must_use]
pub fn given<'s>(said: &'s Said, facts: &Facts<'_>) -> Option<Given<'s>> {
    parse(said, &facts.house.username).filter(|_| facts.pace == Pace::Free)
}

#[cfg(test)]
mod tests {
    use super::super::event::{Content, Origin};
    use super::super::types::{Language, MessageId, Person, UserId};
    use super::*;

    fn said(text: &str) -> Said {
        let from = Person { id: UserId(7), name: "Ann".into(), username: None, language: Language::En, is_bot: false };
        Said {
            message: MessageId(1),
            thread: None,
            from,
            sender_chat: None,
            text: Some(text.into()),
            edited: false,
            forwarded: None,
            via_bot: false,
            automatic: false,
            service: false,
            reply_to: None,
            album: None,
            document: None,
            content: Content::default(),
        }
    }

    #[test]
    fn a_command_is_read_with_its_arguments() {
        for (text, expect) in [
            ("/help", Some(("help", ""))),
            ("/HELP", Some(("help", ""))),
            ("/help@House_Bot", Some(("help", ""))),
            ("/help@house_bot now", Some(("help", "now"))),
            ("/protect  @news \n@more ", Some(("protect", "@news \n@more"))),
            ("/protect\n@news", Some(("protect", "@news"))),
            ("/help@other_bot", None),
            ("/help@", None),
            ("help", None),
            (" /help", None),
            ("/", None),
            ("/ help", None),
            ("//help", None),
            ("/помощь", None),
            ("/usr/bin", None),
            ("/a_name_that_is_longer_than_telegram_allows", None),
            ("", None),
        ] {
            let said = said(text);
            let found = parse(&said, "house_bot").map(|it| (it.name, it.args));
            assert_eq!(found, expect.map(|(name, args)| (name.to_owned(), args)), "{text:?}");
        }
    }

    #[test]
    fn words_are_told_apart_by_any_white_space() {
        let said = said("/protect @a\t@b\n@c");
        let words: Vec<_> = parse(&said, "x").into_iter().flat_map(|it| it.words().collect::<Vec<_>>()).collect();
        assert_eq!(words, ["@a", "@b", "@c"]);
    }

    #[test]
    fn only_fresh_messages_carry_commands() {
        let fresh = said("/help");
        assert!(parse(&fresh, "me").is_some());
        for (why, stale) in [
            ("edited", Said { edited: true, ..fresh.clone() }),
            ("forwarded", Said { forwarded: Some(Origin { channel: None }), ..fresh.clone() }),
            ("via a bot", Said { via_bot: true, ..fresh.clone() }),
            ("service", Said { service: true, ..fresh.clone() }),
            ("automatic", Said { automatic: true, ..fresh.clone() }),
            ("without text", Said { text: None, ..fresh.clone() }),
        ] {
            assert_eq!(parse(&stale, "me"), None, "{why}");
        }
    }

    #[test]
    fn a_bot_that_does_not_know_its_name_yet_takes_no_named_command() {
        assert_eq!(parse(&said("/help@x"), ""), None);
        assert!(parse(&said("/help"), "").is_some());
    }
}
