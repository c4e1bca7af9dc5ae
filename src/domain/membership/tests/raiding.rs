//! The raid guard: when it begins, what it does, and that it leaves no trace.

use super::super::super::effect::{Call, Effect, MessageRef};
use super::super::super::event::{Event, Said};
use super::super::super::fact::{ChatInfo, ChatRef, Permissions, Unknown};
use super::super::super::play::{GROUP, Play, admin, calls, topic};
use super::super::super::types::{ChatId, Language, MessageId, ThreadId, UserId};
use super::super::{Answer, Deed, LogPlace, Membership, Policy, Settings};
use super::{ANN, BOB, EVE, guarded, guarded_with, told};
use std::sync::Arc;

/// So many strangers within a moment, and everything that is done about them.
fn rush(play: &mut Play<Membership>, from: i64, number: i64) -> Vec<Effect> {
    (from..from + number).flat_map(|it| play.say(it, "buy")).collect()
}

fn count(effects: &[Effect], start: &str) -> usize {
    told(effects).iter().filter(|it| it.starts_with(start)).count()
}

/// The messages that are deleted, one by one or in bulk.
fn deleted(effects: &[Effect]) -> Vec<MessageId> {
    let ids = |it: &&Call| match it {
        Call::Delete { message: MessageRef::Id(id), .. } => vec![*id],
        Call::DeleteMany { messages, .. } => messages.clone(),
        _ => Vec::new(),
    };
    calls(effects).iter().flat_map(ids).collect()
}

#[test]
fn a_thousand_strangers_in_a_minute_are_a_raid() {
    let mut play = guarded();
    let mut all = rush(&mut play, 100, 1_000);
    play.wait_s(1);
    all.extend(play.wakes("raid"));
    assert_eq!(count(&all, "mute"), 1_000);
    let mut gone = deleted(&all);
    gone.sort_unstable();
    gone.dedup();
    assert_eq!(gone.len(), 1_000, "every message, once");
    assert!(calls(&all).into_iter().filter(|it| matches!(it, Call::DeleteMany { .. })).count() <= 25);
    let notices = count(&all, "say membership-notice") + count(&all, "say membership-crowd");
    assert!(notices <= 3, "{notices}");
    assert_eq!(count(&all, "say membership-raid-on"), 1);
    assert_eq!(count(&all, "trouble membership-raid-trouble"), 1);
    assert_eq!(count(&all, "edit"), 0, "all within a moment: what stands is edited later");
    let raid = play.state.raid.as_ref().map(|it| it.people);
    assert_eq!(raid, Some(1_000));
    let of_the_raid = play.world.rows.iter().filter(|(key, _)| key.starts_with("deed/")).filter(|(_, row)| {
        serde_json::from_slice::<Deed>(row).is_ok_and(|it| it.raid == play.state.raid.as_ref().map(|it| it.since))
    });
    assert_eq!(of_the_raid.count(), 1_000 - 19, "from the twentieth on");
}

#[test]
fn what_is_usual_is_no_raid() {
    for (per_min, begins) in [(5, false), (19, false), (25, true)] {
        let mut play = guarded();
        for minute in 0..5 {
            rush(&mut play, 1_000 + 1_000 * minute, per_min);
            play.wait_s(60);
        }
        assert_eq!(play.state.raid.is_some(), begins, "{per_min}");
    }
    let mut play = guarded_with(Settings { raid_min_per_min: 20, raid_factor: 3, ..Settings::default() });
    for minute in 0..200 {
        rush(&mut play, 10_000 + 100 * minute, 15);
        play.wait_s(60);
    }
    rush(&mut play, 500, 40);
    assert!(play.state.raid.is_none(), "a lively group: {:?}", play.state.pulse);
    rush(&mut play, 600, 20);
    assert!(play.state.raid.is_some(), "{:?}", play.state.pulse);
}

#[test]
fn one_person_who_writes_a_lot_is_no_raid() {
    let mut play = guarded();
    for _ in 0..100 {
        play.say(EVE, "buy");
    }
    assert!(play.state.raid.is_none());
    for number in 0..100 {
        play.world.set(super::super::super::play::NEWS, UserId(5_000 + number), super::super::super::play::plain());
        assert_eq!(play.say(5_000 + number, "I read the news"), []);
    }
    assert!(play.state.raid.is_none(), "a rush of subscribers is none");
}

