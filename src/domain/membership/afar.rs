//! Buttons of a group that stand in other chats: in its log place, and in the private chats of its owners.

use super::super::event::{Pressed, Verdict};
use super::super::fact::{Freshness, Unknown};
use super::super::text::Text;
use super::super::types::{ChatId, UserId};
use super::draft::Draft;
use super::word::Word;
use super::{appeal, journal};

/// What stands between a button's own arguments and its group.
const GROUP: char = '.';

/// Whose a button is, by its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose<'a> {
    /// This chat's own, with what else the arguments say.
    Ours(&'a str),
    /// A group's that put it here.
    Group(&'a str, ChatId),
}

/// Arguments of a button that this group puts up anywhere: a letter and whom it is about.
pub(super) fn args(group: ChatId, letter: char, user: UserId) -> String {
    format!("{letter}{}{GROUP}{}", base36(user.0.unsigned_abs()), base36(group.0.unsigned_abs()))
}

/// The letter of a button and whom it is about.
pub(super) fn read(args: &str) -> Option<(char, UserId)> {
    let letter = args.chars().next()?;
    let user = i64::from_str_radix(args.get(letter.len_utf8()..)?, 36).ok()?;
    Some((letter, UserId(user)))
}

/// A button of an appeal or of the log was pressed: here, or for a group that looks after it.
pub(super) fn pressed(draft: &mut Draft<'_>, pressed: &Pressed, action: &str, args: &str) {
    match whose(draft.place.id, args) {
        Whose::Ours(args) => act(draft, draft.place.id, pressed, action, args),
        Whose::Group(args, group) => pass_on(draft, pressed, action, args, group),
    }
}

/// One of our buttons was pressed in another chat.
pub(super) fn told(draft: &mut Draft<'_>, at: ChatId, pressed: &Pressed) {
    if let Verdict::Valid { action, args } = &pressed.verdict {
        act(draft, at, pressed, action, args);
    }
}

fn act(draft: &mut Draft<'_>, at: ChatId, pressed: &Pressed, action: &str, args: &str) {
    match action {
        appeal::ACTION => appeal::pressed(draft, pressed, args),
        journal::ACTION => journal::pressed(draft, at, pressed, args),
        _ => {}
    }
}

fn whose(here: ChatId, args: &str) -> Whose<'_> {
    let Some((own, group)) = args.split_once(GROUP) else { return Whose::Ours(args) };
    match i64::from_str_radix(group, 36) {
        Ok(group) if -group != here.0 => Whose::Group(own, ChatId(-group)),
        Ok(_) | Err(_) => Whose::Ours(own),
    }
}

/// Hands a press to its group, which answers it. What the presser may do there is looked up now, where a press
/// that takes long gets its empty answer; the group then finds it looked up.
fn pass_on(draft: &mut Draft<'_>, pressed: &Pressed, action: &str, args: &str, group: ChatId) {
    draft.claim();
    if draft.member(group, pressed.from.id, Freshness::Recent).is_none() {
        return;
    }
    let verdict = Verdict::Valid { action: action.to_owned(), args: args.to_owned() };
    let (chat, pressed) = (draft.place.id, Pressed { verdict, ..pressed.clone() });
    draft.tell(group, Word::Pressed { chat, pressed });
}

/// Whether whoever pressed may restrict people in this group. If not, or if nobody can say, they are told so;
/// `None` while it is not known.
pub(super) fn may_restrict(draft: &mut Draft<'_>, pressed: &Pressed) -> Option<bool> {
    let (key, alert) = match draft.member(draft.place.id, pressed.from.id, Freshness::Recent)? {
        Ok(it) if it.may(|it| it.can_restrict_members) => return Some(true),
        Ok(_) | Err(Unknown::NotFound) => ("membership-ledger-not-allowed", true),
        Err(Unknown::NoRights | Unknown::Unavailable | Unknown::TooLarge) => ("membership-toast-cannot-check", false),
    };
    draft.toast(pressed, Text::new(pressed.from.language, key), alert);
    Some(false)
}

fn base36(mut number: u64) -> String {
    const DIGITS: [u8; 36] = *b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut found = Vec::new();
    loop {
        let digit = usize::try_from(number % 36).unwrap_or_default();
        found.push(char::from(DIGITS.get(digit).copied().unwrap_or(b'0')));
        number /= 36;
        if number == 0 {
            return found.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_button_says_whom_it_is_about_and_whose_it_is() {
        let group = ChatId(-1_001_234_567_890);
        for user in [UserId(1), UserId(35), UserId(36), UserId(7_654_321_098), UserId((1 << 52) - 1)] {
            let args = args(group, 'y', user);
            assert!(args.len() <= 21, "{args}");
            let Whose::Ours(own) = whose(group, &args) else { panic!("{args}") };
            assert_eq!(read(own), Some(('y', user)));
            assert_eq!(whose(ChatId(77), &args), Whose::Group(own, group));
        }
    }

    #[test]
    fn what_is_no_button_of_ours_is_nobodys() {
        for args in ["", "y", "y-", "é", "y?", "yé"] {
            assert!(read(args).is_none_or(|(_, user)| user.0 <= 0), "{args}");
        }
        assert_eq!(whose(ChatId(7), "ok.?"), Whose::Ours("ok"));
    }
}
