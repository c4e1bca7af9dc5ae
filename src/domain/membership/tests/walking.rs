//! `/verify` and `/simulate`: everybody in small steps, once, whatever comes in between.

use super::super::super::effect::{Call, Effect, Lane};
use super::super::super::event::{Event, ReplyTo, Said, Standing, Status};
use super::super::super::fact::Unknown;
use super::super::super::play::{GROUP, NEWS, Play, all_rights, calls, muted, plain, pressable};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{MessageId, UserId};
use super::super::{Answer, Entry, Exempt, Known, Membership, Mercy};
use super::{ANN, BOB, EVE, guarded, told};

/// Lets the walk that is under way come to its end; the effects of each step.
pub(super) fn walk_on(play: &mut Play<Membership>) -> Vec<Vec<Effect>> {
    let mut steps = Vec::new();
    while play.world.rows.contains_key("walk") {
        assert!(steps.len() < 1_000, "it comes to an end");
        play.wait_s(2);
        steps.push(play.wakes("walk"));
    }
    steps
}

/// The last text that replaced another one.
pub(super) fn last_edit(effects: &[Effect]) -> Text {
    let edit = |it: &&Call| match it {
        Call::Edit { text, .. } => Some(text.clone()),
        _ => None,
    };
    calls(effects).iter().rev().find_map(edit).expect("an edit")
}

pub(super) fn number(text: &Text, name: &str) -> i64 {
    let found = text.args.iter().find(|(it, _)| it == name);
    match found {
        Some((_, Arg::Number(it))) => *it,
        other => panic!("{name} of {text:?}: {other:?}"),
    }
}

/// The lines within a text: key and number.
fn lines(text: &Text) -> Vec<(String, i64)> {
    let Some((_, Arg::Lines(lines))) = text.args.iter().find(|(it, _)| it == "lines") else { panic!("{text:?}") };
    let counted = lines.iter().filter(|it| it.args.iter().any(|(name, _)| name == "count"));
    counted.map(|it| (it.key.trim_start_matches("membership-verify-line-").to_owned(), number(it, "count"))).collect()
}

pub(super) fn keys(text: &Text) -> Vec<String> {
    let Some((_, Arg::Lines(lines))) = text.args.iter().find(|(it, _)| it == "lines") else { panic!("{text:?}") };
    lines.iter().map(|it| it.key.to_string()).collect()
}

pub(super) fn muted_users(effects: &[Effect]) -> Vec<i64> {
    let mute = |it: &&Call| match it {
        Call::Mute { user, .. } => Some(user.0),
        _ => None,
    };
    calls(effects).iter().filter_map(mute).collect()
}

/// Somebody whom the group knows and nobody has judged.
pub(super) fn known(play: &mut Play<Membership>, who: i64) {
    let now = play.world.now;
    let hour = u32::try_from(now.0 / 3_600_000).unwrap();
    let row =
        Known { name: format!("P{who}"), first: now, last: now, inside: true, hours: vec![hour], ..Known::default() };
    play.world.rows.insert(format!("person/{who}"), serde_json::to_vec(&row).unwrap());
}

/// Somebody whom we muted just now.
pub(super) fn held(play: &mut Play<Membership>, who: i64) -> Entry {
    known(play, who);
    play.say(who, "hello");
    let entry = Entry::read(play.world.rows.get(&format!("mute/{who}")).map(Vec::as_slice)).expect("muted");
    play.world.set(GROUP, UserId(who), Standing { until: entry.ends, ..muted() });
    entry
}

