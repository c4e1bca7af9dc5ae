//! Stories of drills.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::super::effect::Call;
use super::super::event::{Event, Happened, Origin, Said};
use super::super::fact::{House, Need};
use super::super::feature::{Facts, Rules};
use super::super::play::{GROUP, Play, calls, told};
use super::super::types::{Moment, UpdateId};
use super::{Drill, Exercise, FRESH_MS};
use std::panic::{AssertUnwindSafe, catch_unwind};

const OWNER: i64 = 1;

fn stage() -> Play<Drill> {
    let mut play = Play::new(Drill);
    play.world.house.owners = [super::super::types::UserId(OWNER)].into();
    play
}

fn crashes(play: &mut Play<Drill>, event: Event, age_ms: u64) -> bool {
    let at = Moment(play.world.now.0 - age_ms);
    let happened = Happened { update: Some(UpdateId(1)), at, place: play.place.clone(), event };
    catch_unwind(AssertUnwindSafe(|| play.happened(&happened))).is_err()
}

#[test]
fn an_owner_is_answered() {
    for (text, expect) in [
        ("/drill ok", vec!["say drill-ok"]),
        ("drill:ok", vec!["say drill-ok"]),
        ("/drill", vec!["say drill-usage"]),
        ("/drill earthquake", vec!["say drill-usage"]),
        ("drill:earthquake", vec![]),
        ("drill:", vec![]),
        ("I like drill:ok", vec![]),
        ("hello", vec![]),
    ] {
        assert_eq!(told(&stage().say(OWNER, text)), expect, "{text}");
    }
}

#[test]
fn a_panic_comes_each_time_and_a_crash_only_while_the_message_is_young() {
    for (text, age_ms, expect) in [
        ("/drill panic", 0, true),
        ("drill:panic", 60_000, true),
        ("/drill crash", 0, true),
        ("/drill crash", FRESH_MS - 1, true),
        ("/drill crash", FRESH_MS, false),
        ("drill:crash", 60_000, false),
        ("/drill ok", 0, false),
    ] {
        let mut play = stage();
        let said = play.words(OWNER, text);
        assert_eq!(crashes(&mut play, Event::Said(said), age_ms), expect, "{text} {age_ms}");
    }
}

#[test]
fn a_stall_is_a_fact_that_never_comes() {
    let mut play = stage();
    let event = Event::Said(play.words(OWNER, "/drill stall"));
    let happened = Happened { update: None, at: play.world.now, place: play.place.clone(), event };
    let house = House { owners: play.world.house.owners.clone(), ..House::default() };
    let facts = Facts { now: Moment(1), house: &house, slots: 1, pace: crate::domain::feature::Pace::Free, known: &[] };
    assert_eq!(Rules::decide(&Drill, &(), &happened, &facts).needs, [Need::Stall]);
}

#[test]
fn a_word_is_noted_and_said() {
    let mut play = stage();
    let noted = |play: &mut Play<Drill>, text: &str| {
        let effects = play.say(OWNER, text);
        let Some(Call::Say { text, .. }) = calls(&effects).first().copied() else { panic!("{effects:?}") };
        assert_eq!(text.key, "drill-noted");
        format!("{:?}", text.args)
    };
    assert!(noted(&mut play, "drill:noted").contains("\"-\""));
    assert_eq!(told(&play.say(OWNER, "drill:keep:red")), [""; 0]);
    assert_eq!(play.kept, ["keep note/last"]);
    assert!(noted(&mut play, "/drill noted").contains("\"red\""));
    assert_eq!(told(&play.say(OWNER, "/drill put green")), ["put note/last"]);
    assert!(noted(&mut play, "drill:noted").contains("\"green\""));
}

#[test]
fn nobody_else_can_break_anything() {
    let plain = |from: i64, text: &str| stage().words(from, text);
    for (who, said) in [
        ("a stranger", plain(7, "/drill panic")),
        ("a stranger's marker", plain(7, "drill:panic")),
        ("an edit", Said { edited: true, ..plain(OWNER, "drill:panic") }),
        ("a forward", Said { forwarded: Some(Origin { channel: None }), ..plain(OWNER, "drill:panic") }),
        ("via a bot", Said { via_bot: true, ..plain(OWNER, "/drill panic") }),
        ("in the name of a chat", Said { sender_chat: Some(GROUP), ..plain(OWNER, "/drill panic") }),
    ] {
        let mut play = stage();
        assert!(!crashes(&mut play, Event::Said(said), 0), "{who}");
        assert!(!play.claimed, "{who}");
    }
}

#[test]
fn each_exercise_has_its_name() {
    for (name, expect) in [
        ("ok", Exercise::Ok),
        ("panic", Exercise::Panic),
        ("crash", Exercise::Crash),
        ("stall", Exercise::Stall),
        ("block", Exercise::Block),
        ("abort", Exercise::Abort),
        ("keep", Exercise::Keep),
        ("put", Exercise::Put),
        ("noted", Exercise::Noted),
    ] {
        assert_eq!(Exercise::named(name), Some(expect));
    }
    assert_eq!(Exercise::named("Panic"), None);
}
