//! Appeals: who may make one, where it goes, and what comes of it.

use super::super::super::effect::{Call, Does, Effect};
use super::super::super::event::{ChatKind, Event, Note, Outcome};
use super::super::super::play::{GROUP, Play, all_rights, calls, muted, plain};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, UserId};
use super::super::{LogPlace, Membership, Mercy, Settings, Word};
use super::{ANN, BOB, EVE, guarded, guarded_with, stage, told};

fn stop(play: &mut Play<Membership>, who: i64) {
    play.say(who, "hello");
    play.world.set(GROUP, UserId(who), muted());
}

fn appeal(play: &mut Play<Membership>, who: i64) -> Vec<Effect> {
    play.press(who, "m.a", "")
}

fn toast(effects: &[Effect]) -> String {
    let found = calls(effects).into_iter().find_map(|it| match it {
        Call::Answer { text, .. } => text.as_ref().map(|it| it.key.to_string()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("a press has its answer: {effects:?}"))
}

/// Where the appeals are said or edited, with the words.
fn copies(effects: &[Effect]) -> Vec<(i64, Text)> {
    let copy = |it: &&Call| match it {
        Call::Say { chat, text, .. } | Call::Edit { chat, text, .. } if text.key.starts_with("membership-appeal-") => {
            Some((chat.0, text.clone()))
        }
        _ => None,
    };
    let words = |(_, text): &(i64, Text)| ["membership-appeal-open", "membership-appeal-settled"].contains(&&*text.key);
    calls(effects).iter().filter_map(copy).filter(words).collect()
}

/// The arguments of the buttons under the first message that has any.
fn judging(effects: &[Effect]) -> Vec<String> {
    let keyboard = calls(effects).into_iter().find_map(|it| match it {
        Call::Say { keyboard, .. } | Call::Edit { keyboard, .. } if !keyboard.is_empty() => Some(keyboard.clone()),
        _ => None,
    });
    let args = |it: Does| match it {
        Does::Press { action, args, .. } if action == "m.a" => Some(args),
        _ => None,
    };
    keyboard.unwrap_or_default().into_iter().flatten().filter_map(|it| args(it.does)).collect()
}

fn lines(text: &Text) -> Vec<String> {
    let lines = text.args.iter().find_map(|(_, arg)| match arg {
        Arg::Lines(lines) => {
            Some(lines.iter().map(|it| it.key.trim_start_matches("membership-appeal-").into()).collect())
        }
        _ => None,
    });
    lines.unwrap_or_default()
}

#[test]
fn an_appeal_reaches_those_who_set_the_group_up() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let effects = appeal(&mut play, EVE);
    assert_eq!(toast(&effects), "membership-appeal-toast-made-private");
    let (chats, texts): (Vec<_>, Vec<_>) = copies(&effects).into_iter().unzip();
    assert_eq!(chats, [ANN], "nobody else is troubled");
    assert!(texts.iter().all(|it| lines(it) == ["line"]));
    assert_eq!(judging(&effects).len(), 2, "accept and reject");
    let silent = |it: &&Call| matches!(it, Call::Say { silent: true, .. });
    assert_eq!(calls(&effects).iter().filter(|it| silent(it)).count(), 1);
    assert_eq!(toast(&appeal(&mut play, EVE)), "membership-appeal-toast-waits-private");
}

/// Ann has never started the bot, or has blocked it.
fn refuses(play: &mut Play<Membership>) -> Vec<Effect> {
    let reason = "Forbidden: bot can't initiate conversation with a user".into();
    play.performed("plea/1", Outcome::Refused { reason })
}

#[test]
fn whoever_cannot_be_written_to_is_no_dead_end() {
    let mut play = guarded();
    stop(&mut play, EVE);
    appeal(&mut play, EVE);
    let effects = refuses(&mut play);
    let chats: Vec<_> = copies(&effects).into_iter().map(|it| it.0).collect();
    assert_eq!(chats, [GROUP.0], "then it stands in the group");
    let silent = |it: &&Call| matches!(it, Call::Say { silent: true, .. });
    assert_eq!(calls(&effects).iter().filter(|it| silent(it)).count(), 1, "without a sound");
    assert_eq!(toast(&appeal(&mut play, EVE)), "membership-appeal-toast-waits", "and the person hears where");
    assert_eq!(copies(&refuses(&mut play)), [], "once");
    stop(&mut play, 100);
    let effects = appeal(&mut play, 100);
    assert_eq!(toast(&effects), "membership-appeal-toast-made");
    let edits = |effects: &[Effect]| calls(effects).iter().filter(|it| matches!(it, Call::Edit { .. })).count();
    assert_eq!((copies(&effects).len(), edits(&effects)), (1, 1), "the same message counts them all");
    let args = judging(&effects);
    play.press(ANN, "m.a", &args[1]);
    play.press(ANN, "m.a", &args[3]);
    assert!(play.state.docket.open.is_empty());
    stop(&mut play, 101);
    let chats: Vec<_> = copies(&appeal(&mut play, 101)).into_iter().map(|it| it.0).collect();
    assert_eq!(chats, [GROUP.0], "who was out of reach today is not tried again");
    let args = judging(&appeal(&mut play, 101));
    assert!(args.is_empty(), "it waits");
    play.wait_s(86_400);
    stop(&mut play, 102);
    play.state.docket = super::super::Docket::default();
    let chats: Vec<_> = copies(&appeal(&mut play, 102)).into_iter().map(|it| it.0).collect();
    assert_eq!(chats, [ANN], "but tomorrow they are");
}

#[test]
fn one_admin_in_reach_is_enough_and_only_who_may_decide_is_asked() {
    let mut play = guarded();
    play.state.owners = vec![UserId(ANN), UserId(BOB), UserId(3)];
    play.world.set(GROUP, UserId(3), all_rights()); // bob set it up too, and is an admin no more
    stop(&mut play, EVE);
    let chats: Vec<_> = copies(&appeal(&mut play, EVE)).into_iter().map(|it| it.0).collect();
    assert_eq!(chats, [ANN, 3]);
    assert_eq!(copies(&refuses(&mut play)), [], "the other one has it");
    let reason = "Forbidden: bot was blocked by the user".to_owned();
    let chats = copies(&play.performed("plea/3", Outcome::Refused { reason }));
    assert_eq!(chats.into_iter().map(|it| it.0).collect::<Vec<_>>(), [GROUP.0]);
}

#[test]
fn whoever_waited_in_vain_hears_that_too() {
    let mut play = guarded();
    stop(&mut play, EVE);
    appeal(&mut play, EVE);
    for days in 1..=3 {
        play.wait_s(86_400);
        let lapsed = told(&play.wakes("appeal/7")).contains(&"say membership-appeal-lapsed".to_owned());
        assert_eq!(lapsed, days == 3, "day {days}");
    }
}

#[test]
fn with_a_log_place_it_goes_there_instead_of_the_group() {
    let mut play = guarded();
    play.state.policy.log = Some(LogPlace { chat: ChatId(-1_009), thread: None });
    stop(&mut play, EVE);
    let effects = appeal(&mut play, EVE);
    let chats: Vec<_> = copies(&effects).into_iter().map(|it| it.0).collect();
    assert_eq!((chats, toast(&effects).as_str()), (vec![-1_009], "membership-appeal-toast-made-log"));
    assert_eq!(toast(&appeal(&mut play, EVE)), "membership-appeal-toast-waits-log");
}

#[test]
fn one_appeal_a_day_from_those_who_are_held_back() {
    let mut play = guarded();
    stop(&mut play, EVE);
    assert_eq!(toast(&appeal(&mut play, BOB)), "membership-appeal-toast-nothing");
    assert_eq!(toast(&appeal(&mut play, EVE)), "membership-appeal-toast-made-private");
    let again = appeal(&mut play, EVE);
    assert_eq!(told(&again), ["toast membership-appeal-toast-waits-private"], "nobody is troubled twice");
    play.wait_s(86_400);
    assert_eq!(toast(&appeal(&mut play, EVE)), "membership-appeal-toast-made-private");
    assert_eq!(play.state.docket.open, [UserId(EVE)], "and it stands in the list once");
    play.state.policy.no_appeals = true;
    stop(&mut play, 100);
    assert_eq!(toast(&appeal(&mut play, 100)), "membership-toast-over");
}

#[test]
fn appeals_are_forgotten_when_they_may_be_made_again() {
    let mut play = guarded_with(Settings { notices_per_min: 1_000, ..Settings::default() });
    for who in [100, 101] {
        stop(&mut play, who);
    }
    let args = judging(&appeal(&mut play, 100));
    appeal(&mut play, 101);
    play.press(ANN, "m.a", &args[0]);
    let rows = |play: &Play<Membership>| play.world.rows.keys().filter(|it| it.starts_with("appeal/")).count();
    for (days, left) in [(1, 1), (1, 1), (1, 0)] {
        play.wait_s(days * 86_400);
        play.wakes("appeal/100");
        play.wakes("appeal/101");
        assert_eq!(rows(&play), left);
    }
    assert_eq!((play.state.docket.open.len(), play.state.docket.decided.len()), (0, 0));
}

#[test]
fn an_appeal_that_the_log_place_does_not_take_goes_to_the_admins_themselves() {
    let mut play = guarded();
    play.state.policy.log = Some(LogPlace { chat: ChatId(-1_009), thread: None });
    stop(&mut play, EVE);
    appeal(&mut play, EVE);
    let refused = || Outcome::Refused { reason: "Bad Request: chat not found".into() };
    let chats: Vec<_> = copies(&play.performed("log", refused())).into_iter().map(|it| it.0).collect();
    assert_eq!(chats, [ANN]);
    assert_eq!(copies(&play.performed("log", refused())), [], "once");
    assert_eq!(
        copies(&refuses(&mut play)).into_iter().map(|it| it.0).collect::<Vec<_>>(),
        [GROUP.0],
        "or to the group"
    );
}

#[test]
fn a_group_without_appeals_offers_none() {
    let mut play = guarded();
    play.state.policy.no_appeals = true;
    let effects = play.say(EVE, "hello");
    assert_eq!(judging(&effects), [] as [String; 0]);
}

#[test]
fn accepted_means_let_off_for_good_and_told() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let args = judging(&appeal(&mut play, EVE));
    let effects = play.press(ANN, "m.a", &args[0]);
    assert_eq!(toast(&effects), "membership-toast-thanks");
    let words = told(&effects);
    for expect in ["unmute 7", "drop mute/7", "delete", "say membership-appeal-accepted"] {
        assert!(words.contains(&expect.to_owned()), "{expect}: {words:?}");
    }
    let (chats, texts): (Vec<_>, Vec<_>) = copies(&effects).into_iter().unzip();
    assert_eq!(chats, [ANN], "it says who decided");
    assert!(texts.iter().all(|it| it.key == "membership-appeal-settled" && lines(it) == ["line-accepted"]));
    let known: super::super::Known = serde_json::from_slice(&play.world.rows["person/7"]).unwrap();
    assert_eq!(known.exempt.map(|it| (it.how, it.by, it.until)), Some((Mercy::Appeal, UserId(ANN), None)));
    play.world.set(GROUP, UserId(EVE), plain());
    assert_eq!(play.say(EVE, "thank you"), []);
    assert_eq!(told(&play.press(ANN, "m.a", &args[1])), ["toast membership-appeal-toast-decided"], "it works once");
    assert_eq!(toast(&appeal(&mut play, EVE)), "membership-appeal-toast-was-accepted");
}

