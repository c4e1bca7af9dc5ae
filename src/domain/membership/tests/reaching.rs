//! Troubles of a group whose setters cannot be written to in private: told in another way, once, and over when it is over.

use super::super::super::effect::{Call, Does, Effect};
use super::super::super::event::{Event, Note, Outcome, Standing};
use super::super::super::play::{CLUB, GROUP, ME, NEWS, Play, all_rights, buttons, calls, plain};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, UserId};
use super::super::{LogPlace, Membership};
use super::{ANN, BOB, guarded};

/// We lose our rights in the group.
fn demoted(play: &mut Play<Membership>) -> Vec<Effect> {
    play.world.set(GROUP, ME, plain());
    play.places(all_rights(), plain())
}

fn promoted(play: &mut Play<Membership>) -> Vec<Effect> {
    play.world.set(GROUP, ME, all_rights());
    play.places(plain(), all_rights())
}

/// Their private chat says that they never started us.
fn undelivered(play: &mut Play<Membership>, to: i64) -> Vec<Effect> {
    play.happen(Event::Told(Note::Undelivered { to: UserId(to) }))
}

/// Where what is said, and to whom alone.
fn said(effects: &[Effect]) -> Vec<(i64, String, Option<i64>)> {
    let one = |it: &&Call| match it {
        Call::Say { chat, text, only, .. } => Some((chat.0, text.key.to_string(), only.map(|it| it.0))),
        _ => None,
    };
    calls(effects).iter().filter_map(one).collect()
}

fn edited(effects: &[Effect]) -> Vec<Text> {
    let one = |it: &&Call| if let Call::Edit { text, .. } = it { Some(text.clone()) } else { None };
    calls(effects).iter().filter_map(one).collect()
}

/// To whom words go by way of their private chat, and which of them shall be heard of.
fn delivered(effects: &[Effect]) -> Vec<(i64, bool)> {
    let one = |it: &Effect| match it {
        Effect::Tell { to: super::super::super::effect::Target::Chat(to), note: Note::Deliver { back, .. } } => {
            Some((to.0, *back == Some(GROUP)))
        }
        _ => None,
    };
    effects.iter().filter_map(one).collect()
}

fn lines(text: &Text) -> usize {
    let lines = |it: &(_, Arg)| if let Arg::Lines(lines) = &it.1 { Some(lines.len()) } else { None };
    text.args.iter().find_map(lines).unwrap_or_default()
}

const IN_THE_GROUP: &str = "membership-board-group";

#[test]
fn whoever_never_pressed_start_is_told_in_the_group_once_and_it_goes_when_it_is_over() {
    let mut play = guarded();
    let effects = demoted(&mut play);
    assert_eq!((delivered(&effects), said(&effects)), (vec![(ANN, true)], vec![]), "first in private");
    let effects = undelivered(&mut play, ANN);
    assert_eq!(said(&effects), [(GROUP.0, IN_THE_GROUP.to_owned(), Some(ANN))], "then here, for ann alone");
    let does: Vec<_> = buttons(&effects).into_iter().map(|it| it.does).collect();
    assert!(matches!(&does[..], [Does::Open(url)] if url.contains("startgroup")), "with the remedy: {does:?}");
    assert_eq!(said(&undelivered(&mut play, ANN)), [], "once");
    assert_eq!(said(&demoted(&mut play)), []);
    play.world.doubt(NEWS, ME, super::super::super::fact::Unknown::NoRights);
    let effects = play.wakes("look");
    assert_eq!((delivered(&effects), said(&effects)), (vec![], vec![]), "they are known to be out of reach");
    assert_eq!(edited(&effects).iter().map(lines).collect::<Vec<_>>(), [2], "one message says it all");
    play.world.set(NEWS, ME, all_rights());
    play.world.set(GROUP, ME, all_rights());
    let effects = play.wakes("look");
    assert!(calls(&effects).iter().any(|it| matches!(it, Call::Delete { chat, .. } if *chat == GROUP)), "{effects:?}");
    assert!(play.state.board.is_none() && play.state.troubles.is_empty());
    play.wait_s(86_401);
    assert_eq!(delivered(&demoted(&mut play)), [(ANN, true)], "tomorrow they may have pressed Start");
}

