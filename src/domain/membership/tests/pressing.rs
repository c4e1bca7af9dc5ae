//! "I have joined", and what other hands do meanwhile.

use super::super::super::effect::{Call, Effect, MessageRef};
use super::super::super::event::{Standing, Status, Verdict};
use super::super::super::fact::{ChatRef, Freshness, Need, Unknown};
use super::super::super::play::{GROUP, ME, NEWS, Play, all_rights, calls, muted, plain};
use super::super::super::types::{MessageId, UserId};
use super::super::{Membership, Settings};
use super::{ANN, BOB, EVE, guarded, guarded_with, muted_rows, told};

const LIFTED: [&str; 5] = ["unmute 7", "toast membership-toast-welcome", "delete", "drop mute/7", "no wake"];

/// Eve has been stopped and is muted now.
fn stopped() -> Play<Membership> {
    let mut play = guarded();
    play.say(EVE, "hello");
    play.world.set(GROUP, UserId(EVE), muted());
    play
}

#[test]
fn whoever_has_joined_may_write() {
    let mut play = stopped();
    play.world.set(NEWS, UserId(EVE), plain());
    let effects = play.press(EVE, "m.ok", "");
    assert_eq!(told(&effects), LIFTED);
    let group = play.world.chats[&ChatRef::Id(GROUP)].clone().unwrap();
    let (user, permissions) = (UserId(EVE), group.permissions.clone());
    assert!(calls(&effects).contains(&&Call::Unmute { chat: GROUP, user, permissions }));
    let notice = Call::Delete { chat: GROUP, message: MessageRef::Id(MessageId(5_000)) };
    assert!(calls(&effects).contains(&&notice));
    let fresh = Need::Member { chat: ChatRef::Id(NEWS), user, fresh: Freshness::Now };
    assert!(play.asked.contains(&fresh), "it is looked up for this very press: {:?}", play.asked);
    assert!(muted_rows(&play) == 0 && play.state.muted.is_empty());
}

#[test]
fn whoever_presses_twice_is_not_told_of_another_hand() {
    let mut play = stopped();
    play.world.set(NEWS, UserId(EVE), plain());
    play.world.set(GROUP, UserId(EVE), muted()); // as our lookups see it for a while
    play.press(EVE, "m.ok", "");
    assert_eq!(
        told(&play.press(EVE, "m.ok", "")),
        ["toast membership-toast-welcome"],
        "the notice went with the first press"
    );
    play.moves(ANN, EVE, plain(), muted());
    assert_eq!(told(&play.press(EVE, "m.ok", "")), ["toast membership-toast-held"]);
}

#[test]
fn a_press_comes_to_what_the_world_says() {
    type Change = fn(&mut Play<Membership>);
    let cases: [(&str, Change, &[&str]); 10] = [
        ("not joined", |_| {}, &["toast membership-toast-lacks"]),
        (
            "Telegram is silent about the channel",
            |play| play.world.doubt(NEWS, UserId(EVE), Unknown::Unavailable),
            &["toast membership-toast-cannot-check"],
        ),
        ("the channel is out of our sight", |play| play.world.doubt(NEWS, UserId(EVE), Unknown::NoRights), &LIFTED),
        (
            "Telegram is silent about the group",
            |play| {
                play.world.set(NEWS, UserId(EVE), plain());
                play.world.lose(ChatRef::Id(GROUP), Unknown::Unavailable);
            },
            &["toast membership-toast-cannot-check"],
        ),
        (
            "joined, and muted by another hand since",
            |play| {
                play.world.set(NEWS, UserId(EVE), plain());
                play.moves(ANN, EVE, muted(), Standing { until: Some(play.world.now.plus_ms(99)), ..muted() });
            },
            &["toast membership-toast-held"],
        ),
        (
            "joined, and un-muted by another hand since",
            |play| {
                play.world.set(NEWS, UserId(EVE), plain());
                play.moves(ANN, EVE, muted(), plain());
                play.world.set(GROUP, UserId(EVE), plain());
            },
            &["toast membership-toast-welcome"],
        ),
        (
            "joined, and banned meanwhile",
            |play| {
                play.world.set(NEWS, UserId(EVE), plain());
                play.world.set(GROUP, UserId(EVE), Standing { status: Status::Kicked, ..Standing::default() });
            },
            &["toast membership-toast-held", "delete", "drop mute/7", "no wake"],
        ),
        (
            "joined, and an admin meanwhile",
            |play| {
                play.world.set(NEWS, UserId(EVE), plain());
                play.world.set(GROUP, UserId(EVE), all_rights());
            },
            &["toast membership-toast-welcome", "delete", "drop mute/7", "no wake"],
        ),
        (
            "joined, and our mute is still on its way",
            |play| {
                play.world.set(NEWS, UserId(EVE), plain());
                play.world.set(GROUP, UserId(EVE), plain());
            },
            &LIFTED,
        ),
        ("no longer protected", |play| play.state.channels.clear(), &LIFTED),
    ];
    for (what, change, expect) in cases {
        let mut play = stopped();
        change(&mut play);
        assert_eq!(told(&play.press(EVE, "m.ok", "")), expect, "{what}");
        assert!(play.claimed, "{what}");
    }
}

