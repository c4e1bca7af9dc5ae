//! What was done is taken back: of one person, of minutes, of a raid.

use super::super::super::effect::{Call, Does, Effect, Lane};
use super::super::super::event::{Event, ReplyTo, Said, Standing, Status};
use super::super::super::fact::Unknown;
use super::super::super::play::{GROUP, ME, Play, buttons, calls, muted, plain, pressable};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ANONYMOUS_ADMIN, MessageId, Person, Slot, UserId};
use super::super::{Entry, Membership, Mercy, Settings, What};
use super::books::{deeds, known, number, patient, stop, text, undo, unmuted};
use super::{ANN, BOB, EVE, guarded, guarded_with, told};

/// Whether an undo of many goes on.
fn goes_on(play: &Play<Membership>) -> bool {
    play.world.rows.contains_key("sweep")
}

#[test]
fn whoever_answers_our_notice_means_whom_it_is_about() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let reply_to = Some(ReplyTo {
        message: MessageId(1),
        from: Some(ME),
        about: Some(UserId(EVE)),
        channel: None,
        document: None,
    });
    let said = Said { reply_to, ..play.words(ANN, "/undo") };
    assert_eq!(unmuted(&play.happen(Event::Said(said))), [EVE]);
}

#[test]
fn an_undo_lets_somebody_off_for_good() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let effects = undo(&mut play, ANN, EVE);
    let expect = ["unmute 7", "drop mute/7", "delete", "no wake", "say membership-ledger-undone-one"];
    let put = |it: &String| !it.starts_with("put ");
    assert_eq!(told(&effects).into_iter().filter(put).collect::<Vec<_>>(), expect);
    let exempt = known(&play, EVE).exempt.unwrap();
    assert_eq!((exempt.by, exempt.how, exempt.until), (UserId(ANN), Mercy::Undone, None));
    let undone = deeds(&play)[0].undone.unwrap();
    assert_eq!((undone.by, undone.at), (UserId(ANN), play.world.now));
    assert_eq!(deeds(&play)[1].what, What::Lifted);
    play.world.set(GROUP, UserId(EVE), plain());
    assert_eq!(play.say(EVE, "hello again"), [], "and is left alone");
    assert_eq!(text(&undo(&mut play, ANN, 5_000), GROUP).key, "membership-ledger-undo-nothing");
}

#[test]
fn an_admins_own_mute_stays_whatever_is_undone() {
    let mut play = patient();
    (100..104).for_each(|it| stop(&mut play, it));
    play.moves(ANN, 101, muted(), muted());
    let effects = undo(&mut play, ANN, 101);
    assert_eq!(text(&effects, GROUP).key, "membership-ledger-undone-held");
    assert!(unmuted(&effects).is_empty());
    play.moves(ANN, 102, muted(), muted());
    play.world.set(GROUP, UserId(103), Standing { status: Status::Kicked, ..muted() });
    let (effects, last) = undo_all(&mut play, "/undo 30m");
    assert_eq!(unmuted(&effects), [100]);
    assert_eq!(number(&last, "spared-count"), Some(2), "{last:?}");
}

/// Confirms an undo of many and lets it run to its end.
fn undo_all(play: &mut Play<Membership>, order: &str) -> (Vec<Effect>, Text) {
    let asked = play.say(ANN, order);
    let (action, args) = pressable(&asked);
    let mut all = play.press(ANN, &action, &args);
    for _ in 0..200 {
        if !goes_on(play) {
            break;
        }
        play.wait_s(1);
        all.extend(play.wakes("undo"));
    }
    assert!(!goes_on(play), "it comes to an end");
    let mut edits = calls(&all).into_iter().filter_map(|it| match it {
        Call::Edit { text, .. } => Some(text.clone()),
        _ => None,
    });
    let last = edits.next_back().unwrap();
    (all, last)
}