#[test]
fn everybody_who_is_known_is_set_right() {
    let mut play = guarded();
    for who in 100..140 {
        known(&mut play, who);
        if who < 120 {
            play.world.set(NEWS, UserId(who), plain());
        }
    }
    play.world.set(GROUP, UserId(120), all_rights()); // an admin
    play.world.set(GROUP, UserId(121), muted()); // by an admin
    play.world.set(GROUP, UserId(122), Standing::default()); // has left the group
    let exempt = Some(Exempt { since: play.world.now, by: UserId(ANN), how: Mercy::Undone, until: None });
    let spared = Known { inside: true, exempt, ..Known::default() };
    play.world.rows.insert("person/123".into(), serde_json::to_vec(&spared).unwrap());
    let outside = Known { inside: false, ..Known::default() };
    play.world.rows.insert("person/124".into(), serde_json::to_vec(&outside).unwrap());
    held(&mut play, 125);
    held(&mut play, 126);
    play.world.set(NEWS, UserId(126), plain()); // has joined, and nobody told us
    let begun = play.say(ANN, "/verify");
    assert_eq!(told(&begun), ["say membership-verify-progress", "put walk", "wake"]);
    let steps = walk_on(&mut play);
    let all = steps.concat();
    assert_eq!(muted_users(&all), [127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139]);
    let summary = last_edit(&all);
    assert_eq!(summary.key, "membership-verify-done");
    assert_eq!(number(&summary, "count"), 40, "ann wrote too, and 124 is not inside");
    let expect = [("fine", 21), ("lifted", 1), ("held", 13), ("waits", 1), ("free", 2), ("theirs", 1), ("gone", 1)];
    assert_eq!(lines(&summary), expect.map(|(key, count)| (key.to_owned(), count)));
    for effect in &all {
        let Effect::Telegram(owed) = effect else { continue };
        assert_eq!(owed.lane, Lane::Broadcast, "nobody waits for {owed:?}");
    }
    let edits = all.iter().filter(|it| matches!(it, Effect::Telegram(owed) if matches!(&owed.call, Call::Edit { text, .. } if text.key.contains("progress"))));
    assert!((1..=steps.len() / 2).contains(&edits.count()), "the message changes now and then");
    let largest = steps.iter().map(|it| muted_users(it).len()).max();
    assert!(largest <= Some(10), "five people a second: {largest:?}");
}

#[test]
fn whoever_comes_and_goes_meanwhile_is_no_trouble() {
    let mut play = guarded();
    (100..130).for_each(|it| known(&mut play, it));
    play.say(ANN, "/verify");
    play.wait_s(2);
    play.wakes("walk");
    known(&mut play, 50); // sorts behind 130: seen
    play.world.rows.remove("person/115");
    play.world.rows.remove("person/100");
    let all = walk_on(&mut play).concat();
    assert_eq!(number(&last_edit(&all), "count"), 31, "30, one is gone before its turn, and two come: 50 and ann");
}

#[test]
fn a_silent_telegram_is_waited_for_and_nobody_counts_as_a_stranger() {
    let mut play = guarded();
    (100..103).for_each(|it| known(&mut play, it));
    play.world.otherwise.insert(NEWS, Err(Unknown::Unavailable));
    play.world.doubt(NEWS, UserId(ANN), Unknown::Unavailable);
    play.say(ANN, "/verify");
    for _ in 0..20 {
        play.wait_s(30);
        assert_eq!(told(&play.wakes("walk")), ["put walk", "wake"]);
    }
    play.world.otherwise.remove(&NEWS);
    play.world.set(NEWS, UserId(ANN), all_rights());
    let all = walk_on(&mut play).concat();
    assert_eq!(lines(&last_edit(&all)), [("fine".to_owned(), 1), ("held".to_owned(), 3)]);
}

#[test]
fn one_of_whom_nothing_can_be_known_does_not_stop_the_others() {
    let mut play = guarded();
    (100..103).for_each(|it| known(&mut play, it));
    play.world.doubt(NEWS, UserId(101), Unknown::Unavailable);
    play.say(ANN, "/verify");
    let steps = walk_on(&mut play);
    assert_eq!(
        lines(&last_edit(&steps.concat())),
        [("fine", 1), ("held", 2), ("unknown", 1)].map(|(a, b)| (a.to_owned(), b))
    );
    assert!(steps.len() > 5, "it was tried again first");
}

#[test]
fn one_walk_at_a_time_and_its_button_stops_it() {
    let mut play = guarded();
    (100..130).for_each(|it| known(&mut play, it));
    let begun = play.say(ANN, "/verify");
    let (action, args) = pressable(&begun);
    play.wait_s(2);
    play.wakes("walk");
    let again = play.say(ANN, "/simulate");
    assert_eq!(told(&again), ["say membership-verify-busy"]);
    assert_eq!(pressable(&again), (action.clone(), args.clone()), "the same button");
    assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-verify-toast-not-allowed"]);
    assert_eq!(told(&play.press(ANN, &action, "1")), ["toast membership-verify-toast-over"]);
    play.world.doubt(GROUP, UserId(8), Unknown::Unavailable);
    assert_eq!(told(&play.press(8, &action, &args)), ["toast membership-toast-cannot-check"]);
    let stopped = play.press(ANN, &action, &args);
    let expect = ["drop walk", "no wake", "toast membership-verify-toast-stopped", "edit membership-verify-stopped"];
    assert_eq!(told(&stopped), expect);
    assert_eq!(number(&last_edit(&stopped), "count"), 10, "the first step");
    assert_eq!(told(&play.wakes("walk")), [""; 0], "a step that was under way finds nothing");
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-verify-toast-over"]);
}