#[test]
fn rejected_means_told_and_the_mute_stays_to_its_end() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let args = judging(&appeal(&mut play, EVE));
    let effects = play.press(ANN, "m.a", &args[1]);
    let words = told(&effects);
    assert!(words.contains(&"say membership-appeal-rejected".to_owned()), "{words:?}");
    assert!(!words.iter().any(|it| it.starts_with("unmute")), "{words:?}");
    assert!(copies(&effects).iter().all(|(_, it)| lines(it) == ["line-rejected"]));
    assert_eq!(toast(&appeal(&mut play, EVE)), "membership-appeal-toast-was-rejected");
    assert_eq!(play.state.docket.copies, [], "the next one is a new message");
}

#[test]
fn only_who_may_restrict_decides() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let args = judging(&appeal(&mut play, EVE));
    for who in [BOB, EVE] {
        for it in &args {
            assert_eq!(told(&play.press(who, "m.a", it)), ["toast membership-ledger-not-allowed"]);
        }
    }
    assert_eq!(play.state.docket.open, [UserId(EVE)]);
}

#[test]
fn the_owner_decides_in_the_private_chat() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let args = judging(&appeal(&mut play, EVE));
    let mut private = stage().within(ANN, ChatKind::Private);
    let effects = private.press(ANN, "m.a", &args[0]);
    let Some(Effect::Tell { note: Note::Membership(word), .. }) = effects.first() else { panic!("{effects:?}") };
    let Word::Pressed { chat, .. } = word.as_ref() else { panic!("{word:?}") };
    assert_eq!(*chat, ChatId(ANN));
    let effects = play.happen(Event::Told(Note::Membership(word.clone())));
    assert_eq!(toast(&effects), "membership-toast-thanks");
    assert!(told(&effects).contains(&"unmute 7".to_owned()));
}