#[test]
fn an_undo_of_many_counts_first_and_asks_once() {
    let mut play = patient();
    (100..125).for_each(|it| stop(&mut play, it));
    play.wait_s(3_600);
    (125..150).for_each(|it| stop(&mut play, it));
    play.wait_s(60);
    let asked = play.say(ANN, "/undo 30m");
    assert!(unmuted(&asked).is_empty());
    let words = text(&asked, GROUP);
    assert_eq!((number(&words, "count"), number(&words, "people")), (Some(25), Some(25)));
    let (action, args) = pressable(&asked);
    assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-ledger-not-allowed"]);
    let pressed = told(&play.press(ANN, &action, &args));
    assert_eq!(pressed, ["toast membership-toast-thanks", "edit membership-ledger-undo-goes-on", "put sweep", "wake"]);
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-toast-over"], "it works once");
    let mut freed = Vec::new();
    while goes_on(&play) {
        let effects = play.wakes("undo");
        assert!(unmuted(&effects).len() <= 10, "a step is small");
        let lanes = effects.iter().filter_map(|it| match it {
            Effect::Telegram(owed) if matches!(owed.call, Call::Unmute { .. }) => Some(owed.lane),
            _ => None,
        });
        assert!(lanes.into_iter().all(|it| it == Lane::Broadcast));
        freed.extend(unmuted(&effects));
        play.wait_s(1);
    }
    assert_eq!(freed, (125..150).collect::<Vec<_>>(), "each once, and nobody of an hour ago");
    let exempt = known(&play, 130).exempt.unwrap();
    assert_eq!(exempt.until, Some(exempt.since.plus_ms(86_400_000)));
    let undone: Vec<_> = deeds(&play).iter().filter(|it| it.undone.is_some()).map(|it| it.who.0).collect();
    assert_eq!(undone, freed);
    assert!(!play.world.rows.contains_key("mute/130") && play.world.rows.contains_key("mute/110"));
    play.world.set(GROUP, UserId(130), plain());
    assert_eq!(play.say(130, "thank you"), []);
    play.wait_s(86_400);
    assert!(told(&play.say(130, "a day later")).contains(&"mute 130".to_owned()));
    assert_eq!(text(&play.say(ANN, "/undo 1m"), GROUP).key, "membership-ledger-undo-ask");
}

/// So many strangers within a moment: a raid.
fn raid(play: &mut Play<Membership>, from: i64) {
    for who in from..from + 30 {
        play.say(who, "buy");
        play.world.set(GROUP, UserId(who), muted());
    }
    assert!(play.state.raid.is_some());
}

#[test]
fn an_undo_of_a_raid_takes_the_last_one_whole() {
    let mut play = patient();
    assert_eq!(text(&play.say(ANN, "/undo raid"), GROUP).key, "membership-ledger-undo-no-raid");
    stop(&mut play, 90); // long before
    play.wait_s(600);
    raid(&mut play, 100);
    play.wait_s(400);
    play.wakes("raid");
    assert!(play.state.raid.is_none());
    stop(&mut play, 91); // long after
    play.wait_s(600);
    raid(&mut play, 200);
    let asked = text(&play.say(ANN, "/undo raid"), GROUP);
    assert_eq!((number(&asked, "count"), number(&asked, "people")), (Some(30), Some(30)), "also the first of them");
    let (effects, last) = undo_all(&mut play, "/undo raid");
    assert_eq!(unmuted(&effects), (200..230).collect::<Vec<_>>());
    assert_eq!((number(&last, "count"), number(&last, "spared-count")), (Some(30), Some(0)));
    let (effects, _) = undo_all(&mut play, "/undo raid");
    assert_eq!(unmuted(&effects), (100..130).collect::<Vec<_>>(), "then the one before");
    assert_eq!(
        text(&play.say(ANN, "/undo raid"), GROUP).key,
        "membership-ledger-undo-no-raid",
        "and there are no more"
    );
    assert!(play.world.rows.contains_key("mute/90") && play.world.rows.contains_key("mute/91"));
}

#[test]
fn what_follows_undo_means_one_thing_or_is_not_understood() {
    let mut play = patient();
    for who in [7, 30, 1_002] {
        stop(&mut play, who);
    }
    for (words, expect) in [
        ("/undo 30m", "membership-ledger-undo-ask"),
        ("/undo 30 min", "membership-ledger-undo-ask"),
        ("/undo 2h", "membership-ledger-undo-ask"),
        ("/undo 2 часа", "membership-ledger-undo-ask"),
        ("/undo 24h", "membership-ledger-undo-ask"),
        ("/undo 25h", "membership-ledger-undo-odd"),
        ("/undo 0m", "membership-ledger-undo-odd"),
        ("/undo -5m", "membership-ledger-undo-odd"),
        ("/undo yesterday", "membership-ledger-undo-odd"),
        ("/undo 7 30", "membership-ledger-undo-odd"),
        ("/undo", "membership-ledger-undo-usage"),
        ("/undo raid", "membership-ledger-undo-no-raid"),
        ("/undo набег", "membership-ledger-undo-no-raid"),
        ("/undo @nobody", "membership-ledger-nobody-named"),
        ("/undo 45", "membership-ledger-undo-nothing-number"),
        ("/undo 1234567", "membership-ledger-undo-nothing"),
        ("/undo 1002", "membership-ledger-undone-one"),
        ("/undo 30", "membership-ledger-undone-one"),
    ] {
        let effects = play.say(ANN, words);
        assert_eq!(text(&effects, GROUP).key, expect, "{words}");
        assert!(unmuted(&effects).len() <= 1, "{words}: many are never let off at once");
    }
    assert_eq!(text(&play.say(BOB, "/undo yesterday"), GROUP).key, "membership-ledger-not-allowed");
}