#[test]
fn a_raid_is_quiet_and_spares_subscribers() {
    let mut play = guarded();
    rush(&mut play, 100, 30);
    assert_eq!(play.say(BOB, "hello"), [], "as always");
    let other = Said { thread: topic(9), ..play.words(900, "a") };
    assert_eq!(told(&play.happen(Event::Said(other))), ["mute 900", "put mute/900"], "one notice for all topics");
    play.wait_s(61);
    let effects = play.say(901, "a");
    assert_eq!(count(&effects, "say"), 0, "{:?}", told(&effects));
    assert_eq!(count(&effects, "edit membership-crowd"), 1);
}

#[test]
fn the_policy_of_the_group_holds_in_a_raid() {
    for (strangers, muted) in [(Answer::Delete, false), (Answer::Warn(3), true), (Answer::Mute, true)] {
        let mut play = guarded();
        play.state.policy.strangers = strangers;
        rush(&mut play, 100, 30);
        assert!(play.state.raid.is_some(), "{strangers:?}");
        let effects = play.say(900, "a");
        assert_eq!(count(&effects, "mute 900") > 0, muted, "{strangers:?}: {:?}", told(&effects));
    }
}

#[test]
fn the_admins_see_how_it_goes_every_ten_seconds() {
    let mut play = guarded();
    rush(&mut play, 100, 30);
    let mut edits = 0;
    for second in 0..60 {
        play.wait_s(1);
        rush(&mut play, 1_000 + second * 10, 3);
        edits += count(&play.wakes("raid"), "edit membership-raid-on");
    }
    assert!((5..=6).contains(&edits), "{edits}");
}

#[test]
fn a_raid_ends_after_five_quiet_minutes() {
    let mut play = guarded();
    rush(&mut play, 100, 30);
    for _ in 0..4 {
        play.wait_s(60);
        let next = 5_000 + i64::try_from(play.state.deeds).unwrap();
        rush(&mut play, next, 2);
        play.wakes("raid");
        assert!(play.state.raid.is_some());
    }
    play.wait_s(61);
    let effects = play.wakes("raid");
    assert_eq!(told(&effects), ["edit membership-raid-over", "no wake", "healed"]);
    assert!(play.state.raid.is_none());
    assert_eq!(play.wakes("raid"), []);
    rush(&mut play, 9_000, 20);
    assert!(play.state.raid.is_some(), "and another one is seen as well");
}

#[test]
fn an_admin_ends_it_or_takes_it_back() {
    let mut play = guarded();
    rush(&mut play, 100, 30);
    assert_eq!(told(&play.press(EVE, "m.r", "e")), ["toast membership-raid-toast-admins"]);
    play.world.set(GROUP, UserId(8), admin(super::super::super::event::Rights::default()));
    assert_eq!(told(&play.press(8, "m.r", "e")), ["toast membership-raid-toast-admins"], "without the right");
    play.world.doubt(GROUP, UserId(9), Unknown::Unavailable);
    assert_eq!(told(&play.press(9, "m.r", "e")), ["toast membership-toast-cannot-check"]);
    assert!(play.press(ANN, "m.r", "u").iter().any(|it| matches!(it, Effect::Telegram(_))));
    let ended = told(&play.press(ANN, "m.r", "e"));
    assert_eq!(ended[0], "toast membership-raid-toast-ended");
    assert!(ended.contains(&"edit membership-raid-over".to_owned()), "{ended:?}");
    assert!(play.state.raid.is_none());
    assert_eq!(told(&play.press(ANN, "m.r", "e")), ["toast membership-raid-toast-over"]);
    rush(&mut play, 1_000, 40);
    assert!(play.state.raid.is_none(), "they have said so");
    play.wait_s(601);
    rush(&mut play, 2_000, 20);
    assert!(play.state.raid.is_some());
}

