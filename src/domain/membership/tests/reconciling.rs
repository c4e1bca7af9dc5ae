//! The reconciler: mutes of ours against the truth, now and then.

use super::super::super::effect::{Effect, Target};
use super::super::super::event::{ChatKind, Event, Note, Standing};
use super::super::super::play::{CLUB, GROUP, NEWS, Play, all_rights, muted, plain};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ChatId, UserId};
use super::super::{LogPlace, Membership, Settings, Word};
use super::books;
use super::walking::{held, known, last_edit, muted_users, walk_on};
use super::{ANN, EVE, guarded, guarded_with, stage, told};

#[test]
fn the_clock_of_the_reconciler_is_set_once_and_stopped_with_the_guard() {
    let mut play = stage();
    let at = |effects: &[Effect]| {
        let mut found = effects.iter().filter_map(|it| match it {
            Effect::WakeAt { key, at } if key == "reconcile" => Some(*at),
            _ => None,
        });
        (found.next(), found.next())
    };
    let (Some(first), None) = at(&play.say(ANN, "/protect @news")) else { panic!("the clock is set") };
    let (now, hour) = (play.world.now, 3_600_000);
    assert!((now.plus_ms(3 * hour)..=now.plus_ms(6 * hour)).contains(&first), "within half a round and one");
    assert_eq!(at(&play.say(EVE, "hello")), (None, None));
    assert_eq!(at(&play.say(ANN, &format!("/protect {}", CLUB.0))), (None, None));
    let stops = play.say(ANN, "/unprotect");
    assert!(stops.contains(&Effect::NoWake { key: "reconcile".into() }), "{stops:?}");
    assert_eq!(play.state.reconcile_at, None);
    assert_eq!(told(&play.wakes("reconcile")), [""; 0]);
    let rules = Membership::new(Settings::default());
    let compares = |key| super::super::super::feature::Rules::compares(&rules, key);
    assert!(compares("reconcile") && !compares("raid"), "it is the first after a restore");
}

#[test]
fn mutes_of_ours_are_compared_with_the_truth() {
    let mut play = guarded();
    for who in 200..206 {
        held(&mut play, who);
    }
    play.wait_s(100);
    play.world.set(NEWS, UserId(200), plain()); // joined, and we were not told
    play.world.set(GROUP, UserId(201), plain()); // our mute was lost
    play.world.set(GROUP, UserId(202), muted()); // an admin's now, and we were not told
    play.world.set(GROUP, UserId(203), Standing::default()); // out of the group
    play.world.set(GROUP, UserId(204), all_rights()); // an admin now
    known(&mut play, 300); // a stranger who has not written
    let begun = play.wakes("reconcile");
    assert_eq!(told(&begun), ["put walk", "wake"]);
    assert!(begun.iter().any(|it| matches!(it, Effect::Tell { to: Target::Chat(NEWS), note: Note::Membership(word) } if **word == Word::Linked { group: GROUP })), "a lost link is mended");
    let all = walk_on(&mut play).concat();
    assert_eq!(muted_users(&all), [201]);
    let unmuted: Vec<_> =
        told(&all).into_iter().filter(|it| it.starts_with("unmute") || it.starts_with("say")).collect();
    assert_eq!(unmuted, ["unmute 200"], "and no notice: those of then still stand");
    let found = play.state.reconciled.clone().unwrap();
    assert_eq!((found.looked, found.lifted, found.held, found.closed), (6, 1, 1, 1));
    let rows: Vec<_> = play.world.rows.keys().filter(|it| it.starts_with("mute/")).cloned().collect();
    assert_eq!(rows, ["mute/201", "mute/203", "mute/205"]);

    play.wait_s(1_000); // all mutes have run out
    for who in [201, 203, 205] {
        play.world.set(GROUP, UserId(who), plain());
    }
    play.wakes("reconcile");
    let all = walk_on(&mut play).concat();
    assert_eq!(muted_users(&all), [0; 0], "nobody is held again whose time was over");
    assert_eq!(play.state.reconciled.clone().unwrap().closed, 3);
    assert!(play.state.muted.is_empty() && !play.world.rows.keys().any(|it| it.starts_with("mute/")));
}

