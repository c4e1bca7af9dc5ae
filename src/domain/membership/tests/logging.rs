//! The log place: what is told there, how little, and what its buttons do.

use super::super::super::effect::{Does, Effect, Lane};
use super::super::super::event::{ChatKind, Event, Note, Outcome};
use super::super::super::play::{Play, buttons, person};
use super::super::super::text::Arg;
use super::super::super::types::{ChatId, MessageId};
use super::super::{Journal, LogPlace, Membership, Word};
use super::books::{keys, number, patient, stop, text};
use super::{ANN, BOB, EVE, guarded, stage, told};

/// The log place of these stories.
const LOG: ChatId = ChatId(-1_000_000_000_900);

/// A group whose deeds are reported.
fn logged() -> Play<Membership> {
    let mut play = patient();
    play.state.policy.log = Some(LogPlace { chat: LOG, thread: None });
    play
}

#[test]
fn the_log_tells_a_few_deeds_one_by_one() {
    let mut play = logged();
    let first = play.say(EVE, "hello");
    assert!(first.iter().any(|it| matches!(it, Effect::WakeAt { key, .. } if key == "log")));
    let second = play.say(100, "hello");
    assert!(!second.iter().any(|it| matches!(it, Effect::WakeAt { key, .. } if key == "log")), "one alarm is enough");
    play.wait_s(2);
    let effects = play.wakes("log");
    let text = text(&effects, LOG);
    let lines = keys(&text).into_iter().filter(|it| it == "membership-ledger-log-line").count();
    assert_eq!((text.key.as_ref(), lines), ("membership-ledger-log", 2));
    assert_eq!(buttons(&effects).len(), 4, "why and undo for each");
    let lane = effects.iter().find_map(|it| match it {
        Effect::Telegram(owed) => Some((owed.lane, owed.report.clone())),
        _ => None,
    });
    assert_eq!(lane, Some((Lane::Broadcast, Some("log".into()))));
    assert_eq!(told(&play.wakes("log")), [] as [String; 0], "nothing is told twice");
}

#[test]
fn the_log_counts_when_there_are_many() {
    let mut play = logged();
    for who in 100..112 {
        play.say(who, "hello");
    }
    play.wait_s(2);
    let effects = play.wakes("log");
    let said = text(&effects, LOG);
    assert_eq!(keys(&said), ["membership-ledger-log-many", "membership-ledger-many-stopped"]);
    let Some((_, Arg::Lines(lines))) = said.args.iter().find(|(name, _)| name == "lines") else { panic!("{said:?}") };
    assert_eq!(number(&lines[0], "count"), Some(12));
    let next = play.say(112, "hello");
    let at = next.iter().find_map(|it| match it {
        Effect::WakeAt { key, at } if key == "log" => Some(*at),
        _ => None,
    });
    assert_eq!(at, Some(play.world.now.plus_ms(10_000)), "one word in 10 s at most");
    play.wait_s(10);
    assert_eq!(
        told(&play.wakes("log")),
        ["edit membership-ledger-log-many"],
        "and within a minute in the same message"
    );
    play.wait_s(60);
    play.say(113, "hello");
    play.wait_s(10);
    assert_eq!(told(&play.wakes("log")), ["say membership-ledger-log"]);
}

#[test]
fn a_log_that_cannot_be_written_is_told_once_and_the_guard_goes_on() {
    let mut play = logged();
    stop(&mut play, 100);
    play.wait_s(2);
    play.wakes("log");
    let refused = || Outcome::Refused { reason: "Forbidden: bot was kicked from the channel chat".into() };
    assert!(told(&play.performed("log", refused())).contains(&"trouble membership-ledger-trouble-log".to_owned()));
    let again = told(&play.performed("log", refused()));
    assert!(!again.iter().any(|it| it.starts_with("trouble")), "{again:?}");
    let effects = play.say(101, "hello");
    assert!(told(&effects).contains(&"mute 101".to_owned()));
    let at = effects.iter().find_map(|it| match it {
        Effect::WakeAt { key, at } if key == "log" => Some(at.since_ms(play.world.now)),
        _ => None,
    });
    assert_eq!(at, Some(3_600_000), "it is tried again after an hour");
    play.wait_s(3_600);
    assert_eq!(told(&play.wakes("log")), ["say membership-ledger-log"]);
    let well = Outcome::Done { message: Some(MessageId(1)), link: None };
    assert!(told(&play.performed("log", well)).contains(&"healed".to_owned()));
}

#[test]
fn the_logs_buttons_work_where_they_stand() {
    let mut play = logged();
    stop(&mut play, EVE);
    play.wait_s(2);
    let offered = buttons(&play.wakes("log"));
    let mut answers = Vec::new();
    for button in offered {
        let Does::Press { action, args, .. } = button.does else { panic!("{button:?}") };
        let mut log = stage().within(LOG.0, ChatKind::Channel);
        let effects = log.press(ANN, &action, &args);
        let Some(Effect::Tell { note, .. }) = effects.first() else { panic!("{effects:?}") };
        assert_eq!(told(&effects), ["tell pressed"], "the group answers the press");
        for (who, may) in [(BOB, false), (ANN, true)] {
            let mut note = note.clone();
            let Note::Membership(word) = &mut note else { panic!("{note:?}") };
            let Word::Pressed { pressed, .. } = word.as_mut() else { panic!("{word:?}") };
            pressed.from = person(who);
            let effects = play.happen(Event::Told(note));
            let refused = told(&effects).contains(&"toast membership-ledger-not-allowed".to_owned());
            assert_eq!(refused, !may);
            if may {
                answers.extend(told(&effects).into_iter().filter(|it| !it.starts_with("put ")));
            }
        }
    }
    let why = ["say membership-ledger-theirs", "toast membership-ledger-toast-below"];
    let undo = ["unmute 7", "drop mute/7", "delete", "no wake", "toast membership-ledger-undone-one"];
    let wakes = |it: &String| it != "wake";
    assert_eq!(answers.into_iter().filter(wakes).collect::<Vec<_>>(), [why.as_slice(), &undo].concat());
}

#[test]
fn without_a_log_place_nothing_is_kept_for_it() {
    let mut play = guarded();
    stop(&mut play, EVE);
    assert_eq!(play.state.journal, Journal::default());
    assert_eq!(told(&play.wakes("log")), [] as [String; 0]);
}
