//! When membership cannot be known nobody is muted, and the owner is told once.

use super::super::super::effect::{Effect, Target};
use super::super::super::event::{Note, Outcome, Standing, Status};
use super::super::super::fact::{ChatRef, Freshness, Need, Unknown};
use super::super::super::play::{CLUB, GROUP, ME, NEWS, admin, all_rights, plain};
use super::super::super::types::UserId;
use super::super::State;
use super::{ANN, BOB, EVE, guarded, looked_up, told};

const NOTHING: [&str; 0] = [];

#[test]
fn a_channel_out_of_sight_is_told_at_once_and_once() {
    for why in [Unknown::NotFound, Unknown::NoRights] {
        let mut play = guarded();
        play.world.doubt(NEWS, UserId(EVE), why.clone());
        play.world.doubt(NEWS, ME, why);
        let effects = play.say(EVE, "hello");
        assert_eq!(told(&effects), ["trouble membership-trouble-lost"]);
        assert!(!play.claimed, "the message passes");
        let Some(Effect::Tell { to: Target::House, note: Note::Trouble { key, place, .. } }) = effects.first() else {
            panic!("{effects:?}")
        };
        assert_eq!(key, &format!("membership/{}/{}", GROUP.0, NEWS.0));
        assert_eq!(place.id, GROUP);
        assert_eq!(told(&play.say(EVE, "hello")), NOTHING, "told once");
        play.world.members.remove(&(NEWS, UserId(EVE)));
        assert_eq!(told(&play.say(BOB, "hello")), ["healed"]);
        assert_eq!(told(&play.say(BOB, "hello")), NOTHING);
    }
}

#[test]
fn silence_is_told_when_it_lasts() {
    let mut play = guarded();
    play.world.doubt(NEWS, UserId(EVE), Unknown::Unavailable);
    assert_eq!(told(&play.say(EVE, "hello")), NOTHING);
    play.wait_s(59);
    assert_eq!(told(&play.say(EVE, "hello")), NOTHING);
    play.wait_s(2);
    assert_eq!(told(&play.say(EVE, "hello")), ["trouble membership-trouble-unavailable"]);
    assert_eq!(told(&play.say(EVE, "hello")), NOTHING, "told once");
}

#[test]
fn a_short_silence_is_told_to_nobody() {
    let mut play = guarded();
    play.world.doubt(NEWS, UserId(EVE), Unknown::Unavailable);
    play.say(EVE, "hello");
    play.wait_s(30);
    assert_eq!(told(&play.say(BOB, "hello")), NOTHING);
    play.wait_s(40);
    assert_eq!(told(&play.say(EVE, "hello")), NOTHING, "a new silence begins to count");
}

#[test]
fn while_a_lookup_is_in_trouble_only_a_young_answer_counts() {
    let mut play = guarded();
    play.world.doubt(NEWS, UserId(EVE), Unknown::Unavailable);
    play.say(EVE, "hello");
    play.say(BOB, "hello");
    let young = Need::Member { chat: ChatRef::Id(NEWS), user: UserId(BOB), fresh: Freshness::Recent };
    assert_eq!(looked_up(&play), [young]);
}

#[test]
fn who_cannot_be_known_to_be_no_admin_is_not_muted() {
    let mut play = guarded();
    play.world.doubt(GROUP, UserId(EVE), Unknown::Unavailable);
    assert_eq!(told(&play.say(EVE, "hello")), NOTHING);
    play.world.doubt(GROUP, UserId(EVE), Unknown::NoRights);
    play.world.doubt(GROUP, ME, Unknown::NoRights);
    assert_eq!(told(&play.say(EVE, "hello")), ["trouble membership-trouble-lost"]);
}

#[test]
fn one_channel_in_trouble_does_not_open_the_door_for_those_outside_of_another() {
    let mut play = guarded();
    play.say(ANN, "/protect -1000000000200");
    play.world.otherwise.insert(CLUB, Err(Unknown::NotFound));
    play.world.doubt(CLUB, ME, Unknown::NotFound);
    assert_eq!(told(&play.say(BOB, "hello")), ["trouble membership-trouble-lost"], "nothing is known against bob");
    assert!(told(&play.say(EVE, "hello")).contains(&"mute 7".to_owned()));
}

#[test]
fn without_our_rights_nobody_is_pestered() {
    let mut play = guarded();
    assert_eq!(told(&play.places(all_rights(), plain())), ["trouble membership-trouble-rights"]);
    assert_eq!(told(&play.places(all_rights(), plain())), NOTHING, "told once");
    assert_eq!(told(&play.say(EVE, "hello")), NOTHING);
    assert_eq!(looked_up(&play), []);
    assert_eq!(told(&play.places(plain(), all_rights())), ["healed"]);
    assert!(!play.say(EVE, "hello").is_empty());
}

#[test]
fn a_refused_mute_is_a_trouble_only_when_our_rights_are_the_cause() {
    for (reason, expect) in [
        (
            "Bad Request: not enough rights to restrict/unrestrict chat member",
            vec!["trouble membership-trouble-rights"],
        ),
        ("Bad Request: CHAT_ADMIN_REQUIRED", vec!["trouble membership-trouble-rights"]),
        ("Bad Request: user is an administrator of the chat", vec![]),
        ("Bad Request: PARTICIPANT_ID_INVALID", vec![]),
    ] {
        let mut play = guarded();
        play.say(EVE, "hello");
        let refused = Outcome::Refused { reason: reason.into() };
        assert_eq!(told(&play.performed("mute", refused.clone())), expect, "{reason}");
        assert_eq!(told(&play.performed("mute", refused)), NOTHING, "told once");
        let healed = play.performed("mute", Outcome::Done { message: None, link: None });
        assert_eq!(told(&healed).len(), expect.len(), "{reason}");
    }
}

#[test]
fn a_group_that_we_are_out_of_is_forgotten() {
    let mut play = guarded();
    play.say(EVE, "hello");
    play.places(all_rights(), admin(super::super::super::event::Rights::default()));
    let out = Standing { status: Status::Kicked, ..Standing::default() };
    assert_eq!(told(&play.places(plain(), out.clone())), ["healed", "wake"], "and no trouble stays behind");
    assert_eq!(play.state, State::default());
    assert_eq!(told(&play.places(plain(), out)), NOTHING);
    assert!(!play.changed, "nothing to forget, nothing to write");
}
