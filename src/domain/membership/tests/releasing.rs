//! `/unprotect`, and what the store may hand back.

use super::super::super::effect::Call;
use super::super::super::fact::{ChatRef, Unknown};
use super::super::super::feature::Feature;
use super::super::super::play::{CLUB, GROUP, calls};
use super::super::{Entry, Membership, Settings, State};
use super::{ANN, BOB, EVE, guarded, guarded_with, muted_rows, told};

#[test]
fn unprotecting_lets_everybody_go() {
    let mut play = guarded();
    play.say(EVE, "hello");
    play.say(8, "hello");
    assert_eq!(muted_rows(&play), 2);
    let effects = play.say(ANN, "/unprotect");
    let said = ["say membership-released", "unmute 7", "drop mute/7", "unmute 8", "drop mute/8"];
    let notices = ["delete", "no wake"].repeat(2);
    assert_eq!(told(&effects), [&said[..], &notices].concat(), "nobody is asked for anything any more");
    let unmute = calls(&effects).into_iter().find_map(|it| match it {
        Call::Unmute { permissions, .. } => Some(permissions.clone()),
        _ => None,
    });
    let group = play.world.chats[&ChatRef::Id(GROUP)].clone().unwrap();
    assert_eq!(unmute, Some(group.permissions.clone()), "to the chat's own default");
    assert_eq!(play.say(EVE, "hello"), []);
    assert_eq!(told(&play.say(ANN, "/unprotect")), ["say membership-unprotected"]);
}

#[test]
fn unprotecting_takes_a_collective_notice_away() {
    let mut play = guarded_with(Settings { notices_per_min: 0, ..Settings::default() });
    play.say(EVE, "hello");
    assert_eq!(play.state.crowds.len(), 1, "she is counted");
    let effects = told(&play.say(ANN, "/unprotect"));
    assert_eq!(effects, ["say membership-released", "unmute 7", "drop mute/7", "delete", "no wake"]);
    assert!(play.state.crowds.is_empty());
}

#[test]
fn one_of_two_channels_can_be_let_go() {
    let mut play = guarded();
    play.say(ANN, "/protect -1000000000200");
    assert_eq!(told(&play.say(ANN, "/unprotect @other")), ["say membership-unprotected-named"]);
    assert_eq!(told(&play.say(ANN, "/unprotect @NEWS")), ["say membership-released"]);
    assert_eq!(play.state.channels.iter().map(|it| it.id).collect::<Vec<_>>(), [CLUB]);
}

#[test]
fn only_admins_unprotect() {
    let mut play = guarded();
    assert_eq!(told(&play.say(BOB, "/unprotect")), ["say membership-not-allowed"]);
    play.world.lose(ChatRef::Id(GROUP), Unknown::Unavailable);
    assert_eq!(told(&play.say(ANN, "/unprotect")), ["say membership-cannot-check"]);
    assert_eq!(play.state.channels.len(), 1);
}

#[test]
fn cells_and_rows_of_other_versions_are_read() {
    let membership = Membership::default();
    for json in ["{}", r#"{"channels":[{"id":-1,"title":"t","later":1}],"later":{"a":[1]}}"#] {
        let cell = membership.load(json.as_bytes()).unwrap();
        assert!(cell.downcast_ref::<State>().is_some(), "{json}");
    }
    assert!(membership.load(b"[1").is_err(), "damage is no state");
    let entry: Entry = serde_json::from_str(r#"{"since":5,"later":1}"#).unwrap();
    assert!(!entry.mine, "what may not be ours is never lifted");
}

#[test]
fn a_row_that_cannot_be_read_counts_as_none() {
    let mut play = guarded();
    play.world.rows.insert("mute/7".into(), b"{".to_vec());
    assert!(told(&play.say(EVE, "hello")).contains(&"put mute/7".to_owned()));
}