#[test]
fn many_repairs_are_worth_a_word() {
    for log in [None, Some(LogPlace { chat: ChatId(-77), thread: None })] {
        let mut play = guarded_with(Settings { walk_per_s: 25, ..Settings::default() });
        play.state.policy.log = log;
        for who in 200..210 {
            held(&mut play, who);
            play.world.set(NEWS, UserId(who), plain());
        }
        play.wakes("reconcile");
        let last = walk_on(&mut play).pop().unwrap();
        let words = super::super::super::play::told(&last);
        let expect = if log.is_some() { "say membership-fan-reconciled" } else { "deliver membership-fan-reconciled" };
        assert_eq!(words.iter().filter(|it| it.contains("reconciled")).collect::<Vec<_>>(), [expect]);
    }
}

#[test]
fn after_a_long_sleep_the_reconciler_runs_at_once() {
    let late = |play: &mut Play<Membership>, hours: u64| {
        let key = "notice/9".to_owned();
        told(&play.happen(Event::Woke { feature: "membership".into(), key, late_ms: hours * 3_600_000 + 1 }))
    };
    let mut play = guarded();
    held(&mut play, EVE);
    assert_eq!(late(&mut play, 0), ["delete"]);
    assert_eq!(late(&mut play, 1), ["delete", "put walk", "wake"]);
    assert_eq!(late(&mut play, 1), ["delete"], "it runs already");
    walk_on(&mut play);
    assert_eq!(late(&mut play, 1), ["delete"], "it ran just now");
    assert_eq!(late(&mut stage(), 1), ["delete"], "nobody is guarded");
}

#[test]
fn an_admins_walk_goes_before_the_reconciler() {
    let mut play = guarded();
    held(&mut play, EVE);
    play.wakes("reconcile");
    assert_eq!(told(&play.say(ANN, "/verify")), ["say membership-verify-progress", "put walk", "wake"]);
    assert_eq!(told(&play.wakes("reconcile")), [""; 0], "another time");
    assert_eq!(last_edit(&walk_on(&mut play).concat()).key, "membership-verify-done");
}

#[test]
fn what_it_found_stands_in_the_panel_and_in_the_owners_list() {
    let mut play = guarded();
    let lines = |play: &mut Play<Membership>| {
        let effects = play.say(ANN, "/protection");
        let text = super::paneling::said(&effects);
        let lines =
            text.args.into_iter().find_map(|(_, it)| if let Arg::Lines(lines) = it { Some(lines) } else { None });
        lines.unwrap()
    };
    let first = lines(&mut play);
    assert!(first.iter().any(|it| it.key == "membership-panel-reconcile-first"), "{first:?}");
    for who in 200..203 {
        held(&mut play, who);
    }
    play.wait_s(100);
    play.world.set(NEWS, UserId(200), plain());
    play.world.set(GROUP, UserId(201), plain());
    play.wakes("reconcile");
    let all = walk_on(&mut play).concat();
    let at = play.state.reconciled.clone().unwrap().at;
    let line = lines(&mut play).into_iter().find(|it| it.key == "membership-panel-reconciled").unwrap();
    let numbers =
        |text: &Text| ["count", "lifted-count", "held-count", "closed-count"].map(|it| books::number(text, it));
    assert_eq!(numbers(&line), [Some(3), Some(1), Some(1), Some(0)]);
    assert!(line.args.iter().any(|(_, it)| *it == Arg::Time(at)), "and when: {line:?}");
    let report = all.iter().find_map(|it| match it {
        Effect::Tell { to, note: Note::Membership(word) } if *to == Target::Chat(ChatId(ANN)) => Some(word.clone()),
        _ => None,
    });
    let mut private = stage().within(ANN, ChatKind::Private);
    private.happen(Event::Told(Note::Membership(report.expect("ann hears of it"))));
    let effects = private.say(ANN, "/groups");
    let text = super::paneling::said(&effects);
    assert!(books::keys(&text).contains(&"membership-groups-reconciled".to_owned()), "{text:?}");
}

#[test]
fn a_raid_that_goes_on_stands_in_the_panel() {
    let mut play = guarded();
    (100..130).for_each(|who| drop(play.say(who, "buy")));
    let text = super::paneling::said(&play.say(ANN, "/protection"));
    assert!(books::keys(&text).contains(&"membership-panel-raid".to_owned()), "{text:?}");
}