#[test]
fn a_toast_that_must_be_read_is_a_window() {
    let effects = stopped().press(EVE, "m.ok", "");
    let alert = calls(&effects).into_iter().any(|it| matches!(it, Call::Answer { alert: true, .. }));
    assert!(alert, "{effects:?}");
}

#[test]
fn every_answer_to_a_press_goes_stale() {
    let effects = stopped().press(EVE, "m.ok", "");
    let Some(Effect::Telegram(owed)) = effects.first() else { panic!("{effects:?}") };
    assert!(owed.until.is_some());
}

#[test]
fn presses_that_are_not_ours_are_left_to_the_house() {
    for verdict in [
        Verdict::NotYours,
        Verdict::Stale,
        Verdict::Forged,
        Verdict::Valid { action: "x.ok".into(), args: String::new() },
        Verdict::Valid { action: "m.unheard".into(), args: String::new() },
    ] {
        let mut play = stopped();
        assert_eq!(play.verdict(EVE, verdict.clone()), [], "{verdict:?}");
        assert!(!play.claimed, "{verdict:?}");
    }
}

#[test]
fn under_a_collective_notice_each_presses_for_themselves() {
    let mut play = guarded_with(Settings { notices_per_min: 0, ..Settings::default() });
    play.say(EVE, "a");
    play.say(8, "a");
    play.world.set(NEWS, UserId(EVE), plain());
    let expect = ["unmute 7", "toast membership-toast-welcome", "drop mute/7"];
    assert_eq!(told(&play.press(EVE, "m.ok", "c")), expect, "the notice stays for the others");
    assert_eq!(told(&play.press(8, "m.ok", "c")), ["toast membership-toast-lacks"]);
    assert_eq!(told(&play.press(BOB, "m.ok", "c")), ["toast membership-toast-welcome"], "who was never muted");
}

#[test]
fn a_change_by_another_hand_closes_our_entry() {
    let outside = Standing { status: Status::RestrictedOutside, ..muted() };
    let kicked = Standing { status: Status::Kicked, ..Standing::default() };
    for (what, by, old, new, closed) in [
        ("an admin un-mutes", ANN, muted(), plain(), true),
        ("an admin bans", ANN, muted(), kicked, true),
        ("an admin promotes", ANN, muted(), all_rights(), true),
        ("an admin mutes, too", ANN, muted(), muted(), true),
        ("an admin lets in again", ANN, outside.clone(), muted(), false),
        ("we ourselves", ME.0, plain(), muted(), false),
        ("they leave", EVE, muted(), outside, false),
        ("they leave altogether", EVE, muted(), Standing::default(), false),
    ] {
        let mut play = stopped();
        let effects = play.moves(by, EVE, old, new);
        assert_eq!(told(&effects) == ["drop mute/7"], closed, "{what}: {effects:?}");
        assert_eq!(muted_rows(&play) == 0, closed, "{what}");
        assert_eq!(play.state.muted.is_empty(), closed, "{what}");
        assert!(!play.claimed, "{what}: others may want to know");
    }
}

#[test]
fn the_standing_of_others_is_not_our_concern() {
    let mut play = stopped();
    assert_eq!(play.moves(ANN, BOB, plain(), muted()), []);
    assert_eq!(super::looked_up(&play), []);
}

#[test]
fn people_beyond_the_list_are_still_known_by_their_row() {
    let mut play = guarded();
    for number in 0..=super::super::MUTED_MAX {
        play.say(1_000 + i64::try_from(number).unwrap(), "a");
    }
    let last = 1_000 + i64::try_from(super::super::MUTED_MAX).unwrap();
    assert!(play.state.unlisted && !play.state.muted.contains(&UserId(last)));
    assert_eq!(told(&play.moves(ANN, last, muted(), plain())), [format!("drop mute/{last}")]);
    assert_eq!(play.moves(ANN, 5_000, muted(), plain()), [], "who has no row");
}