#[test]
fn a_walk_ends_when_the_group_is_not_guarded_any_more() {
    let mut play = guarded();
    (100..130).for_each(|it| known(&mut play, it));
    play.say(ANN, "/verify");
    play.wait_s(2);
    play.wakes("walk");
    play.say(ANN, "/unprotect");
    play.wait_s(2);
    assert_eq!(told(&play.wakes("walk")), ["drop walk", "no wake", "edit membership-verify-done"]);
    assert_eq!(told(&play.say(ANN, "/verify")), ["say membership-unprotected"]);
}

#[test]
fn one_person_is_checked_at_once() {
    type Change = fn(&mut Play<Membership>);
    let held_now = ["mute 7", "say membership-notice", "wake", "put mute/7"];
    let freed = ["unmute 7", "drop mute/7", "wake"];
    let cases: [(&str, Change, &[&str], &[&str]); 12] = [
        ("subscribed", |play| play.world.set(NEWS, UserId(EVE), plain()), &[], &["all", "free"]),
        ("a stranger", |_| {}, &held_now, &["lacks", "held"]),
        ("a stranger unknown to us", |play| drop(play.world.rows.remove("person/7")), &[], &["lacks", "later"]),
        ("muted by us", |play| drop(held(play, EVE)), &[], &["lacks", "waits"]),
        (
            "muted by us, and subscribed",
            |play| {
                held(play, EVE);
                play.world.set(NEWS, UserId(EVE), plain());
            },
            &freed,
            &["all", "lifted"],
        ),
        ("muted by an admin", |play| play.world.set(GROUP, UserId(EVE), muted()), &[], &["lacks", "theirs"]),
        (
            "muted by an admin, and subscribed",
            |play| {
                play.world.set(GROUP, UserId(EVE), muted());
                play.world.set(NEWS, UserId(EVE), plain());
            },
            &[],
            &["all", "theirs"],
        ),
        ("an admin", |play| play.world.set(GROUP, UserId(EVE), all_rights()), &[], &["lacks", "admin"]),
        ("gone", |play| play.world.set(GROUP, UserId(EVE), Standing::default()), &[], &["lacks", "gone"]),
        (
            "banned",
            |play| play.world.set(GROUP, UserId(EVE), Standing { status: Status::Kicked, ..Standing::default() }),
            &[],
            &["lacks", "banned"],
        ),
        (
            "out of our sight",
            |play| play.world.doubt(NEWS, UserId(EVE), Unknown::NoRights),
            &["trouble membership-trouble-lost"],
            &["blind", "free"],
        ),
        ("never muted here", |play| play.state.policy.strangers = Answer::Delete, &[], &["lacks", "later"]),
    ];
    for (what, change, done, expect) in cases {
        let mut play = guarded();
        known(&mut play, EVE);
        change(&mut play);
        let effects = play.say(ANN, "/verify 7");
        let mut words = told(&effects);
        assert_eq!(words.pop().as_deref(), Some("say membership-verify-one"), "{what}");
        assert_eq!(words, done, "{what}");
        let text = calls(&effects).into_iter().rev().find_map(|it| match it {
            Call::Say { text, .. } => Some(text.clone()),
            _ => None,
        });
        let expect: Vec<_> = expect.iter().map(|it| format!("membership-verify-one-{it}")).collect();
        assert_eq!(keys(&text.unwrap()), expect, "{what}");
    }
    let mut play = guarded();
    known(&mut play, EVE);
    play.world.doubt(NEWS, UserId(EVE), Unknown::Unavailable);
    assert_eq!(told(&play.say(ANN, "/verify 7")), ["say membership-cannot-check"]);
}

#[test]
fn a_reply_names_the_person_and_only_some_admins_may_ask() {
    let mut play = guarded();
    play.world.set(NEWS, UserId(EVE), plain());
    let reply_to =
        Some(ReplyTo { message: MessageId(5), from: Some(UserId(EVE)), about: None, channel: None, document: None });
    let said = Said { reply_to, ..play.words(ANN, "/verify") };
    assert_eq!(told(&play.happen(Event::Said(said))), ["say membership-verify-one"]);
    assert_eq!(told(&play.say(BOB, "/verify")), ["say membership-ledger-not-allowed"]);
    assert_eq!(told(&play.say(BOB, "/simulate")), ["say membership-not-allowed"]);
    assert_eq!(told(&play.say(ANN, "/verify eve")), ["say membership-ledger-odd-person"]);
    assert_eq!(told(&play.say(BOB, "/verify eve")), ["say membership-ledger-not-allowed"]);
    assert_eq!(told(&play.say(ANN, "/verify 7 8")), ["say membership-ledger-odd-person"]);
    assert_eq!(told(&play.say(ANN, "/verify @nobody")), ["say membership-ledger-nobody-named"]);
}