#[test]
fn a_public_name_is_known_from_the_ledger() {
    let mut play = patient();
    let from = Person { username: Some("Eve_Long".into()), ..super::super::super::play::person(EVE) };
    let said = Said { from, ..play.words(EVE, "hello") };
    play.happen(Event::Said(said));
    play.world.set(GROUP, UserId(EVE), muted());
    assert!(text(&play.say(ANN, "/why @eve_long"), GROUP).key.ends_with("theirs"));
    assert_eq!(unmuted(&play.say(ANN, "/undo @eve_long")), [EVE]);
    assert_eq!(text(&play.say(ANN, "/verify @eve_long"), GROUP).key, "membership-verify-one");
}

#[test]
fn what_is_asked_before_can_be_left_as_it_is() {
    let mut play = patient();
    (100..112).for_each(|it| stop(&mut play, it));
    let asked = play.say(ANN, "/undo 30m");
    let words = text(&asked, GROUP);
    let names =
        words.args.iter().find_map(|(_, it)| if let Arg::Lines(lines) = it { lines.first().cloned() } else { None });
    let names = names.expect("some are named");
    assert_eq!(number(&names, "more-count"), Some(4), "{names:?}");
    let Does::Press { action, args, .. } = buttons(&asked).pop().unwrap().does else { panic!("{asked:?}") };
    assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-ledger-not-allowed"]);
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast", "edit membership-ledger-undo-left"]);
    let undo = args.trim_end_matches('n').to_owned();
    assert_eq!(told(&play.press(ANN, &action, &undo)), ["toast membership-toast-over"]);
    assert!(!goes_on(&play));
}

#[test]
fn a_confirmation_does_not_wait_for_ever() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let (action, args) = pressable(&play.say(ANN, "/undo 30m"));
    play.wait_s(301);
    assert_eq!(told(&play.press(ANN, &action, &args)), ["toast membership-toast-over"]);
    play.wait_s(3_600);
    assert_eq!(text(&play.say(ANN, "/undo 30m"), GROUP).key, "membership-ledger-undo-none");
}

#[test]
fn while_telegram_is_silent_an_undo_waits() {
    let mut play = patient();
    (100..103).for_each(|it| stop(&mut play, it));
    let (action, args) = pressable(&play.say(ANN, "/undo 30m"));
    play.press(ANN, &action, &args);
    play.world.doubt(GROUP, UserId(101), Unknown::Unavailable);
    assert!(unmuted(&play.wakes("undo")).is_empty(), "nobody is let off on doubt");
    play.world.set(GROUP, UserId(101), muted());
    play.wait_s(30);
    assert_eq!(unmuted(&play.wakes("undo")), [100, 101, 102]);
}

#[test]
fn an_anonymous_admin_shows_who_they_are_first() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let reply_to =
        Some(ReplyTo { message: MessageId(1), from: Some(UserId(EVE)), about: None, channel: None, document: None });
    let asked = Said { sender_chat: Some(GROUP), reply_to, ..play.words(ANONYMOUS_ADMIN.0, "/undo") };
    let (action, args) = pressable(&play.happen(Event::Said(asked)));
    assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-ledger-not-allowed"]);
    assert_eq!(unmuted(&play.press(ANN, &action, &args)), [EVE]);
}

#[test]
fn a_row_of_an_entry_without_a_notice_is_undone_too() {
    let mut play = guarded_with(Settings { notices_per_min: 0, ..Settings::default() });
    stop(&mut play, EVE);
    let entry: Entry = serde_json::from_slice(&play.world.rows["mute/7"]).unwrap();
    assert_eq!(entry.slot, None::<Slot>, "a collective notice stands for it");
    assert_eq!(unmuted(&undo(&mut play, ANN, EVE)), [EVE]);
}

#[test]
fn whoever_was_seen_is_known_by_their_public_name_until_they_have_another() {
    let mut play = guarded();
    let named = |name: &str| Person { username: Some(name.into()), ..super::super::super::play::person(BOB) };
    let hello = Said { from: named("Bob_The_Reader"), ..play.words(BOB, "hello") };
    play.happen(Event::Said(hello));
    let verified = |play: &mut Play<Membership>, name: &str| {
        let effects = play.say(ANN, &format!("/verify @{name}"));
        text(&effects, GROUP).key.into_owned()
    };
    assert_eq!(verified(&mut play, "bob_the_reader"), "membership-verify-one", "he was never held back");
    let again = Said { from: named("Robert"), ..play.words(BOB, "hello again") };
    play.happen(Event::Said(again));
    assert_eq!(verified(&mut play, "bob_the_reader"), "membership-ledger-nobody-named");
    assert_eq!(verified(&mut play, "ROBERT"), "membership-verify-one");
    play.world.rows.insert("name/ann_x".into(), b"2".to_vec()); // it went to him, and on, and we saw neither
    assert_eq!(verified(&mut play, "ann_x"), "membership-ledger-nobody-named");
    let rows = play.world.rows.keys().filter(|it| it.starts_with("name/")).count();
    assert_eq!(rows, 2, "a name that is given up is forgotten");
}