#[test]
fn one_setter_who_hears_is_enough_and_who_is_no_admin_any_more_does_not_count() {
    let mut play = guarded();
    play.state.owners = vec![UserId(ANN), UserId(BOB), UserId(3)];
    play.world.set(GROUP, UserId(BOB), plain());
    play.world.set(GROUP, UserId(3), all_rights());
    assert_eq!(delivered(&demoted(&mut play)), [(ANN, true), (3, true)]);
    assert_eq!(said(&undelivered(&mut play, ANN)), [], "the other one has it");
    assert_eq!(said(&undelivered(&mut play, 3)), [(GROUP.0, IN_THE_GROUP.to_owned(), Some(3))]);
    assert_eq!(said(&undelivered(&mut play, 77)), [], "who has nothing to do with it changes nothing");
    assert!(!play.state.deaf.iter().any(|it| it.0 == UserId(77)));
}

#[test]
fn a_log_place_comes_before_the_group_and_an_owner_of_the_house_who_is_an_admin_too() {
    let mut play = guarded();
    play.state.policy.log = Some(LogPlace { chat: CLUB, thread: None });
    demoted(&mut play);
    let effects = undelivered(&mut play, ANN);
    assert_eq!(said(&effects), [(CLUB.0, "membership-board-log".to_owned(), None)]);
    let over = promoted(&mut play);
    assert_eq!(edited(&over).iter().map(|it| it.key.as_ref()).collect::<Vec<_>>(), ["membership-board-over"]);
    for (admin, expect) in [(true, 0), (false, 1)] {
        let mut play = guarded();
        play.state.owners = vec![UserId(ANN), UserId(BOB)];
        play.world.house.owners = [UserId(9)].into();
        play.world.set(GROUP, UserId(9), if admin { all_rights() } else { Standing::default() });
        demoted(&mut play);
        undelivered(&mut play, BOB);
        assert_eq!(said(&undelivered(&mut play, ANN)).len(), expect, "the house tells its owner in any case");
    }
}

#[test]
fn what_cannot_be_shown_to_one_is_shown_to_all_and_what_the_log_refuses_stands_in_the_group() {
    let refused = || Outcome::Refused { reason: "Bad Request: not enough rights".into() };
    let mut play = guarded();
    demoted(&mut play);
    undelivered(&mut play, ANN);
    assert_eq!(said(&play.performed("board", refused())), [(GROUP.0, IN_THE_GROUP.to_owned(), None)]);
    assert_eq!(said(&play.performed("board", refused())), [], "and there it ends");
    let mut play = guarded();
    play.state.policy.log = Some(LogPlace { chat: CLUB, thread: None });
    demoted(&mut play);
    undelivered(&mut play, ANN);
    assert_eq!(said(&play.performed("board", refused())), [(GROUP.0, IN_THE_GROUP.to_owned(), Some(ANN))]);
}

#[test]
fn it_stands_no_longer_than_it_can_be_deleted_and_is_not_said_again() {
    let mut play = guarded();
    demoted(&mut play);
    undelivered(&mut play, ANN);
    play.wait_s(40 * 3_600);
    assert!(calls(&play.wakes("board")).iter().any(|it| matches!(it, Call::Delete { .. })));
    assert_eq!(said(&demoted(&mut play)), []);
    assert_eq!(play.state.troubles.len(), 1, "the panel goes on showing it");
    assert_eq!(said(&promoted(&mut play)), []);
}

#[test]
fn one_who_could_not_hear_of_an_appeal_is_not_tried_with_a_trouble() {
    let mut play = guarded();
    play.performed("plea/1", Outcome::Refused { reason: "Forbidden: bot was blocked by the user".into() });
    let effects = demoted(&mut play);
    assert_eq!(delivered(&effects), []);
    assert_eq!(said(&effects), [(GROUP.0, IN_THE_GROUP.to_owned(), Some(ANN))], "one list of who is out of reach");
    let out = Standing { status: super::super::super::event::Status::Kicked, ..Standing::default() };
    let left = play.places(plain(), out);
    assert!(!calls(&left).iter().any(|it| it.chat() == Some(ChatId(GROUP.0))), "out of a group nothing is taken down");
}
