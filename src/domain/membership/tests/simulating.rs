//! `/simulate`: what other settings would have done, and that nothing is done.

use super::super::super::effect::{Button, Call, Does, Effect, Label};
use super::super::super::fact::{ChatRef, Unknown};
use super::super::super::play::{CLUB, GROUP, NEWS, Play, all_rights, buttons, calls, plain};
use super::super::super::text::{Arg, Text};
use super::super::super::types::UserId;
use super::super::{Membership, Settings};
use super::walking::{keys, last_edit, number, walk_on};
use super::{ANN, BOB, muted_rows, stage, stage_with, told};

#[test]
fn a_simulation_shows_who_would_have_been_stopped_and_touches_nobody() {
    let mut play = stage_with(Settings { walk_per_s: 25, ..Settings::default() });
    for who in 100..130 {
        play.say(who, "hello");
        if who < 120 {
            play.world.set(NEWS, UserId(who), plain());
        }
    }
    play.world.set(GROUP, UserId(129), all_rights());
    play.world.set(GROUP, UserId(ANN), all_rights());
    let begun = play.say(ANN, "/simulate @news");
    assert_eq!(told(&begun), ["say membership-simulate-progress", "put walk", "wake"]);
    let all = walk_on(&mut play).concat();
    assert!(calls(&all).iter().all(|it| matches!(it, Call::Edit { .. })), "{all:?}");
    let shown = last_edit(&all);
    assert_eq!(
        (shown.key.as_ref(), number(&shown, "people"), number(&shown, "count")),
        ("membership-simulate-done", 9, 31)
    );
    assert!(play.state.channels.is_empty(), "nothing is done");
    let (action, args) = press_of(&all, "membership-simulate-button-protect");
    assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-not-allowed"]);
    let effects = told(&play.press(ANN, &action, &args));
    assert_eq!(effects[..2], ["toast membership-toast-thanks", "edit membership-protected"], "{effects:?}");
    assert_eq!(play.state.channels.len(), 1);
    play.wait_s(100_000);
    play.say(ANN, "/simulate");
    let all = walk_on(&mut play).concat();
    assert_eq!(number(&last_edit(&all), "count"), 1, "only ann wrote today");
    assert!(!labels(&all).contains(&"membership-simulate-button-protect".to_owned()), "it is protected already");
}

/// The keys of the buttons' words.
fn labels(effects: &[Effect]) -> Vec<String> {
    let key = |it: &Button| match &it.label {
        Label::Text(text) => text.key.to_string(),
        Label::Name(name) => name.clone(),
    };
    buttons(effects).iter().map(key).collect()
}

/// What the first button with these words sends.
fn press_of(effects: &[Effect], label: &str) -> (String, String) {
    let place = labels(effects).iter().position(|it| it == label).unwrap_or_else(|| panic!("{label}: {effects:?}"));
    match buttons(effects).remove(place).does {
        Does::Press { action, args, .. } => (action, args),
        Does::Open(url) => panic!("{url}"),
    }
}

/// A group without a guard in which strangers 100 to 104 wrote one to five messages, and bob, a reader, ten.
/// 100 and 101 are in the club.
fn simulated() -> (Play<Membership>, Vec<Effect>) {
    let mut play = stage_with(Settings { walk_per_s: 25, ..Settings::default() });
    for who in 100..105 {
        (100..=who).for_each(|_| drop(play.say(who, "hello")));
    }
    (0..10).for_each(|_| drop(play.say(BOB, "hello")));
    for who in [100, 101, BOB] {
        play.world.set(CLUB, UserId(who), plain());
    }
    play.say(ANN, &format!("/simulate @news {}", CLUB.0));
    let all = walk_on(&mut play).concat();
    (play, all)
}