#[test]
fn what_was_collected_is_deleted_when_it_ends() {
    let mut play = guarded();
    rush(&mut play, 100, 20);
    let late = play.say(900, "late");
    assert_eq!(deleted(&late), [], "collected");
    assert_eq!(deleted(&play.press(ANN, "m.r", "e")).len(), 1);
}

#[test]
fn the_log_place_hears_of_it_instead_of_the_group() {
    let mut play = guarded();
    let at = LogPlace { chat: ChatId(-1_000_000_000_900), thread: Some(ThreadId(4)) };
    play.state.policy.log = Some(at);
    let effects = rush(&mut play, 100, 20);
    let told = calls(&effects).into_iter().find_map(|it| match it {
        Call::Say { chat, thread, text, keyboard, .. } if text.key == "membership-raid-on" => {
            Some((LogPlace { chat: *chat, thread: *thread }, keyboard.is_empty()))
        }
        _ => None,
    });
    assert_eq!(told, Some((at, true)));
}

#[test]
fn the_admins_hear_of_it_in_their_language_whatever_the_strangers_speak() {
    let mut play = guarded();
    play.state.tongue = Language::Ru;
    let effects = rush(&mut play, 100, 20);
    let language = calls(&effects).into_iter().find_map(|it| match it {
        Call::Say { text, .. } if text.key == "membership-raid-on" => Some(text.language),
        _ => None,
    });
    assert_eq!(language, Some(Language::Ru));
}

fn permissions(of: &[(&str, bool)]) -> Permissions {
    Permissions(of.iter().map(|(name, may)| ((*name).to_owned(), *may)).collect())
}

const OPEN: [(&str, bool); 4] =
    [("can_send_messages", true), ("can_send_photos", true), ("can_send_polls", false), ("can_invite_users", true)];
const CLOSED: [(&str, bool); 4] =
    [("can_send_messages", false), ("can_send_photos", false), ("can_send_polls", false), ("can_invite_users", true)];

/// A raid in a group that closes then.
fn closing() -> Play<Membership> {
    let mut play = guarded();
    play.state.policy = Policy { lockdown: true, ..Policy::default() };
    allow(&mut play, permissions(&OPEN));
    let effects = rush(&mut play, 100, 30);
    assert_eq!(permitted(&effects), [permissions(&CLOSED)]);
    play
}

fn allow(play: &mut Play<Membership>, permissions: Permissions) {
    let info = play.world.chats[&ChatRef::Id(GROUP)].clone().unwrap();
    play.world.chats.insert(ChatRef::Id(GROUP), Ok(Arc::new(ChatInfo { permissions, ..(*info).clone() })));
}

fn permitted(effects: &[Effect]) -> Vec<Permissions> {
    let given = |it: &&Call| match it {
        Call::Permit { permissions, .. } => Some(permissions.clone()),
        _ => None,
    };
    calls(effects).iter().filter_map(given).collect()
}

#[test]
fn a_group_that_wants_it_is_closed_and_opened_exactly_as_it_was() {
    type World = fn(&mut Play<Membership>);
    let before = || vec![permissions(&OPEN)];
    let cases: [(&str, World, Vec<Permissions>); 4] = [
        ("closed still", |play| allow(play, permissions(&CLOSED)), before()),
        ("what we hear is old", |_| {}, before()),
        ("an admin has chosen otherwise", |play| allow(play, permissions(&[("can_send_messages", true)])), Vec::new()),
        ("nobody knows", |play| play.world.lose(ChatRef::Id(GROUP), Unknown::Unavailable), before()),
    ];
    for (what, change, expect) in cases {
        let mut play = closing();
        assert!(play.world.rows.contains_key("raid/permissions"));
        change(&mut play);
        play.wait_s(301);
        assert_eq!(permitted(&play.wakes("raid")), expect, "{what}");
        assert!(!play.world.rows.contains_key("raid/permissions"), "{what}");
        assert!(play.state.raid.is_none(), "{what}");
    }
}

#[test]
fn a_group_is_closed_only_by_its_own_choice() {
    let mut play = guarded();
    allow(&mut play, permissions(&OPEN));
    let effects = rush(&mut play, 100, 100);
    assert!(play.state.raid.is_some());
    assert_eq!(permitted(&effects), []);
}