#[test]
fn an_admins_own_mute_is_not_lifted_by_accepting() {
    let mut play = guarded();
    stop(&mut play, EVE);
    let args = judging(&appeal(&mut play, EVE));
    play.moves(ANN, EVE, muted(), muted());
    let words = told(&play.press(ANN, "m.a", &args[0]));
    assert!(words.contains(&"say membership-appeal-accepted-held".to_owned()), "{words:?}");
    assert!(!words.contains(&"unmute 7".to_owned()));
}

#[test]
fn many_appeals_stand_in_one_message_and_move_up() {
    let mut play = guarded_with(Settings { notices_per_min: 1_000, ..Settings::default() });
    play.world.set(GROUP, UserId(ANN), all_rights());
    for who in 100..120 {
        stop(&mut play, who);
    }
    let first = appeal(&mut play, 100);
    assert!(told(&first).contains(&"say membership-appeal-open".to_owned()));
    let mut last = first;
    for who in 101..110 {
        last = appeal(&mut play, who);
        assert!(!told(&last).contains(&"say membership-appeal-open".to_owned()), "one message, edited");
    }
    assert_eq!(toast(&appeal(&mut play, 110)), "membership-appeal-toast-many");
    let (_, text) = copies(&last).remove(0);
    assert_eq!(lines(&text), ["line", "line", "line", "line", "line", "more"]);
    let mut args = judging(&last);
    assert_eq!(args.len(), 10, "five of them with two buttons each");
    for round in 0..10 {
        let effects = play.press(ANN, "m.a", &args[usize::from(round % 2 == 0)]);
        assert_eq!(toast(&effects), "membership-toast-thanks");
        args = judging(&effects);
    }
    assert!(args.is_empty() && play.state.docket.open.is_empty());
}

#[test]
fn appeals_are_counted() {
    let mut play = guarded_with(Settings { notices_per_min: 1_000, ..Settings::default() });
    for (who, verdict) in [(100, 0), (101, 1), (102, 0)] {
        stop(&mut play, who);
        let args = judging(&appeal(&mut play, who));
        play.press(ANN, "m.a", &args[verdict]);
    }
    let days = play.world.rows.iter().filter(|(key, _)| key.starts_with("stats/"));
    let days: Vec<serde_json::Value> = days.map(|(_, row)| serde_json::from_slice(row).unwrap()).collect();
    let [day] = days.as_slice() else { panic!("{days:?}") };
    assert_eq!((&day["appeals"], &day["accepted"]), (&3.into(), &2.into()));
}