/// People stopped, their messages, messages deleted, people muted.
fn toll(text: &Text) -> (i64, i64, i64, i64) {
    let Some((_, Arg::Lines(lines))) = text.args.iter().find(|(it, _)| it == "lines") else { panic!("{text:?}") };
    (
        number(text, "people"),
        number(text, "wrote-count"),
        number(&lines[0], "deleted-count"),
        number(&lines[0], "muted-count"),
    )
}

#[test]
fn a_simulation_counts_people_and_messages_and_its_buttons_try_other_settings() {
    let (mut play, all) = simulated();
    let shown = last_edit(&all);
    assert_eq!(
        (number(&shown, "count"), number(&shown, "message-count")),
        (7, 1 + 2 + 3 + 4 + 5 + 10 + 1),
        "ann wrote too"
    );
    assert_eq!(toll(&shown), (5, 15, 5, 5), "muted with the first message");
    let cases = [
        ("membership-simulate-button-delete", (5, 15, 15, 0)),
        ("membership-panel-button-warn", (5, 15, 2 * 4 + 1, 4)), // once, then muted
    ];
    for (label, expect) in cases {
        let (action, args) = press_of(&all, label);
        assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-not-allowed"]);
        let turned = play.press(ANN, &action, &args);
        assert_eq!(told(&turned)[..2], ["toast", "edit membership-simulate-done"], "{label}");
        assert_eq!(toll(&last_edit(&turned)), expect, "{label}");
    }
    let (action, args) = press_of(&all, "membership-simulate-button-channel"); // without @news: the club alone
    let turned = play.press(ANN, &action, &args);
    let shown = last_edit(&turned);
    assert_eq!(toll(&shown), (3, 12, 3 * 2, 3), "the answer tried before still holds");
    assert_eq!(keys(&shown).iter().filter(|it| it.ends_with("line-channel")).count(), 2);
    let last = args.replace("c0", "c1");
    assert_eq!(told(&play.press(ANN, &action, &last)), ["toast membership-simulate-toast-one"]);
    assert!(play.state.channels.is_empty() && muted_rows(&play) == 0, "nothing is done");
    play.wait_s(3_600);
    assert_eq!(told(&play.wakes("simulated")), ["drop simulated"], "and nothing is kept of it");
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-simulate-toast-over"]);
}

#[test]
fn those_who_would_have_been_stopped_are_named_up_to_a_number() {
    let mut play = stage_with(Settings { walk_per_s: 25, ..Settings::default() });
    (100..120).for_each(|who| drop(play.say(who, "hello")));
    play.say(ANN, "/simulate @news");
    let shown = last_edit(&walk_on(&mut play).concat());
    let Some((_, Arg::Lines(lines))) = shown.args.iter().find(|(it, _)| it == "lines") else { panic!("{shown:?}") };
    let named = lines.iter().find(|it| it.key == "membership-simulate-names").unwrap();
    assert_eq!(number(named, "more-count"), 5);
    let Some((_, Arg::Word(names))) = named.args.iter().find(|(it, _)| it == "names") else { panic!("{named:?}") };
    assert_eq!(names.split(", ").count(), 15);
}

#[test]
fn a_simulation_needs_channels_that_we_may_look_into() {
    let mut play = stage();
    assert_eq!(told(&play.say(ANN, "/simulate")), ["say membership-simulate-usage"]);
    assert_eq!(told(&play.say(ANN, "/simulate @nowhere")), ["say membership-missing"]);
    play.world.set(CLUB, super::super::super::play::ME, plain());
    assert_eq!(told(&play.say(ANN, &format!("/simulate @news {}", CLUB.0))), ["say membership-missing"]);
    let six = "/simulate @aaaa @bbbb @cccc @dddd @eeee @ffff";
    assert_eq!(told(&play.say(ANN, six)), ["say membership-missing"]);
    play.world.lose(ChatRef::Name("news".into()), Unknown::Unavailable);
    assert_eq!(told(&play.say(ANN, "/simulate @news")), ["say membership-cannot-check"]);
    assert!(!play.world.rows.contains_key("walk"));
}
